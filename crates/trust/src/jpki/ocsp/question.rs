//! The asking side: one certificate, one nonce.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Answer, CertId, NONCE, answer};
use crate::der;
use crate::jpki::revocation::extension;
use crate::jpki::{CaCertificate, PersonCertificate, RevocationError};
use crate::limits::OCSP_NONCE_BYTES;

/// A question to a responder about one certificate. It is asked once: the answer must carry its nonce.
#[derive(Debug, Clone)]
pub struct Question {
    ca: Arc<CaCertificate>,
    id: CertId,
    nonce: [u8; OCSP_NONCE_BYTES],
}

impl Question {
    /// A question about this certificate. `nonce` must be fresh random bytes each time.
    pub fn new(certificate: &PersonCertificate, nonce: [u8; OCSP_NONCE_BYTES]) -> Self {
        let ca = Arc::clone(certificate.ca());
        let id = CertId::new(&ca, certificate.serial());
        Self { ca, id, nonce }
    }

    /// The request, DER: the body of a POST with the media type `application/ocsp-request`.
    pub fn to_der(&self) -> Vec<u8> {
        let requests = der::sequence([der::sequence([self.id.to_der()])]);
        let nonce = extension(&NONCE, false, &der::octets(&self.nonce));
        let extensions = der::wrap(der::context_constructed(2), [der::sequence([nonce])]);
        der::sequence([der::sequence([requests, extensions])])
    }

    /// Reads the answer to this question: the body of a response with the media type `application/ocsp-response`.
    ///
    /// # Errors
    /// Why it is not believed. A certificate that was revoked or is unknown is no error but an answer.
    pub fn read_answer(&self, der: &[u8], now: Timestamp) -> Result<Answer, RevocationError> {
        answer::read(der, &self.ca, &self.id, &self.nonce, now)
    }
}
