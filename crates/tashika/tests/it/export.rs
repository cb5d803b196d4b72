//! Proves the way of an export through the commands over a nation: refused as it is at first; asked for by one officer and
//! approved by another; the counts are those of the nation's own table, counted here once more, without anything below k
//! and without who does not want to be counted; and the same months give the same bytes for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use center::Admin;
use domain::record::DrugCode;
use nation::{Nation, Options, RecordOptions, files};
use tashika::check::private::World;
use tashika::check::truth::center::key_in;
use tashika::check::truth::{Row, files_below, rows};
use trust::operator_event::{OperatorAction, OperatorEvent};
use trust::{LogId, ProofNumber};
use wire::master::DrugCatalogue;

use crate::stack::{output, tashika};

const PEOPLE: u32 = 2_000;
const MONTHS: [&str; 2] = ["202508", "202509"];
const K: usize = 10;

/// Month, class of age, sex, code.
type Cell = (String, String, String, String);

/// The persons of each cell, and at which institutions they were.
type Counts = BTreeMap<Cell, BTreeMap<String, BTreeSet<String>>>;

/// Runs a command that is told an officer's secret; gives whether it went well, and all that it said.
fn with_secret(command: &mut Command, secret: &str) -> Result<(bool, String)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    writeln!(child.stdin.take().context("standard input")?, "{secret}")?;
    let done = child.wait_with_output()?;
    let said = [done.stdout, done.stderr].concat();
    Ok((done.status.success(), String::from_utf8(said)?))
}

/// A center with a nation's register and claims, and its operator.
struct Center {
    folder: tempfile::TempDir,
}

impl Center {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (out, center) = (folder.path().join("nation"), Self { folder });
        // In the past, whatever the machine's day is.
        let options = Options { as_of: jiff::civil::date(2025, 11, 22), ..Options::new(PEOPLE, 11) };
        let nation = Nation::build(&options)?;
        nation.write(&out)?;
        nation.write_records(&RecordOptions { claims_months: 3, checkup_years: 0 }, &out)?;
        output(tashika(&["center", "init", "--data"]).arg(center.data()))?;
        center.run(&["insurer", "import", &center.path(files::INSURER_FEED)])?;
        center.run(&["master", "load", "--synthetic"])?;
        let claims = files_below(&center.records().join(files::CLAIM_FILES))?;
        let mut import = tashika(&["center", "claims", "import"]);
        output(import.args(claims).arg("--data").arg(center.data()))?;
        for row in rows(&center.records().join(files::CLAIMS))?.iter().filter(|row| row["Fate"] == "withdrawn") {
            let key = key_in(&center.records().join(&row["File"]), row["ReceiptNumber"].parse()?)?;
            let key = key.context("the claim stands in its file")?.to_string();
            center.run(&["center", "claims", "withdraw", &row["MedicalInstitutionCode"], &key])?;
        }
        Ok(center)
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("center")
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join("nation").join(file).display().to_string()
    }

    fn records(&self) -> std::path::PathBuf {
        self.folder.path().join("nation").join(files::RECORDS)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = tashika(words);
        command.arg("--data").arg(self.data());
        command
    }

    fn run(&self, words: &[&str]) -> Result<String> {
        output(&mut self.command(words))
    }

    fn switch_on(&self) -> Result<()> {
        let path = self.data().join("center.toml");
        let text = std::fs::read_to_string(&path)?;
        ensure!(text.contains("[secondary_use]"), "the settings name it");
        std::fs::write(path, text.replace("allowed = false", "allowed = true"))?;
        Ok(())
    }

    fn request(&self, officer: &Officer, table: &str, k: &str) -> Result<(bool, String)> {
        let words = ["center", "export", "request", "--purpose", "research", "--ground", "elderly-healthcare-act-16-2"];
        let mut command = self.command(&words);
        command.args(["--recipient", "確か大学", "--from", MONTHS[0], "--until", MONTHS[1]]);
        command.args(["--table", table, "--k", k, "--officer", officer.name]);
        with_secret(&mut command, &officer.secret)
    }

    fn officer(&self, name: &'static str) -> Result<Officer> {
        let said = self.run(&["center", "export", "officer", "add", name, "--asked-by", "管理者"])?;
        let secret = said.lines().last().context("the secret")?.to_owned();
        Ok(Officer { name, secret })
    }

    fn decide(&self, officer: &Officer, id: &str) -> Result<(bool, String)> {
        let words = ["center", "export", "approve", id, "--officer", officer.name];
        with_secret(&mut self.command(&words), &officer.secret)
    }

    fn make(&self, officer: &Officer, id: &str, out: &Path) -> Result<(bool, String)> {
        let mut command = self.command(&["center", "export", "run", id, "--officer", officer.name]);
        with_secret(command.arg("--out").arg(out), &officer.secret)
    }

    fn opt_out(&self, card: &Row, undo: bool) -> Result<String> {
        let mut command = self.command(&["center", "export", "opt-out", "--asked-by", "窓口"]);
        command.args(["--reason", "本人の申出", "--insurer", &card["InsurerNumber"]]);
        command.args(["--number", &card["InsuredIdentificationNumber"], "--birthdate", &card["Birthdate"]]);
        if !card["InsuredCardSymbol"].is_empty() {
            command.args(["--symbol", &card["InsuredCardSymbol"]]);
        }
        if undo {
            command.arg("--undo");
        }
        output(&mut command)
    }
}

