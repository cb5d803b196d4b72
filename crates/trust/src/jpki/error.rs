//! Why a certificate of a card is not accepted, with a stable code and words for the window.

/// Why a certificate is no 利用者証明用電子証明書 that may be believed. The end of its validity is not among the reasons:
/// [`super::Period`] tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum JpkiError {
    /// Not the DER of a certificate, too long, or an extension in it is damaged or there twice.
    #[error("not a readable certificate")]
    Unreadable,
    /// No authority that we know has this name and key.
    #[error("the certificate is from an authority that is not known here")]
    IssuerUnknown,
    /// The authority's own certificate was not valid at that time.
    #[error("the authority's certificate is not valid")]
    IssuerPeriod,
    /// The authority did not sign it.
    #[error("the authority did not sign this certificate")]
    Signature,
    /// Signed in another way than sha256WithRSAEncryption.
    #[error("the certificate is not signed with RSA and SHA-256")]
    Algorithm,
    /// A key that is not RSA of 2048 bits.
    #[error("the key in the certificate is not RSA of 2048 bits")]
    Key,
    /// Not for authentication: the key usage is another than digitalSignature alone, as in the 署名用電子証明書, or it is
    /// the certificate of an authority.
    #[error("the certificate is not one for authentication (key usage)")]
    KeyUsage,
    /// Not for authentication: no extended key usage clientAuth.
    #[error("the certificate is not one for authentication (extended key usage)")]
    ExtendedKeyUsage,
    /// No policy that is accepted here, or the policies are not marked as critical.
    #[error("the certificate's policy is not accepted here")]
    Policy,
    /// An extension that must be understood and is not.
    #[error("the certificate has a critical extension that is not known here")]
    CriticalExtension,
}

impl JpkiError {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::Unreadable,
        Self::IssuerUnknown,
        Self::IssuerPeriod,
        Self::Signature,
        Self::Algorithm,
        Self::Key,
        Self::KeyUsage,
        Self::ExtendedKeyUsage,
        Self::Policy,
        Self::CriticalExtension,
    ];

    /// The code that vendors see; it never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "jpki-certificate-unreadable",
            Self::IssuerUnknown => "jpki-issuer-unknown",
            Self::IssuerPeriod => "jpki-issuer-period",
            Self::Signature => "jpki-certificate-signature",
            Self::Algorithm => "jpki-certificate-algorithm",
            Self::Key => "jpki-certificate-key",
            Self::KeyUsage => "jpki-key-usage",
            Self::ExtendedKeyUsage => "jpki-extended-key-usage",
            Self::Policy => "jpki-policy",
            Self::CriticalExtension => "jpki-critical-extension",
        }
    }

    /// In words for the window.
    pub const fn text_ja(self) -> &'static str {
        match self {
            Self::Unreadable => "電子証明書を読み取れません",
            Self::IssuerUnknown => "認証局を確認できない電子証明書です",
            Self::IssuerPeriod => "認証局の証明書の有効期間外です",
            Self::Signature => "電子証明書の署名が正しくありません",
            Self::Algorithm | Self::Key => "対応していない方式の電子証明書です",
            Self::KeyUsage | Self::ExtendedKeyUsage => "利用者証明用電子証明書ではありません",
            Self::Policy => "受け付けられない種類の電子証明書です",
            Self::CriticalExtension => "電子証明書に確認できない項目があります",
        }
    }
}
