//! The FHIR façade of the desk: the same outcomes as elsewhere, each told apart, also while the center cannot be asked; and who
//! may not open records gets no token that does, and a token ends with its user.

use serde_json::{Value, json};
use trust::patient_id::PatientId;
use wire::api::Verdict;

use super::center::FakeCenter;
use super::clinic::{Clinic, random};
use super::desk::{Browser, Reply, http, issue_token};
use super::samples::number_of;
use crate::desk::fhir_token;
use crate::layout::Layout;
use crate::store::Store;
use crate::store::vault::Vault;

const SUBMIT: &str = "/fhir/r4/CoverageEligibilityRequest/$submit";

fn request(number: &str) -> String {
    json!({
        "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["validation"],
        "created": "2026-04-07", "patient": { "reference": "#p" }, "insurer": { "display": "x" },
        "contained": [{
            "resourceType": "Patient", "id": "p", "birthDate": "1980-04-01",
            "identifier": [{
                "system": "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID",
                "value": format!("01130012:1010:{number}:01")
            }]
        }]
    })
    .to_string()
}

async fn ask(clinic: &Clinic, method: &str, path: &str, token: &str, body: &str) -> (Reply, Value) {
    let content_type =
        if path.ends_with("token") { "application/x-www-form-urlencoded" } else { "application/fhir+json" };
    let headers = [("Content-Type", content_type), ("Authorization", token)];
    let reply = http(&clinic.desk(), method, path, &headers, body).await;
    let told = serde_json::from_str(&reply.body).unwrap_or_else(|_| panic!("{}", reply.body));
    (reply, told)
}

fn code_of(outcome: &Value) -> &str {
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    outcome["issue"][0]["details"]["coding"][0]["code"].as_str().unwrap()
}

#[tokio::test]
async fn fault_a_program_is_told_the_four_outcomes_apart_and_goes_on_without_the_center() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let admin = Browser::admin(&clinic).await;
    let token = issue_token(&admin).await;
    let (reply, metadata) = ask(&clinic, "GET", "/fhir/r4/metadata", "", "").await;
    assert_eq!((reply.status, &metadata["resourceType"]), (200, &"CapabilityStatement".into()));
    let (reply, outcome) = ask(&clinic, "POST", SUBMIT, "", &request("1")).await;
    assert_eq!((reply.status, code_of(&outcome)), (401, "sign-in-required"));
    assert_eq!(reply.header("content-type"), Some("application/fhir+json"));

    let (reply, valid) = ask(&clinic, "POST", SUBMIT, &token, &request(number_of(Verdict::Valid))).await;
    assert_eq!((reply.status, &valid["insurance"][0]["inforce"]), (200, &true.into()), "{valid}");
    let id = valid["patient"]["reference"].as_str().unwrap().strip_prefix("Patient/").unwrap();
    assert!(PatientId::parse(id).is_some(), "{id}");
    let (_, invalid) = ask(&clinic, "POST", SUBMIT, &token, &request(number_of(Verdict::Invalid))).await;
    assert_eq!((&invalid["outcome"], &invalid["insurance"][0]["inforce"]), (&"complete".into(), &false.into()));
    let (_, unknown) = ask(&clinic, "POST", SUBMIT, &token, &request(number_of(Verdict::NotFound))).await;
    assert_eq!((&unknown["outcome"], unknown["insurance"].is_null()), (&"complete".into(), true));
    let typo = request("1").replace("01130012", "01130013");
    let (reply, unreadable) = ask(&clinic, "POST", SUBMIT, &token, &typo).await;
    assert_eq!((reply.status, code_of(&unreadable)), (422, "unreadable-query"));
    assert_eq!(unreadable["issue"][1]["expression"][0], "InsurerNumber");

    center.go_away().await;
    let (reply, kept) = ask(&clinic, "POST", SUBMIT, &token, &request(number_of(Verdict::Valid))).await;
    assert_eq!((reply.status, &kept["insurance"][0]["inforce"]), (200, &true.into()), "{kept}");
    assert!(kept["disposition"].as_str().unwrap().contains("控え") && kept["identifier"].is_null(), "{kept}");
    let (reply, nobody) = ask(&clinic, "POST", SUBMIT, &token, &request("99")).await;
    assert_eq!((reply.status, code_of(&nobody)), (503, "center-unreachable"));
    let conditions = format!("/fhir/r4/Condition?patient={id}");
    let tied = tied_token(&clinic, "admin").await;
    let (reply, look) = ask(&clinic, "GET", &conditions, &tied, "").await;
    assert_eq!((reply.status, code_of(&look)), (503, "center-unreachable"), "never an empty bundle");
    for not_tied in ["", "Bearer x", "Bearer the-center-s", &tied.replace("YWRtaW4", "aGFuYQ")] {
        let (reply, look) = ask(&clinic, "GET", &conditions, not_tied, "").await;
        assert_eq!((reply.status, code_of(&look)), (401, "access-token-invalid"), "{not_tied}");
    }
    clinic.stop().await;
}