struct Officer {
    name: &'static str,
    secret: String,
}

/// The class of age on the first of a month, counted in whole years.
fn age_class(birthdate: &str, month: &str) -> String {
    let digits: String = birthdate.chars().filter(char::is_ascii_digit).collect();
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    let (born, on) = (number(&digits), number(month) * 100 + 1);
    let tens = on.saturating_sub(born) / 10_000 / 10 * 10;
    if tens >= 90 { "90+".to_owned() } else { format!("{tens}-{}", tens + 9) }
}

/// The nation's own table of drugs, counted without the code under test. `people` tells each person's coverage.
fn counted(center: &Center, people: &BTreeMap<String, Row>) -> Result<Counts> {
    let catalogue = DrugCatalogue::synthetic();
    let mut counts = Counts::new();
    for row in rows(&center.records().join(files::DRUG_HISTORY))? {
        let month: String = row["DispensedOn"].chars().filter(char::is_ascii_digit).take(6).collect();
        let (true, Some(person)) = (MONTHS.contains(&month.as_str()), people.get(&row["PersonalNumber"])) else {
            continue;
        };
        let drug = catalogue.drug(DrugCode::parse(&row["DrugCode"])?);
        for ingredient in &drug.ingredients {
            let age = age_class(&person["Birthdate"], &month);
            let cell = counts.entry((month.clone(), age, person["Sex1"].clone(), ingredient.atc.clone())).or_default();
            cell.entry(row["PersonalNumber"].clone()).or_default().insert(row["Dispenser"].clone());
        }
    }
    Ok(counts)
}

/// The rows of an export, by their cell.
fn exported(file: &Path) -> Result<BTreeMap<Cell, usize>> {
    rows(file)?
        .into_iter()
        .map(|row| {
            assert_eq!(row["PrefectureCode"], "");
            assert!(!row["Name"].is_empty(), "an ingredient has a name");
            let cell = ["Month", "AgeClass", "Sex", "Atc"].map(|column| row[column].clone());
            let [month, age, sex, atc] = cell;
            Ok(((month, age, sex, atc), row["Persons"].parse()?))
        })
        .collect()
}

/// How many persons a cell has without one of them, if it may leave.
fn may_leave_of(persons: &BTreeMap<String, BTreeSet<String>>, without: &str) -> Option<usize> {
    let others = || persons.iter().filter(|(person, _)| *person != without);
    let institutions: BTreeSet<&String> = others().flat_map(|(_, institutions)| institutions).collect();
    Some(others().count()).filter(|count| *count >= K && institutions.len() >= 3)
}

