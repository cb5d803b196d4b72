//! What matters, at the top of the page, and what could not be looked into and why.

use domain::checkup::Series;
use domain::record::danger::{Egfr, Finding, Record, RuleBook, look_through};
use domain::{ConsentItem, Date};
use kit::text::Text;
use wire::api::RecordAnswer;

use super::super::dates::in_words as day;
use super::institution;
use crate::limits;

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct FindingsView {
    pub(crate) rows: Vec<FindingRow>,
    /// What was not looked into, so that nobody takes silence for safety.
    pub(crate) gaps: Vec<Text>,
    /// Whether drugs were looked through at all.
    pub(crate) looked: bool,
}

/// One thing that matters.
#[derive(Debug, Clone)]
pub(crate) struct FindingRow {
    pub(crate) class: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) subject_en: String,
    pub(crate) message: String,
    pub(crate) message_en: String,
    /// Each entry that it speaks of: drug, day, who.
    pub(crate) entries: Vec<String>,
    pub(crate) days: String,
    pub(crate) source: String,
    pub(crate) rule: String,
}

impl FindingRow {
    /// Whether it may lie open at the top without pushing the four after it off a screen of 1366 × 768.
    pub(crate) const fn is_short(&self) -> bool {
        self.entries.len() <= limits::OPEN_FINDING_ENTRIES_MAX
    }
}

/// Looks through what may be seen.
pub(crate) fn of(answer: &RecordAnswer, series: &[Series], rules: &RuleBook, today: Date) -> FindingsView {
    let looked = answer.shows(ConsentItem::Drugs);
    let egfr = Egfr::newest(series);
    let mut gaps = Vec::new();
    if !looked {
        gaps.push(Text::new(
            "薬剤情報を見られないため、重複・相互作用は調べていません。",
            "Drugs may not be seen, so duplicates and interactions were not looked for.",
        ));
        return FindingsView { rows: Vec::new(), gaps, looked };
    }
    if !answer.shows(ConsentItem::Diagnosis) {
        gaps.push(Text::new(
            "診療情報を見られないため、病名との照合はしていません。",
            "Diagnoses may not be seen, so drugs were not compared with them.",
        ));
    }
    if egfr.is_none() {
        gaps.push(if answer.shows(ConsentItem::Checkups) {
            Text::new(
                "健診のeGFRがないため、腎機能は調べていません。",
                "No checkup tells an eGFR: kidneys were not looked at.",
            )
        } else {
            Text::new(
                "健診を見られないため、腎機能は調べていません。",
                "Checkups may not be seen: kidneys were not looked at.",
            )
        });
    }
    let record = Record { medications: &answer.medication_list, diagnoses: &answer.diagnosis_list, egfr, as_of: today };
    let rows = look_through(rules, &record).into_iter().map(|finding| row(answer, finding)).collect();
    FindingsView { rows, gaps, looked }
}

fn row(answer: &RecordAnswer, finding: Finding) -> FindingRow {
    let drugs = finding.medications.iter().filter_map(|at| answer.medication_list.get(*at)).map(|entry| {
        let who = institution(entry.responsible());
        format!("{}（{} {} {who}）", entry.drug.shown(), day(entry.dispensed_on), super::amount(entry))
    });
    let diagnoses = finding
        .diagnoses
        .iter()
        .filter_map(|at| answer.diagnosis_list.get(*at))
        .map(|entry| format!("病名: {}（{}）", entry.shown(), institution(&entry.institution)));
    let (from, to) = finding.days;
    FindingRow {
        class: finding.severity.code(),
        severity: finding.severity.label(),
        kind: finding.kind.label(),
        subject: finding.subject,
        subject_en: finding.subject_en,
        message: finding.message,
        message_en: finding.message_en,
        entries: drugs.chain(diagnoses).collect(),
        days: if from == to { day(from) } else { format!("{} ～ {}", day(from), day(to)) },
        source: format!("{} {}（{}）", finding.source.document, finding.source.section, day(finding.source.date)),
        rule: finding.rule,
    }
}
