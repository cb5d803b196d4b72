//! `tashika bench`: what this program does on this machine, measured beside what the machine can do at best.

mod ceiling;
pub mod certificates;
pub mod checkups;
pub mod claims;
mod country;
mod ingest;
mod load;
pub mod offline;
mod personal_certificates;
mod questions;
pub mod records;

use crate::check::private::{PrivateCenter, World, generous_limits};
use crate::cli::BenchCheck;
use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use load::{Measured, Target};
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Different cards that are asked about.
const QUESTIONS: usize = 50_000;
/// How long the raw rates are measured.
const RAW_TIME: Duration = Duration::from_secs(2);

/// What one engine was measured at.
struct EngineRun {
    one: Measured,
    many: Measured,
    import_rows_per_s: f64,
    import_people_per_s: f64,
}

/// Measures full checks.
pub async fn check(check: &BenchCheck, world: &World) -> Result<()> {
    let scratch = tempfile::Builder::new().prefix("tashika-bench-").tempdir()?;
    let folder = check.places.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    let nation = make_nation(check, &folder, world)?;
    let institution = nation::files::read_oracle(&nation)?
        .first()
        .map(|case| case.medical_institution_code.clone())
        .context("the nation has no oracle")?;
    let bodies = Arc::new(questions::bodies(&nation, &institution, QUESTIONS, world)?);
    let time = Duration::from_secs(check.seconds);
    say("measuring the ceiling: an empty handler on the same TLS stack")?;
    let connections = usize::from(check.connections);
    let first = bodies.first().cloned().unwrap_or_default();
    let empty_one = ceiling::empty_handler(1, first.clone(), time, &world.clock, &world.random).await?;
    let empty = ceiling::empty_handler(connections, first, time, &world.clock, &world.random).await?;
    let signatures = ceiling::signatures(RAW_TIME, &world.clock)?;
    let commits = ceiling::commits(&folder, RAW_TIME, &world.clock)?;
    say("loading and measuring SQLite")?;
    let sqlite = engine(&folder.join("center-sqlite"), None, &nation, &institution, &bodies, check, world).await?;
    let postgres = match &check.places.postgres {
        Some(url) => {
            say("loading and measuring PostgreSQL")?;
            let folder = folder.join("center-postgres");
            Some(engine(&folder, Some(url), &nation, &institution, &bodies, check, world).await?)
        }
        None => None,
    };
    table(check, &empty_one, &empty, &sqlite, postgres.as_ref(), signatures, commits)
}

fn make_nation(check: &BenchCheck, folder: &Path, world: &World) -> Result<PathBuf> {
    let nation = folder.join("nation");
    std::fs::create_dir_all(&nation).with_context(|| format!("{}", nation.display()))?;
    say(&format!("making a nation of {} people", check.people))?;
    let begun = world.clock.monotonic();
    nation::generate(&nation::Options::new(check.people, 1), &nation)?;
    say(&format!("  {:.1} s", world.since(begun).as_secs_f64()))?;
    Ok(nation)
}

/// Loads a fresh center and measures one connection and many.
async fn engine(
    folder: &Path,
    database: Option<&str>,
    nation: &Path,
    institution: &str,
    bodies: &Arc<Vec<Bytes>>,
    check: &BenchCheck,
    world: &World,
) -> Result<EngineRun> {
    let center = PrivateCenter::start(folder, database, generous_limits(), world).await?;
    let (report, took) = center.load(nation).await?;
    if report.rows_refused > 0 {
        bail!("{} rows of the nation were refused", report.rows_refused);
    }
    let member = center.member(institution).await?;
    let target =
        Target { address: center.running.api_addr, tls: member.tls(&world.clock)?, path: "/v1/eligibility-checks" };
    let time = Duration::from_secs(check.seconds);
    let one = load::run(&target, 1, bodies, time, &world.clock).await?;
    let many = load::run(&target, usize::from(check.connections), bodies, time, &world.clock).await?;
    center.stop().await?;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let import_rows_per_s = report.rows_read as f64 / took.as_secs_f64();
    let import_people_per_s = f64::from(check.people) / took.as_secs_f64();
    Ok(EngineRun { one, many, import_rows_per_s, import_people_per_s })
}

