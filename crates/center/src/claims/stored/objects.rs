//! The form of before, which is only read: objects with the names of fields, and entries that say only what the claim does
//! not; the oldest say everything in each entry.

use std::sync::Arc;

use domain::Date;
use domain::date;
use domain::record::{
    Diagnosis, DiagnosisCode, DiagnosisOutcome, DosageForm, Drug, History, Institution, Medication, Month, Procedure,
    ProcedureCode, ProcedureKind, Quantity, Source, Supply, TreatmentVisit, Usage, VisitItem,
};
use serde::Deserialize;

/// What lies in a row.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    source: Source,
    history: Entries,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entries {
    #[serde(default)]
    medications: Vec<MedicationText>,
    #[serde(default)]
    diagnoses: Vec<DiagnosisText>,
    #[serde(default)]
    procedures: Vec<ProcedureText>,
    #[serde(default)]
    visits: Vec<VisitText>,
}

/// Somebody else than the institution that claims; none: it is the one that claims.
type Other = Option<Arc<Institution>>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MedicationText {
    drug: Arc<Drug>,
    #[serde(with = "date::as_text")]
    dispensed_on: Date,
    #[serde(default, with = "date::as_text_opt")]
    prescribed_on: Option<Date>,
    #[serde(default)]
    prescriber: Other,
    /// The institution that claims prescribed; then there is no other prescriber.
    #[serde(default)]
    prescribed_here: bool,
    #[serde(default)]
    dispenser: Other,
    form: DosageForm,
    amount: Quantity,
    #[serde(default)]
    unit: Option<Arc<str>>,
    #[serde(default)]
    dose: Option<Quantity>,
    supply: Supply,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    inpatient: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DiagnosisText {
    code: DiagnosisCode,
    #[serde(default)]
    modifiers: Vec<String>,
    #[serde(default)]
    name: Option<Arc<str>>,
    #[serde(default)]
    icd10: Option<String>,
    #[serde(default, with = "date::as_text_opt")]
    started_on: Option<Date>,
    /// None: the month of the claim.
    #[serde(default)]
    last_month: Option<Month>,
    #[serde(default)]
    outcome: Option<DiagnosisOutcome>,
    #[serde(default)]
    main: bool,
    #[serde(default)]
    institution: Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProcedureText {
    code: ProcedureCode,
    #[serde(default)]
    name: Option<Arc<str>>,
    kind: ProcedureKind,
    #[serde(with = "date::as_text")]
    performed_on: Date,
    times: u16,
    #[serde(default)]
    institution: Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VisitText {
    #[serde(with = "date::as_text")]
    day: Date,
    #[serde(default)]
    institution: Other,
    #[serde(default)]
    inpatient: bool,
    #[serde(default)]
    items: Vec<VisitItem>,
}

/// Reads the text of a row: the claim, and its entries, each with the claim as its source.
///
/// # Errors
/// A text that this program cannot have written.
pub(super) fn read(text: &str) -> Result<(Source, History), serde_json::Error> {
    let Row { source, history } = serde_json::from_str::<Row>(text)?;
    let by = |other: Other| other.unwrap_or_else(|| source.institution.clone());
    let sources = || vec![source.clone()];
    let medications = history.medications.into_iter().map(|entry| Medication {
        drug: entry.drug,
        dispensed_on: entry.dispensed_on,
        prescribed_on: entry.prescribed_on,
        prescriber: if entry.prescribed_here { Some(source.institution.clone()) } else { entry.prescriber },
        dispenser: by(entry.dispenser),
        form: entry.form,
        amount: entry.amount,
        unit: entry.unit,
        dose: entry.dose,
        supply: entry.supply,
        usage: entry.usage,
        inpatient: entry.inpatient,
        sources: sources(),
    });
    let diagnoses = history.diagnoses.into_iter().map(|entry| Diagnosis {
        code: entry.code,
        modifiers: entry.modifiers,
        name: entry.name,
        icd10: entry.icd10,
        started_on: entry.started_on,
        last_month: entry.last_month.unwrap_or(source.month),
        outcome: entry.outcome,
        main: entry.main,
        institution: by(entry.institution),
        sources: sources(),
    });
    let procedures = history.procedures.into_iter().map(|entry| Procedure {
        code: entry.code,
        name: entry.name,
        kind: entry.kind,
        performed_on: entry.performed_on,
        times: entry.times,
        institution: by(entry.institution),
        sources: sources(),
    });
    let visits = history.visits.into_iter().map(|entry| TreatmentVisit {
        day: entry.day,
        institution: by(entry.institution),
        inpatient: entry.inpatient,
        items: entry.items,
        sources: sources(),
    });
    let history = History {
        medications: medications.collect(),
        diagnoses: diagnoses.collect(),
        procedures: procedures.collect(),
        visits: visits.collect(),
    };
    Ok((source, history))
}
