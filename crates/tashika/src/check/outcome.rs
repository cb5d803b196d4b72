//! What the system answered, in the words of the oracle, and where the two differ.

use nation::Case;
use wire::api::{Answer, BulkUnit, FieldError, SearchInfo};

/// The question of a case as the API takes it: every text exactly as typed.
pub fn search_info(case: &Case) -> SearchInfo {
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    SearchInfo {
        insurer_number: case.insurer_number.clone(),
        insured_card_symbol: optional(&case.insured_card_symbol),
        insured_identification_number: case.insured_identification_number.clone(),
        insured_branch_number: optional(&case.insured_branch_number),
        birthdate: case.birthdate.clone(),
        limit_application_certificate_related_cons_flg: optional(&case.limit_application_certificate_related_cons_flg),
        arbitrary_identifier: Some(case.case_id.clone()),
    }
}

/// What the system answered, in the words of the oracle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Verdict, `unreadable`, or another word for what went wrong.
    pub verdict: String,
    /// Share in percent.
    pub share: Option<u8>,
    /// 限度額適用認定証区分 and 適用区分.
    pub limit: Option<(String, String)>,
    /// 認定疾病区分.
    pub specific_diseases: Vec<String>,
    /// Codes of the hints given.
    pub hints: Vec<String>,
    /// Unreadable elements.
    pub fields: Vec<String>,
    /// What the window is told: the insurer of a valid coverage, or the words of the hints.
    pub told: Vec<String>,
}

impl Outcome {
    /// What an answer says.
    pub fn of_answer(answer: &Answer) -> Self {
        let record = answer.result_list.first();
        let limit = record.and_then(|r| r.limit_application_certificate_related_info.as_ref()).map(|info| {
            (
                info.limit_application_certificate_classification.clone().unwrap_or_default(),
                info.limit_application_certificate_classification_flag.clone().unwrap_or_default(),
            )
        });
        let specific_diseases = record
            .map(|r| {
                r.specific_diseases_certificate_list
                    .iter()
                    .filter_map(|d| d.specific_diseases_disease_category.clone())
                    .collect()
            })
            .unwrap_or_default();
        Self {
            verdict: answer.verdict.as_str().to_owned(),
            share: answer.share.as_ref().map(|s| s.percent),
            limit,
            specific_diseases,
            hints: answer.hints.iter().map(|h| h.code.clone()).collect(),
            fields: Vec::new(),
            told: record
                .and_then(|r| r.insurer_name.clone())
                .into_iter()
                .chain(answer.hints.iter().map(|h| h.message.clone()))
                .collect(),
        }
    }

    /// What a refusal says: which elements cannot be read.
    pub fn of_unreadable(errors: &[FieldError]) -> Self {
        Self {
            verdict: "unreadable".to_owned(),
            fields: errors.iter().map(|e| e.field.clone()).collect(),
            told: errors.iter().map(|e| e.message.clone()).collect(),
            ..Self::default()
        }
    }

    /// Something that is neither an answer nor about the question.
    pub fn failure(what: impl Into<String>) -> Self {
        Self { verdict: what.into(), ..Self::default() }
    }

    /// What one unit of a bulk result says.
    pub fn of_bulk_unit(unit: &BulkUnit) -> Self {
        match &unit.response {
            Some(response) => match response.parse_answer() {
                Ok(answer) => Self::of_answer(&answer),
                Err(error) => Self::failure(format!("answer does not parse: {error}")),
            },
            None => Self {
                verdict: "unreadable".to_owned(),
                // A unit names its first unreadable field in its code, which is checked through the other ways.
                ..Self::default()
            },
        }
    }

    /// In which points the outcome differs from the oracle; empty when it agrees.
    pub fn differences(&self, case: &Case) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, right: String, got: String| {
            if right != got {
                found.push(format!("{what}: oracle {right:?}, answer {got:?}"));
            }
        };
        compare("verdict", case.verdict.clone(), self.verdict.clone());
        compare("share", case.share.clone(), self.share.map(|s| s.to_string()).unwrap_or_default());
        let (classification, flag) = self.limit.clone().unwrap_or_default();
        compare(
            "limit",
            format!("{}/{}", case.limit_classification, case.limit_flag),
            format!("{classification}/{flag}"),
        );
        compare("specific diseases", case.specific_diseases.clone(), self.specific_diseases.join(";"));
        if !case.hint.is_empty() && case.verdict != "unreadable" && !self.hints.contains(&case.hint) {
            found.push(format!("hint: oracle wants {:?}, answer has {:?}", case.hint, self.hints));
        }
        if !case.field.is_empty() && !self.fields.is_empty() && !self.fields.contains(&case.field) {
            found.push(format!("field: oracle {:?}, answer {:?}", case.field, self.fields));
        }
        found
    }
}
