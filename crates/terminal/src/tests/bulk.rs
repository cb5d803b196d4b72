//! Files of many questions: 005–008 and 009–012, in memory that does not grow with the file.

use wire::api::ProblemCode;
use wire::oqs::{BulkConfirmUnit, BulkItem, BulkReader, EncodingPolicy};

use super::center::{Behaviour, FakeCenter};
use super::clinic::{Clinic, element};
use super::samples::{bulk_question_file, bulk_registration_file, download_file};

#[tokio::test]
async fn a_file_of_many_goes_up_is_being_processed_and_comes_back_in_order() {
    let center = FakeCenter::start();
    *center.inner.bulk_done.lock().unwrap() = false;
    let mut clinic = Clinic::open(&center).await;
    let numbers = ["1", "2", "4"].map(str::to_owned);
    clinic.drop_request("OQSmuquc01req_7.xml", bulk_question_file(numbers.clone().into_iter()));
    let received = clinic.answer_text("OQSmuquc01res_7.xml").await;
    let number = element(&received, "ReceptionNumber").unwrap().to_owned();
    assert_eq!(element(&received, "ArbitraryFileIdentifier"), Some("bulk-7"));
    clinic.drop_request("OQSmuquc02req_7.xml", download_file(&number));
    let waiting = clinic.answer_text("OQSmuquc02res_7.xml").await;
    assert_eq!(element(&waiting, "SegmentOfResult"), Some("2"));

    *center.inner.bulk_done.lock().unwrap() = true;
    clinic.drop_request("OQSmuquc02req_8.xml", download_file(&number));
    let done = clinic.answer_text("OQSmuquc02res_8.xml").await;
    assert_eq!(element(&done, "SegmentOfResult"), Some("1"));
    assert_eq!(element(&done, "ReceptionNumber"), Some(number.as_str()));
    assert_eq!(element(&done, "NumberOfProcessingResult"), Some("3"));
    assert_eq!(element(&done, "QualificationConfirmationDate"), Some("20260407"));
    assert_eq!(element(&done, "ArbitraryFileIdentifier"), Some("bulk-7"));
    let units = units(&done);
    let validities: Vec<_> = units.iter().map(|unit| unit.qualification_validity.clone().unwrap()).collect();
    assert_eq!(validities, numbers);
    for (at, unit) in units.iter().enumerate() {
        assert_eq!(unit.search_info.as_ref().unwrap().arbitrary_identifier, Some(format!("p{at}")));
    }
    assert_eq!(clinic.running().store().count_answers().await.unwrap(), 3, "answers of files are kept too");
    clinic.stop().await;
}

fn units(xml: &str) -> Vec<BulkConfirmUnit> {
    let mut reader = BulkReader::<_, BulkConfirmUnit>::new(xml.as_bytes(), EncodingPolicy::Declared).unwrap();
    let mut units = Vec::new();
    while let Some(item) = reader.next_unit().unwrap() {
        match item {
            BulkItem::Good(unit) => units.push(unit),
            BulkItem::Bad { error, .. } => panic!("{error}"),
        }
    }
    units
}

#[tokio::test]
async fn fifty_thousand_people_keep_their_places() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSmuimm01req_7.xml", bulk_registration_file((0..50_000).map(|at| format!("{}", at + 10))));
    let received = clinic.answer_text("OQSmuimm01res_7.xml").await;
    let number = element(&received, "ReceptionNumber").unwrap().to_owned();
    clinic.drop_request("OQSmuimm02req_7.xml", download_file(&number));
    let done = clinic.answer_text("OQSmuimm02res_7.xml").await;
    assert_eq!(element(&done, "SegmentOfResult"), Some("1"));
    assert_eq!(done.matches("<BulkRegistrationUnit>").count(), 50_000);
    assert!(done.rfind("r49999").is_some());
    clinic.stop().await;
}

#[tokio::test]
async fn one_bad_person_does_not_spoil_the_file() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let file = bulk_question_file(["1", "2", "3"].map(str::to_owned).into_iter());
    // The second has its insurer number twice.
    let (before, after) = file.split_at(file.rfind("p1").unwrap());
    let at = before.rfind("<InsurerNumber>").unwrap();
    let bad = format!(
        "{}<InsurerNumber>1</InsurerNumber><InsurerNumber>2</InsurerNumber>{}{after}",
        &before[..at],
        &before[at..]
    );
    clinic.drop_request("OQSmuquc01req_7.xml", bad);
    let received = clinic.answer_text("OQSmuquc01res_7.xml").await;
    let number = element(&received, "ReceptionNumber").expect("received").to_owned();
    clinic.drop_request("OQSmuquc02req_7.xml", download_file(&number));
    let done = clinic.answer_text("OQSmuquc02res_7.xml").await;
    assert_eq!(units(&done).len(), 3);
    clinic.stop().await;
}

#[tokio::test]
async fn an_unproven_answer_of_a_file_is_an_error_of_that_person() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSmuquc01req_7.xml", bulk_question_file(["1"].map(str::to_owned).into_iter()));
    let number = element(&clinic.answer_text("OQSmuquc01res_7.xml").await, "ReceptionNumber").unwrap().to_owned();
    center.behave(Behaviour::ChangeAnswer);
    clinic.drop_request("OQSmuquc02req_7.xml", download_file(&number));
    let units = units(&clinic.answer_text("OQSmuquc02res_7.xml").await);
    assert_eq!(units[0].processing_result_status.as_deref(), Some("2"));
    assert_eq!(units[0].processing_result_code.as_deref(), Some("TSK-E-ANSWER-PROOF-INVALID"));
    assert_eq!(units[0].qualification_validity, None);
    clinic.stop().await;
}

#[tokio::test]
async fn an_unknown_reception_number_is_told() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    for (at, number) in ["R999999", "../../v1/time", ""].iter().enumerate() {
        clinic.drop_request(&format!("OQSmuquc02req_{at}.xml"), download_file(number));
        let answer = clinic.answer_text(&format!("OQSmuquc02res_{at}.xml")).await;
        assert_eq!(element(&answer, "SegmentOfResult"), Some("9"));
        assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-RECEPTION-NUMBER-UNKNOWN"));
    }
    clinic.stop().await;
}

#[tokio::test]
async fn a_center_that_takes_no_files_is_told_in_the_reception() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    center.behave(Behaviour::Refuse(ProblemCode::Overloaded));
    clinic.drop_request("OQSmuquc01req_7.xml", bulk_question_file(["1"].map(str::to_owned).into_iter()));
    let answer = clinic.answer_text("OQSmuquc01res_7.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("9"));
    assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-CENTER-BUSY"));
    assert_eq!(element(&answer, "ReceptionNumber"), None);
    clinic.stop().await;
}
