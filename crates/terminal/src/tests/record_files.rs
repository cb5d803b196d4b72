//! YZK and TKK through the folders: what may be seen comes as XML or PDF under its own name; no consent, consent run out,
//! nobody, a refusal, and no line are five different answers, and none of them is an empty list.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use kit::problem::Problem;
use wire::api::{RecordAnswer, RecordRequest, RecordResponse, Verdict};
use wire::oqs::OutputEncoding;
use wire::oqs::record::{RecordHeader, RecordQuestion, write_record_request};

use super::center::{Behaviour, FakeCenter, Inner};
use super::clinic::{Clinic, element, until};
use super::{records, samples};
use crate::bridge::Step;

/// The way of the small center to records. How things stand with the consents is in the number asked for.
pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new().route("/v1/record-looks", post(look))
}

async fn look(
    State(inner): State<Arc<Inner>>,
    Json(request): Json<RecordRequest>,
) -> Result<Json<RecordResponse>, Problem> {
    if let Behaviour::Refuse(code) = *inner.behaviour.lock().unwrap() {
        return Err(Problem::new(code, ""));
    }
    assert_eq!(request.user_identifier, "レセコン連携フォルダー");
    let search = &request.qualification_confirm_search_info;
    search.parse_card("20260407", &request.medical_institution_code).unwrap();
    let state = match search.insured_identification_number.as_str() {
        "2" => "not_consented",
        "3" => "expired",
        "4" => "nothing_recorded",
        _ => "consented",
    };
    let mut answer = records::answer([state, state, state, state]);
    answer.request_id = request.request_id;
    answer.medical_institution_code = request.medical_institution_code.clone();
    answer.part_list.retain(|part| request.items.contains(&part.item));
    if request.items.iter().any(|item| item == "checkups") {
        answer.medication_list.clear();
        answer.diagnosis_list.clear();
    } else {
        answer.checkup_list.clear();
    }
    if search.insured_identification_number == "5" {
        answer = RecordAnswer {
            verdict: Verdict::NotFound,
            part_list: Vec::new(),
            patient: None,
            medication_list: Vec::new(),
            diagnosis_list: Vec::new(),
            checkup_list: Vec::new(),
            ..answer
        };
    }
    let text = serde_json::to_string(&answer).unwrap();
    let (answer, proof) = inner.proof_for(text, answer.verdict, request.request_id, domain::Purpose::RecordLook);
    Ok(Json(RecordResponse { answer, proof }))
}

fn request_of(facility: &str, number: &str, category: &str) -> Vec<u8> {
    let header = RecordHeader {
        medical_institution_code: Some(facility.to_owned()),
        insurer_number: Some("06139463".to_owned()),
        insurance_card_symbol: Some("100".to_owned()),
        insured_person_identification_number: Some(number.to_owned()),
        branch_number: Some("00".to_owned()),
        arbitrary_file_identifier: Some("4711".to_owned()),
    };
    let body = RecordQuestion { file_category: Some(category.to_owned()), ..RecordQuestion::default() };
    write_record_request(&header, &body, OutputEncoding::ShiftJis(wire::text::Target::Cp932)).bytes
}

fn request(number: &str, category: &str) -> Vec<u8> {
    request_of(samples::FACILITY, number, category)
}

#[tokio::test]
async fn what_may_be_seen_comes_as_xml_or_pdf_under_its_own_name() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("YZKsiquc01req_021.xml", request("1", "2"));
    clinic.drop_request("TKKsiquc01req_021.xml", request("1", "2"));
    clinic.drop_request("YZKsiquc01req_011.xml", request("1", "1"));
    clinic.drop_request("TKKsiquc01req_011.xml", request("1", "1"));
    let drugs = clinic.answer_text("YZKsiquc01res_021.xml").await;
    assert_eq!(element(&drugs, "ResultCode"), Some("1"));
    assert_eq!(element(&drugs, "ArbitraryFileIdentifier"), Some("4711"));
    assert_eq!(drugs.matches("<DrugInf>").count(), records::answer(["consented"; 4]).medication_list.len());
    assert!(drugs.contains("<DrugN>") && !drugs.contains("EffectiveTime"));
    let checkups = clinic.answer_text("TKKsiquc01res_021.xml").await;
    assert_eq!(element(&checkups, "EffectiveTime"), Some("20250610"));
    assert_eq!(checkups.matches("<SpecificHealthCheckupInfo>").count(), 5);
    for name in ["YZKsiquc01res_011.pdf", "TKKsiquc01res_011.pdf"] {
        let pdf = clinic.answer(name).await;
        assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF"), "{name}");
    }
    assert!(clinic.requests_left().is_empty());
    clinic.stop().await;
}

