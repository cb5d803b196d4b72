//! `Date` of the answers, by the clock of the house: programs compare it with their own, so it must not be another one
//! than that by which the house decides.

use std::sync::Arc;

use arc_swap::ArcSwap;
use http::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// The last date that was written, for the many answers of the same second.
#[derive(Debug)]
pub(super) struct Dates {
    last: ArcSwap<(i64, HeaderValue)>,
}

impl Default for Dates {
    fn default() -> Self {
        Self { last: ArcSwap::from_pointee((i64::MIN, HeaderValue::from_static(""))) }
    }
}

impl Dates {
    /// The date as RFC 9110 writes it (IMF-fixdate). None in years that it cannot write.
    pub(super) fn of(&self, now: Timestamp) -> Option<HeaderValue> {
        let second = now.as_second();
        let last = self.last.load();
        if last.0 == second {
            return Some(last.1.clone());
        }
        let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()?;
        let value = HeaderValue::try_from(text).ok()?;
        self.last.store(Arc::new((second, value.clone())));
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_the_clock_in_whole_seconds() {
        let dates = Dates::default();
        let at = |text: &str| dates.of(text.parse().unwrap()).unwrap();
        assert_eq!(at("2026-11-22T09:30:00.999+09:00"), "Sun, 22 Nov 2026 00:30:00 GMT");
        assert_eq!(at("2026-11-22T09:30:00.1+09:00"), "Sun, 22 Nov 2026 00:30:00 GMT");
        assert_eq!(at("2026-11-22T09:30:01+09:00"), "Sun, 22 Nov 2026 00:30:01 GMT");
    }
}
