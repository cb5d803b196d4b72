//! `tashika claims …`

use std::path::PathBuf;

use clap::Subcommand;

/// `tashika claims …`
#[derive(Debug, Subcommand)]
pub enum Claims {
    /// レセプトのファイルを点検する。Check claim files (UKE) of any of the four kinds, from either side: shape of every field, check
    /// digits, dates, day cells, points, order, totals, the same claim twice. Exit 1 if there are errors.
    Check {
        /// The files, such as RECEIPTC.UKE, RECEIPTY.CYO or 11_RECODEINFO_MED.CSV.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON object a file, with every finding that is listed, for programs.
        #[arg(long)]
        json: bool,
    },
}
