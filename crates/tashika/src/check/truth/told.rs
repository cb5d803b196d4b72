//! What a center would show of a person, in the words of the nation's tables.

use std::collections::BTreeMap;

use domain::date;
use domain::record::{
    ClaimKind, Diagnosis, DiagnosisOutcome, DosageForm, History, Medication, ProcedureKind, TreatmentVisit, VisitItem,
};

use super::{Entries, Part};

pub(super) fn entries(record: &History) -> Entries {
    let mut entries = Entries::default();
    record.medications.iter().for_each(|entry| drug(entry, &mut entries));
    record.diagnoses.iter().for_each(|entry| diagnosis(entry, &mut entries));
    record.visits.iter().for_each(|entry| day(entry, &mut entries));
    procedures(&record.visits, &mut entries);
    for entry in &record.procedures {
        let (day, times) = (date::format(entry.performed_on), entry.times.to_string());
        let name = entry.name.as_deref().unwrap_or_default();
        let fields = [&day, entry.institution.code.as_str(), entry.code.as_str(), name, &times];
        entries.add(Part::Surgery, &fields);
    }
    entries
}

const fn inpatient(is: bool) -> &'static str {
    if is { "inpatient" } else { "" }
}

/// What was taken home and what was given at once is told apart by the kind of claim and its 診療識別.
const fn form(entry: &Medication, by_pharmacy: bool) -> &'static str {
    match entry.form {
        DosageForm::Oral | DosageForm::OralDrops | DosageForm::Infusion | DosageForm::Decoction => "oral",
        DosageForm::AsNeeded => "as_needed",
        DosageForm::External => "external",
        DosageForm::Injection if by_pharmacy => "self_injection",
        DosageForm::Injection => "injection",
        DosageForm::Other => "self_injection",
    }
}

fn drug(entry: &Medication, entries: &mut Entries) {
    let kinds: Vec<&str> = entry.sources.iter().map(|source| source.kind.code()).collect();
    let by_pharmacy = entry.sources.iter().any(|source| source.kind == ClaimKind::Pharmacy);
    let usage_code = entry.usage.as_ref().and_then(|usage| usage.code.as_deref()).unwrap_or_default();
    let usage = match (&entry.usage, usage_code) {
        (Some(usage), "" | "900") => usage.text.as_str(),
        _ => "",
    };
    let dispensed = date::format(entry.dispensed_on);
    let prescribed = entry.prescribed_on.map(date::format).unwrap_or_default();
    let (amount, count) = (entry.amount.to_string(), entry.supply.count().to_string());
    entries.add(
        Part::Drug,
        &[
            &dispensed,
            &prescribed,
            entry.responsible().code.as_str(),
            entry.dispenser.code.as_str(),
            form(entry, by_pharmacy),
            entry.drug.code.as_str(),
            entry.drug.name.as_deref().unwrap_or_default(),
            &amount,
            entry.unit.as_deref().unwrap_or_default(),
            &count,
            usage_code,
            usage,
            inpatient(entry.inpatient),
            &kinds.join("+"),
        ],
    );
}

fn diagnosis(entry: &Diagnosis, entries: &mut Entries) {
    let outcome = match entry.outcome {
        Some(DiagnosisOutcome::Continued) => "1",
        Some(DiagnosisOutcome::Cured) => "2",
        Some(DiagnosisOutcome::Died) => "3",
        Some(DiagnosisOutcome::Stopped) => "4",
        None => "",
    };
    let month = entry.last_month.to_string();
    let since = entry.started_on.map(date::format).unwrap_or_default();
    let code = [entry.code.as_str(), &entry.modifiers.join("")].concat();
    entries.add(
        Part::Diagnosis,
        &[
            &month,
            entry.institution.code.as_str(),
            &code,
            entry.name.as_deref().unwrap_or_default(),
            entry.icd10.as_deref().unwrap_or_default(),
            &since,
            outcome,
            if entry.main { "main" } else { "" },
        ],
    );
}

fn day(visit: &TreatmentVisit, entries: &mut Entries) {
    let day = date::format(visit.day);
    entries.add(Part::Day, &[&day, visit.institution.code.as_str(), inpatient(visit.inpatient)]);
}

/// One entry a day, however many claims tell of it.
fn procedures(visits: &[TreatmentVisit], entries: &mut Entries) {
    let mut times: BTreeMap<(String, &str, &str, &str, &'static str), u32> = BTreeMap::new();
    for visit in visits {
        for VisitItem { code, name, kind, times: count } in &visit.items {
            let name = name.as_deref().unwrap_or_default();
            let key = (date::format(visit.day), visit.institution.code.as_str(), code.as_str(), name, work(*kind));
            *times.entry(key).or_default() += u32::from(*count);
        }
    }
    for ((day, institution, code, name, work), times) in times {
        entries.add(Part::Procedure, &[&day, institution, code, name, work, &times.to_string()]);
    }
}

const fn work(kind: ProcedureKind) -> &'static str {
    match kind {
        ProcedureKind::Visit => "visit",
        ProcedureKind::Management => "management",
        ProcedureKind::HomeCare => "home_care",
        ProcedureKind::Prescribing => "prescribing",
        ProcedureKind::Injection => "injection",
        ProcedureKind::Treatment => "treatment",
        ProcedureKind::Surgery => "surgery",
        ProcedureKind::Anaesthesia => "anaesthesia",
        ProcedureKind::Examination => "examination",
        ProcedureKind::Imaging => "imaging",
        ProcedureKind::Hospitalisation => "hospitalisation",
        ProcedureKind::Other => "other",
    }
}
