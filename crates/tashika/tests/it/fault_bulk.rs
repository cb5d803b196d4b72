//! Proves that a file of 50,000 questions survives a center that is killed while it works on it: every question is
//! answered once and in order, and the center's memory does not grow with the file.

use crate::stack::CenterProcess;
use anyhow::{Context as _, Result, bail, ensure};
use kit::client::{Client, ClientOptions};
use std::fmt::Write as _;
use std::time::Duration;
use tashika::check::outcome::search_info;
use tashika::check::private::World;
use wire::api::{BulkHeader, BulkReception, BulkState, BulkStatus, BulkUnit};

const QUESTIONS: usize = 50_000;
/// The answers of one file, held at once, would take about 150 MiB.
const GROWTH_MAX_KIB: u64 = 64 * 1024;

fn file(institution: &str, cases: &[nation::Case], world: &World) -> Result<String> {
    let first = cases.first().context("the oracle is empty")?;
    let date = &first.qualification_confirmation_date;
    let of_the_day: Vec<_> = cases.iter().filter(|case| case.qualification_confirmation_date == *date).collect();
    let header = BulkHeader {
        qualification_confirmation_date: date.clone(),
        medical_institution_code: institution.to_owned(),
        arbitrary_file_identifier: None,
        request_id: kit::random::uuid_v7(world.clock.now(), world.random.as_ref()),
    };
    let mut file = serde_json::to_string(&header)?;
    for number in 0..QUESTIONS {
        let mut info = search_info(of_the_day[number % of_the_day.len()]);
        info.arbitrary_identifier = Some(number.to_string());
        write!(file, "\n{}", serde_json::to_string(&info)?)?;
    }
    Ok(file)
}

/// Sends a file and gives the path of its reception.
async fn send(client: &Client, file: String) -> Result<String> {
    let reception: BulkReception =
        client.post("/v1/bulk-eligibility-checks", "application/x-ndjson", file).await?.json()?;
    Ok(format!("/v1/bulk-eligibility-checks/{}", reception.reception_number))
}

async fn wait_until_done(client: &Client, path: &str) -> Result<()> {
    for _ in 0..1_200 {
        let status: BulkStatus = client.get_json(path).await?;
        if status.state == BulkState::Done {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the file was not finished")
}

async fn every_question_is_answered_once_and_in_order(client: &Client, path: &str) -> Result<()> {
    let mut results = client.get_stream(&format!("{path}/results")).await?;
    let (mut line, mut next) = (Vec::new(), 0_usize);
    while let Some(piece) = results.piece().await? {
        for byte in piece {
            if byte != b'\n' {
                line.push(byte);
                continue;
            }
            let unit: BulkUnit = serde_json::from_slice(&line)?;
            let number = unit.search_info.arbitrary_identifier.context("every answer carries its number")?;
            ensure!(number == next.to_string(), "answer {next} is that of question {number}");
            next += 1;
            line.clear();
        }
    }
    ensure!(next == QUESTIONS, "{next} of {QUESTIONS} were answered");
    Ok(())
}

/// What the process holds itself, without the pages of the database file that the system lends it.
fn memory_kib(center: &CenterProcess) -> Result<u64> {
    let id = center.process.id().context("it runs")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("Linux tells it")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_center_killed_over_a_large_file_answers_every_question_once() -> Result<()> {
    let world = World::real();
    let mut center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let client = center.member(&institution).await?.client(&world.clock, ClientOptions::default())?;
    let path = send(&client, file(&institution, &cases, &world)?).await?;
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(600)).await;
        center.process.kill();
        center.again()?;
    }
    wait_until_done(&client, &path).await?;
    every_question_is_answered_once_and_in_order(&client, &path).await?;

    // The first whole file fills the caches, which are bounded; another one must add next to nothing.
    let mut held = Vec::new();
    for _ in 0..2 {
        let path = send(&client, file(&institution, &cases, &world)?).await?;
        wait_until_done(&client, &path).await?;
        every_question_is_answered_once_and_in_order(&client, &path).await?;
        held.push(memory_kib(&center)?);
    }
    ensure!(held[1] < held[0] + GROWTH_MAX_KIB, "KiB held behind a file and behind another one: {held:?}");
    Ok(())
}
