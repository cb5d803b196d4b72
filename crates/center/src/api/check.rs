//! `POST /v1/eligibility-checks`: the main job. Kept thin: read, look who asks, hand over, write.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use domain::presence::{StaffWord, shown_on_the_word_of_staff};
use domain::{ConsentItem, EligibilityQuery};
use kit::body::{JsonBody, json_bytes};
use kit::problem::Problem;
use wire::api::{CheckRequest, CheckResponse, FieldError, ProblemDocument};
use wire::limits::{ARBITRARY_FILE_IDENTIFIER_MAX_CHARS, ARBITRARY_IDENTIFIER_MAX_CHARS};

use super::Api;
use super::caller::FacilityCaller;
use super::refuse::{too_long, unreadable};
use crate::check::{AskedByStaff, Question};

/// Is this person insured on that day, by whom, and what share is to be collected?
///
/// The answer leaves after its access event is on the disk. Asking again with the same RequestId within moments gives
/// the same answer. With `Consents`, staff have made sure who the patient is and asked them what may be seen; that is kept
/// and put on record, as with a card.
#[utoipa::path(
    post, path = "/v1/eligibility-checks", tag = "check", operation_id = "checkEligibility",
    request_body = CheckRequest,
    responses(
        (status = 200, description = "The answer with its proof", body = CheckResponse),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed, certificate-revoked, certificate-expired",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "body-too-large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "unsupported-media-type", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query: `errors` names the fields", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited, with Retry-After", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down, with Retry-After",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn check(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<Response, Problem> {
    // Before the body is read: who asks too fast must not cost more than this.
    api.single_checks.admit(&caller.code)?;
    let JsonBody(message) = JsonBody::<CheckRequest>::from_request(request, &()).await?;
    caller.must_be(&message.medical_institution_code)?;
    let question = read(message, api.staff_word).map_err(unreadable)?;
    let answered = api.engine.check(question).await?;
    Ok(json_bytes(answered.to_json()))
}

/// Reads the question in a message.
fn read(message: CheckRequest, staff_word: StaffWord) -> Result<Question, Vec<FieldError>> {
    let search = message.qualification_confirm_search_info;
    let parsed = search.parse(&message.qualification_confirmation_date, &message.medical_institution_code);
    let mut wrong: Vec<FieldError> = [
        too_long(
            "ArbitraryFileIdentifier",
            message.arbitrary_file_identifier.as_deref(),
            ARBITRARY_FILE_IDENTIFIER_MAX_CHARS,
        ),
        too_long("ArbitraryIdentifier", search.arbitrary_identifier.as_deref(), ARBITRARY_IDENTIFIER_MAX_CHARS),
    ]
    .into_iter()
    .flatten()
    .collect();
    let choice = message.consents.as_ref().map(wire::api::Consents::parse).transpose().unwrap_or_else(|flags| {
        wrong.extend(flags);
        None
    });
    match parsed {
        Ok(query) if wrong.is_empty() => Ok(Question {
            // Who was asked item by item has said this too.
            query: EligibilityQuery {
                limit_consent: choice.map_or(query.limit_consent, |c| c.allows(ConsentItem::LimitCertificate)),
                ..query
            },
            search,
            request_id: message.request_id,
            arbitrary_file_identifier: message.arbitrary_file_identifier,
            purpose: message.purpose.unwrap_or_default().into(),
            by_staff: choice.map(|choice| AskedByStaff { choice, showing: shown_on_the_word_of_staff(staff_word) }),
            withdraws: false,
            decided_at: message.decided_at,
        }),
        Ok(_) => Err(wrong),
        Err(mut errors) => {
            errors.extend(wrong);
            Err(errors)
        }
    }
}
