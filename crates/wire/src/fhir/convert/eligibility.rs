//! A question about coverage, read; and its answer. JP Core has no profile for either, so both are base R4.

use domain::query::RawQuery;
use domain::{Date, Decision, EligibilityQuery, UnreadableField, Verdict};
use jiff::Timestamp;

use super::{concept, contained, coverage, day, identifier, insurer_organization, reference};
use crate::fhir::service::{Benefit, BenefitItem, ResponseError, ResponseInsurance};
use crate::fhir::types::{Identifier, Reference};
use crate::fhir::{Coverage, CoverageEligibilityRequest, CoverageEligibilityResponse, Patient, Resource, system};

const COVERAGE: &str = "coverage";
const INSURER: &str = "insurer";

/// Reads a question: insurer, symbol, number and branch out of the member id (on the contained coverage, on the patient, or on
/// their references), the birth date out of the contained patient, the day out of `servicedDate`, else `today`; who asks is
/// `institution`, the one that the connection proves.
///
/// # Errors
/// Every field that cannot be read, as with all other ways of asking; what is missing counts as empty.
pub fn question(
    request: &CoverageEligibilityRequest,
    institution: &str,
    today: Date,
) -> Result<EligibilityQuery, Vec<UnreadableField>> {
    let key = member_key(request).unwrap_or_default();
    let mut parts = key.split(':');
    let mut part = || parts.next().unwrap_or_default();
    let (insurer, symbol, number, branch) = (part(), part(), part(), part());
    let asked = request.serviced_date.clone().unwrap_or_else(|| day(today));
    let birthdate = patient(request).and_then(|patient| patient.birth_date.clone()).unwrap_or_default();
    EligibilityQuery::parse(&RawQuery {
        qualification_confirmation_date: &asked,
        medical_institution_code: institution,
        insurer_number: insurer,
        insured_card_symbol: symbol,
        insured_identification_number: number,
        insured_branch_number: branch,
        birthdate: &birthdate,
        limit_application_certificate_related_cons_flg: "",
    })
}

fn patient(request: &CoverageEligibilityRequest) -> Option<&Patient> {
    request.contained.iter().find_map(|resource| match resource {
        Resource::Patient(patient) => Some(&**patient),
        _ => None,
    })
}

fn member_key(request: &CoverageEligibilityRequest) -> Option<String> {
    let coverages = request.contained.iter().filter_map(|resource| match resource {
        Resource::Coverage(coverage) => Some(&**coverage),
        _ => None,
    });
    let of_coverages = coverages.flat_map(|coverage: &Coverage| coverage.identifier.iter());
    let of_patient = patient(request).into_iter().flat_map(|patient| patient.identifier.iter());
    let of_references = request.insurance.iter().map(|insurance| &insurance.coverage).chain([&request.patient]);
    let of_references = of_references.filter_map(|reference: &Reference| reference.identifier.as_ref());
    let is_member_id = |identifier: &&Identifier| identifier.system.as_deref() == Some(system::MEMBER_ID);
    of_coverages.chain(of_references).chain(of_patient).find(is_member_id)?.value.clone()
}

/// What an answer is about, beside the decision.
#[derive(Debug, Clone)]
pub struct Answered<'a> {
    /// Id of the response.
    pub id: &'a str,
    /// The question as it was read.
    pub query: &'a EligibilityQuery,
    /// The question as it was sent.
    pub request: &'a CoverageEligibilityRequest,
    /// When it was answered.
    pub at: Timestamp,
    /// 証明番号.
    pub proof_number: Option<&'a str>,
}

/// The answer. *Cannot tell* is `error`, never "not insured"; "no such card" and "several fit" are complete answers without a
/// coverage. `patient` is the id under which the person is shown; without one the reference of the question is given back.
pub fn eligibility_response(
    answered: &Answered<'_>,
    decision: &Decision<'_>,
    patient: Option<&str>,
) -> CoverageEligibilityResponse {
    let request = answered.request;
    let is_known = decision.verdict != Verdict::Undetermined;
    let person = patient.unwrap_or("unknown");
    let mut contains: Vec<Resource> = vec![insurer_organization(INSURER, &answered.query.insurer_number, None).into()];
    contains.extend(decision.coverage.map(|found| {
        let mut found = coverage(COVERAGE, person, found);
        // A contained resource contains none; the insurer stands beside it.
        found.contained.clear();
        found.into()
    }));
    let insurance = decision.coverage.map(|_| ResponseInsurance {
        coverage: contained(COVERAGE, None),
        inforce: Some(decision.verdict.is_valid()),
        benefit_period: None,
        item: decision.share.map(|share| copay(share.percent)).into_iter().collect(),
    });
    let hints = decision.hints.iter().map(domain::Hint::message);
    let words: Vec<String> = std::iter::once(decision.verdict.label().to_owned()).chain(hints).collect();
    CoverageEligibilityResponse {
        id: Some(answered.id.to_owned()),
        contained: contains,
        identifier: answered.proof_number.map(|number| identifier(system::OWN_PROOF, number)).into_iter().collect(),
        status: "active".to_owned(),
        purpose: request.purpose.clone(),
        patient: patient.map_or_else(|| request.patient.clone(), |patient| reference("Patient", patient)),
        serviced_date: Some(day(answered.query.qualification_confirmation_date)),
        created: answered.at.to_string(),
        request: request.id.as_deref().map(|id| reference("CoverageEligibilityRequest", id)),
        outcome: if is_known { "complete" } else { "error" }.to_owned(),
        disposition: Some(words.join(" ")),
        insurer: contained(INSURER, None),
        insurance: insurance.into_iter().collect(),
        error: if is_known {
            Vec::new()
        } else {
            vec![ResponseError { code: concept(system::OWN, decision.verdict.code(), Some(decision.verdict.label())) }]
        },
    }
}

fn copay(percent: u8) -> BenefitItem {
    BenefitItem {
        category: Some(crate::fhir::types::CodeableConcept {
            coding: Vec::new(), text: Some("一部負担金".to_owned())
        }),
        benefit: vec![Benefit {
            r#type: concept("http://terminology.hl7.org/CodeSystem/benefit-type", "copay-percent", None),
            allowed_unsigned_int: Some(u32::from(percent)),
        }],
    }
}
