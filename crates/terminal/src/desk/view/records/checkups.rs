//! Checkups: values over the years as small plots with the reference range behind, and the answers of each report.

//!
//! All plots of a page share their years, so that they can be read one under the other. A value outside of its range is told by
//! its shape and an arrow, not by colour alone: pages are printed in black. 未実施 is marked in its year, never left out.

use std::collections::BTreeSet;

use domain::checkup::{Decimal, Judged, Point, ReferenceRange, Series, Side, series_key};
use domain::{Checkup, CheckupValue, Date};

use super::super::dates::in_words as day;

const WIDTH: f64 = 280.0;
const HEIGHT: f64 = 118.0;
/// Where the values lie; right of it stand the limits of the range, below it the years.
const LEFT: f64 = 16.0;
const RIGHT: f64 = 234.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 92.0;
/// Words nearer than this would lie over each other: those of the years, and those of values.
const YEAR_WIDTH: f64 = 32.0;
const VALUE_WIDTH: f64 = 36.0;
/// What the height of a plot spans at least, as a share of its highest value.
const SPAN_SHARE_MIN: f64 = 0.05;
/// Above this height a value's words would leave the picture, and stand below their dot.
const WORDS_TOP: f64 = 16.0;

/// One item over the years.
#[derive(Debug, Clone)]
pub(crate) struct PlotView {
    pub(crate) name: String,
    pub(crate) unit: String,
    /// The newest value and its day.
    pub(crate) value: String,
    pub(crate) day: String,
    pub(crate) judged: &'static str,
    /// `↑` or `↓` where the newest value lies outside of its range.
    pub(crate) arrow: &'static str,
    /// Whether the newest value was computed here and not reported.
    pub(crate) computed: bool,
    pub(crate) range: String,
    /// Everything in words, for who cannot see the picture.
    pub(crate) told: String,
    pub(crate) years: Vec<Word>,
    pub(crate) dots: Vec<Dot>,
    /// Reports in which it was not done.
    pub(crate) not_done: Vec<Word>,
    /// `x,y x,y …`
    pub(crate) line: String,
    /// Top and height of the reference range of the newest report.
    pub(crate) band: Option<(f64, f64)>,
    /// The limits of that range, beside it.
    pub(crate) limits: Vec<Word>,
}

/// Something written in the picture.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) text: String,
    pub(crate) title: String,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Dot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) class: &'static str,
    /// Its words, with their base line; none where a neighbour's would lie over them.
    pub(crate) word: Option<(f64, String)>,
    pub(crate) title: String,
}

/// The answers of one report.
#[derive(Debug, Clone)]
pub(crate) struct CheckupView {
    pub(crate) day: String,
    pub(crate) institution: String,
    pub(crate) kind: String,
    /// Item and answer.
    pub(crate) rows: Vec<(String, String)>,
}

impl PlotView {
    pub(crate) const fn width() -> f64 {
        WIDTH
    }

    pub(crate) const fn height() -> f64 {
        HEIGHT
    }

    pub(crate) const fn plot_left() -> f64 {
        LEFT - 8.0
    }

    pub(crate) const fn plot_width() -> f64 {
        RIGHT - LEFT + 16.0
    }
}

/// Every series as a plot.
pub(super) fn plots(series: &[Series], checkups: &[Checkup]) -> Vec<PlotView> {
    let days: BTreeSet<Date> = checkups.iter().map(|checkup| checkup.date).collect();
    series.iter().filter_map(|series| plot(series, &days, checkups)).collect()
}

fn plot(series: &Series, days: &BTreeSet<Date>, checkups: &[Checkup]) -> Option<PlotView> {
    let newest = series.points.last()?;
    let scale = Scale::of(series, days);
    let unit = unit(&series.unit);
    let not_done = not_done(series, checkups);
    let mut dots: Vec<Dot> = series.points.iter().map(|point| scale.dot(point, &unit)).collect();
    keep_apart(&mut dots);
    let titles = dots.iter().map(|dot| dot.title.clone());
    let told = titles.chain(not_done.iter().map(|on| format!("{} 未実施", day(*on)))).collect::<Vec<_>>().join("、");
    Some(PlotView {
        name: series.name.clone(),
        value: shown(newest),
        day: day(newest.date),
        judged: class(newest),
        arrow: arrow(newest),
        computed: newest.computed,
        range: newest.range.map(range).unwrap_or_default(),
        told,
        years: scale.years(days),
        not_done: not_done.into_iter().map(|on| scale.not_done(on)).collect(),
        line: dots.iter().map(|dot| format!("{:.1},{:.1}", dot.x, dot.y)).collect::<Vec<_>>().join(" "),
        band: newest.range.map(|range| scale.band(range)),
        limits: newest.range.map(|range| scale.limits(range)).unwrap_or_default(),
        dots,
        unit,
    })
}

/// Days of reports that say of this item that it was not done, and have no value of it.
fn not_done(series: &Series, checkups: &[Checkup]) -> BTreeSet<Date> {
    let says = |checkup: &&Checkup| {
        let mut items = checkup.items.iter();
        items.any(|item| item.value == CheckupValue::NotDone && series_key(item) == series.key)
            && !series.points.iter().any(|point| point.date == checkup.date)
    };
    checkups.iter().filter(says).map(|checkup| checkup.date).collect()
}

/// Of words that would lie over each other the newest stay: their titles tell all.
fn keep_apart(dots: &mut [Dot]) {
    let mut free = f64::INFINITY;
    for dot in dots.iter_mut().rev() {
        if dot.x > free {
            dot.word = None;
        } else {
            free = dot.x - VALUE_WIDTH;
        }
    }
}

/// From values and days to places.
struct Scale {
    low: f64,
    high: f64,
    first: f64,
    days: f64,
}

