//! The oracle: a nation that knows every right answer, asked through every way in, on both databases.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::postgres::PrivatePostgres;
use crate::run;
use crate::workspace::Workspace;

const MAKE_MAX: Duration = Duration::from_mins(5);
const CHECK_MAX: Duration = Duration::from_mins(10);
const WAYS: &[&str] = &["api", "bulk", "folders"];

#[derive(clap::Args)]
pub struct Options {
    /// People in the nation
    #[arg(long, default_value_t = 50_000)]
    pub people: u32,
    /// The same seed gives the same nation
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Only one database
    #[arg(long, value_enum)]
    pub database: Option<Database>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// What CI does.
pub const ALL: Options = Options { people: 50_000, seed: 1, database: None };

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let binary = workspace.binary()?;
    let folder = workspace.fresh_scratch("nation")?;
    let mut make = run::command(&workspace.root, &binary, &["nation", "--people", &options.people.to_string()]);
    make.args(["--seed", &options.seed.to_string(), "--out"]).arg(&folder);
    run::run(&mut make, MAKE_MAX)?;

    let wanted = |database| options.database.is_none_or(|only| only == database);
    let mut failed = Vec::new();
    if wanted(Database::Sqlite) {
        failed.extend(check(workspace, &binary, &folder, None)?);
    }
    if wanted(Database::Postgres) {
        failed.extend(check(workspace, &binary, &folder, Some(&PrivatePostgres::start()?))?);
    }
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}

/// Goes all ways, each with a center and a database of its own, and says which of them failed.
fn check(workspace: &Workspace, binary: &Path, nation: &Path, server: Option<&PrivatePostgres>) -> Result<Vec<String>> {
    let mut failed = Vec::new();
    for way in WAYS {
        let mut ask = run::command(&workspace.root, binary, &["nation", "check"]);
        ask.arg(nation).args(["--through", way]);
        if let Some(server) = server {
            ask.args(["--database", &server.create_database()?]);
        }
        if let Err(error) = run::run(&mut ask, CHECK_MAX) {
            failed.push(error.to_string());
        }
    }
    Ok(failed)
}
