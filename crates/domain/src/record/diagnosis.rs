//! 傷病名: why an institution treated.
//!
//! A claim names a diagnosis because something was billed for it. 「の疑い」 means that it was looked for, not that it is
//! there; such a diagnosis never leads to a warning.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Institution, Month, Source};
use crate::id::{IdError, text_id};
use crate::{Date, date};

/// 傷病名コード: seven digits; `0000999` stands for a diagnosis in words only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DiagnosisCode([u8; 7]);

impl DiagnosisCode {
    /// A diagnosis that has no code.
    pub const UNCODED: Self = Self(*b"0000999");

    /// Reads seven ASCII digits.
    ///
    /// # Errors
    /// Empty, another length, or no digits.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Err(IdError::Empty);
        }
        let held: [u8; 7] = raw.as_bytes().try_into().map_err(|_| IdError::Length(raw.chars().count()))?;
        if held.iter().all(u8::is_ascii_digit) { Ok(Self(held)) } else { Err(IdError::Character) }
    }

    /// The seven digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for DiagnosisCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DiagnosisCode(…)")
    }
}

text_id!(DiagnosisCode);

/// 転帰.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosisOutcome {
    /// 1: still treated, or anything that is none of the others
    Continued,
    /// 2 治ゆ
    Cured,
    /// 3 死亡
    Died,
    /// 4 中止
    Stopped,
}

/// 修飾語 「の疑い」.
pub const SUSPECTED: &str = "8002";

/// A diagnosis. `Debug` is blank: it belongs to a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Diagnosis {
    /// 傷病名コード.
    pub code: DiagnosisCode,
    /// 修飾語コード, four digits each, in the order of the claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
    /// 傷病名称: as written in the claim for a diagnosis without code, else from the master where it knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// ICD-10, where the claim (DPC) or the master tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icd10: Option<String>,
    /// 診療開始日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// The last month in which a claim named it.
    pub last_month: Month,
    /// 転帰 in that month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DiagnosisOutcome>,
    /// 主傷病.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub main: bool,
    /// Who treats it.
    pub institution: Arc<Institution>,
    /// The claims that name it; the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl std::fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Diagnosis(…)")
    }
}

impl Diagnosis {
    /// Whether it is suspected only (の疑い).
    pub fn is_suspected(&self) -> bool {
        self.modifiers.iter().any(|modifier| modifier == SUSPECTED)
            || self.name.as_deref().is_some_and(|name| name.ends_with("の疑い"))
    }

    /// Whether treatment has ended.
    pub fn has_ended(&self) -> bool {
        match self.outcome {
            Some(DiagnosisOutcome::Cured | DiagnosisOutcome::Died | DiagnosisOutcome::Stopped) => true,
            Some(DiagnosisOutcome::Continued) | None => false,
        }
    }

    /// What a screen shows: the name, or the code.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(self.code.as_str())
    }
}
