//! The data of the records page for patients with five years of history: how fast while many windows look at once.
//!
//! Everything that a look does is in it: consent and card decided, claims read and put together, the look on record, the
//! answer with its proof.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use domain::record::Month;
use kit::client::{Client, ClientOptions};
use nation::{Nation, Options, RecordOptions, files};
use serde_json::{Value, json};
use wire::api::{CheckRequest, CheckResponse, Consents, RecordAnswer, RecordRequest, RecordResponse, SearchInfo};

use super::load::{self, Measured, Target};
use super::{questions, say};
use crate::check::private::{PrivateCenter, World, generous_limits};
use crate::check::truth::files_below;
use crate::cli::BenchRecords;

/// People of the nation.
const PEOPLE: u32 = 1_000;
/// Five years.
const MONTHS: u32 = 60;
const CHECKUP_YEARS: u32 = 5;
/// Patients of each group who are looked at.
const PATIENTS: usize = 100;
/// How often a connection asks that asks at a pace: far more often than anybody at a window does.
const PACE: Duration = Duration::from_millis(100);
/// Months at the beginning and at the end of the five years in which something must have been done for them.
const MARGIN_MONTHS: u16 = 12;

/// Patients of one kind.
struct Group {
    name: &'static str,
    bodies: Arc<Vec<Bytes>>,
    /// Bytes of the smallest and the largest answer.
    bytes: (usize, usize),
}

/// What one engine was measured at, for one group.
struct Run {
    group: Group,
    one: Measured,
    /// All connections, without a rest.
    many: Measured,
    /// All connections, each at [`PACE`].
    paced: Measured,
}

/// Measures and prints; the last line is JSON.
pub async fn run(say_what: &BenchRecords, world: &World) -> Result<()> {
    let scratch = tempfile::Builder::new().prefix("tashika-bench-").tempdir()?;
    let folder = say_what.places.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    let out = folder.join("nation-records");
    say(&format!("making {PEOPLE} people with {MONTHS} months of claims and {CHECKUP_YEARS} years of checkups"))?;
    std::fs::create_dir_all(&out)?;
    let nation = Nation::build(&Options::new(PEOPLE, 3))?;
    nation.write(&out)?;
    nation.write_records(&RecordOptions { claims_months: MONTHS, checkup_years: CHECKUP_YEARS }, &out)?;
    let mut line = json!({ "bench": "records", "connections": say_what.connections });
    say("\n| engine | patients | connections | looks/s | p50 ms | p99 ms | slowest ms | KB of an answer |\n\
         |---|---|---|---|---|---|---|---|")?;
    let engines = [("sqlite", None), ("postgres", say_what.places.postgres.as_deref())];
    for (engine, database) in engines.into_iter().filter(|(engine, url)| *engine == "sqlite" || url.is_some()) {
        let folder = folder.join(format!("center-records-{engine}"));
        for run in self::engine(&folder, database, &out, say_what, world).await? {
            tell(engine, say_what.connections, &run)?;
            note(&mut line, engine, &run);
        }
    }
    crate::command::print(&line.to_string())
}

async fn engine(
    folder: &Path,
    database: Option<&str>,
    nation: &Path,
    say_what: &BenchRecords,
    world: &World,
) -> Result<Vec<Run>> {
    let made = PrivateCenter::make(folder, database, generous_limits(), world).await?;
    made.load_masters(world).await?;
    let center = made.start(center::config::Card::default(), world).await?;
    center.load(nation).await?;
    take_records(&center, &nation.join(files::RECORDS)).await?;
    let institution = files::read_oracle(nation)?
        .first()
        .map(|case| case.medical_institution_code.clone())
        .context("the nation has no oracle")?;
    let member = center.member(&institution).await?;
    let client = member.client(&world.clock, ClientOptions::default())?;
    let target = Target { address: center.running.api_addr, tls: member.tls(&world.clock)?, path: "/v1/record-looks" };
    let time = Duration::from_secs(say_what.seconds);
    let mut runs = Vec::new();
    for group in groups(&client, nation, &institution, world).await? {
        let one = load::run(&target, 1, &group.bodies, time, &world.clock).await?;
        let many = load::run(&target, usize::from(say_what.connections), &group.bodies, time, &world.clock).await?;
        let connections = usize::from(say_what.connections);
        let paced = load::run_at_pace(&target, connections, &group.bodies, time, PACE, &world.clock).await?;
        runs.push(Run { group, one, many, paced });
    }
    center.stop().await?;
    Ok(runs)
}

/// Every file of claims, month by month, and every archive of checkups.
async fn take_records(center: &PrivateCenter, records: &Path) -> Result<()> {
    for file in files_below(&records.join(files::CLAIM_FILES))? {
        center.admin.claims_import(&file).await?;
    }
    let archives = files_below(&records.join(files::CHECKUP_FILES))?;
    let mut refused = 0;
    center.admin.checkups_import_each(archives, |_, outcome| refused += u32::from(outcome.is_err())).await?;
    ensure!(refused == 0, "{refused} archives were not taken");
    Ok(())
}

