//! What staff do with an answer: choose the chart of a patient who was checked by card, and take back consents at the
//! patient's wish.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kit::problem::Problem;
use kit::text::Text;
use serde::Deserialize;
use uuid::Uuid;
use wire::api::{
    Answer, ConsentWithdrawalByNumberRequest, ProblemCode, ReferenceNumberRegistrationInfo, ReferenceNumberRequest,
    SearchInfo,
};

use super::session::Posted;
use super::today::saved_answer;
use super::{Desk, unavailable};
use crate::asking::Registered;
use crate::asking::outcome::Outcome;
use crate::store::charts::Chart;

/// What the answer says of the patient, as a line of the list of charts.
pub(super) fn like(answer: &Answer) -> Chart {
    let record = answer.result_list.first();
    let of = |text: Option<&Option<String>>| text.and_then(Clone::clone).unwrap_or_default();
    Chart {
        reference_number: answer.reference_number.clone().unwrap_or_default(),
        name: of(record.map(|record| &record.name)),
        name_kana: of(record.map(|record| &record.name_kana)),
        birthdate: of(record.map(|record| &record.birthdate)),
        insurer_number: of(record.map(|record| &record.insurer_number)),
        insured_card_symbol: of(record.map(|record| &record.insured_card_symbol)),
        insured_identification_number: of(record.map(|record| &record.insured_identification_number)),
        insured_branch_number: of(record.map(|record| &record.insured_branch_number)),
    }
}

/// The numbers and the birth date of the patient, to ask about them once more.
pub(super) fn numbers_of(answer: &Answer) -> SearchInfo {
    let like = like(answer);
    let optional = |text: String| (!text.is_empty()).then_some(text);
    SearchInfo {
        insurer_number: like.insurer_number,
        insured_card_symbol: optional(like.insured_card_symbol),
        insured_identification_number: like.insured_identification_number,
        insured_branch_number: optional(like.insured_branch_number),
        birthdate: like.birthdate,
        limit_application_certificate_related_cons_flg: None,
        arbitrary_identifier: None,
    }
}

#[derive(Deserialize)]
pub(super) struct ChartForm {
    #[serde(default)]
    reference_number: String,
}

/// `POST /answers/{request_id}/chart`: this chart is the patient's. The center remembers the number, so that the next
/// answer carries it.
pub(super) async fn choose_chart(
    State(desk): State<Desk>,
    id: Result<Path<Uuid>, PathRejection>,
    sent: Posted<ChartForm>,
) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let (id, answer) = saved_answer(&desk, id).await?;
    let number = form.reference_number.trim();
    if domain::ReferenceNumber::parse(number).is_err() {
        return Err(Problem::new(ProblemCode::BadRequest, "照会番号（カルテ番号）を入れてください"));
    }
    let checks = desk.checks();
    let now = checks.center.hours().now();
    if !checks.store.match_arrival(id, number, who.name(), now).await.map_err(unavailable)? {
        return Err(Problem::new(ProblemCode::NotFound, "カードで確認した記録ではありません"));
    }
    tracing::info!(target: "audit", event = "desk.chart_chosen", user = who.name(), request_id = %id, "a chart was chosen");
    if answer.reference_number.as_deref() != Some(number) {
        register(&desk, &answer, number).await?;
    }
    Ok(Redirect::to(&format!("/answers/{id}")).into_response())
}

async fn register(desk: &Desk, answer: &Answer, number: &str) -> Result<(), Problem> {
    let center = &desk.checks().center;
    let like = like(answer);
    let optional = |text: String| (!text.is_empty()).then_some(text);
    let request = ReferenceNumberRequest {
        request_id: center.new_request_id(),
        medical_institution_code: center.facility(),
        arbitrary_file_identifier: None,
        reference_number_registration_info: ReferenceNumberRegistrationInfo {
            reference_number: number.to_owned(),
            insurer_number: like.insurer_number,
            insured_card_symbol: optional(like.insured_card_symbol),
            insured_identification_number: like.insured_identification_number,
            insured_branch_number: optional(like.insured_branch_number),
        },
    };
    match center.register(&request).await {
        Registered::Done(_) => Ok(()),
        Registered::Not(outcome) => Err(told(&outcome)),
    }
}

/// What an outcome that is not a success means for the person at the desk.
pub(super) fn told(outcome: &Outcome) -> Problem {
    match outcome {
        Outcome::Refused(document) => Problem::new(document.code, document.detail.clone()),
        Outcome::Unreadable(errors) => Problem::new(ProblemCode::UnreadableQuery, "").with_errors(errors.clone()),
        Outcome::CouldNotAsk(could_not) => {
            Problem::new(ProblemCode::CenterUnreachable, could_not.message()).because(&could_not.inner)
        }
        Outcome::Answered(_) => Problem::internal("an answer where none was asked for"),
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /answers/{request_id}/withdraw`: the patient takes back what they allowed here.
pub(super) async fn withdraw(
    State(desk): State<Desk>,
    id: Result<Path<Uuid>, PathRejection>,
    sent: Posted<Nothing>,
) -> Result<Response, Problem> {
    let Posted { who, form: Nothing {} } = sent;
    let (id, answer) = saved_answer(&desk, id).await?;
    let center = &desk.checks().center;
    let request = ConsentWithdrawalByNumberRequest {
        request_id: center.new_request_id(),
        qualification_confirmation_date: answer.qualification_confirmation_date.clone(),
        medical_institution_code: center.facility(),
        qualification_confirm_search_info: numbers_of(&answer),
    };
    let withdrawn = center.withdraw_consents_by_number(&request).await.map_err(|outcome| told(&outcome))?;
    tracing::info!(
        target: "audit", event = "desk.consents_withdrawn", user = who.name(), request_id = %id,
        answers = withdrawn.withdrawn, "consents were taken back at the patient's wish"
    );
    let text = format!(
        "この医療機関は、患者さんの情報をもう見られません（{}件）。保存済みの回答には、そのときの同意が残ります。",
        withdrawn.withdrawn
    );
    desk.message(&who, Text::new("同意を取り消しました", "The consents were taken back"), text)
}
