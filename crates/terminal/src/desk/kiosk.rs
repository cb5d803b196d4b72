//! The kiosk as the desk sees it: who is there, who was checked, and what staff can do about it.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use kit::problem::Problem;
use serde::Deserialize;
use wire::api::ProblemCode;

use super::session::{Posted, SignedIn};
use super::view::kiosk::{self, KioskPart, Strip};
use super::{Desk, page as render, unavailable};
use crate::kiosk::actor::StaffAct;
use crate::limits;

#[derive(Deserialize)]
pub(super) struct Seen {
    #[serde(default)]
    seen: Option<u64>,
}

/// `GET /kiosk?seen=N`: the strip, as soon as it is another than number N; 204 if it stays the same for a while.
pub(super) async fn part(
    State(desk): State<Desk>,
    who: SignedIn,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Response, Problem> {
    let Some(kiosk) = &desk.inner.at_kiosk.kiosk else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    if let Some(seen) = seen
        && kiosk.next_screen(seen, limits::WAIT_FOR_CHANGE_TIME).await.is_none()
    {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let strip = desk.strip(&who).await?;
    render(&KioskPart { strip })
}

impl Desk {
    /// The strip under the bar; none where there is no kiosk.
    pub(super) async fn strip(&self, who: &SignedIn) -> Result<Option<Strip>, Problem> {
        let Some(kiosk) = &self.inner.at_kiosk.kiosk else { return Ok(None) };
        let checks = self.checks();
        let (screen, today) = (kiosk.screen(), checks.center.hours().today_text());
        let arrivals = checks.store.arrivals(&today, limits::KIOSK_ARRIVALS_MAX).await.map_err(unavailable)?;
        let visits =
            checks.store.visits_of(arrivals.iter().map(|arrival| arrival.request_id)).await.map_err(unavailable)?;
        Ok(Some(kiosk::strip(&screen, &arrivals, &visits, who.csrf.clone())))
    }
}

#[derive(Deserialize)]
pub(super) struct StaffForm {
    #[serde(default)]
    visit: String,
    #[serde(default)]
    act: String,
}

/// `POST /kiosk/staff`: the photo of the card shows the patient, or does not; or the kiosk is to be wiped.
pub(super) async fn staff(State(desk): State<Desk>, sent: Posted<StaffForm>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let unknown = || Problem::new(ProblemCode::BadRequest, "この操作はありません");
    let act = match form.act.as_str() {
        "confirm" => StaffAct::Confirm,
        "decline" => StaffAct::Decline,
        "wipe" => StaffAct::Wipe,
        _ => return Err(unknown()),
    };
    let visit = u64::from_str_radix(&form.visit, 16).map_err(|_| unknown())?;
    if let Some(kiosk) = &desk.inner.at_kiosk.kiosk {
        // A patient who has gone meanwhile is not there to be confirmed; the strip shows what is so now.
        kiosk.staff(visit, act, who.name()).await;
    }
    Ok(Redirect::to("/").into_response())
}
