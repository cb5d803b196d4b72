//! Everything a change must pass, in the order that finds the cheap faults first.
//!
//! One target folder and one profile serve all steps, so nothing from outside is built twice. The whole is meant to
//! stay below 40 minutes on two cores from a clean checkout.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::steps::{Step, run_all, step};
use crate::workspace::Workspace;
use crate::{card, fhir, fuzz, generate, interop, oracle, outside, packages, run, tidy};

const SHORT_MAX: Duration = Duration::from_mins(5);
const TESTS_MAX: Duration = Duration::from_mins(40);

const STEPS: &[Step<Workspace>] = &[
    step("packages", "Debian packages that the tests use", &[], |_| packages::ensure_installed()),
    step("fmt", "cargo fmt", &[], |all| all.cargo(&["fmt", "--all", "--check"], SHORT_MAX)),
    step("tidy", "the house rules", &[], |all| tidy::run(&all.root)),
    step(
        "lean",
        "what a machine builds that has no library for readers, linted",
        &[],
        Workspace::build_without_readers,
    ),
    step("build", "the binary and all tests, linted; warnings are errors", &[], Workspace::build_everything),
    step("gen", "generated files are up to date", &["build"], |all| generate::run(all, true)),
    step("test", "all tests, crashes and faults among them", &["build"], test),
    step("demo", "the story of the demo, once", &["build"], demo),
    step("oracle", "50,000 people, three ways in, two databases", &["build"], |all| oracle::run(all, &oracle::ALL)),
    step("interop", "proofs checked in another language", &["build"], interop::run),
    step("fhir", "FHIR resources before a validator of another language", &["build"], fhir::run),
    step("outside", "mutual TLS as curl and openssl see it", &["build"], outside::run),
    step("card", "the virtual card before OpenSC and openssl", &["build"], card::run),
    step("fuzz", "each parser under fuzzing", &[], |all| fuzz::run(all, &fuzz::EACH_A_MINUTE)),
];

/// What a developer runs between two edits.
const FAST_STEPS: &[&str] = &["fmt", "tidy", "lean", "build", "test"];

#[derive(clap::Args)]
pub struct Options {
    /// Only these steps
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these steps out
    #[arg(long, value_delimiter = ',')]
    skip: Vec<String>,
    /// Print the steps instead of running them
    #[arg(long)]
    list: bool,
}

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    for name in options.only.iter().chain(&options.skip) {
        ensure!(STEPS.iter().any(|step| step.name == name), "no step is called `{name}`; see `cargo xtask ci --list`");
    }
    let names = |list: &[String], step: &Step<Workspace>| list.iter().any(|name| name == step.name);
    let chosen = |step: &&Step<Workspace>| {
        (options.only.is_empty() || names(&options.only, step)) && !names(&options.skip, step)
    };
    let steps: Vec<_> = STEPS.iter().filter(chosen).collect();
    if options.list {
        for step in steps {
            println!("{:<10} {}", step.name, step.about);
        }
        return Ok(());
    }
    run_all(&steps, workspace)
}

pub fn run_fast(workspace: &Workspace) -> Result<()> {
    let steps: Vec<_> = STEPS.iter().filter(|step| FAST_STEPS.contains(&step.name)).collect();
    run_all(&steps, workspace)
}

/// Words in the names of tests that break something, wherever they live.
const FAULTS: &[&str] = &["fault_", "faults::", "crash", "goes_away", "full_disk", "killed", "cut_off"];

pub fn faults(workspace: &Workspace) -> Result<()> {
    workspace.cargo_all("test", &[&["--no-fail-fast", "--tests", "--"], FAULTS].concat(), TESTS_MAX)?;
    // These take minutes each, so CI leaves them out.
    packages::ensure_installed_for_faults()?;
    workspace.cargo_all("test", &["--no-fail-fast", "--test", "faults", "--test", "failover"], TESTS_MAX)
}

fn test(workspace: &Workspace) -> Result<()> {
    workspace.cargo_all("test", &["--no-fail-fast"], TESTS_MAX)
}

fn demo(workspace: &Workspace) -> Result<()> {
    run::run(&mut run::command(&workspace.root, workspace.binary()?, &["demo", "--once"]), SHORT_MAX)
}