/// Asks everybody for consent, looks once, and gives those with a history of five years in two groups: around the median,
/// and those of whom most is known.
async fn groups(client: &Client, nation: &Path, institution: &str, world: &World) -> Result<[Group; 2]> {
    let mut found = Vec::new();
    for body in questions::bodies(nation, institution, PEOPLE as usize, world)? {
        let question: CheckRequest = serde_json::from_slice(&body)?;
        let search = question.qualification_confirm_search_info.clone();
        let asked = CheckRequest { consents: Some(all_consents()), ..question };
        let _: CheckResponse = client.post_json("/v1/eligibility-checks", &asked).await?;
        let request = look(institution, search, world);
        let response: RecordResponse = client.post_json("/v1/record-looks", &request).await?;
        let answer: RecordAnswer = serde_json::from_str(response.answer.get())?;
        if spans_five_years(&answer) {
            found.push((response.answer.get().len(), Bytes::from(serde_json::to_vec(&request)?)));
        }
    }
    ensure!(found.len() > 3 * PATIENTS, "{} people have a history of five years", found.len());
    found.sort_by_key(|(bytes, _)| *bytes);
    let group = |name, first: usize| {
        let patients = &found[first..first + PATIENTS];
        let bodies = Arc::new(patients.iter().map(|(_, body)| body.clone()).collect());
        Group { name, bodies, bytes: (patients[0].0, patients[PATIENTS - 1].0) }
    };
    Ok([group("median", (found.len() - PATIENTS) / 2), group("longest", found.len() - PATIENTS)])
}

fn all_consents() -> Consents {
    let yes = || Some("1".to_owned());
    Consents {
        specific_health_checkups_info_cons_flg: yes(),
        pharmacists_info_cons_flg: yes(),
        diagnosis_info_cons_flg: yes(),
        operation_info_cons_flg: yes(),
        ..Consents::default()
    }
}

/// Whether something was done in the first and in the last year.
fn spans_five_years(answer: &RecordAnswer) -> bool {
    let drugs = answer.medication_list.iter().map(|entry| entry.dispensed_on);
    let days: Vec<_> = drugs.chain(answer.treatment_visit_list.iter().map(|visit| visit.day)).collect();
    let (Some(newest), Some(first), Some(last)) = (answer.newest_month, days.iter().min(), days.iter().max()) else {
        return false;
    };
    let months_back = u16::try_from(MONTHS).unwrap_or(u16::MAX).saturating_sub(MARGIN_MONTHS);
    Month::of(*first) <= newest.months_before(months_back) && Month::of(*last) >= newest.months_before(MARGIN_MONTHS)
}

fn look(institution: &str, search: SearchInfo, world: &World) -> RecordRequest {
    RecordRequest {
        request_id: kit::random::uuid_v7(world.clock.now(), world.random.as_ref()),
        medical_institution_code: institution.to_owned(),
        user_identifier: "bench".to_owned(),
        user_role: Some("doctor".to_owned()),
        way: None,
        items: ["drugs", "diagnosis", "surgery", "checkups"].map(str::to_owned).to_vec(),
        start_date: None,
        end_date: None,
        qualification_confirm_search_info: search,
    }
}

fn tell(engine: &str, connections: u16, run: &Run) -> Result<()> {
    let row = |connections: String, measured: &Measured| {
        say(&format!(
            "| {engine} | {} | {connections} | {:.0} | {:.1} | {:.1} | {:.1} | {} to {} |",
            run.group.name,
            measured.per_s,
            measured.p50_ms,
            measured.p99_ms,
            measured.max_ms,
            run.group.bytes.0 / 1_000,
            run.group.bytes.1 / 1_000
        ))
    };
    row("1".to_owned(), &run.one)?;
    row(connections.to_string(), &run.many)?;
    row(format!("{connections}, each every {} ms", PACE.as_millis()), &run.paced)
}

fn note(line: &mut Value, engine: &str, run: &Run) {
    let group = run.group.name;
    for (name, value) in [
        (format!("records_{engine}_{group}_per_s"), run.many.per_s),
        (format!("records_{engine}_{group}_p50_ms"), run.many.p50_ms),
        (format!("records_{engine}_{group}_p99_ms"), run.many.p99_ms),
        (format!("records_{engine}_{group}_paced_per_s"), run.paced.per_s),
        (format!("records_{engine}_{group}_paced_p50_ms"), run.paced.p50_ms),
        (format!("records_{engine}_{group}_paced_p99_ms"), run.paced.p99_ms),
        (format!("records_{engine}_{group}_1_p50_ms"), run.one.p50_ms),
        (format!("records_{engine}_{group}_1_p99_ms"), run.one.p99_ms),
    ] {
        line[name] = super::round(value);
    }
}
