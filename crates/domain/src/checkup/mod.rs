//! 健診: what was measured and asked of one person on one day, by item.
//!
//! * [`Checkup`] — one report; [`CheckupItem`] — one item of it with its value, how it was judged and against which range.
//! * [`owner`] — whose report it is.
//! * [`items`] — the table of items; [`kidney`] — eGFR and its stage; [`trend`] — the same item over the years.
//!
//! Four things are never mixed up: a value, a value outside of what can be measured, "not done", and an item that is not
//! there at all.

mod decimal;
pub mod items;
pub mod kidney;
pub mod owner;
pub mod trend;

pub use decimal::Decimal;
pub use items::{Item, ItemKind};
pub use kidney::{Egfr, KidneyStage, egfr};
pub use owner::{NoOwner, Owner, owner};
pub use trend::{Point, Series, series_key, trend};

use crate::id::{BranchNumber, CardKey, CardNumber, CardSymbol, InsurerNumber, text_id};
use crate::{Date, IdError, Sex, date};
use serde::{Deserialize, Serialize};

/// 健診項目コード: 17 characters (JLAC10), digits and capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemCode([u8; 17]);

impl ItemCode {
    /// Reads 17 digits and capital letters; white space around is dropped.
    ///
    /// # Errors
    /// Empty, wrong length, or other characters.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let shown = crate::id::bounded(raw)?.trim();
        if shown.is_empty() {
            return Err(IdError::Empty);
        }
        let held: [u8; 17] = shown.as_bytes().try_into().map_err(|_| IdError::Length(shown.chars().count()))?;
        if !held.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
            return Err(IdError::Character);
        }
        Ok(Self(held))
    }

    /// The 17 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// 分析物 and 識別, nine characters: what is measured, by whatever method.
    pub fn key(&self) -> &str {
        &self.as_str()[..9]
    }

    /// Its row in the table of items.
    pub fn item(&self) -> Option<&'static Item> {
        items::find(self.as_str())
    }
}

impl std::fmt::Debug for ItemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ItemCode({})", self.as_str())
    }
}

text_id!(ItemCode);

/// On which side of what can be measured a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 測定下限未満
    Below,
    /// 測定上限超過
    Above,
}

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "Kind", rename_all_fields = "PascalCase")]
pub enum CheckupValue {
    /// A number with its unit, as the item table writes units (PQ).
    Quantity {
        /// The number as written.
        value: Decimal,
        /// The unit.
        unit: String,
    },
    /// Outside of what can be measured.
    OutOfRange {
        /// On which side.
        side: Side,
        /// The limit of measurement, when it was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Decimal>,
        /// The unit.
        unit: String,
    },
    /// An answer or a grade (CD, CO).
    Coded {
        /// The code of the answer.
        code: String,
        /// The code system (an OID), may be empty.
        system: String,
        /// Whether the answers are grades (CO).
        ordinal: bool,
    },
    /// Free text (ST).
    Text {
        /// The text.
        text: String,
    },
    /// 未実施.
    NotDone,
}

/// 基準値判定: how the value lies to its reference range, as the institution judged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// L
    Low,
    /// N
    Normal,
    /// H
    High,
}

impl Judged {
    /// Reads L, N or H.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "L" => Some(Self::Low),
            "N" => Some(Self::Normal),
            "H" => Some(Self::High),
            _ => None,
        }
    }

    /// The letter.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Low => "L",
            Self::Normal => "N",
            Self::High => "H",
        }
    }
}

/// 基準値: an open side has no bound. Units are those of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferenceRange {
    /// The lowest normal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Decimal>,
    /// The highest normal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Decimal>,
}

impl ReferenceRange {
    /// How `value` lies to the range.
    pub fn judge(&self, value: Decimal) -> Judged {
        if self.low.is_some_and(|low| value < low) {
            Judged::Low
        } else if self.high.is_some_and(|high| value > high) {
            Judged::High
        } else {
            Judged::Normal
        }
    }
}

/// One item of a report.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupItem {
    /// The item code.
    pub code: ItemCode,
    /// The name that the file gives, only when the table of items does not know the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says.
    pub value: CheckupValue,
    /// How it was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// Against which range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<ReferenceRange>,
    /// 検査方法コード.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// 一連検査: items with the same number in one report belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<u16>,
}

impl CheckupItem {
    /// The name that a doctor reads.
    pub fn name(&self) -> &str {
        self.code.item().map_or_else(|| self.name.as_deref().unwrap_or(self.code.as_str()), |item| item.name)
    }

