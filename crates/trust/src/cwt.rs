//! CBOR Web Tokens (RFC 8392): claims that this center signed, which anybody who has its credential key can read offline.
//!
//! ```text
//! 18([
//!   << { 1: -7,           alg: ES256
//!        4: kid,          first 8 bytes of SHA-256(SubjectPublicKeyInfo)
//!        16: typ } >>,    media type (RFC 9596); absent in a personal certificate, where each byte makes the code coarser
//!   {},
//!   << claims >>,
//!   signature
//! ])
//! ```
//!
//! One spelling: whatever is not written exactly so is refused. A token of one kind is never taken for one of another, because
//! the kind stands under the signature.

use std::fmt;

use coset::{CoseSign1, TaggedCborSerializable as _};

use crate::cbor;
use crate::cose::{self, ALG, ES256, KID};
use crate::es256::{KEY_ID_BYTES, SIGNATURE_BYTES, Signer, public_key_for};
use crate::keys::{KeyError, PrivateKey};

/// Header parameter: media type of the whole, RFC 9596.
const TYP: i64 = 16;
/// The head of a byte string of 64 bytes.
const SIGNATURE_HEAD: [u8; 2] = [0x58, 0x40];

/// Claim: whom or what the token is about.
pub(crate) const SUBJECT: u64 = 2;
/// Claim: seconds since 1970 from which on it is not believed.
pub(crate) const EXPIRES: u64 = 4;
/// Claim: seconds since 1970 before which it does not count.
pub(crate) const NOT_BEFORE: u64 = 5;
/// Claim: seconds since 1970 at which it was signed.
pub(crate) const ISSUED_AT: u64 = 6;

/// The key that signs status lists and personal certificates. It is not the log's key: what patients carry lives for years
/// and is read everywhere.
pub struct CredentialSigner {
    signer: Signer,
    public: CredentialKey,
}

impl CredentialSigner {
    /// Takes a key into use.
    ///
    /// # Errors
    /// The library refuses the key.
    pub fn new(key: &PrivateKey) -> Result<Self, KeyError> {
        let signer = Signer::new(key)?;
        let public = CredentialKey(signer.public_key().clone());
        Ok(Self { signer, public })
    }

    /// What verifies the signatures.
    pub const fn public_key(&self) -> &CredentialKey {
        &self.public
    }

    /// Signs claims as a token of this kind.
    pub(crate) fn sign(&self, kind: Option<&str>, claims: &[u8]) -> Result<Vec<u8>, KeyError> {
        let protected = protected(&self.public, kind);
        let signature = self.signer.sign(&cose::to_be_signed(&protected, claims))?;
        let mut out = Vec::with_capacity(protected.len() + claims.len() + SIGNATURE_BYTES + 16);
        push_prefix(&mut out, &protected);
        cbor::bytes(&mut out, claims);
        cbor::bytes(&mut out, &signature);
        Ok(out)
    }
}

impl fmt::Debug for CredentialSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialSigner({:?})", self.public)
    }
}

public_key_for! {
    /// The key that verifies status lists and personal certificates. Everybody may have it; whoever verifies must have it from
    /// somebody they trust.
    CredentialKey
}

/// Why bytes are no token, or not one to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CwtError {
    /// Not a token as described above: cut off, or something else.
    #[error("not a signed token of this kind, or cut off")]
    Damaged,
    /// Signed by none of the keys at hand.
    #[error("signed by a key that is not known here")]
    OtherKey,
    /// Changed after it was signed.
    #[error("the signature does not hold")]
    Signature,
}

/// Gives the claims of a token of this kind that one of the keys has signed.
pub(crate) fn open<'a>(token: &'a [u8], kind: Option<&str>, keys: &[CredentialKey]) -> Result<&'a [u8], CwtError> {
    for key in keys {
        let protected = protected(key, kind);
        let mut prefix = Vec::with_capacity(protected.len() + 8);
        push_prefix(&mut prefix, &protected);
        if let Some(rest) = token.strip_prefix(prefix.as_slice()) {
            let (claims, signature) = split(rest).ok_or(CwtError::Damaged)?;
            let holds = key.verifies(&cose::to_be_signed(&protected, claims), signature);
            return if holds { Ok(claims) } else { Err(CwtError::Signature) };
        }
    }
    // Not as any of our keys would write it: another key, or no token of this kind at all?
    let other = CoseSign1::from_tagged_slice(token).map_err(|_| CwtError::Damaged)?;
    let key_id = other.protected.header.key_id.as_slice();
    let ours = keys.iter().any(|key| key.key_id() == key_id);
    Err(if ours || key_id.is_empty() { CwtError::Damaged } else { CwtError::OtherKey })
}