#[tokio::test]
async fn whatever_stands_in_the_way_has_an_answer_of_its_own() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let cases = [
        ("2", "2", "TSK-E-NOT-CONSENTED"),
        ("3", "2", "TSK-E-CONSENT-EXPIRED"),
        ("4", "2", "TSK-E-CONSENT-NOT-ASKED"),
        ("5", "2", "TSK-E-NOT-FOUND"),
        ("1", "2", "TSK-E-VALUE"),
    ];
    for (number, result, code) in cases {
        // What was asked for as a PDF is refused as XML: programs read the reason there.
        let category = if code == "TSK-E-VALUE" { "7" } else { "1" };
        for kind in ["YZK", "TKK"] {
            clinic.drop_request(&format!("{kind}siquc01req_{code}.xml"), request(number, category));
            let text = clinic.answer_text(&format!("{kind}siquc01res_{code}.xml")).await;
            assert_eq!(element(&text, "ResultCode"), Some(result), "{text}");
            assert!(element(&text, "MessageContents").unwrap().contains(code), "{text}");
            assert!(!text.contains("<DrugInf>") && !text.contains("<QuaInf>") && !text.contains("EffectiveTime"));
        }
    }
    clinic.drop_request("YZKsiquc01req_other.xml", request_of("1311111111", "1", "2"));
    let other = clinic.answer_text("YZKsiquc01res_other.xml").await;
    assert_eq!(element(&other, "ResultCode"), Some("9"));
    assert!(element(&other, "MessageContents").unwrap().contains("TSK-E-FACILITY-MISMATCH"));
    clinic.drop_request("YZKsiquc01req_bad.xml", "<XmlMsg><MessageHeader/></XmlMsg>");
    assert!(clinic.answer_text("YZKsiquc01req_bad.err").await.contains("TSK-E-MISSING-ELEMENT"));
    assert!(!clinic.config.res().join("YZKsiquc01res_bad.xml").exists());
    clinic.stop().await;
}

#[tokio::test]
async fn without_a_line_nothing_of_a_record_is_answered_and_the_file_says_so() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("YZKsiquc01req_before.xml", request("1", "2"));
    clinic.answer("YZKsiquc01res_before.xml").await;
    center.go_away().await;
    clinic.drop_request("YZKsiquc01req_after.xml", request("1", "2"));
    let text = clinic.answer_text("YZKsiquc01res_after.xml").await;
    assert_eq!(element(&text, "ResultCode"), Some("9"));
    let message = element(&text, "MessageContents").unwrap();
    assert!(message.contains("TSK-E-CENTER-") && message.contains("記録がないという意味ではありません"), "{message}");
    assert!(!text.contains("<DrugInf>"));
    clinic.stop().await;
}

#[tokio::test]
async fn a_crash_before_a_pdf_is_in_its_place_still_delivers_it_as_a_pdf() {
    for step in [Step::Answered, Step::Delivering, Step::Renamed] {
        let center = FakeCenter::start();
        let mut clinic = Clinic::join(&center).await;
        clinic.start_until(Some(step)).await;
        clinic.drop_request("YZKsiquc01req_1.xml", request("1", "1"));
        until(|| clinic.requests_left().is_empty()).await;
        if step == Step::Renamed {
            until(|| clinic.config.res().join("YZKsiquc01res_1.pdf").exists()).await;
        }
        clinic.stop().await;
        clinic.start().await;
        assert!(clinic.answer("YZKsiquc01res_1.pdf").await.starts_with(b"%PDF-"), "{step:?}");
        until(|| clinic.answers() == ["YZKsiquc01res_1.pdf"]).await;
        clinic.stop().await;
    }
}
