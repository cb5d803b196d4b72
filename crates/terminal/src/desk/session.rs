//! Who is signed in, and that a form comes from a page of theirs.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;
use kit::problem::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use wire::api::ProblemCode;
use zeroize::Zeroizing;

use super::{Desk, unavailable};
use crate::limits;
use crate::password;
use crate::store::sessions::Session;
use crate::store::users::Role;

/// Somebody who is signed in. As an extractor it sends everybody else to the sign-in page.
#[derive(Clone)]
pub(super) struct SignedIn {
    pub(super) session: Session,
    pub(super) token_hash: [u8; 32],
    pub(super) csrf: String,
}

impl SignedIn {
    pub(super) fn name(&self) -> &str {
        &self.session.user_name
    }
}

/// An administrator.
pub(super) struct Admin(pub(super) SignedIn);

/// Somebody who may see what is shown without the patient having been asked: records, and administrators.
pub(super) struct Records(pub(super) SignedIn);

/// Somebody who may send claims: records, and administrators.
pub(super) struct Claims(pub(super) SignedIn);

/// A form sent by a page of the session that it belongs to.
pub(super) struct Posted<T> {
    pub(super) who: SignedIn,
    pub(super) form: T,
}

#[derive(Deserialize)]
struct WithCsrf<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    form: T,
}

impl FromRequestParts<Desk> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        match signed_in(desk, &parts.headers, &parts.uri).await {
            Ok(Some(who)) => Ok(who),
            Ok(None) => Err(Redirect::to("/login").into_response()),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// Somebody signed in whom a rule lets pass.
macro_rules! only_if {
    ($($name:ident $rule:ident),+ $(,)?) => {$(
        impl FromRequestParts<Desk> for $name {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
                let who = SignedIn::from_request_parts(parts, desk).await?;
                $rule(&who).map_err(IntoResponse::into_response)?;
                Ok(Self(who))
            }
        }
    )+};
}

only_if!(Admin require_admin, Records require_records, Claims require_claims);

impl<T: DeserializeOwned> FromRequest<Desk> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, desk).await?;
        let Form(sent) = Form::<WithCsrf<T>>::from_request(Request::from_parts(parts, body), desk)
            .await
            .map_err(|error| unreadable(&error).into_response())?;
        require_same_token(sent.csrf.as_bytes(), &who).map_err(IntoResponse::into_response)?;
        Ok(Self { who, form: sent.form })
    }
}

/// Refuses what a script sends with another token than that of its session.
pub(super) fn require_token(headers: &HeaderMap, who: &SignedIn) -> Result<(), Problem> {
    require_same_token(headers.get("x-csrf").map(HeaderValue::as_bytes).unwrap_or_default(), who)
}

fn require_same_token(sent: &[u8], who: &SignedIn) -> Result<(), Problem> {
    if bool::from(sent.ct_eq(who.csrf.as_bytes())) {
        return Ok(());
    }
    let detail = "画面が古くなっています。画面を開き直して、もう一度お試しください";
    Err(Problem::new(ProblemCode::BadRequest, detail).because("wrong form token"))
}

pub(super) fn unreadable(error: &FormRejection) -> Problem {
    Problem::new(ProblemCode::BadRequest, "送信された内容を読み取れません").because(error)
}

/// Refuses everybody but administrators.
pub(super) fn require_admin(who: &SignedIn) -> Result<(), Problem> {
    match who.session.role {
        Role::Admin => Ok(()),
        Role::Reception | Role::Records => Err(Problem::new(ProblemCode::RoleNotAllowed, "管理者だけが使える画面です")),
    }
}

/// Refuses whoever may not send claims: a claim tells what somebody suffers from, and one that is taken back leaves a record.
pub(super) fn require_claims(who: &SignedIn) -> Result<(), Problem> {
    if who.session.role.sees_records() {
        return Ok(());
    }
    Err(Problem::new(
        ProblemCode::RoleNotAllowed,
        "レセプトの送信は、「診療情報」か「管理者」の権限の人だけが使えます。管理者は「利用者」の画面で権限を変えられます",
    ))
}

/// Refuses whoever only checks insurance.
pub(super) fn require_records(who: &SignedIn) -> Result<(), Problem> {
    if who.session.role.sees_records() {
        return Ok(());
    }
    Err(Problem::new(
        ProblemCode::RoleNotAllowed,
        "診療情報と災害・救急の照会は、「診療情報」か「管理者」の権限の人だけが使えます。管理者は「利用者」の画面で権限を変えられます",
    ))
}

async fn signed_in(desk: &Desk, headers: &HeaderMap, uri: &http::Uri) -> Result<Option<SignedIn>, Problem> {
    let Some(token) = cookie(headers, &desk.inner.cookie) else { return Ok(None) };
    let token_hash = password::token_hash(&token);
    let now = desk.checks().center.hours().local();
    let store = &desk.checks().store;
    let Some(session) = store.session(&token_hash, now).await.map_err(unavailable)? else { return Ok(None) };
    // The light and the strip of the kiosk ask by themselves, so they are no sign that somebody is there.
    let idle = now.duration_since(session.used_at);
    let worth_noting = SignedDuration::try_from(limits::SESSION_TOUCH_INTERVAL).is_ok_and(|interval| idle > interval);
    if worth_noting && !matches!(uri.path(), "/light" | "/kiosk") {
        // A full disk must not sign anybody out.
        if let Err(error) = store.touch_session(&token_hash, now).await {
            tracing::warn!(%error, "the use of a session could not be noted");
        }
    }
    Ok(Some(SignedIn { session, token_hash, csrf: password::csrf_token(&token) }))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| Zeroizing::new(value.to_owned()))
}

/// The cookie of a new session; ends with the browser, and on our side by [`limits`].
pub(super) fn session_cookie(name: &str, token: &str) -> Result<HeaderValue, Problem> {
    let mut value = HeaderValue::from_str(&format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict"))
        .map_err(Problem::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The cookie that removes the session from the browser.
pub(super) fn no_cookie(name: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(&format!("{name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")).map_err(Problem::internal)
}
