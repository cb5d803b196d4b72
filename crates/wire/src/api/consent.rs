//! What a patient allows, and what is recorded about it.
//!
//! Three states are kept apart everywhere: allowed, not allowed, run out; and a fourth, that nothing is recorded, is the
//! absence of a [`ConsentInfo`]. [`ConsentInfo::state`] says which it is for one item.

use domain::consent::{Consent, ConsentState, Terms};
use domain::{ConsentChoice, ConsentItem, PrescriptionForm};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::convert::japan_time;
use super::presence::PresenceMeans;
use super::problem::FieldError;
use super::record::ResultOfQualificationConfirmation;

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

/// The patient's latest answer at this institution about what may be seen. Where it is absent nothing is recorded: the
/// patient has not been asked there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ConsentInfo {
    /// What was allowed, as far as the way of recognising the patient goes.
    pub consents: Consents,
    /// How the patient was recognised when they were asked.
    pub means: PresenceMeans,
    /// 同意日時, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    /// 閲覧有効期限, RFC 3339: from this moment on it no longer holds.
    #[schema(value_type = String, format = DateTime)]
    pub valid_until: Timestamp,
    /// When it was taken back, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn_at: Option<Timestamp>,
}

impl From<&Consent> for ConsentInfo {
    fn from(consent: &Consent) -> Self {
        Self {
            consents: Consents::of(consent.choice),
            means: consent.means.into(),
            given_at: consent.given_at,
            valid_until: consent.valid_until,
            withdrawn_at: consent.withdrawn.map(|(at, _)| at),
        }
    }
}

impl ConsentInfo {
    /// What matters of it for whether something may be seen. Flags that cannot be read allow nothing.
    pub fn terms(&self) -> Terms {
        Terms {
            choice: self.consents.parse().unwrap_or_default(),
            given_at: self.given_at,
            valid_until: self.valid_until,
            is_withdrawn: self.withdrawn_at.is_some(),
        }
    }

    /// How things stand with an item, by the latest answer on record or by there being none.
    pub fn state(latest: Option<&Self>, item: ConsentItem, now: Timestamp) -> ConsentState {
        latest.map_or(ConsentState::NothingRecorded, |info| info.terms().state(item, now))
    }
}

/// How a consent stands in the three elements of a record (OQSCD016, OQSCD001): flag, 同意日時, 閲覧有効期限.
struct Elements {
    flag: Option<String>,
    given: Option<String>,
    until: Option<String>,
}

fn elements(terms: &Terms, item: ConsentItem, now: Timestamp) -> Elements {
    let times = |flag: &str| Elements {
        flag: Some(flag.to_owned()),
        given: Some(japan_time(terms.given_at)),
        until: Some(japan_time(terms.valid_until)),
    };
    match terms.state(item, now) {
        ConsentState::NothingRecorded => Elements { flag: None, given: None, until: None },
        ConsentState::NotConsented => Elements { flag: Some("0".to_owned()), given: None, until: None },
        ConsentState::Consented { .. } => times("1"),
        // 2 同意有効期限切れ: something else than never having agreed.
        ConsentState::Expired { .. } => times("2"),
    }
}

/// Writes consents that were given just now into a record: flag, 同意日時 and 閲覧有効期限 for what was allowed, and the
/// flag alone for what was not.
pub(super) fn given(
    record: ResultOfQualificationConfirmation,
    consent: &Consent,
    now: Timestamp,
) -> ResultOfQualificationConfirmation {
    let limit = elements(&consent.terms(), ConsentItem::LimitCertificate, now);
    ResultOfQualificationConfirmation {
        limit_application_certificate_related_cons_flg: limit.flag,
        limit_application_certificate_related_cons_time: limit.given,
        ..recorded(record, consent, now)
    }
}

/// Writes what is on record into a record, but for the limit certificate, about which each question by number says for
/// itself whether the patient agrees.
pub(super) fn recorded(
    record: ResultOfQualificationConfirmation,
    consent: &Consent,
    now: Timestamp,
) -> ResultOfQualificationConfirmation {
    let of = |item| elements(&consent.terms(), item, now);
    let disease = of(ConsentItem::SpecificDisease);
    let checkups = of(ConsentItem::Checkups);
    let drugs = of(ConsentItem::Drugs);
    let diagnosis = of(ConsentItem::Diagnosis);
    let surgery = of(ConsentItem::Surgery);
    ResultOfQualificationConfirmation {
        specific_diseases_certificate_related_cons_flg: disease.flag,
        specific_diseases_certificate_related_cons_time: disease.given,
        specific_health_checkups_info_cons_flg: checkups.flag,
        specific_health_checkups_info_cons_time: checkups.given,
        specific_health_checkups_info_available_time: checkups.until,
        pharmacists_info_cons_flg: drugs.flag,
        pharmacists_info_cons_time: drugs.given,
        pharmacists_info_available_time: drugs.until,
        diagnosis_info_cons_flg: diagnosis.flag,
        diagnosis_info_cons_time: diagnosis.given,
        diagnosis_info_available_time: diagnosis.until,
        operation_info_cons_flg: surgery.flag,
        operation_info_cons_time: surgery.given,
        operation_info_available_time: surgery.until,
        ..record
    }
}
