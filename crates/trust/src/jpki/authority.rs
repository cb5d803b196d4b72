//! Certificates of the card's certificate authority, and which of them made a certificate.

use jiff::Timestamp;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::X509Certificate;

use super::rsa::RsaPublicKey;
use super::signed::Signed;
use super::{CertificateSerial, JpkiError};
use crate::certificate::{self, Validity};

/// Key identifier of an authority: the value of its subject key identifier, usually a SHA-1. Two authorities may share
/// their name, never this.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaKeyId(Vec<u8>);

impl CaKeyId {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        domain::hex::encode(&self.0)
    }
}

impl std::fmt::Debug for CaKeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaKeyId({})", self.to_hex())
    }
}

/// One generation of the authority: its own certificate, read and found good.
pub struct CaCertificate {
    der: Vec<u8>,
    name: Vec<u8>,
    serial: CertificateSerial,
    key_id: CaKeyId,
    key: RsaPublicKey,
    validity: Validity,
}

impl CaCertificate {
    /// Reads a self-signed certificate of the authority, DER.
    ///
    /// # Errors
    /// [`JpkiError::KeyUsage`] when it may not sign certificates and revocation lists, [`JpkiError::Signature`] when it
    /// did not sign itself, [`JpkiError::Unreadable`] also when it has no subject key identifier.
    pub fn from_der(der: &[u8]) -> Result<Self, JpkiError> {
        let read = parse(der)?;
        let may_sign = read
            .key_usage()
            .is_ok_and(|held| held.is_some_and(|held| held.value.key_cert_sign() && held.value.crl_sign()));
        let is_ca = read.basic_constraints().is_ok_and(|held| held.is_some_and(|held| held.critical && held.value.ca));
        if !may_sign || !is_ca {
            return Err(JpkiError::KeyUsage);
        }
        let key = RsaPublicKey::from_spki(read.public_key().raw)?;
        let key_id = subject_key_id(&read).ok_or(JpkiError::Unreadable)?;
        let validity = certificate::validity_of(&read).map_err(|_| JpkiError::Unreadable)?;
        let name = read.subject().as_raw().to_vec();
        let serial = positive_serial(&read).ok_or(JpkiError::Unreadable)?;
        let ca = Self { der: der.to_vec(), name, serial, key_id, key, validity };
        if read.issuer().as_raw() == ca.name && ca.signed(&read) { Ok(ca) } else { Err(JpkiError::Signature) }
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its name, DER. The other generations have the same.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its own serial number.
    pub fn serial(&self) -> CertificateSerial {
        self.serial
    }

    /// Which generation it is.
    pub fn key_id(&self) -> &CaKeyId {
        &self.key_id
    }

    /// From when until when it is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    pub(super) fn key(&self) -> &RsaPublicKey {
        &self.key
    }

    pub(super) fn signed(&self, certificate: &X509Certificate<'_>) -> bool {
        let signature = &certificate.signature_value;
        signature.unused_bits == 0 && self.key.verifies(certificate.tbs_certificate.as_ref(), &signature.data)
    }

    /// Whether the authority's own certificate was valid when one by it was last usable: now, or at its end if that is
    /// past. Who was expired with the card in the month of a change of generation keeps the grace.
    pub(super) fn covers(&self, leaf: Validity, now: Timestamp) -> bool {
        self.validity.holds_at(now.min(leaf.not_after))
    }
}

impl std::fmt::Debug for CaCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaCertificate({:?})", self.key_id)
    }
}

/// Reads a certificate that is signed with RSA and SHA-256. What is around the signed part is not protected by the
/// signature, so it must have the one form that DER allows.
pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, JpkiError> {
    let read = certificate::parse(der).map_err(|_| JpkiError::Unreadable)?;
    let signed = Signed::only(der).map_err(|_| JpkiError::Unreadable)?;
    let (inner, outer) = (&read.tbs_certificate.signature, &read.signature_algorithm);
    if inner == outer && signed.says_rsa() { Ok(read) } else { Err(JpkiError::Algorithm) }
}

/// The serial number; none when it is negative, zero or too long.
pub(super) fn positive_serial(certificate: &X509Certificate<'_>) -> Option<CertificateSerial> {
    let raw = certificate.raw_serial();
    let positive = raw.first().is_some_and(|first| *first < 0x80);
    positive.then(|| CertificateSerial::from_bytes(raw)).flatten()
}

fn subject_key_id(certificate: &X509Certificate<'_>) -> Option<CaKeyId> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(CaKeyId::new(id.0)),
        _ => None,
    })
}
