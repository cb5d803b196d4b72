//! 災害・救急: a person without card or numbers is searched for by name. For those who see medical information, because it
//! shows people who were not asked.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kit::problem::Problem;
use kit::text::Text;
use serde::Deserialize;
use uuid::Uuid;
use wire::api::{DisasterRequest, FieldError, PersonSearchRequest, ProblemCode};

use super::session::{Posted, Records, SignedIn, require_records};
use super::view::disaster::{self, DisasterPage, SearchForm, SearchView};
use super::{Desk, page as render, unavailable};
use crate::asking::outcome::Outcome;
use crate::asking::search::SearchAnswered;
use crate::limits;
use crate::store::person_searches::SearchLine;

/// `GET /disaster`
pub(super) async fn page(State(desk): State<Desk>, Records(who): Records) -> Result<Response, Problem> {
    show(&desk, &who, SearchForm::default(), None, true).await
}

async fn show(
    desk: &Desk,
    who: &SignedIn,
    form: SearchForm,
    result: Option<SearchView>,
    kept: bool,
) -> Result<Response, Problem> {
    let checks = desk.checks();
    let standing = checks.center.search_standing().await;
    let mut shell = desk.shell(Some(who), "disaster");
    if !kept {
        shell.notices.push(disaster::not_kept());
    }
    render(&DisasterPage {
        shell,
        standing: disaster::standing(&standing),
        fields: form.fields(result.as_ref()),
        purposes: form.purposes(standing.as_ref().ok()),
        sexes: form.sexes(),
        sex_is_marked: result.as_ref().is_some_and(|result| result.marks("Sex1")),
        reason_is_marked: result.as_ref().is_some_and(|result| result.marks("SearchReason")),
        reason: form.search_reason,
        result,
        lines: checks.store.person_searches(limits::SEARCHES_SHOWN_MAX).await.map_err(unavailable)?,
    })
}

/// `POST /disaster`: answered on the same page, under an address that holds nothing of it.
pub(super) async fn search(State(desk): State<Desk>, sent: Posted<SearchForm>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    require_records(&who)?;
    let checks = desk.checks();
    let Some(purpose) = form.purpose() else {
        let missing = FieldError {
            field: "Purpose".to_owned(),
            code: "empty".to_owned(),
            message: "災害時か救急時かを選んでください。".to_owned(),
            message_en: "Choose disaster or emergency.".to_owned(),
        };
        let result = SearchView::of(&Err(Outcome::Unreadable(vec![missing])));
        return show(&desk, &who, form, Some(result), true).await;
    };
    let request = PersonSearchRequest {
        request_id: checks.center.new_request_id(),
        qualification_confirmation_date: checks.center.hours().today_text(),
        medical_institution_code: checks.center.facility(),
        purpose,
        search_reason: form.search_reason.trim().to_owned(),
        person_search_info: form.info(),
    };
    let came = checks.center.search_person(&request).await;
    let word = match &came {
        Ok(answered) => domain::SearchOutcome::from(answered.answer.outcome).code(),
        Err(outcome) => outcome.word(),
    };
    tracing::info!(target: "audit", event = "desk.person_searched", user = who.name(), request_id = %request.request_id, purpose = domain::SearchPurpose::from(purpose).code(), outcome = word, "a person was searched for by name");
    let kept = match &came {
        Ok(answered) => keep(&desk, &who, answered).await,
        Err(_) => true,
    };
    show(&desk, &who, form, Some(SearchView::of(&came)), kept).await
}

/// Keeps proof and answer of a search, and nothing where checks would find them. Whoever was found is shown even when the
/// disk is full.
async fn keep(desk: &Desk, who: &SignedIn, answered: &SearchAnswered) -> bool {
    let checks = desk.checks();
    let line = SearchLine {
        request_id: answered.answer.request_id,
        at: checks.center.hours().now(),
        asked_by: who.name().to_owned(),
        purpose: answered.answer.purpose.into(),
        outcome: answered.answer.outcome.into(),
        proof_number: answered.proof_number.clone(),
    };
    checks.note(line.request_id, checks.store.put_person_search(&line, &answered.proof_file).await)
}

#[derive(Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    reason: String,
}

/// `POST /disaster/ask`: this institution wants to search where a disaster is open elsewhere.
pub(super) async fn ask(State(desk): State<Desk>, sent: Posted<AskForm>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    require_records(&who)?;
    let center = &desk.checks().center;
    let request = DisasterRequest {
        request_id: center.new_request_id(),
        medical_institution_code: center.facility(),
        search_reason: form.reason.trim().to_owned(),
    };
    let answer = center.ask_for_disaster(&request).await;
    let word = match &answer {
        Ok(answer) if answer.granted => "granted",
        Ok(_) => "not_granted",
        Err(outcome) => outcome.word(),
    };
    tracing::info!(target: "audit", event = "desk.disaster_asked", user = who.name(), outcome = word, "searching in a disaster was asked for");
    match answer {
        Ok(answer) if answer.granted => Ok(Redirect::to("/disaster").into_response()),
        Ok(_) => desk.message(
            &who,
            Text::new("許可されませんでした", "Not granted"),
            "いま、この医療機関から申し出られる災害はありません。申し出は記録され、実施機関に伝わります。".to_owned(),
        ),
        Err(outcome) => show(&desk, &who, SearchForm::default(), Some(SearchView::of(&Err(outcome))), true).await,
    }
}

/// `GET /disaster/{request_id}/proof`
pub(super) async fn proof(
    State(desk): State<Desk>,
    Records(_who): Records,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(ProblemCode::NotFound, "この照会は保存されていません");
    let Path(id) = id.map_err(|_| not_found())?;
    let file = desk.checks().store.search_proof_file(id).await.map_err(unavailable)?.ok_or_else(not_found)?;
    super::today::proof_download(&file)
}
