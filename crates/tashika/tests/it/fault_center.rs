//! Proves that no answer is ever given without its access event on record, whatever happens to the center: killed under
//! load, its database gone for ten seconds, its clock an hour off, its certificates revoked.

use crate::stack::{CenterProcess, output, tashika};
use anyhow::{Context as _, Result, ensure};
use kit::client::{Client, ClientError, ClientOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tashika::check::api;
use tashika::check::private::World;
use testkit::PrivatePostgres;
use tokio::task::JoinSet;
use trust::{LogPublicKey, ProofFile};
use wire::api::{CheckResponse, ProblemCode};

const ASKING_AT_ONCE: usize = 16;

/// Asks without end on several connections until told; every answer that came is kept.
struct Load {
    stop: Arc<AtomicBool>,
    asking: JoinSet<Vec<CheckResponse>>,
}

impl Load {
    fn start(client: &Client, cases: &[nation::Case], world: &World) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut asking = JoinSet::new();
        for first in 0..ASKING_AT_ONCE {
            let (client, cases, world, stop) = (client.clone(), cases.to_vec(), world.clone(), Arc::clone(&stop));
            asking.spawn(async move {
                let mut answered = Vec::new();
                for case in cases.iter().cycle().skip(first) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    match client.post_json("/v1/eligibility-checks", &api::request(case, &world)).await {
                        Ok(response) => answered.push(response),
                        // The center is gone at the moment; that is what the test is about.
                        Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                    }
                }
                answered
            });
        }
        Self { stop, asking }
    }

    async fn stop(mut self) -> Result<Vec<CheckResponse>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut answered = Vec::new();
        while let Some(mine) = self.asking.join_next().await {
            answered.extend(mine?);
        }
        Ok(answered)
    }
}

/// Every answer verifies offline, and its access event stands in the center's log under its number.
async fn every_answer_is_on_record(
    center: &CenterProcess,
    key: &LogPublicKey,
    answered: &[CheckResponse],
) -> Result<()> {
    let world = World::real();
    let admin = center::Admin::open(&center.data(), world.clock, world.random).await?;
    for response in answered {
        let proof = &response.proof;
        let file = ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number)?;
        let verified = file.verify(key)?;
        let stored = admin.access_event(verified.number).await?;
        let stored = stored.with_context(|| format!("{} is not on record", verified.number))?;
        ensure!(stored.event == verified.event.encode(), "{} is on record as something else", verified.number);
    }
    admin.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_center_killed_under_load_has_every_given_answer_on_record() -> Result<()> {
    let world = World::real();
    let mut center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let member = center.member(&institution).await?;
    let key = LogPublicKey::from_pem(&member.enrolled.log_public_key)?;
    let client = member.client(&world.clock, ClientOptions::default())?;
    let load = Load::start(&client, &cases, &world);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        center.process.kill();
        center.again()?;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let answered = load.stop().await?;
    ensure!(answered.len() > 100, "only {} answers came", answered.len());
    every_answer_is_on_record(&center, &key, &answered).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_database_that_goes_away_for_ten_seconds_comes_back_without_a_person() -> Result<()> {
    let world = World::real();
    let mut server = PrivatePostgres::start()?;
    let center = CenterProcess::start(Some(&server.create_database()?))?;
    let (institution, cases) = center.cases_of_one()?;
    let member = center.member(&institution).await?;
    let key = LogPublicKey::from_pem(&member.enrolled.log_public_key)?;
    let client = member.client(&world.clock, ClientOptions::default())?;
    let ask =
        async || client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &api::request(&cases[0], &world)).await;
    let before = ask().await?;
    server.crash()?;
    let refused = loop {
        // The answer that was under way may still come; then the center says honestly that it cannot ask.
        match ask().await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    ensure!(refused.problem_code() == Some(ProblemCode::StoreUnavailable), "{refused}");
    let ClientError::Problem { retry_after, .. } = &refused else { unreachable!("it has a code") };
    ensure!(retry_after.is_some(), "it must say when to try again");
    tokio::time::sleep(Duration::from_secs(10)).await;
    server.resume()?;
    let mut after = None;
    for _ in 0..100 {
        if let Ok(response) = ask().await {
            after = Some(response);
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let after = after.context("the center did not come back")?;
    every_answer_is_on_record(&center, &key, &[before, after]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_revoked_institution_is_refused_by_name_within_seconds() -> Result<()> {
    let world = World::real();
    let center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let client = center.member(&institution).await?.client(&world.clock, ClientOptions::default())?;
    let ask =
        async || client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &api::request(&cases[0], &world)).await;
    ask().await?;
    output(tashika(&["facility", "revoke", &institution, "--data"]).arg(center.data()))?;
    for _ in 0..100 {
        match ask().await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            // An open connection is told by name; a new one is not made at all.
            Err(error) => {
                let by_name = error.problem_code() == Some(ProblemCode::CertificateRevoked);
                ensure!(by_name || matches!(error, ClientError::CouldNotAsk(_)), "{error}");
                return Ok(());
            }
        }
    }
    anyhow::bail!("the revoked institution is still answered")
}

#[test]
fn a_stopped_center_says_so_and_ends_well() -> Result<()> {
    let mut center = CenterProcess::start(None)?;
    let status = center.process.terminate(Duration::from_secs(30))?;
    ensure!(status.success(), "{status}");
    ensure!(center.process.output().contains("stopped;"));
    Ok(())
}
