//! What a FHIR server adds to ours: its media type, and faults as `OperationOutcome`.
//!
//! A caller that says it reads problem documents (`Accept: application/problem+json`, as our own client does) gets those.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use wire::api::problem::PROBLEM_MEDIA_TYPE;
use wire::fhir::Resource;
use wire::fhir::serve::MEDIA_TYPE;

use crate::problem::Problem;

/// Whether a caller is one of ours: it reads problem documents.
pub fn reads_problems(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(PROBLEM_MEDIA_TYPE))
}

/// A layer that tells problems in the words of FHIR.
pub async fn face(request: Request, next: Next) -> Response {
    let is_ours = reads_problems(request.headers());
    let mut response = next.run(request).await;
    if is_ours {
        return response;
    }
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.in_fhir().into_response(),
        None => response,
    }
}

/// A resource as an answer.
pub fn resource(resource: &Resource) -> Response {
    match serde_json::to_vec(resource) {
        Ok(bytes) => json(bytes),
        Err(error) => Problem::internal(format_args!("a resource has no JSON form: {error}")).into_response(),
    }
}

/// Bytes that are a resource already, as an answer. It is about a person, so nobody keeps it on the way.
pub fn json(bytes: impl Into<Bytes>) -> Response {
    let mut response = Response::new(axum::body::Body::from(bytes.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
