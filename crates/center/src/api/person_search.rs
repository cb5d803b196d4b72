//! `POST /v1/person-searches`, `GET …/standing` and `POST /v1/disaster-requests`: somebody without card or numbers is searched
//! for by name. Who may is decided in [`crate::search`]; a refused search looks nobody up and leaves no access event.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use domain::disaster::{Ground, NotAllowed};
use domain::person_search::read_reason;
use domain::{Date, PersonSearch, UnreadableField, date};
use kit::body::{JsonAnswer, JsonBody, json_bytes};
use kit::problem::Problem;
use wire::api::{
    DisasterAnswer, DisasterRequest, FieldError, PersonSearchAnswer, PersonSearchRequest, PersonSearchResponse,
    ProblemCode, ProblemDocument, SearchStanding, japan_time,
};

use super::Api;
use super::caller::FacilityCaller;
use super::refuse::unreadable;
use crate::check::{AskedBeside, CheckError, LookBeside, LookNote};
use crate::limits;
use crate::search::{self, Refused, Search};

/// Who is this person, and how insured? For people who have neither card nor numbers: in a disaster where the operator has
/// opened the area of the institution or a rule granted its request, in an emergency at hospitals.
///
/// The search names birth date, sex, and kana, name or address. Each search that is made is on record with its purpose
/// and reason, also one that finds nobody, and each person shown is told of it.
#[utoipa::path(
    post, path = "/v1/person-searches", tag = "search", operation_id = "searchPerson",
    request_body = PersonSearchRequest,
    responses(
        (status = 200, description = "The answer with its proof", body = PersonSearchResponse),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "disaster-not-open, emergency-hospitals-only, facility-unknown, facility-mismatch, \
            role-not-allowed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query: `errors` names the fields that are wrong or missing",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "rate-limited, with Retry-After", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down, with Retry-After",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn search(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<Response, Problem> {
    api.person_searches.admit(&caller.code)?;
    let JsonBody(message) = JsonBody::<PersonSearchRequest>::from_request(request, &()).await?;
    caller.must_be(&message.medical_institution_code)?;
    let (on, person) = read(&message).map_err(unreadable)?;
    let purpose = domain::SearchPurpose::from(message.purpose);
    let day = date::format(on);
    let canonical = [caller.code.as_str(), purpose.code(), &day, &person.canonical()].join("\n");
    let asked = AskedBeside { facility: caller.code, request_id: message.request_id, canonical };
    if let Some(answered) = api.engine.looked_before(&asked) {
        return Ok(json_bytes(answered.to_json()));
    }
    // A search reads some thousand rows: few at once, so that a crowd of them cannot take the memory of the windows.
    let _turn = api.searches_at_once.try_acquire().map_err(|_| {
        Problem::from(CheckError::Overloaded { retry_after_seconds: limits::RETRY_AFTER_OVERLOAD_SECONDS })
    })?;
    let now = api.clock.now();
    let search = Search { facility: caller.code, purpose, on, person };
    let searched = search::search(&api.store, &search, now).await?.map_err(refused)?;
    let (shown, found_list) = searched.shown.into_iter().unzip();
    let answer = PersonSearchAnswer {
        verdict: searched.verdict.into(),
        outcome: searched.outcome.into(),
        process_execution_time: japan_time(now),
        qualification_confirmation_date: day,
        medical_institution_code: caller.code.to_string(),
        request_id: message.request_id,
        as_of: now,
        purpose: message.purpose,
        medical_treatment_flag: PersonSearchAnswer::treatment_flag(message.purpose),
        search_reason: message.search_reason,
        person_search_info: message.person_search_info,
        found_list,
    };
    let look = LookBeside {
        asked,
        shown,
        verdict: searched.verdict,
        answer: serde_json::to_string(&answer).map_err(Problem::internal)?,
        as_of: now,
        note: LookNote::Search { purpose, reason: search.person.reason().to_owned(), outcome: searched.outcome },
    };
    let answered = api.engine.look(look).await?;
    Ok(json_bytes(answered.to_json()))
}

