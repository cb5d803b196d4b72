//! The FHIR façade: without consent each kind is 403 and on record, with it what was allowed is read and no more, and the id of a
//! patient opens at the institution of its check, for a day, and nowhere else.

use std::time::Duration;

use domain::record::PatientResource;
use kit::client::{Client, ClientError};
use serde_json::{Value, json};
use trust::ProofFile;
use wire::api::{CheckRequest, CheckResponse, Consents, FhirAnswer, FhirResponse, ProblemCode};
use wire::fhir::serve;

use crate::cards::all_consents;
use crate::people::{INSURER, question, row};
use crate::records::{AMLODIPINE, world};
use crate::world::{CLINIC, PHARMACY, World, problem, problem_code};

const ALL: &str = "patient/*.rs";

fn eligibility_request(n: u32) -> Value {
    let birthdate = row(n).birthdate;
    let birthdate = format!("{}-{}-{}", &birthdate[..4], &birthdate[4..6], &birthdate[6..]);
    json!({
        "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["validation"],
        "created": "2026-04-07", "patient": { "reference": "#p" }, "insurer": { "display": "x" },
        "contained": [{
            "resourceType": "Patient", "id": "p", "birthDate": birthdate,
            "identifier": [{
                "system": "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID",
                "value": format!("{INSURER}:100:{n}:00")
            }]
        }]
    })
}

async fn submit(client: &Client, n: u32) -> Value {
    let body = eligibility_request(n).to_string();
    let path = "/fhir/r4/CoverageEligibilityRequest/$submit";
    client.post(path, "application/fhir+json", body).await.unwrap().json().unwrap()
}

/// The id that a check gives.
pub async fn patient_id(client: &Client, n: u32) -> String {
    let response = submit(client, n).await;
    response["patient"]["reference"].as_str().unwrap().strip_prefix("Patient/").unwrap().to_owned()
}

async fn launch(client: &Client, id: &str, scope: &str, role: &str) -> Result<Value, ClientError> {
    launch_for(client, id, scope, role, "TREAT").await
}

async fn launch_for(client: &Client, id: &str, scope: &str, role: &str, purpose: &str) -> Result<Value, ClientError> {
    let form = format!(
        "grant_type=client_credentials&launch={id}&scope={}&user_identifier=sato&user_role={role}&purpose_of_use={purpose}",
        scope.replace('/', "%2F").replace(' ', "+")
    );
    let answer = client.post("/fhir/r4/auth/token", "application/x-www-form-urlencoded", form).await?;
    answer.json()
}

pub async fn token(client: &Client, id: &str) -> String {
    let granted = launch(client, id, ALL, "doctor").await.unwrap();
    granted["access_token"].as_str().unwrap().to_owned()
}

async fn get(client: &Client, path: &str, token: &str) -> Result<FhirAnswer, ClientError> {
    let response: FhirResponse = client.get_with_token(&format!("/fhir/r4/{path}"), token).await?.json()?;
    Ok(serde_json::from_str(response.answer.get()).unwrap())
}

/// What is served, with its status.
pub async fn served(client: &Client, path: &str, token: &str) -> (u16, Value) {
    let answer = get(client, path, token).await.unwrap();
    (answer.status, serde_json::from_str(answer.resource.get()).unwrap())
}

pub async fn allow(client: &Client, n: u32, consents: Consents, number: u128) {
    let asked = CheckRequest { consents: Some(consents), ..question(CLINIC, n, number) };
    let _: CheckResponse = client.post_json("/v1/eligibility-checks", &asked).await.unwrap();
}

pub fn code_of(outcome: &Value) -> &str {
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    outcome["issue"][0]["details"]["coding"][0]["code"].as_str().unwrap()
}

fn medical() -> impl Iterator<Item = PatientResource> {
    serve::SEARCHED.into_iter().filter(|kind| kind.is_medical())
}

#[tokio::test]
async fn submit_is_the_same_check_and_its_outcomes_stay_apart() {
    let (_world, _, client) = world().await;
    let valid = submit(&client, 1).await;
    assert_eq!((&valid["outcome"], &valid["insurance"][0]["inforce"]), (&"complete".into(), &true.into()));
    assert_eq!(valid["insurance"][0]["item"][0]["benefit"][0]["allowedUnsignedInt"], 30);
    let unknown = submit(&client, 77).await;
    assert_eq!((&unknown["outcome"], unknown["insurance"].is_null()), (&"complete".into(), true));
    assert!(unknown["disposition"].as_str().unwrap().starts_with("該当"), "{unknown}");
    assert_eq!(unknown["patient"]["reference"], "#p", "nobody was found, so there is no id");
    let mut typo = eligibility_request(1);
    typo["contained"][0]["identifier"][0]["value"] = "06139464:100:1:00".into();
    let path = "/fhir/r4/CoverageEligibilityRequest/$submit";
    let refused = problem(client.post(path, "application/fhir+json", typo.to_string()).await);
    assert_eq!((refused.code, refused.errors[0].field.as_str()), (ProblemCode::UnreadableQuery, "InsurerNumber"));
    let mut foreign = eligibility_request(1);
    foreign["provider"] = json!({ "identifier": {
        "system": "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no", "value": PHARMACY
    } });
    let refused = client.post(path, "application/fhir+json", foreign.to_string()).await;
    assert_eq!(problem_code(refused), ProblemCode::FacilityMismatch);
}

