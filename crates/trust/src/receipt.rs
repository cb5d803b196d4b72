//! COSE Receipts (RFC 9942): proof that an entry is in the log, for anybody who has the log's public key.
//!
//! A receipt is a tagged COSE_Sign1 (RFC 9052) whose payload, the root of the tree, is left out, so that whoever
//! verifies must compute it from the entry and the path:
//!
//! ```text
//! 18([
//!   << { 1: -7,                                    alg: ES256
//!        4: kid,                                   first 8 bytes of SHA-256(SubjectPublicKeyInfo)
//!        15: { 1: "urn:tashika:log:01", 6: iat },  CWT claims (RFC 9597): which log, signed when (s)
//!        395: 1,                                   vds: RFC9162_SHA256
//!        -65537: tree size } >>,                   private use, see below
//!   { 396: { -1: [ << [tree size, leaf index, [+ hash]] >> ] } },   vdp: one inclusion proof
//!   nil,
//!   signature
//! ])
//! ```
//!
//! What is signed covers only the protected header and the root, so it is the same for all entries of a batch: one
//! signature serves all, and [`SignedHead`] holds the parts that they share.
//!
//! Why the tree size is in the protected header as well: a root alone does not fix the size of its tree. The same leaf,
//! path and root also fit some other sizes, so without it a changed size would go unnoticed. With it, the leaf index is
//! fixed too.

use ciborium::Value;
use coset::{CoseSign1, Header, Label, TaggedCborSerializable as _, iana};
use jiff::Timestamp;

use crate::cbor;
use crate::cose::{ALG, ES256, KID, SIGN1_TAG, to_be_signed};
use crate::keys::KeyError;
use crate::limits::{PATH_HASHES_MAX, RECEIPT_BYTES_MAX};
use crate::log::{KEY_ID_BYTES, LogId, LogPublicKey, LogSigner, SIGNATURE_BYTES};
use crate::merkle::{self, BatchProofs, Hash, TreeHead};

/// CWT claims in a header, RFC 9597.
const CWT_CLAIMS: i64 = 15;
const CLAIM_ISSUER: i64 = 1;
const CLAIM_ISSUED_AT: i64 = 6;
/// Verifiable data structure, and proofs about it: RFC 9942.
const VDS: i64 = 395;
const VDP: i64 = 396;
const RFC9162_SHA256: i64 = 1;
const INCLUSION: i64 = -1;
/// The first label for private use (RFC 9052: below -65536).
const TREE_SIZE: i64 = -65_537;
/// A hash of 32 bytes with its head.
const HASH_BYTES: usize = 34;

/// Why bytes are no receipt, or not one for this entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Longer than [`RECEIPT_BYTES_MAX`].
    #[error("the receipt is longer than {RECEIPT_BYTES_MAX} bytes")]
    TooLong,
    /// Not a COSE_Sign1 with the headers described above; which part.
    #[error("not a receipt of this house: {0}")]
    Damaged(&'static str),
    /// Well formed, but not the one deterministic way to write it.
    #[error("the receipt is not written in the deterministic form")]
    NotDeterministic,
    /// Signed by another key than the one at hand.
    #[error("the receipt names another key")]
    OtherKey,
    /// The path does not fit the leaf index and the tree size.
    #[error("the inclusion path does not fit: {0}")]
    Path(#[from] merkle::MerkleError),
    /// The entry is not the one that the receipt is for, or the receipt was changed.
    #[error("the signature does not hold for this entry")]
    Signature,
}

/// A signed head, with everything that the receipts of its batch share.
#[derive(Clone)]
pub struct SignedHead {
    head: TreeHead,
    /// From the beginning of a receipt up to the inclusion proof.
    prefix: Vec<u8>,
    signature: [u8; SIGNATURE_BYTES],
}

impl LogSigner {
    /// Signs the head of a batch.
    ///
    /// # Errors
    /// The library could not sign.
    pub fn sign_head(&self, head: TreeHead, now: Timestamp) -> Result<SignedHead, KeyError> {
        let protected = Protected {
            key_id: *self.public_key().key_id(),
            log: self.id(),
            signed_at_s: now.as_second(),
            size: head.size,
        };
        let protected = protected.encode();
        let signature = self.sign(&to_be_signed(&protected, &head.root))?;
        Ok(SignedHead { head, prefix: prefix(&protected), signature })
    }
}

impl SignedHead {
    /// The head.
    pub const fn head(&self) -> TreeHead {
        self.head
    }

    /// The receipt of the leaf with this index in the log. None when the leaf is not in the batch, or the batch leads to
    /// another head than the one that was signed.
    pub fn receipt(&self, batch: &BatchProofs, index: u64) -> Option<Vec<u8>> {
        let inside = index >= batch.first() && index < batch.head().size;
        if !inside || batch.head() != self.head {
            return None;
        }
        let mut path = [&[0; 32]; PATH_HASHES_MAX];
        let mut hashes = 0;
        for (place, hash) in path.iter_mut().zip(batch.path(index)) {
            *place = hash;
            hashes += 1;
        }
        Some(assemble(&self.prefix, self.head.size, index, &path[..hashes], &self.signature))
    }
}

impl std::fmt::Debug for SignedHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedHead({} leaves)", self.head.size)
    }
}

