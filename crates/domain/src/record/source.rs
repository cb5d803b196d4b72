//! Where an entry comes from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Month;
use crate::MedicalInstitutionCode;

/// The kind of a claim, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// 医科
    Medical,
    /// DPC
    Dpc,
    /// 歯科
    Dental,
    /// 調剤
    Pharmacy,
}

impl ClaimKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Medical, Self::Dpc, Self::Dental, Self::Pharmacy];

    /// The stable code, as in JSON and in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Medical => "medical",
            Self::Dpc => "dpc",
            Self::Dental => "dental",
            Self::Pharmacy => "pharmacy",
        }
    }

    /// 点数表 of the institution that claims, an ASCII digit: 1 medical and DPC, 3 dental, 4 pharmacy.
    pub const fn fee_table(self) -> u8 {
        match self {
            Self::Medical | Self::Dpc => b'1',
            Self::Dental => b'3',
            Self::Pharmacy => b'4',
        }
    }

    /// Reads a code back.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// As a screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Medical => "医科",
            Self::Dpc => "DPC",
            Self::Dental => "歯科",
            Self::Pharmacy => "調剤",
        }
    }
}

/// A hospital, clinic or pharmacy as a claim names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Institution {
    /// 医療機関コード, ten digits.
    pub code: MedicalInstitutionCode,
    /// 医療機関名称; a dental claim may carry none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The claim that an entry was read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Source {
    /// 診療年月 or 調剤年月 of the claim.
    pub month: Month,
    /// Which kind of claim.
    pub kind: ClaimKind,
    /// Who sent it.
    pub institution: Arc<Institution>,
}
