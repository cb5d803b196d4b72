//! The saved answer with its proof: one small file that a clinic keeps, and that an insurer, a patient or a court can
//! verify without asking anybody.
//!
//! ```json
//! {"Format":"tashika-proof-1","Answer":"{…}","Event":"…","Receipt":"…","ProofNumber":"01-00000012345-7"}
//! ```
//!
//! One line, the members in this order, no white space between them, then a line feed. `Answer` is the text of the
//! answer as the center sent it; `Event` and `Receipt` are base64url without padding. This is the only accepted form:
//! the file is written again from what was read and must come out the same, so **no byte of it can be changed** without
//! being noticed, not even where JSON, base64 or CBOR would leave a choice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::event::{AccessEvent, EventError, salted_hash};
use crate::limits::PROOF_FILE_BYTES_MAX;
use crate::log::LogPublicKey;
pub use crate::proof_number::{ProofNumber, ProofNumberError};
use crate::receipt::{self, ReceiptError, VerifiedReceipt};

const FORMAT: &str = "tashika-proof-1";

/// Why a file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Longer than [`PROOF_FILE_BYTES_MAX`].
    #[error("the file is longer than {PROOF_FILE_BYTES_MAX} bytes")]
    TooLong,
    /// Not the JSON described above.
    #[error("not a saved answer of Tashika")]
    Shape,
    /// A later format of this house.
    #[error("the file has a format that this program does not know")]
    Format,
    /// Readable, but not the one form in which the file is written.
    #[error("the file was changed: it is not written as Tashika writes it")]
    NotCanonical,
    /// The event or the receipt is no base64url.
    #[error("{0} is not base64url")]
    Base64(&'static str),
    /// The proof number.
    #[error("the proof number is wrong: {0}")]
    Number(#[from] ProofNumberError),
    /// The access event.
    #[error("the access event is wrong: {0}")]
    Event(#[from] EventError),
    /// The receipt.
    #[error("the receipt is wrong: {0}")]
    Receipt(#[from] ReceiptError),
    /// The proof number names another place than the receipt proves.
    #[error("the proof number does not belong to this receipt")]
    OtherNumber,
    /// The answer is not the one that the event is about.
    #[error("the answer is not the one that was recorded")]
    OtherAnswer,
    /// The answer and the event are both signed but say different things: the center itself is at fault.
    #[error("the answer says another {0} than the record")]
    Disagree(&'static str),
}

impl ProofError {
    /// The words for the person who holds the file.
    pub fn message_ja(&self) -> String {
        match self {
            Self::TooLong | Self::Shape => "Tashika の保存された回答ファイルではありません。".to_owned(),
            Self::Format => "このプログラムより新しい形式のファイルです。プログラムを更新してください。".to_owned(),
            Self::NotCanonical
            | Self::Base64(_)
            | Self::Number(_)
            | Self::Event(_)
            | Self::OtherNumber
            | Self::OtherAnswer => "ファイルの内容が書き換えられています。この回答は証明されません。".to_owned(),
            Self::Receipt(ReceiptError::OtherKey) => {
                "別のログの鍵で署名された回答です。指定した公開鍵をご確認ください。".to_owned()
            }
            Self::Receipt(_) => "署名が確認できません。内容が書き換えられているか、公開鍵が違います。".to_owned(),
            Self::Disagree(_) => {
                "署名は正しいものの、回答と記録の内容が一致しません。実施機関にご連絡ください。".to_owned()
            }
        }
    }
}

/// A saved answer: read, but not verified.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofFile {
    answer: String,
    event: Vec<u8>,
    receipt: Vec<u8>,
    number: ProofNumber,
}

/// The file as JSON has it. `serde_json` writes it in one way only: the order below, no white space, and the shortest
/// escapes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    format: String,
    answer: String,
    event: String,
    receipt: String,
    proof_number: String,
}

/// The members of an answer that its event repeats.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AnswerHead {
    verdict: String,
    medical_institution_code: String,
    request_id: String,
}

/// What a verified file proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedProof {
    /// The proof number.
    pub number: ProofNumber,
    /// Who asked, when, why, and what they were told.
    pub event: AccessEvent,
    /// Where it is on record, and when that was signed.
    pub receipt: VerifiedReceipt,
    /// The answer, JSON.
    pub answer: String,
}

