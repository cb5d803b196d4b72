//! Checkups taken into records: people a second, out of the archives of a nation.

use std::path::Path;

use anyhow::{Result, ensure};
use center::checkups::ArchiveOutcome;
use nation::{Nation, Options, RecordOptions, files};
use serde_json::json;

use super::say;
use crate::check::private::{PrivateCenter, World, generous_limits};
use crate::check::truth::files_below;
use crate::cli::BenchCheckups;

/// What one engine was measured at.
struct Run {
    reports: u64,
    people_per_s: f64,
    again_per_s: f64,
}

/// Measures and prints; the last line is JSON.
pub async fn run(say_what: &BenchCheckups, world: &World) -> Result<()> {
    let scratch = tempfile::Builder::new().prefix("tashika-bench-").tempdir()?;
    let folder = say_what.places.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    let out = folder.join("nation-checkups");
    say(&format!("making checkups of a nation of {} people", say_what.people))?;
    std::fs::create_dir_all(&out)?;
    let nation = Nation::build(&Options::new(say_what.people, 4))?;
    nation.write(&out)?;
    nation.write_records(&RecordOptions { claims_months: 0, checkup_years: say_what.years }, &out)?;
    drop(nation);
    let mut line = json!({ "bench": "checkups" });
    say("\n| checkups taken | reports | people/s | the same again |\n|---|---|---|---|")?;
    let engines = [("sqlite", None), ("postgres", say_what.places.postgres.as_deref())];
    for (engine, database) in engines.into_iter().filter(|(engine, url)| *engine == "sqlite" || url.is_some()) {
        let run = self::engine(&folder.join(format!("center-checkups-{engine}")), database, &out, world).await?;
        say(&format!("| {engine} | {} | {:.0} | {:.0} |", run.reports, run.people_per_s, run.again_per_s))?;
        line[format!("checkups_{engine}_per_s")] = json!(run.people_per_s.round());
        line[format!("checkups_again_{engine}_per_s")] = json!(run.again_per_s.round());
    }
    crate::command::print(&line.to_string())
}

async fn engine(folder: &Path, database: Option<&str>, nation: &Path, world: &World) -> Result<Run> {
    let center = PrivateCenter::start(folder, database, generous_limits(), world).await?;
    center.load(nation).await?;
    let archives = files_below(&nation.join(files::RECORDS).join(files::CHECKUP_FILES))?;
    let mut rates = [0.0, 0.0];
    let mut reports = 0;
    for rate in &mut rates {
        let begun = world.clock.monotonic();
        let mut taken = 0;
        let mut refused = 0;
        let each = |_, outcome: ArchiveOutcome| match outcome {
            Ok(report) => taken += report.new + report.replaced + report.known,
            Err(_) => refused += 1,
        };
        center.admin.checkups_import_each(archives.clone(), each).await?;
        ensure!(refused == 0, "{refused} archives were not taken");
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let per_s = taken as f64 / world.since(begun).as_secs_f64();
        *rate = per_s;
        reports = taken;
    }
    center.stop().await?;
    ensure!(reports > 1_000, "{reports} reports are too few to measure");
    Ok(Run { reports, people_per_s: rates[0], again_per_s: rates[1] })
}
