//! Somebody is here with a card: the challenge, the check by card, and 利用登録.
//!
//! 1. The terminal asks for a [`PresenceChallenge`]. It holds for this terminal, for a minute, once.
//! 2. The card signs the bytes of [`PresenceChallenge::challenge`] (RSASSA-PKCS1-v1_5 with SHA-256, key 0017).
//! 3. Certificate, challenge and signature are a [`CardPresence`], which every message about a card carries.

use domain::consent::Consent;
use domain::presence::{PresenceNote, Showing};
use domain::{Date, Decision, date};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Answer, Basis, Hint, SearchInfo, Share};
use super::consent::{self, ConsentInfo, Consents};
use super::convert::{japan_time, word_of};
use super::record::ResultOfQualificationConfirmation;

/// `POST /v1/presence-challenges`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PresenceChallengeRequest {
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
}

/// 200: what the card is to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PresenceChallenge {
    /// The bytes of this text, as UTF-8, are what the card signs. Good for this terminal, once.
    pub challenge: String,
    /// From this moment on it is refused, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub valid_until: Timestamp,
}

/// How the patient was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceMeans {
    /// The patient typed the PIN of the card.
    Pin,
    /// A camera compared the face with the photo of the card.
    Face,
    /// 目視: staff compared the face with the photo.
    StaffEyes,
    /// No card: the numbers, and staff made sure who the patient is.
    Number,
}

/// How the holder of a card was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardMeans {
    /// The patient typed the PIN of the card.
    Pin,
    /// A camera compared the face with the photo of the card.
    Face,
    /// 目視: staff compared the face with the photo.
    StaffEyes,
}

impl From<CardMeans> for domain::PresenceMeans {
    fn from(means: CardMeans) -> Self {
        match means {
            CardMeans::Pin => Self::Pin,
            CardMeans::Face => Self::Face,
            CardMeans::StaffEyes => Self::StaffEyes,
        }
    }
}

impl From<PresenceMeans> for domain::PresenceMeans {
    fn from(means: PresenceMeans) -> Self {
        match means {
            PresenceMeans::Pin => Self::Pin,
            PresenceMeans::Face => Self::Face,
            PresenceMeans::StaffEyes => Self::StaffEyes,
            PresenceMeans::Number => Self::Number,
        }
    }
}

impl From<domain::PresenceMeans> for PresenceMeans {
    fn from(means: domain::PresenceMeans) -> Self {
        match means {
            domain::PresenceMeans::Pin => Self::Pin,
            domain::PresenceMeans::Face => Self::Face,
            domain::PresenceMeans::StaffEyes => Self::StaffEyes,
            domain::PresenceMeans::Number => Self::Number,
        }
    }
}

/// A card that is here: what it showed and what it signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardPresence {
    /// The challenge that was signed, as the center gave it.
    pub challenge: String,
    /// 利用者証明用電子証明書, DER in base64.
    pub certificate: String,
    /// Signature over the challenge, base64. Absent only with `staff_eyes`, where the card was not unlocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// How the patient was recognised.
    pub means: CardMeans,
}

/// A certificate stands for a person, so the debug form shows how they came and nothing else.
impl std::fmt::Debug for CardPresence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CardPresence({:?})", self.means)
    }
}

/// `POST /v1/card-checks`: is the person of this card insured on that day, and what did they allow?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardCheckRequest {
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
    /// 任意のファイル識別子, given back in the answer, at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// The card.
    pub presence: CardPresence,
    /// What the patient allows. Absent: the patient was not asked, and nothing is recorded about consents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<Consents>,
}

/// What an answer tells about how the patient was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PresenceInfo {
    /// How the patient was recognised.
    pub means: PresenceMeans,
    /// How much was shown: `everything` or `eligibility_only`, for programs. Why not more stands in the hints.
    pub extent: String,
    /// Last day of the certificate in Japan, `yyyyMMdd`; absent without a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_last_day: Option<String>,
}

/// `POST /v1/card-states`: is the card that lies on the reader good for anything, and what has its holder answered here
/// before? Asked before the patient types a PIN for nothing. Nothing about the person is told, so it needs no challenge
/// and leaves no access event.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardStateRequest {
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// 利用者証明用電子証明書, DER in base64.
    pub certificate: String,
}

/// A certificate stands for a person.
impl std::fmt::Debug for CardStateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardStateRequest(…)")
    }
}

/// 200: what the card will be enough for once it has signed. A card that is good for nothing is refused by its code, as
/// the check would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardState {
    /// How much would be shown: `everything` or `eligibility_only`, for programs.
    pub extent: String,
    /// Why not more, and what else is worth saying, such as that the certificate ends soon.
    #[serde(default)]
    pub hints: Vec<Hint>,
    /// Last day of the certificate in Japan, `yyyyMMdd`.
    pub certificate_last_day: String,
    /// Whether the card is registered for use as an insurance card.
    pub registered: bool,
    /// What its holder answered at this institution last; absent when nothing is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentInfo>,
}

/// `POST /v1/card-registrations` (利用登録): from now on this card is enough. The numbers of the insurance card and the
/// birth date say, this one time, whose card it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardRegistrationRequest {
    /// UUID version 7 made by the asking side.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// The day, `yyyyMMdd`.
    #[serde(default)]
    #[schema(required, example = "20261122")]
    pub qualification_confirmation_date: String,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// The card. It must have signed.
    pub presence: CardPresence,
    /// The numbers of the insurance card and the birth date, as typed.
    pub qualification_confirm_search_info: SearchInfo,
}

