//! A clinic's booked patients, from a file: who is to be asked about in the night before.
//!
//! CSV with a first line that names the columns, in any order: `QualificationConfirmationDate` (the day of the visit),
//! `InsurerNumber`, `InsuredCardSymbol`, `InsuredIdentificationNumber`, `InsuredBranchNumber`, `Birthdate`; symbol and branch may be
//! empty, other columns such as `Name` are left aside. UTF-8 or Shift_JIS. Days as everywhere: `20261129`, `2026/11/29`, an era.

use std::path::Path;

use kit::clock::SharedClock;
use kit::random::SharedRandom;
use wire::api::Refusal;
pub use wire::feed::{Booking, FeedError};
use wire::feed::{CsvEncoding, CsvReader};

use crate::limits;
use crate::users::{UsersError, open};

/// What a file of bookings holds.
#[derive(Debug, Default)]
pub struct Bookings {
    /// Lines that can be taken.
    pub good: Vec<Booking>,
    /// Lines that cannot be, by line and field; the first [`limits::BOOKING_REFUSALS_MAX`] of them.
    pub refused: Vec<Refusal>,
    /// How many cannot be.
    pub refused_count: u64,
}

/// Reads a file. Every good line is taken, every other one is named.
///
/// # Errors
/// It is no such file: its first line does not name the columns.
pub fn read(file: &[u8]) -> Result<Bookings, FeedError> {
    let encoding = if std::str::from_utf8(file).is_ok() { CsvEncoding::Utf8 } else { CsvEncoding::ShiftJis };
    let mut rows = CsvReader::<_, Booking>::new(file, encoding)?;
    let mut read = Bookings::default();
    while let Some(row) = rows.next_row()? {
        match row {
            Ok(booking) => match unreadable(&booking) {
                None => read.good.push(booking),
                Some(why) => read.refuse(Refusal { line: rows.line(), ..why }),
            },
            Err(refusal) => read.refuse(refusal),
        }
    }
    Ok(read)
}

impl Bookings {
    fn refuse(&mut self, refusal: Refusal) {
        self.refused_count += 1;
        if self.refused.len() < limits::BOOKING_REFUSALS_MAX {
            self.refused.push(refusal);
        }
    }
}

/// Whom a booking means does not depend on who asks; the parser of a question wants somebody.
pub(crate) const ANY_FACILITY: &str = "1310000000";

/// What is wrong with it as a question, beyond what is wrong with one column.
fn unreadable(booking: &Booking) -> Option<Refusal> {
    let errors = booking.search.parse(&domain::date::format(booking.day), ANY_FACILITY).err()?;
    let error = errors.into_iter().next()?;
    let (field, code) = (error.field, error.code);
    Some(Refusal { line: 0, field, code, message: error.message, message_en: error.message_en })
}

/// Takes bookings in, whether the terminal runs or not; the same again changes nothing. Gives how many there are now from
/// today on.
///
/// # Errors
/// The store. What was taken until then stays.
pub async fn take_in(
    data_dir: &Path,
    bookings: &[Booking],
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<i64, UsersError> {
    let store = open(data_dir, random).await?;
    for piece in bookings.chunks(limits::BOOKINGS_AT_ONCE) {
        store.put_bookings(piece, clock.now()).await?;
    }
    let today = domain::date::format(crate::hours::day_in_japan(clock.now()));
    let count = store.count_bookings_from(&today).await?;
    store.close().await;
    Ok(count)
}

#[cfg(test)]
mod tests {
    //! Proves that both character sets are read, whatever a name in the file needs.
    use super::*;

    const FILE: &str = "QualificationConfirmationDate,InsurerNumber,InsuredCardSymbol,InsuredIdentificationNumber,\
        InsuredBranchNumber,Birthdate,Name\n2026/11/29,01130012,記号１,4260,,S55.4.1,見本\n20261129,0,,4260,,19800401,\n";

    #[test]
    fn both_character_sets_are_read() {
        let shift_jis = wire::text::encode(FILE, wire::text::Target::Cp932).bytes;
        for file in [FILE.as_bytes(), &shift_jis] {
            let read = read(file).unwrap();
            assert_eq!((read.good.len(), read.refused_count), (1, 1));
            assert_eq!(read.good[0].search.insured_card_symbol.as_deref(), Some("記号１"));
            assert_eq!((read.refused[0].line, read.refused[0].field.as_str()), (3, "InsurerNumber"));
        }
        assert!(matches!(super::read(b"a,b\n1,2\n"), Err(FeedError::MissingColumns(_))));
    }
}
