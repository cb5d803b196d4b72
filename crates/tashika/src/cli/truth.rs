//! `tashika nation truth`

use std::path::PathBuf;

use clap::Args;

/// `tashika nation truth`
#[derive(Debug, Args)]
pub struct NationTruth {
    /// People of the nation.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub people: u32,
    /// Months of claims.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=i64::from(nation::limits::CLAIMS_MONTHS_MAX)))]
    pub months: u32,
    /// Seed of the nation.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// PostgreSQL database instead of SQLite. It should be empty.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Folder for the nation and the database; a new one under the system's folder for temporary files if not given.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
