//! The records page: what the patient allowed, the dangers first.
//!
//! * [`findings`] — what matters, and what could not be looked into
//! * [`timeline`] — drugs as bars over 36 months
//! * [`checkups`] — values over the years, as plots
//!
//! A part that may not be seen says so in its place; an empty list is shown only for what was allowed and is empty.

pub(crate) mod checkups;
pub(crate) mod findings;
pub(crate) mod timeline;

use askama::Template;
use domain::ConsentItem;
use domain::record::danger::RuleBook;
use domain::record::{Medication, Source, Supply};
use jiff::Timestamp;
use kit::text::Text;
use wire::api::{Answer, RecordAnswer, RecordPart};

use super::answer::{AnswerView, RecordView};
use super::dates::{self, in_words as day};
use super::shell::Shell;
use crate::asking::records::RecordAnswered;
use checkups::{CheckupView, PlotView};
use findings::FindingsView;
use timeline::TimelineView;

#[derive(Template)]
#[template(path = "records.html")]
pub(crate) struct RecordsPage {
    pub(crate) shell: Shell,
    /// Number of the check from which it was opened.
    pub(crate) check: String,
    pub(crate) person: RecordView,
    pub(crate) parts: Vec<PartView>,
    pub(crate) findings: FindingsView,
    pub(crate) timeline: Option<TimelineView>,
    pub(crate) drugs: Part<DrugRow>,
    pub(crate) diagnoses: Part<DiagnosisRow>,
    pub(crate) surgery: Part<SurgeryRow>,
    pub(crate) visits: Part<VisitRow>,
    pub(crate) plots: Part<PlotView>,
    pub(crate) checkups: Vec<CheckupView>,
    /// Up to which month claims have come in; empty where there are none.
    pub(crate) newest: String,
    pub(crate) looked_at: String,
    pub(crate) proof_number: String,
}

/// How one part stands.
#[derive(Debug, Clone)]
pub(crate) struct PartView {
    pub(crate) class: &'static str,
    /// Where on the page it is told.
    pub(crate) place: &'static str,
    pub(crate) name: Text,
    pub(crate) state: Text,
    pub(crate) when: String,
}

/// A part of the page: rows, or why there are none to see.
#[derive(Debug, Clone)]
pub(crate) struct Part<T> {
    pub(crate) rows: Vec<T>,
    /// Why it is not shown; none where it is.
    pub(crate) hidden: Option<Text>,
}

/// One drug of one dispensing.
#[derive(Debug, Clone)]
pub(crate) struct DrugRow {
    pub(crate) day: String,
    pub(crate) name: String,
    pub(crate) ingredient: String,
    pub(crate) form: &'static str,
    pub(crate) amount: String,
    pub(crate) usage: String,
    pub(crate) prescriber: String,
    pub(crate) dispenser: String,
    pub(crate) source: String,
    /// 医療機関コード of who is responsible, for the filter.
    pub(crate) institution: String,
    /// 薬効分類, two digits, for the filter.
    pub(crate) class: String,
}

/// One diagnosis.
#[derive(Debug, Clone)]
pub(crate) struct DiagnosisRow {
    pub(crate) name: String,
    pub(crate) started: String,
    pub(crate) last_month: String,
    pub(crate) state: Text,
    pub(crate) institution: String,
    pub(crate) source: String,
}

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct SurgeryRow {
    pub(crate) day: String,
    pub(crate) name: String,
    pub(crate) institution: String,
    pub(crate) source: String,
}

/// One day of treatment.
#[derive(Debug, Clone)]
pub(crate) struct VisitRow {
    pub(crate) day: String,
    pub(crate) institution: String,
    pub(crate) inpatient: bool,
    pub(crate) items: String,
    pub(crate) source: String,
}

