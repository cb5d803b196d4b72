//! Drugs of a claim.

use std::collections::HashMap;

use domain::Date;
use domain::record::{DosageForm, Drug, DrugCode, Medication, Quantity, Source, Supply, Usage, usage_text};

use super::{institution, is_inpatient};
use crate::claims::{ClaimKind, Code, Decimal, DrugForm, DrugUse, Group, Prescription, Receipt, Section};

/// 薬剤料減点: a deduction, not a drug.
const DEDUCTION: Section = Section(39);
/// フリーコメント: its text is all that it says.
const FREE_COMMENT: &str = "810000001";
/// Comments on usage begin so: 820000001 to 820000999 are 用法 and the like.
const USAGE_COMMENTS: &str = "820000";
/// Longest usage that is kept, in characters; what follows is left out.
const USAGE_CHARS_MAX: usize = 120;

pub(super) fn medications(receipt: &Receipt, source: &Source) -> Vec<Medication> {
    let uses = receipt.drug_uses();
    let mut told = told_by_rows(receipt, &uses);
    let inpatient = is_inpatient(receipt);
    let prescriber = match receipt.kind {
        ClaimKind::Pharmacy => receipt.prescriber.as_ref().and_then(institution),
        ClaimKind::Medical | ClaimKind::Dpc | ClaimKind::Dental => Some(source.institution.clone()),
    };
    let mut entries = Vec::with_capacity(uses.len());
    for drug_use in &uses {
        if drug_use.section == Some(DEDUCTION) || (drug_use.is_coding_data && is_told(&mut told, drug_use)) {
            continue;
        }
        let Ok(code) = DrugCode::parse(drug_use.code.as_str()) else { continue };
        entries.push(Medication {
            drug: Drug::unknown(code).into(),
            dispensed_on: drug_use.dispensed_on,
            prescribed_on: drug_use.prescribed_on,
            prescriber: prescriber.clone(),
            dispenser: source.institution.clone(),
            form: form(drug_use),
            amount: drug_use.amount.map_or(Quantity::ZERO, quantity),
            unit: None,
            dose: drug_use.amount_per_dose.map(quantity),
            supply: supply(drug_use),
            usage: usage(drug_use),
            inpatient,
            sources: Vec::new(),
        });
    }
    entries
}

type Told = HashMap<(Code<9>, Date, Option<Decimal>), u32>;

/// What the IY rows of a DPC claim tell: how often each drug of a day and amount.
fn told_by_rows(receipt: &Receipt, uses: &[DrugUse<'_>]) -> Told {
    let mut told = Told::new();
    if !receipt.coding_data.is_empty() {
        for row in uses.iter().filter(|row| !row.is_coding_data) {
            *told.entry((row.code, row.dispensed_on, row.amount)).or_default() += 1;
        }
    }
    told
}

/// Whether an IY row tells the same; each row counts once.
fn is_told(told: &mut Told, drug_use: &DrugUse<'_>) -> bool {
    match told.get_mut(&(drug_use.code, drug_use.dispensed_on, drug_use.amount)) {
        Some(rows) if *rows > 0 => {
            *rows -= 1;
            true
        }
        Some(_) | None => false,
    }
}

const fn quantity(amount: Decimal) -> Quantity {
    Quantity::from_parts(amount.scaled())
}

fn form(drug_use: &DrugUse<'_>) -> DosageForm {
    match (drug_use.prescription.and_then(|prescription| prescription.form), drug_use.form) {
        (Some(2), _) => DosageForm::OralDrops,
        (Some(6), _) => DosageForm::Infusion,
        (Some(7), _) => DosageForm::Decoction,
        (_, DrugForm::Oral) => DosageForm::Oral,
        (_, DrugForm::AsNeeded) => DosageForm::AsNeeded,
        (_, DrugForm::External) => DosageForm::External,
        (_, DrugForm::Injection) => DosageForm::Injection,
        (_, DrugForm::Other) => DosageForm::Other,
    }
}

fn supply(drug_use: &DrugUse<'_>) -> Supply {
    let count = u16::try_from(drug_use.count).unwrap_or(u16::MAX);
    match drug_use.form {
        DrugForm::Oral => Supply::Days(count),
        DrugForm::AsNeeded => Supply::Doses(count),
        DrugForm::External | DrugForm::Injection | DrugForm::Other => Supply::Times(count),
    }
}

fn usage(drug_use: &DrugUse<'_>) -> Option<Usage> {
    let usage = match (drug_use.prescription, drug_use.group) {
        (Some(prescription), _) => of_prescription(prescription),
        (None, Some(group)) => of_comments(group),
        (None, None) => return None,
    };
    (usage.code.is_some() || !usage.text.is_empty()).then_some(usage)
}

fn of_prescription(prescription: &Prescription) -> Usage {
    let code = prescription.usage.map(|code| code.as_str().to_owned());
    let known = code.as_deref().and_then(usage_text).unwrap_or_default();
    let words = prescription.instruction.trim();
    let text = match (known, words) {
        ("", words) => words.to_owned(),
        (known, "") => known.to_owned(),
        (known, words) => format!("{known} {words}"),
    };
    Usage { code, text: shortened(&text) }
}

fn of_comments(group: &Group) -> Usage {
    let mut text = String::new();
    for comment in &group.comments {
        let code = comment.code.as_ref().map(Code::as_str).unwrap_or_default();
        let words = comment.text.trim();
        if (code == FREE_COMMENT || code.starts_with(USAGE_COMMENTS)) && !words.is_empty() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(words);
        }
    }
    Usage { code: None, text: shortened(&text) }
}

fn shortened(text: &str) -> String {
    text.chars().take(USAGE_CHARS_MAX).collect()
}
