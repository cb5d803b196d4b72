//! `/fhir/r4/…`: the center's FHIR façade for the programs of vendors on this machine (docs/FHIR.md).
//!
//! * `POST CoverageEligibilityRequest/$submit`, with a user's API token, is the check of this terminal: proven, kept, listed,
//!   and answered from a kept answer where the center cannot be asked, with basis and age in `disposition`.
//! * `POST auth/token`, with a user's API token, asks the center for a token in the name of that user. A user who may not open
//!   records gets none that opens any.
//! * Everything else carries the center's token, tied to that user ([`super::fhir_token`]), and is handed on; it comes back proven or not at all. While the center cannot
//!   be asked that is 503 and never an empty bundle.

use axum::Json;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::record::{LookRole, PatientResource};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, HeaderName, Uri};
use jiff::civil::date;
use kit::body::JsonBody;
use kit::problem::Problem;
use trust::ProofNumber;
use trust::patient_id::PatientId;
use wire::api::{Answer, ProblemCode};
use wire::fhir::convert::{Answered as Told, asking_institution, eligibility_response, search_info, serviced_day};
use wire::fhir::serve::search::{Search, takes_none};
use wire::fhir::{CoverageEligibilityRequest, Resource, serve};

use super::api::{authorized, bearer, could_not_ask};
use super::{Desk, fhir_token, unavailable};
use crate::asking::outcome::{Answered, Outcome};
use crate::store::answers::Way;
use crate::store::users::User;

/// The number of the proof of a look.
const PROOF_NUMBER: HeaderName = HeaderName::from_static("tashika-proof-number");

/// The pairs of a query string or a form.
type Pairs = Vec<(String, String)>;

/// The routes: those of the center.
pub(super) fn routes() -> Router<Desk> {
    let path = |below: &str| format!("{}{below}", serve::BASE_PATH);
    let mut router = Router::new()
        .route(&path(serve::METADATA), get(metadata))
        .route(&path(serve::SMART_CONFIGURATION), get(smart_configuration))
        .route(&path(serve::TOKEN), post(token))
        .route(&path(serve::SUBMIT), post(submit))
        .route(&path(serve::PATIENT), get(look))
        .route(&path(serve::EVERYTHING), get(look));
    for kind in serve::SEARCHED {
        let by_address = async move |State(desk): State<Desk>, query: Result<Query<Pairs>, _>, headers: HeaderMap| {
            search(kind, &desk, pairs(query)?, &headers, false).await
        };
        let by_form = async move |State(desk): State<Desk>,
                                  query: Result<Query<Pairs>, _>,
                                  headers: HeaderMap,
                                  form: Result<Form<Pairs>, _>| {
            let mut pairs = pairs(query)?;
            pairs.extend(form_pairs(form)?);
            search(kind, &desk, pairs, &headers, true).await
        };
        router = router
            .route(&path(&serve::search_path(kind)), get(by_address))
            .route(&path(&serve::search_form_path(kind)), post(by_form))
            .route(&path(&serve::read_path(kind)), get(look));
    }
    kit::fhir::facade(router)
}

async fn metadata() -> Response {
    let statement = serve::capability_statement(date(2026, 11, 28), env!("CARGO_PKG_VERSION"));
    kit::fhir::resource(&Resource::from(statement))
}

async fn smart_configuration() -> Json<serde_json::Value> {
    let scopes: Vec<String> = PatientResource::ALL.into_iter().map(PatientResource::scope).collect();
    Json(serde_json::json!({
        "token_endpoint": format!("{}{}", serve::BASE_PATH, serve::TOKEN),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": scopes,
        "capabilities": ["permission-v2", "permission-v1", "permission-patient", "context-ehr-patient"],
    }))
}

