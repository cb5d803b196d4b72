//! What OCSP and revocation lists have in common: when and why a certificate was revoked, and why what they say is not
//! believed.

use jiff::Timestamp;

use super::JpkiError;
use crate::der::{self, DerError, Reader};
use crate::limits::JPKI_EXTENSIONS_MAX;

/// A certificate that must not be accepted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a certificate was revoked (RFC 5280 5.3.1). JPKI is known to use the first seven; certificateHold is never lifted
/// there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// Nothing is said.
    Unspecified,
    /// The key may be in other hands: a lost or stolen card.
    KeyCompromise,
    /// The authority's key may be in other hands.
    CaCompromise,
    /// Something that is written in the certificate changed.
    AffiliationChanged,
    /// A newer certificate took its place.
    Superseded,
    /// The person gave it up, moved abroad or died.
    CessationOfOperation,
    /// Suspended.
    CertificateHold,
    /// A right was taken away.
    PrivilegeWithdrawn,
    /// The key of an attribute authority may be in other hands.
    AaCompromise,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The stable name, for stores and the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key_compromise",
            Self::CaCompromise => "ca_compromise",
            Self::AffiliationChanged => "affiliation_changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation_of_operation",
            Self::CertificateHold => "certificate_hold",
            Self::PrivilegeWithdrawn => "privilege_withdrawn",
            Self::AaCompromise => "aa_compromise",
        }
    }

    /// Reads a stable name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// Number in RFC 5280 5.3.1.
    const fn number(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// ENUMERATED; none for "unspecified", which is said by leaving the reason out (RFC 5280 5.3.1).
    pub(super) fn to_der(self) -> Option<Vec<u8>> {
        (self != Self::Unspecified).then(|| der::element(der::ENUMERATED, &[self.number()]))
    }

    /// Reads ENUMERATED. removeFromCRL (8) stands only in delta lists, which are not read here.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        let &[number] = reader.content(der::ENUMERATED)? else {
            return Err(DerError::Value);
        };
        Self::ALL.iter().copied().find(|reason| reason.number() == number).ok_or(DerError::Value)
    }
}

/// Why an OCSP answer or a revocation list is not believed. None of these says anything about the certificate in
/// question: whether it was revoked stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RevocationError {
    /// Not the DER of it, too long, or of a kind that is not used here.
    #[error("not readable")]
    Unreadable,
    /// The responder did not answer the question; its status (RFC 6960 4.2.1).
    #[error("the responder answered with status {0} instead")]
    Refused(u8),
    /// No authority that we know has this name and key.
    #[error("from an authority that is not known here")]
    IssuerUnknown,
    /// Signed by somebody whom the authority did not name as its responder, or whose certificate is not valid.
    #[error("signed by a responder that the authority did not name")]
    Responder,
    /// The signature does not hold, or is not RSA with SHA-256.
    #[error("the signature does not hold")]
    Signature,
    /// An answer to somebody else's question, or an old answer sent again.
    #[error("the nonce is missing or is not ours")]
    Nonce,
    /// It is about another certificate, or a list for others.
    #[error("about other certificates")]
    OtherCertificate,
    /// Too old, or from the future.
    #[error("not of this time")]
    Time,
    /// An extension that must be understood and is not.
    #[error("a critical extension is not known here")]
    CriticalExtension,
    /// The key that should sign did not.
    #[error("the key could not sign")]
    Key,
}

impl RevocationError {
    /// The code that vendors see; it never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "jpki-revocation-unreadable",
            Self::Refused(_) => "jpki-revocation-refused",
            Self::IssuerUnknown => "jpki-revocation-issuer-unknown",
            Self::Responder => "jpki-revocation-responder",
            Self::Signature => "jpki-revocation-signature",
            Self::Nonce => "jpki-revocation-nonce",
            Self::OtherCertificate => "jpki-revocation-other-certificate",
            Self::Time => "jpki-revocation-time",
            Self::CriticalExtension => "jpki-revocation-critical-extension",
            Self::Key => "jpki-revocation-key",
        }
    }

    /// In words for the window.
    pub const fn text_ja(self) -> &'static str {
        "電子証明書が失効していないことを確認できません"
    }
}

impl From<DerError> for RevocationError {
    fn from(_: DerError) -> Self {
        Self::Unreadable
    }
}

impl From<JpkiError> for RevocationError {
    fn from(_: JpkiError) -> Self {
        Self::Key
    }
}

/// One extension: its identifier's encoded content, whether it is critical, its value.
pub(super) type Extension<'a> = (&'a [u8], bool, &'a [u8]);

/// Reads a SEQUENCE OF Extension.
pub(super) fn extensions<'a>(reader: &mut Reader<'a>) -> Result<Vec<Extension<'a>>, DerError> {
    let mut list = reader.inside(der::SEQUENCE)?;
    let mut found: Vec<Extension<'a>> = Vec::new();
    while !list.is_empty() {
        let mut one = list.inside(der::SEQUENCE)?;
        let extension =
            (one.content(der::OBJECT_IDENTIFIER)?, one.boolean_or_false()?, one.content(der::OCTET_STRING)?);
        one.end()?;
        if found.len() == JPKI_EXTENSIONS_MAX || found.iter().any(|(oid, ..)| *oid == extension.0) {
            return Err(DerError::Value);
        }
        found.push(extension);
    }
    Ok(found)
}

/// Writes one extension.
pub(super) fn extension(oid: &der::Oid, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::element(der::BOOLEAN, &[0xff]) } else { Vec::new() };
    der::sequence([der::oid(oid), critical, der::octets(value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_keep_their_names_and_numbers() {
        for reason in RevocationReason::ALL {
            assert_eq!(RevocationReason::parse(reason.code()), Some(*reason));
            if let Some(written) = reason.to_der() {
                assert_eq!(RevocationReason::read(&mut Reader::new(&written)), Ok(*reason));
            }
        }
        assert_eq!(RevocationReason::read(&mut Reader::new(&[der::ENUMERATED, 1, 8])), Err(DerError::Value));
    }
}
