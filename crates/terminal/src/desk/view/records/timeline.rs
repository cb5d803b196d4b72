//! Drugs as bars over the last 36 months: one row an ingredient, one bar a dispensing, as long as it lasts.

use std::collections::BTreeMap;

use domain::record::{Medication, Month};
use domain::{Date, MedicalInstitutionCode};

use super::super::dates::in_words as day;
use super::{amount, institution};
use crate::limits;

/// How far back the bars go.
const MONTHS: u16 = 36;
/// In units of the picture, which is as wide as the page is.
const LABEL_WIDTH: f64 = 300.0;
const MONTH_WIDTH: f64 = 26.0;
const ROW_HEIGHT: f64 = 24.0;
const HEAD_HEIGHT: f64 = 34.0;
/// A day's bar is still to be seen.
const BAR_WIDTH_MIN: f64 = 4.0;
/// Institutions that have a colour of their own; the others share the last.
const COLOURS: usize = 6;

/// The picture.
#[derive(Debug, Clone)]
pub(crate) struct TimelineView {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) months: Vec<MonthMark>,
    pub(crate) rows: Vec<TimelineRow>,
    /// Institutions with their colours.
    pub(crate) legend: Vec<(usize, String)>,
    /// Rows that found no room.
    pub(crate) left_out: usize,
}

/// A line at the beginning of a month.
#[derive(Debug, Clone)]
pub(crate) struct MonthMark {
    pub(crate) x: f64,
    pub(crate) label: String,
    pub(crate) is_year: bool,
}

/// One ingredient.
#[derive(Debug, Clone)]
pub(crate) struct TimelineRow {
    pub(crate) y: f64,
    pub(crate) label: String,
    /// Institutions among its bars, for the filter.
    pub(crate) institutions: String,
    pub(crate) class: String,
    pub(crate) bars: Vec<Bar>,
}

/// One dispensing.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) width: f64,
    pub(crate) colour: usize,
    pub(crate) institution: String,
    pub(crate) title: String,
}

impl TimelineView {
    pub(crate) const fn row_height() -> f64 {
        ROW_HEIGHT
    }
}

/// The picture of what was handed out; none where nothing falls into its months.
pub(super) fn of(medications: &[Medication], today: Date) -> Option<TimelineView> {
    let first = Month::of(today).months_before(MONTHS - 1).first_day();
    let shown: Vec<&Medication> =
        medications.iter().filter(|entry| entry.last_day() >= first && entry.dispensed_on <= today).collect();
    if shown.is_empty() {
        return None;
    }
    let colours = colours(&shown);
    let mut rows: BTreeMap<String, Vec<&Medication>> = BTreeMap::new();
    for entry in shown {
        rows.entry(label(entry)).or_default().push(entry);
    }
    let mut rows: Vec<(String, Vec<&Medication>)> = rows.into_iter().collect();
    // What is taken now stands above, what is over below.
    rows.sort_by_key(|(label, entries)| {
        (std::cmp::Reverse(entries.iter().map(|entry| entry.last_day()).max()), label.clone())
    });
    let left_out = rows.len().saturating_sub(limits::TIMELINE_ROWS_MAX);
    rows.truncate(limits::TIMELINE_ROWS_MAX);
    let rows: Vec<TimelineRow> =
        rows.into_iter().enumerate().map(|(at, (label, entries))| row(at, label, &entries, first, &colours)).collect();
    Some(TimelineView {
        width: LABEL_WIDTH + f64::from(MONTHS) * MONTH_WIDTH,
        height: HEAD_HEIGHT + ROW_HEIGHT * f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)) + 4.0,
        months: months(today),
        rows,
        legend: legend(&colours),
        left_out,
    })
}

/// What a row is: the ingredients, or the drug where they are not known.
fn label(entry: &Medication) -> String {
    let names: Vec<&str> = entry.drug.ingredients.iter().map(|ingredient| ingredient.name.as_str()).collect();
    if names.is_empty() { entry.drug.shown().to_owned() } else { names.join("・") }
}

