//! One person's record as resources, kind by kind, in the order of the record.
//!
//! The record that comes in holds what may be seen and nothing else. Ids are made by the caller out of what an entry says, so
//! that the same entry has the same id at the same institution, and another one elsewhere.

use std::collections::HashMap;

use domain::Date;
use domain::record::{HealthRecord, Medication, PatientResource};
use serde::Serialize;
use uuid::Uuid;

use super::page::Found;
use crate::fhir::Resource;
use crate::fhir::convert;

/// Makes the id of an entry out of a text that tells it from others of the same person.
pub type MakeId<'a> = &'a dyn Fn(&[u8]) -> Uuid;

/// The resources of a kind about `Patient/{patient}`, as of `today`. Empty for kinds that are no part of a record.
pub fn resources(
    kind: PatientResource,
    patient: &str,
    record: &HealthRecord,
    today: Date,
    make_id: MakeId<'_>,
) -> Vec<Found> {
    let mut ids = Ids { kind, make_id, seen: HashMap::new() };
    let history = &record.history;
    match kind {
        PatientResource::MedicationDispense => numbered(&history.medications)
            .map(|(rp, drug)| {
                ids.found(drug, Some(drug.dispensed_on), |id| {
                    convert::medication_dispense(id, patient, rp, 1, drug).into()
                })
            })
            .collect(),
        PatientResource::MedicationRequest => numbered(&history.medications)
            .map(|(rp, drug)| {
                let day = drug.prescribed_on.unwrap_or(drug.dispensed_on);
                ids.found(drug, Some(day), |id| convert::medication_request(id, patient, rp, 1, drug).into())
            })
            .collect(),
        PatientResource::MedicationStatement => history
            .medications
            .iter()
            .map(|drug| {
                ids.found(drug, Some(drug.dispensed_on), |id| {
                    convert::medication_statement(id, patient, today, drug).into()
                })
            })
            .collect(),
        PatientResource::Condition => history
            .diagnoses
            .iter()
            .map(|one| ids.found(one, one.started_on, |id| convert::condition(id, patient, one).into()))
            .collect(),
        PatientResource::Procedure => history
            .everything_done()
            .iter()
            .map(|one| ids.found(one, Some(one.performed_on), |id| convert::procedure(id, patient, one).into()))
            .collect(),
        PatientResource::Observation => record
            .checkups
            .iter()
            .flat_map(|checkup| {
                let made = convert::observations("item", patient, checkup);
                made.into_iter().zip(&checkup.items).map(|(observation, item)| (checkup.date, observation, item))
            })
            .map(|(day, observation, item)| {
                ids.found(&(day, item), Some(day), |id| {
                    crate::fhir::Observation { id: Some(id.to_owned()), ..observation }.into()
                })
            })
            .collect(),
        PatientResource::Patient | PatientResource::Coverage | PatientResource::AuditEvent => Vec::new(),
    }
}

/// Claims do not keep the groups of a prescription, so each drug of a day at a pharmacy is a group of its own, from 1.
fn numbered(medications: &[Medication]) -> impl Iterator<Item = (u16, &Medication)> {
    let mut counted: HashMap<(Date, &str), u16> = HashMap::new();
    medications.iter().map(move |drug| {
        let count = counted.entry((drug.dispensed_on, drug.dispenser.code.as_str())).or_default();
        *count = count.saturating_add(1);
        (*count, drug)
    })
}

struct Ids<'a> {
    kind: PatientResource,
    make_id: MakeId<'a>,
    seen: HashMap<Vec<u8>, u32>,
}

impl Ids<'_> {
    /// An entry under its id. Two entries that say the same are the first and the second of them.
    fn found(&mut self, entry: &impl Serialize, day: Option<Date>, make: impl FnOnce(&str) -> Resource) -> Found {
        let mut text = self.kind.name().as_bytes().to_vec();
        // Words and numbers always have a JSON form.
        text.extend(serde_json::to_vec(entry).unwrap_or_default());
        let count = self.seen.entry(text.clone()).or_default();
        *count += 1;
        text.extend(count.to_be_bytes());
        let id = (self.make_id)(&text).to_string();
        Found { day, full_url: Some(format!("urn:uuid:{id}")), resource: make(&id), id }
    }
}
