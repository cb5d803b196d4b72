//! The answering side, for the model of the card's authority and for tests.

use jiff::Timestamp;

use super::{Answer, BASIC_RESPONSE, CertId, NONCE, NameHash, Status};
use crate::certificate;
use crate::der::{self, Reader};
use crate::jpki::authority::CaCertificate;
use crate::jpki::revocation::{RevocationError, extension, extensions};
use crate::jpki::rsa::{RsaPrivateKey, RsaPublicKey};
use crate::jpki::{CertificateSerial, JpkiError};
use crate::limits::{OCSP_BYTES_MAX, OCSP_NONCE_BYTES_MAX, OCSP_QUESTIONS_MAX};

/// What somebody asks a responder. A signature on it is not looked at: anybody may ask this responder.
#[derive(Debug, Clone)]
pub struct Request {
    ids: Vec<CertId>,
    nonce: Option<Vec<u8>>,
}

impl Request {
    /// Reads a request, DER.
    ///
    /// # Errors
    /// [`RevocationError::Unreadable`], also for more than [`OCSP_QUESTIONS_MAX`] certificates and for a nonce longer
    /// than [`OCSP_NONCE_BYTES_MAX`]; [`RevocationError::CriticalExtension`]. Answer [`Refusal::MalformedRequest`].
    pub fn read(der: &[u8]) -> Result<Self, RevocationError> {
        if der.len() > OCSP_BYTES_MAX {
            return Err(RevocationError::Unreadable);
        }
        let mut outer = Reader::only(der, der::SEQUENCE)?;
        let mut request = outer.inside(der::SEQUENCE)?;
        if outer.inside_if(der::context_constructed(0))?.is_none() {
            outer.end()?;
        }
        if let Some(mut version) = request.inside_if(der::context_constructed(0))?
            && !version.positive()?.is_empty()
        {
            return Err(RevocationError::Unreadable);
        }
        // The name of who asks.
        request.inside_if(der::context_constructed(1))?;
        let ids = read_ids(request.inside(der::SEQUENCE)?)?;
        let nonce = match request.inside_if(der::context_constructed(2))? {
            Some(mut more) => read_nonce(&mut more)?,
            None => None,
        };
        request.end()?;
        Ok(Self { ids, nonce })
    }

    /// Whether the first certificate in question is one of this authority.
    pub fn is_about(&self, ca: &CaCertificate) -> bool {
        self.ids.first().is_some_and(|id| id.is_by(ca))
    }

    /// Serial numbers that are asked for, in their order.
    pub fn serials(&self) -> impl Iterator<Item = CertificateSerial> {
        self.ids.iter().map(|id| id.serial)
    }
}

fn read_ids(mut list: Reader<'_>) -> Result<Vec<CertId>, RevocationError> {
    let mut ids = Vec::new();
    while !list.is_empty() {
        let mut one = list.inside(der::SEQUENCE)?;
        if ids.len() == OCSP_QUESTIONS_MAX {
            return Err(RevocationError::Unreadable);
        }
        ids.push(CertId::read(&mut one)?);
        if let Some(mut more) = one.inside_if(der::context_constructed(0))?
            && extensions(&mut more)?.iter().any(|(_, critical, _)| *critical)
        {
            return Err(RevocationError::CriticalExtension);
        }
        one.end()?;
    }
    if ids.is_empty() { Err(RevocationError::Unreadable) } else { Ok(ids) }
}

fn read_nonce(reader: &mut Reader<'_>) -> Result<Option<Vec<u8>>, RevocationError> {
    let mut nonce = None;
    for (oid, critical, value) in extensions(reader)? {
        if oid == NONCE.as_bytes() {
            let mut inner = Reader::new(value);
            let bytes = inner.content(der::OCTET_STRING)?;
            inner.end()?;
            if bytes.is_empty() || bytes.len() > OCSP_NONCE_BYTES_MAX {
                return Err(RevocationError::Unreadable);
            }
            nonce = Some(bytes.to_vec());
        } else if critical {
            return Err(RevocationError::CriticalExtension);
        }
    }
    Ok(nonce)
}

/// Why a responder gives no answer (RFC 6960 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The request cannot be read.
    MalformedRequest,
    /// The responder is broken.
    InternalError,
    /// Ask again later.
    TryLater,
    /// The responder does not answer about this authority's certificates.
    Unauthorized,
}

impl Refusal {
    /// The response, DER.
    pub fn to_der(self) -> Vec<u8> {
        let status = match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::Unauthorized => 6,
        };
        der::sequence([der::element(der::ENUMERATED, &[status])])
    }
}

