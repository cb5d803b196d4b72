//! Proves that claims become the history that the nation knows to be true: a nation is written with its claims, all are taken
//! month by month, those that were taken back are withdrawn, and every person's drugs, diagnoses, treatments and surgery are
//! compared with the nation's own tables, field by field, and what the rules find in it with what the nation knows to be
//! dangerous. The nation shares no code with the readers. `cargo xtask truth` does
//! the same with ten thousand people and a year.

use std::sync::Arc;

use anyhow::Result;
use kit::clock::SharedClock;
use nation::{Nation, Options, RecordOptions, files};
use tashika::check::truth::center::TruthCenter;
use tashika::check::truth::{Part, compare, findings};
use testkit::TestClock;

/// The fewest people that a nation has.
const PEOPLE: u32 = 1_000;
const MONTHS: u32 = 3;
/// The nation's words for what must be told.
const EVERY_DANGER: [&str; 11] = [
    "acid_blocker",
    "antibiotic",
    "benzodiazepine",
    "contraindication",
    "duplicate",
    "interaction",
    "kidney",
    "kidney_contraindication",
    "many_drugs",
    "same_class",
    "steroid",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_history_and_every_finding_is_the_true_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (out, data) = (folder.path().join("nation"), folder.path().join("center"));
    std::fs::create_dir_all(&data)?;
    let nation = Nation::build(&Options::new(PEOPLE, 7))?;
    nation.write(&out)?;
    nation.write_records(&RecordOptions { claims_months: MONTHS, checkup_years: 2 }, &out)?;
    let records = out.join(files::RECORDS);
    let clock: SharedClock = Arc::new(TestClock::default());
    let center = TruthCenter::with(&out.join(files::INSURER_FEED), &data, None, &clock).await?;
    let taken = center.take_all(&records).await?;
    assert_eq!(taken.unmatched, 0, "every claim fits somebody");
    let masters = TruthCenter::masters();
    let compared = compare(&center, &nation, &records, &masters).await?;
    let some: Vec<String> = compared.differences.iter().map(ToString::to_string).collect();
    assert_eq!(compared.differing, 0, "{}", some.join("\n"));
    assert_eq!(compared.people, 1_000);
    for (part, least) in
        [(Part::Drug, 1_000), (Part::Diagnosis, 500), (Part::Procedure, 1_000), (Part::Surgery, 10), (Part::Day, 500)]
    {
        assert!(compared.of(part) >= least, "{part:?}: {}", compared.of(part));
    }
    center.take_checkups(&records).await?;
    let found = findings::compare(&center, &nation, &records, &masters).await?;
    assert_eq!(found.differing, 0, "{}", found.differences.join("\n"));
    let words: Vec<&str> = found.by_word.keys().map(String::as_str).collect();
    assert_eq!(words, EVERY_DANGER, "each kind occurs: {:?}", found.by_word);
    Ok(())
}
