//! What a patient lets an institution see of their record: drugs, treatment, surgery, checkups.
//!
//! The center sends what is allowed and nothing else: a part without consent is not in the answer, and the answer says so in
//! its place. The entries are the domain's own, written as JSON.

use domain::record::{
    Diagnosis, HealthRecord, LookRole, LookWay, MaySee, Medication, Month, Procedure, TreatmentVisit,
};
use domain::{Checkup, ConsentItem, ConsentState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Proof, SearchInfo, Verdict};
use super::problem::FieldError;

/// `POST /v1/record-looks`: show what the patient allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RecordRequest {
    /// UUID version 7 made by the asking side. Each request that is answered is a look on record.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// Who looks, as the institution names its staff, at most 64 characters. On record with the look.
    #[serde(default)]
    #[schema(required, example = "sato")]
    pub user_identifier: String,
    /// In which role they look: `doctor`, `dentist`, `pharmacist`, or `records`: whom the institution gave the right to open
    /// records. Absent: `records`. On record with the look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "doctor")]
    pub user_role: Option<String>,
    /// Which way the record is shown: `page`, `pdf` or `file`. Absent: not told. On record with the look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "page")]
    pub way: Option<String>,
    /// Which parts: `drugs`, `diagnosis`, `surgery`, `checkups`.
    #[serde(default)]
    #[schema(required, example = json!(["drugs", "checkups"]))]
    pub items: Vec<String>,
    /// 対象期間, the first month, `yyyyMM`; absent: as far back as there is anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "202311")]
    pub start_date: Option<String>,
    /// 対象期間, the last month, `yyyyMM`; absent: to the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "202611")]
    pub end_date: Option<String>,
    /// Whose: the numbers of the card and the birth date, as the answer to a check gave them. Without `Birthdate`, as the
    /// folders ask (YZK, TKK), it is the one person of this card whom this institution has asked for their consent.
    pub qualification_confirm_search_info: SearchInfo,
}

/// Whose record it is, as registered. `Debug` is blank: it names a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RecordPatient {
    /// 氏名.
    pub name: String,
    /// 氏名カナ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_kana: Option<String>,
    /// 生年月日, `yyyyMMdd`.
    pub birthdate: String,
    /// 性別1 (OQSCD007).
    pub sex1: String,
}

impl From<&domain::Person> for RecordPatient {
    fn from(person: &domain::Person) -> Self {
        Self {
            name: person.name.clone(),
            name_kana: person.name_kana.clone(),
            birthdate: domain::date::format(person.birthdate),
            sex1: person.sex1.code().to_owned(),
        }
    }
}

impl std::fmt::Debug for RecordPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordPatient(…)")
    }
}

/// Which months are wanted; both are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Months {
    /// The first; none: no bound.
    pub first: Option<Month>,
    /// The last; none: no bound.
    pub last: Option<Month>,
}

impl RecordRequest {
    /// Asks for every part and every month that may be seen; no role is said.
    pub fn of_everything(request_id: Uuid, facility: String, user: &str, whose: SearchInfo) -> Self {
        let medical = ConsentItem::ALL.iter().filter(|item| item.is_medical());
        Self {
            request_id,
            medical_institution_code: facility,
            user_identifier: user.to_owned(),
            user_role: None,
            way: None,
            items: medical.map(|item| item.code().to_owned()).collect(),
            start_date: None,
            end_date: None,
            qualification_confirm_search_info: whose,
        }
    }

    /// The parts that are wanted.
    ///
    /// # Errors
    /// One entry for each word that is no part of a record, or one when none is named.
    pub fn wanted(&self) -> Result<Vec<ConsentItem>, Vec<FieldError>> {
        let (mut wanted, mut wrong) = (Vec::new(), Vec::new());
        for word in &self.items {
            match ConsentItem::parse(word).filter(|item| item.is_medical()) {
                Some(item) if wanted.contains(&item) => {}
                Some(item) => wanted.push(item),
                None => wrong.push(bad(
                    "Items",
                    "drugs、diagnosis、surgery、checkups のどれかを指定してください。",
                    "Each item is one of drugs, diagnosis, surgery, checkups.",
                )),
            }
        }
        if wanted.is_empty() && wrong.is_empty() {
            wrong.push(bad("Items", "見たい情報を一つ以上指定してください。", "Name at least one item."));
        }
        if wrong.is_empty() { Ok(wanted) } else { Err(wrong) }
    }

