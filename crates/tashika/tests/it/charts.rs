//! What the command line sets up for the kiosk of a terminal that runs: charts, and the facility's password.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::stack::{CenterProcess, output, tashika};

/// A good line, one without a number, one with the name of a stranger's column missing, and a good one again.
const CHARTS: &str = "\u{feff}ReferenceNumber,Name,NameKana,Birthdate\r\n\
    101,見本　髙子,ミホン　タカコ,19800401\r\n\
    ,名無し,ナナシ,19800402\r\n\
    103,見本\r\n\
    104,\"見本, 𠮷男\",ミホン　ヨシオ,19800403\r\n";

/// A good line for a day far ahead, and one whose check digit is wrong.
const BOOKINGS: &str = "QualificationConfirmationDate,InsurerNumber,InsuredCardSymbol,InsuredIdentificationNumber,\
    InsuredBranchNumber,Birthdate,Name\r\n\
    20991201,01130012,,1,,19800401,見本　髙子\r\n\
    20991201,01130013,,2,,19800401,\r\n";

#[test]
fn charts_and_the_facility_password_are_set_while_the_terminal_runs() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let (institution, _) = center.cases_of_one()?;
    let terminal = center.terminal(&institution)?;

    let file = center.folder.path().join("charts.csv");
    std::fs::write(&file, CHARTS)?;
    let take = || output(tashika(&["terminal", "charts"]).arg(&file).arg("--data").arg(terminal.data()));
    for said in [take()?, take()?] {
        ensure!(said.contains("3 行目") && said.contains("4 行目") && !said.contains("2 行目"), "{said}");
        ensure!(said.contains("taken: 2, refused 2, there now 2"), "the good lines are taken, once: {said}");
        ensure!(!said.contains("ナナシ"), "no patient is printed: {said}");
    }

    let file = center.folder.path().join("bookings.csv");
    std::fs::write(&file, BOOKINGS)?;
    let take = || output(tashika(&["terminal", "bookings"]).arg(&file).arg("--data").arg(terminal.data()));
    for said in [take()?, take()?] {
        ensure!(said.contains("3行目 保険者番号") && !said.contains("2行目"), "{said}");
        ensure!(said.contains("taken: 1, refused 1, from today on 1"), "the good line is taken, once: {said}");
    }

    let mut command = tashika(&["terminal", "facility-password", "--data"]);
    command.arg(terminal.data()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut typing = command.spawn()?;
    typing.stdin.take().context("a pipe")?.write_all("桜の木の下に猫が三匹\n".as_bytes())?;
    let said = typing.wait_with_output()?;
    ensure!(said.status.success() && String::from_utf8_lossy(&said.stdout).contains("/ set"), "{said:?}");
    let removed = output(
        tashika(&["terminal", "facility-password", "--remove", "--data"]).arg(terminal.data()).stdin(Stdio::null()),
    )?;
    ensure!(removed.contains("/ removed"), "{removed}");
    Ok(())
}
