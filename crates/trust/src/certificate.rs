//! Certificates, chains, requests and revocation lists as values: read once, with their bounds checked, then passed on.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use rustls::pki_types::pem::SectionKind;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::keys::{KeyError, PrivateKey, PublicKey};
use crate::limits::{CERTIFICATE_BYTES_MAX, CRL_PEM_BYTES_MAX, PEM_BYTES_MAX};
use crate::pem::{self, PemError};

/// AlgorithmIdentifier of ECDSA with SHA-256 (RFC 5758 3.2), DER.
const ECDSA_WITH_SHA256: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// Why a certificate, request or revocation list could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The PEM text around it.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// Longer than [`CERTIFICATE_BYTES_MAX`].
    #[error("longer than {CERTIFICATE_BYTES_MAX} bytes")]
    TooLong,
    /// Not the DER of a certificate or request, or something follows it.
    #[error("not a certificate")]
    Damaged,
    /// A key that is not on P-256.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A serial number that this house did not make.
    #[error("the serial number is not one of this house")]
    ForeignSerial,
    /// A certificate request whose signature is not by the key in it.
    #[error("the certificate request is not signed by its own key")]
    RequestSignature,
}

/// Serial number of a certificate: 16 random bytes, made positive and of fixed length.
///
/// Shown as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial([u8; 16]);

impl Serial {
    /// Makes a serial number from 16 random bytes. Two bits are fixed, so that the number is positive and always has
    /// 16 bytes; 126 bits stay random (RFC 5280 4.1.2.2 asks for a positive number of at most 20 bytes).
    pub const fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[0] = bytes[0] & 0x3f | 0x40;
        Self(bytes)
    }

    /// Reads 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        domain::hex::decode::<16>(text).and_then(|bytes| Self::from_bytes(&bytes))
    }

    /// Reads the bytes of a serial number, big-endian.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        (bytes[0] & 0xc0 == 0x40).then_some(Self(bytes))
    }

    /// The 16 bytes, big-endian.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Display for Serial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&domain::hex::encode(&self.0))
    }
}

impl std::fmt::Debug for Serial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Serial({self})")
    }
}

/// One X.509 certificate that could be read. Nothing is said about whether it is trusted: [`crate::tls`] says that.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// Reads DER.
    ///
    /// # Errors
    /// Too long, no certificate, or bytes after it.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, CertificateError> {
        let der = der.into();
        parse(&der)?;
        Ok(Self { der })
    }

    /// Reads a PEM text that holds this certificate alone.
    ///
    /// # Errors
    /// As [`Certificate::from_der`], or a damaged PEM text.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        Self::from_der(pem::decode_one(text, SectionKind::Certificate, "CERTIFICATE")?)
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", &self.der)
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, &self.der).as_ref());
        out
    }

    /// The key that the certificate is about.
    ///
    /// # Errors
    /// The certificate holds a key that is not on P-256.
    pub fn public_key(&self) -> Result<PublicKey, CertificateError> {
        Ok(PublicKey::from_spki_der(self.x509()?.tbs_certificate.subject_pki.raw)?)
    }

    /// The serial number.
    ///
    /// # Errors
    /// [`CertificateError::ForeignSerial`] when it has not the shape that this house gives.
    pub fn serial(&self) -> Result<Serial, CertificateError> {
        Serial::from_bytes(self.x509()?.raw_serial()).ok_or(CertificateError::ForeignSerial)
    }

    /// First and last second of its validity.
    ///
    /// # Errors
    /// [`CertificateError::Damaged`] when a date lies outside what a timestamp can hold.
    pub fn validity(&self) -> Result<Validity, CertificateError> {
        validity_of(&self.x509()?)
    }

    pub(crate) fn x509(&self) -> Result<X509Certificate<'_>, CertificateError> {
        parse(&self.der)
    }

    pub(crate) fn for_tls(&self) -> CertificateDer<'static> {
        CertificateDer::from(self.der.clone())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate(sha256 {})", domain::hex::encode(&self.fingerprint()[..8]))
    }
}

/// From when until when a certificate is valid, both seconds included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: Timestamp,
    /// Last second.
    pub not_after: Timestamp,
}

impl Validity {
    /// Whether the certificate is valid at this time. TLS looks at it once; a connection may stay open longer.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    if der.len() > CERTIFICATE_BYTES_MAX {
        return Err(CertificateError::TooLong);
    }
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) | Err(_) => Err(CertificateError::Damaged),
    }
}

pub(crate) fn validity_of(certificate: &X509Certificate<'_>) -> Result<Validity, CertificateError> {
    let second =
        |t: x509_parser::time::ASN1Time| Timestamp::from_second(t.timestamp()).map_err(|_| CertificateError::Damaged);
    let held = certificate.validity();
    Ok(Validity { not_before: second(held.not_before)?, not_after: second(held.not_after)? })
}

