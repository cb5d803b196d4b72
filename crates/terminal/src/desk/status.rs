//! How the terminal is.

use axum::extract::State;
use axum::response::Response;
use kit::problem::Problem;

use super::session::SignedIn;
use super::view::pages::{LightPart, StatusPage};
use super::view::{shell, status};
use super::{Desk, page as render, unavailable};
use crate::kiosk::Kiosk;

/// `GET /status`
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    let checks = desk.checks();
    let hours = checks.center.hours();
    let at_kiosk = &desk.inner.at_kiosk;
    let screen = at_kiosk.kiosk.as_ref().map(Kiosk::screen);
    let kiosk = status::KioskFacts {
        address: at_kiosk.address.map(|address| format!("http://{address}/")),
        readers: screen.as_ref().map(|screen| screen.readers),
        compares_faces: screen.is_some_and(|screen| screen.compares_faces),
        missing: &at_kiosk.equipment.missing,
    };
    let facts = status::Facts {
        health: &checks.health.snapshot(),
        now: hours.local(),
        ahead: hours.ahead(),
        warning: hours.warning(),
        answers: checks.store.count_answers().await.map_err(unavailable)?,
        req: desk.inner.config.req().display().to_string(),
        res: desk.inner.config.res().display().to_string(),
        face: desk.inner.config.face().display().to_string(),
        kiosk,
        lists: checks.lists.state(hours.now()),
        night: status::NightFacts {
            is_on: desk.inner.config.settings.night.enabled,
            folder: desk.inner.config.bookings().display().to_string(),
            last: checks.store.last_night().await.map_err(unavailable)?,
            booked: checks.store.count_bookings_from(&hours.today_text()).await.map_err(unavailable)?,
        },
    };
    render(&StatusPage { shell: desk.shell(Some(&who), "status"), items: status::items(&facts) })
}

/// `GET /light`: the link light alone, for the script of an open page.
pub(super) async fn light(State(desk): State<Desk>, _who: SignedIn) -> Result<Response, Problem> {
    let checks = desk.checks();
    let hours = checks.center.hours();
    render(&LightPart { light: shell::light(&checks.health.snapshot(), hours.warning(), hours.local()) })
}
