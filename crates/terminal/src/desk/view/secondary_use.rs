//! What has left as counts.

use askama::Template;
use wire::api::{SecondaryUseExport, SecondaryUseExports};

use super::dates;
use super::records::month;
use super::shell::Shell;

#[derive(Template)]
#[template(path = "secondary_use.html")]
pub(crate) struct SecondaryUsePage {
    pub(crate) shell: Shell,
    pub(crate) as_of: String,
    pub(crate) rows: Vec<ExportRow>,
    pub(crate) has_more: bool,
}

/// One file that left.
#[derive(Debug, Clone)]
pub(crate) struct ExportRow {
    pub(crate) day: String,
    pub(crate) purpose: String,
    pub(crate) ground: String,
    pub(crate) recipient: String,
    pub(crate) months: String,
    pub(crate) k: u32,
}

impl SecondaryUsePage {
    /// The page of what the center told.
    pub(crate) fn new(shell: Shell, told: SecondaryUseExports) -> Self {
        Self {
            shell,
            as_of: dates::day_and_time(told.as_of),
            rows: told.export_list.into_iter().map(row).collect(),
            has_more: told.has_more,
        }
    }
}

fn row(export: SecondaryUseExport) -> ExportRow {
    let (first, last) = (month(export.first_month), month(export.last_month));
    ExportRow {
        day: dates::in_words(domain::date::in_japan(export.exported_at).date()),
        purpose: export.purpose,
        ground: export.ground,
        recipient: export.recipient,
        months: if first == last { first } else { format!("{first}～{last}") },
        k: export.k,
    }
}
