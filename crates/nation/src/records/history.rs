//! What the history of every person must hold: the truth against which it is judged, person by person and day by day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::dangers::{self, Known};
use super::directory::Directory;
use super::drugs;
use super::life::Life;
use super::month::Form;
use super::receipts::{self, Fate, Kind, PersonMonth, Span};
use super::uke;
use super::usage;
use crate::day::Day;
use crate::error::Result;
use crate::files;
use crate::model::PersonId;
use crate::nation::Nation;
use crate::write::{Table, personal_number};

const DRUG_COLUMNS: [&str; 15] = [
    "PersonalNumber",
    "PrescribedOn",
    "DispensedOn",
    "Prescriber",
    "Dispenser",
    "Form",
    "DrugCode",
    "DrugName",
    "Amount",
    "Unit",
    "Count",
    "UsageCode",
    "Usage",
    "Inpatient",
    "Sources",
];
const DIAGNOSIS_COLUMNS: [&str; 10] =
    ["PersonalNumber", "Month", "MedicalInstitutionCode", "Kind", "Code", "Name", "Icd10", "Since", "Outcome", "Main"];
const PROCEDURE_COLUMNS: [&str; 9] =
    ["PersonalNumber", "Day", "MedicalInstitutionCode", "Kind", "Group", "Work", "Code", "Name", "Points"];
const DAY_COLUMNS: [&str; 4] = ["PersonalNumber", "Day", "MedicalInstitutionCode", "Inpatient"];

/// A drug that somebody was given.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Taken {
    pub(crate) day: Day,
    pub(crate) prescriber: u32,
    pub(crate) dispenser: u32,
    pub(crate) form: Form,
    pub(crate) drug: u16,
    pub(crate) amount: u32,
    pub(crate) count: u16,
    usage_code: &'static str,
    usage: String,
    inpatient: bool,
    sources: &'static str,
}

impl Taken {
    /// For how many days it lasts. Nobody writes down when drugs for outer use and those for need are used up.
    pub(crate) fn days(&self) -> i32 {
        let count = i32::from(self.count);
        match self.form {
            Form::Oral if drugs::get(self.drug).class == "bisphosphonate" => count * 7,
            Form::Oral => count,
            Form::AsNeeded => count.min(14),
            Form::External => 14,
            Form::SelfInjection | Form::Injection => 1,
        }
    }

    /// The last day for which it lasts.
    pub(crate) fn last(&self) -> Day {
        self.day.plus(self.days() - 1)
    }
}

/// Rows written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) drugs: u32,
    pub(crate) dangers: u32,
}

struct Tables {
    drugs: Table,
    diagnoses: Table,
    procedures: Table,
    days: Table,
    dangers: Table,
}

/// Writes `drug_history.csv`, `diagnoses.csv`, `procedures.csv`, `treatment_days.csv` and `dangers.csv`.
pub(crate) fn write(
    nation: &Nation,
    directory: &Directory,
    span: Span,
    checkup_years: u32,
    folder: &Path,
) -> Result<Written> {
    let mut tables = Tables {
        drugs: Table::create(folder, files::DRUG_HISTORY, &DRUG_COLUMNS)?,
        diagnoses: Table::create(folder, files::DIAGNOSES, &DIAGNOSIS_COLUMNS)?,
        procedures: Table::create(folder, files::PROCEDURES, &PROCEDURE_COLUMNS)?,
        days: Table::create(folder, files::TREATMENT_DAYS, &DAY_COLUMNS)?,
        dangers: Table::create(folder, files::DANGERS, &dangers::COLUMNS)?,
    };
    let mut written = Written::default();
    for person in 0..nation.people.len() as u32 {
        let life = Life::of(nation, directory, person);
        let mut taken = Vec::new();
        let mut diseases = Diseases::default();
        for first in span.months() {
            let month = receipts::of(nation, directory, &life, span, first);
            drugs_of(&month, &mut taken);
            diagnoses(nation, &month, &mut diseases, &mut tables.diagnoses)?;
            procedures(nation, &month, &mut tables.procedures)?;
            treatment_days(nation, &month, &mut tables.days)?;
        }
        taken.sort();
        for entry in &taken {
            drug(nation, person, entry, &mut tables.drugs)?;
        }
        written.drugs += taken.len() as u32;
        let filter = super::checkups::last_filter(nation, directory, &life, checkup_years);
        let diseases = diseases.standing(nation.as_of);
        let found = dangers::of(&Known { taken: &taken, diseases: &diseases, filter, today: nation.as_of });
        for danger in &found {
            dangers::write(nation, person, danger, &mut tables.dangers)?;
        }
        written.dangers += found.len() as u32;
    }
    tables.drugs.finish()?;
    tables.diagnoses.finish()?;
    tables.procedures.finish()?;
    tables.days.finish()?;
    tables.dangers.finish()?;
    Ok(written)
}

