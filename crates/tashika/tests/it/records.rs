//! Proves that claims become the drug history that the nation knows to be true: a nation is written with its claims, all are
//! taken month by month, those that were taken back are withdrawn, and every person's drugs are compared with the nation's
//! own table, drug by drug. The nation shares no code with the readers.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use center::claims::records::{Masters, record_of};
use center::claims::{ClaimImporter, Outcome, Preparer, Preparing};
use center::feed::{Importer, PersonKey, Source};
use center::store::claim::ClaimKey;
use center::store::{Address, NoObserver, Store};
use domain::PersonalNumber;
use domain::record::{DosageForm, Medication};
use kit::clock::Clock as _;
use kit::lifecycle::Lifecycle;
use nation::{Nation, Options, RecordOptions, files};
use testkit::TestClock;
use trust::PlaceKey;
use wire::claims::{ClaimReader, ReadOptions};
use wire::feed::CsvEncoding;

/// The fewest people that a nation has.
const PEOPLE: u32 = 1_000;
const MONTHS: u32 = 3;

/// What is compared of a drug: days, who, how, what, how much, how long.
type Told = (String, String, String, &'static str, String, String, String);

/// A row of a table by its columns.
pub type Row = BTreeMap<String, String>;

/// Every row of a table.
pub fn rows(path: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// Every claim file, in the order of the months in which they were sent.
pub fn claim_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// Forms as both sides can tell them: a claim does not say whether an injection was given or taken home.
fn form(entry: &Medication) -> &'static str {
    match entry.form {
        DosageForm::Oral | DosageForm::OralDrops | DosageForm::Infusion | DosageForm::Decoction => "oral",
        DosageForm::AsNeeded => "as_needed",
        DosageForm::External => "external",
        DosageForm::Injection | DosageForm::Other => "injection",
    }
}

fn told(entry: &Medication) -> Told {
    (
        domain::date::format(entry.dispensed_on),
        entry.responsible().code.to_string(),
        entry.dispenser.code.to_string(),
        form(entry),
        entry.drug.code.to_string(),
        entry.amount.to_string(),
        entry.supply.count().to_string(),
    )
}

fn true_row(row: &Row) -> Told {
    let text = |column: &str| row.get(column).cloned().unwrap_or_default();
    let form = match row.get("Form").map(String::as_str) {
        Some("oral") => "oral",
        Some("as_needed") => "as_needed",
        Some("external") => "external",
        _ => "injection",
    };
    let day = text("DispensedOn").replace('-', "");
    (day, text("Prescriber"), text("Dispenser"), form, text("DrugCode"), text("Amount"), text("Count"))
}

/// A center's store with the register of a nation.
pub struct Center {
    pub store: Store,
    pub clock: TestClock,
    pub person_key: PersonKey,
}

impl Center {
    pub async fn with(feed: &Path, folder: &Path) -> Result<Self> {
        let clock = TestClock::default();
        let store = Store::open(&Address::in_folder(folder), Arc::new(clock.clone()), Box::new(NoObserver)).await?;
        let person_key = PersonKey::new(&[1; 32]);
        let importer = Importer {
            store: store.clone(),
            person_key: person_key.clone(),
            place_key: PlaceKey::new(&[2; 32]),
            clock: Arc::new(clock.clone()),
            life: Lifecycle::new(),
        };
        importer.import(File::open(feed)?, CsvEncoding::Utf8, &Source::Operator).await?;
        Ok(Self { store, clock, person_key })
    }

    /// Takes every file; gives how many claims fitted nobody.
    async fn take(&self, files: &[PathBuf]) -> Result<u64> {
        let importer =
            ClaimImporter { store: self.store.clone(), clock: Arc::new(self.clock.clone()), life: Lifecycle::new() };
        let mut unmatched = 0;
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let report = importer.import(File::open(path)?, ReadOptions::kind_of_name(&name)).await?;
            unmatched += report.of(Outcome::Unmatched) + report.of(Outcome::WithoutSource);
        }
        Ok(unmatched)
    }

    async fn withdraw(&self, records: &Path, row: &Row) -> Result<()> {
        let path = records.join(&row["File"]);
        let key = key_in(&path, row["ReceiptNumber"].parse()?)?.context("the claim stands in its file")?;
        let now = self.clock.now();
        self.store.tx("withdraw", async |mut tx| tx.withdraw_claim(key, now).await).await?;
        Ok(())
    }
}

/// The 受付番号 of a claim of a file.
fn key_in(path: &Path, number: u32) -> Result<Option<ClaimKey>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let options = ReadOptions { kind: ReadOptions::kind_of_name(&name), master: None };
    let mut claims = ClaimReader::new(File::open(path)?, options)?;
    let mut preparer = Preparer::default();
    while let Some(receipt) = claims.next_receipt()? {
        if let (Preparing::Ready(claim), Some(found)) = (preparer.prepare(&receipt), receipt.number)
            && found == number
        {
            return Ok(Some(claim.row.key));
        }
    }
    Ok(None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_drug_history_is_the_true_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (out, data) = (folder.path().join("nation"), folder.path().join("center"));
    std::fs::create_dir_all(&data)?;
    let nation = Nation::build(&Options::new(PEOPLE, 7))?;
    nation.write(&out)?;
    nation.write_records(&RecordOptions { claims_months: MONTHS, checkup_years: 0 }, &out)?;
    let records = out.join(files::RECORDS);
    let center = Center::with(&out.join(files::INSURER_FEED), &data).await?;
    assert_eq!(center.take(&claim_files(&records.join(files::CLAIM_FILES))?).await?, 0, "every claim fits somebody");
    for row in rows(&records.join(files::CLAIMS))?.iter().filter(|row| row["Fate"] == "withdrawn") {
        center.withdraw(&records, row).await?;
    }
    let mut truth: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for row in rows(&records.join(files::DRUG_HISTORY))? {
        truth.entry(row["PersonalNumber"].clone()).or_default().push(true_row(&row));
    }
    let masters = Masters::load(&center.store).await?;
    let (mut drugs, mut wrong) = (0, Vec::new());
    for row in rows(&out.join(files::RESIDENTS))? {
        let number = &row["PersonalNumber"];
        let person = center.person_key.person_id(&PersonalNumber::parse(number)?);
        let record = record_of(&center.store, person, nation.options().as_of, &masters).await?;
        let mut found: Vec<Told> = record.medications.iter().map(told).collect();
        let mut expected = truth.remove(number).unwrap_or_default();
        found.sort();
        expected.sort();
        drugs += found.len();
        if found != expected {
            wrong.push((found, expected));
        }
    }
    let some: Vec<_> = wrong.iter().take(3).collect();
    assert!(wrong.is_empty(), "{} people differ, such as {some:#?}", wrong.len());
    assert!(drugs > 1_000, "{drugs} drugs were compared");
    Ok(())
}
