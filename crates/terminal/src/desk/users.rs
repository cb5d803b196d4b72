//! Who may use the desk: for administrators.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kit::problem::Problem;
use kit::text::Text;
use serde::Deserialize;

use super::session::{Admin, Posted, SignedIn, require_admin};
use super::view::pages::{Secret, UsersPage};
use super::{Desk, page as render, unavailable};
use crate::password::{self, Typed};
use crate::store::settings::Setting;
use crate::store::users::Role;
use crate::users::{self, UsersError};

#[derive(Deserialize)]
pub(super) struct UserForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    disabled: String,
    #[serde(default)]
    what: String,
}

/// `GET /users`
pub(super) async fn page(State(desk): State<Desk>, Admin(who): Admin) -> Result<Response, Problem> {
    show(&desk, &who, None, None).await
}

async fn show(
    desk: &Desk,
    who: &SignedIn,
    error: Option<UsersError>,
    secret: Option<Secret>,
) -> Result<Response, Problem> {
    let store = &desk.checks().store;
    let users = store.users().await.map_err(unavailable)?;
    render(&UsersPage {
        shell: desk.shell(Some(who), "users"),
        users,
        roles: Role::ALL,
        error: error.map(|error| error.message_ja()),
        secret,
        facility_password: store.setting(Setting::FacilityPassword).await.map_err(unavailable)?.is_some(),
    })
}

async fn shown(
    desk: &Desk,
    who: &SignedIn,
    event: &'static str,
    done: Result<Option<Secret>, UsersError>,
) -> Result<Response, Problem> {
    match done {
        Ok(secret) => {
            tracing::info!(target: "audit", event, by = who.name(), "users changed");
            show(desk, who, None, secret).await
        }
        Err(UsersError::Store(error)) => Err(unavailable(error)),
        Err(error) => show(desk, who, Some(error), None).await,
    }
}

/// Every change comes from an administrator's own form.
async fn administered(
    desk: &Desk,
    sent: Posted<UserForm>,
    event: &'static str,
    change: impl AsyncFnOnce(&Desk, UserForm) -> Result<Option<Secret>, UsersError>,
) -> Response {
    let Posted { who, form } = sent;
    let response = match require_admin(&who) {
        Ok(()) => shown(desk, &who, event, change(desk, form).await).await,
        Err(problem) => Err(problem),
    };
    response.unwrap_or_else(IntoResponse::into_response)
}

fn role(form: &UserForm) -> Result<Role, UsersError> {
    // Only a form that was not ours can name another role.
    Role::parse(&form.role).ok_or(UsersError::Name)
}

/// `POST /users/add`
pub(super) async fn add(State(desk): State<Desk>, sent: Posted<UserForm>) -> Response {
    administered(&desk, sent, "desk.user_added", async |desk, form| {
        let clock = desk.checks().center.hours().clock();
        let store = &desk.checks().store;
        let password = users::add_to(store, &form.name, role(&form)?, None, clock, &desk.inner.random).await?;
        Ok(Some(Secret {
            user: form.name.trim().to_owned(),
            label: Text::new("最初のパスワード", "first password"),
            words: password,
        }))
    })
    .await
}

/// `POST /users/change`
pub(super) async fn change(State(desk): State<Desk>, sent: Posted<UserForm>) -> Response {
    administered(&desk, sent, "desk.user_changed", async |desk, form| {
        let changed = desk.checks().store.change_user(&form.name, role(&form)?, form.disabled == "1").await?;
        users::done(changed)?;
        Ok(None)
    })
    .await
}

/// `POST /users/password`
pub(super) async fn password(State(desk): State<Desk>, sent: Posted<UserForm>) -> Response {
    administered(&desk, sent, "desk.user_password_reset", async |desk, form| {
        let password = password::generate(&*desk.inner.random);
        let hash = desk.inner.passwords.hash(&password).await?;
        let now = desk.checks().center.hours().local();
        users::done(desk.checks().store.set_password_hash(&form.name, &hash, now).await?)?;
        Ok(Some(Secret {
            user: form.name, label: Text::new("新しいパスワード", "new password"), words: password
        }))
    })
    .await
}

/// `POST /users/token`
pub(super) async fn token(State(desk): State<Desk>, sent: Posted<UserForm>) -> Response {
    administered(&desk, sent, "desk.user_token", async |desk, form| {
        let store = &desk.checks().store;
        if form.what == "revoke" {
            users::done(store.set_token(&form.name, None).await?)?;
            return Ok(None);
        }
        let token = password::new_token(&*desk.inner.random);
        users::done(store.set_token(&form.name, Some(&password::token_hash(&token))).await?)?;
        Ok(Some(Secret { user: form.name, label: Text::new("連携用トークン", "API token"), words: token }))
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct FacilityPasswordForm {
    #[serde(default)]
    password: Typed,
    #[serde(default)]
    what: String,
}

/// `POST /users/facility-password`: the password that staff type at the kiosk for 目視確認.
pub(super) async fn facility_password(State(desk): State<Desk>, sent: Posted<FacilityPasswordForm>) -> Response {
    let Posted { who, form } = sent;
    let change = async || {
        let store = &desk.checks().store;
        let now = desk.checks().center.hours().local();
        let hash = if form.what == "remove" {
            None
        } else {
            password::acceptable("", &form.password)?;
            Some(desk.inner.passwords.hash(&form.password).await?)
        };
        store.set(Setting::FacilityPassword, hash.as_deref(), now).await?;
        Ok(None)
    };
    let response = match require_admin(&who) {
        Ok(()) => shown(&desk, &who, "desk.facility_password", change().await).await,
        Err(problem) => Err(problem),
    };
    response.unwrap_or_else(IntoResponse::into_response)
}