/// Drugs on the claims of a month that count. Claims that are sent twice or corrected say the same in the end.
fn drugs_of(month: &PersonMonth, taken: &mut Vec<Taken>) {
    for receipt in month.receipts.iter().filter(|receipt| receipt.fate != Fate::Withdrawn) {
        let by_pharmacy = receipt.kind == Kind::Pharmacy;
        for place in &receipt.encounters {
            let encounter = &month.encounters[*place];
            if encounter.pharmacy.is_some() != by_pharmacy {
                continue;
            }
            let sources = match receipt.kind {
                Kind::Medical => "medical",
                Kind::Dpc => "dpc",
                Kind::Dental => "dental",
                Kind::Pharmacy if prescription_stands(month, *place) => "pharmacy+prescription",
                Kind::Pharmacy => "pharmacy",
            };
            for prescription in &encounter.prescriptions {
                taken.extend(prescription.drugs.iter().map(|(drug, amount)| Taken {
                    day: prescription.day,
                    prescriber: receipt.prescriber,
                    dispenser: receipt.facility,
                    form: prescription.form,
                    drug: *drug,
                    amount: *amount,
                    count: prescription.count,
                    usage_code: if by_pharmacy { prescription.usage } else { "" },
                    usage: if receipt.kind == Kind::Dpc { String::new() } else { usage::text(prescription) },
                    inpatient: receipt.inpatient,
                    sources,
                }));
            }
        }
    }
}

/// True if the claim with the 処方箋料 of a pharmacy's prescription counts.
fn prescription_stands(month: &PersonMonth, place: usize) -> bool {
    month.receipts.iter().any(|receipt| {
        receipt.kind != Kind::Pharmacy && receipt.fate != Fate::Withdrawn && receipt.encounters.contains(&place)
    })
}

fn drug(nation: &Nation, person: PersonId, entry: &Taken, table: &mut Table) -> Result<()> {
    let drug = drugs::get(entry.drug);
    table.field(personal_number(nation.options.seed, person))?;
    table.day(Some(entry.day))?;
    table.day(Some(entry.day))?;
    table.field(&nation.facilities[entry.prescriber as usize].code)?;
    table.field(&nation.facilities[entry.dispenser as usize].code)?;
    table.field(entry.form.word())?;
    table.field(drug.code)?;
    table.field(drug.name)?;
    table.field(uke::amount(entry.amount))?;
    table.field(drug.unit)?;
    table.field(entry.count.to_string())?;
    table.field(entry.usage_code)?;
    table.field(&entry.usage)?;
    table.field(if entry.inpatient { "1" } else { "0" })?;
    table.field(entry.sources)?;
    table.end_row()
}

