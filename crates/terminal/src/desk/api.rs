//! `POST /api/v1/check`: the check as JSON, for the programs of vendors on this machine.
//!
//! The body is the center's `CheckRequest`; what this terminal knows itself (request number, day, institution) may be
//! left out. The answer is the center's `CheckResponse`, byte by byte, verified before. What is no answer is a problem
//! document, with `center-unreachable` for "nobody could be asked".

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use kit::body::JsonBody;
use kit::problem::Problem;
use serde::Deserialize;
use uuid::Uuid;
use wire::api::{CheckRequest, FieldError, ProblemCode, SearchInfo};
use wire::feed::Booking;

use super::{Desk, unavailable};
use crate::asking::outcome::{CouldNotAsk, Outcome, Why};
use crate::limits;
use crate::password;
use crate::store::answers::Way;
use crate::store::charts::Chart;
use crate::store::users::User;

/// `CheckRequest` with less that must be there.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VendorCheck {
    request_id: Option<Uuid>,
    #[serde(default)]
    qualification_confirmation_date: String,
    medical_institution_code: Option<String>,
    arbitrary_file_identifier: Option<String>,
    qualification_confirm_search_info: SearchInfo,
}

/// The handler. The token comes before the body is read.
pub(super) async fn check(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<JsonBody<VendorCheck>, Problem>,
) -> Result<Response, Problem> {
    let user = authorize(&desk, &headers).await?;
    let JsonBody(asked) = body?;
    let checks = desk.checks();
    let request_id = asked.request_id.unwrap_or_else(|| checks.center.new_request_id());
    let question =
        checks.question(request_id, &asked.qualification_confirmation_date, asked.qualification_confirm_search_info);
    let question = CheckRequest { arbitrary_file_identifier: asked.arbitrary_file_identifier, ..question };
    if asked.medical_institution_code.is_some_and(|code| code != question.medical_institution_code) {
        return Err(Problem::new(ProblemCode::FacilityMismatch, "この端末の医療機関コードと違います"));
    }
    match checks.check(&question, Way::Api, &user).await.outcome {
        Outcome::Answered(answered) => Ok(Json(answered.response).into_response()),
        Outcome::Unreadable(errors) => Err(Problem::new(ProblemCode::UnreadableQuery, "").with_errors(errors)),
        Outcome::Refused(document) => Err(Problem::new(document.code, document.detail)),
        Outcome::CouldNotAsk(could_not) => Err(could_not_ask(&could_not)),
    }
}

async fn authorize(desk: &Desk, headers: &HeaderMap) -> Result<String, Problem> {
    authorized(desk, headers).await.map(|user| user.name)
}

/// Whose API token a program brings.
pub(super) async fn authorized(desk: &Desk, headers: &HeaderMap) -> Result<User, Problem> {
    let refused =
        || Problem::new(ProblemCode::SignInRequired, "連携用トークンを Authorization: Bearer で送ってください");
    let token = bearer(headers).ok_or_else(refused)?;
    let found = desk.checks().store.user_by_token(&password::token_hash(token)).await.map_err(unavailable)?;
    found.ok_or_else(refused)
}

/// The token of a request (RFC 6750).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

pub(super) fn could_not_ask(could_not: &CouldNotAsk) -> Problem {
    let code = match could_not.why {
        Why::Unreachable | Why::NoAnswerInTime => ProblemCode::CenterUnreachable,
        Why::Busy => ProblemCode::Overloaded,
        Why::ProofDoesNotHold | Why::AnswerDoesNotFit => ProblemCode::ProofInvalid,
        Why::CertificateExpired => ProblemCode::CertificateExpired,
        Why::CardStatus => ProblemCode::CardStatusUnavailable,
    };
    let problem = Problem::new(code, could_not.message()).because(&could_not.inner);
    match could_not.retry_after {
        Some(wait) => problem.retry_after(wait),
        None => problem,
    }
}

/// `POST /api/v1/charts`: lines of the institution's list of patients. One with a number that is there takes its place.
pub(super) async fn charts(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<JsonBody<Vec<Chart>>, Problem>,
) -> Result<Json<ChartsTaken>, Problem> {
    let user = authorize(&desk, &headers).await?;
    let JsonBody(charts) = body?;
    let unnumbered = charts.iter().filter(|chart| chart.reference_number.trim().is_empty()).count();
    if unnumbered > 0 {
        let detail = format!("照会番号（ReferenceNumber）のない行が{unnumbered}件あります。1件も取り込んでいません");
        return Err(Problem::new(ProblemCode::UnreadableQuery, detail));
    }
    let now = desk.checks().center.hours().local();
    desk.checks().store.put_charts(&charts, now).await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.charts_taken", user, charts = charts.len(), "charts were taken in");
    Ok(Json(ChartsTaken { taken: charts.len() }))
}

/// What became of charts.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChartsTaken {
    /// How many were taken.
    taken: usize,
}

/// A booked patient: the columns of the file of bookings.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VendorBooking {
    #[serde(default)]
    qualification_confirmation_date: String,
    #[serde(flatten)]
    search: SearchInfo,
}

/// `POST /api/v1/bookings`: booked patients, to be asked about in the night before. All or none; the same again changes nothing.
pub(super) async fn bookings(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<JsonBody<Vec<VendorBooking>>, Problem>,
) -> Result<Json<BookingsTaken>, Problem> {
    let user = authorize(&desk, &headers).await?;
    let JsonBody(sent) = body?;
    let (mut good, mut errors) = (Vec::with_capacity(sent.len()), Vec::new());
    for (at, VendorBooking { qualification_confirmation_date, search }) in sent.into_iter().enumerate() {
        let facility = desk.checks().center.facility();
        match (
            search.parse(&qualification_confirmation_date, &facility),
            domain::date::parse(&qualification_confirmation_date),
        ) {
            (Ok(_), Ok(day)) => good.push(Booking { day, search }),
            (Ok(_), Err(_)) => {}
            (Err(wrong), _) => errors.extend(
                wrong.into_iter().map(|error| FieldError { field: format!("[{at}].{}", error.field), ..error }),
            ),
        }
    }
    if !errors.is_empty() {
        errors.truncate(limits::BOOKING_REFUSALS_MAX);
        let detail = "読み取れない予約があります。1件も取り込んでいません";
        return Err(Problem::new(ProblemCode::UnreadableQuery, detail).with_errors(errors));
    }
    let now = desk.checks().center.hours().local();
    desk.checks().store.put_bookings(&good, now).await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.bookings_taken", user, bookings = good.len(), "bookings were taken in");
    Ok(Json(BookingsTaken { taken: good.len() }))
}

/// What became of bookings.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BookingsTaken {
    /// How many were taken.
    taken: usize,
}
