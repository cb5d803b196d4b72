//! 薬剤情報: a drug that was handed out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Drug, Institution, Quantity, Source};
use crate::{Date, date};

/// How a drug is taken, as far as a claim tells: 剤形 of a prescription at a pharmacy, 診療識別 elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DosageForm {
    /// 内服
    Oral,
    /// 内滴
    OralDrops,
    /// 屯服: as needed
    AsNeeded,
    /// 注射
    Injection,
    /// 外用
    External,
    /// 浸煎
    Infusion,
    /// 湯
    Decoction,
    /// 在宅, 処置, 検査 and others: used by the institution or handed out for use at home
    Other,
}

impl DosageForm {
    /// Every form.
    pub const ALL: &'static [Self] = &[
        Self::Oral,
        Self::OralDrops,
        Self::AsNeeded,
        Self::Injection,
        Self::External,
        Self::Infusion,
        Self::Decoction,
        Self::Other,
    ];

    /// As a screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Oral => "内服",
            Self::OralDrops => "内滴",
            Self::AsNeeded => "屯服",
            Self::Injection => "注射",
            Self::External => "外用",
            Self::Infusion => "浸煎",
            Self::Decoction => "湯",
            Self::Other => "その他",
        }
    }

    /// The same in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Oral => "oral",
            Self::OralDrops => "oral drops",
            Self::AsNeeded => "as needed",
            Self::Injection => "injection",
            Self::External => "external",
            Self::Infusion => "infusion",
            Self::Decoction => "decoction",
            Self::Other => "other",
        }
    }

    /// Whether it is swallowed: these have effects and interactions in the whole body.
    pub const fn is_swallowed(self) -> bool {
        match self {
            Self::Oral | Self::OralDrops | Self::AsNeeded | Self::Infusion | Self::Decoction => true,
            Self::Injection | Self::External | Self::Other => false,
        }
    }
}

/// For how long, or how often, a drug was handed out. What [`Medication::amount`] means depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// Days; the amount is of one day (内服).
    Days(u16),
    /// Doses; the amount is of one dose (屯服).
    Doses(u16),
    /// Times that the whole amount was handed out or given; usually 1 (外用, 注射).
    Times(u16),
}

impl Supply {
    /// The number alone.
    pub const fn count(self) -> u16 {
        match self {
            Self::Days(count) | Self::Doses(count) | Self::Times(count) => count,
        }
    }
}

/// 用法.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Usage {
    /// 用法コード of pharmacy claims, three digits (別表12); none for text only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// In words, such as 1日3回食後.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// One drug of one dispensing. `Debug` is blank: it belongs to a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Medication {
    /// The drug.
    pub drug: Arc<Drug>,
    /// 調剤年月日, or the day on which it was given.
    #[serde(with = "date::as_text")]
    pub dispensed_on: Date,
    /// 処方年月日 (処方箋交付年月日); none where the claim does not tell.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub prescribed_on: Option<Date>,
    /// Who prescribed; none where the claim does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescriber: Option<Arc<Institution>>,
    /// Who handed it out. The same institution where it was handed out in house.
    pub dispenser: Arc<Institution>,
    /// 内服, 屯服, 外用, 注射 ….
    pub form: DosageForm,
    /// 使用量: of one day, of one dose, or in all; see [`Supply`].
    pub amount: Quantity,
    /// 単位 in words, such as 錠; none where the drug is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Arc<str>>,
    /// 1回用量 of pharmacy claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose: Option<Quantity>,
    /// Days, doses or times.
    pub supply: Supply,
    /// 用法.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Whether it was given in hospital.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inpatient: bool,
    /// The claims that tell of it: one, or both of prescriber and pharmacy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl std::fmt::Debug for Medication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Medication(…)")
    }
}

/// Longest time for which one prescription lasts, in days: 14 weeks. Where a weekly drug would last longer, its claim counts days.
const DAYS_OF_A_PRESCRIPTION_MAX: u16 = 98;

impl Medication {
    /// For how many days it lasts: the days of 内服, or as many weeks where its usage says that it is taken once a week; one day
    /// for everything else, of which nobody knows when it is used.
    pub fn days(&self) -> u16 {
        match self.supply {
            Supply::Days(days) if days > 0 => {
                let apart = days.saturating_mul(self.days_between());
                if apart <= DAYS_OF_A_PRESCRIPTION_MAX { apart } else { days }
            }
            Supply::Days(_) | Supply::Doses(_) | Supply::Times(_) => 1,
        }
    }

    /// Days from one day on which it is taken to the next: a claim counts only those on which it is.
    fn days_between(&self) -> u16 {
        let Some(usage) = &self.usage else { return 1 };
        let found = |words: &[&str]| words.iter().any(|words| usage.text.contains(words));
        if found(&["月１回", "月1回", "月に１回", "月に1回", "４週に１回", "4週に1回"]) {
            28
        } else if found(&["週１回", "週1回", "週に１回", "週に1回", "１週間に１回", "1週間に1回", "毎週"])
        {
            7
        } else {
            1
        }
    }

    /// The last day on which it is taken, if it is taken from the day on which it was handed out.
    pub fn last_day(&self) -> Date {
        self.dispensed_on.saturating_add(jiff::Span::new().days(i64::from(self.days()) - 1))
    }

    /// Whether it is taken on a day, by the same count.
    pub fn is_taken_on(&self, day: Date) -> bool {
        self.dispensed_on <= day && day <= self.last_day()
    }

    /// Who is responsible for it: who prescribed, or else who handed it out.
    pub fn responsible(&self) -> &Institution {
        self.prescriber.as_ref().unwrap_or(&self.dispenser)
    }
}