/// Diseases of a person by institution and beginning, with the last month in which a claim names them, and whether one of
/// that month says that they have ended.
#[derive(Default)]
struct Diseases(BTreeMap<(u32, &'static str, Option<Day>), (u32, bool)>);

impl Diseases {
    fn note(&mut self, key: (u32, &'static str, Option<Day>), month: u32, ended: bool) {
        let held = self.0.entry(key).or_default();
        *held = if month > held.0 { (month, ended) } else { (held.0, held.1 || ended) };
    }

    /// Names of those that count on a day: claims of the last twelve months name them, and none has ended.
    fn standing(&self, today: Day) -> BTreeSet<&'static str> {
        let since = today.month_number() - 100;
        let stands = self.0.iter().filter(|(_, (month, ended))| !ended && *month >= since);
        stands.map(|((_, name, _), _)| *name).collect()
    }
}

fn diagnoses(nation: &Nation, month: &PersonMonth, diseases: &mut Diseases, table: &mut Table) -> Result<()> {
    for receipt in &month.receipts {
        if receipt.fate == Fate::Withdrawn || receipt.kind == Kind::Pharmacy {
            continue;
        }
        let encounters: Vec<_> = receipt.encounters.iter().map(|place| &month.encounters[*place]).collect();
        for diagnosis in uke::merged(&encounters) {
            table.field(personal_number(nation.options.seed, month.person))?;
            table.field(month.first.month_number().to_string())?;
            table.field(&nation.facilities[receipt.facility as usize].code)?;
            table.field(receipt.kind.word())?;
            table.field(diagnosis.disease.code)?;
            table.field(diagnosis.disease.name)?;
            // A claim by diagnosis group tells ICD-10, but neither since when nor what became of it.
            let by_group = receipt.kind == Kind::Dpc;
            let is_told = by_group || diagnosis.disease.code != super::illness::UNCODED;
            let since = (!by_group).then_some(diagnosis.since);
            let key = (receipt.facility, diagnosis.disease.name, since);
            diseases.note(key, month.first.month_number(), !by_group && diagnosis.outcome != 1);
            table.field(if is_told { diagnosis.disease.icd } else { "" })?;
            table.day(since)?;
            table.field(if by_group { String::new() } else { diagnosis.outcome.to_string() })?;
            table.field(if diagnosis.main { "1" } else { "0" })?;
            table.end_row()?;
        }
    }
    Ok(())
}

fn procedures(nation: &Nation, month: &PersonMonth, table: &mut Table) -> Result<()> {
    for receipt in &month.receipts {
        if receipt.fate == Fate::Withdrawn || receipt.kind == Kind::Pharmacy {
            continue;
        }
        for act in receipt.encounters.iter().flat_map(|place| &month.encounters[*place].acts) {
            table.field(personal_number(nation.options.seed, month.person))?;
            table.day(Some(act.day))?;
            table.field(&nation.facilities[receipt.facility as usize].code)?;
            table.field(receipt.kind.word())?;
            table.field(act.procedure.group.to_string())?;
            table.field(act.procedure.work)?;
            table.field(act.procedure.code)?;
            table.field(act.procedure.name)?;
            table.field(act.procedure.points.to_string())?;
            table.end_row()?;
        }
    }
    Ok(())
}

/// Days on which an institution treated, each once.
fn treatment_days(nation: &Nation, month: &PersonMonth, table: &mut Table) -> Result<()> {
    let mut days = BTreeSet::new();
    for receipt in &month.receipts {
        if receipt.fate == Fate::Withdrawn || receipt.kind == Kind::Pharmacy {
            continue;
        }
        let seen = receipt.encounters.iter().flat_map(|place| month.encounters[*place].days());
        days.extend(seen.map(|day| (day, receipt.facility, receipt.inpatient)));
    }
    for (day, facility, inpatient) in days {
        table.field(personal_number(nation.options.seed, month.person))?;
        table.day(Some(day))?;
        table.field(&nation.facilities[facility as usize].code)?;
        table.field(if inpatient { "1" } else { "0" })?;
        table.end_row()?;
    }
    Ok(())
}
