//! Dates as the health-insurance world writes them.
//!
//! Western `yyyyMMdd` is the rule of the OQS interface. Cards and older files write an era: one digit for the era and
//! `YYMMDD` (formats.md 2.7). Both are read; only Western dates are written.

use crate::text;
use crate::written::Digits;
pub use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing was written.
    #[error("date is empty")]
    Empty,
    /// A character that belongs to no date form.
    #[error("date has a character that is not a digit")]
    NotDigits,
    /// Neither 7 digits (era) nor 8 digits (Western).
    #[error("date has {0} digits; 8 (Western) or 7 (era) expected")]
    Length(usize),
    /// The day does not exist, such as 30 February, or the year is outside 1868–2199.
    #[error("no such day")]
    NoSuchDay,
    /// The era digit is none of 1–5.
    #[error("era digit must be 1 to 5")]
    Era,
}

impl DateError {
    /// The stable code for vendors, as in [`crate::UnreadableField`].
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotDigits => "character",
            Self::Length(_) => "length",
            Self::NoSuchDay | Self::Era => "no_such_day",
        }
    }
}

/// The date and time of day in Japan, which has no summer time: a fixed offset needs no time-zone database.
pub fn in_japan(at: jiff::Timestamp) -> jiff::civil::DateTime {
    jiff::tz::offset(9).to_datetime(at)
}

/// The moment at which it is this time of this day in Japan. None beyond the years that moments have.
pub fn from_japan(at: jiff::civil::DateTime) -> Option<jiff::Timestamp> {
    jiff::tz::offset(9).to_timestamp(at).ok()
}

/// First days of the eras 明治 大正 昭和 平成 令和: (year, month, day).
const ERA_STARTS: [(i16, i8, i8); 5] = [(1868, 1, 25), (1912, 7, 30), (1926, 12, 25), (1989, 1, 8), (2019, 5, 1)];
/// How eras are written, after NFKC folding (which also opens `㍻` into 平成), with their number.
const ERA_NAMES: [(&str, usize); 15] = [
    ("明治", 1),
    ("大正", 2),
    ("昭和", 3),
    ("平成", 4),
    ("令和", 5),
    ("M", 1),
    ("T", 2),
    ("S", 3),
    ("H", 4),
    ("R", 5),
    ("m", 1),
    ("t", 2),
    ("s", 3),
    ("h", 4),
    ("r", 5),
];
const YEAR_MIN: i16 = 1868;
const YEAR_MAX: i16 = 2199;

/// A date read from text, with what a careful reader should know about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadDate {
    /// The day.
    pub date: Date,
    /// The text named an era in which the day does not lie, such as 平成31年5月1日. Systems that were not updated in time
    /// wrote such dates; they are understood and worth a warning.
    pub outside_era: bool,
}

/// Reads a day in any form that people and programs write, in half or full width, with spaces around:
/// `yyyyMMdd`, era `GYYMMDD` with G from 1 明治 to 5 令和, `2001/3/27`, `2001年3月27日`, `H13.3.27`, `H130327`,
/// `平成13年3月27日`, `令和元年5月1日`.
pub fn parse(raw: &str) -> Result<Date, DateError> {
    read(raw).map(|r| r.date)
}

/// As [`parse`], and tells about days outside their era.
pub fn read(raw: &str) -> Result<ReadDate, DateError> {
    if raw.len() > crate::limits::RAW_IDENTIFIER_BYTES_MAX {
        return Err(DateError::Length(raw.len()));
    }
    // The common case by far: eight ASCII digits, as the interface writes them.
    if raw.len() == 8 && raw.bytes().all(|b| b.is_ascii_digit()) {
        return western(raw).map(|date| ReadDate { date, outside_era: false });
    }
    let folded: String = raw.nfkc().filter(|c| !c.is_whitespace()).collect();
    let (era, rest) = match ERA_NAMES.iter().find_map(|(name, era)| Some((*era, folded.strip_prefix(name)?))) {
        Some((era, rest)) => (Some(era), rest.replace('元', "1")),
        None => (None, folded),
    };
    let parts: Vec<&str> = rest
        .split(|c: char| matches!(c, '/' | '.' | '年' | '月' | '日') || text::is_hyphen_like(c))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.iter().any(|part| !part.bytes().all(|b| b.is_ascii_digit())) {
        return Err(DateError::NotDigits);
    }
    match (parts.as_slice(), era) {
        ([], _) => Err(DateError::Empty),
        ([digits], None) if digits.len() == 8 => western(digits).map(|date| ReadDate { date, outside_era: false }),
        ([digits], None) if digits.len() == 7 => {
            era_day(usize::from(digits.as_bytes()[0] - b'0'), [&digits[1..3], &digits[3..5], &digits[5..7]])
        }
        ([digits], Some(era)) if digits.len() == 6 => era_day(era, [&digits[..2], &digits[2..4], &digits[4..6]]),
        (&[y, m, d], None) if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => {
            western(&format!("{y}{m:0>2}{d:0>2}")).map(|date| ReadDate { date, outside_era: false })
        }
        (&[y, m, d], Some(era)) if y.len() <= 2 && m.len() <= 2 && d.len() <= 2 => era_day(era, [y, m, d]),
        (parts, _) => Err(DateError::Length(parts.iter().map(|part| part.len()).sum())),
    }
}

