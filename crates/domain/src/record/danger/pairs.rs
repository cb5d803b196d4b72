//! Two drugs at a time: interactions, and one ingredient or class twice. Twice means: swallowed, and prescribed apart.

use std::collections::BTreeMap;

use super::{DrugSet, Finding, FindingKind, Look, Taken, days_in};
use crate::Date;
use crate::record::Ingredient;

/// A patient comes again before a drug runs out. Up to so many days of overlap at one institution are that, and no duplicate.
const RENEWAL_DAYS_MAX: i64 = 7;

/// Pairs of the same two ingredients are one finding, with all entries and the days of the latest pair.
#[derive(Default)]
struct Pairs<'a> {
    found: BTreeMap<(&'a str, &'a str), Pair<'a>>,
}

struct Pair<'a> {
    ingredients: (&'a Ingredient, &'a Ingredient),
    entries: Vec<usize>,
    days: (Date, Date),
}

impl<'a> Pairs<'a> {
    fn note(
        &mut self,
        ingredients: (&'a Ingredient, &'a Ingredient),
        entries: (&Taken<'_>, &Taken<'_>),
        days: (Date, Date),
    ) {
        let key = (ingredients.0.atc.as_str(), ingredients.1.atc.as_str());
        let pair = self.found.entry(key).or_insert_with(|| Pair { ingredients, entries: Vec::new(), days });
        if days.1 > pair.days.1 {
            pair.days = days;
        }
        for at in [entries.0.at, entries.1.at] {
            if !pair.entries.contains(&at) {
                pair.entries.push(at);
            }
        }
    }
}

/// Whether two entries were prescribed apart: by two institutions, or by one with more overlap than a renewal has. Two
/// entries of one day by one institution are one prescription.
fn is_apart(a: &Taken<'_>, b: &Taken<'_>, days: (Date, Date)) -> bool {
    if a.entry.responsible().code != b.entry.responsible().code {
        return true;
    }
    let day = |taken: &Taken<'_>| taken.entry.prescribed_on.unwrap_or(taken.entry.dispensed_on);
    day(a) != day(b) && days_in(days) > RENEWAL_DAYS_MAX
}

fn pairs_of<'p, 'a>(present: &'p [Taken<'a>]) -> impl Iterator<Item = (&'p Taken<'a>, &'p Taken<'a>, (Date, Date))> {
    present
        .iter()
        .enumerate()
        .flat_map(|(at, a)| present[at + 1..].iter().filter_map(move |b| a.shared(b).map(|days| (a, b, days))))
}

impl Look<'_> {
    pub(super) fn interactions(&self, left: &DrugSet, right: &DrugSet) -> Vec<Finding> {
        let mut pairs = Pairs::default();
        for (a, b, days) in pairs_of(self.present) {
            let found = match (left.ingredient(&a.entry.drug), right.ingredient(&b.entry.drug)) {
                (Some(one), Some(other)) => Some((one, other)),
                _ => left.ingredient(&b.entry.drug).zip(right.ingredient(&a.entry.drug)),
            };
            // One ingredient in both sets does not interact with itself: that is a duplicate.
            if let Some(found) = found.filter(|(one, other)| one.atc != other.atc) {
                pairs.note(found, (a, b), days);
            }
        }
        self.findings(FindingKind::Interaction, pairs, " ＋ ")
    }

    pub(super) fn same_class(&self, class: &DrugSet) -> Vec<Finding> {
        let mut pairs = Pairs::default();
        for (a, b, days) in pairs_of(self.present) {
            if !a.entry.form.is_swallowed() || !b.entry.form.is_swallowed() || !is_apart(a, b, days) {
                continue;
            }
            let (Some(one), Some(other)) = (class.ingredient(&a.entry.drug), class.ingredient(&b.entry.drug)) else {
                continue;
            };
            if one.atc != other.atc {
                pairs.note(if one.atc < other.atc { (one, other) } else { (other, one) }, (a, b), days);
            }
        }
        self.findings(FindingKind::SameClass, pairs, " ・ ")
    }

    pub(super) fn same_ingredient(&self) -> Vec<Finding> {
        let mut pairs = Pairs::default();
        for (a, b, days) in pairs_of(self.present) {
            if !a.entry.form.is_swallowed() || !b.entry.form.is_swallowed() || !is_apart(a, b, days) {
                continue;
            }
            for one in &a.entry.drug.ingredients {
                if b.entry.drug.ingredients.iter().any(|other| other.atc == one.atc) {
                    pairs.note((one, one), (a, b), days);
                }
            }
        }
        self.findings(FindingKind::SameIngredient, pairs, " ・ ")
    }

    fn findings(&self, kind: FindingKind, pairs: Pairs<'_>, between: &str) -> Vec<Finding> {
        let finding = |pair: Pair<'_>| {
            let (one, other) = pair.ingredients;
            let subject = if one.atc == other.atc {
                (one.name.clone(), one.name_en.clone())
            } else {
                (format!("{}{between}{}", one.name, other.name), format!("{} + {}", one.name_en, other.name_en))
            };
            Finding { medications: pair.entries, ..self.finding(kind, subject, pair.days) }
        };
        pairs.found.into_values().map(finding).collect()
    }
}
