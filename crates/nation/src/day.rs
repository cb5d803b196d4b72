//! Calendar days and the age rules of Japanese health insurance.
//!
//! A [`Day`] is one number, so that a million people fit in memory. Ages follow the Act on Calculation of Ages: an age
//! is *attained* at the end of the day before the birthday. Somebody born on 29 February has the birthday on 1 March
//! in common years.

use std::num::NonZeroU32;

use jiff::civil::Date;

/// A calendar day, counted from 29 February of the year 0.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Day(NonZeroU32);

impl Day {
    /// The day of a date that is known to exist. Arithmetic of Howard Hinnant's civil calendar: years begin in March.
    pub(crate) const fn of(year: i32, month: u32, day: u32) -> Day {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year / 400;
        let year_of_era = (year - era * 400).cast_unsigned();
        let month_of_year = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * month_of_year + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        match NonZeroU32::new(era.cast_unsigned() * 146_097 + day_of_era + 1) {
            Some(count) => Day(count),
            None => Day(NonZeroU32::MIN),
        }
    }

    /// The day of a date that may not exist.
    pub(crate) fn checked(year: i32, month: u32, day: u32) -> Option<Day> {
        let exists = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1;
        (exists && day <= days_in_month(year, month)).then(|| Day::of(year, month, day))
    }

    pub(crate) fn ymd(self) -> (i32, u32, u32) {
        let count = self.0.get() - 1;
        let era = count / 146_097;
        let day_of_era = count - era * 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_of_year = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
        let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
        let year = (year_of_era + era * 400).cast_signed() + i32::from(month <= 2);
        (year, month, day)
    }

    pub(crate) fn year(self) -> i32 {
        self.ymd().0
    }

    /// The day so many days later, or earlier if negative.
    pub(crate) fn plus(self, days: i32) -> Day {
        Day(NonZeroU32::new(self.0.get().saturating_add_signed(days)).unwrap_or(NonZeroU32::MIN))
    }

    pub(crate) fn next(self) -> Day {
        self.plus(1)
    }

    pub(crate) fn before(self) -> Day {
        self.plus(-1)
    }

    /// Days from `earlier` to this day.
    pub(crate) fn since(self, earlier: Day) -> i32 {
        self.0.get().cast_signed() - earlier.0.get().cast_signed()
    }

    pub(crate) fn first_of_month(self) -> Day {
        let (_, _, day) = self.ymd();
        self.plus(1 - day.cast_signed())
    }

    pub(crate) fn first_of_next_month(self) -> Day {
        self.first_of_month().plus(31).first_of_month()
    }

    pub(crate) fn last_of_month(self) -> Day {
        self.first_of_next_month().before()
    }

    /// `yyyyMM` as a number.
    pub(crate) fn month_number(self) -> u32 {
        let (year, month, _) = self.ymd();
        year.cast_unsigned() * 100 + month
    }

    /// The same calendar day so many years later; 29 February becomes 1 March where it does not exist.
    pub(crate) fn anniversary(self, years: i32) -> Day {
        let (year, month, day) = self.ymd();
        Day::checked(year + years, month, day).unwrap_or_else(|| Day::of(year + years, 3, 1))
    }

    /// `yyyyMMdd` in ASCII digits.
    pub(crate) fn digits(self) -> [u8; 8] {
        let (year, month, day) = self.ymd();
        let mut left = year.cast_unsigned() * 10_000 + month * 100 + day;
        let mut text = [b'0'; 8];
        for place in text.iter_mut().rev() {
            *place = b'0' + (left % 10) as u8;
            left /= 10;
        }
        text
    }

    pub(crate) fn push_digits(self, out: &mut String) {
        out.extend(self.digits().map(char::from));
    }

    pub(crate) fn text(self) -> String {
        self.digits().map(char::from).iter().collect()
    }

    /// Seven digits of the era form: era code, two digits of the year in the era, month, day. `None` before Meiji.
    pub(crate) fn era_text(self) -> Option<String> {
        let code = self.era_code()?;
        let (year, (_, month, day)) = (self.year_of_era()?, self.ymd());
        Some(format!("{code}{year:02}{month:02}{day:02}"))
    }

