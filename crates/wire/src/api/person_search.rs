//! Somebody without card or numbers is searched for by name: 災害時医療情報閲覧 and 救急時医療情報閲覧.
//!
//! A search is refused (`disaster-not-open`, `emergency-hospitals-only`) or too vague (`unreadable-query`) before anybody
//! is looked up. Every other one is a look with its own purpose in the access event, also one that finds nobody, and every
//! person shown is told.

use domain::disaster::{Ground, NotAllowed};
use domain::person_search::RawSearch;
use domain::{Decision, Person, PersonSearch, date};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Hint, Proof, Share, Verdict};
use super::convert::word_of;
use super::problem::FieldError;
use super::record::ResultOfQualificationConfirmation;
use crate::text::common;

/// 診療形態 (OQSCD028) of what is looked at in an emergency.
const EMERGENCY: &str = "4";

/// Why somebody is searched for. Part of the access event, and told to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchPurpose {
    /// 災害時: the card was lost, and the operator opened the area of the institution.
    DisasterSearch,
    /// 救急時: the patient cannot speak, and the institution is a hospital.
    EmergencySearch,
}

impl From<SearchPurpose> for domain::SearchPurpose {
    fn from(purpose: SearchPurpose) -> Self {
        match purpose {
            SearchPurpose::DisasterSearch => Self::Disaster,
            SearchPurpose::EmergencySearch => Self::Emergency,
        }
    }
}

impl From<domain::SearchPurpose> for SearchPurpose {
    fn from(purpose: domain::SearchPurpose) -> Self {
        match purpose {
            domain::SearchPurpose::Disaster => Self::DisasterSearch,
            domain::SearchPurpose::Emergency => Self::EmergencySearch,
        }
    }
}

/// What came of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchOutcome {
    /// One person fits.
    Found,
    /// Up to five persons fit; staff tell them apart.
    Several,
    /// Nobody fits.
    NotFound,
    /// More fit than may be shown, and nobody is: say more.
    TooMany,
}

impl From<domain::SearchOutcome> for SearchOutcome {
    fn from(outcome: domain::SearchOutcome) -> Self {
        match outcome {
            domain::SearchOutcome::Found => Self::Found,
            domain::SearchOutcome::Several => Self::Several,
            domain::SearchOutcome::NotFound => Self::NotFound,
            domain::SearchOutcome::TooMany => Self::TooMany,
        }
    }
}

impl From<SearchOutcome> for domain::SearchOutcome {
    fn from(outcome: SearchOutcome) -> Self {
        match outcome {
            SearchOutcome::Found => Self::Found,
            SearchOutcome::Several => Self::Several,
            SearchOutcome::NotFound => Self::NotFound,
            SearchOutcome::TooMany => Self::TooMany,
        }
    }
}

/// `POST /v1/person-searches`: who is this person, and how insured?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonSearchRequest {
    /// UUID version 7 made by the asking side. Asking again with the same number gives the same answer once.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 資格確認日, the day of treatment, `yyyyMMdd`.
    #[serde(default)]
    #[schema(required, example = "20261122")]
    pub qualification_confirmation_date: String,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// What for.
    pub purpose: SearchPurpose,
    /// Why, in the words of staff, 5 to 200 characters. Whoever is shown will read it.
    #[serde(default)]
    #[schema(required, example = "避難所で受診、保険証を流失")]
    pub search_reason: String,
    /// Whom.
    pub person_search_info: PersonSearchInfo,
}

/// What is known of the person, as typed: birth date, sex, and at least one of kana, name and address. Everything that is
/// given has to fit.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct PersonSearchInfo {
    /// 氏名, the whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 氏名カナ, the whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_kana: Option<String>,
    /// 生年月日, `yyyyMMdd` or an era date.
    #[schema(required, example = "19800401")]
    pub birthdate: String,
    /// 性別1 (OQSCD007): `1` 男, `2` 女.
    #[schema(required, example = "2")]
    pub sex1: String,
    /// 住所, at least as far as the municipality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// It names a person.
impl std::fmt::Debug for PersonSearchInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonSearchInfo(…)")
    }
}

impl PersonSearchInfo {
    /// Reads the search with its reason; every field that cannot be right or is missing is named.
    ///
    /// # Errors
    /// One entry for each such field; never empty.
    pub fn parse(&self, search_reason: &str) -> Result<PersonSearch, Vec<FieldError>> {
        let raw = RawSearch {
            name: self.name.as_deref().unwrap_or_default(),
            name_kana: self.name_kana.as_deref().unwrap_or_default(),
            birthdate: &self.birthdate,
            sex1: &self.sex1,
            address: self.address.as_deref().unwrap_or_default(),
            reason: search_reason,
        };
        PersonSearch::parse(&raw, common).map_err(|fields| fields.iter().map(FieldError::from).collect())
    }
}

