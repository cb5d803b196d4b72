//! An answer that is not proven, or is about something else, is never shown as an answer.

use wire::api::ProblemCode;

use super::center::{Behaviour, FakeCenter};
use super::clinic::{Clinic, element};
use super::samples::question_file;

async fn answered_by(behaviour: Behaviour) -> String {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    center.behave(behaviour);
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
    clinic.stop().await;
    answer
}

#[tokio::test]
async fn an_answer_changed_on_the_way_is_not_shown() {
    for behaviour in [Behaviour::ChangeAnswer, Behaviour::ForeignProof] {
        let answer = answered_by(behaviour).await;
        assert_eq!(element(&answer, "SegmentOfResult"), Some("9"), "{behaviour:?}");
        assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-ANSWER-PROOF-INVALID"));
        assert!(!answer.contains("QualificationValidity") && !answer.contains("ResultList"));
    }
}

#[tokio::test]
async fn a_proven_answer_to_another_question_is_not_shown() {
    for behaviour in [Behaviour::OtherQuestion, Behaviour::OtherDay] {
        let answer = answered_by(behaviour).await;
        assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-ANSWER-DOES-NOT-FIT"), "{behaviour:?}");
        assert!(!answer.contains("QualificationValidity"));
    }
}

#[tokio::test]
async fn a_busy_or_silent_center_is_could_not_ask_and_says_that_it_is_not_invalid() {
    let answer = answered_by(Behaviour::Refuse(ProblemCode::Overloaded)).await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("9"));
    assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-CENTER-BUSY"));
    assert!(element(&answer, "ErrorMessage").unwrap().contains("無効という意味ではありません"));
}

#[tokio::test]
async fn what_the_center_refuses_is_told_with_its_code() {
    let answer = answered_by(Behaviour::Refuse(ProblemCode::FacilityUnknown)).await;
    assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-FACILITY-UNKNOWN"));
    assert!(!answer.contains("QualificationValidity"));
}
