//! A synthetic nation: insurers of every kind, people with the whole history of their coverage, medical institutions,
//! and an oracle that knows the right answer to thousands of queries.
//!
//! Nobody in it exists. The same [`Options`] give the same bytes on every machine.
//!
//! [`generate`] writes the files described in [`files`]; [`Nation::build`] keeps the nation in memory, where
//! [`Nation::oracle`] and [`story::visits`] give queries with their answers. The answers are decided from what the
//! generator knows, by rules implemented here a second time: the oracle depends on none of the crates that it judges.
//!
//! [`jpki`] is the authority behind the people's Individual Number Cards. It writes certificates with `trust`, where they
//! are read too; their outside judge is OpenSSL.
//!
//! To add a kind of query: add a trait in `oracle/pools.rs` if none of the present ones picks the right people, then
//! an entry in `oracle/kinds.rs` that says what is typed and what should come of it.

// Indices, days and counts are far below the limits of the types into which they are put: `limits::PEOPLE_MAX` bounds
// them all.
#![expect(clippy::cast_possible_truncation, reason = "bounded by limits::PEOPLE_MAX")]

mod card;
mod check_digit;
mod day;
mod dice;
mod error;
mod facilities;
pub mod files;
mod insurers;
pub mod jpki;
pub mod limits;
mod model;
mod names;
mod nation;
pub mod oracle;
mod people;
mod places;
pub mod records;
pub mod story;
mod write;

use std::path::Path;

pub use error::{Error, Result};
pub use facilities::{Facility, FacilityKind};
pub use insurers::InsurerKind;
pub use nation::{DEFAULT_AS_OF, Nation, Options, Summary};
pub use oracle::Case;
pub use records::{RecordOptions, RecordSummary};
pub use story::Visit;

/// Makes a nation and writes its files into a folder.
pub fn generate(options: &Options, out: &Path) -> Result<Summary> {
    Nation::build(options)?.write(out)
}
