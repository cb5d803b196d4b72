//! Cases that were decided while the center could not be asked: what waits for it, and what it said otherwise.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kit::problem::Problem;
use serde::Deserialize;
use uuid::Uuid;
use wire::api::ProblemCode;

use super::session::{Posted, SignedIn};
use super::view::open::{self, OpenPage};
use super::{Desk, page as render, unavailable};
use crate::limits;
use crate::store::open_cases::OpenCase;

/// `GET /open`
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    let store = &desk.checks().store;
    let to_see = store.cases_to_see(limits::CASES_SHOWN_MAX).await.map_err(unavailable)?;
    let waiting = store.cases_waiting(limits::CASES_SHOWN_MAX).await.map_err(unavailable)?;
    let counts = store.count_cases().await.map_err(unavailable)?;
    let numbers = to_see.iter().chain(&waiting).map(|case| case.request_id);
    let visits = store.visits_of(numbers).await.map_err(unavailable)?;
    let row = |case: OpenCase| open::row(&case, visits.get(&case.request_id));
    render(&OpenPage {
        shell: desk.shell(Some(&who), "open"),
        to_see: to_see.into_iter().map(row).collect(),
        waiting: waiting.into_iter().map(row).collect(),
        counts,
        is_connected: desk.checks().center.is_connected(),
    })
}

#[derive(Deserialize)]
pub(super) struct SeenForm {}

/// `POST /open/{request_id}/seen`: staff have seen what the center said.
pub(super) async fn seen(
    State(desk): State<Desk>,
    id: Result<Path<Uuid>, PathRejection>,
    sent: Posted<SeenForm>,
) -> Result<Response, Problem> {
    let Posted { who, form: SeenForm {} } = sent;
    let Path(id) = id.map_err(|_| Problem::new(ProblemCode::NotFound, "この保留はありません"))?;
    let checks = desk.checks();
    checks.store.case_seen(id, who.name(), checks.center.hours().now()).await.map_err(unavailable)?;
    checks.count_cases().await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.case_seen", user = who.name(), request_id = %id, "a difference was seen");
    Ok(Redirect::to("/open").into_response())
}
