//! The records page of a patient who was checked: what they allowed, one click from the check. Each opening is a look that
//! the center puts on record under the name of who is signed in; nothing of it is kept here.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ConsentItem;
use kit::problem::Problem;
use kit::text::Text;
use uuid::Uuid;
use wire::api::{RecordRequest, Verdict};

use super::arrival::{numbers_of, told};
use super::session::Records;
use super::today::saved_answer;
use super::view::records::RecordsPage;
use super::{Desk, page as render};
use crate::asking::outcome::Outcome;

/// `GET /answers/{request_id}/records`
pub(super) async fn page(
    State(desk): State<Desk>,
    Records(who): Records,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Problem> {
    let (id, saved) = saved_answer(&desk, id).await?;
    let center = &desk.checks().center;
    let request = RecordRequest {
        request_id: center.new_request_id(),
        medical_institution_code: center.facility(),
        user_identifier: who.name().to_owned(),
        user_role: Some(who.session.role.look_role().code().to_owned()),
        items: ConsentItem::ALL.iter().filter(|item| item.is_medical()).map(|item| item.code().to_owned()).collect(),
        start_date: None,
        end_date: None,
        qualification_confirm_search_info: numbers_of(&saved),
    };
    let came = center.look_into_record(&request).await;
    let word = came.as_ref().map_or_else(Outcome::word, |looked| looked.answer.verdict.as_str());
    tracing::info!(target: "audit", event = "desk.record_opened", user = who.name(), check = %id, request_id = %request.request_id, outcome = word, "a record was opened");
    let looked = came.map_err(|outcome| told(&outcome))?;
    if matches!(looked.answer.verdict, Verdict::NotFound | Verdict::Multiple) {
        let text = "この記号・番号と生年月日に当てはまる方を一人に決められません。資格をもう一度確認してください。";
        return desk.message(&who, Text::new("記録を開けません", "The record cannot be opened"), text.to_owned());
    }
    let now = center.hours().now();
    render(&RecordsPage::new(desk.shell(Some(&who), "today"), &saved, &looked, desk.rules(), now))
}
