//! What an operator asks a process: is it alive, is it ready, what does it count.
//!
//! | path | answer |
//! |---|---|
//! | `/health` | 200 while the process runs at all; a supervisor that gets nothing restarts it |
//! | `/ready` | 200, or 503 with the reasons, each named; a load balancer sends nothing meanwhile |
//! | `/metrics` | numbers for Prometheus |
//!
//! These addresses tell about the machine and stand on a loopback port of their own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;

use crate::body::JsonAnswer;
use crate::lifecycle::Lifecycle;
use crate::metrics::Metrics;
use crate::problem::with_fallbacks;

/// Everything that must be right before the process wants requests. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    reasons: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

/// One thing that must be right.
#[derive(Clone)]
pub struct ReadyFlag {
    name: &'static str,
    readiness: Readiness,
}

impl Readiness {
    /// Ready, until a flag says otherwise.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new condition, not yet fulfilled.
    pub fn flag(&self, name: &'static str) -> ReadyFlag {
        let flag = ReadyFlag { name, readiness: self.clone() };
        flag.down("starting");
        flag
    }

    /// What is missing, by name of the condition; empty when ready.
    pub fn missing(&self) -> BTreeMap<&'static str, String> {
        self.lock().clone()
    }

    /// Whether nothing is missing.
    pub fn is_ready(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, String>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadyFlag {
    /// It is right now.
    pub fn up(&self) {
        if self.readiness.lock().remove(self.name).is_some() {
            tracing::info!(condition = self.name, "ready");
        }
    }

    /// It is not right, and why, in words for the operator.
    pub fn down(&self, reason: impl Into<String>) {
        let reason = reason.into();
        let before = self.readiness.lock().insert(self.name, reason.clone());
        if before.is_none_or(|before| before != reason) {
            tracing::info!(condition = self.name, reason, "not ready");
        }
    }
}

impl fmt::Debug for ReadyFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadyFlag({})", self.name)
    }
}

#[derive(Serialize)]
struct Health<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    missing: BTreeMap<&'static str, String>,
}

/// The three addresses.
pub fn router(metrics: Metrics, readiness: Readiness, life: Lifecycle) -> Router {
    let health = async || JsonAnswer(Health { status: "alive", missing: BTreeMap::new() });
    let ready = async move || ready(&readiness, &life);
    let numbers = async move || {
        ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], metrics.encode())
    };
    with_fallbacks(
        Router::new().route("/health", get(health)).route("/ready", get(ready)).route("/metrics", get(numbers)),
    )
}

fn ready(readiness: &Readiness, life: &Lifecycle) -> Response {
    let mut missing = readiness.missing();
    if life.is_stopping() {
        missing.insert("process", "stopping".to_owned());
    }
    if missing.is_empty() {
        JsonAnswer(Health { status: "ready", missing }).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, JsonAnswer(Health { status: "not ready", missing })).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(router: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn readiness_names_what_is_missing() {
        let (readiness, life) = (Readiness::new(), Lifecycle::new());
        let router = router(Metrics::new("t"), readiness.clone(), life.clone());
        let store = readiness.flag("store");
        assert_eq!(ask(&router, "/health").await.0, StatusCode::OK);
        let (status, body) = ask(&router, "/ready").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains(r#""store":"starting""#), "{body}");
        store.up();
        assert_eq!(ask(&router, "/ready").await, (StatusCode::OK, r#"{"status":"ready"}"#.to_owned()));
        store.down("no answer for 3 s");
        assert!(ask(&router, "/ready").await.1.contains("no answer for 3 s"));
        store.up();
        life.stop("test");
        assert!(ask(&router, "/ready").await.1.contains("stopping"));
        assert!(ask(&router, "/metrics").await.1.ends_with("# EOF\n"));
        assert_eq!(ask(&router, "/other").await.0, StatusCode::NOT_FOUND);
    }
}
