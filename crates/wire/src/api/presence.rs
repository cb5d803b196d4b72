//! Somebody is here with a card: the challenge, the check by card, and 利用登録.
//!
//! 1. The terminal asks for a [`PresenceChallenge`]. It holds for this terminal, for a minute, once.
//! 2. The card signs the bytes of [`PresenceChallenge::challenge`] (RSASSA-PKCS1-v1_5 with SHA-256, key 0017).
//! 3. Certificate, challenge and signature are a [`CardPresence`], which every message about a card carries.

use domain::consent::Consent;
use domain::presence::{PresenceNote, Showing};
use domain::{ConsentChoice, ConsentItem, Date, Decision, PrescriptionForm, date};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Answer, Basis, Hint, SearchInfo, Share};
use super::convert::{japan_time, word_of};
use super::problem::FieldError;
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
}

impl From<PresenceMeans> for domain::PresenceMeans {
    fn from(means: PresenceMeans) -> Self {
        match means {
            PresenceMeans::Pin => Self::Pin,
            PresenceMeans::Face => Self::Face,
            PresenceMeans::StaffEyes => Self::StaffEyes,
        }
    }
}

impl From<domain::PresenceMeans> for PresenceMeans {
    fn from(means: domain::PresenceMeans) -> Self {
        match means {
            domain::PresenceMeans::Pin => Self::Pin,
            domain::PresenceMeans::Face => Self::Face,
            domain::PresenceMeans::StaffEyes => Self::StaffEyes,
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
    pub means: PresenceMeans,
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

/// What a patient allows an institution to see, item by item. `1` agrees, `0` or absent does not: nothing is ticked
/// beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct Consents {
    /// 限度額適用認定証.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_related_cons_flg: Option<String>,
    /// 特定疾病療養受療証.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_certificate_related_cons_flg: Option<String>,
    /// 特定健診情報.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_health_checkups_info_cons_flg: Option<String>,
    /// 薬剤情報.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacists_info_cons_flg: Option<String>,
    /// 診療情報.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_info_cons_flg: Option<String>,
    /// 手術情報.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_info_cons_flg: Option<String>,
    /// 処方箋発行形態 (OQSCD017): `1` electronic, `2` paper; absent when it was not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_issue_select: Option<String>,
}

impl Consents {
    /// Reads the choice; every flag that cannot be right is named.
    ///
    /// # Errors
    /// One entry per wrong flag; never empty.
    pub fn parse(&self) -> Result<ConsentChoice, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut choice = ConsentChoice::NOTHING;
        for (item, element, flag) in self.flags() {
            match flag.map(str::trim) {
                Some("1") => choice = choice.with(item),
                None | Some("" | "0") => {}
                Some(_) => wrong.push(wrong_flag(element)),
            }
        }
        match self.prescription_issue_select.as_deref().map(|code| (code, PrescriptionForm::parse(code))) {
            Some((_, Some(form))) => choice = choice.with_prescription(form),
            None | Some(("", None)) => {}
            Some((_, None)) => wrong.push(wrong_flag("PrescriptionIssueSelect")),
        }
        if wrong.is_empty() { Ok(choice) } else { Err(wrong) }
    }

    /// The message that says this choice.
    pub fn of(choice: ConsentChoice) -> Self {
        let flag = |item| Some(if choice.allows(item) { "1" } else { "0" }.to_owned());
        Self {
            limit_application_certificate_related_cons_flg: flag(ConsentItem::LimitCertificate),
            specific_diseases_certificate_related_cons_flg: flag(ConsentItem::SpecificDisease),
            specific_health_checkups_info_cons_flg: flag(ConsentItem::Checkups),
            pharmacists_info_cons_flg: flag(ConsentItem::Drugs),
            diagnosis_info_cons_flg: flag(ConsentItem::Diagnosis),
            operation_info_cons_flg: flag(ConsentItem::Surgery),
            prescription_issue_select: choice.prescription().map(|form| form.code().to_owned()),
        }
    }

    fn flags(&self) -> [(ConsentItem, &'static str, Option<&str>); 6] {
        [
            (
                ConsentItem::LimitCertificate,
                "LimitApplicationCertificateRelatedConsFlg",
                self.limit_application_certificate_related_cons_flg.as_deref(),
            ),
            (
                ConsentItem::SpecificDisease,
                "SpecificDiseasesCertificateRelatedConsFlg",
                self.specific_diseases_certificate_related_cons_flg.as_deref(),
            ),
            (
                ConsentItem::Checkups,
                "SpecificHealthCheckupsInfoConsFlg",
                self.specific_health_checkups_info_cons_flg.as_deref(),
            ),
            (ConsentItem::Drugs, "PharmacistsInfoConsFlg", self.pharmacists_info_cons_flg.as_deref()),
            (ConsentItem::Diagnosis, "DiagnosisInfoConsFlg", self.diagnosis_info_cons_flg.as_deref()),
            (ConsentItem::Surgery, "OperationInfoConsFlg", self.operation_info_cons_flg.as_deref()),
        ]
    }
}

fn wrong_flag(element: &str) -> FieldError {
    FieldError {
        field: element.to_owned(),
        code: "value".to_owned(),
        message: format!("{element} の値がちがいます。"),
        message_en: format!("{element} has a value that is not in its code table."),
    }
}

/// What an answer tells about the card that was here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PresenceInfo {
    /// How the patient was recognised.
    pub means: PresenceMeans,
    /// How much was shown: `everything` or `eligibility_only`, for programs. Why not more stands in the hints.
    pub extent: String,
    /// Last day of the certificate in Japan, `yyyyMMdd`.
    pub certificate_last_day: String,
    /// What the patient allowed, as far as the extent goes; absent when the patient was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<Consents>,
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
/// longer.
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
    /// What the patient allowed; none when they were not asked.
    pub consent: Option<&'a Consent>,
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
            result_list: record.map(|record| with_consent(record, context.consent)).into_iter().collect(),
            hints: decision.hints.iter().map(Hint::from).chain(notes).collect(),
            reference_number,
            presence: Some(PresenceInfo {
                means: context.means.into(),
                extent: context.showing.extent.code().to_owned(),
                certificate_last_day: date::format(context.certificate_last_day),
                consents: context.consent.map(|consent| Consents::of(consent.choice)),
            }),
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

/// Writes the consents into a record: flag, 同意日時 and 閲覧有効期限 for what was allowed, the flag alone for what was
/// not, and nothing at all when the patient was not asked.
fn with_consent(
    record: ResultOfQualificationConfirmation,
    consent: Option<&Consent>,
) -> ResultOfQualificationConfirmation {
    let Some(consent) = consent else { return record };
    let given = japan_time(consent.given_at);
    let until = japan_time(consent.valid_until);
    let flag = |item| Some(if consent.choice.allows(item) { "1" } else { "0" }.to_owned());
    let time = |item| consent.choice.allows(item).then(|| given.clone());
    let end = |item| consent.choice.allows(item).then(|| until.clone());
    ResultOfQualificationConfirmation {
        limit_application_certificate_related_cons_flg: flag(ConsentItem::LimitCertificate),
        limit_application_certificate_related_cons_time: time(ConsentItem::LimitCertificate),
        specific_diseases_certificate_related_cons_flg: flag(ConsentItem::SpecificDisease),
        specific_diseases_certificate_related_cons_time: time(ConsentItem::SpecificDisease),
        specific_health_checkups_info_cons_flg: flag(ConsentItem::Checkups),
        specific_health_checkups_info_cons_time: time(ConsentItem::Checkups),
        specific_health_checkups_info_available_time: end(ConsentItem::Checkups),
        pharmacists_info_cons_flg: flag(ConsentItem::Drugs),
        pharmacists_info_cons_time: time(ConsentItem::Drugs),
        pharmacists_info_available_time: end(ConsentItem::Drugs),
        diagnosis_info_cons_flg: flag(ConsentItem::Diagnosis),
        diagnosis_info_cons_time: time(ConsentItem::Diagnosis),
        diagnosis_info_available_time: end(ConsentItem::Diagnosis),
        operation_info_cons_flg: flag(ConsentItem::Surgery),
        operation_info_cons_time: time(ConsentItem::Surgery),
        operation_info_available_time: end(ConsentItem::Surgery),
        ..record
    }
}
