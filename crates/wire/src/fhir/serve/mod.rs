//! What the façade serves, at the center and at the terminal alike: both route this table and tell of it in one
//! `CapabilityStatement`, read a search with [`search`] and cut its pages with [`page`]; [`record`] makes the resources.

pub mod page;
pub mod record;
pub mod search;

use domain::record::PatientResource;
use domain::{Date, date};

use super::service::{
    CapabilityOperation, CapabilityResource, CapabilityRest, CapabilitySecurity, Implementation, Interaction,
    SearchParam, Software,
};
use super::types::{CodeableConcept, Coding};
use super::{CapabilityStatement, system};

/// Where the façade begins, at the center and at the terminal.
pub const BASE_PATH: &str = "/fhir/r4";
/// Media type of what it serves.
pub const MEDIA_TYPE: &str = "application/fhir+json";
/// What it can do, below [`BASE_PATH`].
pub const METADATA: &str = "/metadata";
/// SMART: where a token is given, below [`BASE_PATH`].
pub const SMART_CONFIGURATION: &str = "/.well-known/smart-configuration";
/// Gives tokens, below [`BASE_PATH`].
pub const TOKEN: &str = "/auth/token";
/// A question about coverage, below [`BASE_PATH`].
pub const SUBMIT: &str = "/CoverageEligibilityRequest/$submit";
/// One patient, below [`BASE_PATH`].
pub const PATIENT: &str = "/Patient/{id}";
/// Everything of one patient that may be seen, below [`BASE_PATH`].
pub const EVERYTHING: &str = "/Patient/{id}/$everything";

/// Whatever else is asked for below [`BASE_PATH`]: there is none.
pub const REST: &str = "/{*rest}";

/// Where a kind is searched for, below [`BASE_PATH`].
pub fn search_path(kind: PatientResource) -> String {
    format!("/{}", kind.name())
}

/// Where a kind is searched for with a form, below [`BASE_PATH`].
pub fn search_form_path(kind: PatientResource) -> String {
    format!("/{}/_search", kind.name())
}

/// Where one of a kind is read, below [`BASE_PATH`].
pub fn read_path(kind: PatientResource) -> String {
    format!("/{}/{{id}}", kind.name())
}

/// The kinds that are searched for by patient, and read one by one under the id that a search gave.
pub const SEARCHED: [PatientResource; 8] = [
    PatientResource::Coverage,
    PatientResource::MedicationDispense,
    PatientResource::MedicationRequest,
    PatientResource::MedicationStatement,
    PatientResource::Condition,
    PatientResource::Procedure,
    PatientResource::Observation,
    PatientResource::AuditEvent,
];

/// The profile that a kind keeps to; base R4 where JP Core has none.
pub const fn profile(kind: PatientResource) -> Option<&'static str> {
    match kind {
        PatientResource::Patient => Some(system::JP_PATIENT),
        PatientResource::Coverage => Some(system::JP_COVERAGE),
        PatientResource::MedicationDispense => Some(system::JP_MEDICATION_DISPENSE),
        PatientResource::MedicationRequest => Some(system::JP_MEDICATION_REQUEST),
        PatientResource::MedicationStatement => Some(system::JP_MEDICATION_STATEMENT),
        PatientResource::Condition => Some(system::JP_CONDITION),
        PatientResource::Procedure => Some(system::JP_PROCEDURE),
        PatientResource::Observation => Some(system::JP_OBSERVATION_COMMON),
        PatientResource::AuditEvent => None,
    }
}

/// The search parameter for days of a kind.
pub const fn date_param(kind: PatientResource) -> Option<&'static str> {
    match kind {
        PatientResource::Patient | PatientResource::Coverage => None,
        PatientResource::MedicationDispense => Some("whenhandedover"),
        PatientResource::MedicationRequest => Some("authoredon"),
        PatientResource::MedicationStatement => Some("effective"),
        PatientResource::Condition => Some("onset-date"),
        PatientResource::Procedure | PatientResource::Observation | PatientResource::AuditEvent => Some("date"),
    }
}

