//! When a person attains an age in law.
//!
//! 年齢計算ニ関スル法律 (1902) with article 143 of the Civil Code: an age is attained at the end of the day *before* the
//! birthday. Born on 29 February, in a year without that day, the age is attained at the end of 28 February.

use crate::Date;
use jiff::civil::date;

/// The day at whose end a person born on `birthdate` attains `years`.
pub fn attained_on(birthdate: Date, years: i16) -> Date {
    birthday(birthdate, years).yesterday().unwrap_or(Date::MIN)
}

/// The `years`-th birthday; 1 March when born on 29 February and the year has no such day.
pub fn birthday(birthdate: Date, years: i16) -> Date {
    let year = birthdate.year().saturating_add(years).min(9998);
    Date::new(year, birthdate.month(), birthdate.day()).unwrap_or_else(|_| date(year, 3, 1))
}

/// Whether `on` lies before school age: up to the first 31 March on or after the day on which six is attained
/// (健康保険法 74条). Whoever is born on 1 April attains six on 31 March and so belongs to the same
/// school year as those born in March.
pub fn is_preschool(birthdate: Date, on: Date) -> bool {
    let six = attained_on(birthdate, 6);
    let same_year = date(six.year(), 3, 31);
    let last = if six <= same_year { same_year } else { date(six.year() + 1, 3, 31) };
    on >= birthdate && on <= last
}

/// The first day on which the rules for people from 70 to 74 hold: the first of the month after the month in which 70
/// is attained (健康保険法 74条1項2号). Birthdays on the 1st: that same month.
pub fn seventy_rules_from(birthdate: Date) -> Date {
    attained_on(birthdate, 70).last_of_month().tomorrow().unwrap_or(Date::MAX)
}

/// The day from which 後期高齢者医療 covers by age: the 75th birthday itself (高齢者の医療の確保に関する法律 52条).
pub fn seventy_five_from(birthdate: Date) -> Date {
    birthday(birthdate, 75)
}

#[cfg(test)]
mod tests {
    //! Proves the edges: 1 and 2 April, the 1st of a month, 29 February.
    use super::*;

    #[test]
    fn school_age_begins_with_the_school_year() {
        for (born, last) in [
            (date(2020, 4, 1), date(2026, 3, 31)),
            (date(2020, 4, 2), date(2027, 3, 31)),
            (date(2020, 3, 31), date(2026, 3, 31)),
            (date(2019, 4, 2), date(2026, 3, 31)),
            (date(2020, 2, 29), date(2026, 3, 31)),
            (date(2020, 12, 31), date(2027, 3, 31)),
        ] {
            assert!(is_preschool(born, last), "{born} {last}");
            assert!(!is_preschool(born, last.tomorrow().unwrap()), "{born} after {last}");
        }
    }

    #[test]
    fn seventy_begins_with_a_month() {
        for (born, from) in [
            (date(1956, 11, 1), date(2026, 11, 1)),
            (date(1956, 11, 2), date(2026, 12, 1)),
            (date(1956, 11, 30), date(2026, 12, 1)),
            (date(1956, 12, 31), date(2027, 1, 1)),
            (date(1956, 2, 29), date(2026, 3, 1)),
            (date(1957, 1, 1), date(2027, 1, 1)),
        ] {
            assert_eq!(seventy_rules_from(born), from, "{born}");
        }
    }

    #[test]
    fn seventy_five_begins_on_the_birthday() {
        assert_eq!(seventy_five_from(date(1951, 11, 22)), date(2026, 11, 22));
        assert_eq!(seventy_five_from(date(1952, 2, 29)), date(2027, 3, 1));
    }
}