fn table(
    check: &BenchCheck,
    empty_one: &Measured,
    empty: &Measured,
    sqlite: &EngineRun,
    postgres: Option<&EngineRun>,
    signatures: f64,
    commits: f64,
) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let many = check.connections;
    writeln!(
        out,
        "\n| path | connections | per second | p50 ms | p99 ms | of the ceiling |\n|---|---|---|---|---|---|"
    )?;
    let mut row = |name: &str, connections: u16, measured: &Measured, ceiling: &Measured| {
        writeln!(
            out,
            "| {name} | {connections} | {:.0} | {:.2} | {:.2} | {:.0} % |",
            measured.per_s,
            measured.p50_ms,
            measured.p99_ms,
            100.0 * measured.per_s / ceiling.per_s
        )
    };
    row("empty handler, 1 KB answer", 1, empty_one, empty_one)?;
    row("empty handler, 1 KB answer", many, empty, empty)?;
    row("full check, SQLite", 1, &sqlite.one, empty_one)?;
    row("full check, SQLite", many, &sqlite.many, empty)?;
    if let Some(postgres) = postgres {
        row("full check, PostgreSQL", 1, &postgres.one, empty_one)?;
        row("full check, PostgreSQL", many, &postgres.many, empty)?;
    }
    writeln!(out)?;
    let mut import = |engine: &str, run: &EngineRun| {
        let (people, rows) = (run.import_people_per_s, run.import_rows_per_s);
        writeln!(out, "import into {engine} {people:.0} people/s ({rows:.0} rows/s)")
    };
    import("SQLite", sqlite)?;
    if let Some(postgres) = postgres {
        import("PostgreSQL", postgres)?;
    }
    writeln!(out, "P-256 signatures {signatures:.0}/s on one core; 512-byte appends with fdatasync {commits:.0}/s\n")?;
    let mut figures = Map::new();
    figures.insert("people".to_owned(), json!(check.people));
    figures.insert("connections".to_owned(), json!(many));
    figures.insert("ceiling_per_s".to_owned(), round(empty.per_s));
    figures.insert("ceiling_1_per_s".to_owned(), round(empty_one.per_s));
    figures.insert("signatures_per_s".to_owned(), round(signatures));
    figures.insert("commits_per_s".to_owned(), round(commits));
    engine_figures(&mut figures, "sqlite", sqlite);
    if let Some(postgres) = postgres {
        engine_figures(&mut figures, "postgres", postgres);
    }
    figures.insert("p50_ms".to_owned(), round(sqlite.many.p50_ms));
    figures.insert("p99_ms".to_owned(), round(sqlite.many.p99_ms));
    writeln!(out, "{}", Value::Object(figures))?;
    Ok(out.flush()?)
}

fn engine_figures(figures: &mut Map<String, Value>, engine: &str, run: &EngineRun) {
    for (name, value) in [
        (format!("check_{engine}_per_s"), run.many.per_s),
        (format!("check_{engine}_p50_ms"), run.many.p50_ms),
        (format!("check_{engine}_p99_ms"), run.many.p99_ms),
        (format!("check_{engine}_max_ms"), run.many.max_ms),
        (format!("check_{engine}_1_per_s"), run.one.per_s),
        (format!("check_{engine}_1_p50_ms"), run.one.p50_ms),
        (format!("check_{engine}_1_p99_ms"), run.one.p99_ms),
        (format!("import_{engine}_rows_per_s"), run.import_rows_per_s),
        (format!("import_{engine}_people_per_s"), run.import_people_per_s),
    ] {
        figures.insert(name, round(value));
    }
}

/// Three digits after the point are more than the machine repeats.
fn round(value: f64) -> Value {
    json!((value * 1000.0).round() / 1000.0)
}

fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
