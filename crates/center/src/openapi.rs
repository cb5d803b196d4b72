//! The description of the API, made from the handlers and messages themselves.
//!
//! `docs/openapi.json` is this text; CI compares them. A test walks it: no operation without an authorization test.

use utoipa::openapi::security::SecurityScheme;
use utoipa::{Modify, OpenApi};

use crate::api::{
    bulk, check, claim_files, feeds, info, join, person_search, personal_certificates, presence, record_looks,
    reference, secondary_use, status,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tashika center",
        description = "Online eligibility checks for Japan's public health insurance. Everything is TLS 1.3. The API \
                       port asks for a client certificate: of an institution (facility_certificate) or of an insurer \
                       (insurer_certificate). /v1/enrolments and /v1/renewals live on a port of their own that asks for \
                       none. Errors are problem documents (RFC 9457); docs/errors has a page for each code.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        check::check,
        reference::register,
        presence::challenge,
        presence::state,
        presence::check,
        presence::register,
        presence::end,
        presence::withdraw,
        presence::withdraw_by_number,
        secondary_use::refuse,
        secondary_use::exports,
        person_search::search,
        person_search::standing,
        person_search::ask,
        record_looks::look,
        bulk::checks::send,
        bulk::checks::status,
        bulk::checks::results,
        bulk::references::send,
        bulk::references::status,
        bulk::references::results,
        claim_files::begin,
        claim_files::piece,
        claim_files::status,
        claim_files::results,
        claim_files::withdraw,
        feeds::send,
        personal_certificates::issue,
        personal_certificates::revoke,
        join::enrol,
        join::renew_expired,
        join::renew,
        info::time,
        info::log_key,
        status::list,
        status::keys,
    ),
    components(schemas(
        wire::api::BulkHeader,
        wire::api::BulkReferenceHeader,
        wire::api::SearchInfo,
        wire::api::ReferenceNumberRegistrationInfo,
        wire::api::Answer,
        wire::api::PersonSearchAnswer,
        wire::api::RecordAnswer,
    )),
    tags(
        (name = "check", description = "資格確認: one patient at the window"),
        (name = "card", description = "マイナンバーカード: challenge, check, 利用登録, consents taken back"),
        (name = "search", description = "災害時・救急時: a person without card or numbers, searched for by name"),
        (name = "record", description = "薬剤・診療・手術・健診: what the patient lets the institution see"),
        (name = "bulk", description = "一括照会: many patients in one file"),
        (name = "claims", description = "レセプト: claims that an institution submits, and what became of each"),
        (name = "reference", description = "照会番号: the institution's own number of a patient"),
        (name = "insurer", description = "Members and losses, from insurers"),
        (name = "join", description = "Certificates: the first and the next"),
        (name = "status", description = "Status lists: whether what was said earlier still stands"),
        (name = "info", description = "The hour, and the key that verifies proofs"),
    ),
    modifiers(&Certificates)
)]
struct Description;

struct Certificates;

impl Modify for Certificates {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        for (name, of) in [
            ("facility_certificate", "a terminal of an institution (urn:tashika:facility:…)"),
            ("insurer_certificate", "an insurer (urn:tashika:insurer:…)"),
        ] {
            let description = Some(format!("Client certificate of {of}"));
            components.add_security_scheme(name, SecurityScheme::MutualTls { description, extensions: None });
        }
        let columns = format!(
            "CSV (RFC 4180) in UTF-8 with a header line. Columns, in any order: {}.",
            wire::feed::FEED_COLUMNS.join(", ")
        );
        let feed = openapi.paths.paths.get_mut("/v1/insurer-feeds").and_then(|item| item.post.as_mut());
        if let Some(body) = feed.and_then(|operation| operation.request_body.as_mut()) {
            body.description = Some(columns);
        }
    }
}

/// The OpenAPI document, JSON, always in the same order, with a line end.
pub fn openapi() -> String {
    // A document of strings and lists always has a JSON form.
    let mut text = Description::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    //! Proves that the document says what the router does.
    use super::*;
    use crate::api::ROUTES;

    #[test]
    fn the_document_and_the_router_know_the_same_paths() {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        let mut described: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        let mut routed: Vec<String> = ROUTES.iter().map(|route| (*route).to_owned()).collect();
        described.sort();
        routed.sort();
        assert_eq!(described, routed);
    }

    #[test]
    fn every_column_of_a_feed_is_named() {
        let text = openapi();
        assert!(wire::feed::FEED_COLUMNS.iter().all(|column| text.contains(column)));
    }

    #[test]
    fn every_problem_that_an_operation_names_exists() {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        let operations = document["paths"].as_object().unwrap().values().flat_map(|p| p.as_object().unwrap().values());
        for responses in operations.map(|operation| operation["responses"].as_object().unwrap()) {
            for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
                let named = response["description"].as_str().unwrap();
                let codes: Vec<_> =
                    named.split([',', ':', ' ']).filter_map(wire::api::ProblemCode::from_code).collect();
                assert!(!codes.is_empty(), "{named}");
                assert!(codes.iter().all(|code| code.status().to_string() == *status), "{status} {named}");
            }
        }
    }

    #[test]
    fn every_operation_on_the_api_port_asks_for_a_certificate() {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let asks = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
                let joins = path == "/v1/enrolments" || path == "/v1/renewals";
                assert_eq!(asks, !joins, "{method} {path}");
            }
        }
    }
}
