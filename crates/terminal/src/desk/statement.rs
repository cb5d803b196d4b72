//! 被保険者資格申立書: what a patient says about the insurance is taken down on screen, kept with the case, and printed.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kit::problem::Problem;
use uuid::Uuid;
use wire::api::ProblemCode;

use super::session::{Posted, SignedIn};
use super::view::dates;
use super::view::statement::StatementPage;
use super::{Desk, page as render, unavailable};
use crate::store::statements::{Statement, TakenDown};
use crate::store::visits::Visit;

/// `GET /open/{request_id}/statement`
pub(super) async fn page(
    State(desk): State<Desk>,
    who: SignedIn,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let visit = visit_of(&desk, id).await?;
    let taken = desk.checks().store.statement(visit.request_id).await.map_err(unavailable)?;
    let statement = taken.as_ref().map_or_else(|| known(&visit), |taken| taken.statement.clone());
    render(&StatementPage {
        shell: desk.shell(Some(&who), "open"),
        request_id: visit.request_id.to_string(),
        day: dates::day_and_time(visit.at),
        kept: taken.map(|taken| (dates::day_and_time(taken.at), taken.by)),
        statement,
    })
}

/// `POST /open/{request_id}/statement`
pub(super) async fn keep(
    State(desk): State<Desk>,
    id: Result<Path<Uuid>, PathRejection>,
    sent: Posted<Statement>,
) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let visit = visit_of(&desk, id).await?;
    let checks = desk.checks();
    let taken = TakenDown { statement: form.shortened(), by: who.name().to_owned(), at: checks.center.hours().now() };
    checks.store.put_statement(visit.request_id, &taken).await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.statement_taken", user = who.name(), request_id = %visit.request_id, "a statement was taken down");
    Ok(Redirect::to(&format!("/open/{}/statement", visit.request_id)).into_response())
}

async fn visit_of(desk: &Desk, id: Result<Path<Uuid>, PathRejection>) -> Result<Visit, Problem> {
    let not_found = || Problem::new(ProblemCode::NotFound, "この確認はありません");
    let Path(id) = id.map_err(|_| not_found())?;
    desk.checks().store.visits_of([id]).await.map_err(unavailable)?.remove(&id).ok_or_else(not_found)
}

/// What the question says already.
fn known(visit: &Visit) -> Statement {
    let person = &visit.person;
    let birthdate = if person.birthdate.is_empty() { String::new() } else { dates::plain_date(&person.birthdate) };
    Statement {
        name: person.name.clone(),
        kana: person.kana.clone(),
        birthdate,
        insurer: person.insurer_name.clone(),
        ..Statement::default()
    }
}
