//! Proves that a terminal loses no request and answers each exactly once: killed under load, its answer folder gone and
//! back, the center away and back.

use crate::receipt_computer::{LOOK, LOOKS_MAX, drop_requests, take_answers};
use crate::stack::{CenterProcess, TerminalProcess};
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

const REQUESTS: usize = 300;

fn wait_for_all(terminal: &TerminalProcess, taken: &mut BTreeMap<String, usize>, count: usize) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        take_answers(&terminal.res(), taken)?;
        if taken.len() == count {
            break;
        }
        std::thread::sleep(LOOK);
    }
    // Whatever would come twice comes now.
    std::thread::sleep(Duration::from_secs(1));
    take_answers(&terminal.res(), taken)?;
    ensure!(taken.len() == count, "{} of {count} requests were answered", taken.len());
    let twice: Vec<_> = taken.iter().filter(|(_, times)| **times != 1).collect();
    ensure!(twice.is_empty(), "answered more than once: {twice:?}");
    ensure!(fs::read_dir(terminal.req())?.count() == 0, "requests were left");
    Ok(())
}

#[test]
fn fault_a_terminal_killed_under_load_answers_every_request_once() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let mut terminal = center.terminal(&institution)?;
    let mut taken = BTreeMap::new();
    drop_requests(&terminal.req(), &cases, 0..REQUESTS)?;
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(350));
        terminal.process.kill();
        take_answers(&terminal.res(), &mut taken)?;
        terminal.again()?;
    }
    wait_for_all(&terminal, &mut taken, REQUESTS)
}

#[test]
fn fault_a_center_killed_under_load_delays_the_folders_and_loses_nothing() -> Result<()> {
    let mut center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let terminal = center.terminal(&institution)?;
    let mut taken = BTreeMap::new();
    drop_requests(&terminal.req(), &cases, 0..REQUESTS)?;
    std::thread::sleep(Duration::from_millis(300));
    center.process.kill();
    std::thread::sleep(Duration::from_secs(2));
    center.again()?;
    wait_for_all(&terminal, &mut taken, REQUESTS)
}

#[test]
fn fault_an_answer_folder_that_goes_away_comes_back_without_a_person() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let terminal = center.terminal(&institution)?;
    let away = terminal.data().join("OQS/res-away");
    fs::rename(terminal.res(), &away)?;
    // A file in its place: the terminal can neither write into it nor make the folder again.
    fs::write(terminal.res(), "")?;
    drop_requests(&terminal.req(), &cases, 0..20)?;
    std::thread::sleep(Duration::from_secs(2));
    fs::remove_file(terminal.res())?;
    fs::rename(&away, terminal.res())?;
    let mut taken = BTreeMap::new();
    wait_for_all(&terminal, &mut taken, 20)
}
