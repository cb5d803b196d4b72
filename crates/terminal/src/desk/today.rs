//! The list of a day, and answers that were kept.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use kit::problem::Problem;
use serde::Deserialize;
use trust::ProofNumber;
use trust::proof::ProofFile;
use uuid::Uuid;
use wire::api::{Answer, ProblemCode};

use super::session::SignedIn;
use super::view::answer::{self, AnswerView};
use super::view::charts;
use super::view::dates;
use super::view::pages::{SavedPage, TodayPage, TodayRow};
use super::{Desk, page as render, unavailable};
use crate::asking::verify::{self, KeptError};
use crate::limits;
use crate::store::answers::Way;
use crate::store::visits::Visit;

#[derive(Deserialize)]
pub(super) struct DayQuery {
    #[serde(default)]
    day: String,
}

/// `GET /today?day=…`
pub(super) async fn page(
    State(desk): State<Desk>,
    who: SignedIn,
    Query(query): Query<DayQuery>,
) -> Result<Response, Problem> {
    let today = desk.checks().center.hours().today_text();
    // A day that cannot be read shows today, and the field says so.
    let day = domain::date::parse(&query.day).map_or_else(|_| today.clone(), domain::date::format);
    let store = &desk.checks().store;
    let visits = store.visits(&day, limits::TODAY_ROWS_MAX).await.map_err(unavailable)?;
    let total = store.count_visits(&day).await.map_err(unavailable)?;
    let label = if day == today { "本日".to_owned() } else { dates::plain_date(&day) };
    render(&TodayPage {
        shell: desk.shell(Some(&who), "today"),
        day: dates::plain_date(&day),
        day_label: label,
        total,
        shown: i64::try_from(visits.len()).unwrap_or(i64::MAX),
        rows: visits.into_iter().map(row).collect(),
    })
}

fn row(visit: Visit) -> TodayRow {
    let (tone, verdict) = answer::of_word(&visit.outcome);
    let person = visit.person;
    TodayRow {
        time: dates::clock_time(visit.at),
        name: person.name,
        kana: wire::text::kana::to_full_width(&person.kana),
        folded_from: person.folded_from,
        birth: if person.birthdate.is_empty() { String::new() } else { dates::plain_date(&person.birthdate) },
        insurer: if person.insurer_name.is_empty() { person.insurer_number } else { person.insurer_name },
        tone,
        verdict,
        share: visit.share_percent.map(|percent| format!("{}割", percent / 10)).unwrap_or_default(),
        way: match visit.way {
            Way::Desk => "画面",
            Way::Folders => "レセコン",
            Way::Card => "カード",
            Way::Api => "連携",
            Way::Bulk => "一括",
        },
        asked_by: visit.asked_by,
        proof_number: visit.proof_number,
        request_id: visit.request_id.to_string(),
    }
}

/// `GET /answers/{request_id}`
pub(super) async fn saved(
    State(desk): State<Desk>,
    who: SignedIn,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let file = proof_file(&desk, id).await?;
    let (number, answer) = proven(&desk, &file)?;
    let store = &desk.checks().store;
    let chart = match store.arrival(answer.request_id).await.map_err(unavailable)? {
        Some(arrival) => {
            let like = super::arrival::like(&answer);
            Some(charts::of(&arrival, &like, store.chart_candidates(&like).await.map_err(unavailable)?))
        }
        None => None,
    };
    let now = desk.checks().center.hours().now();
    let answer = AnswerView::of_answer(&answer, Some(&number.to_string()), now);
    render(&SavedPage { shell: desk.shell(Some(&who), "today"), answer, chart })
}

/// The saved answer of a check, its proof verified again.
pub(super) async fn saved_answer(
    desk: &Desk,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<(Uuid, Answer), Problem> {
    let file = proof_file(desk, id).await?;
    let (_, answer) = proven(desk, &file)?;
    Ok((answer.request_id, answer))
}

fn proven(desk: &Desk, file: &[u8]) -> Result<(ProofNumber, Answer), Problem> {
    verify::kept(&desk.checks().center.facts(), file).map_err(|error| match error {
        KeptError::Damaged(_) => Problem::internal(error),
        KeptError::NotProven(_) => {
            Problem::new(ProblemCode::ProofInvalid, "保存された回答の証明を確かめられません").because(error)
        }
    })
}

/// `GET /answers/{request_id}/proof`
pub(super) async fn proof(
    State(desk): State<Desk>,
    _who: SignedIn,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    proof_download(&proof_file(&desk, id).await?)
}

/// A saved proof as a file.
pub(super) fn proof_download(file: &[u8]) -> Result<Response, Problem> {
    let number = ProofFile::parse(file).map_err(Problem::internal)?.number();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"tashika-proof-{number}.json\""))
        .map_err(Problem::internal)?;
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.to_vec()).into_response())
}

async fn proof_file(
    desk: &Desk,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<zeroize::Zeroizing<Vec<u8>>, Problem> {
    let not_found = || Problem::new(ProblemCode::NotFound, "この回答は保存されていません");
    let Path(id) = id.map_err(|_| not_found())?;
    desk.checks().store.proof_file(id).await.map_err(unavailable)?.ok_or_else(not_found)
}
