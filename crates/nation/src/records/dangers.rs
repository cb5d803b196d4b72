//! What must be told about a person's drugs, from the nation's own knowledge.
//!
//! Every row has the days on which it is true, so that a reader with another "today" can judge for itself. What is said
//! "at the end" is true on the last day of which claims speak.

use std::collections::BTreeMap;

use super::drugs;
use super::history::Taken;
use super::life::PAIRS;
use super::month::Form;
use crate::day::Day;
use crate::error::Result;
use crate::model::PersonId;
use crate::nation::Nation;
use crate::write::{Table, personal_number};

pub(crate) const COLUMNS: [&str; 8] =
    ["PersonalNumber", "Danger", "Ingredients", "DrugCodes", "Prescribers", "FirstDay", "LastDay", "Detail"];

/// Ingredients by mouth at the same time that are many.
const MANY: usize = 6;
/// Benzodiazepines for so many of the last days are long-term.
const LONG_TERM_DAYS: (i32, i32) = (90, 180);
/// Antibiotics of so many of the last days are recent.
const RECENT_DAYS: i32 = 90;
/// eGFR below which an NSAID is a danger, in thousandths of ml/min/1.73 m².
const LOW_FILTER: u32 = 60_000;
const ANTIBIOTICS: [&str; 9] = [
    "penicillin",
    "macrolide",
    "quinolone",
    "cephem",
    "cephem_injection",
    "tetracycline",
    "sulfonamide",
    "penem",
    "fosfomycin",
];

/// One danger, with the first and the last day on which it exists.
#[derive(Clone, Debug)]
pub(crate) struct Danger {
    word: &'static str,
    drugs: Vec<u16>,
    prescribers: Vec<u32>,
    first: Day,
    last: Day,
    detail: String,
}

/// Everything that must be told. `filter` is the last eGFR of a checkup, in thousandths.
pub(crate) fn of(taken: &[Taken], end: Day, filter: Option<u32>) -> Vec<Danger> {
    let mouth: Vec<&Taken> = taken.iter().filter(|entry| entry.form == Form::Oral).collect();
    let mut found = overlapping(&mouth);
    found.extend(at_the_end(&mouth, end));
    found.extend(long_term(&mouth, end));
    for entry in taken {
        let class = drugs::get(entry.drug).class;
        if ANTIBIOTICS.contains(&class) && end.since(entry.day) < RECENT_DAYS && entry.day <= end {
            found.push(single("antibiotic", entry, String::new()));
        }
        let low = filter.filter(|filter| *filter < LOW_FILTER);
        if let (Some(filter), "nsaid", true) = (low, class, end.since(entry.until()) < RECENT_DAYS) {
            let detail = format!("{}.{}", filter / 1000, filter % 1000 / 100);
            found.push(single("kidney", entry, detail));
        }
    }
    found
}

fn single(word: &'static str, entry: &Taken, detail: String) -> Danger {
    let (drugs, prescribers) = (vec![entry.drug], vec![entry.prescriber]);
    Danger { word, drugs, prescribers, first: entry.day, last: entry.until().before(), detail }
}

/// Duplicates from two institutions and interacting pairs: one row for each pair of drugs and prescribers, from the first
/// to the last day on which both are taken.
fn overlapping(mouth: &[&Taken]) -> Vec<Danger> {
    let mut found: BTreeMap<(&str, u16, u16, u32, u32), Danger> = BTreeMap::new();
    for (place, one) in mouth.iter().enumerate() {
        for other in &mouth[place + 1..] {
            if other.day >= one.until() {
                // Later ones may still be within the days of `one` only if they begin before its end.
                break;
            }
            let Some(word) = what_is_wrong(one, other) else {
                continue;
            };
            let (low, high) = if one.drug <= other.drug { (one, other) } else { (other, one) };
            let last = one.until().min(other.until()).before();
            let key = (word, low.drug, high.drug, low.prescriber, high.prescriber);
            found.entry(key).and_modify(|danger| danger.last = danger.last.max(last)).or_insert_with(|| Danger {
                word,
                drugs: vec![low.drug, high.drug],
                prescribers: vec![low.prescriber, high.prescriber],
                first: other.day,
                last,
                detail: String::new(),
            });
        }
    }
    found.into_values().collect()
}

fn what_is_wrong(one: &Taken, other: &Taken) -> Option<&'static str> {
    let (a, b) = (drugs::get(one.drug).ingredient, drugs::get(other.drug).ingredient);
    if a == b {
        return (one.prescriber != other.prescriber).then_some("duplicate");
    }
    PAIRS.iter().any(|pair| *pair == (a, b) || *pair == (b, a)).then_some("interaction")
}

fn at_the_end(mouth: &[&Taken], end: Day) -> Option<Danger> {
    let current: Vec<&&Taken> = mouth.iter().filter(|entry| entry.day <= end && end < entry.until()).collect();
    let mut names: Vec<&str> = current.iter().map(|entry| drugs::get(entry.drug).ingredient).collect();
    names.sort_unstable();
    names.dedup();
    (names.len() >= MANY).then(|| Danger {
        word: "many_drugs",
        drugs: current.iter().map(|entry| entry.drug).collect(),
        prescribers: current.iter().map(|entry| entry.prescriber).collect(),
        first: end,
        last: end,
        detail: names.len().to_string(),
    })
}

fn long_term(mouth: &[&Taken], end: Day) -> Option<Danger> {
    let (enough, window) = LONG_TERM_DAYS;
    let is_one = |entry: &&&Taken| {
        drugs::get(entry.drug).class == "benzodiazepine" && end.since(entry.day) < window && entry.day <= end
    };
    let given: Vec<&&Taken> = mouth.iter().filter(is_one).collect();
    let days: i32 = given.iter().map(|entry| i32::from(entry.count)).sum();
    let (first, last) = (given.first()?, given.last()?);
    (days >= enough).then(|| Danger {
        word: "benzodiazepine",
        drugs: given.iter().map(|entry| entry.drug).collect(),
        prescribers: given.iter().map(|entry| entry.prescriber).collect(),
        first: first.day,
        last: last.until().before(),
        detail: days.to_string(),
    })
}

pub(crate) fn write(nation: &Nation, person: PersonId, danger: &Danger, table: &mut Table) -> Result<()> {
    let joined = |all: Vec<&str>| {
        let mut kept: Vec<&str> = Vec::new();
        for text in all {
            if !kept.contains(&text) {
                kept.push(text);
            }
        }
        kept.join("/")
    };
    table.field(personal_number(nation.options.seed, person))?;
    table.field(danger.word)?;
    table.field(joined(danger.drugs.iter().map(|drug| drugs::get(*drug).ingredient).collect()))?;
    table.field(joined(danger.drugs.iter().map(|drug| drugs::get(*drug).code).collect()))?;
    let codes = danger.prescribers.iter().map(|id| nation.facilities[*id as usize].code.as_str());
    table.field(joined(codes.collect()))?;
    table.day(Some(danger.first))?;
    table.day(Some(danger.last))?;
    table.field(&danger.detail)?;
    table.end_row()
}
