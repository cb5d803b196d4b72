//! Checkups: values over the years as small plots with the reference range behind, and the answers of each report.

use domain::checkup::{Point, Series};
use domain::{Checkup, CheckupValue};

use super::super::dates::in_words as day;

const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 96.0;
/// Room for the points at the edges.
const MARGIN: f64 = 10.0;

/// One item over the years.
#[derive(Debug, Clone)]
pub(crate) struct PlotView {
    pub(crate) name: String,
    pub(crate) unit: String,
    /// The newest value and its day.
    pub(crate) value: String,
    pub(crate) day: String,
    pub(crate) judged: &'static str,
    pub(crate) range: String,
    pub(crate) dots: Vec<Dot>,
    /// `x,y x,y …`
    pub(crate) line: String,
    /// Top and height of the reference range of the newest report.
    pub(crate) band: Option<(f64, f64)>,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Dot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) class: &'static str,
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
}

/// Every series as a plot.
pub(super) fn plots(series: &[Series]) -> Vec<PlotView> {
    series.iter().filter_map(plot).collect()
}

fn plot(series: &Series) -> Option<PlotView> {
    let newest = series.points.last()?;
    let scale = Scale::of(series);
    let dots: Vec<Dot> = series.points.iter().map(|point| scale.dot(series, point)).collect();
    let range = newest.range;
    let bound = |value: Option<domain::checkup::Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
    Some(PlotView {
        name: series.name.clone(),
        unit: series.unit.clone(),
        value: shown(newest),
        day: day(newest.date),
        judged: class(newest),
        range: range.map(|range| format!("{}～{}", bound(range.low), bound(range.high))).unwrap_or_default(),
        line: dots.iter().map(|dot| format!("{:.1},{:.1}", dot.x, dot.y)).collect::<Vec<_>>().join(" "),
        band: range.map(|range| {
            let top = range.high.map_or(0.0, |high| scale.y(high.to_f64()));
            let bottom = range.low.map_or(HEIGHT, |low| scale.y(low.to_f64()));
            (top, (bottom - top).max(1.0))
        }),
        dots,
    })
}

/// From values and days to places.
struct Scale {
    low: f64,
    high: f64,
    first: f64,
    days: f64,
}

impl Scale {
    fn of(series: &Series) -> Self {
        let mut values: Vec<f64> = series.points.iter().map(|point| point.value.to_f64()).collect();
        if let Some(range) = series.points.last().and_then(|point| point.range) {
            values.extend([range.low, range.high].into_iter().flatten().map(domain::checkup::Decimal::to_f64));
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // One value alone lies in the middle.
        let room = if high > low { (high - low) * 0.1 } else { 1.0 };
        let days: Vec<f64> = series.points.iter().map(number).collect();
        let first = days.first().copied().unwrap_or_default();
        let span = days.last().copied().unwrap_or_default() - first;
        Self { low: low - room, high: high + room, first, days: span }
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
    }

    fn x(&self, point: &Point) -> f64 {
        let share = if self.days > 0.0 { (number(point) - self.first) / self.days } else { 0.5 };
        MARGIN + share * (WIDTH - 2.0 * MARGIN)
    }

    fn dot(&self, series: &Series, point: &Point) -> Dot {
        let computed = if point.computed { "（計算値）" } else { "" };
        Dot {
            x: self.x(point),
            y: self.y(point.value.to_f64()),
            class: class(point),
            title: format!("{} {}{}{computed} {}", day(point.date), shown(point), series.unit, point.institution),
        }
    }
}

/// Days since the year 0, near enough for a picture.
fn number(point: &Point) -> f64 {
    f64::from(point.date.year()) * 365.25 + f64::from(point.date.day_of_year())
}

fn class(point: &Point) -> &'static str {
    use domain::checkup::Judged;
    match point.judged {
        Some(Judged::Low | Judged::High) => "off",
        Some(Judged::Normal) => "fine",
        None => "plain",
    }
}

fn shown(point: &Point) -> String {
    use domain::checkup::Side;
    match point.outside {
        None => point.value.to_string(),
        Some(Side::Below) => format!("{}未満", point.value),
        Some(Side::Above) => format!("{}超", point.value),
    }
}

/// What a report says beside its numbers.
pub(super) fn answers(checkup: &Checkup) -> CheckupView {
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
