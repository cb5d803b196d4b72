//! `POST /v1/record-looks`: what the patient lets the institution see of their record. What may be seen is decided in
//! [`crate::records`], by the consent on record here and by nothing that the terminal says.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use domain::record::{LookPurpose, LookRole, LookWay};
use domain::{ConsentChoice, ConsentItem};
use kit::body::{JsonBody, json_bytes};
use kit::problem::Problem;
use wire::api::{FieldError, ProblemDocument, RecordAnswer, RecordRequest, RecordResponse, japan_time};
use wire::limits::USER_IDENTIFIER_MAX_CHARS;

use super::Api;
use super::caller::FacilityCaller;
use super::refuse::{too_long, unreadable};
use crate::check::{AskedBeside, CheckError, LookBeside, LookNote};
use crate::limits;
use crate::records::{self, Looked, RecordLook, Shown, Whose};

/// What the patient lets this institution see: drugs, treatment, surgery, checkups, each only where they agreed and as
/// long as that holds. A part without consent is not in the answer, and `PartList` says so.
///
/// Each answered request is a look on record, with who looked, at which parts, and what was shown; also one that finds
/// nobody.
#[utoipa::path(
    post, path = "/v1/record-looks", tag = "record", operation_id = "lookIntoRecord",
    request_body = RecordRequest,
    responses(
        (status = 200, description = "The answer with its proof", body = RecordResponse),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query: `errors` names the fields that are wrong or missing",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "rate-limited, with Retry-After", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down, with Retry-After",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn look(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<Response, Problem> {
    api.single_checks.admit(&caller.code)?;
    let JsonBody(message) = JsonBody::<RecordRequest>::from_request(request, &()).await?;
    caller.must_be(&message.medical_institution_code)?;
    let now = api.clock.now();
    let look = read(&message, now).map_err(unreadable)?;
    // A record is some hundred rows: a bounded number at once, so that a crowd of them cannot take the memory of the windows.
    let _turn = api.record_looks_at_once.try_acquire().map_err(|_| {
        Problem::from(CheckError::Overloaded { retry_after_seconds: limits::RETRY_AFTER_OVERLOAD_SECONDS })
    })?;
    let looked = records::look(&api.store, &api.masters.now(), &look, now).await?;
    let beside = on_record(&message, &look, looked, now)?;
    let answered = api.engine.look(beside).await?;
    Ok(json_bytes(answered.to_json()))
}

/// Reads the request; every field that is wrong is named.
fn read(message: &RecordRequest, now: jiff::Timestamp) -> Result<RecordLook, Vec<FieldError>> {
    let today = domain::date::format(domain::date::in_japan(now).date());
    let search = &message.qualification_confirm_search_info;
    let whose = if search.birthdate.trim().is_empty() {
        search.parse_card(&today, &message.medical_institution_code).map(Whose::Card)
    } else {
        search.parse(&today, &message.medical_institution_code).map(Whose::Person)
    };
    let user = message.user_identifier.trim();
    let user_missing = user.is_empty().then(|| FieldError {
        field: "UserIdentifier".to_owned(),
        code: "empty".to_owned(),
        message: "閲覧する人を指定してください。".to_owned(),
        message_en: "Say who looks.".to_owned(),
    });
    let wrong_user = user_missing.or_else(|| too_long("UserIdentifier", Some(user), USER_IDENTIFIER_MAX_CHARS));
    match (whose, message.wanted(), message.months(), wrong_user, message.role().and(message.way())) {
        (Ok(whose), Ok(items), Ok(months), None, Ok(_)) => Ok(RecordLook { whose, items, months }),
        (whose, items, months, user, role) => {
            let wrong = [whose.err(), items.err(), months.err(), user.map(|user| vec![user]), role.err()];
            Err(wrong.into_iter().flatten().flatten().collect())
        }
    }
}

/// The answer, and what is put on record with it.
fn on_record(
    message: &RecordRequest,
    look: &RecordLook,
    looked: Looked,
    now: jiff::Timestamp,
) -> Result<LookBeside, Problem> {
    let facility = look.whose.facility();
    let bare = RecordAnswer {
        verdict: looked.verdict.into(),
        process_execution_time: japan_time(now),
        medical_institution_code: facility.to_string(),
        request_id: message.request_id,
        as_of: now,
        part_list: Vec::new(),
        patient: None,
        newest_month: None,
        medication_list: Vec::new(),
        diagnosis_list: Vec::new(),
        procedure_list: Vec::new(),
        treatment_visit_list: Vec::new(),
        checkup_list: Vec::new(),
    };
    let mut allowed = ConsentChoice::NOTHING;
    let (answer, checkups, shown) = match looked.found {
        None => (bare, Vec::new(), Vec::new()),
        Some(Shown { person, may_see, record, checkups, patient, newest_month }) => {
            let items = look.items.iter().copied();
            allowed = choice(items.filter(|item| may_see.allows(*item)));
            let answer = RecordAnswer { patient, newest_month, ..bare }.with_record(&may_see, record);
            (answer, checkups, vec![person])
        }
    };
    let wanted = choice(look.items.iter().copied());
    let items = look.items.iter().map(|item| item.code()).collect::<Vec<_>>().join(",");
    Ok(LookBeside {
        asked: AskedBeside {
            facility,
            request_id: message.request_id,
            canonical: [&look.whose.canonical(), message.user_identifier.trim(), &items].join("\n"),
        },
        shown,
        verdict: looked.verdict,
        answer: answer.to_json_with(&checkups).map_err(Problem::internal)?,
        as_of: now,
        note: LookNote::Record {
            user_identifier: message.user_identifier.trim().to_owned(),
            // One that opens no records was refused when the request was read.
            role: message.role().unwrap_or(LookRole::Records),
            // A window asks here to treat its patient, and for nothing else: that is what the patient was asked about.
            purpose: LookPurpose::Treatment,
            way: message.way().unwrap_or(LookWay::NotTold),
            resources: String::new(),
            wanted,
            allowed,
        },
    })
}

fn choice(items: impl Iterator<Item = ConsentItem>) -> ConsentChoice {
    items.fold(ConsentChoice::NOTHING, ConsentChoice::with)
}