/// What is said about all leaves of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Protected {
    key_id: [u8; KEY_ID_BYTES],
    log: LogId,
    signed_at_s: i64,
    size: u64,
}

impl Protected {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(80);
        // Keys in the order of their encoded bytes: 1, 4, 15, 395, -65537.
        cbor::map(&mut out, 5);
        cbor::integer(&mut out, ALG);
        cbor::integer(&mut out, ES256);
        cbor::integer(&mut out, KID);
        cbor::bytes(&mut out, &self.key_id);
        cbor::integer(&mut out, CWT_CLAIMS);
        cbor::map(&mut out, 2);
        cbor::integer(&mut out, CLAIM_ISSUER);
        cbor::text(&mut out, &self.log.to_uri());
        cbor::integer(&mut out, CLAIM_ISSUED_AT);
        cbor::integer(&mut out, self.signed_at_s);
        cbor::integer(&mut out, VDS);
        cbor::integer(&mut out, RFC9162_SHA256);
        cbor::integer(&mut out, TREE_SIZE);
        cbor::unsigned(&mut out, self.size);
        out
    }

    fn read(header: &Header) -> Result<Self, ReceiptError> {
        let es256 = coset::RegisteredLabelWithPrivate::Assigned(iana::Algorithm::ES256);
        if header.alg != Some(es256) {
            return Err(ReceiptError::Damaged("algorithm"));
        }
        if member(&header.rest, VDS).and_then(integer) != Some(RFC9162_SHA256) {
            return Err(ReceiptError::Damaged("verifiable data structure"));
        }
        let claims = member(&header.rest, CWT_CLAIMS).and_then(Value::as_map).ok_or(ReceiptError::Damaged("claims"))?;
        let claim = |key: i64| claims.iter().find(|(held, _)| *held == Value::from(key)).map(|(_, value)| value);
        let log = claim(CLAIM_ISSUER).and_then(Value::as_text).and_then(LogId::from_uri);
        Ok(Self {
            key_id: header.key_id.as_slice().try_into().map_err(|_| ReceiptError::Damaged("key id"))?,
            log: log.ok_or(ReceiptError::Damaged("log"))?,
            signed_at_s: claim(CLAIM_ISSUED_AT).and_then(integer).ok_or(ReceiptError::Damaged("time"))?,
            size: member(&header.rest, TREE_SIZE).and_then(unsigned).ok_or(ReceiptError::Damaged("tree size"))?,
        })
    }
}

fn prefix(protected: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(protected.len() + 16);
    cbor::tag(&mut out, SIGN1_TAG);
    cbor::array(&mut out, 4);
    cbor::bytes(&mut out, protected);
    cbor::map(&mut out, 1);
    cbor::integer(&mut out, VDP);
    cbor::map(&mut out, 1);
    cbor::integer(&mut out, INCLUSION);
    cbor::array(&mut out, 1);
    out
}

fn assemble(prefix: &[u8], size: u64, index: u64, path: &[&Hash], signature: &[u8; SIGNATURE_BYTES]) -> Vec<u8> {
    let proof_max = 1 + 9 + 9 + 2 + path.len() * HASH_BYTES;
    let mut out = Vec::with_capacity(prefix.len() + 3 + proof_max + 3 + SIGNATURE_BYTES);
    out.extend_from_slice(prefix);
    // The proof is a byte string and its length comes first, so its two numbers are written aside (on the stack).
    let (numbers, numbers_len) = proof_numbers(size, index);
    let length = numbers_len + cbor::head_len(path.len()) + path.len() * HASH_BYTES;
    cbor::bytes_head(&mut out, length);
    out.extend_from_slice(&numbers[..numbers_len]);
    cbor::array(&mut out, path.len());
    for hash in path {
        cbor::bytes(&mut out, *hash);
    }
    out.push(cbor::NULL);
    cbor::bytes(&mut out, signature);
    out
}