    /// The number of the era, 1 for Meiji to 5 for Reiwa. `None` before Meiji.
    pub(crate) fn era_code(self) -> Option<u32> {
        self.era().map(|(code, _)| code)
    }

    /// The year within the era, from 1. `None` before Meiji.
    pub(crate) fn year_of_era(self) -> Option<i32> {
        let (_, begin) = self.era()?;
        Some(self.year() - begin.year() + 1)
    }

    fn era(self) -> Option<(u32, Day)> {
        ERAS.iter().rev().find(|(_, begin)| *begin <= self).copied()
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Day {
        Day::of(i32::from(date.year()), u32::from(date.month().cast_unsigned()), u32::from(date.day().cast_unsigned()))
    }
}

/// Era code and first day: Meiji, Taisho, Showa, Heisei, Reiwa.
pub(crate) const ERAS: [(u32, Day); 5] = [
    (1, Day::of(1868, 1, 25)),
    (2, Day::of(1912, 7, 30)),
    (3, Day::of(1926, 12, 25)),
    (4, Day::of(1989, 1, 8)),
    (5, Day::of(2019, 5, 1)),
];

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(crate) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Full years of age on a day, by birthday.
pub(crate) fn age_on(birth: Day, day: Day) -> i32 {
    let (birth_year, birth_month, birth_day) = birth.ymd();
    let (year, month, of_month) = day.ymd();
    year - birth_year - i32::from((month, of_month) < (birth_month, birth_day))
}

/// The last day of the preschool rate: the first 31 March on or after the day before the sixth birthday.
pub(crate) fn preschool_until(birth: Day) -> Day {
    let attained = birth.anniversary(6).before();
    let this_year = Day::of(attained.year(), 3, 31);
    if attained <= this_year { this_year } else { Day::of(attained.year() + 1, 3, 31) }
}

/// The first day of the rate for those of 70: the month after the one in which 70 is attained.
pub(crate) fn seventy_from(birth: Day) -> Day {
    birth.anniversary(70).before().first_of_next_month()
}

/// The first day under the scheme for the late elderly: the 75th birthday itself.
pub(crate) fn seventy_five_on(birth: Day) -> Day {
    birth.anniversary(75)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_its_date_are_the_same_thing_for_two_centuries() {
        let mut day = Day::of(1868, 1, 1);
        let mut date = jiff::civil::date(1868, 1, 1);
        while date.year() < 2080 {
            assert_eq!(Day::from(date), day);
            assert_eq!(day.text(), date.strftime("%Y%m%d").to_string());
            day = day.next();
            date = date.tomorrow().expect("far from the end of the calendar");
        }
    }

    #[test]
    fn somebody_born_on_1_april_starts_school_a_year_before_somebody_born_on_2_april() {
        assert_eq!(preschool_until(Day::of(2020, 4, 1)), Day::of(2026, 3, 31));
        assert_eq!(preschool_until(Day::of(2020, 4, 2)), Day::of(2027, 3, 31));
    }

    #[test]
    fn somebody_born_on_the_first_of_a_month_gets_the_rate_of_70_in_that_month() {
        assert_eq!(seventy_from(Day::of(1956, 11, 1)), Day::of(2026, 11, 1));
        assert_eq!(seventy_from(Day::of(1956, 11, 2)), Day::of(2026, 12, 1));
        assert_eq!(seventy_from(Day::of(1956, 2, 29)), Day::of(2026, 3, 1));
    }

    #[test]
    fn somebody_born_on_29_february_is_75_on_1_march() {
        assert_eq!(seventy_five_on(Day::of(1952, 2, 29)), Day::of(2027, 3, 1));
    }

    #[test]
    fn era_form_names_the_era_of_the_day() {
        assert_eq!(Day::of(2001, 3, 27).era_text().as_deref(), Some("4130327"));
        assert_eq!(Day::of(1989, 1, 7).era_text().as_deref(), Some("3640107"));
        assert_eq!(Day::of(1989, 1, 8).era_text().as_deref(), Some("4010108"));
        assert_eq!(Day::of(2019, 5, 1).era_text().as_deref(), Some("5010501"));
    }
}