impl ProofFile {
    /// Puts a file together from what the center sent: the answer's text byte for byte, event and receipt decoded.
    pub fn new(answer: String, event: Vec<u8>, receipt: Vec<u8>, number: ProofNumber) -> Self {
        Self { answer, event, receipt, number }
    }

    /// Puts a file together from the members of the center's response as they are on the wire.
    ///
    /// # Errors
    /// A member that is not base64url, or a wrong proof number.
    pub fn from_response(answer: &str, event: &str, receipt: &str, number: &str) -> Result<Self, ProofError> {
        Ok(Self {
            answer: answer.to_owned(),
            event: decode("the event", event)?,
            receipt: decode("the receipt", receipt)?,
            number: ProofNumber::parse(number)?,
        })
    }

    /// Reads a file, accepting the one form that [`ProofFile::to_bytes`] writes and no other.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > PROOF_FILE_BYTES_MAX {
            return Err(ProofError::TooLong);
        }
        let written: Written = serde_json::from_slice(bytes).map_err(|_| ProofError::Shape)?;
        if written.format != FORMAT {
            return Err(ProofError::Format);
        }
        let file = Self::from_response(&written.answer, &written.event, &written.receipt, &written.proof_number)?;
        if file.to_bytes() == bytes { Ok(file) } else { Err(ProofError::NotCanonical) }
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let written = Written {
            format: FORMAT.to_owned(),
            answer: self.answer.clone(),
            event: URL_SAFE_NO_PAD.encode(&self.event),
            receipt: URL_SAFE_NO_PAD.encode(&self.receipt),
            proof_number: self.number.to_string(),
        };
        let mut out = serde_json::to_vec(&written).expect("a struct of strings always becomes JSON");
        out.push(b'\n');
        out
    }

    /// The number of the proof.
    pub const fn number(&self) -> ProofNumber {
        self.number
    }

    /// The answer's text, not verified.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// Verifies everything: the receipt holds for the event under this key, the number names its place, the event is
    /// about this very answer, and both say the same.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn verify(&self, key: &LogPublicKey) -> Result<VerifiedProof, ProofError> {
        let event = AccessEvent::decode(&self.event)?;
        let receipt = receipt::verify(key, &self.receipt, &self.event)?;
        if ProofNumber::new(receipt.log, receipt.leaf_index) != Some(self.number) {
            return Err(ProofError::OtherNumber);
        }
        if salted_hash(&event.salt, self.answer.as_bytes()) != event.answer_hash {
            return Err(ProofError::OtherAnswer);
        }
        let head: AnswerHead = serde_json::from_str(&self.answer).map_err(|_| ProofError::Shape)?;
        if head.verdict != event.verdict.code() {
            return Err(ProofError::Disagree("verdict"));
        }
        if head.medical_institution_code != event.facility.as_str() {
            return Err(ProofError::Disagree("facility"));
        }
        if !same_request_id(&head.request_id, &event.request_id) {
            return Err(ProofError::Disagree("request"));
        }
        Ok(VerifiedProof { number: self.number, event, receipt, answer: self.answer.clone() })
    }
}

/// The answer names a patient, so nothing but the number is shown.
impl std::fmt::Debug for ProofFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProofFile({})", self.number)
    }
}

/// Reads and verifies a saved answer.
///
/// # Errors
/// Why it proves nothing.
pub fn verify(bytes: &[u8], key: &LogPublicKey) -> Result<VerifiedProof, ProofError> {
    ProofFile::parse(bytes)?.verify(key)
}

fn decode(what: &'static str, text: &str) -> Result<Vec<u8>, ProofError> {
    // The engine refuses padding and stray bits at the end, so a value has one spelling.
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ProofError::Base64(what))
}

/// Compares a UUID in its usual form with its 16 bytes.
fn same_request_id(text: &str, bytes: &[u8; 16]) -> bool {
    const GROUP_ENDS: [usize; 4] = [8, 13, 18, 23];
    let dashes = text.len() == 36 && GROUP_ENDS.iter().all(|at| text.as_bytes()[*at] == b'-');
    let digits: String = text.to_ascii_lowercase().chars().filter(|c| *c != '-').collect();
    dashes && digits == domain::hex::encode(bytes)
}
