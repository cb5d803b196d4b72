//! What matters in a record, as the program finds it by its rules and as the nation knows it by its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ::center::checkups::unpack;
use ::center::claims::records::{Masters, record_of};
use ::center::store::record_read::Reach;
use anyhow::Result;
use domain::checkup::trend;
use domain::record::Quantity;
use domain::record::danger::{Egfr, Finding, FindingKind, Record, Severity, look_through};
use domain::{Date, PersonId, PersonalNumber};
use nation::{Nation, files};

use super::center::TruthCenter;
use super::tables::Table;
use super::{Row, SHOWN_MAX};

/// What a comparison of findings came to.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// True findings by the nation's word for them.
    pub by_word: BTreeMap<String, usize>,
    /// How many findings only one side has.
    pub differing: usize,
    /// The first of them.
    pub differences: Vec<String>,
}

/// Compares what is found in everybody's record on the nation's day with `dangers.csv`, both ways.
///
/// # Errors
/// The table cannot be read, or the database.
pub async fn compare(center: &TruthCenter, nation: &Nation, records: &Path, masters: &Masters) -> Result<Findings> {
    let on: Date = nation.options().as_of;
    let mut table = Table::open(&records.join(files::DANGERS))?;
    let mut compared = Findings::default();
    for (person, number) in nation.personal_numbers().enumerate() {
        let id = center.person_key.person_id(&PersonalNumber::parse(&number)?);
        let history = record_of(&center.store, id, on, masters).await?;
        let egfr = newest_egfr(center, id, on).await?;
        let record = Record { medications: &history.medications, diagnoses: &history.diagnoses, egfr, as_of: on };
        let findings = look_through(&masters.rules, &record);
        let found: BTreeSet<String> = findings.iter().map(|finding| said(finding, &record)).collect();
        let present = table.of(&number)?.into_iter().filter(|row| row["Present"] == "1");
        let expected: BTreeSet<String> = present.map(|row| known(&row)).collect();
        for line in &expected {
            let word = line.split(' ').next().unwrap_or_default().to_owned();
            *compared.by_word.entry(word).or_default() += 1;
        }
        for (side, lines) in [("missing", expected.difference(&found)), ("not true", found.difference(&expected))] {
            for line in lines {
                compared.differing += 1;
                if compared.differences.len() < SHOWN_MAX {
                    compared.differences.push(format!("person {person} {side}: {line}"));
                }
            }
        }
    }
    Ok(compared)
}

async fn newest_egfr(center: &TruthCenter, person: PersonId, on: Date) -> Result<Option<Egfr>> {
    let reach = Reach { checkups: Some((Date::MIN, on)), ..Reach::default() };
    let stored = center.store.read("checkups", async |mut tx| tx.stored_record(person, reach).await).await?;
    let checkups = unpack(&stored.checkups)?;
    Ok(Egfr::newest(&trend(&checkups)))
}

/// The nation's word, substances, and what the word counts.
fn line(word: &str, substances: &BTreeSet<&str>, detail: &str) -> String {
    let substances: Vec<&str> = substances.iter().copied().collect();
    format!("{word} {} {detail}", substances.join("/"))
}

fn known(row: &Row) -> String {
    let substances: BTreeSet<&str> = row["Ingredients"].split('/').collect();
    match row["Danger"].as_str() {
        word @ "many_drugs" => line(word, &BTreeSet::new(), &row["Detail"]),
        word @ ("kidney" | "kidney_contraindication") => line(word, &substances, row["Detail"].trim_end_matches(".0")),
        word @ "contraindication" => line(word, &substances, &row["Detail"]),
        word => line(word, &substances, ""),
    }
}

/// The same of a finding. Its subject names the ingredients.
fn said(finding: &Finding, record: &Record<'_>) -> String {
    let names = finding.subject.split(" （").next().unwrap_or_default();
    let split = |between: &str| -> BTreeSet<&str> { names.split(between).collect() };
    match finding.kind {
        FindingKind::Interaction => line("interaction", &split(" ＋ "), ""),
        FindingKind::SameIngredient => line("duplicate", &split(" ・ "), ""),
        FindingKind::SameClass => line("same_class", &split(" ・ "), ""),
        FindingKind::Diagnosis => {
            let (drug, disease) = names.split_once(" ＋ ").unwrap_or((names, ""));
            line("contraindication", &BTreeSet::from([drug]), disease)
        }
        FindingKind::Kidney => {
            let word = if finding.severity == Severity::Contraindicated { "kidney_contraindication" } else { "kidney" };
            let value = record.egfr.map_or(Quantity::ZERO, |egfr| egfr.value).to_string();
            line(word, &split(" ・ "), value.trim_end_matches(".0"))
        }
        FindingKind::LongTerm if finding.rule == "long-benzodiazepine" => line("benzodiazepine", &split("、"), ""),
        FindingKind::LongTerm => line("acid_blocker", &split("、"), ""),
        FindingKind::ManyDrugs => {
            let counted = names.trim_start_matches("内服薬 ");
            let count = counted.split('種').next().unwrap_or(counted);
            let count = count.split('（').next().unwrap_or(count);
            line("many_drugs", &BTreeSet::new(), count)
        }
        FindingKind::Recent if finding.rule == "recent-antibiotic" => line("antibiotic", &split(" ・ "), ""),
        FindingKind::Recent => line("steroid", &split(" ・ "), ""),
    }
}
