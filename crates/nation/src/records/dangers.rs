//! What must be told about a person's drugs, from the nation's own knowledge ([`super::knowledge`]). docs/FINDINGS.md says what
//! each word means; here it is counted in the nation's own way.

use std::collections::{BTreeMap, BTreeSet};

use super::drugs;
use super::history::Taken;
use super::knowledge::{
    ANTIBIOTICS, CLASSES, DISEASES, INTERACTIONS, KIDNEYS, LONG_ACID, LONG_SLEEP, Pair, STEROIDS, among, substances,
};
use super::month::Form;
use crate::day::Day;
use crate::error::Result;
use crate::model::PersonId;
use crate::nation::Nation;
use crate::write::{Table, personal_number};

pub(crate) const COLUMNS: [&str; 9] =
    ["PersonalNumber", "Danger", "Ingredients", "DrugCodes", "Prescribers", "FirstDay", "LastDay", "Detail", "Present"];

/// What lasted into so many days before today is taken at present: claims lag behind.
const PRESENT_DAYS: i32 = 90;
/// One institution gives a drug again before it has run out: so many days of both are no duplicate.
const RENEWAL_DAYS: i32 = 7;
/// Kinds of drugs on one day that are many, and the days for which each must be given.
const MANY: (usize, i32) = (6, 14);
/// Taken on so many of so many days is long.
const LONG: (usize, i32) = (90, 120);

/// One danger, with the first and the last day on which it exists.
#[derive(Clone, Debug)]
pub(crate) struct Danger {
    word: &'static str,
    substances: BTreeSet<&'static str>,
    drugs: BTreeSet<u16>,
    prescribers: BTreeSet<u32>,
    first: Day,
    last: Day,
    detail: String,
    present: bool,
}

/// What is known of a person on a day.
pub(crate) struct Known<'a> {
    /// Every drug, by day.
    pub(crate) taken: &'a [Taken],
    /// Names of diseases that claims of the last year name and none has ended.
    pub(crate) diseases: &'a BTreeSet<&'static str>,
    /// The last eGFR of a checkup, in thousandths.
    pub(crate) filter: Option<u32>,
    /// The day on which somebody looks.
    pub(crate) today: Day,
}

/// Everything that must be told on the day, and pairs of drugs that were wrong before.
pub(crate) fn of(known: &Known<'_>) -> Vec<Danger> {
    let mut found = known.pairs();
    let present: Vec<&Taken> = known.taken.iter().filter(|entry| known.is_present(entry)).collect();
    for (words, names) in DISEASES {
        if let Some(name) = names.iter().find(|name| known.diseases.contains(**name)) {
            found.extend(known.each("contraindication", &present, words, name));
        }
    }
    found.extend(known.kidneys(&present));
    found.extend(known.long_term("benzodiazepine", LONG_SLEEP));
    found.extend(known.long_term("acid_blocker", LONG_ACID));
    found.extend(known.many(&present));
    found.extend(known.each("antibiotic", &present, ANTIBIOTICS, ""));
    found.extend(known.each("steroid", &present, STEROIDS, ""));
    found
}

fn is_swallowed(entry: &Taken) -> bool {
    matches!(entry.form, Form::Oral | Form::AsNeeded)
}

