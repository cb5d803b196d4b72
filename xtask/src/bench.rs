//! Benches run on the release build, against private servers, one after another, with nothing else going on.

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
}

pub fn run(workspace: &Workspace, bench: &Bench) -> Result<()> {
    workspace.cargo(&["build", "--release", "--package", "tashika"], RELEASE_BUILD_MAX)?;
    match bench {
        Bench::Check { arguments } => check(workspace, arguments),
        Bench::Certificates => {
            let words = ["bench", "certificates"];
            run::run(&mut run::command(&workspace.root, workspace.release_binary(), &words), BENCH_MAX)
        }
    }
}

fn check(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let server = PrivatePostgres::start_with(SERVER_SETTINGS)?;
    let mut command = run::command(&workspace.root, workspace.release_binary(), &["bench", "check", "--postgres"]);
    command.arg(server.create_database()?).args(arguments);
    run::run(&mut command, BENCH_MAX)
}
