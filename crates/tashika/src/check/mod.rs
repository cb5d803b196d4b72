//! A nation judges the product. `tashika nation truth` is in `truth`; here is `tashika nation check`: every question of a nation's oracle, asked of a private center and terminals the way that
//! the outside world would ask it, and compared with what the oracle knows.

pub mod api;
mod bulk;
pub mod cards;
pub mod folders;
pub mod join;
pub mod kiosk;
pub mod line;
pub mod outcome;
pub mod private;
pub mod truth;

use crate::cli::{NationCheck, Through};
use anyhow::{Context as _, Result};
use nation::Case;
use outcome::Outcome;
use private::{PrivateCenter, World, generous_limits};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;
use wire::api::ImportReport;

/// Disagreements that are printed; all are counted.
const DISAGREEMENTS_SHOWN_MAX: usize = 200;

/// Runs the check; success only if every answer agrees.
pub async fn run(check: &NationCheck, world: &World) -> Result<ExitCode> {
    let mut cases = nation::files::read_oracle(&check.dir)?;
    if let Some(first) = check.first {
        cases.truncate(first);
    }
    let folder = tempfile::tempdir().context("a folder for the private center")?;
    let center =
        PrivateCenter::start(&folder.path().join("center"), check.database.as_deref(), generous_limits(), world)
            .await?;
    let (report, took) = center.load(&check.dir).await?;
    say_loaded(&report, took)?;
    let begun = world.clock.monotonic();
    let outcomes = match check.through {
        Through::Api => api::ask(&center, &cases, world).await?,
        Through::Bulk => bulk::ask(&center, &cases, world).await?,
        Through::Folders => folders::ask(&center, &cases, world, &folder.path().join("terminals")).await?,
    };
    let asked_for = world.since(begun);
    center.stop().await?;
    let agreed = compare(&cases, &outcomes)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "agreed {agreed} of {} ({:.1} s)", cases.len(), asked_for.as_secs_f64())?;
    Ok(if agreed == cases.len() && !cases.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say_loaded(report: &ImportReport, took: std::time::Duration) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "loaded {} of {} rows in {:.1} s, {} refused",
        report.rows_accepted,
        report.rows_read,
        took.as_secs_f64(),
        report.rows_refused
    )?;
    for refusal in report.refusals.iter().take(DISAGREEMENTS_SHOWN_MAX) {
        writeln!(out, "  line {} {}: {}", refusal.line, refusal.field, refusal.message)?;
    }
    Ok(())
}

/// Prints every disagreement and gives how many cases agree.
fn compare(cases: &[Case], outcomes: &BTreeMap<String, Outcome>) -> Result<usize> {
    let mut out = std::io::stdout().lock();
    let mut agreed = 0;
    let mut shown = 0;
    for case in cases {
        let differences = match outcomes.get(&case.case_id) {
            Some(outcome) => outcome.differences(case),
            None => vec!["no answer".to_owned()],
        };
        if differences.is_empty() {
            agreed += 1;
        } else if shown < DISAGREEMENTS_SHOWN_MAX {
            shown += 1;
            writeln!(out, "{} {}: {}", case.case_id, case.kind, differences.join("; "))?;
        }
    }
    Ok(agreed)
}

/// Cases by the institution that asks.
fn by_institution(cases: &[Case]) -> BTreeMap<&str, Vec<&Case>> {
    let mut groups: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        groups.entry(&case.medical_institution_code).or_default().push(case);
    }
    groups
}
