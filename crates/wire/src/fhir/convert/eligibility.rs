//! A question about coverage, read; and its answer. JP Core has no profile for either, so both are base R4.

use domain::{Date, InsurerNumber, date};
use jiff::Timestamp;

use super::{concept, contained, coverage, day, identifier, insurer_organization, reference};
use crate::api::{Answer, Basis, SearchInfo, Verdict};
use crate::fhir::service::{Benefit, BenefitItem, ResponseError, ResponseInsurance};
use crate::fhir::types::{Identifier, Reference};
use crate::fhir::{Coverage, CoverageEligibilityRequest, CoverageEligibilityResponse, Patient, Resource, system};

const COVERAGE: &str = "coverage";
const INSURER: &str = "insurer";

/// Reads a question: insurer, symbol, number and branch out of the member id (on the contained coverage, on the patient, or on
/// their references), the birth date out of the contained patient. What is missing stays empty, and is named when the numbers
/// are parsed, as with all other ways of asking.
pub fn search_info(request: &CoverageEligibilityRequest) -> SearchInfo {
    let key = member_key(request).unwrap_or_default();
    let mut parts = key.split(':');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (insurer, symbol, number, branch) = (part(), part(), part(), part());
    let may = |text: String| Some(text).filter(|text| !text.is_empty());
    SearchInfo {
        insurer_number: insurer,
        insured_card_symbol: may(symbol),
        insured_identification_number: number,
        insured_branch_number: may(branch),
        birthdate: patient(request).and_then(|patient| patient.birth_date.clone()).unwrap_or_default(),
        limit_application_certificate_related_cons_flg: None,
        arbitrary_identifier: None,
    }
}

/// 資格確認日 of a question, as every other interface writes it: `servicedDate`, else `today`. What is no day stays as it is.
pub fn serviced_day(request: &CoverageEligibilityRequest, today: Date) -> String {
    match request.serviced_date.as_deref() {
        None => date::format(today),
        Some(typed) => date::parse(typed).map_or_else(|_| typed.to_owned(), date::format),
    }
}

/// 医療機関コード of `provider`, if the question names one.
pub fn asking_institution(request: &CoverageEligibilityRequest) -> Option<&str> {
    let identifier = request.provider.as_ref()?.identifier.as_ref()?;
    identifier.value.as_deref().filter(|_| identifier.system.as_deref() == Some(system::INSTITUTION_CODE))
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

/// What an answer is told with.
#[derive(Debug, Clone)]
pub struct Answered<'a> {
    /// Id of the response: the number of the question.
    pub id: &'a str,
    /// The question as it was sent.
    pub request: &'a CoverageEligibilityRequest,
    /// When it was answered.
    pub at: Timestamp,
    /// 証明番号; none where the center was not asked.
    pub proof_number: Option<&'a str>,
    /// Id under which the person is read from now on; none where nobody, or several, were found, or nobody could be asked.
    pub patient: Option<&'a str>,
}

