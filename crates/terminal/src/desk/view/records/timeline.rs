//! Drugs as bars over the last 36 months: one row an ingredient, one bar a dispensing, as long as it lasts.
//!
//! What two institutions dispense in the same days stands in lanes side by side: one bar never hides another's institution.

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
/// A row of one lane, and how much each lane more adds to it.
const ROW_HEIGHT: f64 = 24.0;
const BAR_HEIGHT: f64 = 15.0;
const LANE_HEIGHT: f64 = 14.0;
const LANE_BAR_HEIGHT: f64 = 11.0;
/// Where the first lane of a row begins.
const LANE_TOP: f64 = 5.0;
/// Characters of an ingredient beside the bars; fewer where each lane says whose it is.
const LABEL_CHARACTERS: usize = 22;
const LABEL_CHARACTERS_BESIDE: usize = 13;
const LANE_CHARACTERS: usize = 11;
const HEAD_HEIGHT: f64 = 34.0;
/// A day's bar is still to be seen.
const BAR_WIDTH_MIN: f64 = 4.0;
/// Bars narrower than this have no edge: many days one after another would be nothing but edges.
const EDGE_WIDTH_MIN: f64 = 8.0;
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
    pub(crate) height: f64,
    /// As much as fits, and all of it.
    pub(crate) label: String,
    pub(crate) name: String,
    /// Institutions among its bars, for the filter.
    pub(crate) institutions: String,
    pub(crate) class: String,
    /// Whose each lane is; none where there is one lane.
    pub(crate) lanes: Vec<Lane>,
    pub(crate) bars: Vec<Bar>,
}

/// One of several lanes of a row.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    /// Base line of its words.
    pub(crate) y: f64,
    pub(crate) label: String,
    /// All institutions of the lane, and their codes for the filter.
    pub(crate) name: String,
    pub(crate) institutions: String,
}

/// One dispensing.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) colour: usize,
    pub(crate) institution: String,
    pub(crate) title: String,
}

impl TimelineView {
    /// Where a lane's words end.
    pub(crate) const fn lane_label_x() -> f64 {
        LABEL_WIDTH - 6.0
    }
}

