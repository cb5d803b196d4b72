//! 診療情報: a day on which an institution treated, and what it did.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Institution, ProcedureCode, ProcedureKind, Source};
use crate::{Date, date};

/// One thing done on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VisitItem {
    /// 診療行為コード.
    pub code: ProcedureCode,
    /// 診療行為名称, where a master knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// What kind of work.
    pub kind: ProcedureKind,
    /// How often on that day.
    pub times: u16,
}

/// A day of treatment. `Debug` is blank: it belongs to a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TreatmentVisit {
    /// The day.
    #[serde(with = "date::as_text")]
    pub day: Date,
    /// Who treated.
    pub institution: Arc<Institution>,
    /// Whether in hospital.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inpatient: bool,
    /// What was done, in the order of the claim; may be empty where a claim tells the day only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<VisitItem>,
    /// The claims that tell of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl std::fmt::Debug for TreatmentVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TreatmentVisit(…)")
    }
}