/// A certificate, then the certificate of its issuer, and so on. The root may close the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateChain {
    leaf: Certificate,
    issuers: Vec<Certificate>,
}

impl CertificateChain {
    /// Puts a chain together, leaf first.
    pub fn new(leaf: Certificate, issuers: Vec<Certificate>) -> Self {
        Self { leaf, issuers }
    }

    /// Reads a PEM text, leaf first.
    ///
    /// # Errors
    /// As [`Certificate::from_pem`].
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let mut found = pem::decode_all(text, SectionKind::Certificate, "CERTIFICATE")?.into_iter();
        let leaf = found.next().ok_or(CertificateError::Pem(PemError::Missing("CERTIFICATE")))?;
        Ok(Self {
            leaf: Certificate::from_der(leaf)?,
            issuers: found.map(Certificate::from_der).collect::<Result<_, _>>()?,
        })
    }

    /// PEM, leaf first.
    pub fn to_pem(&self) -> String {
        self.iter().map(Certificate::to_pem).collect()
    }

    /// The certificate that the chain is about.
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// Adds a certificate at the end: an enrolment server shows the root too, because who joins knows only its
    /// fingerprint.
    #[must_use]
    pub fn with(mut self, certificate: Certificate) -> Self {
        self.issuers.push(certificate);
        self
    }

    /// Every certificate, leaf first.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.issuers)
    }

    pub(crate) fn for_tls(&self) -> Vec<CertificateDer<'static>> {
        self.iter().map(Certificate::for_tls).collect()
    }
}

/// A PKCS #10 request that is signed by the key in it. Whatever else it asks for is not read: names come from the
/// center's own record, never from who asks.
#[derive(Clone)]
pub struct CertificateRequest {
    der: Vec<u8>,
    key: PublicKey,
}

impl CertificateRequest {
    /// Makes a request for this key.
    ///
    /// # Errors
    /// The library could not sign.
    pub fn create(key: &PrivateKey) -> Result<Self, CertificateError> {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let request = params.serialize_request(key).map_err(|_| KeyError::Library)?;
        Ok(Self { der: request.der().to_vec(), key: *key.public_key() })
    }

    /// Reads PEM and checks that the key in the request signed it.
    ///
    /// # Errors
    /// Damaged, too long, not a P-256 key, or not signed by its own key.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let der = pem::decode_one(text, SectionKind::Csr, "CERTIFICATE REQUEST")?;
        if der.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::TooLong);
        }
        let key = Self::signed_key(&der)?;
        Ok(Self { der, key })
    }

    fn signed_key(der: &[u8]) -> Result<PublicKey, CertificateError> {
        let (rest, request) = x509_parser::certification_request::X509CertificationRequest::from_der(der)
            .map_err(|_| CertificateError::Damaged)?;
        if !rest.is_empty() {
            return Err(CertificateError::Damaged);
        }
        let key = PublicKey::from_spki_der(request.certification_request_info.subject_pki.raw)?;
        let signature = &request.signature_value.data;
        // What follows the signed part: the algorithm, which we name ourselves, and the signature as a bit string.
        let length = u8::try_from(signature.len() + 1).map_err(|_| CertificateError::RequestSignature)?;
        let tail = [ECDSA_WITH_SHA256.as_slice(), &[0x03, length, 0], signature].concat();
        let signed = key.verifies(request.certification_request_info.raw, signature);
        if signed && der.ends_with(&tail) { Ok(key) } else { Err(CertificateError::RequestSignature) }
    }

    /// PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE REQUEST", &self.der)
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key that asks.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }
}

impl std::fmt::Debug for CertificateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CertificateRequest({:?})", self.key)
    }
}

/// A certificate revocation list of the issuing authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    der: Vec<u8>,
}

impl RevocationList {
    pub(crate) fn from_trusted_der(der: Vec<u8>) -> Self {
        Self { der }
    }

    /// Reads PEM.
    ///
    /// # Errors
    /// Damaged or too long.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let der = pem::decode_one_within(text, SectionKind::Crl, "X509 CRL", CRL_PEM_BYTES_MAX)?;
        match x509_parser::revocation_list::CertificateRevocationList::from_der(&der) {
            Ok(([], _)) => Ok(Self { der }),
            Ok(_) | Err(_) => Err(CertificateError::Damaged),
        }
    }

    /// PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("X509 CRL", &self.der)
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn for_tls(&self) -> CertificateRevocationListDer<'static> {
        CertificateRevocationListDer::from(self.der.clone())
    }
}

const _: () = assert!(CERTIFICATE_BYTES_MAX < PEM_BYTES_MAX, "a chain of a few certificates fits into one PEM text");