/// Whether `_format` asks for what is served.
pub fn is_served_format(value: &str) -> bool {
    matches!(value, "json" | "application/json" | "text/json") || value == MEDIA_TYPE
}

/// What can be done: exactly what is routed.
pub fn capability_statement(since: Date, version: &str) -> CapabilityStatement {
    let day = date::format(since);
    CapabilityStatement {
        status: "active".to_owned(),
        date: format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]),
        kind: "instance".to_owned(),
        software: Some(Software { name: "Tashika".to_owned(), version: Some(version.to_owned()) }),
        implementation: Some(Implementation {
            description: "Tashika 確か: 資格確認と、患者が同意した診療情報。Read only; see docs/FHIR.md".to_owned(),
        }),
        fhir_version: "4.0.1".to_owned(),
        format: vec!["json".to_owned(), MEDIA_TYPE.to_owned()],
        rest: vec![CapabilityRest {
            mode: "server".to_owned(),
            security: Some(CapabilitySecurity {
                service: vec![CodeableConcept {
                    coding: vec![Coding {
                        system: Some("http://terminology.hl7.org/CodeSystem/restful-security-service".to_owned()),
                        code: Some("SMART-on-FHIR".to_owned()),
                        display: None,
                    }],
                    text: None,
                }],
                description: Some(
                    "Mutual TLS of the institution. Reading needs a token of auth/token for one patient; a scope is granted \
                     only while the patient's consent at this institution holds, and that is looked at again at each read."
                        .to_owned(),
                ),
            }),
            resource: std::iter::once(patient())
                .chain(SEARCHED.into_iter().map(searched))
                .chain([eligibility_request()])
                .collect(),
        }],
    }
}

fn patient() -> CapabilityResource {
    CapabilityResource {
        r#type: PatientResource::Patient.name().to_owned(),
        profile: profile(PatientResource::Patient).map(str::to_owned),
        supported_profile: Vec::new(),
        interaction: vec![Interaction { code: "read".to_owned() }],
        search_param: Vec::new(),
        operation: vec![CapabilityOperation {
            name: "everything".to_owned(),
            definition: "http://hl7.org/fhir/OperationDefinition/Patient-everything".to_owned(),
        }],
    }
}

fn searched(kind: PatientResource) -> CapabilityResource {
    let param = |name: &str, kind: &str, words: &str| SearchParam {
        name: name.to_owned(),
        r#type: kind.to_owned(),
        documentation: Some(words.to_owned()),
    };
    let mut search_param =
        vec![param("patient", "reference", "Required. The id that $submit gave; never a number of a card.")];
    search_param
        .extend(date_param(kind).map(|name| param(name, "date", "Prefixes eq, ge, gt, le, lt; may be repeated.")));
    search_param.push(param("_count", "number", "Entries of a page."));
    search_param.push(param("_offset", "number", "Entries before the page; the link next has it."));
    let narrower: &[&str] = if kind == PatientResource::Observation {
        &[system::JP_OBSERVATION_LAB_RESULT, system::JP_OBSERVATION_VITAL_SIGNS]
    } else {
        &[]
    };
    CapabilityResource {
        r#type: kind.name().to_owned(),
        profile: profile(kind).map(str::to_owned),
        supported_profile: narrower.iter().map(|url| (*url).to_owned()).collect(),
        interaction: ["read", "search-type"].map(|code| Interaction { code: code.to_owned() }).to_vec(),
        search_param,
        operation: Vec::new(),
    }
}

fn eligibility_request() -> CapabilityResource {
    CapabilityResource {
        r#type: "CoverageEligibilityRequest".to_owned(),
        profile: None,
        supported_profile: Vec::new(),
        interaction: Vec::new(),
        search_param: Vec::new(),
        operation: vec![CapabilityOperation {
            name: "submit".to_owned(),
            definition: "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit".to_owned(),
        }],
    }
}
