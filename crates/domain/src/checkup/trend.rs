//! The same item over the years.

use super::{
    CREATININE_KEY, Checkup, CheckupItem, CheckupValue, Decimal, EGFR_KEY, Judged, ReferenceRange, Side, items,
};
use crate::Date;

/// One value of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// 実施日.
    pub date: Date,
    /// The value, or the limit of measurement when `outside` says that it lies beyond.
    pub value: Decimal,
    /// On which side of what can be measured it lies.
    pub outside: Option<Side>,
    /// How the institution judged it; else against the range of the report.
    pub judged: Option<Judged>,
    /// The range of that report: ranges differ between institutions and years.
    pub range: Option<ReferenceRange>,
    /// 健診機関 that measured.
    pub institution: String,
    /// Whether the figure was computed here and not reported.
    pub computed: bool,
}

/// One item over the years, oldest first, in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Key of the item: its own nine characters, or those of the first item of a family such as blood pressure.
    pub key: String,
    /// The name that a doctor reads.
    pub name: String,
    /// The unit of every value.
    pub unit: String,
    /// The values, at most one a day and institution.
    pub points: Vec<Point>,
}

/// Items that are one thing measured in several ways, best first: the order in which 特定健診 takes them for its judgement
/// (標準的な健診・保健指導プログラム: その他, then 2回目, then 1回目; 実測 before what people say).
const FAMILIES: &[(&str, &[&str])] = &[
    ("収縮期血圧", &["9A7550000", "9A7520000", "9A7510000"]),
    ("拡張期血圧", &["9A7650000", "9A7620000", "9A7610000"]),
    ("腹囲", &["9N0161601", "9N0161602", "9N0161603"]),
];

/// Every quantity of these reports as a series. `checkups` are those of one person, in any order; a report that was taken
/// back (報告区分 19) has to be left out by the caller, who knows which one it meant.
///
/// Series stand in the order of the table of items, unknown items behind them. Values in another unit than the rest of a
/// series make a series of their own: a line must never join two units. eGFR is computed where a report has creatinine
/// and no eGFR.
pub fn trend(checkups: &[Checkup]) -> Vec<Series> {
    let mut sorted: Vec<&Checkup> = checkups.iter().collect();
    sorted.sort_by_key(|checkup| checkup.date);
    let mut series: Vec<Series> = Vec::new();
    for checkup in sorted {
        for item in &checkup.items {
            if is_beaten(checkup, item) {
                continue;
            }
            if let Some((point, unit)) = point(checkup, item) {
                add(&mut series, family(item).0, family(item).1, unit, point);
            }
        }
        if checkup.quantity(EGFR_KEY).is_none()
            && let Some(point) = computed_egfr(checkup)
            && let Some(item) = items::find(EGFR_KEY)
        {
            add(&mut series, EGFR_KEY, item.name, item.unit, point);
        }
    }
    series.sort_by(|a, b| place(&a.key).cmp(&place(&b.key)).then_with(|| a.key.cmp(&b.key)));
    series
}

/// Key of the [`Series`] to which an item belongs, whatever its value: so that 未実施 is told where the values would stand.
pub fn series_key(item: &CheckupItem) -> &str {
    family(item).0
}

/// Key and name of the series to which an item belongs.
fn family(item: &CheckupItem) -> (&str, &str) {
    let of = FAMILIES.iter().find(|(_, keys)| keys.contains(&item.code.key()));
    of.map_or_else(|| (item.code.key(), item.name()), |(name, keys)| (keys[0], *name))
}

/// Whether the same report has a better member of the item's family.
fn is_beaten(checkup: &Checkup, item: &CheckupItem) -> bool {
    let Some((_, keys)) = FAMILIES.iter().find(|(_, keys)| keys.contains(&item.code.key())) else { return false };
    keys.iter().take_while(|key| **key != item.code.key()).any(|better| checkup.quantity(better).is_some())
}

fn point<'a>(checkup: &Checkup, item: &'a CheckupItem) -> Option<(Point, &'a str)> {
    let (value, outside, unit) = match &item.value {
        CheckupValue::Quantity { value, unit } => (*value, None, unit),
        CheckupValue::OutOfRange { side, limit: Some(limit), unit } => (*limit, Some(*side), unit),
        CheckupValue::OutOfRange { limit: None, .. }
        | CheckupValue::Coded { .. }
        | CheckupValue::Text { .. }
        | CheckupValue::NotDone => return None,
    };
    let point = Point {
        date: checkup.date,
        value,
        outside,
        judged: item.judged.or_else(|| item.range.map(|range| range.judge(value))),
        range: item.range,
        institution: checkup.institution.name.clone(),
        computed: false,
    };
    Some((point, unit))
}

fn computed_egfr(checkup: &Checkup) -> Option<Point> {
    checkup.quantity(CREATININE_KEY)?;
    Some(Point {
        date: checkup.date,
        value: checkup.egfr()?.value(),
        outside: None,
        judged: None,
        range: None,
        institution: checkup.institution.name.clone(),
        computed: true,
    })
}

fn add(series: &mut Vec<Series>, key: &str, name: &str, unit: &str, point: Point) {
    let found = series.iter_mut().find(|series| series.key == key && series.unit == unit);
    match found {
        Some(series) => {
            // The same report in two files is one checkup.
            let known = series.points.iter().any(|known| {
                known.date == point.date && known.institution == point.institution && known.value == point.value
            });
            if !known {
                series.points.push(point);
            }
        }
        None => {
            series.push(Series {
                key: key.to_owned(),
                name: name.to_owned(),
                unit: unit.to_owned(),
                points: vec![point],
            });
        }
    }
}

/// Where a series stands: what a doctor looks at first is what the table has in its order; unknown items last.
fn place(key: &str) -> usize {
    items::all().iter().position(|item| item.key == key).unwrap_or(usize::MAX)
}
