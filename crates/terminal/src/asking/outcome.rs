//! What can come of a question. The three that are not an answer are kept apart by type: "the numbers cannot be right",
//! "the center refuses", and "nobody could be asked". None of them may ever look like "not insured".

use std::time::Duration;

use kit::text::Text;
use wire::api::{Answer, CheckResponse, FieldError, ProblemDocument};

/// What came of a question.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The center answered, and the proof of its answer holds.
    Answered(Box<Answered>),
    /// A value of the question cannot be right; each is named.
    Unreadable(Vec<FieldError>),
    /// The center says that it will not answer, and why.
    Refused(Box<ProblemDocument>),
    /// Nothing is known. Not the patient's fault, and says nothing about the patient.
    CouldNotAsk(CouldNotAsk),
}

/// An answer whose proof holds.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The answer, parsed.
    pub answer: Answer,
    /// As it came.
    pub response: CheckResponse,
    /// What is kept: the canonical proof file.
    pub proof_file: Vec<u8>,
}

impl Answered {
    /// The short number of the proof.
    pub fn proof_number(&self) -> &str {
        &self.response.proof.proof_number
    }
}

/// Why nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouldNotAsk {
    /// The kind.
    pub why: Why,
    /// When it is worth asking again, if the center said so.
    pub retry_after: Option<Duration>,
    /// For the log. No personal data.
    pub inner: String,
}

/// Kinds of not knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// No connection to any address of the center.
    Unreachable,
    /// Connected, and no answer in time.
    NoAnswerInTime,
    /// The center has more to do than it can.
    Busy,
    /// An answer came that cannot be proven to be the center's.
    ProofDoesNotHold,
    /// An answer came to another question, or in a form that is not understood.
    AnswerDoesNotFit,
    /// Our certificate has run out and could not be renewed yet.
    CertificateExpired,
    /// Whether a card was given up cannot be found out, and what was asked needs to know.
    CardStatus,
}

impl Why {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Unreachable,
        Self::NoAnswerInTime,
        Self::Busy,
        Self::ProofDoesNotHold,
        Self::AnswerDoesNotFit,
        Self::CertificateExpired,
        Self::CardStatus,
    ];

    /// The stable code for vendors.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "center-unreachable",
            Self::NoAnswerInTime => "center-no-answer",
            Self::Busy => "center-busy",
            Self::ProofDoesNotHold => "answer-proof-invalid",
            Self::AnswerDoesNotFit => "answer-does-not-fit",
            Self::CertificateExpired => "certificate-expired",
            Self::CardStatus => "card-status-unavailable",
        }
    }

    /// What happened, for the desk.
    pub const fn text(self) -> Text {
        match self {
            Self::Unreachable => Text::new("センターに接続できません。", "The center cannot be reached."),
            Self::NoAnswerInTime => {
                Text::new("センターから時間内に回答がありません。", "The center did not answer in time.")
            }
            Self::Busy => Text::new("センターが混み合っています。", "The center is busy."),
            Self::ProofDoesNotHold => Text::new(
                "センターの回答の証明を確かめられないため、回答を表示しません。",
                "The proof of the answer does not hold; the answer is not shown.",
            ),
            Self::AnswerDoesNotFit => Text::new(
                "センターの回答がこの照会と一致しないため、回答を表示しません。",
                "The answer does not fit the question and is not shown.",
            ),
            Self::CertificateExpired => Text::new(
                "この端末の証明書の有効期限が切れています。自動更新を待っています。",
                "The certificate of this terminal has expired; renewal is being tried.",
            ),
            Self::CardStatus => Text::new(
                "カードの電子証明書が失効していないか、いま確かめられません。",
                "Whether the card was revoked cannot be found out now.",
            ),
        }
    }

    /// What to do next, for the desk.
    pub const fn next_step(self) -> Text {
        match self {
            Self::Unreachable | Self::NoAnswerInTime | Self::Busy => Text::new(
                "資格が無効という意味ではありません。少し待ってもう一度お試しください。急ぐときは資格確認書などの紙で確認し、あとで再確認してください。",
                "This does not mean that the patient is not insured. Try again shortly; if urgent, look at a paper and check later.",
            ),
            Self::ProofDoesNotHold | Self::AnswerDoesNotFit => Text::new(
                "資格が無効という意味ではありません。もう一度お試しください。続くときは管理者がセンターに連絡してください。",
                "This does not mean that the patient is not insured. Try again; if it persists, the administrator calls the center.",
            ),
            Self::CertificateExpired => Text::new(
                "資格が無効という意味ではありません。数分待ってもう一度お試しください。続くときは管理者が端末を登録し直してください。",
                "This does not mean that the patient is not insured. Wait some minutes; if it persists, enrol the terminal again.",
            ),
            Self::CardStatus => Text::new(
                "資格が無効という意味ではありません。資格確認はできます。利用登録と解除は、少し待ってもう一度お試しください。",
                "This does not mean that the patient is not insured. Checking works; register or end the registration later.",
            ),
        }
    }
}

impl CouldNotAsk {
    /// A kind with words for the log.
    pub fn new(why: Why, inner: impl std::fmt::Display) -> Self {
        Self { why, retry_after: None, inner: inner.to_string() }
    }

    /// The same with the time to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// What happened and what to do, in one line of Japanese, for an answer file.
    pub fn message(&self) -> String {
        format!("問い合わせできませんでした。{}{}", self.why.text().ja, self.why.next_step().ja)
    }
}

impl Outcome {
    /// The word of today's list: a verdict, `unreadable`, `refused` or `could_not_ask`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Answered(answered) => answered.answer.verdict.as_str(),
            Self::Unreadable(_) => "unreadable",
            Self::Refused(_) => "refused",
            Self::CouldNotAsk(_) => "could_not_ask",
        }
    }
}