    /// The role of who looks.
    ///
    /// # Errors
    /// One entry where it is none that opens records.
    pub fn role(&self) -> Result<LookRole, Vec<FieldError>> {
        let Some(word) = self.user_role.as_deref() else { return Ok(LookRole::Records) };
        LookRole::parse(word.trim()).filter(|role| role.sees_records()).ok_or_else(|| {
            vec![bad(
                "UserRole",
                "doctor、dentist、pharmacist、records のどれかを指定してください。",
                "The role is one of doctor, dentist, pharmacist, records.",
            )]
        })
    }

    /// Which way the record is shown.
    ///
    /// # Errors
    /// One entry where it is none by which this question is asked.
    pub fn way(&self) -> Result<LookWay, Vec<FieldError>> {
        let Some(word) = self.way.as_deref() else { return Ok(LookWay::NotTold) };
        LookWay::parse(word.trim()).filter(|way| *way != LookWay::Fhir).ok_or_else(|| {
            vec![bad("Way", "page、pdf、file のどれかを指定してください。", "The way is one of page, pdf, file.")]
        })
    }

    /// The months that are wanted.
    ///
    /// # Errors
    /// One entry for each month that is none, or one when the last lies before the first.
    pub fn months(&self) -> Result<Months, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut read = |field: &'static str, raw: Option<&str>| match raw.map(str::trim) {
            None | Some("") => None,
            Some(raw) => Month::parse(raw).ok().or_else(|| {
                wrong.push(bad(field, "年月を6桁（例 202611）で指定してください。", "A month is yyyyMM."));
                None
            }),
        };
        let first = read("StartDate", self.start_date.as_deref());
        let last = read("EndDate", self.end_date.as_deref());
        if first.zip(last).is_some_and(|(first, last)| first > last) {
            wrong.push(bad("EndDate", "終わりの年月が始まりより前です。", "The last month lies before the first."));
        }
        if wrong.is_empty() { Ok(Months { first, last }) } else { Err(wrong) }
    }
}

fn bad(field: &str, message: &str, message_en: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: "value".to_owned(),
        message: message.to_owned(),
        message_en: message_en.to_owned(),
    }
}

/// How one part of a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RecordPart {
    /// `drugs`, `diagnosis`, `surgery` or `checkups`.
    pub item: String,
    /// `consented`, `not_consented`, `nothing_recorded` or `expired`. Only a part with `consented` is in the answer.
    pub consent_state: String,
    /// 閲覧有効期限, RFC 3339: until when it may be seen, or since when it may no longer be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Timestamp>,
}

impl RecordPart {
    fn new(item: ConsentItem, state: ConsentState) -> Self {
        let valid_until = match state {
            ConsentState::Consented { valid_until, .. } => Some(valid_until),
            ConsentState::Expired { since } => Some(since),
            ConsentState::NothingRecorded | ConsentState::NotConsented => None,
        };
        Self { item: item.code().to_owned(), consent_state: state.code().to_owned(), valid_until }
    }

    /// Which part.
    pub fn consent_item(&self) -> Option<ConsentItem> {
        ConsentItem::parse(&self.item)
    }

    /// Whether it may be seen.
    pub fn is_shown(&self) -> bool {
        self.consent_state == "consented"
    }
}

/// The answer to a [`RecordRequest`]. Its bytes are what the proof covers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RecordAnswer {
    /// 資格有効性 on the day of the look. `not_found` and `multiple`: nobody was looked up, and nothing is shown.
    pub verdict: Verdict,
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the request.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// The moment for which the answer was true, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// Each part that was wanted, and whether it may be seen. Empty where nobody was found.
    #[serde(default)]
    pub part_list: Vec<RecordPart>,
    /// Whose record it is; absent where nobody was found and where no part may be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<RecordPatient>,
    /// The newest month of which claims have come in, `yyyyMM`; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub newest_month: Option<Month>,
    /// Drugs handed out, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub medication_list: Vec<Medication>,
    /// Diagnoses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub diagnosis_list: Vec<Diagnosis>,
    /// Procedures; surgery among them only where that may be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub procedure_list: Vec<Procedure>,
    /// Days of treatment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub treatment_visit_list: Vec<TreatmentVisit>,
    /// Checkups, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub checkup_list: Vec<Checkup>,
}

/// It is a person's record.
impl std::fmt::Debug for RecordAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordAnswer").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

