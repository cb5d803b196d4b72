//! DPC: RECEIPTD.UKE. What the diagnosis group pays for stands in HH and GT, what was done and given in CD, and what is
//! paid on top (surgery) in SI.
//!
//! The layouts of HH and GT were not at hand: these two hold the month, days, points a day and their product, so that a
//! reader finds where the points of the claim come from.

use super::super::month::{Form, Stay};
use super::{Claim, Figures, Sheet, amount, medical, units};
use crate::records::drugs;

/// Only surgery is paid on top.
const ON_TOP: u8 = 50;

pub(crate) fn write(claim: &Claim<'_>, sheet: &mut Sheet) -> Figures {
    let cells = claim.cells();
    let units = units::of(claim, false, |group| group == ON_TOP);
    let Some(stay) = claim.encounters.iter().find_map(|encounter| encounter.stay) else {
        return Figures::default();
    };
    let days = cells.iter().map(|count| u32::from(*count)).sum::<u32>();
    let inclusive = days * stay.plan.points;
    let figures = claim.figures(&cells, units::total(&units) + inclusive);
    medical::common(claim, sheet).empty(1).text("0").number(1).end();
    medical::payers(claim, figures, sheet, 1);
    claim.confirmations(&cells, sheet);
    group(claim, stay, sheet);
    let month = claim.month.month_number();
    let points = stay.plan.points;
    sheet.line("HH").number(month).number(1).number(days).number(points).number(inclusive).end();
    sheet
        .line("GT")
        .number(month)
        .number(inclusive)
        .text("1")
        .number(inclusive)
        .empty(1)
        .number(inclusive)
        .text("93")
        .end();
    units::write(&units, claim.burden(), sheet);
    coding(claim, sheet);
    figures
}

/// BU and SB.
fn group(claim: &Claim<'_>, stay: Stay, sheet: &mut Sheet) {
    sheet.line("BU").text(stay.plan.group).day(stay.first).day(stay.last).text("2").empty(1).end();
    for diagnosis in medical::diagnoses(claim) {
        let coded = diagnosis.disease.code != super::super::illness::UNCODED;
        let line = sheet.line("SB").text(diagnosis.disease.code).empty(1);
        let line = line.text(if coded { "" } else { diagnosis.disease.name }).text(diagnosis.disease.icd);
        // 傷病名区分: 11 the main one, 21 the one that brought the patient to hospital.
        line.text(if diagnosis.main { "11" } else { "41" }).empty(2).end();
    }
}

/// CD: one row for each drug given, with its day. Numbered by 剤 and by row in it.
fn coding(claim: &Claim<'_>, sheet: &mut Sheet) {
    for (place, prescription) in claim.dispensed().enumerate() {
        let group = match prescription.form {
            Form::Oral => "21",
            Form::AsNeeded => "22",
            Form::External => "23",
            Form::SelfInjection => "14",
            Form::Injection => "33",
        };
        for (row, (drug, quantity)) in prescription.drugs.iter().enumerate() {
            let line = sheet.line("CD").day(prescription.day).text(group);
            let line = line.text(&format!("{:04}", place + 1)).text(&format!("{:03}", row + 1));
            let line = line.text(drugs::get(*drug).code).text(&amount(*quantity)).empty(2);
            line.number(prescription.count).empty(1).end();
        }
    }
}
