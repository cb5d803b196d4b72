//! An answer that was given: its bytes, its event, and the way to its proof.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;
use trust::merkle::BatchProofs;
use trust::proof::ProofNumber;
use trust::receipt::SignedHead;
use wire::api::{CheckResponse, Proof, Verdict};

use super::card::CardQuestion;
use super::look::AskedBeside;
use super::question::Question;

/// What all answers of a batch share.
pub(super) struct Committed {
    pub(super) proofs: BatchProofs,
    pub(super) head: SignedHead,
}

/// What an answer answers.
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one, and a box costs each of them")]
pub(super) enum AskedFor {
    Numbers(Question),
    Card(CardQuestion),
    Beside(AskedBeside),
}

/// An answer whose access event is on the disk. Clones are the same one.
///
/// The receipt is made when it is asked for, by whoever asks: the engine goes on with the next batch meanwhile.
#[derive(Clone)]
pub struct Answered {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) asked: AskedFor,
    pub(super) verdict: Verdict,
    /// JSON of `wire::api::Answer`, `PersonSearchAnswer` or `RecordAnswer`: the bytes that the proof covers.
    pub(super) answer: String,
    /// The access event, CBOR.
    pub(super) event: Vec<u8>,
    pub(super) number: ProofNumber,
    pub(super) committed: Arc<Committed>,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answered({:?}, {})", self.inner.verdict, self.inner.number)
    }
}

impl Answered {
    /// What the answer says.
    pub fn verdict(&self) -> Verdict {
        self.inner.verdict
    }

    /// The answer as JSON: the bytes that the proof covers.
    pub fn answer(&self) -> &str {
        &self.inner.answer
    }

    /// The short number of the proof.
    pub fn proof_number(&self) -> ProofNumber {
        self.inner.number
    }

    /// The access event in CBOR.
    pub fn event(&self) -> &[u8] {
        &self.inner.event
    }

    /// The COSE Receipt.
    pub fn receipt(&self) -> Vec<u8> {
        let committed = &self.inner.committed;
        // The leaf is in the batch that it was made with, so there always is one.
        committed.head.receipt(&committed.proofs, self.inner.number.leaf_index()).unwrap_or_default()
    }

    /// The body of a 200 answer, JSON of `wire::api::CheckResponse`, `PersonSearchResponse` or `RecordResponse`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.inner.answer.len() + 2 * self.inner.event.len() + 1_536);
        self.write_json(&mut out);
        out
    }

    /// The same, appended to a buffer.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        // Only the answer can hold anything that JSON would want escaped, and it is JSON already.
        out.extend_from_slice(b"{\"Answer\":");
        out.extend_from_slice(self.inner.answer.as_bytes());
        out.extend_from_slice(b",\"Proof\":{\"ProofNumber\":\"");
        out.extend_from_slice(self.inner.number.to_string().as_bytes());
        out.extend_from_slice(b"\",\"Event\":\"");
        push_base64(out, &self.inner.event);
        out.extend_from_slice(b"\",\"Receipt\":\"");
        push_base64(out, &self.receipt());
        out.extend_from_slice(b"\"}}");
    }

    /// The same as a message, for what is put into other messages.
    ///
    /// # Errors
    /// Never in practice: the answer was written as JSON by us.
    pub fn response(&self) -> serde_json::Result<CheckResponse> {
        Ok(CheckResponse {
            answer: RawValue::from_string(self.inner.answer.clone())?,
            proof: Proof {
                proof_number: self.inner.number.to_string(),
                event: URL_SAFE_NO_PAD.encode(&self.inner.event),
                receipt: URL_SAFE_NO_PAD.encode(self.receipt()),
            },
        })
    }
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = URL_SAFE_NO_PAD.encode_slice(bytes, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
}
