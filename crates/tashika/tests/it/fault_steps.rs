//! Proves that a center killed at any step of a longer piece of work loses none of it and does none of it twice: a
//! terminal that joins, and an insurer's feed. Each is killed again and again, a little later every time, and asked for
//! the same once more; in the end everything is as if nothing had happened.

use crate::stack::{CenterProcess, output, tashika};
use anyhow::{Context as _, Result, ensure};
use kit::client::ClientOptions;
use nation::files;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tashika::check::api;
use tashika::check::join::Member;
use tashika::check::private::World;
use tokio::task::JoinSet;
use trust::{LogPublicKey, PrivateKey};
use wire::api::ImportReport;

/// The center is killed this long after it was asked: before it read anything, while it works, and after it is done.
const ENROLMENT_KILLS_MS: [u64; 8] = [0, 2, 4, 6, 9, 13, 20, 40];
const FEED_KILLS_MS: [u64; 6] = [0, 40, 90, 150, 250, 400];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_center_killed_at_each_step_of_joining_gives_the_same_certificate_in_the_end() -> Result<()> {
    let clock = World::real().clock;
    let mut center = CenterProcess::start(None)?;
    let (institution, _) = center.cases_of_one()?;
    let mut cut_off = 0;
    for pause_ms in ENROLMENT_KILLS_MS {
        let (code, key) = (center.code_for(&institution)?, Arc::new(PrivateKey::generate()?));
        let mut joining = JoinSet::new();
        joining.spawn({
            let (url, code, key, clock) = (center.enrol_url.clone(), code.clone(), Arc::clone(&key), clock.clone());
            async move { Member::join_with_key(&url, &code, key, &clock).await }
        });
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        center.process.kill();
        let first = joining.join_next().await.context("it was asked")?;
        let first = first?;
        cut_off += u32::from(first.is_err());
        center.again()?;
        // The terminal does what `tashika terminal join` does when it is started again: the same code, the same key.
        let second = Member::join_with_key(&center.enrol_url, &code, key, &clock).await?;
        if let Ok(first) = first {
            let (got, again) = (&first.enrolled.certificate_chain, &second.enrolled.certificate_chain);
            ensure!(got == again, "killed after {pause_ms} ms, it gave two certificates for one code");
        }
        let taken = second.client(&clock, ClientOptions::default())?.get("/v1/time").await;
        taken.with_context(|| format!("killed after {pause_ms} ms, it gave a certificate that it does not take"))?;
        let other = Member::join(&center.enrol_url, &code, &clock).await;
        ensure!(other.is_err(), "killed after {pause_ms} ms, a code served two keys");
    }
    ensure!(cut_off > 0, "no kill came in time; the pauses are too long for this machine");
    Ok(())
}

/// The insurer with the most rows in a feed, and its rows below the header line.
fn rows_of_the_largest_insurer(feed: &str) -> Result<(String, String)> {
    let mut reader = csv::Reader::from_reader(feed.as_bytes());
    let column =
        reader.headers()?.iter().position(|name| name == "InsurerNumber").context("the feed has the column")?;
    let mut by_insurer: BTreeMap<String, Vec<csv::StringRecord>> = BTreeMap::new();
    let headers = reader.headers()?.clone();
    for row in reader.records() {
        let row = row?;
        by_insurer.entry(row[column].to_owned()).or_default().push(row);
    }
    let (number, rows) = by_insurer.into_iter().max_by_key(|(_, rows)| rows.len()).context("the feed has rows")?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headers)?;
    for row in &rows {
        writer.write_record(row)?;
    }
    Ok((number, String::from_utf8(writer.into_inner()?)?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_center_killed_at_each_step_of_a_feed_knows_every_row_once_in_the_end() -> Result<()> {
    let world = World::real();
    let mut center = CenterProcess::start_without_feed()?;
    let (institution, cases) = center.cases_of_one()?;
    let clinic = center.member(&institution).await?;
    let nation = center.folder.path().join("nation");
    let (insurer, feed) = rows_of_the_largest_insurer(&std::fs::read_to_string(nation.join(files::INSURER_FEED))?)?;
    output(tashika(&["insurer", "register"]).arg(nation.join(files::INSURERS)).arg("--data").arg(center.data()))?;
    let said = output(tashika(&["insurer", "enrol", &insurer, "--data"]).arg(center.data()))?;
    let code = said.lines().next().context("no code was printed")?.trim();
    let member = Member::join(&center.enrol_url, code, &world.clock).await?;
    let mut cut_off = 0;
    for pause_ms in FEED_KILLS_MS {
        let client = member.client(&world.clock, ClientOptions::default())?;
        let body = feed.clone();
        let mut sending = JoinSet::new();
        sending.spawn(async move { client.post("/v1/insurer-feeds", "text/csv", body).await });
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        center.process.kill();
        cut_off += u32::from(sending.join_next().await.context("it was sent")??.is_err());
        center.again()?;
    }
    ensure!(cut_off > 0, "no kill came in time; the pauses are too long for this machine");
    let client = member.client(&world.clock, ClientOptions::default())?;
    let send = async || -> Result<ImportReport> {
        Ok(client.post("/v1/insurer-feeds", "text/csv", feed.clone()).await?.json()?)
    };
    let report = send().await?;
    let rows = u64::try_from(feed.lines().count())? - 1;
    ensure!((report.rows_read, report.rows_refused) == (rows, 0), "{report:?}");
    let again = send().await?;
    ensure!((again.rows_accepted, again.rows_unchanged) == (0, rows), "{again:?}");
    let key = LogPublicKey::from_pem(&clinic.enrolled.log_public_key)?;
    let client = clinic.client(&world.clock, ClientOptions::default())?;
    let mut asked = 0;
    // An answer to who left depends on other insurers' rows, which are not loaded here.
    let stays = |case: &&nation::Case| case.insurer_number == insurer && case.verdict == "valid";
    for case in cases.iter().filter(stays) {
        let differences = api::ask_one(&client, &key, case, &world).await.differences(case);
        ensure!(differences.is_empty(), "{}: {differences:?}", case.case_id);
        asked += 1;
    }
    ensure!(asked > 0, "no member of {insurer} was asked about");
    Ok(())
}
