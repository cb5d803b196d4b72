//! The files of a nation: their names, and reading back those that a checker needs.
//!
//! | file | one row is |
//! |---|---|
//! | `insurer_feed.csv` | one coverage of one person, as an insurer sends it |
//! | `residents.csv` | one living person, as the residents register holds it |
//! | `facilities.csv` | one medical institution |
//! | `insurers.csv` | one insurer, with members or without |
//! | `oracle.csv` | one query with the right answer |
//! | `visits.csv` | one visit of the story: a query with the right answer, a name and a title |
//! | `nation.json` | options and counts; written last, so a folder without it is not complete |
//!
//! Tables are UTF-8 with a header line, RFC 4180 quoting and line feeds.

use std::path::Path;

use crate::error::{Error, Result};
use crate::nation::{Options, Summary};
use crate::oracle::{self, Case};
use crate::story::Visit;

/// Coverages, as insurers send them.
pub const INSURER_FEED: &str = "insurer_feed.csv";
/// The residents register.
pub const RESIDENTS: &str = "residents.csv";
/// Medical institutions.
pub const FACILITIES: &str = "facilities.csv";
/// Insurers.
pub const INSURERS: &str = "insurers.csv";
/// Queries with the right answers.
pub const ORACLE: &str = "oracle.csv";
/// The story.
pub const VISITS: &str = "visits.csv";
/// Options and counts.
pub const ABOUT: &str = "nation.json";

/// Contents of `nation.json`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct About {
    /// What the nation was made from.
    #[serde(flatten)]
    pub options: Options,
    /// What is in the files.
    pub summary: Summary,
}

/// Reads `nation.json` of a folder.
pub fn read_about(dir: &Path) -> Result<About> {
    let path = dir.join(ABOUT);
    let bytes = std::fs::read(&path).map_err(|source| Error::File { path: path.clone(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| Error::About { path, source })
}

/// Reads `oracle.csv` of a folder.
pub fn read_oracle(dir: &Path) -> Result<Vec<Case>> {
    let rows = oracle::read(&dir.join(ORACLE), [])?;
    Ok(rows.into_iter().map(|(case, [])| case).collect())
}

/// Reads `visits.csv` of a folder.
pub fn read_visits(dir: &Path) -> Result<Vec<Visit>> {
    let rows = oracle::read(&dir.join(VISITS), Visit::COLUMNS)?;
    Ok(rows.into_iter().map(|(case, [name, title, patient])| Visit { name, title, patient, case }).collect())
}
