//! One's own password.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use kit::problem::Problem;
use serde::Deserialize;

use super::session::{self, Posted, SignedIn};
use super::view::pages::PasswordPage;
use super::{Desk, page as render, unavailable};
use crate::limits;
use crate::password::{self, Typed};

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    old: Typed,
    #[serde(default)]
    new: Typed,
    #[serde(default)]
    again: Typed,
}

/// `GET /password`
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    show(&desk, &who, None)
}

fn show(desk: &Desk, who: &SignedIn, error: Option<String>) -> Result<Response, Problem> {
    render(&PasswordPage { shell: desk.shell(Some(who), "password"), chars_min: limits::PASSWORD_CHARS_MIN, error })
}

/// `POST /password`
pub(super) async fn change(State(desk): State<Desk>, sent: Posted<PasswordForm>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let store = &desk.checks().store;
    let found = store.user_for_login(who.name()).await.map_err(unavailable)?;
    if !desk.inner.passwords.verify(&form.old, found.as_ref().map(|(_, hash)| hash.as_str())).await {
        return show(&desk, &who, Some("いまのパスワードが違います。 The present password is wrong.".to_owned()));
    }
    if *form.new != *form.again {
        return show(&desk, &who, Some("新しいパスワードが二つで違います。 The new passwords differ.".to_owned()));
    }
    if let Err(error) = password::acceptable(who.name(), &form.new) {
        return show(&desk, &who, Some(error.message_ja()));
    }
    let hash = match desk.inner.passwords.hash(&form.new).await {
        Ok(hash) => hash,
        Err(error) => return show(&desk, &who, Some(error.message_ja())),
    };
    let now = desk.checks().center.hours().local();
    store.set_password_hash(who.name(), &hash, now).await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.password_changed", user = who.name(), "password changed");
    Ok(([(SET_COOKIE, session::no_cookie(&desk.inner.cookie)?)], Redirect::to("/login")).into_response())
}
