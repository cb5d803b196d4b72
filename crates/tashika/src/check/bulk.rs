//! One uploaded file an institution and date, fetched when the center is done with it.

use crate::check::by_institution;
use crate::check::outcome::{Outcome, search_info};
use crate::check::private::{PrivateCenter, World};
use anyhow::{Context as _, Result, bail};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kit::client::{Client, ClientOptions};
use nation::Case;
use std::collections::BTreeMap;
use std::time::Duration;
use wire::api::{BulkHeader, BulkReception, BulkState, BulkStatus, BulkUnit};

/// Files under way at once.
const FILES_AT_ONCE: usize = 16;
/// Rest between two questions whether a file is done.
const POLL_REST: Duration = Duration::from_millis(20);
/// Questions whether a file is done before it is given up.
const POLLS_MAX: usize = 6_000;

/// Asks every case and gives the outcomes by case.
pub async fn ask(center: &PrivateCenter, cases: &[Case], world: &World) -> Result<BTreeMap<String, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for (institution, group) in by_institution(cases) {
        let client = center.member(institution).await?.client(&world.clock, ClientOptions::default())?;
        let mut by_date: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
        for case in group {
            by_date.entry(&case.qualification_confirmation_date).or_default().push(case);
        }
        let answered: Vec<Vec<(String, Outcome)>> = stream::iter(by_date)
            .map(|(date, group)| ask_file(&client, institution, date, group, world))
            .buffer_unordered(FILES_AT_ONCE)
            .try_collect()
            .await?;
        outcomes.extend(answered.into_iter().flatten());
    }
    Ok(outcomes)
}

async fn ask_file(
    client: &Client,
    institution: &str,
    date: &str,
    group: Vec<&Case>,
    world: &World,
) -> Result<Vec<(String, Outcome)>> {
    let header = BulkHeader {
        qualification_confirmation_date: date.to_owned(),
        medical_institution_code: institution.to_owned(),
        arbitrary_file_identifier: None,
        request_id: kit::random::uuid_v7(world.clock.now(), world.random.as_ref()),
    };
    let mut body = serde_json::to_vec(&header)?;
    for case in &group {
        body.push(b'\n');
        serde_json::to_writer(&mut body, &search_info(case))?;
    }
    body.push(b'\n');
    let reception: BulkReception = client
        .post("/v1/bulk-eligibility-checks", "application/x-ndjson", body)
        .await?
        .json()
        .context("the reception")?;
    let path = format!("/v1/bulk-eligibility-checks/{}", reception.reception_number);
    wait_until_done(client, &path).await?;
    let results = client.get(&format!("{path}/results")).await?;
    let lines = results.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let unit: BulkUnit = serde_json::from_slice(line).context("a line of the result")?;
            let case = unit.search_info.arbitrary_identifier.clone().unwrap_or_default();
            Ok((case, Outcome::of_bulk_unit(&unit)))
        })
        .collect()
}

async fn wait_until_done(client: &Client, path: &str) -> Result<()> {
    for _ in 0..POLLS_MAX {
        let status: BulkStatus = client.get_json(path).await?;
        if status.state == BulkState::Done {
            return Ok(());
        }
        tokio::time::sleep(POLL_REST).await;
    }
    bail!("the center did not finish {path}")
}
