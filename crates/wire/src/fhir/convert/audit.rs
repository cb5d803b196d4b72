//! The service about itself: looks and faults.

use domain::record::{LookPurpose, LookRole};
use domain::{MedicalInstitutionCode, Purpose};
use jiff::Timestamp;

use super::{concept, identifier, reference};
use crate::api::ProblemDocument;
use crate::fhir::service::{AuditAgent, AuditEntity, AuditSource, Issue};
use crate::fhir::types::{CodeableConcept, Coding, Reference};
use crate::fhir::{AuditEvent, OperationOutcome, system};

/// One look at somebody's data.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// Id of the event.
    pub id: &'a str,
    /// When.
    pub at: Timestamp,
    /// The institution that looked.
    pub institution: MedicalInstitutionCode,
    /// Who looked, as the institution names its staff.
    pub user: &'a str,
    /// In which role.
    pub role: LookRole,
    /// What was done.
    pub purpose: Purpose,
    /// What for.
    pub purpose_of_use: LookPurpose,
    /// Whose data: id of the patient.
    pub patient: &'a str,
    /// What was shown, such as `MedicationDispense`.
    pub items: &'a [&'a str],
    /// Whether it was refused.
    pub refused: bool,
    /// Name of the server that recorded it.
    pub observer: &'a str,
}

/// A look as AuditEvent: who, role, purpose, items. What it was for stands beside what was done, where it is known.
pub fn audit_event(look: &Look<'_>) -> AuditEvent {
    let what_for = look.purpose_of_use;
    AuditEvent {
        id: Some(look.id.to_owned()),
        r#type: audit_coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation"),
        subtype: vec![audit_coding("http://hl7.org/fhir/restful-interaction", "read", "read")],
        action: Some("R".to_owned()),
        recorded: look.at.to_string(),
        outcome: Some(if look.refused { "4" } else { "0" }.to_owned()),
        purpose_of_event: std::iter::once(concept(system::OWN, look.purpose.code(), Some(look.purpose.label())))
            .chain(what_for.code().map(|code| concept(system::ACT_REASON, code, Some(what_for.label()))))
            .collect(),
        agent: vec![AuditAgent {
            role: vec![concept(system::OWN, look.role.code(), Some(look.role.label()))],
            alt_id: Some(look.user.to_owned()).filter(|user| !user.is_empty()),
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
            expression: Vec::new(),
        }],
    }
}

/// A problem in the words of FHIR: the code of the house stays in `details`, each wrong value is an issue of its own.
pub fn outcome_of_problem(problem: &ProblemDocument) -> OperationOutcome {
    let kind = kind_of(problem.status);
    let words = [problem.title.as_str(), problem.detail.as_str()];
    let words = words.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("。");
    let number = problem.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    let about = format!("{}{number}", problem.title_en);
    let mut outcome = operation_outcome(kind, problem.code.as_str(), &words, Some(&about));
    outcome.issue.extend(problem.errors.iter().map(|error| Issue {
        severity: "error".to_owned(),
        code: kind.to_owned(),
        details: Some(concept(system::OWN, &error.code, Some(&error.message))),
        diagnostics: Some(error.message_en.clone()),
        expression: vec![error.field.clone()],
    }));
    outcome
}

/// A code of issue-type for an HTTP status.
const fn kind_of(status: u16) -> &'static str {
    match status {
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        405 | 406 | 415 => "not-supported",
        408 => "timeout",
        409 => "conflict",
        413 => "too-long",
        429 => "throttled",
        503 => "transient",
        500.. => "exception",
        _ => "invalid",
    }
}
