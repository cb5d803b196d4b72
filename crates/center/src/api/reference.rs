//! `POST /v1/reference-numbers`: the institution's own number of a patient, given back with every later answer.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use kit::body::{JsonAnswer, JsonBody};
use kit::problem::Problem;
use wire::api::{ProblemCode, ProblemDocument, ReferenceNumberAnswer, ReferenceNumberRequest, japan_time};
use wire::limits::ARBITRARY_FILE_IDENTIFIER_MAX_CHARS;

use super::Api;
use super::caller::FacilityCaller;
use super::refuse::{too_long, unreadable};
use crate::check::Registered;
use crate::registration;

/// Registers the institution's own number for the person of a card. Registering again replaces the number.
#[utoipa::path(
    post, path = "/v1/reference-numbers", tag = "reference", operation_id = "registerReferenceNumber",
    request_body = ReferenceNumberRequest,
    responses(
        (status = 200, description = "The number is registered", body = ReferenceNumberAnswer),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "patient-not-found", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn register(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<JsonAnswer<ReferenceNumberAnswer>, Problem> {
    api.single_checks.admit(&caller.code)?;
    let JsonBody(message) = JsonBody::<ReferenceNumberRequest>::from_request(request, &()).await?;
    caller.must_be(&message.medical_institution_code)?;
    let info = message.reference_number_registration_info;
    let file = message.arbitrary_file_identifier;
    let mut errors: Vec<_> =
        too_long("ArbitraryFileIdentifier", file.as_deref(), ARBITRARY_FILE_IDENTIFIER_MAX_CHARS).into_iter().collect();
    let registration = match registration::read(&info, caller.code, message.request_id) {
        Ok(registration) if errors.is_empty() => registration,
        Ok(_) => return Err(unreadable(errors)),
        Err(bad) => {
            errors.splice(0..0, bad);
            return Err(unreadable(errors));
        }
    };
    match api.engine.register(registration).await? {
        Registered::Kept => Ok(JsonAnswer(ReferenceNumberAnswer {
            process_execution_time: japan_time(api.clock.now()),
            medical_institution_code: caller.code.to_string(),
            arbitrary_file_identifier: file,
            request_id: message.request_id,
            reference_number_registration_info: info,
        })),
        Registered::NotFound => {
            Err(Problem::new(ProblemCode::PatientNotFound, "記号・番号をカードの表記と見くらべてください"))
        }
        Registered::SeveralPersons => {
            Err(Problem::new(ProblemCode::PatientNotFound, "複数の方に該当します。枝番を入力してください"))
        }
    }
}