/// `POST /v1/card-registrations/end` (解除): from now on this card says nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardRegistrationEndRequest {
    /// UUID version 7 made by the asking side.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// The card. It must have signed.
    pub presence: CardPresence,
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardRegistrationState {
    /// It is registered now.
    Registered,
    /// It was registered for the same person before; nothing has changed.
    AlreadyRegistered,
    /// It is registered no longer.
    Ended,
}

/// 200: what became of the registration of the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CardRegistrationAnswer {
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the request.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// What became of it.
    pub state: CardRegistrationState,
}

/// `POST /v1/consent-withdrawals`: whatever the patient of this card has allowed this institution to see, it may see no
/// longer. Without a card it is [`ConsentWithdrawalByNumberRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ConsentWithdrawalRequest {
    /// UUID version 7 made by the asking side.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// The card.
    pub presence: CardPresence,
}

/// `POST /v1/consent-withdrawals/by-number`: the same at the patient's wish, told to staff and without a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ConsentWithdrawalByNumberRequest {
    /// UUID version 7 made by the asking side.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// The day, `yyyyMMdd`.
    #[serde(default)]
    #[schema(required, example = "20261122")]
    pub qualification_confirmation_date: String,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// The numbers of the insurance card and the birth date.
    pub qualification_confirm_search_info: SearchInfo,
}

/// 200: nothing of the patient may be seen here by consent any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ConsentWithdrawalAnswer {
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the request.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// How many answers of the patient were taken back; 0 when none held any more.
    pub withdrawn: u64,
}

/// Everything around the decision about a person who is here with a card.
#[derive(Debug, Clone, Copy)]
pub struct CardAnswerContext<'a> {
    /// The number of the question.
    pub request_id: Uuid,
    /// 任意のファイル識別子 of the question.
    pub arbitrary_file_identifier: Option<&'a str>,
    /// 資格確認日.
    pub qualification_confirmation_date: Date,
    /// 医療機関コード.
    pub medical_institution_code: &'a str,
    /// Now.
    pub now: Timestamp,
    /// When the insurer last sent data.
    pub insurer_data_as_of: Option<Timestamp>,
    /// 照会番号 that this institution registered for the person.
    pub reference_number: Option<&'a str>,
    /// How the patient was recognised.
    pub means: domain::PresenceMeans,
    /// How much may be shown, and why not more.
    pub showing: &'a Showing,
    /// Last day of the certificate.
    pub certificate_last_day: Date,
    /// What the patient allowed just now; none when they were not asked.
    pub consent: Option<&'a Consent>,
    /// What is on record of earlier visits, where they were not asked now.
    pub recorded: Option<&'a Consent>,
}

impl Answer {
    /// The answer that tells a decision about a person who is here with a card. No numbers were asked for, so
    /// `QualificationConfirmSearchInfo` is empty.
    pub fn from_presence(decision: &Decision<'_>, context: &CardAnswerContext<'_>) -> Self {
        let reference_number = context.reference_number.map(str::to_owned);
        let record = decision.coverage.map(|coverage| ResultOfQualificationConfirmation {
            limit_application_certificate_related_info: decision.limit.map(Into::into),
            specific_diseases_certificate_list: decision.specific_diseases.iter().map(|&d| d.into()).collect(),
            public_expense_result_list: decision.tickets.iter().map(|&ticket| ticket.into()).collect(),
            reference_number: reference_number.clone(),
            ..ResultOfQualificationConfirmation::from_coverage(coverage, context.qualification_confirmation_date)
        });
        let notes = context.showing.notes.iter().map(|note| Hint::from(*note));
        Self {
            verdict: decision.verdict.into(),
            reason: word_of(decision.reason),
            process_execution_time: japan_time(context.now),
            qualification_confirmation_date: date::format(context.qualification_confirmation_date),
            medical_institution_code: context.medical_institution_code.to_owned(),
            arbitrary_file_identifier: context.arbitrary_file_identifier.map(str::to_owned),
            request_id: context.request_id,
            basis: Basis::Live,
            as_of: context.now,
            insurer_data_as_of: context.insurer_data_as_of,
            share: decision.share.map(Share::from),
            qualification_confirm_search_info: SearchInfo::default(),
            result_list: record.map(|record| context.with_consent(record)).into_iter().collect(),
            hints: decision.hints.iter().map(Hint::from).chain(notes).collect(),
            reference_number,
            presence: Some(PresenceInfo {
                means: context.means.into(),
                extent: context.showing.extent.code().to_owned(),
                certificate_last_day: Some(date::format(context.certificate_last_day)),
            }),
            consent: context.consent.or(context.recorded).map(ConsentInfo::from),
        }
    }
}

impl CardAnswerContext<'_> {
    fn with_consent(&self, record: ResultOfQualificationConfirmation) -> ResultOfQualificationConfirmation {
        match (self.consent, self.recorded) {
            (Some(consent), _) => consent::given(record, consent, self.now),
            (None, Some(recorded)) => consent::recorded(record, recorded, self.now),
            (None, None) => record,
        }
    }
}

impl From<PresenceNote> for Hint {
    fn from(note: PresenceNote) -> Self {
        Self {
            code: note.code().to_owned(),
            field: None,
            message: note.message().to_owned(),
            message_en: note.message_en().to_owned(),
        }
    }
}
