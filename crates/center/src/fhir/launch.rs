//! `POST auth/token`: a token to look at one patient, who was checked here, in one role and for one purpose.
//!
//! The institution is proven by its certificate (RFC 8705), so the grant is `client_credentials`; `launch` is the id that the
//! check gave. Of the scopes that are asked for, those are granted which the patient's consent opens now, and the answer says
//! why the others are not. A token is short: the consent itself is looked at again at each read.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use domain::record::{LookPurpose, LookRole, NotReadable, PatientResource, may_read};
use http::header::{CACHE_CONTROL, HeaderValue};
use kit::problem::Problem;
use serde::{Deserialize, Serialize};
use trust::patient_id::PatientId;
use wire::api::{FieldError, ProblemCode};
use wire::limits::USER_IDENTIFIER_MAX_CHARS;

use super::keys::Grant;
use crate::api::Api;
use crate::api::caller::FacilityCaller;
use crate::api::refuse::{too_long, unreadable};
use crate::limits;

/// What is sent, as a form.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    grant_type: String,
    scope: String,
    launch: String,
    user_identifier: String,
    user_role: String,
    purpose_of_use: String,
}

impl Default for Asked {
    fn default() -> Self {
        let none = String::new;
        Self {
            grant_type: none(),
            scope: none(),
            launch: none(),
            user_identifier: none(),
            user_role: none(),
            purpose_of_use: "TREAT".to_owned(),
        }
    }
}

/// The answer (RFC 6749 5.1), with the patient as SMART wants it, and why a scope was not granted.
#[derive(Serialize)]
struct Granted {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    patient: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused_scopes: Vec<RefusedScope>,
}

#[derive(Serialize)]
struct RefusedScope {
    scope: String,
    code: ProblemCode,
}

pub(super) async fn launch(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Problem> {
    api.single_checks.admit(&caller.code)?;
    let Form(asked) =
        form.map_err(|error| Problem::new(ProblemCode::BadRequest, "フォームとして読み取れません").because(error))?;
    let role = read(&asked)?;
    let purpose = LookPurpose::parse(&asked.purpose_of_use);
    let kinds = kinds(&asked.scope)?;
    let unknown = || Problem::new(ProblemCode::PatientIdUnknown, "");
    let patient = PatientId::parse(&asked.launch).ok_or_else(unknown)?;
    let now = api.clock.now();
    let facility = caller.code;
    let known = api
        .store
        .read("fhir_launch", async |mut tx| {
            let Some(known) = tx.patient_of_check(&patient, facility, now).await? else { return Ok(None) };
            let latest = tx.latest_consent(known.person, facility).await?;
            Ok(Some((known, latest)))
        })
        .await?;
    let (known, latest) = known.ok_or_else(unknown)?;
    let (mut granted, mut refused) = (Vec::new(), Vec::new());
    for kind in kinds {
        match may_read(kind, role, purpose, latest.as_ref(), now) {
            Ok(_) => granted.push(kind),
            Err(why) => refused.push((kind, why)),
        }
    }
    if let (true, Some((_, why))) = (granted.is_empty(), refused.first()) {
        return Err(not_readable(*why));
    }
    let until = now.saturating_add(limits::FHIR_TOKEN_LIFE).map_or(known.until, |end| end.min(known.until));
    let scope = granted.iter().map(|kind| kind.scope()).collect::<Vec<_>>().join(" ");
    let user = asked.user_identifier.trim().to_owned();
    let grant = Grant { patient, user, role, purpose, kinds: granted, until };
    let access_token = api.fhir.seal(facility, &grant, &*api.random).map_err(Problem::internal)?;
    let mut response = Json(Granted {
        access_token,
        token_type: "Bearer",
        expires_in: u64::try_from(until.duration_since(now).as_secs()).unwrap_or(0),
        scope,
        patient: patient.to_string(),
        refused_scopes: refused
            .into_iter()
            .map(|(kind, why)| RefusedScope { scope: kind.scope(), code: code_of(why) })
            .collect(),
    })
    .into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Who looks, in which role; everything that is wrong is named.
fn read(asked: &Asked) -> Result<LookRole, Problem> {
    let user = asked.user_identifier.trim();
    let mut wrong: Vec<FieldError> = Vec::new();
    if asked.grant_type != "client_credentials" {
        wrong.push(bad("grant_type", "client_credentials を指定してください。", "The grant is client_credentials."));
    }
    if user.is_empty() {
        wrong.push(bad("user_identifier", "閲覧する人を指定してください。", "Say who looks."));
    }
    wrong.extend(too_long("user_identifier", Some(user), USER_IDENTIFIER_MAX_CHARS));
    let role = LookRole::parse(&asked.user_role);
    if role.is_none() {
        wrong.push(bad(
            "user_role",
            "doctor、dentist、pharmacist、records、reception のどれかを指定してください。",
            "The role is one of doctor, dentist, pharmacist, records, reception.",
        ));
    }
    match role {
        Some(role) if wrong.is_empty() => Ok(role),
        _ => Err(unreadable(wrong)),
    }
}

/// The kinds that are asked for, each once.
fn kinds(scope: &str) -> Result<Vec<PatientResource>, Problem> {
    let mut kinds: Vec<_> =
        scope.split_ascii_whitespace().take(limits::FHIR_SCOPES_MAX).flat_map(PatientResource::asked_by).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        let wrong = bad("scope", "patient/種類.rs を一つ以上指定してください。", "Name at least one patient/….rs.");
        return Err(unreadable(vec![wrong]));
    }
    Ok(kinds)
}

fn bad(field: &str, message: &str, message_en: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: "value".to_owned(),
        message: message.to_owned(),
        message_en: message_en.to_owned(),
    }
}

/// What is said where something may not be read.
pub(super) fn not_readable(why: NotReadable) -> Problem {
    let detail = match why {
        NotReadable::Purpose => "診療の目的でだけ閲覧できます",
        NotReadable::Role => "診療情報を開けるのは医師・歯科医師・薬剤師と、医療機関が認めた職員です",
        NotReadable::NoConsent => "資格確認のときに患者にたずねてください。情報がないという意味ではありません",
        NotReadable::ConsentExpired => "患者にもう一度たずねてください。情報がないという意味ではありません",
    };
    Problem::new(code_of(why), detail)
}

pub(super) const fn code_of(why: NotReadable) -> ProblemCode {
    match why {
        NotReadable::Purpose => ProblemCode::PurposeNotAllowed,
        NotReadable::Role => ProblemCode::RoleNotAllowed,
        NotReadable::NoConsent => ProblemCode::ConsentMissing,
        NotReadable::ConsentExpired => ProblemCode::ConsentExpired,
    }
}
