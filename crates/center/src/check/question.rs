//! What can be asked of the engine.

use domain::presence::Showing;
use domain::{
    BranchNumber, CardKey, CardNumber, CardSymbol, ConsentChoice, EligibilityQuery, InsurerNumber,
    MedicalInstitutionCode, Purpose, ReferenceNumber, date,
};
use jiff::Timestamp;
use uuid::Uuid;
use wire::api::SearchInfo;

use crate::store::coverage::CardAndBirth;

/// A question that can be answered.
#[derive(Debug, Clone)]
pub struct Question {
    /// The question as read.
    pub query: EligibilityQuery,
    /// The question as asked, to be given back.
    pub search: SearchInfo,
    /// The number of the question.
    pub request_id: Uuid,
    /// 任意のファイル識別子, to be given back.
    pub arbitrary_file_identifier: Option<String>,
    /// Why it is asked.
    pub purpose: Purpose,
    /// What the patient allows, where staff made sure who they are and asked them.
    pub by_staff: Option<AskedByStaff>,
    /// Instead of an answer: whatever the patient has allowed this institution to see, it may see no longer.
    pub withdraws: bool,
    /// When the window decided without the center, where it asks afterwards.
    pub decided_at: Option<Timestamp>,
}

/// What a patient told staff, and what that is enough for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedByStaff {
    /// What the patient allows.
    pub choice: ConsentChoice,
    /// What the word of staff opens.
    pub showing: Showing,
}

impl Question {
    /// Whether two questions ask the same, so that one answer serves both. When the window decided does not matter: the first
    /// of the two may have been answered into a line that was gone.
    pub(super) fn asks_the_same(&self, other: &Self) -> bool {
        self.query == other.query
            && self.search == other.search
            && self.purpose == other.purpose
            && self.arbitrary_file_identifier == other.arbitrary_file_identifier
            && self.by_staff == other.by_staff
            && self.withdraws == other.withdraws
    }
}

/// A question with what can be worked out before it waits: whoever asks does so, not the one who answers all.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) key: CardAndBirth,
    /// See [`canonical_query`].
    pub(super) canonical: String,
}

impl Asked {
    pub(super) fn new(question: Question) -> Self {
        let query = &question.query;
        let key = CardAndBirth { card_key: query.card_key(), near_key: query.near_key() };
        let canonical = canonical_query(query);
        Self { question, key, canonical }
    }
}

/// A 照会番号 that is to be registered for the person of a card.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Whose number it is.
    pub facility: MedicalInstitutionCode,
    /// The number of the request.
    pub request_id: Uuid,
    /// 保険者番号.
    pub insurer_number: InsurerNumber,
    /// 記号.
    pub insured_card_symbol: Option<CardSymbol>,
    /// 番号.
    pub insured_identification_number: CardNumber,
    /// 枝番.
    pub insured_branch_number: Option<BranchNumber>,
    /// What the institution calls the person.
    pub reference_number: ReferenceNumber,
}

/// What came of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is kept, and will be part of every answer about the person.
    Kept,
    /// No such card is registered.
    NotFound,
    /// The card belongs to several persons; with the branch number it would be one.
    SeveralPersons,
}

impl Registration {
    pub(super) fn card_key(&self) -> CardKey {
        CardKey::new(&self.insurer_number, self.insured_card_symbol.as_ref(), &self.insured_identification_number)
    }
}

/// The one way to write a question, whatever way it was typed: what the access event's query hash covers. Lines: date,
/// institution, insurer, symbol, number (both in canonical form), branch, birth date, consent (0 or 1).
pub fn canonical_query(query: &EligibilityQuery) -> String {
    [
        date::format(query.qualification_confirmation_date).as_str(),
        query.medical_institution_code.as_str(),
        query.insurer_number.as_str(),
        query.insured_card_symbol.as_ref().map_or("", CardSymbol::canonical),
        query.insured_identification_number.canonical(),
        query.insured_branch_number.as_ref().map_or("", BranchNumber::as_str),
        date::format(query.birthdate).as_str(),
        if query.limit_consent { "1" } else { "0" },
    ]
    .join("\n")
}

/// The same for a registration. Lines: institution, insurer, symbol, number, branch, 照会番号.
pub fn canonical_registration(registration: &Registration) -> String {
    [
        registration.facility.as_str(),
        registration.insurer_number.as_str(),
        registration.insured_card_symbol.as_ref().map_or("", CardSymbol::canonical),
        registration.insured_identification_number.canonical(),
        registration.insured_branch_number.as_ref().map_or("", BranchNumber::as_str),
        registration.reference_number.as_str(),
    ]
    .join("\n")
}
