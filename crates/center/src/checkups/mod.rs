//! Checkups in: reports of 特定健診 to the persons whom they are about.
//!
//! ```text
//! archive ─ reading thread: wire::checkups ─▶ packing thread: prepare ─▶ chunks ─▶ whose (domain::checkup::owner) ─▶ store, one commit a chunk
//! ```
//!
//! A person is found by the card, the birth date, the branch, the sex and the name that the report tells; all have to fit. What
//! fits nobody is kept with the reason and shown to nobody. What cannot be read is set aside by the reader, with the file, the
//! XPath and a code; the rest of the archive is taken.
//!
//! Two reports of a person are the same when day, institution, 報告区分 and プログラム種別 are the same; a deletion (報告区分
//! 19) is of the kind that it deletes. The same again changes nothing, one that says something else replaces the earlier one,
//! unless its file is older. Among files of one day the one that comes last counts.
//!
//! A report is one row, packed ([decision 0032](../../../docs/decisions/0032-a-checkup-is-one-packed-row.md)).

mod import;
mod prepare;
mod report;
mod take;

pub use import::{ArchiveOutcome, CheckupImporter, CheckupsError};
pub use prepare::{Prepared, prepare, unpack, unpack_texts};
pub use report::{CheckupNote, CheckupsReport};
pub use take::take;
