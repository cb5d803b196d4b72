//! Reading an answer: who signed it, then what it says.

use jiff::Timestamp;

use super::{Answer, BASIC_RESPONSE, CertId, NONCE, NameHash, Status};
use crate::certificate;
use crate::der::{self, Reader};
use crate::jpki::authority::{CaCertificate, parse};
use crate::jpki::certificate::require_extensions;
use crate::jpki::revocation::{Extension, Revocation, RevocationError, RevocationReason, extensions};
use crate::jpki::rsa::RsaPublicKey;
use crate::jpki::signed::Signed;
use crate::limits::{OCSP_AGE_MAX, OCSP_BYTES_MAX, OCSP_CERTIFICATES_MAX, OCSP_QUESTIONS_MAX, REVOCATION_CLOCK_MAX};

pub(super) fn read(
    der: &[u8],
    ca: &CaCertificate,
    id: &CertId,
    nonce: &[u8],
    now: Timestamp,
) -> Result<Answer, RevocationError> {
    if der.len() > OCSP_BYTES_MAX {
        return Err(RevocationError::Unreadable);
    }
    let mut basic = Reader::only(successful(der)?, der::SEQUENCE)?;
    let signed = Signed::read(&mut basic)?;
    let certificates = basic.inside_if(der::context_constructed(0))?;
    basic.end()?;

    let mut data = Reader::only(signed.part, der::SEQUENCE)?;
    let responder = ResponderId::read(&mut data)?;
    let key = responder_key(responder, ca, certificates, now)?;
    if !signed.is_by(key.as_ref().unwrap_or(ca.key())) {
        return Err(RevocationError::Signature);
    }
    // producedAt says when it was signed; what counts is when it is true, which each answer says for itself.
    data.time()?;
    let found = single(&mut data, id)?;
    require_nonce(data, nonce)?;
    require_time(&found, now)?;
    Ok(found)
}

/// The basic response inside a successful answer.
fn successful(der: &[u8]) -> Result<&[u8], RevocationError> {
    let mut outer = Reader::only(der, der::SEQUENCE)?;
    match outer.content(der::ENUMERATED)? {
        [0] => {}
        &[status] => return Err(RevocationError::Refused(status)),
        _ => return Err(RevocationError::Unreadable),
    }
    let mut bytes = outer.inside(der::context_constructed(0))?.inside(der::SEQUENCE)?;
    outer.end()?;
    if bytes.content(der::OBJECT_IDENTIFIER)? != BASIC_RESPONSE.as_bytes() {
        return Err(RevocationError::Unreadable);
    }
    let basic = bytes.content(der::OCTET_STRING)?;
    bytes.end()?;
    Ok(basic)
}

