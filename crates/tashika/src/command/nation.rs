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
        (Some(NationCommand::Truth(truth)), _, _) => check::truth::run(&truth, world).await,
        (None, Some(people), Some(out)) => {
            let (claims_months, checkup_years) = (say.claims_months, say.checkup_years);
            let records = nation::RecordOptions { claims_months, checkup_years };
            make(people, say.seed, records, &out, world).map(|()| ExitCode::SUCCESS)
        }
        (None, _, _) => bail!("--people and --out are needed"),
    }
}

fn make(people: u32, seed: u64, records: nation::RecordOptions, out: &Path, world: &World) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("{}", out.display()))?;
    let begun = world.clock.monotonic();
    let nation = nation::Nation::build(&nation::Options::new(people, seed))?;
    let summary = nation.write(out)?;
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
    ))?;
    if records == nation::RecordOptions::default() {
        return Ok(());
    }
    let begun = world.clock.monotonic();
    let summary = nation.write_records(&records, out)?;
    let took = world.since(begun).as_secs_f64();
    print(&format!(
        "{}: {} claims in {} files, {} drugs given, {} dangers, {} checkups in {} archives, in {took:.1} s ({:.0} people/s)",
        out.join(nation::files::RECORDS).display(),
        summary.claims,
        summary.claim_files,
        summary.drugs,
        summary.dangers,
        summary.checkups,
        summary.checkup_archives,
        f64::from(people) / took.max(0.001)
    ))
}
