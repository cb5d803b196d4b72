//! The FHIR R4 façade with JP Core: `/fhir/r4/…` on the API port, for institutions (docs/FHIR.md).
//!
//! | route | what | page |
//! |---|---|---|
//! | `GET metadata`, `GET .well-known/smart-configuration` | what can be done, and where tokens are | here |
//! | `POST CoverageEligibilityRequest/$submit` | the same check as `POST /v1/eligibility-checks` | [`submit`] |
//! | `POST auth/token` | a token for one patient, with the scopes that the consent gives | [`launch`] |
//! | `GET Patient/{id}`, `…/$everything`, `GET Coverage?patient=`, `GET Coverage/{id}` and so on | a look at one patient | [`look`] |
//!
//! What is routed stands in `wire::fhir::serve`, and the `CapabilityStatement` is made of it; OpenAPI does not tell of it. No
//! number of a card and no name is ever in an address: the id of a patient is that of a check ([`trust::patient_id`]), and it
//! opens for the institution of that check, for a day. No consent, no byte: what may not be seen is not read, the look is on
//! record all the same, and the answer is 403 and never an empty bundle.

mod keys;
mod launch;
mod look;
mod read;
mod submit;

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::record::PatientResource;
use http::HeaderMap;
use jiff::civil::date;
use kit::problem::Problem;
use wire::fhir::Resource;
use wire::fhir::serve;

use crate::api::Api;
use crate::api::caller::FacilityCaller;
pub(crate) use keys::Keys;

/// Every route of the façade, as it is counted.
pub(crate) const ROUTES: [&str; 31] = [
    "/fhir/r4/metadata",
    "/fhir/r4/.well-known/smart-configuration",
    "/fhir/r4/auth/token",
    "/fhir/r4/CoverageEligibilityRequest/$submit",
    "/fhir/r4/Patient/{id}",
    "/fhir/r4/Patient/{id}/$everything",
    "/fhir/r4/Coverage",
    "/fhir/r4/Coverage/_search",
    "/fhir/r4/Coverage/{id}",
    "/fhir/r4/MedicationDispense",
    "/fhir/r4/MedicationDispense/_search",
    "/fhir/r4/MedicationDispense/{id}",
    "/fhir/r4/MedicationRequest",
    "/fhir/r4/MedicationRequest/_search",
    "/fhir/r4/MedicationRequest/{id}",
    "/fhir/r4/MedicationStatement",
    "/fhir/r4/MedicationStatement/_search",
    "/fhir/r4/MedicationStatement/{id}",
    "/fhir/r4/Condition",
    "/fhir/r4/Condition/_search",
    "/fhir/r4/Condition/{id}",
    "/fhir/r4/Procedure",
    "/fhir/r4/Procedure/_search",
    "/fhir/r4/Procedure/{id}",
    "/fhir/r4/Observation",
    "/fhir/r4/Observation/_search",
    "/fhir/r4/Observation/{id}",
    "/fhir/r4/AuditEvent",
    "/fhir/r4/AuditEvent/_search",
    "/fhir/r4/AuditEvent/{id}",
    "/fhir/r4/{*rest}",
];

/// The routes.
pub(crate) fn routes() -> Router<Arc<Api>> {
    let path = |below: &str| format!("{}{below}", serve::BASE_PATH);
    let mut router = Router::new()
        .route(&path(serve::METADATA), get(metadata))
        .route(&path(serve::SMART_CONFIGURATION), get(smart_configuration))
        .route(&path(serve::TOKEN), post(launch::launch))
        .route(&path(serve::SUBMIT), post(submit::submit))
        .route(&path(serve::PATIENT), get(look::patient))
        .route(&path(serve::EVERYTHING), get(look::everything));
    for kind in serve::SEARCHED {
        let search = async move |State(api): State<Arc<Api>>,
                                 caller: FacilityCaller,
                                 query: Result<Query<look::Pairs>, _>,
                                 headers: HeaderMap| {
            look::search(kind, &api, &caller, look::pairs(query)?, &headers).await
        };
        let search_form = async move |State(api): State<Arc<Api>>,
                                      caller: FacilityCaller,
                                      query: Result<Query<look::Pairs>, _>,
                                      headers: HeaderMap,
                                      form: Result<Form<look::Pairs>, _>| {
            let mut pairs = look::pairs(query)?;
            pairs.extend(look::form_pairs(form)?);
            look::search(kind, &api, &caller, pairs, &headers).await
        };
        let read = async move |State(api): State<Arc<Api>>,
                               caller: FacilityCaller,
                               id: Result<Path<String>, _>,
                               query: Result<Query<look::Pairs>, _>,
                               headers: HeaderMap| {
            look::read_one(kind, &api, &caller, &look::of_path(id)?, &look::pairs(query)?, &headers).await
        };
        router = router
            .route(&path(&serve::search_path(kind)), get(search))
            .route(&path(&serve::search_form_path(kind)), post(search_form))
            .route(&path(&serve::read_path(kind)), get(read));
    }
    kit::fhir::facade(router)
}

async fn metadata(_: FacilityCaller) -> Response {
    let statement = serve::capability_statement(date(2026, 11, 28), env!("CARGO_PKG_VERSION"));
    kit::fhir::resource(&Resource::from(statement))
}

/// What SMART wants to know.
async fn smart_configuration(_: FacilityCaller) -> Result<Json<serde_json::Value>, Problem> {
    let scopes: Vec<String> = PatientResource::ALL.into_iter().map(PatientResource::scope).collect();
    Ok(Json(serde_json::json!({
        "token_endpoint": format!("{}{}", serve::BASE_PATH, serve::TOKEN),
        "token_endpoint_auth_methods_supported": ["tls_client_auth"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": scopes,
        "capabilities": ["permission-v2", "permission-v1", "permission-patient", "context-ehr-patient"],
    })))
}

#[cfg(test)]
mod tests {
    //! Proves that what is counted, what is routed and what the façade says of itself are the same.
    use super::*;

    #[test]
    fn the_capability_statement_tells_exactly_what_is_routed() {
        let statement = serde_json::to_value(serve::capability_statement(date(2026, 11, 28), "0")).unwrap();
        let mut told = vec![
            format!("{}{}", serve::BASE_PATH, serve::METADATA),
            format!("{}{}", serve::BASE_PATH, serve::SMART_CONFIGURATION),
            format!("{}{}", serve::BASE_PATH, serve::TOKEN),
            format!("{}{}", serve::BASE_PATH, serve::REST),
        ];
        for resource in statement["rest"][0]["resource"].as_array().unwrap() {
            let kind = resource["type"].as_str().unwrap();
            let codes = resource["interaction"].as_array().into_iter().flatten();
            for code in codes.map(|interaction| interaction["code"].as_str().unwrap()) {
                match code {
                    "read" => told.push(format!("/fhir/r4/{kind}/{{id}}")),
                    "search-type" => told.extend(["", "/_search"].map(|end| format!("/fhir/r4/{kind}{end}"))),
                    other => panic!("{other}"),
                }
            }
            let operations = resource["operation"].as_array().into_iter().flatten();
            for name in operations.map(|operation| operation["name"].as_str().unwrap()) {
                let id = if kind == "Patient" { "/{id}" } else { "" };
                told.push(format!("/fhir/r4/{kind}{id}/${name}"));
            }
        }
        let mut routed: Vec<String> = ROUTES.iter().map(|route| (*route).to_owned()).collect();
        told.sort();
        routed.sort();
        assert_eq!(told, routed);
    }
}