/// What is said where a part may not be seen; none where it may.
pub(crate) fn hidden(answer: &RecordAnswer, item: ConsentItem) -> Option<Text> {
    let part = answer.part_list.iter().find(|part| part.consent_item() == Some(item));
    match part.map(|part| part.consent_state.as_str()) {
        Some("consented") => None,
        Some("expired") => Some(Text::new(
            "同意の期限が切れています。患者さんにもう一度たずねてください。",
            "The consent has run out. Ask the patient again.",
        )),
        Some("nothing_recorded") => Some(Text::new(
            "患者さんにまだたずねていません。受付のカードリーダーか窓口で同意をたずねてください。",
            "The patient has not been asked here.",
        )),
        Some(_) => Some(Text::new(
            "患者さんが同意していないため、表示しません。記録がないという意味ではありません。",
            "Not shown: the patient did not agree. It does not mean that there is nothing.",
        )),
        None => Some(Text::new("問い合わせていません。", "Was not asked for.")),
    }
}

pub(crate) fn part_of(part: &RecordPart) -> Option<PartView> {
    let item = part.consent_item()?;
    let name = item.name();
    let when = |word: &str| part.valid_until.map(|at| format!("{}{word}", dates::day_and_time(at))).unwrap_or_default();
    let (class, state, when) = match part.consent_state.as_str() {
        "consented" => ("yes", Text::new("同意あり", "allowed"), when(" まで")),
        "expired" => ("over", Text::new("期限切れ", "run out"), when(" に終了")),
        "nothing_recorded" => ("none", Text::new("たずねていません", "not asked"), String::new()),
        _ => ("no", Text::new("同意なし", "not allowed"), String::new()),
    };
    Some(PartView { class, place: place(item), name: Text::new(name.ja, name.en), state, when })
}

/// The section in which an item is told.
const fn place(item: ConsentItem) -> &'static str {
    match item {
        ConsentItem::Drugs => "drugs",
        ConsentItem::Diagnosis => "diagnoses",
        ConsentItem::Surgery => "surgery",
        ConsentItem::Checkups => "checkups",
        // Told by the answer to the check, not by the record.
        ConsentItem::LimitCertificate | ConsentItem::SpecificDisease => "main",
    }
}

impl RecordsPage {
    /// The page of a look. `saved` is the check from which it was opened; the rules are looked through as of today.
    pub(crate) fn new(shell: Shell, saved: &Answer, looked: &RecordAnswered, rules: &RuleBook, now: Timestamp) -> Self {
        let answer = &looked.answer;
        let today = domain::date::in_japan(now).date();
        let part = |item| hidden(answer, item);
        let series = domain::checkup::trend(&answer.checkup_list);
        let drugs_hidden = part(ConsentItem::Drugs);
        Self {
            check: saved.request_id.to_string(),
            person: AnswerView::of_answer(saved, None, now).records.into_iter().next().unwrap_or_default(),
            parts: answer.part_list.iter().filter_map(part_of).collect(),
            findings: findings::of(answer, &series, rules, today),
            timeline: drugs_hidden.is_none().then(|| timeline::of(&answer.medication_list, today)).flatten(),
            drugs: Part { rows: answer.medication_list.iter().map(drug_row).collect(), hidden: drugs_hidden },
            diagnoses: Part {
                rows: answer.diagnosis_list.iter().map(diagnosis_row).collect(),
                hidden: part(ConsentItem::Diagnosis),
            },
            surgery: Part {
                rows: answer.procedure_list.iter().filter(|p| p.kind.is_surgery()).map(surgery_row).collect(),
                hidden: part(ConsentItem::Surgery),
            },
            visits: Part {
                rows: answer.treatment_visit_list.iter().map(visit_row).collect(),
                hidden: part(ConsentItem::Diagnosis),
            },
            plots: Part { rows: checkups::plots(&series, &answer.checkup_list), hidden: part(ConsentItem::Checkups) },
            checkups: checkups::newest_first(&answer.checkup_list),
            newest: answer.newest_month.map(month).unwrap_or_default(),
            looked_at: dates::day_and_time(answer.as_of),
            proof_number: looked.proof_number.clone(),
            shell,
        }
    }