impl Bar {
    pub(crate) fn is_thin(&self) -> bool {
        self.width < EDGE_WIDTH_MIN
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
    let mut bottom = HEAD_HEIGHT;
    let mut place = |(label, entries): (String, Vec<&Medication>)| {
        let row = row(bottom, label, &entries, first, &colours);
        bottom += row.height;
        row
    };
    let rows: Vec<TimelineRow> = rows.into_iter().map(&mut place).collect();
    Some(TimelineView {
        width: LABEL_WIDTH + f64::from(MONTHS) * MONTH_WIDTH,
        height: bottom + 4.0,
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

fn row(y: f64, name: String, entries: &[&Medication], first: Date, colours: &Colours) -> TimelineRow {
    let class = entries.iter().find_map(|entry| entry.drug.class);
    let lanes = lanes(entries, first);
    let one = lanes.len() == 1;
    let tops = (0..).map(|at| y + LANE_TOP + LANE_HEIGHT * f64::from(at));
    let placed: Vec<(f64, &Vec<&Medication>)> = tops.zip(&lanes).collect();
    let bars = placed.iter().flat_map(|(top, lane)| lane.iter().map(|entry| bar(entry, *top, one, first, colours)));
    let mut bars: Vec<Bar> = bars.collect();
    // As they are gone through by keyboard, and a later one is drawn over an earlier.
    bars.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    TimelineRow {
        y,
        height: placed.last().map_or(ROW_HEIGHT, |(top, _)| top + ROW_HEIGHT - LANE_TOP - y),
        label: shortened(&name, if one { LABEL_CHARACTERS } else { LABEL_CHARACTERS_BESIDE }),
        name,
        institutions: codes(entries),
        class: class.map(|class| class.as_str()[..2].to_owned()).unwrap_or_default(),
        lanes: if one { Vec::new() } else { placed.iter().map(|(top, entries)| lane(*top, entries)).collect() },
        bars,
    }
}

/// What is dispensed at once, apart. Who gives what keeps their lane through the years, so a lane holds several of them only
/// where none of their bars meet. A drug that is fetched before the last one is used up stays in its lane: the beginning of
/// the later bar is seen over the earlier.
fn lanes<'a>(entries: &[&'a Medication], first: Date) -> Vec<Vec<&'a Medication>> {
    let mut givers: BTreeMap<_, Vec<&'a Medication>> = BTreeMap::new();
    for entry in entries {
        givers.entry((entry.responsible().code, entry.drug.code)).or_default().push(entry);
    }
    let mut givers: Vec<Vec<&'a Medication>> = givers.into_values().collect();
    for given in &mut givers {
        given.sort_by_key(|entry| entry.dispensed_on);
    }
    givers.sort_by_key(|given| given.first().map(|entry| entry.dispensed_on));
    let mut lanes: Vec<Vec<&'a Medication>> = Vec::new();
    for given in givers {
        let free = |lane: &Vec<&Medication>| !lane.iter().any(|one| given.iter().any(|other| meet(one, other, first)));
        match lanes.iter().position(free) {
            Some(at) => lanes[at].extend(given),
            None if lanes.len() < limits::TIMELINE_LANES_MAX => lanes.push(given),
            None => lanes.last_mut().into_iter().for_each(|lane| lane.extend(&given)),
        }
    }
    lanes
}

/// Whether two bars lie over each other as they are drawn.
fn meet(one: &Medication, other: &Medication, first: Date) -> bool {
    let ((one_x, one_width), (other_x, other_width)) = (span(one, first), span(other, first));
    one_x < other_x + other_width && other_x < one_x + one_width
}

fn lane(top: f64, entries: &[&Medication]) -> Lane {
    let mut names: Vec<String> = entries.iter().rev().map(|entry| institution(entry.responsible())).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let name = names.join("、");
    Lane { y: top + 9.0, label: shortened(&name, LANE_CHARACTERS), name, institutions: codes(entries) }
}

/// 医療機関コード of who is responsible, with spaces between.
fn codes(entries: &[&Medication]) -> String {
    let mut codes: Vec<String> = entries.iter().map(|entry| entry.responsible().code.to_string()).collect();
    codes.sort();
    codes.dedup();
    codes.join(" ")
}

fn shortened(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    text.chars().take(characters - 1).chain(['…']).collect()
}

/// Where a bar begins, and its width.
fn span(entry: &Medication, first: Date) -> (f64, f64) {
    let x = place(entry.dispensed_on.max(first), first);
    (x, (place(entry.last_day(), first) - x + MONTH_WIDTH / 30.0).max(BAR_WIDTH_MIN))
}

fn bar(entry: &Medication, top: f64, alone: bool, first: Date, colours: &Colours) -> Bar {
    let (x, width) = span(entry, first);
    let who = entry.responsible();
    Bar {
        x,
        y: top,
        width,
        height: if alone { BAR_HEIGHT } else { LANE_BAR_HEIGHT },
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
            // The first month says its year, unless that of the next January would lie over it.
            let is_year = month.month() == 1 || (at == 0 && month.month() < 11);
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
    fn a_year_is_not_written_over_the_next_one() {
        let marks = months(date(2026, 11, 28));
        assert_eq!((marks[0].label.as_str(), marks[1].label.as_str()), ("12", "2024年"));
        assert_eq!(months(date(2026, 9, 28))[0].label, "2023年");
    }

    #[test]
    fn the_last_of_the_months_is_this_one() {
        let marks = months(date(2026, 11, 28));
        assert_eq!(marks.len(), 36);
        assert_eq!(marks[35].label, "11");
    }
}
