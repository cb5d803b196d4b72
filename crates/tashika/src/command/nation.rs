//! `tashika nation …`

use crate::check;
use crate::check::private::World;
use crate::cli::{Nation as Say, NationCommand};
use crate::command::print;
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::ExitCode;

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<ExitCode> {
    match (say.command, say.people, say.out) {
        (Some(NationCommand::Check(check)), _, _) => check::run(&check, world).await,
        (None, Some(people), Some(out)) => make(people, say.seed, &out, world).map(|()| ExitCode::SUCCESS),
        (None, _, _) => bail!("--people and --out are needed"),
    }
}

fn make(people: u32, seed: u64, out: &Path, world: &World) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("{}", out.display()))?;
    let begun = world.clock.monotonic();
    let summary = nation::generate(&nation::Options::new(people, seed), out)?;
    let took = world.since(begun);
    print(&format!(
        "{}: {} people, {} coverages of {} insurers, {} facilities, {} questions with their answers, in {:.1} s",
        out.display(),
        summary.people,
        summary.coverages,
        summary.insurers,
        summary.facilities,
        summary.oracle_cases,
        took.as_secs_f64()
    ))
}
