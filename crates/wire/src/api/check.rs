//! One question and its answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::consent::{ConsentInfo, Consents};
use super::presence::PresenceInfo;
use super::record::ResultOfQualificationConfirmation;

/// `POST /v1/eligibility-checks`: is this person insured on that day, by whom, and what share is to be collected?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CheckRequest {
    /// UUID version 7 made by the asking side. Asking again with the same number gives the same answer once.
    #[schema(value_type = String, format = "uuid", example = "01900000-0000-7000-8000-000000000001")]
    pub request_id: Uuid,
    /// 資格確認日, the day of treatment, `yyyyMMdd`.
    #[serde(default)]
    #[schema(required, example = "20261122")]
    pub qualification_confirmation_date: String,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// 任意のファイル識別子, given back in the answer, at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// Why the question is asked; it is written into the access event. Absent means [`Purpose::Check`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// 資格確認照会用情報, the numbers of the card.
    pub qualification_confirm_search_info: SearchInfo,
    /// What the patient allows. Only where a member of the staff has made sure who the patient is and asked them, item by
    /// item; that is put on record with it. Absent: the patient was not asked, and nothing is recorded about consents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<Consents>,
    /// When the window decided about the patient without the center, where this is asked afterwards; both moments are put on
    /// record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
}

/// Why a question is asked. Part of every access event, and shown to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The patient is at the window.
    #[default]
    Check,
    /// The file of tomorrow's appointments or of this month's patients.
    BulkCheck,
}

impl Purpose {
    /// The word used in JSON and in the access event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::BulkCheck => "bulk_check",
        }
    }
}

/// 資格確認照会用情報: what is printed on a card, as it was typed. Nothing is checked yet; `SearchInfo::parse` does that.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchInfo {
    /// 保険者番号, 6 or 8 digits (医療扶助: 公費負担者番号).
    #[schema(required, example = "01130012")]
    pub insurer_number: String,
    /// 被保険者証記号, at most 20 characters; 後期高齢者医療 and 医療扶助 have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_card_symbol: Option<String>,
    /// 被保険者証番号, at most 20 characters (医療扶助: 受給者番号).
    #[schema(required, example = "4260")]
    pub insured_identification_number: String,
    /// 枝番, 2 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_branch_number: Option<String>,
    /// 生年月日, `yyyyMMdd`; an era date such as `S550401` or `昭和55年4月1日` is read too.
    #[schema(required, example = "19800401")]
    pub birthdate: String,
    /// 限度額適用認定証提供同意フラグ (OQSCD001): `1` the patient agrees, `0` or absent not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_related_cons_flg: Option<String>,
    /// 任意の識別子 of this person, given back unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arbitrary_identifier: Option<String>,
}

/// Numbers of a card are personal data, so the debug form shows none of them.
impl std::fmt::Debug for SearchInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SearchInfo(…)")
    }
}

/// 資格有効性: what the answer says. The words are those of JSON and of the access event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 有効 (OQSCD006 1).
    Valid,
    /// 無効 (2): known, but not insured on that day.
    Invalid,
    /// 無効(新しい資格あり) (3): another insurance has begun.
    InvalidNewCoverageExists,
    /// 該当資格なし (4).
    NotFound,
    /// 複数該当 (5): the numbers fit several people.
    Multiple,
    /// 有効(未登録) (6): public assistance without a ticket for this institution and month.
    ValidUnregistered,
    /// Cannot tell. Only a terminal without a line says so; it has no code in the national interface.
    Undetermined,
}

impl Verdict {
    /// Every verdict, in the order of OQSCD006.
    pub const ALL: [Self; 7] = [
        Self::Valid,
        Self::Invalid,
        Self::InvalidNewCoverageExists,
        Self::NotFound,
        Self::Multiple,
        Self::ValidUnregistered,
        Self::Undetermined,
    ];

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::InvalidNewCoverageExists => "invalid_new_coverage_exists",
            Self::NotFound => "not_found",
            Self::Multiple => "multiple",
            Self::ValidUnregistered => "valid_unregistered",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Where the answer comes from. Shown in words and colour on every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The center was asked just now.
    Live,
    /// An earlier signed answer, kept by the terminal.
    SignedCopy,
    /// A certificate that the patient carries, signed by the center.
    Certificate,
}

impl Basis {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::SignedCopy => "signed_copy",
            Self::Certificate => "certificate",
        }
    }
}

/// The answer to a [`CheckRequest`]. Its bytes are what the proof covers: they are kept and shown as they came.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    /// 資格有効性.
    pub verdict: Verdict,
    /// Why the verdict is as it is: a stable word such as `in_force`, for programs.
    pub reason: String,
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 資格確認日, `yyyyMMdd`.
    pub qualification_confirmation_date: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// 任意のファイル識別子 of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// The number of the question.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// Where the answer comes from.
    pub basis: Basis,
    /// The moment for which the answer was true, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// When the insurer last sent data, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub insurer_data_as_of: Option<Timestamp>,
    /// What to collect; absent when the verdict leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// The question, given back as it was asked.
    pub qualification_confirm_search_info: SearchInfo,
    /// 資格確認結果リスト; empty when nothing was found.
    #[serde(default)]
    pub result_list: Vec<ResultOfQualificationConfirmation>,
    /// What is probably wrong and what to do next.
    #[serde(default)]
    pub hints: Vec<Hint>,
    /// 照会番号, the institution's own number of this patient, when it has registered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_number: Option<String>,
    /// How the patient was recognised, by card or by staff; absent where only numbers were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<PresenceInfo>,
    /// What the patient answered at this institution last; absent when nothing is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentInfo>,
}

/// An answer is personal data: its debug form shows the verdict and nothing else.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("verdict", &self.verdict).field("basis", &self.basis).finish_non_exhaustive()
    }
}

/// 一部負担金の割合: the part of the cost that the window collects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Share {
    /// Percent of the cost: 0, 10, 20, 30 or 100.
    #[schema(minimum = 0, maximum = 100)]
    pub percent: u8,
    /// The rule that gave it: a stable word such as `preschool`, for programs.
    pub reason: String,
}

/// What is probably wrong and what to do next. Never tells anything about another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Hint {
    /// A stable word such as `birthdate_differs`, for programs.
    pub code: String,
    /// The element that it is about, such as `Birthdate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// For the desk, in Japanese.
    pub message: String,
    /// The same in English, for vendors.
    pub message_en: String,
}

/// The body of a 200 answer: the answer and the proof that it was given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CheckResponse {
    /// The [`Answer`] as JSON text. Keep these bytes: the proof holds for them and for nothing else.
    #[schema(value_type = Answer)]
    pub answer: Box<RawValue>,
    /// The proof.
    pub proof: Proof,
}

impl CheckResponse {
    /// The answer in it, parsed.
    pub fn parse_answer(&self) -> Result<Answer, serde_json::Error> {
        serde_json::from_str(self.answer.get())
    }
}

/// Two responses are equal when every byte of the answer and of the proof is.
impl PartialEq for CheckResponse {
    fn eq(&self, other: &Self) -> bool {
        self.answer.get() == other.answer.get() && self.proof == other.proof
    }
}

/// Proof that the center gave this answer and wrote down who asked (RFC 9942, RFC 9162).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Proof {
    /// The short number for the claim, such as `01-00000012345-7`.
    pub proof_number: String,
    /// The access event in CBOR, base64url without padding.
    pub event: String,
    /// The COSE Receipt of the access event, base64url without padding.
    pub receipt: String,
}