impl Known<'_> {
    fn is_present(&self, entry: &Taken) -> bool {
        entry.day <= self.today && self.today.since(entry.last()) <= PRESENT_DAYS
    }

    /// One row for each pair of substances, drugs and prescribers, from the first to the last day on which both are taken.
    fn pairs(&self) -> Vec<Danger> {
        let mut found: BTreeMap<_, Danger> = BTreeMap::new();
        for (place, one) in self.taken.iter().enumerate() {
            for other in &self.taken[place + 1..] {
                let (first, last) = (one.day.max(other.day), one.last().min(other.last()));
                if other.day > one.last() {
                    break;
                }
                for (word, pair) in what_is_wrong(one, other, last.since(first) + 1) {
                    let (low, high) = if one.drug <= other.drug { (one, other) } else { (other, one) };
                    let key = (word, pair.clone(), low.drug, high.drug, low.prescriber, high.prescriber);
                    let danger = found.entry(key).or_insert_with(|| Danger {
                        word,
                        substances: pair,
                        drugs: [low.drug, high.drug].into(),
                        prescribers: [low.prescriber, high.prescriber].into(),
                        first,
                        last,
                        detail: String::new(),
                        present: false,
                    });
                    danger.last = danger.last.max(last);
                }
            }
        }
        let mut found: Vec<Danger> = found.into_values().collect();
        for danger in &mut found {
            danger.present = self.today.since(danger.last) <= PRESENT_DAYS && danger.first <= self.today;
        }
        found
    }

    /// One row for each substance of these words.
    fn each(&self, word: &'static str, present: &[&Taken], words: &[&str], detail: &str) -> Vec<Danger> {
        let mut by_substance: BTreeMap<&'static str, Vec<&Taken>> = BTreeMap::new();
        for entry in present {
            if let Some(substance) = among(entry.drug, words) {
                by_substance.entry(substance).or_default().push(entry);
            }
        }
        let row = |(substance, entries): (&'static str, Vec<&Taken>)| Danger {
            word,
            substances: [substance].into(),
            ..about(word, &entries, detail.to_owned(), self.today)
        };
        by_substance.into_iter().map(row).collect()
    }

    /// The lowest line that holds for a drug.
    fn kidneys(&self, present: &[&Taken]) -> Vec<Danger> {
        let Some(filter) = self.filter else { return Vec::new() };
        let detail = format!("{}.{}", filter / 1000, filter % 1000 / 100);
        let mut told: BTreeSet<&'static str> = BTreeSet::new();
        let mut found = Vec::new();
        for (words, _, must_not) in KIDNEYS.iter().filter(|(_, below, _)| filter < *below) {
            let word = if *must_not { "kidney_contraindication" } else { "kidney" };
            for danger in self.each(word, present, words, &detail) {
                if told.is_disjoint(&danger.substances) {
                    told.extend(&danger.substances);
                    found.push(danger);
                }
            }
        }
        found
    }

    /// Days on which something of these words was taken, each counted once, of the days that end with the last of them.
    fn long_term(&self, word: &'static str, words: &[&str]) -> Option<Danger> {
        let (enough, window) = LONG;
        let all: Vec<&Taken> = self.taken.iter().filter(|entry| among(entry.drug, words).is_some()).collect();
        let last = all.iter().filter(|entry| self.is_present(entry)).map(|entry| entry.last().min(self.today)).max()?;
        let first = last.plus(1 - window);
        let within: Vec<&Taken> = all.into_iter().filter(|entry| entry.day <= last && entry.last() >= first).collect();
        let days = (0..window)
            .map(|after| first.plus(after))
            .filter(|day| within.iter().any(|entry| entry.day <= *day && *day <= entry.last()))
            .count();
        let substances = within.iter().filter_map(|entry| among(entry.drug, words)).collect();
        (days >= enough).then(|| Danger {
            substances,
            first,
            last,
            ..about(word, &within, days.to_string(), self.today)
        })
    }

    /// The day of the last ones on which most kinds of drugs were swallowed.
    fn many(&self, present: &[&Taken]) -> Option<Danger> {
        let (enough, days_each) = MANY;
        let lasting: Vec<&Taken> =
            present.iter().copied().filter(|entry| entry.form == Form::Oral && entry.days() >= days_each).collect();
        let on = |day: Day| -> Vec<&Taken> {
            lasting.iter().copied().filter(|entry| entry.day <= day && day <= entry.last()).collect()
        };
        let kinds = |entries: &[&Taken]| {
            entries.iter().map(|entry| drugs::get(entry.drug).ingredient).collect::<BTreeSet<_>>().len()
        };
        let days = (0..=PRESENT_DAYS).map(|ago| self.today.plus(-ago));
        let (count, day) = days.map(|day| (kinds(&on(day)), day)).max()?;
        (count >= enough).then(|| Danger {
            first: day,
            last: day,
            ..about("many_drugs", &on(day), count.to_string(), self.today)
        })
    }
}

fn about(word: &'static str, entries: &[&Taken], detail: String, today: Day) -> Danger {
    Danger {
        word,
        substances: entries.iter().flat_map(|entry| substances(drugs::get(entry.drug))).collect(),
        drugs: entries.iter().map(|entry| entry.drug).collect(),
        prescribers: entries.iter().map(|entry| entry.prescriber).collect(),
        first: entries.iter().map(|entry| entry.day).min().unwrap_or(today),
        last: entries.iter().map(|entry| entry.last()).max().unwrap_or(today),
        detail,
        present: true,
    }
}

/// Everything that is wrong with two drugs that are taken together on so many days.
fn what_is_wrong(one: &Taken, other: &Taken, days: i32) -> Vec<(&'static str, BTreeSet<&'static str>)> {
    let mut found = Vec::new();
    let sides = |(left, right): &Pair| {
        let straight = among(one.drug, left).zip(among(other.drug, right));
        straight.or_else(|| among(other.drug, left).zip(among(one.drug, right)))
    };
    for (a, b) in INTERACTIONS.iter().filter_map(sides).filter(|(a, b)| a != b) {
        found.push(("interaction", BTreeSet::from([a, b])));
    }
    let apart = one.prescriber != other.prescriber || (one.day != other.day && days > RENEWAL_DAYS);
    if !apart || !is_swallowed(one) || !is_swallowed(other) {
        return found;
    }
    let theirs: Vec<&str> = substances(drugs::get(other.drug)).collect();
    for substance in substances(drugs::get(one.drug)).filter(|substance| theirs.contains(substance)) {
        found.push(("duplicate", BTreeSet::from([substance])));
    }
    for class in CLASSES {
        if let (Some(a), Some(b)) = (among(one.drug, class), among(other.drug, class))
            && a != b
        {
            found.push(("same_class", BTreeSet::from([a, b])));
        }
    }
    found
}

pub(crate) fn write(nation: &Nation, person: PersonId, danger: &Danger, table: &mut Table) -> Result<()> {
    let joined = |all: Vec<&str>| all.join("/");
    table.field(personal_number(nation.options.seed, person))?;
    table.field(danger.word)?;
    table.field(joined(danger.substances.iter().copied().collect()))?;
    table.field(joined(danger.drugs.iter().map(|drug| drugs::get(*drug).code).collect()))?;
    let codes = danger.prescribers.iter().map(|id| nation.facilities[*id as usize].code.as_str());
    table.field(joined(codes.collect()))?;
    table.day(Some(danger.first))?;
    table.day(Some(danger.last))?;
    table.field(&danger.detail)?;
    table.field(if danger.present { "1" } else { "0" })?;
    table.end_row()
}
