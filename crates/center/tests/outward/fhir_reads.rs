//! What the façade says it can do, it does, and the rest it refuses in words of FHIR: this walks the capability statement, reads
//! every entry that a search gave under its id, and asks for what there is not.

use kit::client::{Client, ClientError};
use serde_json::Value;
use wire::api::{FhirAnswer, FhirResponse, ProblemCode};

use crate::cards::all_consents;
use crate::fhir::{allow, code_of, patient_id, served, token};
use crate::fhir_consent::know_everything;
use crate::records::world;
use crate::world::{problem, problem_code};

const FORM: &str = "application/x-www-form-urlencoded";
const PATIENT: u32 = 3;

async fn post(client: &Client, path: &str, form: &str, token: &str) -> Result<FhirAnswer, ClientError> {
    let path = format!("/fhir/r4/{path}");
    let response: FhirResponse = client.post_with_token(&path, FORM, form.to_owned(), token).await?.json()?;
    Ok(serde_json::from_str(response.answer.get()).unwrap())
}

/// Keeps what was told where `cargo xtask fhir` judges it.
fn keep(name: &str, told: &Value) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("fhir-live");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("center-{name}.json")), serde_json::to_vec_pretty(told).unwrap()).unwrap();
}

/// What was told but for the moment at which it was told.
fn without_time(mut bundle: Value) -> Value {
    bundle.as_object_mut().unwrap().remove("timestamp");
    bundle
}