/// Answers for one generation of the authority.
#[derive(Debug)]
pub struct Responder {
    ca: CaCertificate,
    key: RsaPrivateKey,
    /// ResponderID, DER, and the certificate that goes with it when the authority does not answer itself.
    id: Vec<u8>,
    certificate: Option<Vec<u8>>,
}

impl Responder {
    /// The authority answers itself.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when this is not the authority's key.
    pub fn authority(ca: CaCertificate, key: RsaPrivateKey) -> Result<Self, JpkiError> {
        let public = RsaPublicKey::from_spki(&key.public_spki()?)?;
        if public.pkcs1() != ca.key().pkcs1() {
            return Err(JpkiError::Key);
        }
        Ok(Self { id: key_id(&public), ca, key, certificate: None })
    }

    /// Somebody else answers, with a certificate (DER) that the authority made for it.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when the key does not belong to the certificate, [`JpkiError::Unreadable`].
    pub fn delegated(ca: CaCertificate, certificate: Vec<u8>, key: RsaPrivateKey) -> Result<Self, JpkiError> {
        let public = {
            let read = certificate::parse(&certificate).map_err(|_| JpkiError::Unreadable)?;
            RsaPublicKey::from_spki(read.public_key().raw)?
        };
        if public.pkcs1() != RsaPublicKey::from_spki(&key.public_spki()?)?.pkcs1() {
            return Err(JpkiError::Key);
        }
        Ok(Self { id: key_id(&public), ca, key, certificate: Some(certificate) })
    }

    /// The authority for which it answers.
    pub fn ca(&self) -> &CaCertificate {
        &self.ca
    }

    /// Answers each certificate of the request with what `status` says of its serial number, as of now. Certificates of
    /// other authorities are unknown here.
    ///
    /// # Errors
    /// [`RevocationError::Key`] when the key cannot sign; answer [`Refusal::InternalError`].
    pub fn answer(
        &self,
        request: &Request,
        now: Timestamp,
        next_update: Option<Timestamp>,
        status: impl Fn(CertificateSerial) -> Status,
    ) -> Result<Vec<u8>, RevocationError> {
        let answers = der::sequence(request.ids.iter().map(|id| {
            let status = if id.is_by(&self.ca) { status(id.serial) } else { Status::Unknown };
            write_single(id, &Answer { status, this_update: now, next_update })
        }));
        let nonce = request.nonce.as_ref().map_or_else(Vec::new, |nonce| {
            let list = der::sequence([extension(&NONCE, false, &der::octets(nonce))]);
            der::wrap(der::context_constructed(1), [list])
        });
        let data = der::sequence([self.id.clone(), der::generalized_time(now), answers, nonce]);
        self.finish(&data)
    }

    fn finish(&self, data: &[u8]) -> Result<Vec<u8>, RevocationError> {
        let certificates = self.certificate.as_ref().map_or_else(Vec::new, |certificate| {
            der::wrap(der::context_constructed(0), [der::sequence([certificate])])
        });
        let signature = der::bits(&self.key.sign(data)?);
        let basic = der::sequence([data, &crate::jpki::algorithm(), &signature, &certificates]);
        let bytes = der::sequence([der::oid(&BASIC_RESPONSE), der::octets(&basic)]);
        let successful = der::element(der::ENUMERATED, &[0]);
        Ok(der::sequence([successful, der::wrap(der::context_constructed(0), [bytes])]))
    }
}

/// ResponderID by key.
fn key_id(key: &RsaPublicKey) -> Vec<u8> {
    der::wrap(der::context_constructed(2), [der::octets(&NameHash::Sha1.of(key.pkcs1()))])
}

fn write_single(id: &CertId, answer: &Answer) -> Vec<u8> {
    let status = match answer.status {
        Status::Good => der::element(der::context(0), &[]),
        Status::Unknown => der::element(der::context(2), &[]),
        Status::Revoked(revocation) => {
            let reason = revocation.reason.to_der();
            let reason = reason.map_or_else(Vec::new, |reason| der::wrap(der::context_constructed(0), [reason]));
            der::wrap(der::context_constructed(1), [der::generalized_time(revocation.at), reason])
        }
    };
    let next = answer
        .next_update
        .map_or_else(Vec::new, |next| der::wrap(der::context_constructed(0), [der::generalized_time(next)]));
    der::sequence([id.to_der(), status, der::generalized_time(answer.this_update), next])
}
