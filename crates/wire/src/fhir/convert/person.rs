//! Patient: with the names in kanji and in kana, as JP Core tells them apart.

use domain::{CheckupPatient, Coverage, Person, Sex};

use super::{day, identifier, member_id, meta};
use crate::fhir::types::{Address, Extension, HumanName};
use crate::fhir::{Patient, system};

/// The person of a coverage. `id` is the resource's; the person key of `coverage` becomes an identifier.
pub fn patient(id: &str, coverage: &Coverage) -> Patient {
    let person = &coverage.person;
    let key = member_id(
        &coverage.insurer_number,
        coverage.insured_card_symbol.as_ref(),
        &coverage.insured_identification_number,
        coverage.insured_branch_number,
    );
    Patient {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_PATIENT)),
        identifier: vec![identifier(system::MEMBER_ID, &key)],
        name: names(person),
        gender: Some(gender(person.sex1).to_owned()),
        birth_date: Some(day(person.birthdate)),
        address: address(person.address.as_deref(), person.post_number.as_deref()),
    }
}

/// The person of a checkup, where nothing else is known.
pub fn checkup_patient(id: &str, patient: &CheckupPatient) -> Patient {
    let key = member_id(
        &patient.insurer_number,
        patient.insured_card_symbol.as_ref(),
        &patient.insured_identification_number,
        patient.insured_branch_number,
    );
    Patient {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_PATIENT)),
        identifier: vec![identifier(system::MEMBER_ID, &key)],
        name: vec![name(&patient.name_kana, "SYL", "official")],
        gender: Some(gender(patient.sex).to_owned()),
        birth_date: Some(day(patient.birthdate)),
        address: address(patient.address.as_deref(), patient.post_number.as_deref()),
    }
}

fn names(person: &Person) -> Vec<HumanName> {
    let mut names = vec![name(&person.name, "IDE", "official")];
    names.extend(person.name_kana.as_deref().map(|kana| name(kana, "SYL", "official")));
    names.extend(person.name_of_other.as_deref().map(|other| name(other, "IDE", "usual")));
    names.extend(person.name_of_other_kana.as_deref().map(|other| name(other, "SYL", "usual")));
    names
}

/// Family and given name are told apart only where a space stands between them.
fn name(text: &str, representation: &str, r#use: &str) -> HumanName {
    let parts = text.split_once(['　', ' ']).map(|(family, given)| (family.trim(), given.trim()));
    HumanName {
        extension: vec![Extension {
            url: system::NAME_REPRESENTATION.to_owned(),
            value_string: None,
            value_code: Some(representation.to_owned()),
        }],
        r#use: Some(r#use.to_owned()),
        text: Some(text.to_owned()),
        family: parts.map(|(family, _)| family.to_owned()),
        given: parts.map(|(_, given)| vec![given.to_owned()]).unwrap_or_default(),
    }
}

const fn gender(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unset => "unknown",
    }
}

fn address(text: Option<&str>, post_number: Option<&str>) -> Vec<Address> {
    if text.is_none() && post_number.is_none() {
        return Vec::new();
    }
    vec![Address {
        text: text.map(str::to_owned),
        postal_code: post_number.map(str::to_owned),
        country: Some("JP".to_owned()),
    }]
}
