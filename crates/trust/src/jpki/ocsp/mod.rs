//! OCSP (RFC 6960) with RSA and nonces: was this certificate revoked, as of now?
//!
//! The asking side is [`Question`]: it makes the request and reads the answer to it. The answering side, for the model of
//! the card's authority, is [`Request`] and [`Responder`]. Both are tested against each other and against `openssl ocsp`.
//!
//! An answer is believed when the authority itself signed it, or a responder to which the authority gave a certificate for
//! that (extended key usage OCSPSigning, RFC 6960 4.2.2.2); when it carries our nonce, so that it was made for this
//! question; and when it is of this time.

mod answer;
mod question;
mod respond;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use jiff::Timestamp;

pub use question::Question;
pub use respond::{Refusal, Request, Responder};

use super::authority::CaCertificate;
use super::revocation::Revocation;
use super::{CertificateSerial, RevocationError};
use crate::der::{self, Oid, Reader};

const BASIC_RESPONSE: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 1]);
const NONCE: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 2]);
const SHA1_OID: Oid = Oid::new(&[1, 3, 14, 3, 2, 26]);
const SHA256_OID: Oid = Oid::new(&[2, 16, 840, 1, 101, 3, 4, 2, 1]);

/// What a responder says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked(Revocation),
    /// The responder knows no such certificate. It must not be accepted.
    Unknown,
}

/// A verified answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub status: Status,
    /// As of when it is true.
    pub this_update: Timestamp,
    /// When there will be newer news; none says that newer news can be had at any time.
    pub next_update: Option<Timestamp>,
}

/// The hash by which a request names the authority. It keeps nothing secret and proves nothing, so SHA-1 is harmless
/// here; it is what every responder understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameHash {
    Sha1,
    Sha256,
}

impl NameHash {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec(),
            Self::Sha256 => digest(&SHA256, bytes).as_ref().to_vec(),
        }
    }

    const fn oid(self) -> Oid {
        match self {
            Self::Sha1 => SHA1_OID,
            Self::Sha256 => SHA256_OID,
        }
    }

    fn read(algorithm: &mut Reader<'_>) -> Result<Self, RevocationError> {
        let found = algorithm.content(der::OBJECT_IDENTIFIER)?;
        [Self::Sha1, Self::Sha256]
            .into_iter()
            .find(|hash| hash.oid().as_bytes() == found)
            .ok_or(RevocationError::Unreadable)
    }
}

/// Names one certificate: by hashes of the authority's name and key, and by serial number (RFC 6960 4.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
struct CertId {
    hash: NameHash,
    name: Vec<u8>,
    key: Vec<u8>,
    serial: CertificateSerial,
}

impl CertId {
    fn new(ca: &CaCertificate, serial: CertificateSerial) -> Self {
        let hash = NameHash::Sha1;
        Self { hash, name: hash.of(ca.name()), key: hash.of(ca.key().pkcs1()), serial }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, RevocationError> {
        let mut id = reader.inside(der::SEQUENCE)?;
        let hash = NameHash::read(&mut id.inside(der::SEQUENCE)?)?;
        let name = id.content(der::OCTET_STRING)?.to_vec();
        let key = id.content(der::OCTET_STRING)?.to_vec();
        let serial = CertificateSerial::from_bytes(id.positive()?).ok_or(RevocationError::Unreadable)?;
        id.end()?;
        Ok(Self { hash, name, key, serial })
    }

    fn to_der(&self) -> Vec<u8> {
        let hash = der::sequence([der::oid(&self.hash.oid()), der::element(der::NULL, &[])]);
        der::sequence([hash, der::octets(&self.name), der::octets(&self.key), der::positive(self.serial.as_bytes())])
    }

    fn is_by(&self, ca: &CaCertificate) -> bool {
        self.name == self.hash.of(ca.name()) && self.key == self.hash.of(ca.key().pkcs1())
    }
}
