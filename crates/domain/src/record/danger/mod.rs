//! What matters in a record: duplicates, interactions, contraindications, drugs to check for the kidneys, long use.
//!
//! A pure function of the record, the newest eGFR, the day and the rules ([`look_through`]). It names entries, says why, and
//! where the rule stands written; it decides nothing for a doctor. Three things it cannot know, and the screen says so: what
//! was bought without a prescription, what was not taken, and what the claims of the last one to two months will tell.
//!
//! Because claims lag, *at present* means within the last [`PRESENT_DAYS`] days: a drug counts if it lasted into them, and
//! two drugs count together if their own days overlap.

mod pairs;
mod rules;
mod single;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::ToSpan;

use crate::checkup::{EGFR_KEY, Series};

use super::{Diagnosis, DosageForm, Medication, Quantity, Supply};
use crate::Date;

pub use rules::{DiagnosisSet, DrugSet, Rule, RuleBook, RuleKind, RuleSource, Severity};

/// How far back a drug counts as taken at present, in days: claims of a month arrive by the 10th of the next one, are
/// examined, and prescriptions of 30 to 90 days are usual.
pub const PRESENT_DAYS: i64 = 90;
/// Most days for which 屯服 is taken to last: one dose a day, and no longer.
const AS_NEEDED_DAYS_MAX: u16 = 14;
/// Days for which a drug for outer use is taken to last; claims do not tell.
const EXTERNAL_DAYS: u16 = 14;

/// The newest eGFR of a checkup.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Egfr {
    /// In ml/min/1.73m².
    pub value: Quantity,
    /// Day of the checkup.
    pub measured_on: Date,
}

impl Egfr {
    /// The newest of these series of checkups ([`trend`](fn@crate::checkup::trend)); none where no checkup tells one.
    pub fn newest(series: &[Series]) -> Option<Self> {
        let newest = series.iter().find(|series| series.key == EGFR_KEY)?.points.last()?;
        Some(Self { value: Quantity::parse(&newest.value.to_string()).ok()?, measured_on: newest.date })
    }
}

impl std::fmt::Debug for Egfr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Egfr(…)")
    }
}

/// What is looked through.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Drugs handed out, in any order.
    pub medications: &'a [Medication],
    /// Diagnoses, in any order.
    pub diagnoses: &'a [Diagnosis],
    /// The newest eGFR, if a checkup tells one.
    pub egfr: Option<Egfr>,
    /// The day on which somebody looks.
    pub as_of: Date,
}

/// What kind of thing was found. The order is the order on the screen within one severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// Two drugs that do not go together.
    Interaction,
    /// A drug and a diagnosis that do not go together.
    Diagnosis,
    /// One ingredient twice.
    SameIngredient,
    /// One class twice.
    SameClass,
    /// A drug to check for the kidneys.
    Kidney,
    /// A drug taken for long.
    LongTerm,
    /// Many drugs.
    ManyDrugs,
    /// A drug of the last days that is worth knowing.
    Recent,
}

impl FindingKind {
    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Interaction => "interaction",
            Self::Diagnosis => "diagnosis",
            Self::SameIngredient => "same_ingredient",
            Self::SameClass => "same_class",
            Self::Kidney => "kidney",
            Self::LongTerm => "long_term",
            Self::ManyDrugs => "many_drugs",
            Self::Recent => "recent",
        }
    }

    /// As a screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Interaction => "相互作用",
            Self::Diagnosis => "病名と薬",
            Self::SameIngredient => "成分の重複",
            Self::SameClass => "同種薬の重複",
            Self::Kidney => "腎機能",
            Self::LongTerm => "長期使用",
            Self::ManyDrugs => "多剤",
            Self::Recent => "最近の薬",
        }
    }
}

/// One thing that matters. `Debug` is blank: it tells of a person's drugs.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// How much it weighs.
    pub severity: Severity,
    /// Name of the rule.
    pub rule: String,
    /// The drugs or diagnoses in a few words, such as ワルファリン ＋ ロキソプロフェン.
    pub subject: String,
    /// The same in English.
    pub subject_en: String,
    /// Why it matters and what to do.
    pub message: String,
    /// The same in English.
    pub message_en: String,
    /// The entries that it speaks of: places in [`Record::medications`], the newest first.
    pub medications: Vec<usize>,
    /// Places in [`Record::diagnoses`].
    pub diagnoses: Vec<usize>,
    /// The days that it speaks of, both inclusive: when two drugs overlapped last, when a drug was taken.
    pub days: (Date, Date),
    /// Where the rule stands written.
    pub source: RuleSource,
}

impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finding").field("rule", &self.rule).finish_non_exhaustive()
    }
}

/// Looks a record through by the rules of a book: the gravest first, and among equals the latest first.
pub fn look_through(book: &RuleBook, record: &Record<'_>) -> Vec<Finding> {
    let present = present(record);
    let mut findings = Vec::new();
    for rule in book.rules() {
        let look = Look { rule, record, present: &present };
        match &rule.kind {
            RuleKind::SameIngredient => findings.extend(look.same_ingredient()),
            RuleKind::SameClass(class) => findings.extend(look.same_class(class)),
            RuleKind::Interaction(left, right) => findings.extend(look.interactions(left, right)),
            RuleKind::Diagnosis(drugs, diagnoses) => findings.extend(look.with_diagnosis(drugs, diagnoses)),
            RuleKind::Kidney(drugs, below) => findings.extend(look.kidney(drugs, *below)),
            RuleKind::LongTerm { drugs, days, within_days } => {
                findings.extend(look.long_term(drugs, *days, *within_days));
            }
            RuleKind::ManyDrugs { drugs, days_each } => findings.extend(look.many_drugs(*drugs, *days_each)),
            RuleKind::Recent(drugs, days) => findings.extend(look.recent(drugs, *days)),
        }
    }
    drop_milder(&mut findings);
    findings.sort_by(|a, b| {
        let order = |f: &Finding| (f.severity, f.kind, std::cmp::Reverse(f.days.1));
        order(a).cmp(&order(b)).then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.subject.cmp(&b.subject))
    });
    findings
}

/// Several lines of eGFR may speak of one drug; below the lowest one what is said of those above is not right any more.
fn drop_milder(findings: &mut Vec<Finding>) {
    let mut gravest: HashMap<String, Severity> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.kind == FindingKind::Kidney) {
        let held = gravest.entry(finding.subject.clone()).or_insert(finding.severity);
        *held = finding.severity.min(*held);
    }
    let is_said = |finding: &Finding| gravest.get(&finding.subject).is_none_or(|gravest| finding.severity == *gravest);
    findings.retain(|finding| finding.kind != FindingKind::Kidney || is_said(finding));
}

/// A drug that counts at present.
#[derive(Clone, Copy)]
struct Taken<'a> {
    /// Place in the record.
    at: usize,
    entry: &'a Medication,
    from: Date,
    to: Date,
}

impl Taken<'_> {
    /// The days that two drugs share.
    fn shared(&self, other: &Self) -> Option<(Date, Date)> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some((from, to))
    }
}

/// A rule at work.
struct Look<'a> {
    rule: &'a Rule,
    record: &'a Record<'a>,
    present: &'a [Taken<'a>],
}

impl Look<'_> {
    fn finding(&self, kind: FindingKind, subject: (String, String), days: (Date, Date)) -> Finding {
        Finding {
            kind,
            severity: self.rule.severity,
            rule: self.rule.id.clone(),
            subject: subject.0,
            subject_en: subject.1,
            message: self.rule.message.clone(),
            message_en: self.rule.message_en.clone(),
            medications: Vec::new(),
            diagnoses: Vec::new(),
            days,
            source: self.rule.source.clone(),
        }
    }
}

/// The last day for which a drug lasts, by what a claim tells, and by a careful presumption where it does not.
fn lasts_to(entry: &Medication) -> Date {
    let days = match (entry.supply, entry.form) {
        (Supply::Days(_), _) => entry.days(),
        (Supply::Doses(doses), _) => doses.min(AS_NEEDED_DAYS_MAX),
        (Supply::Times(_), DosageForm::External) => EXTERNAL_DAYS,
        (Supply::Times(_), _) => 1,
    };
    days_after(entry.dispensed_on, i64::from(days.max(1)) - 1)
}

fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// Both days counted.
fn days_in((from, to): (Date, Date)) -> i64 {
    i64::from((to - from).get_days()) + 1
}

/// The drugs that count at present, the newest first.
fn present<'a>(record: &Record<'a>) -> Vec<Taken<'a>> {
    let since = days_after(record.as_of, -PRESENT_DAYS);
    let mut present: Vec<Taken<'a>> = record
        .medications
        .iter()
        .enumerate()
        .map(|(at, entry)| Taken { at, entry, from: entry.dispensed_on, to: lasts_to(entry) })
        .filter(|taken| taken.to >= since && taken.from <= record.as_of)
        .collect();
    present.sort_by_key(|taken| (std::cmp::Reverse(taken.from), taken.at));
    present
}
