//! 調剤: RECEIPTY.CYO.
//!
//! The codes of fees are placeholders, 薬剤調製料 for drugs by mouth excepted; drugs, amounts and days are what matters here.

use super::super::month::{Form, Prescription};
use super::super::{text, usage};
use super::{Claim, Figures, Sheet, amount, drug_points};
use crate::day::Day;
use crate::records::drugs;

/// 薬剤調製料（内服薬）.
const PREPARING: (&str, u32) = ("420001810", 24);
const PREPARING_EXTERNAL: (&str, u32) = ("420001910", 10);
const MANAGING: &str = "440000110";
const BASIC: (&str, u32) = ("410000110", 45);
const GUIDANCE: (&str, u32) = ("440000210", 45);

/// 処方: the same drugs in the same way, on one or several days.
struct Sheaf<'a> {
    first: &'a Prescription,
    days: Vec<(Day, u16)>,
}

pub(crate) fn write(claim: &Claim<'_>, sheet: &mut Sheet) -> Figures {
    let cells = claim.cells();
    let sheaves = sheaves(claim);
    let days: Vec<Day> = claim.encounters.iter().map(|encounter| encounter.day).collect();
    let points =
        sheaves.iter().flat_map(|sheaf| sheaf.days.iter().map(|day| dispensing_points(sheaf, *day))).sum::<u32>()
            + days.len() as u32 * (BASIC.1 + GUIDANCE.1);
    let figures = claim.figures(&cells, points);
    receipt(claim, sheet);
    payers(claim, figures, sheet);
    claim.confirmations(&cells, sheet);
    let burden = claim.burden();
    for (place, sheaf) in sheaves.iter().enumerate() {
        let text = if sheaf.first.usage == "900" { usage::text(sheaf.first) } else { String::new() };
        let line = sheet.line("SH").text(&format!("{:02}", place + 1)).number(form(sheaf.first.form));
        line.text(sheaf.first.usage).text(&text).number(drug_points(&sheaf.first.drugs)).empty(4).end();
        for (day, count) in &sheaf.days {
            let reception = days.iter().position(|other| other == day).map_or(1, |place| place + 1);
            dispensing(sheaf, (*day, *count), reception, burden, sheet);
        }
    }
    for (place, day) in days.iter().enumerate() {
        let line = sheet.line("KI").day(*day).number(place + 1);
        let line = line.text(burden).text(BASIC.0).number(BASIC.1).empty(1);
        line.text(burden).text(GUIDANCE.0).number(1).number(GUIDANCE.1).empty(103).end();
    }
    figures
}

fn sheaves<'a>(claim: &'a Claim<'_>) -> Vec<Sheaf<'a>> {
    let mut sheaves: Vec<Sheaf<'a>> = Vec::new();
    for prescription in claim.dispensed() {
        let same = |other: &&mut Sheaf<'_>| {
            let first = other.first;
            let alike = first.form == prescription.form && first.usage == prescription.usage;
            alike && first.drugs == prescription.drugs && other.days.iter().all(|(day, _)| *day != prescription.day)
        };
        let day = (prescription.day, prescription.count);
        match sheaves.iter_mut().find(same) {
            Some(sheaf) => sheaf.days.push(day),
            None => sheaves.push(Sheaf { first: prescription, days: vec![day] }),
        }
    }
    sheaves
}

/// 剤形.
fn form(form: Form) -> u8 {
    match form {
        Form::Oral => 1,
        Form::AsNeeded => 3,
        Form::Injection | Form::SelfInjection => 4,
        Form::External => 5,
    }
}

fn preparing(form: Form) -> (&'static str, u32) {
    if matches!(form, Form::Oral | Form::AsNeeded) { PREPARING } else { PREPARING_EXTERNAL }
}

/// 調剤管理料 by days.
fn managing(form: Form, count: u16) -> u32 {
    match (form, count) {
        (Form::Oral, 0..=7) => 4,
        (Form::Oral, 8..=14) => 28,
        (Form::Oral, 15..=28) => 50,
        (Form::Oral, _) => 60,
        _ => 4,
    }
}

fn dispensing_points(sheaf: &Sheaf<'_>, (_, count): (Day, u16)) -> u32 {
    let form = sheaf.first.form;
    drug_points(&sheaf.first.drugs) * u32::from(count) + preparing(form).1 + managing(form, count)
}

/// CZ and its IY.
fn dispensing(sheaf: &Sheaf<'_>, (day, count): (Day, u16), reception: usize, burden: &str, sheet: &mut Sheet) {
    let form = sheaf.first.form;
    let (code, points) = preparing(form);
    let line = sheet.line("CZ").number(1).day(day).day(day).number(reception).number(count);
    let line = line.text(burden).text("1").empty(1).text(code).number(points).empty(2);
    let line = line.number(drug_points(&sheaf.first.drugs) * u32::from(count)).empty(43);
    line.text(burden).text("1").empty(1).text(MANAGING).number(managing(form, count)).empty(9).end();
    for (drug, quantity) in &sheaf.first.drugs {
        let dose = match (form, times(sheaf.first.usage)) {
            (Form::Oral, Some(times)) if quantity % times == 0 => amount(quantity / times),
            _ => String::new(),
        };
        let line = sheet.line("IY").text(burden).text(drugs::get(*drug).code).text(&amount(*quantity));
        line.empty(5).text(&dose).end();
    }
}

/// How often a day a 用法コード means.
fn times(usage: &str) -> Option<u32> {
    match usage {
        "001" | "003" => Some(3),
        "004" | "005" | "006" | "012" | "013" => Some(1),
        "018" => Some(2),
        "021" => Some(4),
        _ => None,
    }
}

fn receipt(claim: &Claim<'_>, sheet: &mut Sheet) {
    let prescriber = &claim.nation.facilities[claim.receipt.prescriber as usize];
    let (code, name) = (&prescriber.code, text::fold(&prescriber.name, 20));
    let line = sheet.line("RE").number(claim.number).text(&claim.class());
    let line = claim.who(line).text(claim.benefit_ratio()).empty(1);
    let line = line.text(&code[..2]).text(&code[2..3]).text(&code[3..]).text(&name);
    let mut address = String::new();
    claim.nation.places.push_address(&mut address, prescriber.home, 0);
    let line = line.text(&text::fold(&text::wide(&address), 40)).text(doctor(claim.receipt.prescriber));
    let line = line.empty(20).text(&format!("{:08}", claim.person)).empty(1);
    line.text(claim.search.unwrap_or_default()).empty(3).text(&claim.kana()).end();
}

fn payers(claim: &Claim<'_>, figures: Figures, sheet: &mut Sheet) {
    let receptions = claim.encounters.len();
    if let Some((insurer, symbol, number)) = claim.card() {
        let line = sheet.line("HO").text(&insurer).text(&symbol).text(&number);
        line.number(receptions).number(figures.points).empty(8).end();
    }
    if let Some((payer, recipient)) = claim.assistance() {
        let line = sheet.line("KO").text(&payer).text(&recipient).empty(1);
        line.number(receptions).number(figures.points).empty(1).number(0).empty(2).end();
    }
}

/// 保険医氏名 of an institution.
pub(crate) fn doctor(facility: u32) -> &'static str {
    const DOCTORS: [&str; 12] = [
        "青木　誠",
        "石井　恵子",
        "内田　修",
        "大西　明美",
        "川口　健一",
        "菊池　真理",
        "小松　隆",
        "坂本　由紀",
        "高野　進",
        "中西　洋子",
        "平田　勉",
        "松岡　直子",
    ];
    DOCTORS[facility as usize % DOCTORS.len()]
}
