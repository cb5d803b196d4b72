//! Proves that submitted claims survive what happens to lines and machines, with the real binary: the terminal killed with a
//! file in its queue, the center killed while pieces come and while claims are taken, the same file twice, the file of another
//! institution. Every claim has one outcome, nothing of a file lies open on the terminal's disk, and a claim that fitted nobody
//! is taken when the register of its card changes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tashika::check::truth::files_below;
use wire::claims::{ClaimReader, ReadOptions};
use wire::feed::{FeedRow, FeedWriter};

use crate::stack::{CenterProcess, TerminalProcess, output, tashika};

/// Claims of the large file: three stretches that the center takes, several pieces that the terminal sends.
const CLAIMS: u32 = 2_500;

/// `tashika claims …` on a terminal, as lines of JSON.
fn say(words: &[&str], file: Option<&Path>, terminal: &TerminalProcess) -> Result<Vec<Value>> {
    let mut command = tashika(&["claims"]);
    command.args(words).args(file).arg("--json").arg("--data").arg(terminal.data());
    output(&mut command)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// The file and what became of each claim, once that is known.
fn ended(number: &str, terminal: &TerminalProcess) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    for _ in 0..300 {
        told = say(&["status", number], None, terminal)?;
        if told[0]["State"] == "done" || told[0]["State"] == "refused" {
            return Ok(told);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("no outcome: {:?}", told.first())
}

/// Claims of people whom nobody insures, in the name of an institution: each has its outcome all the same.
fn large_file(institution: &str, folder: &Path) -> Result<PathBuf> {
    let (prefecture, table, code) = (&institution[..2], &institution[2..3], &institution[3..]);
    let mut text = format!("IR,1,{prefecture},{table},{code},,x,202610,00,\r\n");
    for n in 1..=CLAIMS {
        let rows = format!("SI,11,1,111000110,,291,1,,,,,,,{}1\r\n", ",".repeat(4)).repeat(6);
        write!(text, "RE,{n},1112,202609,x,1,19800401\r\nHO,06139463,1,{n},1,291\r\nSY,8833421,20240401,1\r\n{rows}")?;
    }
    let path = folder.join("RECEIPTC.UKE");
    std::fs::write(&path, text + "GO,1,291,99\r\n\u{1a}")?;
    Ok(path)
}

#[test]
fn fault_queued_claims_outlive_a_killed_terminal_and_a_killed_center() -> Result<()> {
    let mut center = CenterProcess::start(None)?;
    let (institution, _) = center.cases_of_one()?;
    let mut terminal = center.terminal(&institution)?;
    let file = large_file(&institution, center.folder.path())?;
    center.process.kill();
    let told = say(&["submit"], Some(&file), &terminal)?;
    ensure!(told[0]["Queued"] == true && told[0]["Receipts"] == CLAIMS && told[0]["SetAside"] == 0, "{told:?}");
    std::fs::write(&file, "gone")?;
    terminal.process.kill();
    let again = say(&["status", "1"], None, &terminal)?;
    ensure!(again[0]["State"] == "waiting", "the queue is read while nothing runs: {again:?}");
    nothing_lies_open(terminal.data())?;
    terminal.again()?;
    center.again()?;
    // Somewhere among pieces and stretches, twice.
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(700));
        center.process.kill();
        terminal.process.kill();
        center.again()?;
        terminal.again()?;
    }
    let told = ended("1", &terminal)?;
    ensure!(told[0]["State"] == "done" && told[0]["Status"]["Counts"]["Claims"] == CLAIMS, "{:?}", told[0]);
    let numbers: Vec<u64> = told[1..].iter().filter_map(|outcome| outcome["ReceiptNumber"].as_u64()).collect();
    ensure!(numbers == (1..=u64::from(CLAIMS)).collect::<Vec<_>>(), "{} outcomes", numbers.len());
    ensure!(told[1..].iter().all(|outcome| outcome["Result"] == "unmatched"), "nobody insures them: {:?}", told[1]);
    taken_after_a_feed(&center, &terminal)
}

