//! `tashika bench …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `tashika bench …`
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Full checks a second over mutual TLS, beside the ceiling of the same TLS stack and raw rates.
    Check(BenchCheck),
    /// Certificates of Individual Number Cards checked a second on one core, with OCSP answers and revocation lists.
    Certificates {
        /// Seconds of every measurement.
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=120))]
        seconds: u64,
    },
    /// Megabytes of claims checked a second on one core, receipts put together, and claims taken into history.
    Claims(BenchClaims),
    /// Data of the records page for patients with five years of history, while many windows look at once.
    Records(BenchRecords),
    /// Checkups taken into records, people a second.
    Checkups(BenchCheckups),
    /// What a window says while the line is cut, how fast, and how long it takes until every case is settled.
    Offline {
        /// People who came before; one stranger comes for every ten of them.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
        cases: u32,
    },
}

/// Where something is measured.
#[derive(Debug, Args)]
pub struct BenchPlaces {
    /// PostgreSQL database to measure as well; it should be empty.
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Folder for the nation and the databases; a new one under the system's folder for temporary files if not given.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// `tashika bench claims`
#[derive(Debug, Args)]
pub struct BenchClaims {
    /// Megabytes of the file that is checked, which is made in memory.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=2_000))]
    pub megabytes: u16,
    /// Claims of the large file that is taken into history; the small one has 10,000.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(20_000..=2_000_000))]
    pub claims: u32,
    /// Where it is measured.
    #[command(flatten)]
    pub places: BenchPlaces,
}

/// `tashika bench records`
#[derive(Debug, Args)]
pub struct BenchRecords {
    /// Keep-alive connections of the loaded run.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=128))]
    pub connections: u16,
    /// Seconds of every measurement.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=120))]
    pub seconds: u64,
    /// Where it is measured.
    #[command(flatten)]
    pub places: BenchPlaces,
}

/// `tashika bench checkups`
#[derive(Debug, Args)]
pub struct BenchCheckups {
    /// People of the nation; some of them went to a checkup.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub people: u32,
    /// Fiscal years of checkups.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub years: u32,
    /// Where it is measured.
    #[command(flatten)]
    pub places: BenchPlaces,
}

/// `tashika bench check`
#[derive(Debug, Args)]
pub struct BenchCheck {
    /// People in the register.
    #[arg(long, default_value_t = 1_000_000)]
    pub people: u32,
    /// Keep-alive connections of the loaded run.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub connections: u16,
    /// Seconds of every measurement.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=120))]
    pub seconds: u64,
    /// Where it is measured.
    #[command(flatten)]
    pub places: BenchPlaces,
}
