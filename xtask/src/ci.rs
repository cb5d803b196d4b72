//! Everything a change must pass, in the order that finds the cheap faults first.
//!
//! One target folder and one profile serve all steps but fuzzing, so nothing is built twice. The whole is meant to
//! stay below 40 minutes on two cores from a clean checkout.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::steps::{Step, run_all};
use crate::workspace::{BUILD_MAX, Workspace};
use crate::{fuzz, generate, interop, oracle, outside, packages, run, tidy};

const SHORT_MAX: Duration = Duration::from_mins(5);
const TESTS_MAX: Duration = Duration::from_mins(40);
const FUZZ_SECONDS: u64 = 60;

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
    let mut steps = steps(workspace);
    for name in options.only.iter().chain(&options.skip) {
        ensure!(
            steps.iter().any(|step| step.name == name),
            "no step is called `{name}`; see `cargo xtask ci --list`"
        );
    }
    steps.retain(|step| {
        let names = |list: &[String]| list.iter().any(|name| name == step.name);
        (options.only.is_empty() || names(&options.only)) && !names(&options.skip)
    });
    if options.list {
        for step in &steps {
            println!("{:<10} {}", step.name, step.about);
        }
        return Ok(());
    }
    run_all(&steps)
}

/// What a developer runs between two edits.
pub fn run_fast(workspace: &Workspace) -> Result<()> {
    let mut steps = steps(workspace);
    steps.retain(|step| matches!(step.name, "fmt" | "tidy" | "clippy" | "build" | "test"));
    run_all(&steps)
}

/// The tests whose names begin with `fault_`, wherever they live.
pub fn faults(workspace: &Workspace) -> Result<()> {
    workspace.cargo(&["test", "--workspace", "--no-fail-fast", "fault_"], TESTS_MAX)
}

fn steps(workspace: &Workspace) -> Vec<Step<'_>> {
    let cargo = |arguments: &'static [&'static str], limit| Box::new(move || workspace.cargo(arguments, limit));
    vec![
        step(
            "packages",
            "Debian packages that the tests use",
            &[],
            Box::new(packages::ensure_installed),
        ),
        step("fmt", "cargo fmt", &[], cargo(&["fmt", "--all", "--check"], SHORT_MAX)),
        step("tidy", "the house rules", &[], Box::new(|| tidy::run(&workspace.root))),
        step(
            "clippy",
            "lints of all targets, warnings are errors",
            &[],
            cargo(
                &[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--locked",
                    "--",
                    "-D",
                    "warnings",
                ],
                BUILD_MAX,
            ),
        ),
        step(
            "build",
            "the binary and all tests",
            &[],
            cargo(&["test", "--workspace", "--locked", "--no-run"], BUILD_MAX),
        ),
        step(
            "gen",
            "generated files are up to date",
            &["build"],
            Box::new(|| generate::run(workspace, true)),
        ),
        step(
            "test",
            "all tests",
            &["build"],
            cargo(&["test", "--workspace", "--locked", "--no-fail-fast"], TESTS_MAX),
        ),
        step(
            "demo",
            "the story of the demo, once",
            &["build"],
            Box::new(|| demo(workspace)),
        ),
        step(
            "oracle",
            "50,000 people, three ways in, two databases",
            &["build"],
            Box::new(|| oracle(workspace)),
        ),
        step(
            "interop",
            "proofs checked in another language",
            &["build"],
            Box::new(|| interop::run(workspace)),
        ),
        step(
            "outside",
            "mutual TLS as curl and openssl see it",
            &["build"],
            Box::new(|| outside::run(workspace)),
        ),
        step(
            "fuzz",
            "each parser under fuzzing",
            &[],
            Box::new(|| fuzz_all(workspace)),
        ),
    ]
}

type Action<'a> = Box<dyn Fn() -> Result<()> + 'a>;

fn step<'a>(name: &'static str, about: &'static str, needs: &'static [&'static str], run: Action<'a>) -> Step<'a> {
    Step {
        name,
        about,
        needs,
        run,
    }
}

fn demo(workspace: &Workspace) -> Result<()> {
    run::run(
        &mut run::command(&workspace.root, workspace.binary(), &["demo", "--once"]),
        SHORT_MAX,
    )
}

fn oracle(workspace: &Workspace) -> Result<()> {
    oracle::run(
        workspace,
        &oracle::Options {
            people: 50_000,
            seed: 1,
            database: None,
        },
    )
}

fn fuzz_all(workspace: &Workspace) -> Result<()> {
    fuzz::run(
        workspace,
        &fuzz::Options {
            targets: Vec::new(),
            seconds: FUZZ_SECONDS,
        },
    )
}