/// A token of the center as a program of this user got it.
async fn tied_token(clinic: &Clinic, user: &str) -> String {
    let layout = Layout::new(&clinic.data());
    let vault = Vault::open_or_make(&layout.store_key(), random()).unwrap();
    let store = Store::open(&layout.store(), vault).await.unwrap();
    let tied = fhir_token::tie(&store, user, "the-center-s").await.unwrap().expect("the user has an API token");
    store.close().await;
    format!("Bearer {tied}")
}

#[tokio::test]
async fn a_token_ends_with_the_user_in_whose_name_it_was_taken() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let admin = Browser::admin(&clinic).await;
    center.go_away().await;
    let look = async |token: &str| {
        let (reply, outcome) = ask(&clinic, "GET", "/fhir/r4/Condition?patient=x", token, "").await;
        (reply.status, code_of(&outcome).to_owned())
    };
    let handed_on = (503, "center-unreachable".to_owned());
    let ended = (401, "access-token-invalid".to_owned());
    admin.post("/users/add", "name=chart&role=records").await;
    for (path, form) in [
        ("/users/change", "name=chart&role=reception"),
        ("/users/change", "name=chart&role=records&disabled=1"),
        ("/users/token", "name=chart&what=issue"),
        ("/users/token", "name=chart&what=revoke"),
    ] {
        admin.post("/users/change", "name=chart&role=records").await;
        admin.post("/users/token", "name=chart&what=issue").await;
        let token = tied_token(&clinic, "chart").await;
        assert_eq!(look(&token).await, handed_on, "{form}");
        assert!(admin.post(path, form).await.status < 400, "{form}");
        assert_eq!(look(&token).await, ended, "{form}");
    }
    clinic.stop().await;
}

#[tokio::test]
async fn what_is_not_supported_is_refused_by_name_in_words_of_fhir_and_goes_no_further() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let base = "/fhir/r4";
    for (method, path, body, status, code) in [
        ("GET", "/Condition?patient=x&name=y", "", 400, "search-unreadable"),
        ("POST", "/Condition/_search", "patient=x&name=y", 400, "search-unreadable"),
        ("GET", "/Condition/x?_elements=code", "", 400, "search-unreadable"),
        ("GET", "/metadata?_format=xml", "", 406, "not-acceptable"),
        ("GET", "/Encounter?patient=x", "", 404, "not-found"),
        ("GET", "/Condition/x/_history", "", 404, "not-found"),
        ("DELETE", "/Condition/x", "", 405, "method-not-allowed"),
        ("GET", "/Condition/_search", "", 405, "method-not-allowed"),
    ] {
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Bearer x")];
        let reply = http(&clinic.desk(), method, &format!("{base}{path}"), &headers, body).await;
        let outcome: Value = serde_json::from_str(&reply.body).unwrap_or_else(|_| panic!("{path}: {}", reply.body));
        assert_eq!((reply.status, code_of(&outcome)), (status, code), "{method} {path}");
        assert_eq!(reply.header("content-type"), Some("application/fhir+json"), "{method} {path}");
        if code == "search-unreadable" {
            assert!(outcome["issue"][1]["expression"][0].is_string(), "{outcome}");
        }
    }
    let reply = http(&clinic.desk(), "GET", "/fhir/r4/metadata", &[("Accept", "application/fhir+xml")], "").await;
    let outcome: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!((reply.status, code_of(&outcome)), (406, "not-acceptable"));
    clinic.stop().await;
}

#[tokio::test]
async fn who_may_not_open_records_gets_no_token_that_does() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let admin = Browser::admin(&clinic).await;
    admin.post("/users/add", "name=front&role=reception").await;
    let page = admin.post("/users/token", "name=front&what=issue").await;
    let (_, rest) = page.body.split_once("<p><code>").unwrap();
    let token = format!("Bearer {}", rest.split('<').next().unwrap());
    let form = "grant_type=client_credentials&launch=x&scope=patient%2F*.rs&user_identifier=boss&user_role=doctor";
    let (reply, outcome) = ask(&clinic, "POST", "/fhir/r4/auth/token", &token, form).await;
    assert_eq!((reply.status, code_of(&outcome)), (403, "role-not-allowed"));
    clinic.stop().await;
}
