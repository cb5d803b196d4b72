//! The terminal stops for good after each step of a request, as by `kill -9`, and starts again: the request is answered
//! once, under its own number, and nothing is left behind.

use std::time::Duration;

use super::center::FakeCenter;
use super::clinic::{Clinic, element, names, until};
use super::samples::{bulk_question_file, download_file, question_file, search};
use crate::asking::outcome::Outcome;
use crate::bridge::Step;
use crate::store::requests::RequestState;

/// Lets the terminal run into the step, then ends it.
async fn run_into(center: &FakeCenter, clinic: &mut Clinic, step: Step) {
    clinic.start_until(Some(step)).await;
    until_it_stands(center, clinic, step).await;
    clinic.stop().await;
}

/// The folders and the store say when the step was reached.
async fn until_it_stands(center: &FakeCenter, clinic: &Clinic, step: Step) {
    let store = clinic.running().store().clone();
    let deadline = Duration::from_secs(10);
    let reached = async {
        loop {
            let open = store.open_requests().await.unwrap();
            let state = open.first().map(|request| request.state);
            let aside = clinic.answers().iter().any(|name| name.starts_with(".tashika-"));
            let there = clinic.answers().iter().any(|name| name.starts_with("OQS"));
            let gone = clinic.requests_left().is_empty();
            let so = match step {
                Step::Taken => state.is_some(),
                Step::Removed => state.is_some() && gone,
                // Nothing outside shows it but that the center was asked.
                Step::Built => gone && center.answered() == 1,
                Step::Answered => state == Some(RequestState::Answered),
                Step::Aside => aside,
                Step::Delivering => aside && state == Some(RequestState::Delivering),
                Step::Renamed => there && state == Some(RequestState::Delivering),
                Step::FaceAside | Step::FaceDelivering | Step::FaceRenamed => unreachable!("no step of a request"),
            };
            if so {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(deadline, reached).await.unwrap_or_else(|_| panic!("never came to {step:?}"));
}

#[tokio::test]
async fn a_check_is_answered_once_whatever_step_it_was_stopped_after() {
    for step in Step::ALL {
        let center = FakeCenter::start();
        let mut clinic = Clinic::join(&center).await;
        clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
        run_into(&center, &mut clinic, step).await;

        clinic.start().await;
        let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
        assert_eq!(element(&answer, "QualificationValidity"), Some("1"), "{step:?}");
        finished(&clinic).await;
        assert_eq!(center.answered(), 1, "{step:?}: asked again only under the same number");
        assert_eq!(clinic.answers(), ["OQSsiquc01res_1.xml"], "{step:?}");
        assert!(clinic.requests_left().is_empty(), "{step:?}");
        let day = clinic.running().hours().today_text();
        assert_eq!(clinic.running().store().count_visits(&day).await.unwrap(), 1, "{step:?}: one line in the list");

        // Fetched by the receipt computer, it does not come a second time, also not after one more restart.
        std::fs::remove_file(clinic.config.res().join("OQSsiquc01res_1.xml")).unwrap();
        clinic.stop().await;
        clinic.start().await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert!(clinic.answers().is_empty(), "{step:?}");
        clinic.stop().await;
    }
}

#[tokio::test]
async fn an_answer_fetched_between_rename_and_note_does_not_come_again() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    run_into(&center, &mut clinic, Step::Renamed).await;
    std::fs::remove_file(clinic.config.res().join("OQSsiquc01res_1.xml")).unwrap();
    clinic.start().await;
    finished(&clinic).await;
    assert!(names(&clinic.config.res()).is_empty());
    clinic.stop().await;
}

#[tokio::test]
async fn an_error_file_survives_a_stop_too() {
    for step in [Step::Answered, Step::Aside, Step::Delivering, Step::Renamed] {
        let center = FakeCenter::start();
        let mut clinic = Clinic::join(&center).await;
        clinic.drop_request("OQSsiquc01req_1.xml", "<XmlMsg><MessageHeader></XmlMsg>");
        run_into(&center, &mut clinic, step).await;
        clinic.start().await;
        clinic.answer("OQSsiquc01req_1.err").await;
        finished(&clinic).await;
        assert_eq!(clinic.answers(), ["OQSsiquc01req_1.err"], "{step:?}");
        clinic.stop().await;
    }
}

#[tokio::test]
async fn a_file_of_many_survives_a_stop_in_both_of_its_steps() {
    for step in [Step::Taken, Step::Removed, Step::Aside, Step::Delivering, Step::Renamed] {
        let center = FakeCenter::start();
        let mut clinic = Clinic::join(&center).await;
        let people = (0..600).map(|at| format!("{}", 100 + at));
        clinic.drop_request("OQSmuquc01req_7.xml", bulk_question_file(people));
        run_into(&center, &mut clinic, step).await;
        clinic.start().await;
        let number = element(&clinic.answer_text("OQSmuquc01res_7.xml").await, "ReceptionNumber").unwrap().to_owned();
        assert_eq!(number, "R000001", "{step:?}: sent again under the same number");
        finished(&clinic).await;
        clinic.stop().await;
        std::fs::remove_file(clinic.config.res().join("OQSmuquc01res_7.xml")).unwrap();

        clinic.drop_request("OQSmuquc02req_7.xml", download_file(&number));
        run_into(&center, &mut clinic, step).await;
        clinic.start().await;
        let done = clinic.answer_text("OQSmuquc02res_7.xml").await;
        assert_eq!(done.matches("<BulkConfirmUnit>").count(), 600, "{step:?}");
        finished(&clinic).await;
        assert_eq!(clinic.answers(), ["OQSmuquc02res_7.xml"], "{step:?}");
        clinic.stop().await;
    }
}

async fn finished(clinic: &Clinic) {
    let store = clinic.running().store().clone();
    while store.count_open_requests().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    until(|| clinic.requests_left().is_empty()).await;
}

/// Bytes of the one file of the face folder, as soon as it is there.
async fn face_file(clinic: &Clinic) -> Vec<u8> {
    let folder = clinic.config.face();
    let there = || names(&folder).iter().any(|name| name == FACE_FILE);
    until(there).await;
    std::fs::read(folder.join(FACE_FILE)).unwrap()
}

const FACE_FILE: &str = "OQSsiquc01res_face_13123456700123456789abcdef0123_20261122093000.xml";

#[tokio::test]
async fn a_file_of_the_face_folder_is_the_same_whatever_step_it_was_stopped_after() {
    let mut first: Option<Vec<u8>> = None;
    for step in Step::FACE.into_iter().map(Some).chain([None]) {
        let center = FakeCenter::start();
        let mut clinic = Clinic::open(&center).await;
        let day = clinic.running().hours().today_text();
        let asked = clinic.running().check(&day, search("1"), "test").await;
        let Outcome::Answered(answered) = asked else { panic!("{asked:?}") };
        let store = clinic.running().store().clone();
        let id = answered.answer.request_id.to_string();
        sqlx::query("INSERT INTO face_file (request_id, file_name, state, made_at) VALUES (?1, ?2, 'waiting', 1)")
            .bind(&id)
            .bind(FACE_FILE)
            .execute(store.pool())
            .await
            .unwrap();
        clinic.stop().await;
        if step.is_some() {
            clinic.start_until(step).await;
            let folder = clinic.config.face();
            until(|| names(&folder).iter().any(|name| !name.is_empty())).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            clinic.stop().await;
        }
        clinic.start().await;
        let bytes = face_file(&clinic).await;
        // Only what differs from check to check: times and the number of the question.
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(element(&text, "QualificationValidity"), Some("1"), "{step:?}");
        assert_eq!(element(&text, "ReferenceClassification"), Some("1"), "{step:?}");
        let time = element(&text, "ProcessExecutionTime").unwrap().to_owned();
        let same = text.replace(&time, "").into_bytes();
        assert_eq!(*first.get_or_insert_with(|| same.clone()), same, "{step:?}");
        // Fetched, it does not come again.
        std::fs::remove_file(clinic.config.face().join(FACE_FILE)).unwrap();
        clinic.stop().await;
        clinic.start().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(names(&clinic.config.face()).is_empty(), "{step:?}");
        clinic.stop().await;
    }
}
