//! What a FHIR server adds to ours: its media type, and faults as `OperationOutcome`.
//!
//! A caller that says it reads problem documents (`Accept: application/problem+json`, as our own client does) gets those.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use wire::api::problem::PROBLEM_MEDIA_TYPE;
use wire::api::{FieldError, ProblemCode};
use wire::fhir::Resource;
use wire::fhir::serve::{BASE_PATH, MEDIA_TYPE, REST, is_served_format};

use crate::problem::Problem;

/// Whether a caller is one of ours: it reads problem documents.
pub fn reads_problems(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(PROBLEM_MEDIA_TYPE))
}

/// Whether a caller takes JSON: it says nothing of what it takes, or names it, or anything. `_format` in the address goes before
/// what the header says (FHIR R4, 3.1.0.1.11).
fn takes_json(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    if let Some((_, format)) = pairs.into_iter().find(|(name, _)| *name == "_format") {
        let format = format.replace("%2B", "+").replace("%2b", "+").replace("%2F", "/").replace("%2f", "/");
        return is_served_format(&format);
    }
    let mut accepted = request.headers().get_all(ACCEPT).iter().peekable();
    if accepted.peek().is_none() {
        return true;
    }
    accepted.any(|value| value.to_str().is_ok_and(|text| text.split(',').any(is_json)))
}

/// Whether one range of an `Accept` holds JSON; one of weight 0 is what is not taken.
fn is_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
    let is_ours = matches!(media_type.as_str(), "*/*" | "application/*" | "application/json" | "text/json");
    !is_refused && (is_ours || media_type == MEDIA_TYPE || media_type == PROBLEM_MEDIA_TYPE)
}

/// A layer that tells problems in the words of FHIR, and refuses who does not take JSON.
pub async fn face(request: Request, next: Next) -> Response {
    let is_ours = reads_problems(request.headers());
    let mut response = if takes_json(&request) {
        next.run(request).await
    } else {
        Problem::new(ProblemCode::NotAcceptable, "application/fhir+json を受け付けてください").into_response()
    };
    if is_ours {
        return response;
    }
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.in_fhir().into_response(),
        None => response,
    }
}

/// Makes routes a façade: every other address below its base, and every other method, is told in the words of FHIR too.
pub fn facade<S>(router: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router
        .route(&format!("{BASE_PATH}{REST}"), any(async || Problem::new(ProblemCode::NotFound, "")))
        .method_not_allowed_fallback(async || Problem::new(ProblemCode::MethodNotAllowed, ""))
        .route_layer(from_fn(face))
}

/// A search that cannot be made, with each parameter named that is why.
pub fn search_unreadable(errors: Vec<FieldError>) -> Problem {
    Problem::new(ProblemCode::SearchUnreadable, "示された検索条件を確認してください").with_errors(errors)
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

#[cfg(test)]
mod tests {
    //! Proves who takes JSON.
    use axum::body::Body;

    use super::*;

    fn takes(accept: Option<&str>, query: &str) -> bool {
        let mut request = axum::http::Request::builder().uri(format!("/fhir/r4/metadata{query}"));
        if let Some(accept) = accept {
            request = request.header(ACCEPT, accept);
        }
        takes_json(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn who_takes_json_or_anything_is_answered_and_nobody_else() {
        for accept in [
            "application/fhir+json",
            "application/fhir+xml;q=0.9, application/json",
            "Application/FHIR+JSON; fhirVersion=4.0",
            "*/*",
            "text/html,application/*;q=0.1",
            "application/problem+json",
        ] {
            assert!(takes(Some(accept), ""), "{accept}");
        }
        for accept in ["application/fhir+xml", "text/html", "", "application/json;q=0", "xml, turtle"] {
            assert!(!takes(Some(accept), ""), "{accept}");
        }
        assert!(takes(None, "") && takes(None, "?patient=x") && takes(Some("text/html"), "?_format=json"));
        assert!(takes(None, "?_format=application%2Ffhir%2Bjson"));
        assert!(!takes(None, "?_format=xml") && !takes(Some("application/fhir+json"), "?patient=x&_format=xml"));
    }
}