/// The answer to a [`PersonSearchRequest`]. Its bytes are what the proof covers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonSearchAnswer {
    /// As in the access event: that of the person where one was found, `multiple` where more than one fits.
    pub verdict: Verdict,
    /// What came of it.
    pub outcome: SearchOutcome,
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 資格確認日, `yyyyMMdd`.
    pub qualification_confirmation_date: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the search.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// The moment for which the answer was true, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// What for.
    pub purpose: SearchPurpose,
    /// 診療形態 (OQSCD028): `4` in an emergency, absent in a disaster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical_treatment_flag: Option<String>,
    /// Why, as asked.
    pub search_reason: String,
    /// Whom, as asked.
    pub person_search_info: PersonSearchInfo,
    /// Those who fit, at most five; empty where nobody fits or too many.
    #[serde(default)]
    pub found_list: Vec<FoundPerson>,
}

/// It names people.
impl std::fmt::Debug for PersonSearchAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonSearchAnswer").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

impl PersonSearchAnswer {
    /// 診療形態 of what is looked at for this purpose.
    pub fn treatment_flag(purpose: SearchPurpose) -> Option<String> {
        match purpose {
            SearchPurpose::DisasterSearch => None,
            SearchPurpose::EmergencySearch => Some(EMERGENCY.to_owned()),
        }
    }
}

/// One person who fits, and how they are insured. What needs the patient's consent is left out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct FoundPerson {
    /// 資格有効性.
    pub verdict: Verdict,
    /// Why the verdict is as it is: a stable word such as `in_force`, for programs.
    pub reason: String,
    /// What to collect; absent when the verdict leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Name, birth date, sex and address as registered, and the coverage. Without a coverage the person alone.
    pub result_of_qualification_confirmation: ResultOfQualificationConfirmation,
    /// What is worth knowing.
    #[serde(default)]
    pub hints: Vec<Hint>,
}

/// It names a person.
impl std::fmt::Debug for FoundPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FoundPerson").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

impl FoundPerson {
    /// The person of a decision, which was made without any consent. `person` is as registered, for where the decision
    /// shows no coverage.
    pub fn new(decision: &Decision<'_>, person: &Person, on: Date) -> Self {
        let record = decision.coverage.map_or_else(
            || ResultOfQualificationConfirmation {
                name: Some(person.name.clone()),
                name_kana: person.name_kana.clone(),
                sex1: Some(person.sex1.code().to_owned()),
                birthdate: Some(date::format(person.birthdate)),
                address: person.address.clone(),
                ..ResultOfQualificationConfirmation::default()
            },
            |coverage| ResultOfQualificationConfirmation {
                public_expense_result_list: decision.tickets.iter().map(|&ticket| ticket.into()).collect(),
                // Nothing of a search is kept, so nobody needs to look whether it still stands.
                status_list: None,
                ..ResultOfQualificationConfirmation::from_coverage(coverage, on)
            },
        );
        Self {
            verdict: decision.verdict.into(),
            reason: word_of(decision.reason),
            share: decision.share.map(Share::from),
            result_of_qualification_confirmation: record,
            hints: decision.hints.iter().map(Hint::from).collect(),
        }
    }
}

/// The body of a 200 answer: the answer and the proof that it was given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonSearchResponse {
    /// The [`PersonSearchAnswer`] as JSON text. Keep these bytes: the proof holds for them and for nothing else.
    #[schema(value_type = PersonSearchAnswer)]
    pub answer: Box<RawValue>,
    /// The proof.
    pub proof: Proof,
}

/// `GET /v1/person-searches/standing`: may this institution search now, and why (not)?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct SearchStanding {
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// 救急時: whether the institution is a hospital, and so may search.
    pub emergency: bool,
    /// 災害時.
    pub disaster: DisasterState,
    /// Until when people may be searched for, RFC 3339; absent where they may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Which disaster, in the operator's words: area and reason. Absent where people may not be searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disaster_reason: Option<String>,
}

/// How the search in a disaster stands for an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisasterState {
    /// The operator opened the area of the institution.
    Open,
    /// The institution asked and was granted.
    Granted,
    /// It is open elsewhere; the institution would be granted if it asked.
    MayAsk,
    /// It is not open.
    NotOpen,
}

impl From<Result<Ground, NotAllowed>> for DisasterState {
    fn from(may: Result<Ground, NotAllowed>) -> Self {
        match may {
            Ok(Ground::InArea { .. } | Ground::Hospital) => Self::Open,
            Ok(Ground::Granted(_)) => Self::Granted,
            Err(NotAllowed::MayAsk) => Self::MayAsk,
            Err(NotAllowed::NoDisaster | NotAllowed::NotAHospital) => Self::NotOpen,
        }
    }
}

/// `POST /v1/disaster-requests`: an institution that does not lie in an open area asks to search all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct DisasterRequest {
    /// UUID version 7 made by the asking side. Asking again with the same number gives the same answer.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// Why, in the words of staff, 5 to 200 characters.
    #[serde(default)]
    #[schema(required, example = "隣県からの避難者を受け入れている")]
    pub search_reason: String,
}

/// 200: what the rule says. It is on record either way, and the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct DisasterAnswer {
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the request.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// Whether people may be searched for.
    pub granted: bool,
    /// Until when, RFC 3339; absent when not granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}