/// Bytes of a token of this kind with claims of this length.
pub(crate) fn token_len(kind: Option<&str>, claims: usize) -> usize {
    // The map, `alg`, the key of `kid` with its head, and `kid`.
    let typ = kind.map_or(0, |kind| 1 + cbor::head_len(kind.len()) + kind.len());
    let protected = 1 + 2 + 2 + KEY_ID_BYTES + typ;
    let prefix = 2 + cbor::head_len(protected) + protected + 1;
    prefix + cbor::head_len(claims) + claims + SIGNATURE_HEAD.len() + SIGNATURE_BYTES
}

fn protected(key: &CredentialKey, kind: Option<&str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(48);
    cbor::map(&mut out, if kind.is_some() { 3 } else { 2 });
    cbor::integer(&mut out, ALG);
    cbor::integer(&mut out, ES256);
    cbor::integer(&mut out, KID);
    cbor::bytes(&mut out, key.key_id());
    if let Some(kind) = kind {
        cbor::integer(&mut out, TYP);
        cbor::text(&mut out, kind);
    }
    out
}

fn push_prefix(out: &mut Vec<u8>, protected: &[u8]) {
    cbor::tag(out, cose::SIGN1_TAG);
    cbor::array(out, 4);
    cbor::bytes(out, protected);
    cbor::map(out, 0);
}

/// Claims and signature of what follows the headers. The shortest head only, nothing behind.
fn split(rest: &[u8]) -> Option<(&[u8], &[u8; SIGNATURE_BYTES])> {
    let (body, signature) = rest.split_last_chunk::<SIGNATURE_BYTES>()?;
    let body = body.strip_suffix(&SIGNATURE_HEAD)?;
    // The length is known from the outside, so its head has one spelling and is compared.
    for head in [1, 2, 3, 5] {
        let Some((_, claims)) = body.split_at_checked(head) else { break };
        if cbor::head_len(claims.len()) == head {
            let mut expected = Vec::with_capacity(5);
            cbor::bytes_head(&mut expected, claims.len());
            return body.starts_with(&expected).then_some((claims, signature));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> CredentialSigner {
        CredentialSigner::new(&PrivateKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_token_opens_under_its_key_and_kind_only() {
        let (ours, other) = (signer(), signer());
        for length in [0, 1, 23, 24, 255, 256, 70_000] {
            let claims = vec![0x40; length];
            let token = ours.sign(Some("a/b"), &claims).unwrap();
            assert_eq!(token.len(), token_len(Some("a/b"), length));
            let keys = [other.public_key().clone(), ours.public_key().clone()];
            assert_eq!(open(&token, Some("a/b"), &keys), Ok(claims.as_slice()), "{length}");
            assert_eq!(open(&token, Some("a/c"), &keys), Err(CwtError::Damaged));
            assert_eq!(open(&token, None, &keys), Err(CwtError::Damaged));
            assert_eq!(open(&token, Some("a/b"), &keys[..1]), Err(CwtError::OtherKey));
        }
    }

    #[test]
    fn no_bit_of_a_token_can_be_changed_and_no_end_cut_off() {
        let ours = signer();
        let token = ours.sign(None, b"\xa1\x02\x61\x41").unwrap();
        let keys = [ours.public_key().clone()];
        for bit in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&changed, None, &keys).is_err(), "bit {bit}");
        }
        for length in 0..token.len() {
            assert!(open(&token[..length], None, &keys).is_err(), "{length} bytes");
        }
        let mut longer = token.clone();
        longer.push(0);
        assert_eq!(open(&longer, None, &keys), Err(CwtError::Damaged));
    }
}