impl RecordAnswer {
    /// Puts a record in, as far as it may be seen.
    #[must_use]
    pub fn with_record(mut self, may_see: &MaySee, record: HealthRecord) -> Self {
        let HealthRecord { history, checkups } = may_see.of(record);
        self.part_list = may_see.states().iter().map(|(item, state)| RecordPart::new(*item, *state)).collect();
        self.medication_list = history.medications;
        self.diagnosis_list = history.diagnoses;
        self.procedure_list = history.procedures;
        self.treatment_visit_list = history.visits;
        self.checkup_list = checkups;
        self
    }

    /// The answer as JSON, with checkups each of which is the JSON of a [`Checkup`] already: it is long, and a server that
    /// keeps it as it stands here need not take it apart. They are left out unless checkups may be seen.
    ///
    /// # Errors
    /// Never in practice: the answer is plain data with texts as keys.
    pub fn to_json_with(&self, checkups: &[String]) -> serde_json::Result<String> {
        let mut json = serde_json::to_string(self)?;
        if !checkups.is_empty() && self.checkup_list.is_empty() && self.shows(ConsentItem::Checkups) {
            json.pop();
            json.push_str(",\"CheckupList\":[");
            json.push_str(&checkups.join(","));
            json.push_str("]}");
        }
        Ok(json)
    }

    /// Whether it holds anything of a part of which it says that it may not be seen. A reader refuses such an answer.
    pub fn shows_what_may_not_be_seen(&self) -> bool {
        let hidden = |item| !self.shows(item);
        (hidden(ConsentItem::Drugs) && !self.medication_list.is_empty())
            || (hidden(ConsentItem::Checkups) && !self.checkup_list.is_empty())
            || (hidden(ConsentItem::Diagnosis)
                && !(self.diagnosis_list.is_empty() && self.treatment_visit_list.is_empty()))
            || (hidden(ConsentItem::Diagnosis) && hidden(ConsentItem::Surgery) && !self.procedure_list.is_empty())
    }

    /// Whether a part may be seen; an answer that does not name it says no.
    pub fn shows(&self, item: ConsentItem) -> bool {
        self.part_list.iter().any(|part| part.consent_item() == Some(item) && part.is_shown())
    }
}

/// The body of a 200 answer: the answer and the proof that it was given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RecordResponse {
    /// The [`RecordAnswer`] as JSON text. Keep these bytes: the proof holds for them and for nothing else.
    #[schema(value_type = RecordAnswer)]
    pub answer: Box<RawValue>,
    /// The proof.
    pub proof: Proof,
}

#[cfg(test)]
mod tests {
    //! Proves that checkups which are JSON already make the same answer as checkups that are not, and that none gets in where
    //! they may not be seen.
    use serde_json::{Value, json};

    use super::*;

    fn answer(state: &str, checkups: &[Value]) -> RecordAnswer {
        serde_json::from_value(json!({
            "Verdict": "valid", "ProcessExecutionTime": "20261129120000", "MedicalInstitutionCode": "1312345670",
            "RequestId": Uuid::nil(), "AsOf": "2026-11-29T03:00:00Z",
            "PartList": [{ "Item": "checkups", "ConsentState": state }], "CheckupList": checkups
        }))
        .unwrap()
    }

    #[test]
    fn checkups_that_are_json_already_make_the_same_answer() {
        let checkup = json!({
            "ReportKind": "10", "Program": "010", "Date": "20250610", "WrittenOn": "20250620",
            "Patient": {
                "InsurerNumber": "06139463", "InsuredIdentificationNumber": "1", "NameKana": "ヨシダ　タカコ",
                "Birthdate": "19560401", "Sex": "2"
            },
            "Institution": { "Code": "1310000012", "Name": "しんりょう内科" }, "Items": []
        });
        for count in 0..3 {
            let whole = answer("consented", &vec![checkup.clone(); count]);
            let texts: Vec<String> =
                whole.checkup_list.iter().map(|checkup| serde_json::to_string(checkup).unwrap()).collect();
            let with = answer("consented", &[]).to_json_with(&texts).unwrap();
            assert_eq!(with, serde_json::to_string(&whole).unwrap(), "{count}");
        }
        for state in ["not_consented", "expired", "nothing_recorded"] {
            let hidden = answer(state, &[]);
            assert_eq!(hidden.to_json_with(&["{}".to_owned()]).unwrap(), serde_json::to_string(&hidden).unwrap());
        }
    }
}
