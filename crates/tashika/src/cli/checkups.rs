//! `tashika checkups …`

use clap::Subcommand;
use std::path::PathBuf;

/// `tashika checkups …`
#[derive(Debug, Subcommand)]
pub enum Checkups {
    /// Read archives (ZIP) or single reports (XML) and say what is wrong, by file, line and XPath. Changes nothing; exit 1 when a
    /// person or an item was set aside. The codes stand in docs/CHECKUPS.md.
    Check {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print one JSON object a file instead of text.
        #[arg(long)]
        json: bool,
    },
}
