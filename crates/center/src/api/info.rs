//! What everybody with a certificate may know: the hour, and the key that verifies proofs.

use std::sync::Arc;

use axum::extract::State;
use kit::body::JsonAnswer;
use kit::problem::Problem;
use wire::api::{LogKey, ProblemDocument, TimeNow};

use super::Api;
use super::caller::AnyCaller;

/// The center's clock, so that a terminal can say that its own is wrong.
#[utoipa::path(
    get, path = "/v1/time", tag = "info", operation_id = "time",
    responses(
        (status = 200, description = "The time", body = TimeNow),
        (status = 403, description = "certificate-revoked, certificate-expired", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []), ("insurer_certificate" = []))
)]
pub(super) async fn time(State(api): State<Arc<Api>>, _caller: AnyCaller) -> JsonAnswer<TimeNow> {
    JsonAnswer(TimeNow { now: api.clock.now() })
}

/// The key that verifies the proofs of this center's answers.
#[utoipa::path(
    get, path = "/v1/log/key", tag = "info", operation_id = "logKey",
    responses(
        (status = 200, description = "The key", body = LogKey),
        (status = 403, description = "certificate-revoked, certificate-expired", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []), ("insurer_certificate" = []))
)]
pub(super) async fn log_key(State(api): State<Arc<Api>>, _caller: AnyCaller) -> Result<JsonAnswer<LogKey>, Problem> {
    let welcome = api.enrolment.welcome();
    Ok(JsonAnswer(LogKey { log_id: welcome.log_id.clone(), log_public_key: welcome.log_public_key.clone() }))
}