/// May this institution search now, and why, or why not? Looks nobody up.
#[utoipa::path(
    get, path = "/v1/person-searches/standing", tag = "search", operation_id = "searchStanding",
    responses(
        (status = 200, description = "What the institution may do", body = SearchStanding),
        (status = 403, description = "facility-unknown, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn standing(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
) -> Result<JsonAnswer<SearchStanding>, Problem> {
    api.single_checks.admit(&caller.code)?;
    let standing = search::standing(&api.store, caller.code, api.clock.now()).await?.ok_or_else(facility_unknown)?;
    let until = match standing.disaster {
        Ok(Ground::InArea { until, .. }) => Some(until),
        Ok(Ground::Granted(grant)) => Some(grant.until),
        Ok(Ground::Hospital) | Err(_) => None,
    };
    Ok(JsonAnswer(SearchStanding {
        medical_institution_code: caller.code.to_string(),
        emergency: standing.emergency,
        disaster: standing.disaster.into(),
        until,
        disaster_reason: standing.of.map(|disaster| format!("{}: {}", disaster.area, disaster.reason)),
    }))
}

/// An institution that lies in no open area asks to search all the same. A rule answers at once: yes for three days, where a
/// disaster is open in its prefecture, or one whose people are taken elsewhere. The wish is on record either way.
#[utoipa::path(
    post, path = "/v1/disaster-requests", tag = "search", operation_id = "requestDisasterSearch",
    request_body = DisasterRequest,
    responses(
        (status = 200, description = "What the rule says", body = DisasterAnswer),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-unknown, facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query: the reason is missing, too short or too long",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn ask(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<JsonAnswer<DisasterAnswer>, Problem> {
    api.person_searches.admit(&caller.code)?;
    let JsonBody(message) = JsonBody::<DisasterRequest>::from_request(request, &()).await?;
    caller.must_be(&message.medical_institution_code)?;
    let reason = read_reason(&message.search_reason).map_err(|field| unreadable(vec![FieldError::from(&field)]))?;
    let now = api.clock.now();
    let granted = search::ask(&api.store, caller.code, message.request_id, &reason, now).await?;
    let granted = granted.ok_or_else(facility_unknown)?;
    tracing::info!(facility = %caller.code, granted = granted.is_some(), "an institution asked to search in a disaster");
    Ok(JsonAnswer(DisasterAnswer {
        process_execution_time: japan_time(now),
        medical_institution_code: caller.code.to_string(),
        request_id: message.request_id,
        granted: granted.is_some(),
        until: granted.map(|grant| grant.until),
    }))
}

/// Reads day and search; every field that is wrong is named.
fn read(message: &PersonSearchRequest) -> Result<(Date, PersonSearch), Vec<FieldError>> {
    let on = date::parse(&message.qualification_confirmation_date).map_err(|error| {
        let field = domain::Field::QualificationConfirmationDate;
        FieldError::from(&UnreadableField { field, code: error.code() })
    });
    match (on, message.person_search_info.parse(&message.search_reason)) {
        (Ok(on), Ok(person)) => Ok((on, person)),
        (on, person) => Err(on.err().into_iter().chain(person.err().unwrap_or_default()).collect()),
    }
}

fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::FacilityUnknown => facility_unknown(),
        Refused::NotAllowed(why) => {
            let code = match why {
                NotAllowed::NotAHospital => ProblemCode::EmergencyHospitalsOnly,
                NotAllowed::NoDisaster | NotAllowed::MayAsk => ProblemCode::DisasterNotOpen,
            };
            Problem::new(code, why.message()).because(why)
        }
    }
}

fn facility_unknown() -> Problem {
    Problem::new(ProblemCode::FacilityUnknown, "登録簿にありません。実施機関にお問い合わせください")
}
