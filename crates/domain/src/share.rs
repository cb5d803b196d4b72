//! 一部負担金の割合: what to collect at the window.
//!
//! Sources: 健康保険法 74条 and 110条, 国民健康保険法 42条, 高齢者の医療の確保に関する法律 67条, 生活保護法 (医療扶助), and
//! 特別療養費 (健康保険法にならう国保法 54条の3): everything is paid at the window and paid back later.

use crate::code::InsuredCardClassification;
use crate::{Coverage, Date, Scheme, age};
use serde::{Deserialize, Serialize};

/// Why the share is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareReason {
    /// Before school age: 20 %.
    Preschool,
    /// School age to 69: 30 %.
    General,
    /// 70–74: as the 高齢受給者証 says.
    ElderlyCertificate,
    /// 70–74 and no 高齢受給者証 on record: 30 % until it is shown.
    ElderlyCertificateMissing,
    /// 後期高齢者: as registered.
    LateElderly,
    /// 後期高齢者 and no ratio on record: 30 % until it is known.
    LateElderlyRatioMissing,
    /// 特別療養費支給対象者: 100 %, paid back by the insurer.
    SpecialMedicalExpense,
    /// 医療扶助: 0 % (a self-pay amount stands on the ticket).
    PublicAssistance,
}

impl ShareReason {
    /// The words for the desk.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Preschool => "未就学",
            Self::General => "一般",
            Self::ElderlyCertificate => "高齢受給者証の割合",
            Self::ElderlyCertificateMissing => "高齢受給者証の登録なし",
            Self::LateElderly => "後期高齢者医療の割合",
            Self::LateElderlyRatioMissing => "割合の登録なし",
            Self::SpecialMedicalExpense => "特別療養費（窓口では全額）",
            Self::PublicAssistance => "医療扶助",
        }
    }
}

/// The share of the cost that the window collects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Share {
    /// Percent of the cost: 0, 10, 20, 30 or 100.
    pub percent: u8,
    /// Why.
    pub reason: ShareReason,
}

impl Share {
    /// The words for the desk, such as `3割`.
    pub fn label(self) -> String {
        percent_label(self.percent)
    }
}

/// How a desk says a percentage: `3割`, `負担なし`, `10割（全額）`.
pub fn percent_label(percent: u8) -> String {
    match percent {
        0 => "負担なし".to_owned(),
        100 => "10割（全額）".to_owned(),
        p => format!("{}割", p / 10),
    }
}

/// The share for a coverage that is in force on `on`.
pub fn share(coverage: &Coverage, on: Date) -> Share {
    let (percent, reason) = if coverage.is_public_assistance() {
        (0, ShareReason::PublicAssistance)
    } else if coverage.insured_card_classification == InsuredCardClassification::SpecialMedicalExpense {
        (100, ShareReason::SpecialMedicalExpense)
    } else if coverage.scheme() == Scheme::LateElderly {
        match coverage.late_elderly_percent(on) {
            Some(percent) => (percent, ShareReason::LateElderly),
            None => (30, ShareReason::LateElderlyRatioMissing),
        }
    } else {
        by_age(coverage, on)
    };
    Share { percent, reason }
}

fn by_age(coverage: &Coverage, on: Date) -> (u8, ShareReason) {
    let born = coverage.person.birthdate;
    if age::is_preschool(born, on) {
        (20, ShareReason::Preschool)
    } else if on < age::seventy_rules_from(born) {
        (30, ShareReason::General)
    } else {
        match coverage.elderly_certificate(on) {
            Some(certificate) => (certificate.ratio.percent, ShareReason::ElderlyCertificate),
            None => (30, ShareReason::ElderlyCertificateMissing),
        }
    }
}