/// When the insurer tells of one of the people, the claim is taken, and the institution reads it without sending anything.
fn taken_after_a_feed(center: &CenterProcess, terminal: &TerminalProcess) -> Result<()> {
    let person = FeedRow {
        insurer_number: "06139463".to_owned(),
        insurer_name: "x".to_owned(),
        insured_card_symbol: "1".to_owned(),
        insured_identification_number: "7".to_owned(),
        personal_number: "123456789018".to_owned(),
        registration_status: "registered".to_owned(),
        insured_card_classification: "01".to_owned(),
        personal_family_classification: "1".to_owned(),
        insured_name: "x".to_owned(),
        name: "x".to_owned(),
        name_kana: "エ".to_owned(),
        sex1: "1".to_owned(),
        birthdate: "19800401".to_owned(),
        address: "東京都千代田区１－１".to_owned(),
        post_number: "100-0001".to_owned(),
        qualification_date: "20200401".to_owned(),
        ..FeedRow::default()
    };
    let mut feed = FeedWriter::new(Vec::new())?;
    feed.write(&person)?;
    let path = center.folder.path().join("one.csv");
    std::fs::write(&path, feed.finish()?)?;
    output(tashika(&["insurer", "import"]).arg(&path).arg("--data").arg(center.data()))?;
    for _ in 0..300 {
        let told = say(&["status", "1"], None, terminal)?;
        if told[0]["Status"]["Counts"]["Accepted"] == 1 {
            let taken: Vec<u64> = told[1..]
                .iter()
                .filter(|outcome| outcome["Result"] == "accepted")
                .filter_map(|outcome| outcome["ReceiptNumber"].as_u64())
                .collect();
            ensure!(taken == [7] && told.len() == 1 + CLAIMS as usize, "{taken:?}");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the claim was not taken")
}

/// Neither a number of a card nor a line of the file can be read on the disk.
fn nothing_lies_open(data: &Path) -> Result<()> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        if path.is_file() {
            let bytes = std::fs::read(&path)?;
            for open in [&b"06139463"[..], b"RECEIPTC.UKE", b"111000110"] {
                ensure!(!bytes.windows(open.len()).any(|window| window == open), "{} shows it", path.display());
            }
        }
    }
    Ok(())
}

/// A claim file of the nation with some claims, and its institution.
fn file_of_the_nation(nation: &Path) -> Result<(PathBuf, String)> {
    for path in files_below(&nation.join(nation::files::RECORDS).join(nation::files::CLAIM_FILES))? {
        let mut claims = ClaimReader::new(std::fs::File::open(&path)?, ReadOptions::default())?;
        let first = claims.next_receipt()?.and_then(|receipt| receipt.institution.code);
        if let (Some(code), Some(_)) = (first, claims.next_receipt()?) {
            return Ok((path, code.to_string()));
        }
    }
    bail!("no file with two claims")
}

#[test]
fn claims_of_a_nation_are_submitted_once_and_taken_back() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let nation = center.folder.path().join("nation-with-claims");
    let words = ["nation", "--people", "2000", "--seed", "7", "--claims-months", "1", "--out"];
    output(tashika(&words).arg(&nation))?;
    let (file, institution) = file_of_the_nation(&nation)?;
    let terminal = center.terminal(&institution)?;
    let queued = say(&["submit"], Some(&file), &terminal)?;
    ensure!(queued[0]["Number"] == 1 && queued[0]["WasThere"] == false, "{queued:?}");
    let told = ended("1", &terminal)?;
    let taken = |told: &[Value], as_what: &str| told[1..].iter().filter(|o| o["Result"] == as_what).count();
    ensure!(taken(&told, "accepted") == told.len() - 1 && told.len() > 2, "{told:?}");

    let same = say(&["submit"], Some(&file), &terminal)?;
    ensure!(same[0]["Number"] == 1 && same[0]["WasThere"] == true, "the same file is not queued again: {same:?}");
    let again = say(&["submit", "--again"], Some(&file), &terminal)?;
    ensure!(again[0]["Number"] == 2, "{again:?}");
    let told_again = ended("2", &terminal)?;
    ensure!(taken(&told_again, "same_again") == told.len() - 1, "and changes nothing where it is: {told_again:?}");

    let claim = told[1]["ClaimNumber"].as_str().context("every claim that was taken has a number")?;
    output(tashika(&["claims", "withdraw", claim, "--data"]).arg(terminal.data()))?;
    for _ in 0..100 {
        let list = say(&["status"], None, &terminal)?;
        if list.iter().any(|line| line["Withdrawal"] == claim && line["State"] == "done") {
            return another_institution_s_file_stays_here(&center, &institution, &file);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the claim was not withdrawn")
}

fn another_institution_s_file_stays_here(center: &CenterProcess, institution: &str, file: &Path) -> Result<()> {
    let cases = center.cases()?;
    let other = cases.iter().map(|case| &case.medical_institution_code).find(|code| *code != institution);
    let terminal = center.terminal(other.context("a second institution")?)?;
    let refused = tashika(&["claims", "submit"]).arg(file).arg("--data").arg(terminal.data()).output()?;
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    ensure!(!refused.status.success() && said.contains("ほかの医療機関の請求です"), "{said}");
    ensure!(say(&["status"], None, &terminal)?.is_empty(), "nothing was queued");
    Ok(())
}
