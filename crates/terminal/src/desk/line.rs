//! The switch of the demo's line.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use kit::problem::Problem;
use serde::Deserialize;
use wire::api::ProblemCode;

use super::Desk;
use super::session::Posted;

#[derive(Deserialize)]
pub(super) struct Switch {
    /// `1` cuts, anything else mends.
    #[serde(default)]
    cut: String,
}

/// `POST /line`: only where there is a line that can be cut.
pub(super) async fn switch(State(desk): State<Desk>, sent: Posted<Switch>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let line = desk.inner.at_kiosk.equipment.line.clone();
    let line = line.ok_or_else(|| Problem::new(ProblemCode::NotFound, "このページはありません"))?;
    let cut = form.cut == "1";
    let done = line.set_cut(cut);
    desk.checks().center.look_now();
    tracing::info!(target: "audit", event = "desk.line_switched", user = who.name(), cut, done, "the line was switched");
    Ok(Redirect::to("/").into_response())
}
