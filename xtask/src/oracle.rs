//! The oracle: a nation that knows every right answer, asked through every way in, on both databases.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use crate::postgres::PrivatePostgres;
use crate::run;
use crate::workspace::{BUILD_MAX, Workspace};

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

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    workspace.cargo(&["build", "--quiet", "--package", "tashika"], BUILD_MAX)?;
    let folder = workspace.fresh_scratch("nation")?;
    let mut make = run::command(&workspace.root, workspace.binary(), &["nation"]);
    make.args([
        "--people",
        &options.people.to_string(),
        "--seed",
        &options.seed.to_string(),
        "--out",
    ])
    .arg(&folder);
    run::run(&mut make, MAKE_MAX)?;
    let wanted = |database| options.database.is_none_or(|only| only == database);
    if wanted(Database::Sqlite) {
        check(workspace, &folder, None)?;
    }
    if wanted(Database::Postgres) {
        check(workspace, &folder, Some(&PrivatePostgres::start()?))?;
    }
    Ok(())
}

/// All ways, each with a center and a database of its own.
fn check(workspace: &Workspace, nation: &Path, server: Option<&PrivatePostgres>) -> Result<()> {
    for way in WAYS {
        let mut ask = run::command(&workspace.root, workspace.binary(), &["nation", "check"]);
        ask.arg(nation).args(["--through", way]);
        if let Some(server) = server {
            ask.args(["--database", &server.create_database()?]);
        }
        run::run(&mut ask, CHECK_MAX)?;
    }
    Ok(())
}
