//! The oracle of a nation: questions as typed, and what a right system answers.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::Path;
use wire::api::{Answer, BulkUnit, FieldError, SearchInfo};

/// One question of the oracle with its right answer, as it stands in `oracle.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OracleRow {
    /// Number of the case within the file.
    pub case_id: String,
    /// What the case is about, such as `misread_number_digit`.
    pub kind: String,
    /// 資格確認日.
    pub qualification_confirmation_date: String,
    /// 医療機関コード of who asks.
    pub medical_institution_code: String,
    /// 保険者番号 as typed.
    pub insurer_number: String,
    /// 記号 as typed.
    pub insured_card_symbol: String,
    /// 番号 as typed.
    pub insured_identification_number: String,
    /// 枝番 as typed.
    pub insured_branch_number: String,
    /// 生年月日 as typed.
    pub birthdate: String,
    /// 限度額適用認定証提供同意フラグ.
    pub limit_application_certificate_related_cons_flg: String,
    /// Right verdict, or `unreadable`.
    pub verdict: String,
    /// Right share in percent, or empty.
    pub share: String,
    /// Right 限度額適用認定証区分, or empty.
    pub limit_classification: String,
    /// Right 適用区分, or empty.
    pub limit_flag: String,
    /// Right 認定疾病区分, joined with `;`.
    pub specific_diseases: String,
    /// A hint that must be given, or empty.
    pub hint: String,
    /// The element that cannot be read, for `unreadable`.
    pub field: String,
}

impl OracleRow {
    /// The question as the API takes it.
    pub fn search_info(&self) -> SearchInfo {
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        SearchInfo {
            insurer_number: self.insurer_number.clone(),
            insured_card_symbol: optional(&self.insured_card_symbol),
            insured_identification_number: self.insured_identification_number.clone(),
            insured_branch_number: optional(&self.insured_branch_number),
            birthdate: self.birthdate.clone(),
            limit_application_certificate_related_cons_flg: optional(
                &self.limit_application_certificate_related_cons_flg,
            ),
            arbitrary_identifier: Some(self.case_id.clone()),
        }
    }
}

/// Reads an oracle file.
pub fn read(path: &Path) -> Result<Vec<OracleRow>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("cannot open {}", path.display()))?;
    reader
        .deserialize()
        .enumerate()
        .map(|(row, read)| read.with_context(|| format!("{}: row {}", path.display(), row + 2)))
        .collect()
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
            verdict: answer.verdict.code().to_owned(),
            share: answer.share.as_ref().map(|s| s.percent),
            limit,
            specific_diseases,
            hints: answer.hints.iter().map(|h| h.code.clone()).collect(),
            fields: Vec::new(),
        }
    }

    /// What a refusal says: which elements cannot be read.
    pub fn of_unreadable(errors: &[FieldError]) -> Self {
        Self {
            verdict: "unreadable".to_owned(),
            fields: errors.iter().map(|e| e.field.clone()).collect(),
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
    pub fn differences(&self, row: &OracleRow) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, right: String, got: String| {
            if right != got {
                found.push(format!("{what}: oracle {right:?}, answer {got:?}"));
            }
        };
        compare("verdict", row.verdict.clone(), self.verdict.clone());
        compare("share", row.share.clone(), self.share.map(|s| s.to_string()).unwrap_or_default());
        let (classification, flag) = self.limit.clone().unwrap_or_default();
        compare("limit", format!("{}/{}", row.limit_classification, row.limit_flag), format!("{classification}/{flag}"));
        compare("specific diseases", row.specific_diseases.clone(), self.specific_diseases.join(";"));
        if !row.hint.is_empty() && row.verdict != "unreadable" && !self.hints.contains(&row.hint) {
            found.push(format!("hint: oracle wants {:?}, answer has {:?}", row.hint, self.hints));
        }
        if !row.field.is_empty() && !self.fields.is_empty() && !self.fields.contains(&row.field) {
            found.push(format!("field: oracle {:?}, answer {:?}", row.field, self.fields));
        }
        found
    }
}
