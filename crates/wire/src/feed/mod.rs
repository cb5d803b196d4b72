//! CSV files: what an insurer registers, and the registers of facilities, insurers and residents.
//!
//! All are RFC 4180 with a header line, read and written line by line with a memory that does not grow. Columns are found
//! by their names and may stand in any order; a column that is not known is left aside. A line that cannot be taken is
//! refused by itself, with its number, its column, a stable code and words in Japanese and English — the lines around it
//! are read as if nothing had happened. Two things are stricter than RFC 4180, both so that one bad line can never
//! swallow its neighbours: a line break inside quotes is refused, and so is a quote in the middle of a field.
//!
//! | file | row |
//! |---|---|
//! | `insurer_feed.csv` | [`FeedRow`] written, [`FeedRecord`] read: one coverage of one person |
//! | `facilities.csv` | [`Facility`] |
//! | `insurers.csv` | [`Insurer`] |
//! | `residents.csv` | [`Resident`], the five items of the resident register |
//! | a clinic's bookings | [`Booking`] |
//!
//! ```
//! use wire::feed::{CsvEncoding, FeedReader};
//! # fn load(file: &[u8]) -> Result<(), wire::feed::FeedError> {
//! let mut feed = FeedReader::new(file, CsvEncoding::Utf8)?;
//! while let Some(row) = feed.next_row()? {
//!     match row {
//!         Ok(record) => { /* record.coverage, record.personal_number */ }
//!         Err(refusal) => { /* refusal.line, refusal.field, refusal.code, refusal.message */ }
//!     }
//! }
//! # Ok(()) }
//! ```

mod booking;
mod fault;
mod fields;
mod lists;
mod reader;
mod record;
mod tables;
mod writer;

pub use booking::Booking;
pub use fault::{FeedError, RowFault};
pub use fields::Fields;
pub(crate) use fields::split;
pub use reader::{CsvEncoding, CsvReader, CsvRow};
pub use record::{FEED_COLUMNS, FeedMemo, FeedRecord, FeedRow};
pub use tables::{Facility, FacilityKind, Insurer, Resident};
pub use writer::{CsvWrite, CsvWriter};

/// Reads an insurer's feed.
pub type FeedReader<R> = CsvReader<R, FeedRecord>;
/// Writes an insurer's feed.
pub type FeedWriter<W> = CsvWriter<W, FeedRow>;
