//! The records page of a patient who was checked: what they allowed, one click from the check. Each opening is a look that
//! the center puts on record under the name of who is signed in; nothing of it is kept here.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::record::LookWay;
use http::header;
use kit::problem::Problem;
use kit::text::Text;
use uuid::Uuid;
use wire::api::{Answer, RecordRequest, Verdict};

use super::arrival::{numbers_of, told};
use super::session::{Records, SignedIn};
use super::today::saved_answer;
use super::view::records::{RecordsPage, findings};
use super::{Desk, page as render};
use crate::asking::outcome::Outcome;
use crate::asking::records::RecordAnswered;
use crate::pdf::record::{Contents, document};

/// `GET /answers/{request_id}/records`
pub(super) async fn page(
    State(desk): State<Desk>,
    Records(who): Records,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let (id, saved) = saved_answer(&desk, id).await?;
    let looked = match look(&desk, &who, id, &saved, LookWay::Page).await? {
        Ok(looked) => looked,
        Err(nobody) => return desk.message(&who, nobody.0, nobody.1),
    };
    let now = desk.checks().center.hours().now();
    render(&RecordsPage::new(desk.shell(Some(&who), "today"), &saved, &looked, desk.rules(), now))
}

/// `GET /answers/{request_id}/records.pdf`: the same as a file. It is a look of its own: nothing of the page is kept here that
/// could be handed out again, and the patient sees that a copy was taken.
pub(super) async fn pdf(
    State(desk): State<Desk>,
    Records(who): Records,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let (id, saved) = saved_answer(&desk, id).await?;
    let looked = match look(&desk, &who, id, &saved, LookWay::Pdf).await? {
        Ok(looked) => looked,
        Err(nobody) => return desk.message(&who, nobody.0, nobody.1),
    };
    let center = &desk.checks().center;
    let today = domain::date::in_japan(center.hours().now()).date();
    let series = domain::checkup::trend(&looked.answer.checkup_list);
    let findings = findings::of(&looked.answer, &series, desk.rules(), today);
    let bytes = document(&looked, Contents::Page(&findings), &center.facts().record.name).to_pdf();
    // The name says nothing about the patient: it stands in lists of downloads.
    let name = format!("inline; filename=\"records-{}.pdf\"", looked.proof_number);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

/// What is said where the numbers name nobody, or several people.
type Nobody = (Text, String);

/// Looks, and notes it in the log of this terminal.
async fn look(
    desk: &Desk,
    who: &SignedIn,
    check: Uuid,
    saved: &Answer,
    way: LookWay,
) -> Result<Result<RecordAnswered, Nobody>, Problem> {
    let center = &desk.checks().center;
    let look = RecordRequest::of_everything(center.new_request_id(), center.facility(), who.name(), numbers_of(saved));
    let role = who.session.role.look_role().code().to_owned();
    let request = RecordRequest { user_role: Some(role), way: Some(way.code().to_owned()), ..look };
    let event = if way == LookWay::Pdf { "desk.record_saved" } else { "desk.record_opened" };
    let came = center.look_into_record(&request).await;
    let word = came.as_ref().map_or_else(Outcome::word, |looked| looked.answer.verdict.as_str());
    tracing::info!(target: "audit", event, user = who.name(), %check, request_id = %request.request_id, outcome = word, "a record was opened");
    let looked = came.map_err(|outcome| told(&outcome))?;
    if matches!(looked.answer.verdict, Verdict::NotFound | Verdict::Multiple) {
        let text = "この記号・番号と生年月日に当てはまる方を一人に決められません。資格をもう一度確認してください。";
        return Ok(Err((Text::new("記録を開けません", "The record cannot be opened"), text.to_owned())));
    }
    Ok(Ok(looked))
}
