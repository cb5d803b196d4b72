//! When it is night, whom to ask about, and how fast: pure rules.

use std::time::Duration;

use domain::Date;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use crate::hours::day_in_japan;
use crate::limits;

/// The hours in which the center may be asked, in Japan. They may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) from: Time,
    pub(crate) to: Time,
}

/// One night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Night {
    /// The day that comes: whose patients are asked about, and by whose name it is run once.
    pub(crate) day: Date,
    /// What is left of it.
    pub(crate) left: Duration,
}

/// The night that it is now, if it is one. A night that ends by noon is for the day on which it ends; one that ends later, in the
/// evening before, for the next.
pub(crate) fn night_at(now: Timestamp, hours: Hours) -> Option<Night> {
    let local = domain::date::in_japan(now);
    let (today, time) = (local.date(), local.time());
    let goes_over_midnight = hours.to <= hours.from;
    let end_day = if goes_over_midnight {
        if time >= hours.from {
            today.tomorrow().ok()?
        } else if time < hours.to {
            today
        } else {
            return None;
        }
    } else if (hours.from..hours.to).contains(&time) {
        today
    } else {
        return None;
    };
    let day = if hours.to <= Time::midnight().saturating_add(SignedDuration::from_hours(12)) {
        end_day
    } else {
        end_day.tomorrow().ok()?
    };
    let end = domain::date::from_japan(end_day.to_datetime(hours.to))?;
    Some(Night { day, left: Duration::try_from(end.duration_since(now)).unwrap_or_default() })
}

/// Whether somebody counts as a patient who comes often: here on two days or more within [`limits::RECENT_DAYS`], today not
/// counted twice.
pub(crate) fn comes_often(days: &[Date], today: Date) -> bool {
    let mut lately: Vec<Date> =
        days.iter().copied().filter(|day| is_within(*day, today, limits::RECENT_DAYS)).collect();
    lately.sort_unstable();
    lately.dedup();
    lately.len() >= limits::RECENT_VISITS_MIN
}

fn is_within(day: Date, today: Date, days: i32) -> bool {
    let passed = day.until(today).map_or(i32::MAX, |span| span.get_days());
    (0..=days).contains(&passed)
}

/// Whether what is kept is new enough for somebody who is booked: the center said it within half a day.
pub(crate) fn is_fresh_for_booking(as_of: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(as_of);
    !age.is_negative() && age.unsigned_abs() < limits::BOOKING_FRESH_TIME
}

/// Whether what is kept is new enough for somebody who comes often and is not booked: a copy is believed a month, so that
/// asking about each once a week keeps all of them well within it.
pub(crate) fn is_fresh_for_recent(as_of: Timestamp, now: Timestamp) -> bool {
    let age = day_in_japan(as_of).until(day_in_japan(now)).map_or(i32::MAX, |span| span.get_days());
    (0..limits::RECENT_FRESH_DAYS).contains(&age)
}

/// How long to rest before the next question, so that all of them are spread over what is left. `chance` is uniform, so that a
/// hundred thousand terminals do not ask in step; `is_first` waits longer, up to half of the night.
pub(crate) fn rest(left: Duration, waiting: u32, is_first: bool, chance: u16) -> Duration {
    let share = f64::from(chance) / f64::from(u16::MAX);
    if is_first {
        return left.mul_f64(share / 2.0);
    }
    // A tenth is kept for what has to be asked twice.
    let even = left.mul_f64(0.9) / waiting.max(1);
    even.clamp(limits::NIGHT_REST_MIN, limits::NIGHT_REST_MAX).mul_f64(0.5 + share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Date {
        domain::date::parse(text).unwrap()
    }

    fn hours(from: &str, to: &str) -> Hours {
        Hours { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn a_night_is_for_the_day_that_comes() {
        let small_hours = hours("02:00", "05:00");
        let over_midnight = hours("23:00", "05:00");
        let evening = hours("19:00", "23:30");
        let cases = [
            (small_hours, "2026-11-29T01:59:59+09:00", None),
            (small_hours, "2026-11-29T02:00:00+09:00", Some(("20261129", 3 * 3600))),
            (small_hours, "2026-11-29T04:59:59+09:00", Some(("20261129", 1))),
            (small_hours, "2026-11-29T05:00:00+09:00", None),
            (over_midnight, "2026-11-28T23:30:00+09:00", Some(("20261129", 5 * 3600 + 1800))),
            (over_midnight, "2026-11-29T00:30:00+09:00", Some(("20261129", 4 * 3600 + 1800))),
            (over_midnight, "2026-11-29T12:00:00+09:00", None),
            (evening, "2026-11-28T19:00:00+09:00", Some(("20261129", 4 * 3600 + 1800))),
            (evening, "2026-12-31T20:30:00+09:00", Some(("20270101", 3 * 3600))),
            (evening, "2026-11-28T23:30:00+09:00", None),
        ];
        for (hours, now, expected) in cases {
            let expected = expected.map(|(coming, left)| Night { day: day(coming), left: Duration::from_secs(left) });
            assert_eq!(night_at(at(now), hours), expected, "{hours:?} at {now}");
        }
    }

    #[test]
    fn whoever_was_here_on_two_days_of_a_quarter_comes_often() {
        let today = day("20261129");
        let cases: &[(&[&str], bool)] = &[
            (&[], false),
            (&["20261128"], false),
            (&["20261128", "20261128"], false),
            (&["20261101", "20261128"], true),
            (&["20260829", "20261128"], true),
            (&["20260828", "20261128"], false),
            (&["20260101", "20260201", "20261128"], false),
            // A clock that was wrong: a day to come says nothing.
            (&["20261128", "20270101"], false),
        ];
        for (days, often) in cases {
            let days: Vec<Date> = days.iter().map(|text| day(text)).collect();
            assert_eq!(comes_often(&days, today), *often, "{days:?}");
        }
    }

    #[test]
    fn who_is_booked_is_asked_about_anew_and_who_comes_often_once_a_week() {
        let now = at("2026-11-29T02:00:00+09:00");
        assert!(is_fresh_for_booking(at("2026-11-28T18:00:00+09:00"), now));
        assert!(!is_fresh_for_booking(at("2026-11-28T10:00:00+09:00"), now));
        assert!(!is_fresh_for_booking(at("2026-11-30T10:00:00+09:00"), now), "from the future");
        assert!(is_fresh_for_recent(at("2026-11-23T10:00:00+09:00"), now));
        assert!(!is_fresh_for_recent(at("2026-11-22T10:00:00+09:00"), now));
    }

    #[test]
    fn questions_are_spread_over_what_is_left_and_never_crowd() {
        let left = Duration::from_hours(3);
        assert_eq!(rest(left, 100, true, 0), Duration::ZERO);
        assert!(rest(left, 100, true, u16::MAX) <= left / 2);
        for (waiting, least, most) in [(1, 30, 90), (200, 24, 73), (100_000, 0, 2)] {
            for chance in [0, u16::MAX / 2, u16::MAX] {
                let rest = rest(left, waiting, false, chance).as_secs();
                assert!((least..=most).contains(&rest), "{waiting} at {chance}: {rest}");
            }
        }
        // On the average, all of them are asked in time.
        let sum: f64 = (0..200).map(|_| rest(left, 200, false, u16::MAX / 2).as_secs_f64()).sum();
        assert!(sum < left.as_secs_f64(), "{sum}");
    }
}