    /// Institutions and classes of drugs among the rows, for the filter: code and words.
    pub(crate) fn institutions(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            self.drugs.rows.iter().map(|row| (row.institution.clone(), row.prescriber.clone())).collect();
        all.sort();
        all.dedup_by(|a, b| a.0 == b.0);
        all
    }

    /// The classes.
    pub(crate) fn classes(&self) -> Vec<String> {
        let mut all: Vec<String> = self.drugs.rows.iter().map(|row| row.class.clone()).collect();
        all.sort();
        all.dedup();
        all.retain(|class| !class.is_empty());
        all
    }
}

pub(crate) fn month(month: domain::record::Month) -> String {
    format!("{}年{}月", month.year(), month.month())
}

/// Who sent what: `2026年4月 調剤レセプト`.
fn source(sources: &[Source]) -> String {
    let each = sources.iter().map(|source| format!("{} {}レセプト", month(source.month), source.kind.label()));
    each.collect::<Vec<_>>().join("、")
}

/// Its name; without one, its code.
pub(super) fn institution(of: &domain::record::Institution) -> String {
    of.name.clone().unwrap_or_else(|| format!("医療機関 {}", of.code))
}

/// `1錠 × 28日分`.
pub(super) fn amount(entry: &Medication) -> String {
    let unit = entry.unit.as_deref().unwrap_or_default();
    let (each, count) = match entry.supply {
        Supply::Days(days) => ("1日", format!("{days}日分")),
        Supply::Doses(doses) => ("1回", format!("{doses}回分")),
        Supply::Times(1) => ("", String::new()),
        Supply::Times(times) => ("", format!("{times}回")),
    };
    let amount = format!("{each}{}{unit}", entry.amount);
    if count.is_empty() { amount } else { format!("{amount} × {count}") }
}

pub(crate) fn drug_row(entry: &Medication) -> DrugRow {
    let names: Vec<&str> = entry.drug.ingredients.iter().map(|ingredient| ingredient.name.as_str()).collect();
    DrugRow {
        day: day(entry.dispensed_on),
        name: entry.drug.shown().to_owned(),
        ingredient: names.join("・"),
        form: entry.form.label(),
        amount: amount(entry),
        usage: entry.usage.as_ref().map(|usage| usage.text.clone()).unwrap_or_default(),
        prescriber: institution(entry.responsible()),
        dispenser: institution(&entry.dispenser),
        source: source(&entry.sources),
        institution: entry.responsible().code.to_string(),
        class: entry.drug.class.map(|class| class.as_str()[..2].to_owned()).unwrap_or_default(),
    }
}

pub(crate) fn diagnosis_row(entry: &domain::record::Diagnosis) -> DiagnosisRow {
    let state = if entry.is_suspected() {
        Text::new("疑い", "suspected")
    } else if entry.has_ended() {
        Text::new("治療終了", "ended")
    } else {
        Text::new("治療中", "treated")
    };
    DiagnosisRow {
        name: entry.shown().to_owned(),
        started: entry.started_on.map(day).unwrap_or_default(),
        last_month: month(entry.last_month),
        state,
        institution: institution(&entry.institution),
        source: source(&entry.sources),
    }
}

pub(crate) fn surgery_row(entry: &domain::record::Procedure) -> SurgeryRow {
    SurgeryRow {
        day: day(entry.performed_on),
        name: entry.shown().to_owned(),
        institution: institution(&entry.institution),
        source: source(&entry.sources),
    }
}

pub(crate) fn visit_row(entry: &domain::record::TreatmentVisit) -> VisitRow {
    let item = |item: &domain::record::VisitItem| {
        let name = item.name.as_deref().unwrap_or(item.code.as_str());
        if item.times > 1 { format!("{name} ×{}", item.times) } else { name.to_owned() }
    };
    VisitRow {
        day: day(entry.day),
        institution: institution(&entry.institution),
        inpatient: entry.inpatient,
        items: entry.items.iter().map(item).collect::<Vec<_>>().join("、"),
        source: source(&entry.sources),
    }
}