/// A number out of at most four ASCII digits.
pub(crate) fn number(digits: &str) -> i16 {
    digits.bytes().fold(0, |n, b| n * 10 + i16::from(b - b'0'))
}

/// The day of a calendar that people write; months and days come from at most two digits.
fn day(year: i16, month: i16, day: i16) -> Result<Date, DateError> {
    let small = |number: i16| i8::try_from(number).map_err(|_| DateError::NoSuchDay);
    Date::new(year, small(month)?, small(day)?).map_err(|_| DateError::NoSuchDay)
}

fn western(digits: &str) -> Result<Date, DateError> {
    let (y, m, d) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..8]));
    if !(YEAR_MIN..=YEAR_MAX).contains(&y) {
        return Err(DateError::NoSuchDay);
    }
    day(y, m, d)
}

fn era_day(era: usize, [year, month, day]: [&str; 3]) -> Result<ReadDate, DateError> {
    if !(1..=5).contains(&era) {
        return Err(DateError::Era);
    }
    let year_of_era = number(year);
    if year_of_era == 0 {
        return Err(DateError::NoSuchDay);
    }
    let start = era_start(era);
    let date = self::day(start.year() + year_of_era - 1, number(month), number(day))?;
    let ended = era < 5 && date >= era_start(era + 1);
    Ok(ReadDate { date, outside_era: date < start || ended })
}

fn era_start(era: usize) -> Date {
    let (y, m, d) = ERA_STARTS[era - 1];
    jiff::civil::date(y, m, d)
}

fn digits(date: Date) -> Digits<8> {
    let (month, day) = (u32::from(date.month().unsigned_abs()), u32::from(date.day().unsigned_abs()));
    Digits::of(u32::from(date.year().unsigned_abs()) * 10_000 + month * 100 + day)
}

/// Writes `yyyyMMdd`.
pub fn format(date: Date) -> String {
    digits(date).as_str().to_owned()
}

/// Serde helper: a date as `yyyyMMdd`.
pub mod as_text {
    use super::Date;
    use serde::{Deserializer, Serializer};

    /// Writes `yyyyMMdd`.
    pub fn serialize<S: Serializer>(date: &Date, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(super::digits(*date).as_str())
    }

    /// Reads any form that [`super::parse`] reads.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        crate::written::read_text(d, super::parse)
    }
}

/// Serde helper: an optional date as `yyyyMMdd`.
pub mod as_text_opt {
    use super::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes `yyyyMMdd` or null.
    pub fn serialize<S: Serializer>(date: &Option<Date>, s: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => super::as_text::serialize(date, s),
            None => s.serialize_none(),
        }
    }

    /// Reads any form that [`super::parse`] reads, or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Date>, D::Error> {
        let raw = Option::<std::borrow::Cow<str>>::deserialize(d)?;
        raw.map(|raw| super::parse(&raw).map_err(serde::de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    //! Proves the forms read, the era edges, and that no impossible day gets through.
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_form_of_one_day_is_that_day() {
        for raw in [
            "20010327",
            "2001/03/27",
            "2001-03-27",
            "２００１０３２７",
            " 20010327 ",
            "4130327",
            "４１３０３２７",
            "2001－03－27",
        ] {
            assert_eq!(parse(raw), Ok(date(2001, 3, 27)), "{raw}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for (raw, error) in [
            ("", DateError::Empty),
            ("20240230", DateError::NoSuchDay),
            ("20230229", DateError::NoSuchDay),
            ("00000000", DateError::NoSuchDay),
            ("99991231", DateError::NoSuchDay),
            ("202410…", DateError::Length(6)),
            ("202410", DateError::Length(6)),
            ("9010101", DateError::Era),
            ("5000101", DateError::NoSuchDay),
            ("H13", DateError::Length(2)),
            ("X130327", DateError::NotDigits),
            ("2001/13/01", DateError::NoSuchDay),
            ("平成", DateError::Empty),
        ] {
            assert_eq!(parse(raw), Err(error), "{raw}");
        }
    }

    #[test]
    fn eras_meet_without_a_gap() {
        for (raw, day, outside) in [
            ("3640107", date(1989, 1, 7), false),
            ("4010108", date(1989, 1, 8), false),
            ("4310430", date(2019, 4, 30), false),
            ("4310501", date(2019, 5, 1), true),
            ("5010501", date(2019, 5, 1), false),
            ("5010430", date(2019, 4, 30), true),
            ("3011225", date(1926, 12, 25), false),
            ("1010125", date(1868, 1, 25), false),
            ("令和元年5月1日", date(2019, 5, 1), false),
            ("平成31年5月1日", date(2019, 5, 1), true),
        ] {
            assert_eq!(read(raw), Ok(ReadDate { date: day, outside_era: outside }), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(days in 0i32..100_000) {
            let day = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            proptest::prop_assert_eq!(parse(&format(day)), Ok(day));
        }

        #[test]
        fn no_text_panics(raw in "\\PC{0,40}") {
            let _ = parse(&raw);
        }
    }
}
