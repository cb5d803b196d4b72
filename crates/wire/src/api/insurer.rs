//! What an insurer is told about the file it sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer to `POST /v1/insurer-feeds`, and what `tashika insurer import` prints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ImportReport {
    /// SHA-256 of the file, hex. The same file twice changes nothing.
    pub feed_digest: String,
    /// Rows in the file, without the header.
    pub rows_read: u64,
    /// Rows that are new or changed something.
    pub rows_accepted: u64,
    /// Rows that said what was known already.
    pub rows_unchanged: u64,
    /// Rows that were not taken.
    pub rows_refused: u64,
    /// Why, for the first 1,000 of them.
    pub refusals: Vec<Refusal>,
}

/// Why one row was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Refusal {
    /// Line in the file; the header is line 1.
    pub line: u64,
    /// The column, such as `Birthdate`; empty when the whole row is meant.
    pub field: String,
    /// A stable code, for programs.
    pub code: String,
    /// In Japanese. Never holds the value itself.
    pub message: String,
    /// In English.
    pub message_en: String,
}
