//! What is asked by somebody who is here with a card: a check, 利用登録, 解除.
//!
//! These are answered in the same batches as the questions by number, and in the same transaction: the challenge is
//! used, the card is looked up, the person's coverages are decided about, the consents and the registration are kept, the
//! access event is appended. So a challenge is used if and only if there was an answer, and there is one event for each.

use domain::{ConsentChoice, Date, EligibilityQuery, Hint, MedicalInstitutionCode, Purpose, date};
use uuid::Uuid;
use wire::api::SearchInfo;

use super::answered::Answered;
use super::question::{Asked, Question, canonical_query};
use crate::presence::Witness;

/// What somebody who is here with a card wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardAsk {
    /// 資格確認.
    Check {
        /// 資格確認日.
        on: Date,
        /// 任意のファイル識別子, to be given back.
        arbitrary_file_identifier: Option<String>,
        /// What the patient allows; none when they were not asked.
        choice: Option<ConsentChoice>,
    },
    /// 利用登録: the card belongs to the person whom these numbers name.
    Register(Box<EligibilityQuery>),
    /// 解除.
    End,
    /// Whatever the patient has allowed this institution to see, it may see no longer.
    Withdraw,
    /// The patient does not want to be counted for secondary use, or takes that back.
    SecondaryUse {
        /// They do not want it.
        refuses: bool,
    },
}

/// A question by card.
#[derive(Debug, Clone)]
pub struct CardQuestion {
    /// Who asks.
    pub facility: MedicalInstitutionCode,
    /// The number of the question.
    pub request_id: Uuid,
    /// The card that is here.
    pub witness: Witness,
    /// What is wanted.
    pub ask: CardAsk,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum CardAnswer {
    /// The answer with its proof.
    Checked(Answered),
    /// The card is registered; `new` says that it was not before.
    Registered {
        /// Whether anything was changed.
        new: bool,
    },
    /// The card is registered no longer.
    Ended,
    /// So many answers of the patient were taken back.
    Withdrawn(u64),
    /// It is as the patient wished about secondary use; `new` says that it was otherwise before.
    SecondaryUse {
        /// Whether anything was changed.
        new: bool,
    },
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardRefused {
    /// The challenge was used before.
    ChallengeUsed,
    /// The card belongs to nobody.
    NotRegistered,
    /// The card belongs to somebody else than the numbers say.
    RegisteredToAnother,
    /// The numbers do not name exactly one person; why, and what to look at.
    NotIdentified(Vec<Hint>),
}

/// What the transaction made of a question, apart from answers.
#[derive(Debug, Clone)]
pub(super) enum CardMade {
    Registered { new: bool },
    Ended,
    Withdrawn(u64),
    SecondaryUse { new: bool },
    Refused(CardRefused),
}

/// A question with what can be worked out before it waits.
#[derive(Debug)]
pub(super) struct CardTask {
    pub(super) question: CardQuestion,
    /// For 利用登録: the question by numbers whose answer names the person.
    pub(super) numbers: Option<Asked>,
    /// See [`canonical_card_question`].
    pub(super) canonical: String,
}

impl CardTask {
    pub(super) fn new(question: CardQuestion) -> Self {
        let canonical = canonical_card_question(&question);
        let numbers = match &question.ask {
            CardAsk::Register(query) => Some(Asked::new(Question {
                query: (**query).clone(),
                search: SearchInfo::default(),
                request_id: question.request_id,
                arbitrary_file_identifier: None,
                purpose: Purpose::CardRegistration,
                by_staff: None,
                withdraws: false,
                decided_at: None,
            })),
            CardAsk::Check { .. } | CardAsk::End | CardAsk::Withdraw | CardAsk::SecondaryUse { .. } => None,
        };
        Self { question, numbers, canonical }
    }
}

impl CardQuestion {
    /// Whether two questions ask the same, so that one answer serves both.
    pub(super) fn asks_the_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.witness, &other.witness);
        self.ask == other.ask
            && (&mine.card, mine.nonce, mine.means, mine.proof)
                == (&theirs.card, theirs.nonce, theirs.means, theirs.proof)
    }
}

/// The one way to write a question by card: what the access event's query hash covers. Lines: institution, card (the
/// authority's key identifier and the serial number, [`crate::store::card::CardId::to_hex`]), means,
/// what is wanted (`check`, `register`, `end`, `withdraw`, `refuse` or `end-refusal`), and behind that for a check the date and the consents (a number, or
/// nothing when the patient was not asked), for a registration the lines of [`canonical_query`].
pub fn canonical_card_question(question: &CardQuestion) -> String {
    let mut lines = vec![
        question.facility.as_str().to_owned(),
        question.witness.card.to_hex(),
        question.witness.means.code().to_owned(),
    ];
    match &question.ask {
        CardAsk::Check { on, choice, .. } => {
            let consents = choice.map_or_else(String::new, |choice| choice.bits().to_string());
            lines.extend(["check".to_owned(), date::format(*on), consents]);
        }
        CardAsk::Register(query) => lines.extend(["register".to_owned(), canonical_query(query)]),
        CardAsk::End => lines.push("end".to_owned()),
        CardAsk::Withdraw => lines.push("withdraw".to_owned()),
        CardAsk::SecondaryUse { refuses: true } => lines.push("refuse".to_owned()),
        CardAsk::SecondaryUse { refuses: false } => lines.push("end-refusal".to_owned()),
    }
    lines.join("\n")
}
