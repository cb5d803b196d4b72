//! 医科: RECEIPTC.UKE.

use super::super::directory::Payers;
use super::super::month::{Diagnosis, Encounter};
use super::{Claim, Figures, Sheet, units};
use crate::day::Day;

/// Yen for a meal in hospital.
const MEAL_YEN: u32 = 690;

pub(crate) fn write(claim: &Claim<'_>, sheet: &mut Sheet) -> Figures {
    let cells = claim.cells();
    let units = units::of(claim, true, |_| true);
    let oxygen = oxygen(claim);
    let figures = claim.figures(&cells, units::total(&units) + oxygen.map_or(0, |_| OXYGEN_POINTS));
    common(claim, sheet).empty(1).end();
    payers(claim, figures, sheet, 0);
    claim.confirmations(&cells, sheet);
    for diagnosis in diagnoses(claim) {
        disease(&diagnosis, sheet);
    }
    let burden = claim.burden();
    let after = units.partition_point(|unit| unit.group <= 40);
    units::write(&units[..after], burden, sheet);
    if let Some(day) = oxygen {
        material(day, burden, sheet);
    }
    units::write(&units[after..], burden, sheet);
    figures
}

/// RE up to カタカナ氏名.
pub(super) fn common<'s>(claim: &Claim<'_>, sheet: &'s mut Sheet) -> super::Line<'s> {
    let line = sheet.line("RE").number(claim.number).text(&claim.class());
    let line = claim.who(line).text(claim.benefit_ratio());
    let stay = claim.encounters.iter().find_map(|encounter| encounter.stay);
    let line = match stay {
        Some(stay) if claim.receipt.inpatient => line.day(stay.first),
        _ => line.empty(1),
    };
    let line = line.empty(4).text(&format!("{:08}", claim.person)).empty(4);
    let line = line.text(claim.search.unwrap_or_default()).empty(17);
    line.text(&claim.kana())
}

/// HO and KO. `extra` fields follow those of a medical HO.
pub(super) fn payers(claim: &Claim<'_>, figures: Figures, sheet: &mut Sheet, extra: usize) {
    let Figures { days, points, .. } = figures;
    let meals = if claim.receipt.inpatient { days * 3 } else { 0 };
    if let Some((insurer, symbol, number)) = claim.card() {
        let line = sheet.line("HO").text(&insurer).text(&symbol).text(&number).number(days).number(points);
        with_meals(line.empty(1), meals).empty(6 + extra).end();
    }
    if let Some((payer, recipient)) = claim.assistance() {
        let line = sheet.line("KO").text(&payer).text(&recipient).empty(1).number(days).number(points);
        let line = line.number(0).empty(3);
        let alone = matches!(claim.receipt.billed, Payers { health: None, .. });
        with_meals(line, if alone { meals } else { 0 }).end();
    }
}

/// 食事: how many and what they cost.
fn with_meals(line: super::Line<'_>, meals: u32) -> super::Line<'_> {
    if meals == 0 { line.empty(2) } else { line.number(meals).number(meals * MEAL_YEN) }
}

/// Diagnoses of a claim, each once: those that go on first, the first of all as the main one.
pub(super) fn diagnoses(claim: &Claim<'_>) -> Vec<Diagnosis> {
    merged(&claim.encounters)
}

/// The same of any encounters.
pub(crate) fn merged(encounters: &[&Encounter]) -> Vec<Diagnosis> {
    let mut all: Vec<Diagnosis> = Vec::new();
    for diagnosis in encounters.iter().flat_map(|encounter| &encounter.diagnoses) {
        let same = |other: &&mut Diagnosis| {
            other.disease == diagnosis.disease && other.since == diagnosis.since && other.tooth == diagnosis.tooth
        };
        match all.iter_mut().find(same) {
            Some(other) => other.outcome = diagnosis.outcome,
            None => all.push(*diagnosis),
        }
    }
    for (place, diagnosis) in all.iter_mut().enumerate() {
        diagnosis.main = place == 0;
    }
    all
}

fn disease(diagnosis: &Diagnosis, sheet: &mut Sheet) {
    let coded = diagnosis.disease.code != super::super::illness::UNCODED;
    let name = if coded { "" } else { diagnosis.disease.name };
    let line = sheet.line("SY").text(diagnosis.disease.code).day(diagnosis.since).number(diagnosis.outcome);
    line.empty(1).text(name).text(if diagnosis.main { "01" } else { "" }).empty(1).end();
}

/// 液化酸素・定置式液化酸素貯槽, 600 l at 0.19 yen and 1.3.
const OXYGEN_POINTS: u32 = 15;

/// Oxygen for pneumonia: the day on which it is given.
fn oxygen(claim: &Claim<'_>) -> Option<Day> {
    let stay = claim.encounters.iter().find_map(|encounter| encounter.stay)?;
    (stay.plan.disease.icd == "J189").then_some(stay.first)
}

fn material(day: Day, burden: &str, sheet: &mut Sheet) {
    let mut cells = [0; 31];
    cells[super::cell(day)] = 1;
    let line = sheet.line("TO").text("40").text(burden).text("739200000").number(600).number(OXYGEN_POINTS).number(1);
    line.text("037").text("0.19").empty(8).cells(&cells).end();
}
