//! `/v1/bulk-eligibility-checks`: many questions in one file.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use kit::body::parse_json;
use kit::problem::Problem;
use wire::api::{BulkHeader, BulkReception, BulkStatus, BulkUnit, ProblemDocument};
use wire::limits::ARBITRARY_FILE_IDENTIFIER_MAX_CHARS;

use super::super::Api;
use super::super::caller::FacilityCaller;
use super::super::refuse::{too_long, unreadable};
use super::intake::{Header, must_be_ndjson, take_in};
use super::{ReceptionNumber, outlet};
use crate::store::bulk::BulkKind;

const PATH: &str = "/v1/bulk-eligibility-checks";

/// Many questions in one file of at most 100,000 lines. Lines that cannot be read become error units of the result. Sending
/// the same file again with the same RequestId gives the same reception number.
#[utoipa::path(
    post, path = "/v1/bulk-eligibility-checks", tag = "bulk", operation_id = "bulkCheck",
    request_body(
        content = String, content_type = "application/x-ndjson",
        description = "NDJSON: first line a BulkHeader, then one SearchInfo a line"
    ),
    responses(
        (status = 202, description = "The file is on the disk", body = BulkReception,
            headers(("Location" = String, description = "Where to ask how far it is"))),
        (status = 400, description = "malformed-json: the first line", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "request-id-reused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 413, description = "body-too-large, too-many-units", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 415, description = "unsupported-media-type", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query: the first line", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited: too many files or requests", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(crate) async fn send(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<Response, Problem> {
    api.bulk_requests.admit(&caller.code)?;
    must_be_ndjson(request.headers())?;
    take_in(&api, caller.code, BulkKind::Check, request.into_body(), PATH, |line| read_header(&caller, line)).await
}

/// The first line: whose file it is and for which day. A day that cannot be read would make every answer useless.
fn read_header(caller: &FacilityCaller, line: &[u8]) -> Result<Header, Problem> {
    let header: BulkHeader = parse_json(line)?;
    caller.must_be(&header.medical_institution_code)?;
    let mut errors = Vec::new();
    if let Err(error) = domain::date::parse(&header.qualification_confirmation_date) {
        let code = match error {
            domain::date::DateError::Empty => "empty",
            domain::date::DateError::NotDigits => "character",
            domain::date::DateError::Length(_) => "length",
            domain::date::DateError::NoSuchDay | domain::date::DateError::Era => "no_such_day",
        };
        let field = domain::Field::QualificationConfirmationDate;
        errors.push(wire::api::FieldError::from(&domain::UnreadableField { field, code }));
    }
    let file = header.arbitrary_file_identifier.as_deref();
    errors.extend(too_long("ArbitraryFileIdentifier", file, ARBITRARY_FILE_IDENTIFIER_MAX_CHARS));
    if !errors.is_empty() {
        return Err(unreadable(errors));
    }
    let text = serde_json::to_string(&header).map_err(Problem::internal)?;
    Ok(Header { request_id: header.request_id, text })
}

/// How far a file is.
#[utoipa::path(
    get, path = "/v1/bulk-eligibility-checks/{reception_number}", tag = "bulk", operation_id = "bulkCheckStatus",
    params(("reception_number" = String, Path, description = "受付番号")),
    responses(
        (status = 200, description = "How far it is; Retry-After while it is being worked on", body = BulkStatus),
        (status = 403, description = "role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "reception-number-unknown, also for the number of another institution",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(crate) async fn status(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    number: ReceptionNumber,
) -> Result<Response, Problem> {
    outlet::status(&api, caller.code, BulkKind::Check, &number).await
}

/// The results, one line for each line of the file, in the same order.
#[utoipa::path(
    get, path = "/v1/bulk-eligibility-checks/{reception_number}/results", tag = "bulk", operation_id = "bulkCheckResults",
    params(("reception_number" = String, Path, description = "受付番号")),
    responses(
        (status = 200, description = "NDJSON, one BulkUnit a line", body = BulkUnit,
            content_type = "application/x-ndjson"),
        (status = 403, description = "role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "reception-number-unknown", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "result-not-ready, with Retry-After", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(crate) async fn results(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    number: ReceptionNumber,
) -> Result<Response, Problem> {
    outlet::results(&api, caller.code, BulkKind::Check, &number).await
}
