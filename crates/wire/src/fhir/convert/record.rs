//! What claims tell: drugs, diagnoses, treatments.

use domain::record::{Diagnosis, DiagnosisOutcome, Drug, Medication, Procedure, Supply};

use super::{amount, coding, concept, contained, day, identifier, institution, meta, reference};
use crate::fhir::clinical::{DispenseRequest, Dosage, DoseAndRate, Performer, Timing};
use crate::fhir::types::{CodeableConcept, Identifier, Period, Quantity};
use crate::fhir::{Condition, MedicationDispense, MedicationRequest, MedicationStatement, system};

const PLACE: &str = "institution";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CONDITION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

/// A drug that was handed out to `Patient/{patient}`. `rp` and `order` are its group and its place in it, from 1.
pub fn medication_dispense(id: &str, patient: &str, rp: u16, order: u16, drug: &Medication) -> MedicationDispense {
    MedicationDispense {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_MEDICATION_DISPENSE)),
        contained: vec![institution(PLACE, &drug.dispenser).into()],
        identifier: numbers(rp, order),
        status: "completed".to_owned(),
        medication_codeable_concept: drug_concept(&drug.drug),
        subject: reference("Patient", patient),
        performer: vec![Performer { actor: contained(PLACE, drug.dispenser.name.as_deref()) }],
        quantity: total(drug),
        days_supply: days(drug),
        when_prepared: Some(day(drug.dispensed_on)),
        when_handed_over: day(drug.dispensed_on),
        dosage_instruction: vec![dosage(drug)],
    }
}

/// The prescription behind a drug that was handed out. The day of prescribing is the day of dispensing where a claim tells only
/// that (drugs from a clinic's own stock).
pub fn medication_request(id: &str, patient: &str, rp: u16, order: u16, drug: &Medication) -> MedicationRequest {
    let prescriber = drug.responsible();
    MedicationRequest {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_MEDICATION_REQUEST)),
        contained: vec![institution(PLACE, prescriber).into()],
        identifier: numbers(rp, order),
        status: "completed".to_owned(),
        intent: "order".to_owned(),
        medication_codeable_concept: drug_concept(&drug.drug),
        subject: reference("Patient", patient),
        authored_on: day(drug.prescribed_on.unwrap_or(drug.dispensed_on)),
        requester: Some(contained(PLACE, prescriber.name.as_deref())),
        dosage_instruction: vec![dosage(drug)],
        dispense_request: Some(DispenseRequest { quantity: Some(total(drug)), expected_supply_duration: days(drug) }),
    }
}

/// That the drug was there to be taken from its first to its last day. `on` tells whether that is still so.
pub fn medication_statement(id: &str, patient: &str, on: domain::Date, drug: &Medication) -> MedicationStatement {
    let status = if drug.is_taken_on(on) { "active" } else { "completed" };
    let place = identifier(system::INSTITUTION_CODE, drug.dispenser.code.as_str());
    MedicationStatement {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_MEDICATION_STATEMENT)),
        status: status.to_owned(),
        medication_codeable_concept: drug_concept(&drug.drug),
        subject: reference("Patient", patient),
        effective_period: Some(Period { start: Some(day(drug.dispensed_on)), end: Some(day(drug.last_day())) }),
        information_source: Some(crate::fhir::types::Reference {
            reference: None,
            identifier: Some(place),
            display: drug.dispenser.name.clone(),
        }),
        dosage: vec![dosage(drug)],
    }
}

fn numbers(rp: u16, order: u16) -> Vec<Identifier> {
    vec![identifier(system::RP_NUMBER, &rp.to_string()), identifier(system::ORDER_IN_RP, &order.to_string())]
}

fn drug_concept(drug: &Drug) -> CodeableConcept {
    let mut codes = vec![coding(system::CLAIM_DRUG, drug.code.as_str(), Some(drug.shown()))];
    codes.extend(drug.price_list_code.as_deref().map(|code| coding(system::PRICE_LIST_DRUG, code, Some(drug.shown()))));
    CodeableConcept { coding: codes, text: Some(drug.shown().to_owned()) }
}

