//! Proves that a terminal killed with five hundred cases that wait loses none of them and has each answered once.

use anyhow::{Context as _, Result, ensure};
use jiff::ToSpan as _;
use kit::client::ClientOptions;
use nation::Case;
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;
use tashika::check::api;
use tashika::check::private::World;
use trust::ProofNumber;
use wire::api::CheckResponse;

use crate::receipt_computer::{answers_through_folders, drop_requests, take_answers};
use crate::stack::CenterProcess;
use crate::window::Window;

const PEOPLE: usize = 50;
const DAYS: i32 = 10;
const CASES: usize = 500;
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 1_800;

/// The number of the next leaf, by asking once as somebody else.
async fn leaf(center: &CenterProcess, institution: &str, case: &Case) -> Result<u64> {
    let world = World::real();
    let client = center.member(institution).await?.client(&world.clock, ClientOptions::default())?;
    let response: CheckResponse = client.post_json("/v1/eligibility-checks", &api::request(case, &world)).await?;
    Ok(ProofNumber::parse(&response.proof.proof_number)?.leaf_index())
}

/// How many cases wait, as the desk says.
fn waiting(window: &Window<'_>) -> Result<usize> {
    let page = window.get("/open")?;
    let (_, rest) = page.split_once("確認を待っています（").context("a count")?;
    Ok(rest.split('件').next().unwrap_or_default().parse()?)
}

fn wait_until(is_so: impl Fn() -> Result<bool>, what: &str) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        if is_so()? {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
    anyhow::bail!("not in time: {what}")
}

/// The same people, on other days: other questions, told from the same copies.
fn on_other_days(people: &[Case]) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for ahead in 1..=DAYS {
        for case in people {
            let day = domain::date::parse(&case.qualification_confirmation_date)?.saturating_add(ahead.days());
            let qualification_confirmation_date = domain::date::format(day);
            cases.push(Case { qualification_confirmation_date, ..case.clone() });
        }
    }
    Ok(cases)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_terminal_killed_with_500_cases_that_wait_loses_none_and_asks_each_once() -> Result<()> {
    let mut center = CenterProcess::start(None)?;
    let all = center.cases()?;
    let (institution, _) = center.cases_of_one()?;
    let other = all.iter().find(|case| case.medical_institution_code != institution && case.verdict == "valid");
    let other = other.context("somebody asks elsewhere")?;
    let valid = all.iter().filter(|case| case.verdict == "valid");
    let mut people: Vec<Case> = Vec::new();
    for case in valid {
        let is_new = |before: &Case| before.insured_identification_number != case.insured_identification_number;
        if people.len() < PEOPLE && people.iter().all(is_new) {
            people.push(Case { medical_institution_code: institution.clone(), ..case.clone() });
        }
    }
    ensure!(people.len() == PEOPLE, "{} people are insured", people.len());

    let mut terminal = center.terminal(&institution)?;
    answers_through_folders(&terminal, &people)?;
    take_answers(&terminal.res(), &mut BTreeMap::default())?;
    let before = leaf(&center, &other.medical_institution_code, other).await?;
    center.process.kill();
    drop_requests(&terminal.req(), &on_other_days(&people)?, 0..CASES)?;
    let curl = || Command::new("curl");
    let window = Window::open(&terminal, &curl)?;
    wait_until(|| Ok(waiting(&window)? == CASES), "all of them wait")?;

    terminal.process.kill();
    terminal.again()?;
    let window = Window::open(&terminal, &curl)?;
    wait_until(|| Ok(waiting(&window)? == CASES), "all of them wait after the first kill")?;
    center.again()?;
    // And in the middle of settling.
    wait_until(|| Ok(waiting(&window)? < CASES), "some are settled")?;
    terminal.process.kill();
    let again = World::real().clock;
    let begun = again.monotonic();
    terminal.again()?;
    let window = Window::open(&terminal, &curl)?;
    wait_until(|| Ok(waiting(&window)? == 0), "all are settled")?;
    println!("figure: {CASES} cases settled {:.1?} after the second start", again.monotonic().saturating_sub(begun));
    let after = leaf(&center, &other.medical_institution_code, other).await?;
    ensure!(after - before - 1 == CASES as u64, "{} events for {CASES} cases", after - before - 1);
    Ok(())
}
