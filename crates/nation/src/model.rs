//! People and their coverages in compact form: numbers and days; text is made when a row is written.

use crate::day::Day;
use crate::names::{Form, PersonName, Sex};

/// An index into the people of the nation.
pub(crate) type PersonId = u32;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) birth: Day,
    pub(crate) death: Option<Day>,
    /// Where the person lives now: an index into the homes.
    pub(crate) home: u32,
    pub(crate) name: PersonName,
    pub(crate) sex: Sex,
    /// 0 (exempt from residents' tax) to 4 (highest).
    pub(crate) income: u8,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Status {
    Registered,
    InProgress,
    Deleted,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Registered => "registered",
            Status::InProgress => "in_progress",
            Status::Deleted => "deleted",
        }
    }
}

/// OQSCD010.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    General,
    Retired,
    ShortTerm,
    ShortTermRetired,
    /// 特別療養費: the patient pays everything first.
    FullCharge,
    RetiredSpecial,
    SelfDefence,
    PublicAssistance,
}

impl Class {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Class::General => "01",
            Class::Retired => "02",
            Class::ShortTerm => "03",
            Class::ShortTermRetired => "04",
            Class::FullCharge => "05",
            Class::RetiredSpecial => "06",
            Class::SelfDefence => "07",
            Class::PublicAssistance => "A1",
        }
    }
}

/// OQSCD008.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Loss {
    Death,
    PublicAssistance,
    OtherInsurance,
    Other,
}

impl Loss {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Loss::Death => "01",
            Loss::PublicAssistance => "02",
            Loss::OtherInsurance => "03",
            Loss::Other => "99",
        }
    }
}

/// OQSCD009, or nothing where the scheme does not know it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Relation {
    None,
    Insured,
    Family,
}

impl Relation {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Relation::None => "",
            Relation::Insured => "1",
            Relation::Family => "2",
        }
    }
}

/// One coverage of one person: one row of the insurer feed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coverage {
    pub(crate) person: PersonId,
    /// The person whose name stands as InsuredName; the person itself if none does.
    pub(crate) head: PersonId,
    pub(crate) home: u32,
    pub(crate) insurer: u16,
    pub(crate) symbol: u32,
    pub(crate) number: u32,
    pub(crate) branch: Option<u8>,
    pub(crate) status: Status,
    pub(crate) class: Class,
    pub(crate) relation: Relation,
    pub(crate) form: Form,
    /// First day insured.
    pub(crate) start: Day,
    /// First day not insured, and why.
    pub(crate) end: Option<(Day, Loss)>,
    pub(crate) issued: Option<Day>,
    pub(crate) valid_from: Option<Day>,
    /// Last day of the card.
    pub(crate) expires: Option<Day>,
    pub(crate) certificates: (u32, u8),
}

impl Coverage {
    pub(crate) fn end_day(&self) -> Option<Day> {
        self.end.map(|(day, _)| day)
    }

    /// In force on a day: begun, not lost, card valid, and registered.
    pub(crate) fn in_force(&self, day: Day) -> bool {
        self.status == Status::Registered
            && self.start <= day
            && self.end_day().is_none_or(|end| day < end)
            && self.expires.is_none_or(|last| day <= last)
            && self.valid_from.is_none_or(|first| first <= day)
    }
}

/// 限度額適用区分 (OQSCD012): `A01`–`A06` as 1–6, `B01`–`B10` as 11–20.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LimitFlag(pub(crate) u8);

impl LimitFlag {
    pub(crate) fn code(self) -> &'static str {
        const A: [&str; 6] = ["A01", "A02", "A03", "A04", "A05", "A06"];
        const B: [&str; 10] = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B10"];
        if self.0 > 10 { B[usize::from(self.0) - 11] } else { A[usize::from(self.0) - 1] }
    }

    /// OQSCD011: those exempt from residents' tax also pay less for meals.
    pub(crate) fn class_code(self) -> &'static str {
        if matches!(self.0, 5 | 6 | 15..=18) { "02" } else { "01" }
    }
}

/// A certificate that belongs to a coverage. `start` and `end` are the first and the last valid day.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Certificate {
    /// 一部負担金割合 of the late elderly.
    Ratio { percent: u8, start: Day, end: Day },
    /// 高齢受給者証.
    Elderly { percent: u8, issued: Day, start: Day, end: Day },
    /// 限度額適用認定証.
    Limit { flag: LimitFlag, issued: Day, start: Day, end: Day, long_term: Option<Day> },
    /// 特定疾病療養受療証.
    SpecificDisease { category: u8, issued: Day, start: Day, end: Day, self_pay: u32 },
    /// 医療券 or 調剤券 for one month at one institution.
    Ticket { start: Day, end: Day, issue: u32, facility: u32, self_pay: u32 },
}