/// Who says to have signed.
#[derive(Clone, Copy)]
enum ResponderId<'a> {
    /// Name, DER.
    Name(&'a [u8]),
    /// SHA-1 of the key.
    Key(&'a [u8]),
}

impl<'a> ResponderId<'a> {
    /// Reads the version, which must be the default, and the identity.
    fn read(data: &mut Reader<'a>) -> Result<Self, RevocationError> {
        if let Some(mut version) = data.inside_if(der::context_constructed(0))?
            && !version.positive()?.is_empty()
        {
            return Err(RevocationError::Unreadable);
        }
        if let Some(mut name) = data.inside_if(der::context_constructed(1))? {
            return Ok(Self::Name(name.whole(der::SEQUENCE)?));
        }
        Ok(Self::Key(data.inside(der::context_constructed(2))?.content(der::OCTET_STRING)?))
    }

    fn is(self, name: &[u8], key: &RsaPublicKey) -> bool {
        match self {
            Self::Name(claimed) => claimed == name,
            Self::Key(claimed) => claimed == NameHash::Sha1.of(key.pkcs1()),
        }
    }
}

/// The key of a responder to which the authority gave a certificate; none when the authority answers itself.
///
/// The generations share a name, so a name alone does not say that it is the authority: the signature, checked by the
/// caller, does.
fn responder_key(
    responder: ResponderId<'_>,
    ca: &CaCertificate,
    certificates: Option<Reader<'_>>,
    now: Timestamp,
) -> Result<Option<RsaPublicKey>, RevocationError> {
    if responder.is(ca.name(), ca.key()) {
        return Ok(None);
    }
    let mut list = certificates.ok_or(RevocationError::Responder)?.inside(der::SEQUENCE)?;
    for _ in 0..OCSP_CERTIFICATES_MAX {
        if list.is_empty() {
            break;
        }
        let candidate = list.whole(der::SEQUENCE)?;
        if let Some(key) = delegated(candidate, responder, ca, now) {
            return Ok(Some(key));
        }
    }
    Err(RevocationError::Responder)
}

/// The key in this certificate, if the authority made it for exactly this purpose and it is valid now.
fn delegated(der: &[u8], responder: ResponderId<'_>, ca: &CaCertificate, now: Timestamp) -> Option<RsaPublicKey> {
    let read = parse(der).ok()?;
    let key = RsaPublicKey::from_spki(read.public_key().raw).ok()?;
    let is_claimed = responder.is(read.subject().as_raw(), &key);
    let is_named = read.issuer().as_raw() == ca.name() && ca.signed(&read);
    let may_answer = read.extended_key_usage().ok()?.is_some_and(|usage| usage.value.ocsp_signing) && !read.is_ca();
    let is_valid = certificate::validity_of(&read).ok()?.holds_at(now) && require_extensions(&read).is_ok();
    (is_claimed && is_named && may_answer && is_valid).then_some(key)
}

/// The answer about our certificate among those that were given.
fn single(data: &mut Reader<'_>, id: &CertId) -> Result<Answer, RevocationError> {
    let mut answers = data.inside(der::SEQUENCE)?;
    for _ in 0..OCSP_QUESTIONS_MAX {
        if answers.is_empty() {
            break;
        }
        let mut one = answers.inside(der::SEQUENCE)?;
        // Another authority may be named by a hash that is not known here; that answer is not for us.
        if CertId::read(&mut one).as_ref() == Ok(id) {
            return details(one);
        }
    }
    Err(RevocationError::OtherCertificate)
}

fn details(mut one: Reader<'_>) -> Result<Answer, RevocationError> {
    let status = if one.tag() == Some(der::context(0)) {
        one.skip()?;
        Status::Good
    } else if let Some(mut revoked) = one.inside_if(der::context_constructed(1))? {
        let at = revoked.time()?;
        let reason = match revoked.inside_if(der::context_constructed(0))? {
            Some(mut reason) => RevocationReason::read(&mut reason)?,
            None => RevocationReason::Unspecified,
        };
        revoked.end()?;
        Status::Revoked(Revocation { at, reason })
    } else {
        one.content(der::context(2))?;
        Status::Unknown
    };
    let this_update = one.time()?;
    let next_update = one.inside_if(der::context_constructed(0))?.map(|mut next| next.time()).transpose()?;
    if let Some(mut more) = one.inside_if(der::context_constructed(1))? {
        require_known(&extensions(&mut more)?)?;
    }
    one.end()?;
    Ok(Answer { status, this_update, next_update })
}

fn require_nonce(mut data: Reader<'_>, nonce: &[u8]) -> Result<(), RevocationError> {
    let mut more = data.inside_if(der::context_constructed(1))?.ok_or(RevocationError::Nonce)?;
    data.end()?;
    let extensions = extensions(&mut more)?;
    require_known(&extensions)?;
    let held = extensions.iter().find(|(oid, ..)| *oid == NONCE.as_bytes()).ok_or(RevocationError::Nonce)?;
    let same = Reader::new(held.2).content(der::OCTET_STRING) == Ok(nonce);
    if same { Ok(()) } else { Err(RevocationError::Nonce) }
}

fn require_known(extensions: &[Extension<'_>]) -> Result<(), RevocationError> {
    let unknown = extensions.iter().any(|(oid, critical, _)| *critical && *oid != NONCE.as_bytes());
    if unknown { Err(RevocationError::CriticalExtension) } else { Ok(()) }
}

/// Not from the future, and either before the promised next one or, where none is promised, a few minutes old.
fn require_time(answer: &Answer, now: Timestamp) -> Result<(), RevocationError> {
    let age = now.duration_since(answer.this_update);
    let in_time = match answer.next_update {
        Some(next) => now.duration_since(next) <= REVOCATION_CLOCK_MAX,
        None => age <= OCSP_AGE_MAX,
    };
    if -age <= REVOCATION_CLOCK_MAX && in_time { Ok(()) } else { Err(RevocationError::Time) }
}
