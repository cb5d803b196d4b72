//! Signing in and out.
//!
//! A name with five wrong passwords in a row waits a minute, and so does everybody after fifty wrong ones altogether.
//! Whether a name exists cannot be told from the answer nor from its time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::{RETRY_AFTER, SET_COOKIE};
use kit::problem::Problem;
use kit::text::Text;
use serde::Deserialize;

use super::session::{self, Posted, SignedIn};
use super::view::pages::LoginPage;
use super::{Desk, page as render, unavailable};
use crate::limits;
use crate::password::{self, Typed};

const WRONG: Text = Text::new("利用者名かパスワードが違います。", "Wrong user name or password.");
const WAIT: Text = Text::new(
    "間違いが続いたため、少しの間ログインできません。1分ほど待ってください。",
    "Too many wrong passwords. Please wait a minute.",
);

/// Counts wrong passwords.
#[derive(Debug, Default)]
pub(super) struct LoginGate {
    inner: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    by_name: HashMap<String, Failed>,
    all: Failed,
}

#[derive(Debug, Default, Clone, Copy)]
struct Failed {
    times: u32,
    /// Monotonic time of the last one.
    last: Duration,
}

impl Failed {
    fn waits(&self, max: u32, now: Duration) -> bool {
        self.times >= max && now.saturating_sub(self.last) < limits::LOGIN_WAIT_TIME
    }

    fn add(&mut self, now: Duration) {
        if now.saturating_sub(self.last) >= limits::LOGIN_WAIT_TIME {
            self.times = 0;
        }
        self.times = self.times.saturating_add(1);
        self.last = now;
    }
}

impl LoginGate {
    fn may_try(&self, name: &str, now: Duration) -> bool {
        let failures = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let name_waits = failures.by_name.get(name).is_some_and(|f| f.waits(limits::LOGIN_FAILURES_MAX, now));
        !name_waits && !failures.all.waits(limits::LOGIN_FAILURES_ALL_MAX, now)
    }

    fn failed(&self, name: &str, now: Duration) {
        let mut failures = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        failures.all.add(now);
        failures.by_name.retain(|_, failed| now.saturating_sub(failed.last) < limits::LOGIN_WAIT_TIME);
        if failures.by_name.len() < limits::LOGIN_NAMES_MAX || failures.by_name.contains_key(name) {
            failures.by_name.entry(name.to_owned()).or_default().add(now);
        }
    }

    fn succeeded(&self, name: &str) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).by_name.remove(name);
    }
}

#[derive(Deserialize)]
pub(super) struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: Typed,
}

/// `GET /login`
pub(super) async fn page(State(desk): State<Desk>, who: Result<SignedIn, Response>) -> Result<Response, Problem> {
    if who.is_ok() {
        return Ok(Redirect::to("/").into_response());
    }
    form(&desk, "", None)
}

fn form(desk: &Desk, name: &str, error: Option<Text>) -> Result<Response, Problem> {
    render(&LoginPage { shell: desk.shell(None, "login"), name: name.to_owned(), error })
}

/// `POST /login`
pub(super) async fn sign_in(
    State(desk): State<Desk>,
    sent: Result<Form<LoginForm>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(sent) = sent.map_err(|error| session::unreadable(&error))?;
    let name: String = sent.name.trim().chars().take(limits::USER_NAME_CHARS_MAX).collect();
    let clock = desk.checks().center.hours().clock();
    if !desk.inner.gate.may_try(&name, clock.monotonic()) {
        let mut response = (StatusCode::TOO_MANY_REQUESTS, form(&desk, &name, Some(WAIT))?).into_response();
        response.headers_mut().insert(RETRY_AFTER, limits::LOGIN_WAIT_TIME.as_secs().into());
        return Ok(response);
    }
    let store = &desk.checks().store;
    let found = store.user_for_login(&name).await.map_err(unavailable)?;
    let hash = found.as_ref().filter(|(user, _)| !user.disabled).map(|(_, hash)| hash.as_str());
    if !desk.inner.passwords.verify(&sent.password, hash).await {
        desk.inner.gate.failed(&name, clock.monotonic());
        tracing::warn!(target: "audit", event = "desk.login_failed", "a sign-in failed");
        return Ok((StatusCode::UNAUTHORIZED, form(&desk, &name, Some(WRONG))?).into_response());
    }
    desk.inner.gate.succeeded(&name);
    let token = password::new_token(&*desk.inner.random);
    let now = desk.checks().center.hours().local();
    store.begin_session(&password::token_hash(&token), &name, now).await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.login", user = name, "signed in");
    let cookie = session::session_cookie(&desk.inner.cookie, &token)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /logout`
pub(super) async fn sign_out(State(desk): State<Desk>, sent: Posted<Nothing>) -> Result<Response, Problem> {
    let Posted { who, form: Nothing {} } = sent;
    desk.checks().store.end_session(&who.token_hash).await.map_err(unavailable)?;
    let cookie = session::no_cookie(&desk.inner.cookie)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/login")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_waits_after_five_wrong_passwords_and_others_do_not() {
        let gate = LoginGate::default();
        let second = Duration::from_secs(1);
        for _ in 0..limits::LOGIN_FAILURES_MAX {
            assert!(gate.may_try("a", second));
            gate.failed("a", second);
        }
        assert!(!gate.may_try("a", second));
        assert!(gate.may_try("b", second));
        assert!(gate.may_try("a", second + limits::LOGIN_WAIT_TIME));
    }

    #[test]
    fn everybody_waits_after_fifty_wrong_passwords() {
        let gate = LoginGate::default();
        for number in 0..limits::LOGIN_FAILURES_ALL_MAX {
            gate.failed(&format!("name{number}"), Duration::ZERO);
        }
        assert!(!gate.may_try("somebody", Duration::from_secs(1)));
    }

    #[test]
    fn the_right_password_forgets_the_wrong_ones() {
        let gate = LoginGate::default();
        for _ in 0..limits::LOGIN_FAILURES_MAX - 1 {
            gate.failed("a", Duration::ZERO);
        }
        gate.succeeded("a");
        gate.failed("a", Duration::ZERO);
        assert!(gate.may_try("a", Duration::ZERO));
    }
}
