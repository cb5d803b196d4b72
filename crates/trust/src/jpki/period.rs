//! Until when a certificate may be used, and for what.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use crate::certificate::Validity;
use crate::limits::GRACE_MONTHS;

/// Japan Standard Time, which has had no summer time since the law on it was repealed in 1952.
const JAPAN: Offset = Offset::constant(9);

/// Where a time lies in the life of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Before its first second.
    NotYet,
    /// Valid.
    Within,
    /// Expired, but not for longer than three months from the end of the month in which it expired. It still shows who is
    /// insured; it opens no medical information (MHLW's rule for expired certificates).
    Grace,
    /// Expired for good.
    Over,
}

impl Period {
    /// Where `now` lies in this validity.
    pub fn of(validity: Validity, now: Timestamp) -> Self {
        if now < validity.not_before {
            Self::NotYet
        } else if now.as_second() <= validity.not_after.as_second() {
            Self::Within
        } else if now < grace_ends(validity.not_after) {
            Self::Grace
        } else {
            Self::Over
        }
    }

    /// Whether the certificate may open medical information.
    pub const fn opens_records(self) -> bool {
        matches!(self, Self::Within)
    }

    /// Whether the certificate may show who is insured.
    pub const fn shows_coverage(self) -> bool {
        matches!(self, Self::Within | Self::Grace)
    }
}

/// The first instant after the grace: the start, in Japan, of the fourth month after the month of expiry. "Three months
/// from the last day of a month" end with the last day of the third month after it.
fn grace_ends(not_after: Timestamp) -> Timestamp {
    let expired = not_after.to_zoned(TimeZone::fixed(JAPAN)).date();
    expired
        .first_of_month()
        .checked_add((GRACE_MONTHS + 1).months())
        .ok()
        .and_then(|day| day.to_zoned(TimeZone::fixed(JAPAN)).ok())
        .map_or(not_after, |start| start.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn grace_is_three_months_from_the_end_of_the_month_of_expiry() {
        for (not_after, last_of_grace) in [
            ("2026-08-15T14:59:59Z", "2026-11-30T14:59:59Z"),
            ("2026-08-31T14:59:59Z", "2026-11-30T14:59:59Z"),
            // The evening before, in UTC, is already the first of the month in Japan.
            ("2026-08-31T15:00:00Z", "2026-12-31T14:59:59Z"),
            ("2027-02-28T14:59:59Z", "2027-05-31T14:59:59Z"),
            ("2026-11-30T14:59:59Z", "2027-02-28T14:59:59Z"),
        ] {
            let validity = Validity { not_before: at("2021-09-01T00:00:00Z"), not_after: at(not_after) };
            let (expired, last) = (at(not_after) + 1.second(), at(last_of_grace));
            assert_eq!(Period::of(validity, at(not_after)), Period::Within);
            assert_eq!(Period::of(validity, expired), Period::Grace, "{not_after}");
            assert_eq!(Period::of(validity, last), Period::Grace, "{not_after}");
            assert_eq!(Period::of(validity, last + 1.second()), Period::Over, "{not_after}");
        }
    }

    #[test]
    fn only_a_valid_certificate_opens_records() {
        let validity = Validity { not_before: at("2026-01-01T00:00:00Z"), not_after: at("2026-01-31T14:59:59Z") };
        assert_eq!(Period::of(validity, at("2025-12-31T23:59:59Z")), Period::NotYet);
        assert!(Period::Within.opens_records() && Period::Within.shows_coverage());
        assert!(!Period::Grace.opens_records() && Period::Grace.shows_coverage());
        assert!(!Period::Over.shows_coverage() && !Period::NotYet.shows_coverage());
    }
}
