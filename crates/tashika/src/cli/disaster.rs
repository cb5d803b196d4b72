//! `tashika center disaster …`

use super::CenterData;
use clap::Subcommand;

/// Searches for people by name in a disaster: open, close, see who looked and why.
#[derive(Debug, Subcommand)]
pub enum Disaster {
    /// Open the search for the institutions of an area.
    Open {
        /// A prefecture as code (13) or name (東京都), or a municipality of it (東京都千代田区). Institutions without an
        /// address on record lie in a prefecture and in no municipality.
        area: String,
        /// Why, 5 to 200 characters: institutions read it.
        #[arg(long)]
        reason: String,
        /// Last day, in Japan, such as 2026-12-05; at most 90 days ahead.
        #[arg(long, value_name = "DAY")]
        until: String,
        /// Institutions of other prefectures that ask are granted it too, because people are taken there.
        #[arg(long)]
        elsewhere: bool,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Close it before its last day.
    Close {
        /// Its number, as `open` and `list` print it.
        number: u64,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Show what is open, and which institutions asked for it with what answer.
    List {
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Show who searched by name when and why, in disasters and emergencies. Nothing is shown about those searched for.
    Looks {
        /// Only those of which somebody who was shown has not been told.
        #[arg(long)]
        waiting: bool,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}
