//! How a terminal renews its certificate: when, and how it shows who it is when the old one has run out.

use jiff::{SignedDuration, Timestamp};

use crate::ca::IssuingAuthority;
use crate::certificate::{Certificate, CertificateRequest, RevocationList, Validity};
use crate::keys::{KeyError, PrivateKey};
use crate::limits::RENEWAL_GRACE;
use crate::peer::{PeerCertificate, PeerError};
use crate::tls::{self, TlsError};

/// Why a renewal was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenewalError {
    /// The old certificate names no peer.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The old certificate was not issued here, or was revoked.
    #[error("the old certificate is not accepted: {0}")]
    NotAccepted(#[from] TlsError),
    /// The old certificate ended longer ago than [`RENEWAL_GRACE`]; the terminal must join again with a new code.
    #[error("the old certificate ended at {0}, too long ago")]
    TooLate(Timestamp),
    /// The old key did not sign this request.
    #[error("the old key did not sign the new request")]
    Signature,
    /// The request is for the old key again.
    #[error("the new request must be for a new key")]
    SameKey,
}

/// When to renew: at the beginning of the last third of the life, plus a part of its first half that `jitter` chooses.
///
/// `jitter` is any random number; all terminals together spread evenly. The second half of the third, two weeks of the
/// usual 90 days, is left for trying again.
pub fn renew_at(validity: Validity, jitter: u64) -> Timestamp {
    let life = validity.not_after.duration_since(validity.not_before);
    let third = life / 3;
    let window_seconds = (third / 2).as_secs().max(0).unsigned_abs();
    // The upper bits of the product are jitter / 2^64 of the window.
    let spread = (u128::from(window_seconds) * u128::from(jitter)) >> 64;
    let spread = SignedDuration::from_secs(i64::try_from(spread).unwrap_or_default());
    validity
        .not_after
        .saturating_sub(third)
        .unwrap_or(validity.not_before)
        .saturating_add(spread)
        .unwrap_or(validity.not_after)
}

/// What the terminal sends beside its new request: the old key's signature (ECDSA with SHA-256, DER) over the DER of
/// that request.
///
/// # Errors
/// The library could not sign.
pub fn prove(old_key: &PrivateKey, request: &CertificateRequest) -> Result<Vec<u8>, KeyError> {
    old_key.sign(request.der())
}

/// Checks such a proof and says who renews. The certificate may have run out up to [`RENEWAL_GRACE`] ago, but must have
/// been issued here and not be revoked.
///
/// # Errors
/// Why it is refused.
pub fn check(
    authority: &IssuingAuthority,
    revocations: &RevocationList,
    old: &Certificate,
    request: &CertificateRequest,
    signature: &[u8],
    now: Timestamp,
) -> Result<PeerCertificate, RenewalError> {
    let holder = PeerCertificate::from_der(old.der())?;
    let ended = holder.validity.not_after;
    if now.duration_since(ended) > RENEWAL_GRACE {
        return Err(RenewalError::TooLate(ended));
    }
    // Judged as on its last day; everything else about it must hold as in a handshake.
    tls::verify_client(authority, revocations, old, now.min(ended))?;
    let old_key = old.public_key().map_err(PeerError::from)?;
    if !old_key.verifies(request.der(), signature) {
        return Err(RenewalError::Signature);
    }
    if old_key == *request.public_key() {
        return Err(RenewalError::SameKey);
    }
    Ok(holder)
}
