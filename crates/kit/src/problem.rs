//! Problem documents (RFC 9457) as answers.
//!
//! A [`Problem`] has two faces. The outer one is `wire`'s document: a code, texts for the person at the window and for
//! the vendor. The inner one, [`Problem::because`], is for our log alone and never leaves the house.
//!
//! A handler returns `Result<_, Problem>`. The listener adds the number of the request to the document, so that the
//! person can name it and we can find the log line.

use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use wire::api::problem::PROBLEM_MEDIA_TYPE;
use wire::api::{FieldError, ProblemCode, ProblemDocument};
use wire::fhir::Resource;
use wire::fhir::convert::outcome_of_problem;
use wire::fhir::serve::MEDIA_TYPE as FHIR_MEDIA_TYPE;

use crate::context::RequestId;

/// A refusal, on its way to whoever asked.
#[derive(Debug, Clone)]
pub struct Problem {
    document: Box<ProblemDocument>,
    inner: Option<Arc<str>>,
    /// Whether it is told in the words of FHIR.
    in_fhir: bool,
}

impl Problem {
    /// A problem of this kind. `detail` is Japanese, says what happened this time, may be empty, and never holds
    /// anything about another person.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { document: Box::new(ProblemDocument::new(code, detail)), inner: None, in_fhir: false }
    }

    /// A fault of ours. `inner` is for the log.
    pub fn internal(inner: impl Display) -> Self {
        Self::new(ProblemCode::Internal, "").because(inner)
    }

    /// A body that is larger than the limit.
    pub fn body_too_large(bytes_max: u64) -> Self {
        Self::new(ProblemCode::BodyTooLarge, format!("上限は {bytes_max} バイトです"))
    }

    /// We have more to do than we can; ask again after this time.
    pub fn overloaded(wait: Duration) -> Self {
        Self::new(ProblemCode::Overloaded, "").retry_after(wait)
    }

    /// You ask faster than your share; ask again after this time.
    pub fn rate_limited(wait: Duration) -> Self {
        Self::new(ProblemCode::RateLimited, "").retry_after(wait)
    }

    /// Names the values that are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.document.errors = errors;
        self
    }

    /// Says when to ask again, in whole seconds and never sooner than `wait`.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.document.retry_after_seconds = Some(u32::try_from(seconds).unwrap_or(u32::MAX).max(1));
        self
    }

    /// Adds what only the log may know. No personal data: the log is read by more people than the record.
    #[must_use]
    pub fn because(mut self, inner: impl Display) -> Self {
        self.inner = Some(inner.to_string().into());
        self
    }

    /// A problem that another server told, as it told it.
    pub fn of(document: ProblemDocument) -> Self {
        Self { document: Box::new(document), inner: None, in_fhir: false }
    }

    /// The same told as an `OperationOutcome` of FHIR.
    #[must_use]
    pub fn in_fhir(self) -> Self {
        Self { in_fhir: true, ..self }
    }

    /// What went wrong.
    pub fn code(&self) -> ProblemCode {
        self.document.code
    }

    /// The outer face.
    pub fn document(&self) -> &ProblemDocument {
        &self.document
    }

    /// The inner face, if there is one.
    pub fn inner(&self) -> Option<&str> {
        self.inner.as_deref()
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn bytes(&self) -> Bytes {
        // Both faces consist of strings and numbers, which always have a JSON form.
        let bytes = if self.in_fhir {
            serde_json::to_vec(&Resource::from(outcome_of_problem(&self.document)))
        } else {
            serde_json::to_vec(&self.document)
        };
        bytes.map_or_else(|_| Bytes::from_static(b"{}"), Bytes::from)
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner {
            Some(inner) => write!(f, "{}: {inner}", self.document.code),
            None => write!(f, "{}", self.document.code),
        }
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.bytes()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        let media_type = if self.in_fhir { FHIR_MEDIA_TYPE } else { PROBLEM_MEDIA_TYPE };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.document.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Kept beside the bytes so that the listener can add the request's number and log the inner face.
        response.extensions_mut().insert(self);
        response
    }
}

/// Adds the number of the request to a problem that a handler answered with. Gives the problem back for the log.
pub(crate) fn name_request(response: &mut Response, id: &RequestId) -> Option<Problem> {
    let mut problem = response.extensions_mut().remove::<Problem>()?;
    problem.document.request_id = Some(id.to_string());
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(problem.bytes());
    Some(problem)
}

/// Reads a `Retry-After` given in seconds. A date (RFC 9110 also allows one) is not understood.
pub(crate) fn retry_after_of(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Answers unknown addresses and methods of an API with problem documents.
pub fn with_fallbacks<S>(router: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router
        .fallback(async || Problem::new(ProblemCode::NotFound, ""))
        .method_not_allowed_fallback(async || Problem::new(ProblemCode::MethodNotAllowed, ""))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn the_time_to_wait_is_rounded_up_and_never_nothing() {
        let header = |wait| Problem::overloaded(wait).into_response().headers()[RETRY_AFTER].clone();
        assert_eq!(header(Duration::ZERO), "1");
        assert_eq!(header(Duration::from_millis(1_001)), "2");
        assert_eq!(header(Duration::from_secs(3)), "3");
    }

    #[tokio::test]
    async fn the_inner_face_never_leaves_the_house() {
        let response = Problem::internal("password of the store is wrong").into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_MEDIA_TYPE);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&body).contains("password"));
        let document: ProblemDocument = serde_json::from_slice(&body).unwrap();
        assert_eq!(document.code, ProblemCode::Internal);
    }

    #[tokio::test]
    async fn in_fhir_it_keeps_its_code_and_its_number() {
        let mut response = Problem::new(ProblemCode::ConsentExpired, "").in_fhir().into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], FHIR_MEDIA_TYPE);
        let id = RequestId::from(uuid::Uuid::from_u128(7));
        name_request(&mut response, &id).unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let outcome: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        assert_eq!(outcome["issue"][0]["details"]["coding"][0]["code"], "consent-expired");
        assert!(outcome["issue"][0]["diagnostics"].as_str().unwrap().contains(&id.to_string()));
    }

    #[tokio::test]
    async fn the_listener_names_the_request_in_the_document() {
        let mut response = Problem::new(ProblemCode::FacilityMismatch, "詳細").into_response();
        let id = RequestId::from(uuid::Uuid::from_u128(7));
        let problem = name_request(&mut response, &id).unwrap();
        assert_eq!(problem.code(), ProblemCode::FacilityMismatch);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let document: ProblemDocument = serde_json::from_slice(&body).unwrap();
        assert_eq!(document.request_id, Some(id.to_string()));
        assert_eq!(document.detail, "詳細");
    }
}
