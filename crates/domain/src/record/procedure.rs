//! 診療行為: what was done, surgery before all.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::drug::nine_digits;
use super::{Institution, Source};
use crate::id::{IdError, text_id};
use crate::{Date, date};

/// 診療行為コード: nine digits that begin with 1 (医科) or 3 (歯科).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcedureCode([u8; 9]);

impl ProcedureCode {
    /// Reads nine ASCII digits that begin with 1 or 3.
    ///
    /// # Errors
    /// Empty, another length, no digits, or another kind of code.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let held = nine_digits(raw)?;
        if matches!(held[0], b'1' | b'3') { Ok(Self(held)) } else { Err(IdError::Kind) }
    }

    /// The nine digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for ProcedureCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProcedureCode(…)")
    }
}

text_id!(ProcedureCode);

/// What kind of work it was: the tens of 診療識別, and on a dental claim, which has one for several kinds, the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureKind {
    /// 11 12 初診 再診
    Visit,
    /// 13 医学管理
    Management,
    /// 14 在宅
    HomeCare,
    /// 21–28 投薬
    Prescribing,
    /// 31–33 注射
    Injection,
    /// 40 処置; of dental claims what of 41–44 is neither surgery nor anaesthesia
    Treatment,
    /// 50 手術
    Surgery,
    /// 54 麻酔
    Anaesthesia,
    /// 60 検査・病理
    Examination,
    /// 70 画像診断; of dental claims what of 31 is no examination
    Imaging,
    /// 90 92 入院料
    Hospitalisation,
    /// 80 and all others
    Other,
}

impl ProcedureKind {
    /// As a screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Visit => "診察",
            Self::Management => "医学管理",
            Self::HomeCare => "在宅",
            Self::Prescribing => "投薬",
            Self::Injection => "注射",
            Self::Treatment => "処置",
            Self::Surgery => "手術",
            Self::Anaesthesia => "麻酔",
            Self::Examination => "検査・病理",
            Self::Imaging => "画像診断",
            Self::Hospitalisation => "入院",
            Self::Other => "その他",
        }
    }
}

/// One procedure of one day. Surgery (手術情報) is that of [`ProcedureKind::Surgery`]. `Debug` is blank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Procedure {
    /// 診療行為コード.
    pub code: ProcedureCode,
    /// 診療行為名称, where a master knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// What kind of work.
    pub kind: ProcedureKind,
    /// 実施日.
    #[serde(with = "date::as_text")]
    pub performed_on: Date,
    /// How often on that day.
    pub times: u16,
    /// Who did it.
    pub institution: Arc<Institution>,
    /// The claims that tell of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl std::fmt::Debug for Procedure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Procedure(…)")
    }
}

impl Procedure {
    /// What a screen shows: the name, or the code.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(self.code.as_str())
    }
}
