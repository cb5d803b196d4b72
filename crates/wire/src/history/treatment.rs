//! Diagnoses, days of treatment and surgery of a claim.

use std::collections::BTreeMap;

use domain::Date;
use domain::record::{
    Diagnosis, DiagnosisCode, DiagnosisOutcome, Procedure, ProcedureCode, ProcedureKind, Source, TreatmentVisit,
    VisitItem,
};

use super::is_inpatient;
use crate::claims::{self, ClaimKind, Outcome, Receipt, Row, Section};

pub(super) fn diagnoses(receipt: &Receipt, source: &Source) -> Vec<Diagnosis> {
    receipt.diagnoses.iter().filter_map(|diagnosis| self::diagnosis(diagnosis, source)).collect()
}

/// None where there is neither a code nor a name.
fn diagnosis(told: &claims::Diagnosis, source: &Source) -> Option<Diagnosis> {
    let name = told.name.trim();
    let code = told.code.and_then(|code| DiagnosisCode::parse(code.as_str()).ok());
    if code.is_none_or(|code| code == DiagnosisCode::UNCODED) && name.is_empty() {
        return None;
    }
    Some(Diagnosis {
        code: code.unwrap_or(DiagnosisCode::UNCODED),
        modifiers: told.modifiers.iter().map(|code| code.as_str().to_owned()).collect(),
        name: (!name.is_empty()).then(|| name.into()),
        icd10: told.icd10.as_deref().map(|icd10| icd10.replace('.', "")).filter(|icd10| !icd10.is_empty()),
        started_on: told.from,
        last_month: source.month,
        outcome: told.outcome.map(|outcome| match outcome {
            Outcome::Other => DiagnosisOutcome::Continued,
            Outcome::Cured => DiagnosisOutcome::Cured,
            Outcome::Died => DiagnosisOutcome::Died,
            Outcome::Stopped => DiagnosisOutcome::Stopped,
        }),
        main: told.is_main,
        institution: source.institution.clone(),
        sources: Vec::new(),
    })
}

pub(super) fn surgery(receipt: &Receipt, source: &Source) -> Vec<Procedure> {
    let of_item = |(day, item): (Date, VisitItem)| Procedure {
        code: item.code,
        name: None,
        kind: item.kind,
        performed_on: day,
        times: item.times,
        institution: source.institution.clone(),
        sources: Vec::new(),
    };
    items(receipt).into_iter().filter(|(_, item)| item.kind.is_surgery()).map(of_item).collect()
}

/// Days on which the patient came or something was done. A pharmacy treats nobody.
pub(super) fn visits(receipt: &Receipt, source: &Source) -> Vec<TreatmentVisit> {
    if receipt.kind == ClaimKind::Pharmacy {
        return Vec::new();
    }
    let mut days: BTreeMap<Date, Vec<VisitItem>> = BTreeMap::new();
    for (day, item) in items(receipt) {
        days.entry(day).or_default().push(item);
    }
    let came = receipt.visit_days.iter().flat_map(|row| &row.days);
    for day in came.filter_map(|day| receipt.month.and_then(|month| month.day(*day))) {
        days.entry(day).or_default();
    }
    let inpatient = is_inpatient(receipt);
    let visit = |(day, items)| TreatmentVisit {
        day,
        institution: source.institution.clone(),
        inpatient,
        items,
        sources: Vec::new(),
    };
    days.into_iter().map(visit).collect()
}

/// Every procedure of every day, in the order of the claim.
fn items(receipt: &Receipt) -> Vec<(Date, VisitItem)> {
    let mut items = Vec::new();
    for group in &receipt.groups {
        for row in group.units.iter().flat_map(|unit| &unit.rows) {
            let Row::Procedure(procedure) = row else { continue };
            let Some(code) = procedure.code.and_then(|code| ProcedureCode::parse(code.as_str()).ok()) else { continue };
            for cell in &procedure.service.days {
                let Some(day) = receipt.month.and_then(|month| month.day(cell.day)) else { continue };
                let kind = kind(receipt.kind, group.section, code);
                items.push((day, VisitItem { code, name: None, kind, times: cell.count }));
            }
        }
    }
    let from_rows = items.len();
    for row in &receipt.coding_data {
        let (Some(code), Some(day)) = (row.code, row.date) else { continue };
        let Ok(code) = ProcedureCode::parse(code.as_str()) else { continue };
        // Coding data may repeat what the rows say.
        if items[..from_rows].iter().any(|(told, item)| *told == day && item.code == code) {
            continue;
        }
        let times = row.times.and_then(|times| u16::try_from(times).ok()).unwrap_or(1);
        items.push((day, VisitItem { code, name: None, kind: kind(receipt.kind, row.section, code), times }));
    }
    items
}

/// What kind of work it was: by 診療識別, but on a dental claim, where one 診療識別 holds treatment and surgery and another
/// examinations and pictures, by the code where that tells more.
fn kind(claim: ClaimKind, section: Option<Section>, code: ProcedureCode) -> ProcedureKind {
    let by_section = of_section(claim, section);
    match (claim, by_section) {
        (ClaimKind::Dental, ProcedureKind::Treatment | ProcedureKind::Imaging | ProcedureKind::Other) => {
            dental_kind(code).unwrap_or(by_section)
        }
        _ => by_section,
    }
}

/// Codes of 歯科診療行為 begin with 3 and the letter of the 区分 as a number: D 検査 is 04, E 画像診断 05, I 処置 09, J 手術 10, K 麻酔
/// 11, O 病理診断 15. Work of the 医科点数表, which dentists claim too, begins with 1 and its 診療識別.
fn dental_kind(code: ProcedureCode) -> Option<ProcedureKind> {
    match code.as_str().get(..3)? {
        "304" | "315" | "160" => Some(ProcedureKind::Examination),
        "305" | "170" => Some(ProcedureKind::Imaging),
        "309" | "140" => Some(ProcedureKind::Treatment),
        "310" | "150" => Some(ProcedureKind::Surgery),
        "311" => Some(ProcedureKind::Anaesthesia),
        _ => None,
    }
}

/// 診療識別 (formats.md 1.7, dental 1.4).
const fn of_section(claim: ClaimKind, section: Option<Section>) -> ProcedureKind {
    let Some(Section(section)) = section else { return ProcedureKind::Other };
    match (claim, section) {
        (_, 11 | 12) => ProcedureKind::Visit,
        (_, 13) => ProcedureKind::Management,
        (_, 14) => ProcedureKind::HomeCare,
        (_, 21..=28) => ProcedureKind::Prescribing,
        (ClaimKind::Dental, 31) | (_, 70) => ProcedureKind::Imaging,
        (_, 31..=33) => ProcedureKind::Injection,
        (_, 40..=44) => ProcedureKind::Treatment,
        (_, 50) => ProcedureKind::Surgery,
        (_, 54) => ProcedureKind::Anaesthesia,
        (_, 60) => ProcedureKind::Examination,
        (_, 90 | 92) => ProcedureKind::Hospitalisation,
        _ => ProcedureKind::Other,
    }
}
