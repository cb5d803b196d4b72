//! What was done: groups (剤) with their rows, prescriptions of a pharmacy, coding data of a DPC claim.

use std::fmt;

use domain::Date;

use super::kind::Section;
use super::value::{Code, DayCount, Decimal};

/// Prints a type whose contents say what a person was treated for by its line alone.
macro_rules! line_only {
    ($($name:ident)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("line", &self.line).finish_non_exhaustive()
            }
        }
    )+};
}

/// A group (剤): from a row that has 診療識別 — SI, SS, IY, TO *or CO* — to the row before the next such row.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// 診療識別; none only when the first row of a receipt has none, which is a finding.
    pub section: Option<Section>,
    /// 点数・回数算定単位, in order.
    pub units: Vec<Unit>,
    /// CO rows of the group, before, between and after the others; their lines tell the order.
    pub comments: Vec<Comment>,
    /// First line of the group.
    pub line: u64,
}

/// 点数・回数算定単位: rows that are counted and paid together. The last one carries the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// 点数 (in section 97 yen) for one time; none when the rows end without points.
    pub points: Option<u32>,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

/// A row of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// SI, SS.
    Procedure(Procedure),
    /// IY.
    Drug(Drug),
    /// TO.
    Material(Material),
}

impl Row {
    /// What all rows have.
    pub const fn service(&self) -> &Service {
        match self {
            Self::Procedure(row) => &row.service,
            Self::Drug(row) => &row.service,
            Self::Material(row) => &row.service,
        }
    }
}

/// What all rows of a group have.
#[derive(Clone, PartialEq, Eq)]
pub struct Service {
    /// Line in the file.
    pub line: u64,
    /// 負担区分: which of the payers pay (formats.md 1.7).
    pub burden: Option<u8>,
    /// 回数.
    pub times: Option<u32>,
    /// The cells of the days that are not empty, ascending. Days that the month does not have are left out and told.
    pub days: Vec<DayCount>,
    /// Comments on this row, up to three.
    pub comments: Vec<Comment>,
}

/// SI, SS: 診療行為.
#[derive(Clone, PartialEq, Eq)]
pub struct Procedure {
    /// What all rows have.
    pub service: Service,
    /// 診療行為コード; none when it is not nine digits.
    pub code: Option<Code<9>>,
    /// 数量データ.
    pub quantity: Option<Decimal>,
    /// 加算コード of SS, with their 数量.
    pub additions: Vec<(String, Option<Decimal>)>,
}

/// IY of a medical, DPC or dental claim.
#[derive(Clone, PartialEq, Eq)]
pub struct Drug {
    /// What all rows have. A day's cell holds days (21), doses (22), or 1 (formats.md 1.8).
    pub service: Service,
    /// 医薬品コード; none when it is not nine digits.
    pub code: Option<Code<9>>,
    /// 使用量: for a day (21), for a dose (22), or in all.
    pub amount: Option<Decimal>,
    /// 医薬品区分 of a dental IY: 1 内服, 2 屯服, 3 外用, 4 注射 (the values are not confirmed by a published table).
    pub class: Option<u8>,
}

/// TO: 特定器材.
#[derive(Clone, PartialEq, Eq)]
pub struct Material {
    /// What all rows have.
    pub service: Service,
    /// 特定器材コード; none when it is not nine digits.
    pub code: Option<Code<9>>,
    /// 使用量.
    pub amount: Option<Decimal>,
    /// 単位コード, three digits.
    pub unit: Option<Code<3>>,
    /// 単価.
    pub price: Option<Decimal>,
    /// 商品名等.
    pub name: String,
}

macro_rules! row_debug {
    ($($name:ident)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("line", &self.service.line).finish_non_exhaustive()
            }
        }
    )+};
}
row_debug!(Procedure Drug Material);

/// CO, TK, or a comment beside a row.
#[derive(Clone, PartialEq, Eq)]
pub struct Comment {
    /// コメントコード; none when it is not nine digits.
    pub code: Option<Code<9>>,
    /// 文字データ; of 810000001 free text, of others what fills the fixed text.
    pub text: String,
    /// Line in the file.
    pub line: u64,
}

/// SH with all that hangs on it.
#[derive(Clone, PartialEq, Eq)]
pub struct Prescription {
    /// 処方No, 01 to 99.
    pub number: String,
    /// 剤形: 1 内服, 2 内滴, 3 屯服, 4 注射, 5 外用, 6 浸煎, 7 湯, 9 材料.
    pub form: Option<u8>,
    /// 用法コード, three digits; `900` when the usage is written out.
    pub usage: Option<Code<3>>,
    /// 特別指示: the usage in words.
    pub instruction: String,
    /// CZ: each dispensing of it.
    pub dispensings: Vec<Dispensing>,
    /// Line in the file.
    pub line: u64,
}

/// CZ: the prescription handed out on one day, with the rows that follow it. When several CZ stand together before their
/// rows, the rows belong to each of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Dispensing {
    /// 医師No: place in [`super::Receipt::doctors`], from 1.
    pub doctor: Option<u32>,
    /// 処方箋交付年月日.
    pub prescribed_on: Option<Date>,
    /// 調剤年月日.
    pub dispensed_on: Option<Date>,
    /// 調剤数量: days (内服), doses (屯服), units (others).
    pub quantity: Option<u32>,
    /// IY.
    pub drugs: Vec<PharmacyDrug>,
    /// TO.
    pub materials: Vec<Material>,
    /// CO.
    pub comments: Vec<Comment>,
    /// Line in the file.
    pub line: u64,
}

/// IY of a pharmacy claim.
#[derive(Clone, PartialEq, Eq)]
pub struct PharmacyDrug {
    /// 医薬品コード; none when it is not nine digits.
    pub code: Option<Code<9>>,
    /// 使用量 of one unit of dispensing: a day, a dose, or all.
    pub amount: Option<Decimal>,
    /// １回用量.
    pub amount_per_dose: Option<Decimal>,
    /// 負担区分.
    pub burden: Option<u8>,
    /// Line in the file.
    pub line: u64,
}

/// CD: one act, drug or material of one day, bundled ones included.
#[derive(Clone, PartialEq, Eq)]
pub struct CodingData {
    /// 実施年月日.
    pub date: Option<Date>,
    /// 診療識別.
    pub section: Option<Section>,
    /// 順序番号: rows of one act share it.
    pub sequence: Option<u32>,
    /// レセプト電算処理システム用コード: 1 act, 6 drug, 7 material.
    pub code: Option<Code<9>>,
    /// 使用量, of drugs and materials.
    pub amount: Option<Decimal>,
    /// 数量データ, of acts.
    pub quantity: Option<Decimal>,
    /// 回数.
    pub times: Option<u32>,
    /// Line in the file.
    pub line: u64,
}

line_only!(Group Service Comment Prescription Dispensing PharmacyDrug CodingData);