    /// The words of a coded answer, when the table has them.
    pub fn answer(&self) -> Option<&'static str> {
        match &self.value {
            CheckupValue::Coded { code, system, .. } => items::answer_label(self.code.item()?, system, code),
            _ => None,
        }
    }
}

/// What was found in a body is personal data.
impl std::fmt::Debug for CheckupItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckupItem(…)")
    }
}

/// Whom a report is about, in the words of the report.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupPatient {
    /// 保険者番号.
    pub insurer_number: InsurerNumber,
    /// 記号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_card_symbol: Option<CardSymbol>,
    /// 番号.
    pub insured_identification_number: CardNumber,
    /// 枝番.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_branch_number: Option<BranchNumber>,
    /// 氏名カナ, full width.
    pub name_kana: String,
    /// 生年月日.
    #[serde(with = "date::as_text")]
    pub birthdate: Date,
    /// 性別.
    pub sex: Sex,
    /// 住所.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_number: Option<String>,
}

impl CheckupPatient {
    /// What the card is found by.
    pub fn card_key(&self) -> CardKey {
        CardKey::new(&self.insurer_number, self.insured_card_symbol.as_ref(), &self.insured_identification_number)
    }

    /// The age in whole years on `on`, as people count it: from birthday to birthday.
    pub fn age_on(&self, on: Date) -> u16 {
        let years = on.year() - self.birthdate.year();
        let before_birthday = (on.month(), on.day()) < (self.birthdate.month(), self.birthdate.day());
        u16::try_from(years - i16::from(before_birthday)).unwrap_or(0)
    }
}

impl std::fmt::Debug for CheckupPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckupPatient(…)")
    }
}

/// Where a checkup was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupInstitution {
    /// 健診機関番号, ten digits. Not a medical institution code: senders have numbers of their own.
    pub code: String,
    /// 名称.
    pub name: String,
}

/// 受診券.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupTicket {
    /// 整理番号, eleven digits.
    pub reference: String,
    /// 有効期限.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

impl std::fmt::Debug for CheckupTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckupTicket(…)")
    }
}

/// One report: one person, one day. Its JSON form is also the stored record, so fields only ever get added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Checkup {
    /// 報告区分, such as 10 特定健診, 40 他の健診, 41 事業者健診.
    pub report_kind: String,
    /// プログラム種別, such as 010 特定健診, 020 広域連合, 030 事業者健診.
    pub program: String,
    /// 実施日.
    #[serde(with = "date::as_text")]
    pub date: Date,
    /// The day on which the file was made.
    #[serde(with = "date::as_text")]
    pub written_on: Date,
    /// Whom it is about.
    pub patient: CheckupPatient,
    /// Where it was done.
    pub institution: CheckupInstitution,
    /// 受診券.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<CheckupTicket>,
    /// The items, in the order of the file.
    pub items: Vec<CheckupItem>,
}

/// Names of 報告区分 that concern checkups.
const REPORT_KINDS: &[(&str, &str)] =
    &[("10", "特定健診"), ("19", "特定健診（削除）"), ("40", "他の健診"), ("41", "事業者健診"), ("60", "被保護者健診")];

impl Checkup {
    /// The name of its 報告区分; the code itself when it has none here.
    pub fn report_kind_label(&self) -> &str {
        REPORT_KINDS
            .iter()
            .find(|(code, _)| *code == self.report_kind)
            .map_or(self.report_kind.as_str(), |(_, name)| name)
    }

    /// Whether the report takes an earlier one back (報告区分 19).
    pub fn is_deletion(&self) -> bool {
        self.report_kind == "19"
    }

    /// The quantity of the item with this key (nine characters), if it was measured.
    pub fn quantity(&self, key: &str) -> Option<Decimal> {
        self.items.iter().find_map(|item| match &item.value {
            CheckupValue::Quantity { value, .. } if item.code.key() == key => Some(*value),
            _ => None,
        })
    }

    /// eGFR of the day: the one that was reported, else by the formula from the creatinine.
    pub fn egfr(&self) -> Option<Egfr> {
        let reported = self.quantity(EGFR_KEY).and_then(Egfr::of);
        reported.or_else(|| egfr(self.quantity(CREATININE_KEY)?, self.patient.age_on(self.date), self.patient.sex))
    }
}

/// eGFR in the table of items: 分析物 and 識別.
pub const EGFR_KEY: &str = "8A0650000";
/// 血清クレアチニン in the table of items.
pub(crate) const CREATININE_KEY: &str = "3C0150000";
