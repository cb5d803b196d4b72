//! `POST CoverageEligibilityRequest/$submit`: the same check as everywhere, through the same engine, with the same access event.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use domain::{Purpose, date};
use kit::body::JsonBody;
use kit::problem::Problem;
use trust::patient_id::PatientId;
use wire::api::{Answer, ProblemCode};
use wire::fhir::Resource;
use wire::fhir::convert::{Answered, asking_institution, eligibility_response, search_info, serviced_day};

use crate::api::Api;
use crate::api::caller::FacilityCaller;
use crate::api::refuse::unreadable;
use crate::check::Question;

pub(super) async fn submit(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<Response, Problem> {
    api.single_checks.admit(&caller.code)?;
    let JsonBody(sent) = JsonBody::<Resource>::from_request(request, &()).await?;
    let Resource::CoverageEligibilityRequest(request) = sent else {
        return Err(Problem::new(ProblemCode::BadRequest, "CoverageEligibilityRequest を送ってください"));
    };
    if let Some(code) = asking_institution(&request) {
        caller.must_be(code)?;
    }
    let now = api.clock.now();
    let search = search_info(&request);
    let day = serviced_day(&request, date::in_japan(now).date());
    let query = search.parse(&day, caller.code.as_str()).map_err(unreadable)?;
    let request_id = kit::random::uuid_v7(now, &*api.random);
    let answered = api
        .engine
        .check(Question {
            query,
            search,
            request_id,
            arbitrary_file_identifier: None,
            purpose: Purpose::Check,
            by_staff: None,
            withdraws: false,
            decided_at: None,
        })
        .await?;
    let answer: Answer = serde_json::from_str(answered.answer()).map_err(|_| Problem::internal("an answer of ours"))?;
    let patient = PatientId::of(answered.proof_number(), answered.event()).to_string();
    let told = Answered {
        id: &request_id.to_string(),
        request: &request,
        at: now,
        proof_number: Some(&answered.proof_number().to_string()),
        patient: Some(patient.as_str()).filter(|_| !answer.result_list.is_empty()),
    };
    Ok(kit::fhir::resource(&eligibility_response(&told, &answer).into()))
}