/// The beginning of an inclusion proof: array of three, tree size, leaf index.
fn proof_numbers(size: u64, index: u64) -> ([u8; 19], usize) {
    let mut out = [0; 19];
    let mut length = 0;
    let mut put = |bytes: &[u8]| {
        out[length..length + bytes.len()].copy_from_slice(bytes);
        length += bytes.len();
    };
    put(&[0x83]); // array of three
    for number in [size, index] {
        let bytes = number.to_be_bytes();
        match number {
            0..=23 => put(&bytes[7..]),
            24..=0xff => {
                put(&[0x18]);
                put(&bytes[7..]);
            }
            0x100..=0xffff => {
                put(&[0x19]);
                put(&bytes[6..]);
            }
            0x1_0000..=0xffff_ffff => {
                put(&[0x1a]);
                put(&bytes[4..]);
            }
            _ => {
                put(&[0x1b]);
                put(&bytes);
            }
        }
    }
    (out, length)
}

/// What a receipt proves about the entry that it was verified with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// Which log holds the entry.
    pub log: LogId,
    /// At which place, from 0.
    pub leaf_index: u64,
    /// The head that was signed.
    pub head: TreeHead,
    /// When it was signed, to the second.
    pub signed_at: Timestamp,
}

/// Verifies a receipt for an entry.
///
/// # Errors
/// Why it does not prove that the entry is in the log.
pub fn verify(key: &LogPublicKey, receipt: &[u8], entry: &[u8]) -> Result<VerifiedReceipt, ReceiptError> {
    if receipt.len() > RECEIPT_BYTES_MAX {
        return Err(ReceiptError::TooLong);
    }
    let cose = CoseSign1::from_tagged_slice(receipt).map_err(|_| ReceiptError::Damaged("COSE_Sign1"))?;
    let protected = Protected::read(&cose.protected.header)?;
    let (size, leaf_index, path) = read_proof(&cose.unprotected)?;
    let signature: [u8; SIGNATURE_BYTES] =
        cose.signature.as_slice().try_into().map_err(|_| ReceiptError::Damaged("signature"))?;
    let header = protected.encode();
    let hashes: Vec<&Hash> = path.iter().collect();
    if assemble(&prefix(&header), size, leaf_index, &hashes, &signature) != receipt {
        return Err(ReceiptError::NotDeterministic);
    }
    if protected.size != size {
        return Err(ReceiptError::Damaged("tree size"));
    }
    if protected.key_id != *key.key_id() {
        return Err(ReceiptError::OtherKey);
    }
    let root = merkle::root_from_path(&merkle::leaf_hash(entry), leaf_index, size, &path)?;
    if !key.verifies(&to_be_signed(&header, &root), &signature) {
        return Err(ReceiptError::Signature);
    }
    let signed_at = Timestamp::from_second(protected.signed_at_s).map_err(|_| ReceiptError::Damaged("time"))?;
    Ok(VerifiedReceipt { log: protected.log, leaf_index, head: TreeHead { size, root }, signed_at })
}

/// The only inclusion proof of the receipt. RFC 9942 would allow several; ours carry one.
fn read_proof(unprotected: &Header) -> Result<(u64, u64, Vec<Hash>), ReceiptError> {
    const WRONG: ReceiptError = ReceiptError::Damaged("inclusion proof");
    let proofs = member(&unprotected.rest, VDP).and_then(Value::as_map).ok_or(WRONG)?;
    let [(kind, proofs)] = proofs.as_slice() else {
        return Err(WRONG);
    };
    let Some([Value::Bytes(proof)]) = proofs.as_array().map(Vec::as_slice) else {
        return Err(WRONG);
    };
    if *kind != Value::from(INCLUSION) {
        return Err(WRONG);
    }
    let proof: Value = ciborium::from_reader(proof.as_slice()).map_err(|_| WRONG)?;
    let Some([size, index, Value::Array(path)]) = proof.as_array().map(Vec::as_slice) else {
        return Err(WRONG);
    };
    if path.is_empty() || path.len() > PATH_HASHES_MAX {
        return Err(WRONG);
    }
    let path = path
        .iter()
        .map(|hash| hash.as_bytes().and_then(|b| b.as_slice().try_into().ok()).ok_or(WRONG))
        .collect::<Result<_, _>>()?;
    Ok((unsigned(size).ok_or(WRONG)?, unsigned(index).ok_or(WRONG)?, path))
}

fn member(members: &[(Label, Value)], label: i64) -> Option<&Value> {
    members.iter().find(|(held, _)| *held == Label::Int(label)).map(|(_, value)| value)
}

fn integer(value: &Value) -> Option<i64> {
    value.as_integer().and_then(|number| i64::try_from(number).ok())
}

fn unsigned(value: &Value) -> Option<u64> {
    value.as_integer().and_then(|number| u64::try_from(number).ok())
}