/// Hands the launch on, in the name of whose API token it is.
async fn token(
    State(desk): State<Desk>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let user = authorized(&desk, &headers).await?;
    let Form(mut pairs) =
        form.map_err(|error| Problem::new(ProblemCode::BadRequest, "フォームとして読み取れません").because(error))?;
    let role = role(&user, &pairs)?;
    pairs.retain(|(name, _)| !matches!(name.as_str(), "user_identifier" | "user_role"));
    pairs.push(("user_identifier".to_owned(), user.name.clone()));
    pairs.push(("user_role".to_owned(), role.code().to_owned()));
    let form: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let body = desk.checks().center.fhir_token(form.join("&")).await.map_err(|outcome| told(&outcome))?;
    let body = tied(&desk, &user, &body).await?;
    tracing::info!(target: "audit", event = "desk.fhir_token", user = user.name, role = role.code(), "a program opened a patient");
    let mut response = Response::new(axum::body::Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The center's answer, with its token tied to the user.
async fn tied(desk: &Desk, user: &User, body: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut granted: serde_json::Value = serde_json::from_slice(body).map_err(Problem::internal)?;
    let token = granted.get("access_token").and_then(serde_json::Value::as_str);
    let token = token.ok_or_else(|| Problem::internal("the center granted no token"))?;
    let tied = fhir_token::tie(&desk.checks().store, &user.name, token).await.map_err(unavailable)?;
    let gone = || Problem::new(ProblemCode::SignInRequired, "この利用者は使えなくなりました");
    granted["access_token"] = serde_json::Value::String(tied.ok_or_else(gone)?);
    serde_json::to_vec(&granted).map_err(Problem::internal)
}

/// The role that is named, or the one that the institution gave; never one that opens more.
fn role(user: &User, pairs: &[(String, String)]) -> Result<LookRole, Problem> {
    let given = user.role.look_role();
    let Some((_, named)) = pairs.iter().find(|(name, _)| name == "user_role") else { return Ok(given) };
    let refused = |detail: &str| Problem::new(ProblemCode::RoleNotAllowed, detail);
    let named = LookRole::parse(named)
        .ok_or_else(|| refused("user_role は doctor、dentist、pharmacist、records、reception のどれかです"))?;
    if named.sees_records() && !given.sees_records() {
        return Err(refused("この利用者は診療情報を開けません。管理者は「利用者」の画面で権限を変えられます"));
    }
    Ok(named)
}

async fn submit(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<JsonBody<Resource>, Problem>,
) -> Result<Response, Problem> {
    let user = authorized(&desk, &headers).await?;
    let JsonBody(sent) = body?;
    let Resource::CoverageEligibilityRequest(request) = sent else {
        return Err(Problem::new(ProblemCode::BadRequest, "CoverageEligibilityRequest を送ってください"));
    };
    let checks = desk.checks();
    if asking_institution(&request).is_some_and(|code| code != checks.center.facility()) {
        return Err(Problem::new(ProblemCode::FacilityMismatch, "この端末の医療機関コードと違います"));
    }
    let now = checks.center.hours().now();
    let day = serviced_day(&request, domain::date::in_japan(now).date());
    let question = checks.question(checks.center.new_request_id(), &day, search_info(&request));
    let outcome = checks.center.check(&question).await;
    let why = match outcome {
        Outcome::CouldNotAsk(why) => why,
        outcome => {
            let kept = checks.keep(&question, &outcome, Way::Api, &user.name, "").await;
            checks.note(question.request_id, kept);
            return match outcome {
                Outcome::Answered(answered) => Ok(live(&desk, &request, &answered)),
                other => Err(told(&other)),
            };
        }
    };
    let recalled = checks.recall_for_program(&question, &why, Way::Api, false).await.map_err(unavailable)?;
    if let Some(recalled) = recalled {
        return Ok(respond(&desk, &request, &recalled.answer, None));
    }
    let outcome = Outcome::CouldNotAsk(why);
    let kept = checks.keep(&question, &outcome, Way::Api, &user.name, "").await;
    checks.note(question.request_id, kept);
    Err(told(&outcome))
}

/// The center's answer, with the id under which the patient is read from now on.
fn live(desk: &Desk, request: &CoverageEligibilityRequest, answered: &Answered) -> Response {
    let proof = &answered.response.proof;
    let number = ProofNumber::parse(&proof.proof_number).ok();
    let event = URL_SAFE_NO_PAD.decode(&proof.event).ok();
    let patient = number.zip(event).map(|(number, event)| PatientId::of(number, &event).to_string());
    respond(desk, request, &answered.answer, Some((proof.proof_number.as_str(), patient.as_deref())))
}

fn respond(
    desk: &Desk,
    request: &CoverageEligibilityRequest,
    answer: &Answer,
    proven: Option<(&str, Option<&str>)>,
) -> Response {
    let told = Told {
        id: &answer.request_id.to_string(),
        request,
        at: desk.checks().center.hours().now(),
        proof_number: proven.map(|(number, _)| number),
        patient: proven.and_then(|(_, patient)| patient).filter(|_| !answer.result_list.is_empty()),
    };
    kit::fhir::resource(&eligibility_response(&told, answer).into())
}

/// The pairs of a query string.
fn pairs(query: Result<Query<Pairs>, QueryRejection>) -> Result<Pairs, Problem> {
    let unreadable = |error| Problem::new(ProblemCode::BadRequest, "検索条件を読み取れません").because(error);
    query.map(|Query(pairs)| pairs).map_err(unreadable)
}

/// The pairs of a form.
fn form_pairs(form: Result<Form<Pairs>, FormRejection>) -> Result<Pairs, Problem> {
    form.map(|Form(pairs)| pairs)
        .map_err(|error| Problem::new(ProblemCode::BadRequest, "フォームとして読み取れません").because(error))
}

/// Hands a search on, in the way in which it came. One that cannot be made is refused here, so that what a program may have put
/// into it goes no further: what is left is the id of a check, and days.
async fn search(
    kind: PatientResource,
    desk: &Desk,
    pairs: Pairs,
    headers: &HeaderMap,
    is_form: bool,
) -> Result<Response, Problem> {
    Search::parse(kind, &pairs).map_err(kit::fhir::search_unreadable)?;
    let pairs = pairs.iter().filter(|(name, _)| name != "_format");
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let pairs = pairs.join("&");
    if is_form {
        let path = format!("{}{}", serve::BASE_PATH, serve::search_form_path(kind));
        return hand_on(desk, headers, &path, Some(pairs)).await;
    }
    hand_on(desk, headers, &format!("{}{}?{pairs}", serve::BASE_PATH, serve::search_path(kind)), None).await
}

/// Hands a look on.
async fn look(
    State(desk): State<Desk>,
    query: Result<Query<Pairs>, QueryRejection>,
    address: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    takes_none(&pairs(query)?).map_err(kit::fhir::search_unreadable)?;
    hand_on(&desk, &headers, address.path(), None).await
}

async fn hand_on(desk: &Desk, headers: &HeaderMap, path: &str, form: Option<String>) -> Result<Response, Problem> {
    let invalid = || Problem::new(ProblemCode::AccessTokenInvalid, "auth/token でトークンを取ってください");
    let tied = bearer(headers).ok_or_else(invalid)?;
    let token = fhir_token::untie(&desk.checks().store, tied).await.map_err(unavailable)?.ok_or_else(invalid)?;
    let looked = desk.checks().center.fhir_look(path, form, &token).await.map_err(|outcome| told(&outcome))?;
    let mut response = kit::fhir::json(looked.resource);
    *response.status_mut() = looked.status;
    let number = HeaderValue::from_str(&looked.proof_number).map_err(Problem::internal)?;
    response.headers_mut().insert(PROOF_NUMBER, number);
    Ok(response.into_response())
}

/// What is no answer, as a problem.
fn told(outcome: &Outcome) -> Problem {
    match outcome {
        Outcome::Unreadable(errors) => Problem::new(ProblemCode::UnreadableQuery, "").with_errors(errors.clone()),
        Outcome::Refused(document) => Problem::of((**document).clone()),
        Outcome::CouldNotAsk(why) => could_not_ask(why),
        Outcome::Answered(_) => Problem::internal("an answer where none was asked for"),
    }
}

/// A text in a form: everything but letters and digits as percent signs.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&domain::hex::encode(&[byte]).to_ascii_uppercase());
        }
    }
    out
}
