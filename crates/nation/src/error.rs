//! What can go wrong while a nation is made or read back.

use std::path::PathBuf;

/// A nation could not be made, written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options ask for something outside the limits of this crate.
    #[error("{what} must lie between {min} and {max}, but is {given}")]
    OutOfRange {
        /// The option.
        what: &'static str,
        /// Smallest value accepted.
        min: i64,
        /// Largest value accepted.
        max: i64,
        /// What was asked for.
        given: i64,
    },
    /// A file or folder could not be made, written or read.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table could not be written or read.
    #[error("{}: {source}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// `nation.json` is not what this crate writes.
    #[error("{}: {source}", .path.display())]
    About {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A table lacks a column.
    #[error("{}: no column {column}", .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column that is missing.
        column: &'static str,
    },
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
