//! A small log with answers in it, used by the tests and by `examples/sample_proof.rs`.

use domain::{MedicalInstitutionCode, Purpose, Verdict};
use jiff::Timestamp;
use trust::event::{AccessEvent, salted_hash};
use trust::log::opening_entry;
use trust::merkle::{Frontier, Hash, leaf_hash};
use trust::{LogId, LogSigner, PrivateKey, ProofFile, ProofNumber};

/// The time of every test: 2026-07-01 09:00 in Japan.
pub const NOW: Timestamp = Timestamp::constant(1_782_864_000, 0);

/// A log that has just been opened.
pub struct Log {
    pub signer: LogSigner,
    pub edge: Frontier,
}

/// One answer of the sample.
pub struct Answered {
    pub answer: String,
    pub event: AccessEvent,
}

impl Log {
    pub fn open() -> Self {
        let key = PrivateKey::generate().expect("a key");
        let signer = LogSigner::new(LogId::FIRST, &key).expect("a signer");
        let edge = Frontier::open(&opening_entry(signer.id(), signer.public_key()));
        Self { signer, edge }
    }

    /// Appends answers as one batch, as the center does, and gives their saved files.
    pub fn save(&mut self, answers: &[Answered]) -> Vec<ProofFile> {
        let entries: Vec<Vec<u8>> = answers.iter().map(|one| one.event.encode()).collect();
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let batch = self.edge.append_batch(&leaves).expect("room in the log");
        let head = self.signer.sign_head(batch.head(), NOW).expect("a signature");
        let indexes = batch.first()..batch.head().size;
        let files = answers.iter().zip(entries).zip(indexes).map(|((one, entry), index)| {
            let receipt = head.receipt(&batch, index).expect("a leaf of the batch");
            let number = ProofNumber::new(self.signer.id(), index).expect("room for the number");
            ProofFile::new(one.answer.clone(), entry, receipt, number)
        });
        files.collect()
    }
}

/// An answer with characters that JSON must escape, and some that only a Japanese name has.
pub fn answered(number: u8) -> Answered {
    let request_id = [number, 0x91, 0x2a, 0x3b, 0x4c, 0x5d, 0x70, 0x00, 0x80, 1, 2, 3, 4, 5, 6, number];
    let uuid = uuid(&request_id);
    let answer = format!(
        "{{\"Verdict\":\"valid\",\"Reason\":\"in_force\",\"MedicalInstitutionCode\":\"1310000017\",\
         \"RequestId\":\"{uuid}\",\"Basis\":\"live\",\"ResultList\":[{{\"Name\":\"髙橋　\u{8fba}\u{e0101}\\n太郎\u{20bb7}\",\
         \"Address\":\"東京都千代田区\\\"１－１\\\"\\\\\"}}]}}"
    );
    let salt = [number ^ 0xa5; 16];
    let event = AccessEvent {
        facility: MedicalInstitutionCode::parse("1310000017").expect("a code"),
        query_hash: salted_hash(&salt, &[number]),
        verdict: Verdict::Valid,
        answer_hash: salted_hash(&salt, answer.as_bytes()),
        as_of_ms: 1_782_864_000_123,
        purpose: Purpose::Check,
        request_id,
        salt,
        presence: None,
        decided_at_ms: None,
    };
    Answered { answer, event }
}

/// A saved answer in a log of a few batches of different sizes.
pub fn saved() -> (LogSigner, ProofFile) {
    let mut log = Log::open();
    for size in [3u8, 7, 64] {
        log.save(&(0..size).map(answered).collect::<Vec<_>>());
    }
    let file = log.save(&(0..21).map(answered).collect::<Vec<_>>()).swap_remove(5);
    (log.signer, file)
}

fn uuid(bytes: &[u8; 16]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    text
}
