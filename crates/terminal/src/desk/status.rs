//! How the terminal is.

use axum::extract::State;
use axum::response::Response;
use kit::problem::Problem;

use super::session::SignedIn;
use super::view::pages::{LightPart, StatusPage};
use super::view::{shell, status};
use super::{Desk, page as render, unavailable};

/// `GET /status`
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    let checks = desk.checks();
    let hours = checks.center.hours();
    let facts = status::Facts {
        health: &checks.health.snapshot(),
        ahead: hours.ahead(),
        warning: hours.warning(),
        answers: checks.store.count_answers().await.map_err(unavailable)?,
        req: desk.inner.config.req().display().to_string(),
        res: desk.inner.config.res().display().to_string(),
    };
    render(&StatusPage { shell: desk.shell(Some(&who), "status"), items: status::items(&facts) })
}

/// `GET /light`: the link light alone, for the script of an open page.
pub(super) async fn light(State(desk): State<Desk>, _who: SignedIn) -> Result<Response, Problem> {
    let checks = desk.checks();
    render(&LightPart { light: shell::light(&checks.health.snapshot(), checks.center.hours().warning()) })
}