#[tokio::test]
async fn without_consent_every_kind_is_refused_and_each_look_is_on_record() {
    let (world, member, client) = world().await;
    let id = patient_id(&client, 1).await;
    assert_eq!(problem_code(launch(&client, &id, "patient/Condition.rs", "doctor").await), ProblemCode::ConsentMissing);
    let granted = launch(&client, &id, ALL, "doctor").await.unwrap();
    assert_eq!(granted["scope"], "patient/Patient.rs patient/Coverage.rs patient/AuditEvent.rs");
    assert_eq!(granted["refused_scopes"].as_array().unwrap().len(), 6);
    assert_eq!(granted["refused_scopes"][0]["code"], "consent-missing");

    allow(&client, 1, all_consents(), 1).await;
    let token = token(&client, &id).await;
    let (status, drugs) = served(&client, &format!("MedicationDispense?patient={id}"), &token).await;
    assert_eq!((status, &drugs["total"]), (200, &1.into()));
    assert!(drugs.to_string().contains(AMLODIPINE));
    // Taken back: the token stands, and opens nothing any more.
    allow(&client, 1, Consents::default(), 2).await;
    for kind in medical() {
        let (status, outcome) = served(&client, &format!("{}?patient={id}", kind.name()), &token).await;
        assert_eq!((status, code_of(&outcome)), (403, "consent-missing"), "{kind:?}");
        assert!(!outcome.to_string().contains(AMLODIPINE));
    }
    let (_, looks) = served(&client, &format!("AuditEvent?patient={id}"), &token).await;
    assert_eq!(looks["total"], 7, "one that was answered and six that were not");
    let newest = &looks["entry"][0]["resource"];
    assert_eq!((&newest["outcome"], &newest["agent"][0]["altId"]), (&"4".into(), &"sato".into()));
    assert_eq!(newest["agent"][0]["role"][0]["coding"][0]["code"], "doctor");
    assert_eq!(newest["purposeOfEvent"][0]["coding"][0]["code"], "record_look");
    assert_eq!(newest["purposeOfEvent"][1]["coding"][0]["code"], "TREAT");
    let oldest = &looks["entry"][6]["resource"];
    assert_eq!((&oldest["outcome"], &oldest["entity"][1]["name"]), (&"0".into(), &"MedicationDispense".into()));

    let path = format!("/fhir/r4/Patient/{id}");
    let response: FhirResponse = client.get_with_token(&path, &token).await.unwrap().json().unwrap();
    let proof = &response.proof;
    let file =
        ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number).unwrap();
    let key = trust::LogPublicKey::from_pem(&member.enrolled.log_public_key).unwrap();
    assert_eq!(file.verify(&key).unwrap().event.purpose, domain::Purpose::RecordLook);
    drop(world);
}