/// 調剤総量: for one unit of dispensing, times how many were dispensed.
fn total(drug: &Medication) -> Quantity {
    let count = match drug.supply {
        Supply::Days(count) | Supply::Doses(count) | Supply::Times(count) => u32::from(count.max(1)),
    };
    let total = drug.amount.times(count).unwrap_or(drug.amount);
    drug_amount(&total.to_string(), drug.unit.as_deref())
}

/// Masters name units in words and give no code for them; a local code is allowed in JP Core.
fn drug_amount(value: &str, unit: Option<&str>) -> Quantity {
    let unit = unit.unwrap_or("単位");
    amount(value, unit, system::OWN_UNIT, unit)
}

fn days(drug: &Medication) -> Option<Quantity> {
    match drug.supply {
        Supply::Days(count) => Some(amount(&count.to_string(), "日", system::UCUM, "d")),
        Supply::Doses(_) | Supply::Times(_) => None,
    }
}

fn dosage(drug: &Medication) -> Dosage {
    let words = drug.usage.as_ref().map(|usage| usage.text.as_str()).filter(|text| !text.is_empty());
    let words = words.map_or_else(|| drug.form.label().to_owned(), str::to_owned);
    let code = drug.usage.as_ref().and_then(|usage| usage.code.as_deref());
    Dosage {
        timing: code.map(|code| Timing { code: Some(concept(system::OWN_USAGE, code, Some(&words))) }),
        text: Some(words),
        dose_and_rate: drug
            .dose
            .map(|dose| DoseAndRate { dose_quantity: Some(drug_amount(&dose.to_string(), drug.unit.as_deref())) })
            .into_iter()
            .collect(),
    }
}

/// A diagnosis of `Patient/{patient}`. A suspicion stays one: `provisional`.
pub fn condition(id: &str, patient: &str, diagnosis: &Diagnosis) -> Condition {
    let mut codes = vec![coding(system::CLAIM_DISEASE, diagnosis.code.as_str(), Some(diagnosis.shown()))];
    codes.extend(diagnosis.icd10.as_deref().map(|code| coding(system::ICD10, code, None)));
    let clinical = match diagnosis.outcome {
        Some(DiagnosisOutcome::Cured) => "resolved",
        Some(DiagnosisOutcome::Died | DiagnosisOutcome::Stopped) => "inactive",
        Some(DiagnosisOutcome::Continued) | None => "active",
    };
    let verification = if diagnosis.is_suspected() { "provisional" } else { "confirmed" };
    Condition {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_CONDITION)),
        clinical_status: Some(concept(CLINICAL, clinical, None)),
        verification_status: Some(concept(VERIFICATION, verification, None)),
        category: vec![concept(CONDITION_CATEGORY, "encounter-diagnosis", None)],
        code: Some(CodeableConcept { coding: codes, text: Some(diagnosis.shown().to_owned()) }),
        subject: reference("Patient", patient),
        onset_date_time: diagnosis.started_on.map(day),
    }
}

/// A treatment of `Patient/{patient}`.
pub fn procedure(id: &str, patient: &str, done: &Procedure) -> crate::fhir::Procedure {
    crate::fhir::Procedure {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_PROCEDURE)),
        contained: vec![institution(PLACE, &done.institution).into()],
        status: "completed".to_owned(),
        category: Some(CodeableConcept { coding: Vec::new(), text: Some(done.kind.label().to_owned()) }),
        code: Some(concept(system::PROCEDURE, done.code.as_str(), Some(done.shown()))),
        subject: reference("Patient", patient),
        performed_date_time: Some(day(done.performed_on)),
        performer: vec![Performer { actor: contained(PLACE, done.institution.name.as_deref()) }],
    }
}