/// The answer. *Cannot tell* is `error`, never "not insured"; "no such card" and "several fit" are complete answers without a
/// coverage. An answer that does not come from the center just now says so in `disposition`, with the moment that it is of.
pub fn eligibility_response(answered: &Answered<'_>, answer: &Answer) -> CoverageEligibilityResponse {
    let request = answered.request;
    let on = date::parse(&answer.qualification_confirmation_date).ok();
    let found = answer.result_list.first().zip(on).and_then(|(record, on)| record.to_coverage(on));
    let is_known = answer.verdict != Verdict::Undetermined;
    let insurer = &answer.qualification_confirm_search_info.insurer_number;
    let insurer =
        found.as_ref().map(|found| found.insurer_number.clone()).or_else(|| InsurerNumber::parse(insurer).ok());
    let (patient, asked_about) = about(answered);
    let mut contains: Vec<Resource> = asked_about.map(Resource::from).into_iter().collect();
    contains.extend(insurer.as_ref().map(|number| {
        let name = found.as_ref().map(|found| found.insurer_name.as_str());
        insurer_organization(INSURER, number, name).into()
    }));
    contains.extend(found.as_ref().map(|found| {
        let mut found = coverage(COVERAGE, "", found);
        found.beneficiary = patient.clone();
        // A contained resource contains none; the insurer stands beside it.
        found.contained.clear();
        found.into()
    }));
    let insurance = found.as_ref().map(|_| ResponseInsurance {
        coverage: contained(COVERAGE, None),
        inforce: is_known.then_some(matches!(answer.verdict, Verdict::Valid | Verdict::ValidUnregistered)),
        benefit_period: None,
        item: answer.share.as_ref().map(|share| copay(share.percent)).into_iter().collect(),
    });
    CoverageEligibilityResponse {
        id: Some(answered.id.to_owned()),
        contained: contains,
        identifier: answered.proof_number.map(|number| identifier(system::OWN_PROOF, number)).into_iter().collect(),
        status: "active".to_owned(),
        purpose: request.purpose.clone(),
        patient,
        serviced_date: on.map(day),
        created: answered.at.to_string(),
        request: asked(request),
        outcome: if is_known { "complete" } else { "error" }.to_owned(),
        disposition: Some(disposition(answer)),
        insurer: insurer.map_or_else(|| request.insurer.clone(), |_| contained(INSURER, None)),
        insurance: insurance.into_iter().collect(),
        error: if is_known {
            Vec::new()
        } else {
            vec![ResponseError {
                code: concept(system::OWN, answer.verdict.as_str(), Some(verdict_words(answer.verdict))),
            }]
        },
    }
}

/// Whom the answer is about: the patient under whose id they are read from now on; else whom the question named. A patient
/// contained in the question is then contained in the answer too, with what names them and no more.
fn about(answered: &Answered<'_>) -> (Reference, Option<Patient>) {
    if let Some(id) = answered.patient {
        return (reference("Patient", id), None);
    }
    let named = &answered.request.patient;
    let Some(id) = named.reference.as_deref().and_then(|text| text.strip_prefix('#')) else {
        return (named.clone(), None);
    };
    match patient(answered.request).filter(|patient| patient.id.as_deref() == Some(id)) {
        Some(sent) => {
            let asked_about = Patient {
                id: sent.id.clone(),
                meta: None,
                identifier: sent.identifier.clone(),
                name: Vec::new(),
                gender: None,
                birth_date: sent.birth_date.clone(),
                address: Vec::new(),
            };
            (named.clone(), Some(asked_about))
        }
        // What is named is nowhere.
        None => (Reference { display: Some("Patient".to_owned()), ..Reference::default() }, None),
    }
}

/// The question: R4 wants a reference; one without an id of its own is told by its words.
fn asked(request: &CoverageEligibilityRequest) -> Reference {
    match request.id.as_deref() {
        Some(id) => reference("CoverageEligibilityRequest", id),
        None => Reference { display: Some("CoverageEligibilityRequest".to_owned()), ..Reference::default() },
    }
}

/// The verdict, where it comes from if not from the center just now, and the hints, in words.
fn disposition(answer: &Answer) -> String {
    let basis = match answer.basis {
        Basis::Live => None,
        Basis::SignedCopy => Some("センターに問い合わせできないため、以前の回答の控えによる"),
        Basis::Certificate => Some("センターに問い合わせできないため、資格確認書の二次元コードによる"),
    };
    let age =
        basis.map(|words| format!("（{words}: {} 現在）", date::in_japan(answer.as_of).strftime("%Y-%m-%d %H:%M")));
    let hints = answer.hints.iter().map(|hint| hint.message.clone());
    let words: Vec<String> =
        std::iter::once(verdict_words(answer.verdict).to_owned()).chain(age).chain(hints).collect();
    words.join(" ")
}

/// The words of a verdict.
const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => domain::Verdict::Valid.label(),
        Verdict::Invalid => domain::Verdict::Invalid.label(),
        Verdict::InvalidNewCoverageExists => domain::Verdict::InvalidNewCoverageExists.label(),
        Verdict::NotFound => domain::Verdict::NotFound.label(),
        Verdict::Multiple => domain::Verdict::Multiple.label(),
        Verdict::ValidUnregistered => domain::Verdict::ValidUnregistered.label(),
        Verdict::Undetermined => domain::Verdict::Undetermined.label(),
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
