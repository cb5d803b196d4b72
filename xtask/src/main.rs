//! One door for developers. `cargo xtask --help` is the manual; each command says what it needs and what it proves.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on its standard output")]

mod bench;
mod card;
mod ci;
mod fhir;
mod fuzz;
mod generate;
mod interop;
mod oracle;
mod outside;
mod packages;
#[expect(dead_code, reason = "tests use more of this file than xtask does")]
#[path = "../../crates/testkit/src/pcscd.rs"]
mod pcscd;
#[expect(dead_code, reason = "tests use more of this file than xtask does")]
#[path = "../../crates/testkit/src/postgres.rs"]
mod postgres;
mod reliability;
mod run;
mod steps;
mod stopwatch;
mod tidy;
mod tree;
mod truth;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// One door for developers of Tashika: checks, tests, generated files, benches.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything a change must pass. Installs missing Debian packages (as root), starts private servers itself, and
    /// ends with a table and `N passed, N failed`
    Ci(ci::Options),
    /// The fast subset for the time between two edits: format, house rules, lints, unit and integration tests
    Test,
    /// The house rules: crate arrows, walls, file length, links, error pages, migrations, licences, …
    Tidy {
        /// Print the rules and their reasons instead
        #[arg(long)]
        list: bool,
    },
    /// Write the generated files: docs/openapi.json, docs/CLI.md, docs/errors/README.md, locks of migrations
    Gen {
        /// Write nothing; fail if anything would change
        #[arg(long)]
        check: bool,
    },
    /// A synthetic nation of 50,000 asked through API, bulk and folders, on SQLite and PostgreSQL
    Oracle(oracle::Options),
    /// Claims of a synthetic nation taken by a center, and everybody's history compared with the nation's own truth, on the
    /// release build
    Truth(truth::Options),
    /// Crashes, cut lines, full disks: the tests whose names speak of a fault
    Faults,
    /// The faults of docs/RELIABILITY.md, one after another, and the page written anew with what came of them
    Reliability,
    /// Saved proofs checked by a COSE library and an RFC 9162 library of another language
    Interop,
    /// FHIR resources judged by a validator of another language, right ones and wrong ones. Needs Node and npm
    Fhir,
    /// Mutual TLS as curl and openssl see it
    Outside,
    /// The virtual card before OpenSC and openssl, on a private pcscd
    Card,
    /// Each fuzz target for a while, a few side by side
    Fuzz(fuzz::Options),
    /// Speed, on the release build; see docs/BENCHMARKS.md
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
    /// A private PostgreSQL that prints its URL and runs until Enter or the end of its input
    Postgres,
    /// Install the Debian packages that tests need (as root), or name them
    Packages,
}

fn main() -> ExitCode {
    match run_task(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_task(arguments: Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    match arguments.command {
        Task::Ci(options) => ci::run(&workspace.linting(), &options),
        Task::Test => ci::run_fast(&workspace.linting()),
        Task::Tidy { list: true } => {
            tidy::list();
            Ok(())
        }
        Task::Tidy { list: false } => tidy::run(&workspace.root),
        Task::Gen { check } => {
            // Everything and not the program alone: alone it asks for fewer features of outside crates, and would be built anew.
            workspace.build_everything()?;
            generate::run(&workspace, check)
        }
        Task::Oracle(options) => oracle::run(&workspace, &options),
        Task::Truth(options) => truth::run(&workspace, &options),
        Task::Faults => ci::faults(&workspace),
        Task::Reliability => reliability::run(&workspace),
        Task::Interop => interop::run(&workspace),
        Task::Fhir => fhir::run(&workspace),
        Task::Outside => outside::run(&workspace),
        Task::Card => card::run(&workspace),
        Task::Fuzz(options) => fuzz::run(&workspace, &options),
        Task::Bench { bench } => bench::run(&workspace, &bench),
        Task::Postgres => postgres_until_enter(),
        Task::Packages => packages::ensure_installed(),
    }
}

fn postgres_until_enter() -> Result<()> {
    let server = postgres::PrivatePostgres::start()?;
    println!("{}\nEnter ends it.", server.create_database()?);
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