impl Scale {
    fn of(series: &Series, days: &BTreeSet<Date>) -> Self {
        let mut values: Vec<f64> = series.points.iter().map(|point| point.value.to_f64()).collect();
        if let Some(range) = series.points.last().and_then(|point| point.range) {
            values.extend([range.low, range.high].into_iter().flatten().map(Decimal::to_f64));
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // One value alone lies in the middle; and a centimetre of 155 is not drawn as a fall from top to bottom.
        let room = ((high - low) * 0.1).max((high.abs() * SPAN_SHARE_MIN - (high - low)) / 2.0).max(0.001);
        let first = days.first().map(|day| number(*day)).unwrap_or_default();
        let span = days.last().map(|day| number(*day)).unwrap_or_default() - first;
        Self { low: low - room, high: high + room, first, days: span }
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        BOTTOM - share * (BOTTOM - TOP)
    }

    fn x(&self, on: Date) -> f64 {
        let share = if self.days > 0.0 { (number(on) - self.first) / self.days } else { 0.5 };
        LEFT + share * (RIGHT - LEFT)
    }

    fn dot(&self, point: &Point, unit: &str) -> Dot {
        let computed = if point.computed { "（計算値）" } else { "" };
        let against = point.range.map(|of| format!(" 基準 {}", range(of))).unwrap_or_default();
        let (x, y) = (self.x(point.date), self.y(point.value.to_f64()));
        let words = if y < WORDS_TOP { y + WORDS_TOP } else { y - 8.0 };
        Dot {
            x,
            y,
            class: class(point),
            word: Some((words, format!("{}{}", arrow(point), shown(point)))),
            title: format!(
                "{} {}{}{unit}{computed}{against} {}",
                day(point.date),
                arrow(point),
                shown(point),
                point.institution
            ),
        }
    }

    /// Years under the reports. Of those that would lie over each other, the newer stays.
    fn years(&self, days: &BTreeSet<Date>) -> Vec<Word> {
        let mut years: Vec<Word> = Vec::new();
        for on in days.iter().rev() {
            let x = self.x(*on);
            if years.last().is_none_or(|newer| newer.x - x >= YEAR_WIDTH) {
                years.push(Word { x, y: HEIGHT - 4.0, text: on.year().to_string(), title: day(*on) });
            }
        }
        years
    }

    fn not_done(&self, on: Date) -> Word {
        Word { x: self.x(on), y: BOTTOM + 8.0, text: "未実施".to_owned(), title: format!("{} 未実施", day(on)) }
    }

    fn band(&self, range: ReferenceRange) -> (f64, f64) {
        let top = range.high.map_or(4.0, |high| self.y(high.to_f64()));
        let bottom = range.low.map_or(BOTTOM + 10.0, |low| self.y(low.to_f64()));
        (top, (bottom - top).max(1.0))
    }

    fn limits(&self, range: ReferenceRange) -> Vec<Word> {
        let word = |value: Decimal| Word {
            x: RIGHT + 12.0,
            y: self.y(value.to_f64()) + 4.0,
            text: value.to_string(),
            title: "基準値".to_owned(),
        };
        let mut words: Vec<Word> = [range.high, range.low].into_iter().flatten().map(word).collect();
        // A narrow range: one above the other all the same.
        if let [high, low] = words.as_mut_slice() {
            let short = (11.0 - (low.y - high.y)).max(0.0) / 2.0;
            high.y -= short;
            low.y += short;
        }
        words
    }
}

/// Days since the year 0, near enough for a picture.
fn number(on: Date) -> f64 {
    f64::from(on.year()) * 365.25 + f64::from(on.day_of_year())
}

fn class(point: &Point) -> &'static str {
    match point.judged {
        Some(Judged::Low | Judged::High) => "off",
        Some(Judged::Normal) => "fine",
        None => "plain",
    }
}

fn arrow(point: &Point) -> &'static str {
    match point.judged {
        Some(Judged::Low) => "↓",
        Some(Judged::High) => "↑",
        Some(Judged::Normal) | None => "",
    }
}

fn range(of: ReferenceRange) -> String {
    let bound = |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
    format!("{}～{}", bound(of.low), bound(of.high))
}

/// As people write units: the table has `mm[Hg]` and `10*4/mm3`.
fn unit(of: &str) -> String {
    of.replace("mm[Hg]", "mmHg").replace("10*4", "万").replace("m2", "m²").replace("m3", "m³")
}

fn shown(point: &Point) -> String {
    match point.outside {
        None => point.value.to_string(),
        Some(Side::Below) => format!("{}未満", point.value),
        Some(Side::Above) => format!("{}超", point.value),
    }
}

/// What the reports say beside their numbers, the newest first.
pub(super) fn newest_first(checkups: &[Checkup]) -> Vec<CheckupView> {
    let mut reports: Vec<&Checkup> = checkups.iter().collect();
    reports.sort_by_key(|checkup| std::cmp::Reverse(checkup.date));
    reports.into_iter().map(answers).collect()
}

fn answers(checkup: &Checkup) -> CheckupView {
    let row = |item: &domain::CheckupItem| {
        let value = match &item.value {
            CheckupValue::Coded { code, .. } => item.answer().unwrap_or(code).to_owned(),
            CheckupValue::Text { text } => text.clone(),
            CheckupValue::NotDone => "未実施".to_owned(),
            CheckupValue::Quantity { .. } | CheckupValue::OutOfRange { .. } => return None,
        };
        Some((item.name().to_owned(), value))
    };
    CheckupView {
        day: day(checkup.date),
        institution: checkup.institution.name.clone(),
        kind: checkup.report_kind_label().to_owned(),
        rows: checkup.items.iter().filter_map(row).collect(),
    }
}
