//! Drugs one by one: against diagnoses and kidneys, over time, and how many.

use std::collections::{BTreeMap, BTreeSet};

use super::{DiagnosisSet, DrugSet, Finding, FindingKind, Look, PRESENT_DAYS, Taken, days_after};
use crate::Date;
use crate::record::{Diagnosis, Drug, Ingredient, Month, Quantity};

/// How long a diagnosis counts that no claim names any more and none has ended, in months.
const DIAGNOSIS_MONTHS: u16 = 12;

type Entries<'a> = BTreeMap<&'a str, (&'a Ingredient, Vec<Taken<'a>>)>;

/// Products of the same ingredients are one kind of drug; one that nobody knows is a kind of its own.
fn kind_of(drug: &Drug) -> Vec<&str> {
    if drug.ingredients.is_empty() {
        return vec![drug.code.as_str()];
    }
    drug.ingredients.iter().map(|ingredient| ingredient.atc.as_str()).collect()
}

impl<'l> Look<'l> {
    /// The entries at present of a set of drugs, by ingredient, the newest first.
    fn by_ingredient(&self, drugs: &DrugSet) -> Entries<'l> {
        let mut found: Entries<'l> = BTreeMap::new();
        for taken in self.present {
            if let Some(ingredient) = drugs.ingredient(&taken.entry.drug) {
                found.entry(ingredient.atc.as_str()).or_insert_with(|| (ingredient, Vec::new())).1.push(*taken);
            }
        }
        found
    }

    fn about(&self, kind: FindingKind, ingredient: &Ingredient, entries: &[Taken<'_>]) -> Finding {
        let from = entries.iter().map(|taken| taken.from).min().unwrap_or(self.record.as_of);
        let to = entries.iter().map(|taken| taken.to).max().unwrap_or(self.record.as_of);
        let subject = (ingredient.name.clone(), ingredient.name_en.clone());
        let medications = entries.iter().map(|taken| taken.at).collect();
        Finding { medications, ..self.finding(kind, subject, (from, to)) }
    }

    pub(super) fn with_diagnosis(&self, drugs: &DrugSet, diagnoses: &DiagnosisSet) -> Vec<Finding> {
        let since = Month::of(self.record.as_of).months_before(DIAGNOSIS_MONTHS);
        let counts = |diagnosis: &Diagnosis| {
            !diagnosis.is_suspected() && !diagnosis.has_ended() && diagnosis.last_month >= since
        };
        let places: Vec<usize> = self
            .record
            .diagnoses
            .iter()
            .enumerate()
            .filter(|(_, diagnosis)| counts(diagnosis) && diagnoses.holds(diagnosis))
            .map(|(at, _)| at)
            .collect();
        let Some(first) = places.first().map(|at| &self.record.diagnoses[*at]) else { return Vec::new() };
        self.by_ingredient(drugs)
            .into_values()
            .map(|(ingredient, entries)| {
                let mut finding = self.about(FindingKind::Diagnosis, ingredient, &entries);
                finding.subject = format!("{} ＋ {}", ingredient.name, first.shown());
                finding.subject_en = format!("{} + {}", ingredient.name_en, first.shown());
                finding.diagnoses.clone_from(&places);
                finding
            })
            .collect()
    }

    pub(super) fn kidney(&self, drugs: &DrugSet, below: Quantity) -> Vec<Finding> {
        let Some(egfr) = self.record.egfr.filter(|egfr| egfr.value < below) else { return Vec::new() };
        let measured = egfr.measured_on;
        self.by_ingredient(drugs)
            .into_values()
            .map(|(ingredient, entries)| {
                let mut finding = self.about(FindingKind::Kidney, ingredient, &entries);
                finding.subject = format!("{} （eGFR {}・{measured}）", ingredient.name, egfr.value);
                finding.subject_en = format!("{} (eGFR {}, {measured})", ingredient.name_en, egfr.value);
                finding
            })
            .collect()
    }

    /// Days on which any drug of the set was taken are counted once, in the stretch that ends with the last of them.
    pub(super) fn long_term(&self, drugs: &DrugSet, days: u16, within_days: u16) -> Option<Finding> {
        let as_of = self.record.as_of;
        let newest = self.present.iter().filter(|taken| drugs.ingredient(&taken.entry.drug).is_some());
        let last = newest.map(|taken| taken.to.min(as_of)).max()?;
        let first = days_after(last, 1 - i64::from(within_days));
        let mut covered: BTreeSet<Date> = BTreeSet::new();
        let mut entries = Vec::new();
        let mut names: BTreeMap<&str, &Ingredient> = BTreeMap::new();
        for (at, entry) in self.record.medications.iter().enumerate() {
            let Some(ingredient) = drugs.ingredient(&entry.drug) else { continue };
            let (from, to) = (entry.dispensed_on.max(first), super::lasts_to(entry).min(last));
            if from > to {
                continue;
            }
            covered.extend(from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to));
            entries.push((entry.dispensed_on, at));
            names.insert(ingredient.atc.as_str(), ingredient);
        }
        if covered.len() < usize::from(days) {
            return None;
        }
        entries.sort_by_key(|(day, at)| (std::cmp::Reverse(*day), *at));
        let joined = |name: fn(&Ingredient) -> &str| names.values().map(|i| name(i)).collect::<Vec<_>>().join("、");
        let count = covered.len();
        let subject = format!("{} （{within_days}日のうち{count}日）", joined(|i| &i.name));
        let subject_en = format!("{} ({count} of {within_days} days)", joined(|i| &i.name_en).replace('、', ", "));
        let first = covered.first().copied().unwrap_or(first);
        let medications = entries.into_iter().map(|(_, at)| at).collect();
        Some(Finding { medications, ..self.finding(FindingKind::LongTerm, (subject, subject_en), (first, last)) })
    }

    /// The day at present on which most drugs came together; the latest of such days.
    pub(super) fn many_drugs(&self, drugs: u16, days_each: u16) -> Option<Finding> {
        let long: Vec<&Taken<'_>> = self
            .present
            .iter()
            .filter(|taken| taken.entry.form.is_swallowed() && taken.entry.days() >= days_each)
            .collect();
        // The number grows only on a day on which a drug begins.
        let on = |day: Date| -> BTreeMap<Vec<&str>, &Taken<'_>> {
            let taken = long.iter().filter(|taken| taken.from <= day && day <= taken.to);
            taken.map(|taken| (kind_of(&taken.entry.drug), *taken)).collect()
        };
        let since = days_after(self.record.as_of, -PRESENT_DAYS);
        let day = long.iter().map(|taken| taken.from.max(since)).max_by_key(|day| (on(*day).len(), *day))?;
        let together = on(day);
        if together.len() < usize::from(drugs) {
            return None;
        }
        let count = together.len();
        let in_words = format!("{}年{}月{}日", day.year(), day.month(), day.day());
        let subject = (format!("内服薬 {count}種類（{in_words}）"), format!("{count} oral drugs ({day})"));
        let last = together.values().map(|taken| taken.to).min().unwrap_or(day);
        let mut medications: Vec<usize> = together.values().map(|taken| taken.at).collect();
        medications.sort_unstable();
        Some(Finding { medications, ..self.finding(FindingKind::ManyDrugs, subject, (day, last)) })
    }

    pub(super) fn recent(&self, drugs: &DrugSet, days: u16) -> Vec<Finding> {
        let since = days_after(self.record.as_of, -i64::from(days));
        let about = |(ingredient, entries): (&Ingredient, Vec<Taken<'_>>)| {
            let recent: Vec<Taken<'_>> = entries.into_iter().filter(|taken| taken.to >= since).collect();
            (!recent.is_empty()).then(|| self.about(FindingKind::Recent, ingredient, &recent))
        };
        self.by_ingredient(drugs).into_values().filter_map(about).collect()
    }
}
