//! Words of [`domain`] as resources. Ids come from the caller, who knows under which a server will find them again.

mod audit;
mod checkup;
mod coverage;
mod eligibility;
mod person;
mod record;

pub use audit::{Look, audit_event, operation_outcome, outcome_of_problem};
pub use checkup::observations;
pub use coverage::coverage;
pub use eligibility::{Answered, asking_institution, eligibility_response, search_info, serviced_day};
pub use person::{checkup_patient, patient};
pub use record::{condition, medication_dispense, medication_request, medication_statement, procedure};

use std::str::FromStr as _;

use domain::{BranchNumber, CardNumber, CardSymbol, Date, InsurerNumber};
use serde_json::Number;

use super::Organization;
use super::system;
use super::types::{CodeableConcept, Coding, Extension, Identifier, Meta, Quantity, Reference};

/// `yyyy-MM-dd`.
fn day(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

fn meta(profile: &str) -> Meta {
    Meta { profile: vec![profile.to_owned()] }
}

fn coding(system: &str, code: &str, display: Option<&str>) -> Coding {
    Coding { system: Some(system.to_owned()), code: Some(code.to_owned()), display: display.map(str::to_owned) }
}

fn concept(system: &str, code: &str, display: Option<&str>) -> CodeableConcept {
    CodeableConcept { coding: vec![coding(system, code, display)], text: display.map(str::to_owned) }
}

fn identifier(system: &str, value: &str) -> Identifier {
    Identifier { system: Some(system.to_owned()), value: Some(value.to_owned()) }
}

fn extension(url: &str, value: &str) -> Extension {
    Extension { url: url.to_owned(), value_string: Some(value.to_owned()), value_code: None }
}

/// A reference to another resource; `Patient` and `1` make `Patient/1`.
fn reference(kind: &str, id: &str) -> Reference {
    Reference { reference: Some(format!("{kind}/{id}")), ..Reference::default() }
}

fn contained(id: &str, display: Option<&str>) -> Reference {
    Reference { reference: Some(format!("#{id}")), display: display.map(str::to_owned), identifier: None }
}

/// A decimal as it is written; none where JSON cannot hold it.
fn number(text: &str) -> Option<Number> {
    Number::from_str(text).ok()
}

fn amount(text: &str, unit: &str, system: &str, code: &str) -> Quantity {
    Quantity {
        value: number(text),
        comparator: None,
        unit: Some(unit.to_owned()),
        system: Some(system.to_owned()),
        code: Some(code.to_owned()),
    }
}

/// Eight digits, a 6-digit number with two zeros before it, as JP Core writes insurers.
fn eight_digits(insurer: &InsurerNumber) -> String {
    format!("{:0>8}", insurer.as_str())
}

/// `保険者番号8:記号:番号:枝番`; empty parts keep their colons (JP-CLINS).
fn member_id(
    insurer: &InsurerNumber,
    symbol: Option<&CardSymbol>,
    number: &CardNumber,
    branch: Option<BranchNumber>,
) -> String {
    let branch = branch.as_ref().map_or("", BranchNumber::as_str);
    format!("{}:{}:{}:{branch}", eight_digits(insurer), symbol.map_or("", CardSymbol::as_str), number.as_str())
}

/// The insurer as a resource of its own or contained.
fn insurer_organization(id: &str, insurer: &InsurerNumber, name: Option<&str>) -> Organization {
    Organization {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_ORGANIZATION)),
        extension: Vec::new(),
        identifier: vec![identifier(system::INSURER_NUMBER, &eight_digits(insurer))],
        r#type: vec![concept(system::ORGANIZATION_KIND, "pay", None)],
        name: name.map(str::to_owned).or_else(|| Some(insurer.as_str().to_owned())),
    }
}

/// The institution of a claim.
fn institution(id: &str, institution: &domain::record::Institution) -> Organization {
    let code = institution.code.as_str();
    Organization {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_ORGANIZATION)),
        extension: Vec::new(),
        identifier: vec![identifier(system::INSTITUTION_CODE, code)],
        r#type: vec![concept(system::ORGANIZATION_KIND, "prov", None)],
        name: institution.name.clone().or_else(|| Some(code.to_owned())),
    }
}
