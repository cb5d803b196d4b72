//! Coverage, with the insurer contained.

use domain::{BranchNumber, CardSymbol, PersonalFamily, RegistrationStatus, Scheme};

use super::{
    concept, contained, day, eight_digits, extension, identifier, insurer_organization, member_id, meta, reference,
};
use crate::fhir::types::Period;
use crate::fhir::{Coverage, system};

const INSURER: &str = "insurer";

/// A coverage of the person `Patient/{patient}`.
pub fn coverage(id: &str, patient: &str, coverage: &domain::Coverage) -> Coverage {
    let symbol = coverage.insured_card_symbol.as_ref();
    let number = &coverage.insured_identification_number;
    let branch = coverage.insured_branch_number.as_ref().map(BranchNumber::as_str);
    let insurer = insurer_organization(INSURER, &coverage.insurer_number, Some(&coverage.insurer_name));
    let key = member_id(&coverage.insurer_number, symbol, number, coverage.insured_branch_number);
    let parts = [
        eight_digits(&coverage.insurer_number),
        symbol.map_or("", CardSymbol::as_str).to_owned(),
        number.as_str().to_owned(),
        branch.unwrap_or_default().to_owned(),
    ];
    let csv: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
    let mut extensions = Vec::new();
    extensions.extend(symbol.map(|symbol| extension(system::INSURED_PERSON_SYMBOL, symbol.as_str())));
    extensions.push(extension(system::INSURED_PERSON_NUMBER, number.as_str()));
    extensions.extend(branch.map(|branch| extension(system::INSURED_PERSON_SUB_NUMBER, branch)));
    let (kind, words) = kind(coverage.scheme());
    // 資格喪失年月日 is the first day without; a period in FHIR ends with the last day.
    let last_day = coverage.disqualification_date.and_then(|lost| lost.yesterday().ok());
    Coverage {
        id: Some(id.to_owned()),
        meta: Some(meta(system::JP_COVERAGE)),
        contained: vec![insurer.into()],
        extension: extensions,
        identifier: vec![identifier(system::MEMBER_ID, &key), identifier(system::COVERAGE_ID, &csv.join(","))],
        status: status(coverage.registration_status).to_owned(),
        r#type: Some(concept(system::COVERAGE_KIND, kind, Some(words))),
        subscriber_id: Some(format!("{}:{}", symbol.map_or("", CardSymbol::as_str), number.as_str())),
        beneficiary: reference("Patient", patient),
        dependent: branch.map(str::to_owned),
        relationship: coverage.personal_family_classification.map(|classification| match classification {
            PersonalFamily::Insured => concept(system::INSURED_CATEGORY, "1", Some("被保険者")),
            PersonalFamily::Dependent => concept(system::INSURED_CATEGORY, "2", Some("被扶養者")),
        }),
        period: Some(Period { start: Some(day(coverage.qualification_date)), end: last_day.map(day) }),
        payor: vec![contained(INSURER, Some(&coverage.insurer_name))],
    }
}

const fn status(status: RegistrationStatus) -> &'static str {
    match status {
        RegistrationStatus::Registered => "active",
        RegistrationStatus::InProgress => "draft",
        RegistrationStatus::Deleted => "entered-in-error",
    }
}

/// 保険種別 (処方情報 HL7 FHIR 記述仕様, 別表11).
const fn kind(scheme: Scheme) -> (&'static str, &'static str) {
    match scheme {
        Scheme::National | Scheme::NationalSociety | Scheme::NationalRetired => ("2", "国保"),
        Scheme::LateElderly => ("7", "後期高齢"),
        Scheme::PublicAssistance | Scheme::OtherPublicExpense => ("8", "公費"),
        Scheme::HealthInsuranceAssociation
        | Scheme::Seamen
        | Scheme::DayLabourer
        | Scheme::HealthInsuranceSociety
        | Scheme::SelfDefenseForces
        | Scheme::MutualAid
        | Scheme::SpecialRetired => ("1", "医保"),
    }
}
