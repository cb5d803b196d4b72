//! 点数・回数算定単位: rows that share points, count and days. Equal ones of several days become one.

use super::super::month::{Encounter, Form, Prescription};
use super::super::usage;
use super::{Claim, Sheet, amount, cell, drug_points};
use crate::records::drugs;

/// A row of a unit: SI or IY, its code, and its amount in thousandths.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Row {
    pub(crate) tag: &'static str,
    pub(crate) code: &'static str,
    pub(crate) amount: Option<u32>,
}

/// See the head of this file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Unit {
    /// 診療識別.
    pub(crate) group: u8,
    /// Text of a CO row in front.
    pub(crate) comment: Option<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) points: u32,
    pub(crate) cells: [u16; 31],
}

impl Unit {
    pub(crate) fn count(&self) -> u32 {
        self.cells.iter().map(|count| u32::from(*count)).sum()
    }
}

/// Adds a unit to the list, or its days to an equal one.
fn add(units: &mut Vec<Unit>, unit: Unit) {
    let same = |other: &&mut Unit| {
        other.group == unit.group
            && other.points == unit.points
            && other.rows == unit.rows
            && other.comment == unit.comment
    };
    match units.iter_mut().find(same) {
        Some(other) => {
            for (sum, more) in other.cells.iter_mut().zip(unit.cells) {
                *sum += more;
            }
        }
        None => units.push(unit),
    }
}

/// Units of procedures that `wanted` lets through, and of drugs if `with_drugs`, by 診療識別.
pub(crate) fn of(claim: &Claim<'_>, with_drugs: bool, wanted: impl Fn(u8) -> bool) -> Vec<Unit> {
    let mut units = Vec::new();
    for encounter in &claim.encounters {
        add_acts(encounter, &mut units, &wanted);
    }
    if with_drugs {
        for prescription in claim.dispensed() {
            add(&mut units, of_prescription(prescription));
        }
    }
    units.sort_by_key(|unit| unit.group);
    units
}

fn add_acts(encounter: &Encounter, units: &mut Vec<Unit>, wanted: &impl Fn(u8) -> bool) {
    for act in encounter.acts.iter().filter(|act| wanted(act.procedure.group)) {
        let mut cells = [0; 31];
        cells[cell(act.day)] = 1;
        let row = Row { tag: "SI", code: act.procedure.code, amount: None };
        let (group, points) = (act.procedure.group, act.procedure.points);
        add(units, Unit { group, comment: None, rows: vec![row], points, cells });
    }
}

fn of_prescription(prescription: &Prescription) -> Unit {
    let (group, count) = match prescription.form {
        Form::Oral => (21, prescription.count),
        Form::AsNeeded => (22, prescription.count),
        Form::External => (23, 1),
        Form::SelfInjection => (14, 1),
        Form::Injection => (33, 1),
    };
    let mut cells = [0; 31];
    cells[cell(prescription.day)] = count;
    let rows = prescription.drugs.iter().map(|(drug, amount)| Row {
        tag: "IY",
        code: drugs::get(*drug).code,
        amount: Some(*amount),
    });
    let comment = (prescription.form != Form::Injection).then(|| usage::text(prescription));
    Unit { group, comment, rows: rows.collect(), points: drug_points(&prescription.drugs), cells }
}

/// Sum of points times count.
pub(crate) fn total(units: &[Unit]) -> u32 {
    units.iter().map(|unit| unit.points * unit.count()).sum()
}

/// SI, IY and CO rows of a medical or DPC claim.
pub(crate) fn write(units: &[Unit], burden: &str, sheet: &mut Sheet) {
    for unit in units {
        let mut group = unit.group.to_string();
        if let Some(comment) = &unit.comment {
            sheet.line("CO").text(&group).text(burden).text("810000001").text(comment).end();
            group.clear();
        }
        for (place, row) in unit.rows.iter().enumerate() {
            let line = sheet.line(row.tag).text(&group).text(burden).text(row.code);
            let line = line.text(&row.amount.map(amount).unwrap_or_default());
            let last = place + 1 == unit.rows.len();
            let line = if last { line.number(unit.points) } else { line.empty(1) };
            line.number(unit.count()).empty(6).cells(&unit.cells).end();
            group.clear();
        }
    }
}
