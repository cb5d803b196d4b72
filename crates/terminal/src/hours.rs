//! What time it is at the center.
//!
//! A clinic's clock may be an hour off. The day of treatment must still be right, so "now" and "today" are the local
//! clock corrected by the difference that was last measured against the center.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::Date;
use jiff::{SignedDuration, Timestamp};
use kit::clock::SharedClock;

use crate::limits;

/// Not measured yet.
const UNKNOWN: i64 = i64::MIN;

/// The local clock and its difference to the center's.
#[derive(Debug)]
pub(crate) struct Hours {
    clock: SharedClock,
    /// Center minus local, in milliseconds.
    ahead_ms: AtomicI64,
}

/// A moment on the local clock, which may be set, and on the one that never goes back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) passed: Duration,
}

impl Hours {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self { clock, ahead_ms: AtomicI64::new(UNKNOWN) }
    }

    /// The local clock, for everything that is only compared with itself.
    pub(crate) fn local(&self) -> Timestamp {
        self.clock.now()
    }

    /// This moment, for what is shown and for what is counted.
    pub(crate) fn moment(&self) -> Moment {
        Moment { at: self.clock.now(), passed: self.clock.monotonic() }
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// Notes what the center's clock showed in the middle of a question.
    pub(crate) fn measured(&self, center: Timestamp, asked: Timestamp, answered: Timestamp) {
        let middle = asked.saturating_add(answered.duration_since(asked) / 2).unwrap_or(answered);
        self.ahead_ms.store(center.as_millisecond() - middle.as_millisecond(), Ordering::Relaxed);
    }

    /// How far the center's clock is ahead of ours; none before the first measurement.
    pub(crate) fn ahead(&self) -> Option<SignedDuration> {
        match self.ahead_ms.load(Ordering::Relaxed) {
            UNKNOWN => None,
            ms => Some(SignedDuration::from_millis(ms)),
        }
    }

    /// The difference if it is worth a warning.
    pub(crate) fn warning(&self) -> Option<SignedDuration> {
        self.ahead().filter(|ahead| ahead.unsigned_abs() > limits::CLOCK_SKEW_WARN)
    }

    /// The time at the center.
    pub(crate) fn now(&self) -> Timestamp {
        let local = self.clock.now();
        // A small difference is the network's, not the clock's.
        self.warning().and_then(|ahead| local.checked_add(ahead).ok()).unwrap_or(local)
    }

    /// The day in Japan by the center's clock.
    pub(crate) fn today(&self) -> Date {
        day_in_japan(self.now())
    }

    /// As [`Hours::today`], `yyyyMMdd`.
    pub(crate) fn today_text(&self) -> String {
        domain::date::format(self.today())
    }
}

/// The day in Japan, which has no summer time.
pub(crate) fn day_in_japan(at: Timestamp) -> Date {
    domain::date::in_japan(at).date()
}

#[cfg(test)]
mod tests {
    //! Proves that a wrong local clock does not move the day of treatment.
    use std::sync::Arc;

    use testkit::TestClock;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_that_is_an_hour_behind_still_gives_the_day_of_the_center() {
        let hours = Hours::new(Arc::new(TestClock::at(at("2026-04-07T23:30:00+09:00"))));
        assert_eq!(hours.today_text(), "20260407");
        let local = hours.local();
        hours.measured(at("2026-04-08T00:30:00+09:00"), local, local);
        assert_eq!(hours.today_text(), "20260408");
        assert_eq!(hours.warning(), Some(SignedDuration::from_hours(1)));
    }

    #[test]
    fn a_second_of_difference_is_no_warning() {
        let hours = Hours::new(Arc::new(TestClock::at(at("2026-04-07T10:00:00+09:00"))));
        assert_eq!(hours.ahead(), None);
        let local = hours.local();
        hours.measured(at("2026-04-07T10:00:01+09:00"), local, local);
        assert_eq!(hours.warning(), None);
        assert_eq!(hours.now(), local);
    }
}
