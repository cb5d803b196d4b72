//! Times and days as numbers, as the tables hold them.

use domain::Date;
use jiff::Timestamp;

use super::error::{Result, StoreError};

/// Milliseconds since 1970.
pub(super) fn ms(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// Back from milliseconds.
pub(super) fn time(table: &'static str, ms: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(ms).map_err(|_| StoreError::inconsistent(table, "a time outside all years"))
}

/// The same for a time that may be absent.
pub(super) fn time_opt(table: &'static str, ms: Option<i64>) -> Result<Option<Timestamp>> {
    ms.map(|ms| time(table, ms)).transpose()
}

/// `yyyymmdd` as a number.
pub(super) fn day(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// Back from such a number.
pub(super) fn date(table: &'static str, number: i64) -> Result<Date> {
    let wrong = || StoreError::inconsistent(table, "a number that is no day");
    let year = i16::try_from(number / 10_000).map_err(|_| wrong())?;
    let part = |number: i64| i8::try_from(number % 100).map_err(|_| wrong());
    Date::new(year, part(number / 100)?, part(number)?).map_err(|_| wrong())
}

/// A count out of the database, which knows only signed numbers.
pub(super) fn count(table: &'static str, number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| StoreError::inconsistent(table, "a negative count"))
}

/// A count for the database.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Bytes of a fixed length.
pub(super) fn fixed<const N: usize>(table: &'static str, bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| StoreError::inconsistent(table, format!("{} bytes instead of {N}", bytes.len())))
}
