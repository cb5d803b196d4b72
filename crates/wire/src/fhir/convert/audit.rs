//! The service about itself: looks, faults, capabilities, bundles.

use domain::{Date, MedicalInstitutionCode, Purpose};
use jiff::Timestamp;

use super::{concept, day, identifier, reference};
use crate::fhir::service::{
    AuditAgent, AuditEntity, AuditSource, BundleEntry, BundleSearch, CapabilityOperation, CapabilityResource,
    CapabilityRest, Interaction, Issue, SearchParam, Software,
};
use crate::fhir::types::{CodeableConcept, Coding, Reference};
use crate::fhir::{AuditEvent, Bundle, CapabilityStatement, OperationOutcome, Resource, system};

/// One look at somebody's data.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// Id of the event.
    pub id: &'a str,
    /// When.
    pub at: Timestamp,
    /// The institution that looked.
    pub institution: MedicalInstitutionCode,
    /// Role of the member of staff, such as `records`.
    pub role: &'a str,
    /// Why.
    pub purpose: Purpose,
    /// Whose data: id of the patient.
    pub patient: &'a str,
    /// What was shown, such as `MedicationDispense`.
    pub items: &'a [&'a str],
    /// Whether it was refused.
    pub refused: bool,
    /// Name of the server that recorded it.
    pub observer: &'a str,
}

/// A look as AuditEvent: who, role, purpose, items.
pub fn audit_event(look: &Look<'_>) -> AuditEvent {
    AuditEvent {
        id: Some(look.id.to_owned()),
        r#type: audit_coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation"),
        subtype: vec![audit_coding("http://hl7.org/fhir/restful-interaction", "read", "read")],
        action: Some("R".to_owned()),
        recorded: look.at.to_string(),
        outcome: Some(if look.refused { "4" } else { "0" }.to_owned()),
        purpose_of_event: vec![concept(system::OWN, look.purpose.code(), None)],
        agent: vec![AuditAgent {
            role: Some(vec![concept(system::OWN, look.role, None)]),
            who: Some(Reference {
                identifier: Some(identifier(system::INSTITUTION_CODE, look.institution.as_str())),
                ..Reference::default()
            }),
            requestor: true,
        }],
        source: AuditSource { observer: Reference { display: Some(look.observer.to_owned()), ..Reference::default() } },
        entity: std::iter::once(AuditEntity { what: Some(reference("Patient", look.patient)), name: None })
            .chain(look.items.iter().map(|item| AuditEntity { what: None, name: Some((*item).to_owned()) }))
            .collect(),
    }
}

fn audit_coding(system: &str, code: &str, display: &str) -> Coding {
    super::coding(system, code, Some(display))
}

/// What went wrong: `kind` is a code of issue-type (`invalid`, `forbidden`, `not-found`, `transient`, …), `code` our stable one.
pub fn operation_outcome(kind: &str, code: &str, words: &str, diagnostics: Option<&str>) -> OperationOutcome {
    OperationOutcome {
        issue: vec![Issue {
            severity: "error".to_owned(),
            code: kind.to_owned(),
            details: Some(CodeableConcept {
                coding: vec![super::coding(system::OWN, code, None)],
                text: Some(words.to_owned()),
            }),
            diagnostics: diagnostics.map(str::to_owned),
        }],
    }
}

/// The answer to a search: every resource fits it. `base` is the server's address without a slash at its end.
pub fn searchset(base: &str, at: Timestamp, found: Vec<(String, Resource)>) -> Bundle {
    let total = u32::try_from(found.len()).ok();
    let entry = |(place, resource): (String, Resource)| BundleEntry {
        full_url: Some(format!("{base}/{place}")),
        resource,
        search: Some(BundleSearch { mode: Some("match".to_owned()) }),
    };
    Bundle {
        r#type: "searchset".to_owned(),
        timestamp: Some(at.to_string()),
        total,
        entry: found.into_iter().map(entry).collect(),
    }
}

/// What the façade can do: read and search what a patient agreed to, and `$submit` a question about coverage.
pub fn capability_statement(since: Date, version: &str) -> CapabilityStatement {
    let by_patient = |kind: &str, profile: &str| CapabilityResource {
        r#type: kind.to_owned(),
        profile: Some(profile.to_owned()),
        interaction: ["read", "search-type"].iter().map(|code| Interaction { code: (*code).to_owned() }).collect(),
        search_param: vec![SearchParam { name: "patient".to_owned(), r#type: "reference".to_owned() }],
        operation: Vec::new(),
    };
    let mut resource: Vec<_> = [
        ("Coverage", system::JP_COVERAGE),
        ("MedicationDispense", system::JP_MEDICATION_DISPENSE),
        ("MedicationRequest", system::JP_MEDICATION_REQUEST),
        ("MedicationStatement", system::JP_MEDICATION_STATEMENT),
        ("Condition", system::JP_CONDITION),
        ("Procedure", system::JP_PROCEDURE),
        ("Observation", system::JP_OBSERVATION_COMMON),
    ]
    .into_iter()
    .map(|(kind, profile)| by_patient(kind, profile))
    .collect();
    resource.insert(0, CapabilityResource { search_param: Vec::new(), ..by_patient("Patient", system::JP_PATIENT) });
    resource[0].interaction.truncate(1);
    resource.push(CapabilityResource {
        r#type: "CoverageEligibilityRequest".to_owned(),
        profile: None,
        interaction: Vec::new(),
        search_param: Vec::new(),
        operation: vec![CapabilityOperation {
            name: "submit".to_owned(),
            definition: "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit".to_owned(),
        }],
    });
    CapabilityStatement {
        status: "active".to_owned(),
        date: day(since),
        kind: "instance".to_owned(),
        software: Some(Software { name: "Tashika".to_owned(), version: Some(version.to_owned()) }),
        implementation: Some(crate::fhir::service::Implementation { description: "Tashika 確か".to_owned() }),
        fhir_version: "4.0.1".to_owned(),
        format: vec!["json".to_owned()],
        rest: vec![CapabilityRest { mode: "server".to_owned(), resource }],
    }
}