#[tokio::test]
async fn part_of_a_consent_opens_its_part_and_says_what_is_not_shown() {
    let (_world, _, client) = world().await;
    let surgery = Consents { operation_info_cons_flg: Some("1".to_owned()), ..Consents::default() };
    allow(&client, 2, surgery, 1).await;
    let id = patient_id(&client, 2).await;
    let token = token(&client, &id).await;
    let (status, procedures) = served(&client, &format!("Procedure?patient={id}"), &token).await;
    assert_eq!((status, &procedures["total"]), (200, &1.into()));
    let note = procedures["entry"].as_array().unwrap().last().unwrap();
    assert_eq!((&note["search"]["mode"], code_of(&note["resource"])), (&"outcome".into(), "not_consented"));
    let (status, outcome) = served(&client, &format!("Condition?patient={id}"), &token).await;
    assert_eq!((status, code_of(&outcome)), (403, "consent-missing"));
    let (_, everything) = served(&client, &format!("Patient/{id}/$everything"), &token).await;
    let kinds: Vec<&str> = everything["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["resource"]["resourceType"].as_str().unwrap())
        .collect();
    assert!(kinds.starts_with(&["Patient", "Coverage", "Procedure"]), "{kinds:?}");
    assert!(!kinds.contains(&"Condition"), "{kinds:?}");
    let (_, narrow) = served(&client, &format!("Procedure?patient={id}&date=ge2026-03"), &token).await;
    assert_eq!(narrow["total"], 0, "it was done in February");
    let wrong = problem(get(&client, &format!("Procedure?patient={id}&code=1"), &token).await);
    assert_eq!((wrong.code, wrong.errors[0].code.as_str()), (ProblemCode::SearchUnreadable, "unknown"));

    let narrow = launch(&client, &id, "patient/Patient.rs", "doctor").await.unwrap();
    let narrow = narrow["access_token"].as_str().unwrap();
    let (status, outcome) = served(&client, &format!("Procedure?patient={id}"), narrow).await;
    assert_eq!((status, code_of(&outcome)), (403, "scope-not-granted"));
}

#[tokio::test]
async fn a_consent_that_runs_out_closes_what_a_token_opened() {
    let (world, _, client) = world().await;
    allow(&client, 1, all_consents(), 1).await;
    world.clock.advance(Duration::from_hours(1));
    let id = patient_id(&client, 1).await;
    world.clock.advance(Duration::from_mins(22 * 60 + 50));
    let token = token(&client, &id).await;
    let path = format!("MedicationStatement?patient={id}");
    assert_eq!(served(&client, &path, &token).await.0, 200);
    world.clock.advance(Duration::from_mins(11));
    let (status, outcome) = served(&client, &path, &token).await;
    assert_eq!((status, code_of(&outcome)), (403, "consent-expired"));
    world.clock.advance(Duration::from_mins(5));
    assert_eq!(problem_code(get(&client, &path, &token).await), ProblemCode::AccessTokenInvalid);
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(problem_code(launch(&client, &id, ALL, "doctor").await), ProblemCode::PatientIdUnknown);
}

#[tokio::test]
async fn an_id_and_a_token_are_of_one_institution_one_patient_one_role_and_one_purpose() {
    let (world, _, client) = world().await;
    allow(&client, 1, all_consents(), 1).await;
    let (id, other) = (patient_id(&client, 1).await, patient_id(&client, 2).await);
    assert!(!id.contains(INSURER));
    let token = token(&client, &id).await;
    let pharmacy = world.client(&world.member(PHARMACY).await);
    assert_eq!(problem_code(launch(&pharmacy, &id, ALL, "pharmacist").await), ProblemCode::PatientIdUnknown);
    let path = format!("MedicationDispense?patient={id}");
    assert_eq!(problem_code(get(&pharmacy, &path, &token).await), ProblemCode::AccessTokenInvalid);
    let mixed = get(&client, &format!("MedicationDispense?patient={other}"), &token).await;
    assert_eq!(problem_code(mixed), ProblemCode::PatientIdUnknown);
    // The first letter, whose bits all count, into another than it was.
    let other_letter = if token.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("{other_letter}{}", &token[1..]);
    for bad in ["", "x", &changed] {
        assert_eq!(problem_code(get(&client, &path, bad).await), ProblemCode::AccessTokenInvalid, "{bad}");
    }
    // A look gives no id that lives on.
    let response: FhirResponse =
        client.get_with_token(&format!("/fhir/r4/{path}"), &token).await.unwrap().json().unwrap();
    let event = base64_url(&response.proof.event);
    let number = trust::ProofNumber::parse(&response.proof.proof_number).unwrap();
    let again = trust::patient_id::PatientId::of(number, &event).to_string();
    assert_eq!(problem_code(launch(&client, &again, ALL, "doctor").await), ProblemCode::PatientIdUnknown);

    let desk = launch(&client, &id, ALL, "reception").await.unwrap();
    assert_eq!(desk["scope"], "patient/Patient.rs patient/Coverage.rs patient/AuditEvent.rs");
    let refused = launch(&client, &id, "patient/Observation.rs", "reception").await;
    assert_eq!(problem_code(refused), ProblemCode::RoleNotAllowed);
    let research = launch_for(&client, &id, ALL, "doctor", "HRESCH").await;
    assert_eq!(problem_code(research), ProblemCode::PurposeNotAllowed);
    let nobody = launch(&client, &id, ALL, "janitor").await;
    assert_eq!(problem_code(nobody), ProblemCode::UnreadableQuery);
}

fn base64_url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[tokio::test]
async fn every_route_refuses_who_is_no_institution() {
    let world = World::new().await;
    let insurer = world.client(&world.insurer().await);
    for kind in serve::SEARCHED {
        let code = problem_code(get(&insurer, &format!("{}?patient=x", kind.name()), "x").await);
        assert_eq!(code, ProblemCode::RoleNotAllowed, "{kind:?}");
    }
    for path in ["metadata", ".well-known/smart-configuration", "Patient/x", "Patient/x/$everything"] {
        assert_eq!(problem_code(get(&insurer, path, "x").await), ProblemCode::RoleNotAllowed, "{path}");
    }
    for path in ["/fhir/r4/auth/token", "/fhir/r4/CoverageEligibilityRequest/$submit"] {
        let asked = insurer.post(path, "application/fhir+json", "{}".to_owned()).await;
        assert_eq!(problem_code(asked), ProblemCode::RoleNotAllowed, "{path}");
    }
    let institution = world.client(&world.member(CLINIC).await);
    let metadata: Value = institution.get_json("/fhir/r4/metadata").await.unwrap();
    assert_eq!((&metadata["resourceType"], &metadata["fhirVersion"]), (&"CapabilityStatement".into(), &"4.0.1".into()));
}
