//! 公的個人認証 (JPKI): what the center must know to believe an Individual Number Card.
//!
//! The card shows its 利用者証明用電子証明書 and signs a challenge with the key that belongs to it. [`JpkiTrust::verify`]
//! judges the certificate, [`PersonCertificate::verify_signature`] the signature. Whether it was revoked is asked of the
//! authority ([`ocsp`]), or looked up in its last list ([`crl`]).
//!
//! The rules were read from public certificates (profile of the 利用者証明用電子証明書, CA certificates of three
//! generations):
//!
//! | field | rule | reason |
//! |---|---|---|
//! | issuer | name *and* key identifier of an authority that is trusted | all generations have one name |
//! | signature | sha256WithRSAEncryption by that authority | |
//! | key | RSA, 2048 bits | |
//! | key usage | digitalSignature and nothing else | 署名用 has nonRepudiation too |
//! | extended key usage | clientAuth | 署名用 has none |
//! | policies | critical, one of those accepted | tells test, production and phone apart |
//! | other extensions | none that is critical | RFC 5280 4.2 |
//! | validity | reported, not judged | an expired card still shows eligibility for three months |
//!
//! [`issue`] makes such certificates, for the model of the authority and for tests.
//!
//! Common TLS libraries refuse these certificates because their policies are critical, so the path is checked here. It has
//! two certificates: the authority's own, which is configured, and the person's.

mod authority;
mod certificate;
pub mod crl;
mod error;
pub mod issue;
pub mod ocsp;
mod period;
mod revocation;
mod rsa;
mod serial;
mod signed;

use std::sync::Arc;

use jiff::Timestamp;

pub use authority::{CaCertificate, CaKeyId};
pub use certificate::PersonCertificate;
pub use error::JpkiError;
pub use period::Period;
pub use revocation::{Revocation, RevocationError, RevocationReason};
pub use rsa::{RsaPrivateKey, algorithm};
pub use serial::CertificateSerial;

use crate::der::Oid;
use crate::limits::{JPKI_CAS_MAX, JPKI_POLICIES_MAX};

/// Policy of a 利用者証明用電子証明書 on a real card.
pub const POLICY: Oid = Oid::new(&[1, 2, 392, 200_149, 8, 5, 1, 3, 30]);
/// Policy of a 利用者証明用電子証明書 on a test card, and of those that the model makes.
pub const TEST_POLICY: Oid = Oid::new(&[1, 2, 392, 200_149, 8, 5, 1, 0, 30]);

/// Which authorities and which policies are believed. Cheap to share behind an `Arc`; nothing in it changes.
#[derive(Debug)]
pub struct JpkiTrust {
    cas: Vec<Arc<CaCertificate>>,
    policies: Vec<Oid>,
}

impl JpkiTrust {
    /// Takes the authority's certificates (DER), one a generation, and the policies that are accepted.
    ///
    /// # Errors
    /// One of them is no certificate of an authority; see [`CaCertificate::from_der`]. [`JpkiError::IssuerUnknown`] when
    /// there is none, too many, or one twice; [`JpkiError::Policy`] when no policy, or too many, are given.
    pub fn new<C: AsRef<[u8]>>(cas: impl IntoIterator<Item = C>, policies: &[Oid]) -> Result<Self, JpkiError> {
        let mut known: Vec<Arc<CaCertificate>> = Vec::new();
        for der in cas {
            let ca = CaCertificate::from_der(der.as_ref())?;
            if known.len() == JPKI_CAS_MAX || known.iter().any(|other| other.key_id() == ca.key_id()) {
                return Err(JpkiError::IssuerUnknown);
            }
            known.push(Arc::new(ca));
        }
        match (known.is_empty(), policies.len()) {
            (true, _) => Err(JpkiError::IssuerUnknown),
            (false, 1..=JPKI_POLICIES_MAX) => Ok(Self { cas: known, policies: policies.to_vec() }),
            (false, _) => Err(JpkiError::Policy),
        }
    }

    /// Judges a certificate as it was read from a card.
    ///
    /// # Errors
    /// Why it is not believed. Being expired is not among the reasons: ask [`PersonCertificate::period`].
    pub fn verify(&self, der: &[u8], now: Timestamp) -> Result<PersonCertificate, JpkiError> {
        PersonCertificate::judge(der, &self.cas, &self.policies, now)
    }

    /// The authorities that are believed.
    pub fn cas(&self) -> &[Arc<CaCertificate>] {
        &self.cas
    }

    /// The authority with this key.
    pub fn ca(&self, key_id: &CaKeyId) -> Option<&Arc<CaCertificate>> {
        self.cas.iter().find(|ca| ca.key_id() == key_id)
    }
}
