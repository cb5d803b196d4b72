//! Dates and times as a desk reads them.

use domain::{Date, date};
use jiff::Timestamp;

/// Japanese eras as written on a card, latest first: first day and name.
const ERAS: [((i16, i8, i8), &str); 5] = [
    ((2019, 5, 1), "令和"),
    ((1989, 1, 8), "平成"),
    ((1926, 12, 25), "昭和"),
    ((1912, 7, 30), "大正"),
    ((1868, 1, 25), "明治"),
];

/// `1980年4月1日（昭和55年）` out of `yyyyMMdd`; anything else is shown as it is.
pub(crate) fn long_date(raw: &str) -> String {
    let Ok(day) = date::parse(raw) else { return raw.to_owned() };
    format!("{}年{}月{}日（{}）", day.year(), day.month(), day.day(), era_year(day))
}

/// `2026年4月1日` out of `yyyyMMdd`; anything else is shown as it is.
pub(crate) fn plain_date(raw: &str) -> String {
    date::parse(raw).map_or_else(|_| raw.to_owned(), in_words)
}

/// `2026年4月1日`.
pub(crate) fn in_words(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// `昭和55年`; the first year of an era is 元年.
fn era_year(day: Date) -> String {
    for ((y, m, d), name) in ERAS {
        if day >= jiff::civil::date(y, m, d) {
            return match day.year() - y + 1 {
                1 => format!("{name}元年"),
                year => format!("{name}{year}年"),
            };
        }
    }
    format!("西暦{}年", day.year())
}

/// A period with one end perhaps open; empty when nothing is known.
pub(crate) fn period(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (None, None) => String::new(),
        (from, to) => {
            format!("{} ～ {}", from.map(plain_date).unwrap_or_default(), to.map(plain_date).unwrap_or_default())
        }
    }
}

/// Full years of age on a day: a birthday counts from the day itself, as a receptionist counts.
pub(crate) fn age(birthdate: &str, on: Date) -> Option<i16> {
    let born = date::parse(birthdate).ok()?;
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    let years = on.year() - born.year() - i16::from(!had_birthday);
    (years >= 0).then_some(years)
}

/// `2026年4月7日` in Japan.
pub(crate) fn day(at: Timestamp) -> String {
    in_words(domain::date::in_japan(at).date())
}

/// `10:31` in Japan.
pub(crate) fn clock_time(at: Timestamp) -> String {
    let local = domain::date::in_japan(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// `4月7日 10:31` in Japan.
pub(crate) fn day_and_time(at: Timestamp) -> String {
    let local = domain::date::in_japan(at);
    format!("{}月{}日 {:02}:{:02}", local.month(), local.day(), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as d;

    #[test]
    fn a_birth_date_is_shown_in_both_calendars() {
        for (raw, shown) in [
            ("19800401", "1980年4月1日（昭和55年）"),
            ("20190430", "2019年4月30日（平成31年）"),
            ("20190501", "2019年5月1日（令和元年）"),
            ("19261225", "1926年12月25日（昭和元年）"),
            ("なし", "なし"),
        ] {
            assert_eq!(long_date(raw), shown);
        }
    }

    #[test]
    fn age_counts_from_the_birthday_itself() {
        assert_eq!(age("19800401", d(2026, 3, 31)), Some(45));
        assert_eq!(age("19800401", d(2026, 4, 1)), Some(46));
        assert_eq!(age("20260401", d(2026, 3, 31)), None);
    }

    #[test]
    fn an_open_period_has_no_end() {
        assert_eq!(period(Some("20260401"), None), "2026年4月1日 ～ ");
        assert_eq!(period(None, None), "");
    }

    #[test]
    fn times_are_those_of_japan() {
        let at: Timestamp = "2026-04-07T00:00:00+09:00".parse().unwrap();
        assert_eq!(day_and_time(at), "4月7日 00:00");
    }
}
