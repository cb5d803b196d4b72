//! What every COSE_Sign1 (RFC 9052) of this house has in common.

use coset::iana;

use crate::cbor;

/// Tag of a COSE_Sign1.
pub(crate) const SIGN1_TAG: u64 = 18;
/// Header parameter: algorithm.
pub(crate) const ALG: i64 = iana::HeaderParameter::Alg as i64;
/// Header parameter: name of the key.
pub(crate) const KID: i64 = iana::HeaderParameter::Kid as i64;
/// ECDSA on P-256 with SHA-256.
pub(crate) const ES256: i64 = iana::Algorithm::ES256 as i64;

/// The Sig_structure of RFC 9052 4.4, with no external data: what the signature is over.
pub(crate) fn to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(protected.len() + payload.len() + 32);
    cbor::array(&mut out, 4);
    cbor::text(&mut out, "Signature1");
    cbor::bytes(&mut out, protected);
    cbor::bytes(&mut out, &[]);
    cbor::bytes(&mut out, payload);
    out
}
