//! Proves that archives of checkups become what the nation knows to have been measured: every archive of a nation is taken, and
//! every person's reports are compared with the nation's own table, value by value. A second time nothing changes, and what an
//! archive holds of a stranger is kept apart. The nation shares no code with the reader.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use center::checkups::{CheckupImporter, CheckupsReport, unpack};
use center::store::record_read::Reach;
use domain::checkup::CheckupValue;
use domain::{Checkup, PersonalNumber, date};
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use nation::{Nation, Options, RecordOptions, files};
use tashika::check::truth::center::TruthCenter;
use tashika::check::truth::{Row, files_below, rows};
use testkit::TestClock;

/// The fewest people that a nation has.
const PEOPLE: u32 = 1_000;
const YEARS: u32 = 2;

/// Day, institution, item, value, and what is said instead of a value.
type Told = (String, String, String, String, &'static str);

fn told(checkup: &Checkup) -> Vec<Told> {
    let one = |item: &domain::checkup::CheckupItem| {
        let (value, instead) = match &item.value {
            CheckupValue::Quantity { value, .. } => (value.to_string(), ""),
            CheckupValue::Coded { code, .. } => (code.clone(), ""),
            CheckupValue::Text { text } => (text.clone(), ""),
            CheckupValue::OutOfRange { .. } => (String::new(), "beyond"),
            CheckupValue::NotDone => (String::new(), "not done"),
        };
        let institution = checkup.institution.code.clone();
        (date::format(checkup.date), institution, item.code.as_str().to_owned(), value, instead)
    };
    checkup.items.iter().map(one).collect()
}

fn true_row(row: &Row) -> Told {
    let instead = match (row["NotDone"].as_str(), row["Beyond"].as_str()) {
        ("1", _) => "not done",
        (_, "H") => "beyond",
        _ => "",
    };
    let day = row["CheckedOn"].replace('-', "");
    (day, row["MedicalInstitutionCode"].clone(), row["ItemCode"].clone(), row["Value"].clone(), instead)
}

async fn take(center: &TruthCenter, folder: &Path) -> Result<CheckupsReport> {
    let importer =
        CheckupImporter { store: center.store.clone(), clock: Arc::clone(&center.clock), life: Lifecycle::new() };
    let mut all = CheckupsReport::default();
    for path in files_below(folder)? {
        let report = importer.import(File::open(&path)?, &path.display().to_string()).await?;
        assert_eq!(report.read.set_aside, 0, "{}: {:?}", path.display(), report.read.faults);
        all.new += report.new;
        all.known += report.known;
        all.replaced += report.replaced;
        for (reason, count) in report.unmatched {
            *all.unmatched.entry(reason).or_default() += count;
        }
    }
    Ok(all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_of_every_checkup_is_the_true_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (out, data) = (folder.path().join("nation"), folder.path().join("center"));
    std::fs::create_dir_all(&data)?;
    let nation = Nation::build(&Options::new(PEOPLE, 7))?;
    nation.write(&out)?;
    nation.write_records(&RecordOptions { claims_months: 0, checkup_years: YEARS }, &out)?;
    let records = out.join(files::RECORDS);
    let clock: SharedClock = Arc::new(TestClock::default());
    let center = TruthCenter::with(&out.join(files::INSURER_FEED), &data, None, &clock).await?;
    let first = take(&center, &records.join(files::CHECKUP_FILES)).await?;
    assert!(first.unmatched.is_empty(), "every report fits somebody: {:?}", first.unmatched);
    let again = take(&center, &records.join(files::CHECKUP_FILES)).await?;
    assert_eq!((again.new, again.replaced, again.known), (0, 0, first.new), "the same archives change nothing");

    let mut truth: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for row in rows(&records.join(files::CHECKUPS))? {
        truth.entry(row["PersonalNumber"].clone()).or_default().push(true_row(&row));
    }
    let (mut values, mut wrong) = (0, Vec::new());
    for row in rows(&out.join(files::RESIDENTS))? {
        let number = &row["PersonalNumber"];
        let person = center.person_key.person_id(&PersonalNumber::parse(number)?);
        let ever = (date::parse("19000101").expect("a day"), date::parse("20991231").expect("a day"));
        let reach = Reach { checkups: Some(ever), ..Reach::default() };
        let stored = center.store.read("checkups", async |mut tx| tx.stored_record(person, reach).await).await?;
        let mut found: Vec<_> = unpack(&stored.checkups)?.iter().flat_map(told).collect();
        let mut expected = truth.remove(number).unwrap_or_default();
        found.sort();
        expected.sort();
        values += found.len();
        if found != expected {
            let differs: Vec<_> = found.iter().filter(|one| !expected.contains(one)).cloned().collect();
            let missing: Vec<_> = expected.iter().filter(|one| !found.contains(one)).cloned().collect();
            wrong.push((differs, missing));
        }
    }
    let some: Vec<_> = wrong.iter().take(3).collect();
    assert!(wrong.is_empty(), "{} people differ, such as {some:#?}", wrong.len());
    assert!(values > 10_000, "{values} values were compared");
    Ok(())
}
