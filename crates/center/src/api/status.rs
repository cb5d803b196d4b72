//! Status lists and the key that verifies them. Nothing here is about one person.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use kit::body::JsonAnswer;
use kit::problem::Problem;
use trust::ListName;
use trust::status_list::MEDIA_TYPE;
use wire::api::{CredentialKeyInfo, CredentialKeys, ProblemCode, ProblemDocument};

use super::Api;
use super::caller::AnyCaller;
use crate::limits;

/// A status list, as it was signed.
#[utoipa::path(
    get, path = "/v1/status-lists/{name}", tag = "status", operation_id = "statusList",
    params(
        ("name" = String, Path, description = "01 to 47 for the insurers of a prefecture, or all"),
        ("If-None-Match" = Option<String>, Header, description = "ETag of the list that is held"),
    ),
    responses(
        (status = 200, description = "IETF Token Status List as CWT, with its ETag", body = Vec<u8>,
            content_type = "application/statuslist+cwt"),
        (status = 304, description = "The list that is held is the newest"),
        (status = 403, description = "certificate-revoked, certificate-expired", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "not-found: no such list, or none was published yet", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []), ("insurer_certificate" = []))
)]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _caller: AnyCaller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let list = ListName::parse(&name).and_then(|name| api.status.get(name));
    let Some(list) = list else {
        return Err(Problem::new(ProblemCode::NotFound, "no such status list, or none was published yet"));
    };
    let etag = HeaderValue::from_str(&list.etag).map_err(Problem::internal)?;
    let cache = format!("private, max-age={}", limits::STATUS_LIST_CACHE_SECONDS);
    let cache = HeaderValue::from_str(&cache).map_err(Problem::internal)?;
    let about: [(HeaderName, HeaderValue); 2] = [(ETAG, etag), (CACHE_CONTROL, cache)];
    if headers.get(IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == list.etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, [(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], list.token.clone()).into_response())
}

/// The keys that verify status lists and personal certificates.
#[utoipa::path(
    get, path = "/v1/credential-keys", tag = "status", operation_id = "credentialKeys",
    responses(
        (status = 200, description = "The keys", body = CredentialKeys),
        (status = 403, description = "certificate-revoked, certificate-expired", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []), ("insurer_certificate" = []))
)]
pub(super) async fn keys(State(api): State<Arc<Api>>, _caller: AnyCaller) -> JsonAnswer<CredentialKeys> {
    let key = api.status.signer().public_key();
    let key_id = domain::hex::encode(key.key_id());
    JsonAnswer(CredentialKeys { keys: vec![CredentialKeyInfo { key_id, public_key: key.to_pem() }] })
}