type Colours = BTreeMap<MedicalInstitutionCode, (usize, String)>;

/// Who prescribed most has the first colour.
fn colours(entries: &[&Medication]) -> Colours {
    let mut counts: BTreeMap<MedicalInstitutionCode, (usize, String)> = BTreeMap::new();
    for entry in entries {
        let who = entry.responsible();
        counts.entry(who.code).or_insert_with(|| (0, institution(who))).0 += 1;
    }
    let mut order: Vec<_> = counts.into_iter().collect();
    order.sort_by_key(|(code, (count, _))| (std::cmp::Reverse(*count), *code));
    let coloured = order.into_iter().enumerate();
    coloured.map(|(at, (code, (_, name)))| (code, (at.min(COLOURS - 1), name))).collect()
}

fn legend(colours: &Colours) -> Vec<(usize, String)> {
    let mut legend: Vec<(usize, String)> = colours.values().cloned().collect();
    legend.sort();
    legend
}

fn row(at: usize, label: String, entries: &[&Medication], first: Date, colours: &Colours) -> TimelineRow {
    let mut institutions: Vec<String> = entries.iter().map(|entry| entry.responsible().code.to_string()).collect();
    institutions.sort();
    institutions.dedup();
    let class = entries.iter().find_map(|entry| entry.drug.class);
    TimelineRow {
        y: HEAD_HEIGHT + ROW_HEIGHT * f64::from(u32::try_from(at).unwrap_or(u32::MAX)),
        label,
        institutions: institutions.join(" "),
        class: class.map(|class| class.as_str()[..2].to_owned()).unwrap_or_default(),
        bars: entries.iter().map(|entry| bar(entry, first, colours)).collect(),
    }
}

fn bar(entry: &Medication, first: Date, colours: &Colours) -> Bar {
    let (from, to) = (entry.dispensed_on.max(first), entry.last_day());
    let x = place(from, first);
    let who = entry.responsible();
    Bar {
        x,
        width: (place(to, first) - x + MONTH_WIDTH / 30.0).max(BAR_WIDTH_MIN),
        colour: colours.get(&who.code).map_or(COLOURS - 1, |(colour, _)| *colour),
        institution: who.code.to_string(),
        title: format!("{} {} {} {}", day(entry.dispensed_on), entry.drug.shown(), amount(entry), institution(who)),
    }
}

/// Where a day lies: months are equally wide, so that their lines stand in order.
fn place(on: Date, first: Date) -> f64 {
    let months = f64::from(Month::of(on).index() - Month::of(first).index());
    let share = f64::from(on.day() - 1) / f64::from(on.days_in_month());
    LABEL_WIDTH + (months + share).min(f64::from(MONTHS)) * MONTH_WIDTH
}

fn months(today: Date) -> Vec<MonthMark> {
    let first = Month::of(today).months_before(MONTHS - 1);
    (0..MONTHS)
        .map(|at| {
            let month = Month::from_index(first.index() + i32::from(at));
            let is_year = month.month() == 1 || at == 0;
            MonthMark {
                x: LABEL_WIDTH + f64::from(at) * MONTH_WIDTH,
                label: if is_year { format!("{}年", month.year()) } else { month.month().to_string() },
                is_year,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_lies_in_its_month_and_the_first_day_at_the_edge() {
        let first = date(2024, 1, 1);
        assert!((place(first, first) - LABEL_WIDTH).abs() < f64::EPSILON);
        let half = place(date(2024, 2, 15), first);
        assert!(half > LABEL_WIDTH + MONTH_WIDTH && half < LABEL_WIDTH + 2.0 * MONTH_WIDTH);
    }

    #[test]
    fn the_last_of_the_months_is_this_one() {
        let marks = months(date(2026, 11, 28));
        assert_eq!(marks.len(), 36);
        assert_eq!(marks[0].label, "2023年");
        assert_eq!(marks[35].label, "11");
    }
}
