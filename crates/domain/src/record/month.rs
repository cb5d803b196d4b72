//! A month, as claims name it: 診療年月, 調剤年月, 請求年月.

use crate::Date;
use crate::date::{self, DateError};
use crate::written::Digits;

/// A month from 1868-01 to 2199-12, written `yyyyMM`. The order is the order of time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Reads `yyyyMM`, or an era month of five digits `GYYMM` as in files before 2020 (formats.md 1.1).
    ///
    /// # Errors
    /// Neither six nor five digits, or no such month.
    pub fn parse(raw: &str) -> Result<Self, DateError> {
        let raw = raw.trim();
        if !matches!(raw.len(), 5 | 6) {
            return Err(DateError::Length(raw.len()));
        }
        // The common case by far.
        if raw.len() == 6 && raw.bytes().all(|byte| byte.is_ascii_digit()) {
            let month = i8::try_from(date::number(&raw[4..])).ok();
            return month.and_then(|month| Self::new(date::number(&raw[..4]), month)).ok_or(DateError::NoSuchDay);
        }
        date::parse(&format!("{raw}01")).map(Self::of)
    }

    /// A month of the years that dates have; none for others.
    pub const fn new(year: i16, month: i8) -> Option<Self> {
        if year < 1868 || year > 2199 || month < 1 || month > 12 { None } else { Some(Self { year, month }) }
    }

    /// The month in which a day lies.
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> i8 {
        self.month
    }

    /// A day of this month; none where the month has no such day, such as the 31st of April.
    pub fn day(self, day: u8) -> Option<Date> {
        Date::new(self.year, self.month, i8::try_from(day).ok()?).ok()
    }

    /// 28 to 31.
    pub fn days(self) -> u8 {
        u8::try_from(self.last_day().day()).unwrap_or(31)
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        jiff::civil::date(self.year, self.month, 1)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The month that lies this many months before.
    #[must_use]
    pub fn months_before(self, months: u16) -> Self {
        let count = self.index() - i32::from(months);
        Self::from_index(count)
    }

    fn digits(self) -> Digits<6> {
        Digits::of(u32::from(self.year.unsigned_abs()) * 100 + u32::from(self.month.unsigned_abs()))
    }

    /// Months since the year 0: differences are numbers of months.
    pub fn index(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    /// The month of such a number; what lies outside of the years that dates have becomes their first or last.
    pub fn from_index(index: i32) -> Self {
        let index = index.clamp(1868 * 12, 2199 * 12 + 11);
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        Self { year: i16::try_from(year).unwrap_or(1868), month: i8::try_from(month).unwrap_or(1) }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.digits().as_str())
    }
}

impl std::fmt::Debug for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Month({self})")
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.digits().as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::written::read_text(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that both forms of a month are read, and that months are counted across years.
    use super::*;

    #[test]
    fn western_and_era_months_are_the_same_month() {
        for raw in ["202111", "50311", " 202111 "] {
            assert_eq!(Month::parse(raw).unwrap().to_string(), "202111", "{raw}");
        }
        for raw in ["", "2021", "202113", "202100", "2021111", "90311", "２０２１"] {
            assert!(Month::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn months_are_counted_over_the_turn_of_the_year() {
        let month = Month::parse("202602").unwrap();
        assert_eq!(month.months_before(3).to_string(), "202511");
        assert_eq!(month.months_before(36).to_string(), "202302");
        assert_eq!(month.last_day(), jiff::civil::date(2026, 2, 28));
        assert_eq!(month.day(29), None);
    }
}
