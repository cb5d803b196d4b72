//! A doctor opens the record of a patient whom two institutions gave the same drug and drugs that do not go together: what the
//! patient allowed shows it, and what they did not allow shows nothing.

use super::report::{Expected, Visit};
use crate::check::folders::PrivateTerminal;
use crate::check::outcome::Outcome;
use crate::check::private::{PrivateCenter, World};
use anyhow::{Context as _, Result, ensure};
use domain::record::danger::{Finding, FindingKind, Record, look_through};
use domain::{ConsentChoice, ConsentItem, date};
use nation::{RecordOptions, files};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use terminal::asking::outcome::Outcome as Asked;
use wire::api::{RecordAnswer, SearchInfo};

/// What the demo needs of a year: enough for drugs that overlap.
pub const RECORDS: RecordOptions = RecordOptions { claims_months: 3, checkup_years: 0 };
/// Findings that are told.
const TOLD_MAX: usize = 4;

/// A row of a table by its columns.
type Row = BTreeMap<String, String>;

/// The patient of the story.
pub struct Patient {
    search: SearchInfo,
    /// Claim files in which something of them stands.
    files: Vec<PathBuf>,
}

fn rows(path: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// Somebody with one card in force of whom the nation knows a duplicate and an interaction, those that last longest first.
pub fn patient(nation: &Path) -> Result<Patient> {
    let records = nation.join(files::RECORDS);
    let mut last: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in rows(&records.join(files::DANGERS))? {
        let ends = last.entry(row["PersonalNumber"].clone()).or_default().entry(row["Danger"].clone()).or_default();
        *ends = std::mem::take(ends).max(row["LastDay"].clone());
    }
    let both =
        |dangers: &BTreeMap<String, String>| Some(dangers.get("duplicate")?.min(dangers.get("interaction")?).clone());
    let mut in_danger: Vec<_> =
        last.iter().filter_map(|(number, dangers)| Some((both(dangers)?, number.as_str()))).collect();
    in_danger.sort_by(|a, b| b.cmp(a));
    let mut cards: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for card in rows(&nation.join(files::INSURER_FEED))? {
        cards.entry(card["PersonalNumber"].clone()).or_default().push(card);
    }
    let one_card = |number: &str| match cards.get(number).map(Vec::as_slice) {
        Some([card]) if card["DisqualificationDate"].is_empty() && card["InsurerNumber"].len() == 8 => Some(card),
        _ => None,
    };
    let found = in_danger.iter().find_map(|(_, number)| Some((*number, one_card(number)?)));
    let (number, card) = found.context("nobody in this nation has a duplicate and an interaction")?;
    let claims = rows(&records.join(files::CLAIMS))?;
    let theirs = claims.iter().filter(|row| row["PersonalNumber"] == number && row["Fate"] != "withdrawn");
    let names: BTreeSet<&str> = theirs.map(|row| row["File"].as_str()).collect();
    Ok(Patient { search: numbers(card), files: names.into_iter().map(|file| records.join(file)).collect() })
}

fn numbers(card: &Row) -> SearchInfo {
    let optional = |name: &str| (!card[name].is_empty()).then(|| card[name].clone());
    SearchInfo {
        insurer_number: card["InsurerNumber"].clone(),
        insured_card_symbol: optional("InsuredCardSymbol"),
        insured_identification_number: card["InsuredIdentificationNumber"].clone(),
        insured_branch_number: optional("InsuredBranchNumber"),
        birthdate: card["Birthdate"].replace('-', ""),
        limit_application_certificate_related_cons_flg: None,
        arbitrary_identifier: None,
    }
}

/// Loads the claims in which something of the patient stands.
pub async fn load(center: &PrivateCenter, patient: &Patient) -> Result<()> {
    for file in &patient.files {
        center.admin.claims_import(file).await.with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// The patient comes twice: once they allow their drugs to be seen, once nothing.
pub async fn play(terminal: &PrivateTerminal, patient: &Patient, today: &str, world: &World) -> Result<Vec<Visit>> {
    let drugs = ConsentChoice::NOTHING.with(ConsentItem::Drugs).with(ConsentItem::Diagnosis);
    let mut visits = Vec::new();
    for (name, title, allows) in [
        ("record_allowed", "薬の情報を見せてよいと言った人。医師が記録を開く", drugs),
        ("record_withheld", "同じ人が、次は見せないと言った", ConsentChoice::NOTHING),
    ] {
        let begun = world.clock.monotonic();
        let (asked, look) = terminal.running.check_and_look(today, patient.search.clone(), allows, "demo").await;
        let took = world.since(begun);
        let checked = match &asked {
            Asked::Answered(answered) => Outcome::of_answer(&answered.answer),
            other => Outcome::failure(format!("{other:?}")),
        };
        let look = look.map_err(|why| anyhow::anyhow!("the record could not be opened: {why:?}"))?;
        let (told, differences) = judge(&look, allows);
        ensure!(!told.is_empty(), "a record says something in every case");
        visits.push(Visit {
            name: name.to_owned(),
            way: "record",
            ok: checked.verdict == "valid" && differences.is_empty(),
            verdict: checked.verdict,
            basis: Some("live".to_owned()),
            share: checked.share,
            ms: took.as_secs_f64() * 1000.0,
            expected: Expected { verdict: "valid".to_owned(), share: checked.share, hint: None },
            title: title.to_owned(),
            told,
            differences,
        });
    }
    Ok(visits)
}

/// What a doctor reads, and in what it differs from what the nation knows.
fn judge(look: &RecordAnswer, allows: ConsentChoice) -> (Vec<String>, Vec<String>) {
    if !allows.allows(ConsentItem::Drugs) {
        let leaked = look.shows(ConsentItem::Drugs) || !look.medication_list.is_empty();
        let differences = leaked.then(|| "drugs are shown that nobody allowed to be seen".to_owned());
        return (
            vec!["薬剤情報: 患者さんが同意していないため、見られません".to_owned()],
            differences.into_iter().collect(),
        );
    }
    let today = date::in_japan(look.as_of).date();
    let record =
        Record { medications: &look.medication_list, diagnoses: &look.diagnosis_list, egfr: None, as_of: today };
    let findings = look_through(&wire::master::starter_rules(), &record);
    let has = |kinds: &[FindingKind]| findings.iter().any(|finding| kinds.contains(&finding.kind));
    let expected = [
        ("duplicate", has(&[FindingKind::SameIngredient, FindingKind::SameClass])),
        ("interaction", has(&[FindingKind::Interaction])),
    ];
    let told = |finding: &Finding| format!("{}: {}", finding.kind.label(), finding.subject);
    let mut lines = vec![format!("薬 {} 件、注意 {} 件", look.medication_list.len(), findings.len())];
    lines.extend(findings.iter().take(TOLD_MAX).map(told));
    let missing = expected.iter().filter(|(_, found)| !found).map(|(what, _)| format!("no {what} was found"));
    (lines, missing.collect())
}
