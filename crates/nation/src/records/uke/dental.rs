//! 歯科: RECEIPTS.UKE. Every claim has an IR of its own.

use super::super::month::Diagnosis;
use super::units::{self, Unit};
use super::{Claim, Figures, Sheet, amount, medical};

pub(crate) fn write(claim: &Claim<'_>, sheet: &mut Sheet) -> Figures {
    let cells = claim.cells();
    let units = units::of(claim, true, |_| true);
    let figures = claim.figures(&cells, units::total(&units));
    institution(claim, sheet);
    receipt(claim, sheet);
    payers(claim, figures, sheet);
    claim.confirmations(&cells, sheet);
    for diagnosis in medical::diagnoses(claim) {
        disease(&diagnosis, sheet);
    }
    for unit in &units {
        rows(unit, claim.burden(), sheet);
    }
    figures
}

fn institution(claim: &Claim<'_>, sheet: &mut Sheet) {
    let code = &claim.nation.facilities[claim.receipt.facility as usize].code;
    let body = super::super::directory::payment_body(claim.nation, claim.receipt.billed);
    let line = sheet.line("IR").number(body).text(&code[..2]).text(&code[2..3]).text(&code[3..]).empty(1);
    line.number(claim.sent.month_number()).empty(2).end();
}

fn receipt(claim: &Claim<'_>, sheet: &mut Sheet) {
    let start =
        claim.encounters.iter().flat_map(|encounter| &encounter.diagnoses).map(|diagnosis| diagnosis.since).min();
    let line = sheet.line("RE").number(claim.number).text(&claim.class());
    let line = claim.who(line).text(claim.benefit_ratio()).empty(1);
    let line = line.day(start.unwrap_or(claim.month)).number(1).empty(4).text(&format!("{:08}", claim.person));
    line.empty(3).text(claim.search.unwrap_or_default()).empty(5).text(&claim.kana()).empty(1).end();
}

fn payers(claim: &Claim<'_>, figures: Figures, sheet: &mut Sheet) {
    if let Some((insurer, symbol, number)) = claim.card() {
        let line = sheet.line("HO").text(&insurer).text(&symbol).text(&number);
        line.number(figures.days).number(figures.points).empty(8).end();
    }
    if let Some((payer, recipient)) = claim.assistance() {
        let line = sheet.line("KO").text(&payer).text(&recipient).empty(1);
        line.number(figures.days).number(figures.points).number(0).empty(5).end();
    }
}

fn disease(diagnosis: &Diagnosis, sheet: &mut Sheet) {
    // 歯種 as 10 and the place of the tooth by quadrant, 状態 0, 部分 0; 1000 is the whole mouth.
    let teeth = diagnosis.tooth.map_or("100000".to_owned(), |tooth| format!("10{tooth}00"));
    let line = sheet.line("HS").day(diagnosis.since).number(diagnosis.outcome).text(&teeth);
    let line = line.text(diagnosis.disease.code).empty(1).text(diagnosis.disease.name).empty(2);
    line.text(if diagnosis.main { "01" } else { "" }).empty(3).end();
}

/// SS and SI carry procedures, IY drugs, CO how these are to be taken.
fn rows(unit: &Unit, burden: &str, sheet: &mut Sheet) {
    let mut group = unit.group.to_string();
    if let Some(comment) = &unit.comment {
        sheet.line("CO").text(&group).text(burden).text("810000001").text(comment).empty(1).end();
        group.clear();
    }
    for (place, row) in unit.rows.iter().enumerate() {
        let last = place + 1 == unit.rows.len();
        let dental = row.code.starts_with('3');
        let tag = if row.tag == "SI" && dental { "SS" } else { row.tag };
        let line = sheet.line(tag).text(&group).text(burden).text(row.code);
        let line = match tag {
            "SS" => line.empty(72),
            _ => line.text(&row.amount.map(amount).unwrap_or_default()),
        };
        let line = if last { line.number(unit.points) } else { line.empty(1) }.number(unit.count());
        let line = if tag == "IY" { line.empty(1) } else { line };
        line.cells(&unit.cells).end();
        group.clear();
    }
}