/// Where a kind can be searched by, and that it can be read and searched, as the statement tells.
fn told(metadata: &Value) -> Vec<(String, Vec<String>)> {
    let resources = metadata["rest"][0]["resource"].as_array().unwrap();
    let searched = resources.iter().filter(|resource| !resource["searchParam"].is_null());
    searched
        .map(|resource| {
            let codes: Vec<&str> =
                resource["interaction"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
            assert_eq!(codes, ["read", "search-type"], "{resource}");
            let params = resource["searchParam"].as_array().unwrap().iter();
            let params = params.map(|param| param["name"].as_str().unwrap().to_owned()).collect();
            (resource["type"].as_str().unwrap().to_owned(), params)
        })
        .collect()
}

#[tokio::test]
async fn what_the_capability_statement_tells_works_and_every_entry_is_read_under_its_id() {
    let (world, _, client) = world().await;
    know_everything(&world).await;
    allow(&client, PATIENT, all_consents(), 1).await;
    let id = patient_id(&client, PATIENT).await;
    let token = token(&client, &id).await;
    let metadata: Value = client.get_json("/fhir/r4/metadata").await.unwrap();
    keep("metadata", &metadata);
    let told = told(&metadata);
    assert_eq!(told.len(), 8);
    for (kind, params) in told {
        let (status, bundle) = served(&client, &format!("{kind}?patient={id}"), &token).await;
        assert_eq!(status, 200, "{kind}");
        keep(&kind, &bundle);
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        assert!(!entries.is_empty(), "{kind}");
        for entry in entries.iter().filter(|_| kind != "AuditEvent").take(3) {
            let resource = &entry["resource"];
            let one = format!("{kind}/{}", resource["id"].as_str().unwrap());
            let (status, alone) = served(&client, &one, &token).await;
            assert_eq!((status, &alone), (200, resource), "{one}");
        }
        for param in params {
            let value = match param.as_str() {
                "patient" => continue,
                "_count" => "1",
                "_offset" => "0",
                _ => "ge2000-01-01",
            };
            let (status, page) = served(&client, &format!("{kind}?patient={id}&{param}={value}"), &token).await;
            assert_eq!((status, page["entry"].is_array()), (200, true), "{kind}?{param}={value}: {page}");
        }
        if kind != "AuditEvent" {
            let form = post(&client, &format!("{kind}/_search"), &format!("patient={id}"), &token).await.unwrap();
            let form: Value = serde_json::from_str(form.resource.get()).unwrap();
            assert_eq!(without_time(form), without_time(bundle), "{kind} asked for with a form");
        }
    }
    let (_, patient) = served(&client, &format!("Patient/{id}"), &token).await;
    keep("Patient", &patient);
    let (_, everything) = served(&client, &format!("Patient/{id}/$everything"), &token).await;
    keep("everything", &everything);
    let (_, looks) = served(&client, &format!("AuditEvent?patient={id}"), &token).await;
    let look = &looks["entry"][0]["resource"];
    let (status, alone) = served(&client, &format!("AuditEvent/{}", look["id"].as_str().unwrap()), &token).await;
    assert_eq!((status, &alone), (200, look));
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_on_record_and_never_somebody_elses() {
    let (world, _, client) = world().await;
    know_everything(&world).await;
    allow(&client, PATIENT, all_consents(), 1).await;
    allow(&client, 1, all_consents(), 2).await;
    let (id, other) = (patient_id(&client, PATIENT).await, patient_id(&client, 1).await);
    let (token, others) = (token(&client, &id).await, token(&client, &other).await);
    let (_, theirs) = served(&client, &format!("Condition?patient={other}"), &others).await;
    let theirs = theirs["entry"][0]["resource"]["id"].as_str().unwrap();
    for path in [
        format!("Condition/{theirs}"),
        format!("Procedure/{theirs}"),
        "Observation/x".to_owned(),
        "Coverage/%E5%B1%B1%E7%94%B0".to_owned(),
    ] {
        let (status, outcome) = served(&client, &path, &token).await;
        assert_eq!((status, code_of(&outcome)), (404, "not-found"), "{path}");
    }
    let (_, looks) = served(&client, &format!("AuditEvent?patient={id}"), &token).await;
    assert_eq!(looks["total"], 4, "a look that finds nothing is a look");

    // A treatment that may not be seen: not there, and it is said that a part is not shown.
    let (_, done) = served(&client, &format!("Procedure?patient={id}"), &token).await;
    let ids: Vec<&str> =
        done["entry"].as_array().unwrap().iter().map(|one| one["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    let surgery =
        wire::api::Consents { operation_info_cons_flg: Some("1".to_owned()), ..wire::api::Consents::default() };
    allow(&client, PATIENT, surgery, 3).await;
    let mut statuses = Vec::new();
    for one in ids {
        let (status, outcome) = served(&client, &format!("Procedure/{one}"), &token).await;
        if status == 404 {
            assert_eq!(outcome["issue"][1]["expression"][0], "diagnosis", "{outcome}");
        }
        statuses.push(status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
    allow(&client, PATIENT, wire::api::Consents::default(), 4).await;
    let (status, outcome) = served(&client, "Procedure/x", &token).await;
    assert_eq!((status, code_of(&outcome)), (403, "consent-missing"), "what is closed is not looked into");
}

#[tokio::test]
async fn what_is_not_supported_is_refused_by_name() {
    let (_world, _, client) = world().await;
    allow(&client, 1, all_consents(), 1).await;
    let id = patient_id(&client, 1).await;
    let token = token(&client, &id).await;
    let get = async |path: String| client.get_with_token(&format!("/fhir/r4/{path}"), &token).await;
    for (path, field) in [
        (format!("Condition?patient={id}&code=I10"), "code"),
        (format!("Condition?patient={id}&onset-date=yesterday"), "onset-date"),
        ("Condition".to_owned(), "patient"),
        (format!("Patient/{id}?_elements=name"), "_elements"),
        (format!("Patient/{id}/$everything?start=2026-01-01"), "start"),
        ("Condition/x?_summary=true".to_owned(), "_summary"),
    ] {
        let refused = problem(get(path.clone()).await);
        assert_eq!((refused.code, refused.status), (ProblemCode::SearchUnreadable, 400), "{path}");
        assert_eq!(refused.errors[0].field, field, "{path}");
    }
    let refused = problem(post(&client, "Condition/_search?name=x", &format!("patient={id}"), &token).await);
    assert_eq!((refused.code, refused.errors[0].field.as_str()), (ProblemCode::SearchUnreadable, "name"));
    let json = client.post_with_token("/fhir/r4/Condition/_search", "application/json", "{}".to_owned(), &token).await;
    assert_eq!(problem_code(json), ProblemCode::UnsupportedMediaType);
    assert_eq!(problem_code(get("metadata?_format=xml".to_owned()).await), ProblemCode::NotAcceptable);
    assert_eq!(problem_code(get(format!("Encounter?patient={id}")).await), ProblemCode::NotFound);
    assert_eq!(problem_code(get("Condition/_search".to_owned()).await), ProblemCode::MethodNotAllowed);
    let written = client.post_with_token("/fhir/r4/Condition", "application/fhir+json", "{}".to_owned(), &token).await;
    assert_eq!(problem_code(written), ProblemCode::MethodNotAllowed);
}
