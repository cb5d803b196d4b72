//! Benches run on the release build, against private servers, one after another, with nothing else going on.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;

use crate::postgres::PrivatePostgres;
use crate::run;
use crate::workspace::Workspace;

const RELEASE_BUILD_MAX: Duration = Duration::from_hours(1);
const BENCH_MAX: Duration = Duration::from_hours(1);

/// Enough for the nation's indexes to stay in memory on the machine that docs/BENCHMARKS.md names; durability is untouched.
const SERVER_SETTINGS: &[&str] = &["shared_buffers=2GB", "max_wal_size=4GB", "checkpoint_timeout=15min"];

#[derive(Subcommand)]
pub enum Bench {
    /// Full checks a second on SQLite and PostgreSQL, beside the ceiling of the same TLS stack; the last line is JSON
    Check {
        /// Passed on to `tashika bench check`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Cards' certificates checked a second on one core, with OCSP and with a revocation list; the last line is JSON
    Certificates,
    /// Megabytes of claims checked a second on one core, claims taken into history a second on SQLite and PostgreSQL; the
    /// last line is JSON
    Claims {
        /// Passed on to `tashika bench claims`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Data of the records page for patients with five years of history, on SQLite and PostgreSQL; the last line is JSON
    Records {
        /// Passed on to `tashika bench records`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Checkups taken into records a second, on SQLite and PostgreSQL; the last line is JSON
    Checkups {
        /// Passed on to `tashika bench checkups`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// What a window says while the line is cut, how fast, and how long until all is settled; the last line is JSON
    Offline,
    /// How long terminals get no answer when the primary of three database nodes is lost; the last figures are JSON
    Failover,
    /// How long a patient waits with a card and without, in process and over PC/SC; the last line is JSON
    Card {
        /// Visits of each kind
        #[arg(long, default_value_t = 200)]
        visits: usize,
    },
}

pub fn run(workspace: &Workspace, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Check { arguments } => with_postgres(workspace, "check", arguments),
        Bench::Certificates => {
            let words = ["bench", "certificates"];
            run::run(&mut run::command(&workspace.root, built(workspace)?, &words), BENCH_MAX)
        }
        Bench::Claims { arguments } => with_postgres(workspace, "claims", arguments),
        Bench::Records { arguments } => with_postgres(workspace, "records", arguments),
        Bench::Checkups { arguments } => with_postgres(workspace, "checkups", arguments),
        Bench::Offline => {
            let words = ["bench", "offline"];
            run::run(&mut run::command(&workspace.root, built(workspace)?, &words), BENCH_MAX)
        }
        Bench::Failover => {
            let words = ["test", "--release", "--package", "tashika", "--features", "pcsc", "--test", "failover"];
            workspace.cargo(&[&words[..], &["--", "--nocapture"]].concat(), RELEASE_BUILD_MAX + BENCH_MAX)
        }
        Bench::Card { visits } => card(workspace, *visits),
    }
}

/// The release build of the program.
pub fn built(workspace: &Workspace) -> Result<PathBuf> {
    let words = ["build", "--release", "--package", "tashika", "--features", "pcsc"];
    workspace.cargo(&words, RELEASE_BUILD_MAX)?;
    Ok(workspace.release_binary())
}

/// The stage of the kiosk's tests, in the release build.
fn card(workspace: &Workspace, visits: usize) -> Result<()> {
    let visits = visits.to_string();
    let words = ["test", "--release", "--package", "tashika", "--features", "pcsc", "--test", "kiosk", "--"];
    workspace.cargo(&[&words[..], &["--bench", &visits]].concat(), RELEASE_BUILD_MAX + BENCH_MAX)
}

/// A bench that measures a private PostgreSQL as well.
fn with_postgres(workspace: &Workspace, bench: &str, arguments: &[String]) -> Result<()> {
    let server = PrivatePostgres::start_with(SERVER_SETTINGS)?;
    let mut command = run::command(&workspace.root, built(workspace)?, &["bench", bench, "--postgres"]);
    command.arg(server.create_database()?).args(arguments);
    run::run(&mut command, BENCH_MAX)
}
