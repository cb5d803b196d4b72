//! Proves that a terminal whose clock is two hours off, either way, still joins, asks and answers, and says so on its page.

use crate::receipt_computer::answers_through_folders;
use crate::stack::{CenterProcess, TerminalProcess, clock_off_by, output};
use anyhow::{Context as _, Result, ensure};
use std::process::Command;

/// The binary as it runs on a machine whose clock is `off`.
fn tashika_at(off: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tashika"));
    command.args(arguments).envs(clock_off_by(off));
    command
}

/// The first page after signing in.
fn desk_page(terminal: &TerminalProcess) -> Result<String> {
    let jar = terminal.data().join("cookies-of-the-test");
    let (name, password) = &terminal.login;
    let curl = || {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--cookie"]).arg(&jar).arg("--cookie-jar").arg(&jar);
        curl.args(["--header", &format!("Origin: {}", terminal.desk_url)]);
        curl
    };
    let form = [format!("name={name}"), format!("password={password}")];
    let page = format!("{}/login", terminal.desk_url);
    output(curl().args(["--data-urlencode", &form[0], "--data-urlencode", &form[1], &page]))?;
    output(curl().arg(format!("{}/", terminal.desk_url)))
}

fn a_clock_that_is_off(off: &str, words: &str) -> Result<()> {
    let center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let insured = cases.iter().find(|case| case.verdict == "valid").context("somebody is insured")?;
    let terminal = center.terminal_by(&|arguments| tashika_at(off, arguments), &institution)?;
    let answers = answers_through_folders(&terminal, std::slice::from_ref(insured))?;
    ensure!(answers[0].contains("<QualificationValidity>1<"), "{}", answers[0]);
    let page = desk_page(&terminal)?;
    ensure!(page.contains(words), "the page says nothing of the clock: {page}");
    ensure!(page.contains("接続中・要確認（このPC）"), "the light does not say whose fault it is: {page}");
    Ok(())
}

#[test]
fn fault_a_terminal_two_hours_ahead_works_and_says_so() -> Result<()> {
    a_clock_that_is_off("+2h", "進んで")
}

#[test]
fn fault_a_terminal_two_hours_behind_works_and_says_so() -> Result<()> {
    a_clock_that_is_off("-2h", "遅れて")
}
