//! The truth about health records: what a center shows of everybody, held against what the nation knows.

use std::time::Duration;

use anyhow::Result;

use crate::bench;
use crate::oracle::Database;
use crate::postgres::PrivatePostgres;
use crate::run;
use crate::workspace::Workspace;

const TRUTH_MAX: Duration = Duration::from_mins(20);

#[derive(clap::Args)]
pub struct Options {
    /// People in the nation
    #[arg(long, default_value_t = 10_000)]
    people: u32,
    /// Months of claims
    #[arg(long, default_value_t = 12)]
    months: u32,
    /// The same seed gives the same nation
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Which database
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    engine: Database,
}

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut command = run::command(&workspace.root, bench::built(workspace)?, &["nation", "truth"]);
    command.args(["--people", &options.people.to_string(), "--months", &options.months.to_string()]);
    command.args(["--seed", &options.seed.to_string()]);
    let server = match options.engine {
        Database::Sqlite => None,
        Database::Postgres => Some(PrivatePostgres::start()?),
    };
    if let Some(server) = &server {
        command.args(["--database", &server.create_database()?]);
    }
    run::run(&mut command, TRUTH_MAX)
}