/// What may leave of the counts, without one person.
fn may_leave(counts: &Counts, without: &str) -> BTreeMap<Cell, usize> {
    let leaves = |(cell, persons): (&Cell, &BTreeMap<_, _>)| Some((cell.clone(), may_leave_of(persons, without)?));
    counts.iter().filter_map(leaves).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_leave_by_two_officers_and_are_the_nations_own() -> Result<()> {
    let center = Center::new()?;
    let (asking, approving) = (center.officer("山田")?, center.officer("佐藤")?);
    let (done, said) = center.request(&asking, "ingredients", "10")?;
    assert!(!done && said.contains("許可されていません"), "refused as it is at first: {said}");
    center.switch_on()?;
    let (done, said) = center.request(&asking, "ingredients", "9")?;
    assert!(!done && said.contains("k が小さすぎます"), "{said}");
    let nobody = Officer { name: "山田", secret: approving.secret.clone() };
    let (done, said) = center.request(&nobody, "ingredients", "10")?;
    assert!(!done && said.contains("秘密が違います"), "{said}");
    let (done, said) = center.request(&asking, "ingredients", "10")?;
    assert!(done, "{said}");
    let id = said.lines().next().context("a number")?;

    let (first, second) = (center.folder.path().join("first.csv"), center.folder.path().join("second.csv"));
    let (done, said) = center.make(&asking, id, &first)?;
    assert!(!done && said.contains("承認されていない"), "{said}");
    let (done, said) = center.decide(&asking, id)?;
    assert!(!done && said.contains("申請した担当者は承認できません"), "{said}");
    assert!(center.decide(&approving, id)?.0);

    let mut people: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows(Path::new(&center.path(files::INSURER_FEED)))? {
        if row["RegistrationStatus"] == "registered" {
            people.insert(row["PersonalNumber"].clone(), row);
        }
    }
    let counts = counted(&center, &people)?;
    // Somebody whose cell stands or falls with them, if there is one.
    let smallest = counts.values().filter(|persons| may_leave_of(persons, "").is_some()).min_by_key(|cell| cell.len());
    let without = smallest.and_then(|persons| persons.keys().next()).context("a person of a cell that may leave")?;
    center.opt_out(&people[without], false)?;

    let (done, said) = center.make(&asking, id, &first)?;
    assert!(done, "{said}");
    let given = exported(&first)?;
    assert_eq!(given, may_leave(&counts, without));
    assert!(given.len() >= 10, "{} numbers", given.len());
    assert!(given.values().all(|persons| *persons >= K));
    assert_ne!(given, may_leave(&counts, ""), "somebody is not counted");

    center.opt_out(&people[without], true)?;
    assert!(center.make(&approving, id, &second)?.0);
    assert_eq!(std::fs::read(&first)?, std::fs::read(&second)?, "the same months give the same bytes for ever");
    assert!(!center.make(&approving, id, &second)?.0, "nothing is written over");
    let (done, said) = center.request(&asking, "classes", "10")?;
    assert!(!done && said.contains("別の表で提供済み"), "{said}");
    assert!(center.run(&["center", "export", "list"])?.contains("承認 / approved（佐藤）"));
    on_record(&center, &std::fs::read(&second)?).await
}

/// Every step stands in the access log, and the digest of the file in the leaf of what left.
async fn on_record(center: &Center, file: &[u8]) -> Result<()> {
    use OperatorAction as A;
    let World { clock, random } = World::real();
    let admin = Admin::open(&center.data(), clock, random).await?;
    let mut events = admin.operator_events(100).await?;
    events.reverse();
    let actions: Vec<_> = events.iter().map(|event| event.action).collect();
    let asked = [A::ExportRequested; 3];
    let decided = [A::ExportApprovalDenied, A::ExportApproved, A::ExportOptOut, A::ExportMade, A::ExportOptIn];
    let expected = [&[A::OfficerAdded; 2][..], &asked, &decided, &[A::ExportMade, A::ExportRequested]].concat();
    assert_eq!(actions, expected);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, file);
    for made in events.iter().filter(|event| event.action == A::ExportMade) {
        let number = ProofNumber::new(LogId::FIRST, made.leaf).context("a number")?;
        let leaf = admin.access_event(number).await?.context("the leaf")?;
        assert!(leaf.person.is_none(), "counts are about nobody");
        let leaf = OperatorEvent::decode(&leaf.event)?;
        assert_eq!(leaf.file_digest.as_ref().map(<[u8; 32]>::as_slice), Some(digest.as_ref()));
    }
    for event in &events {
        assert!(!event.detail.contains("PersonalNumber") && !event.operator.is_empty());
    }
    admin.close().await;
    Ok(())
}
