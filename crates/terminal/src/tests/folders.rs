//! The folder bridge: names, encodings, error files, half-written files, patience, retention.

use std::fs;
use std::time::Duration;

use wire::api::Verdict;
use wire::oqs::EncodingPolicy;

use super::center::FakeCenter;
use super::clinic::{Clinic, element, names, until};
use super::samples::{self, NAME, number_of, question_file, question_file_of, registration_file};
use crate::config::AnswerEncoding;
use crate::health::FolderState;
use crate::store::answers::Way;

#[tokio::test]
async fn every_verdict_comes_back_under_its_own_name_and_the_request_is_gone() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let verdicts = &Verdict::ALL[..6];
    for verdict in verdicts {
        let number = number_of(*verdict);
        clinic.drop_request(&format!("OQSsiquc01req_{number}.xml"), question_file(number));
    }
    for (at, verdict) in verdicts.iter().enumerate() {
        let answer = clinic.answer_text(&format!("OQSsiquc01res_{}.xml", number_of(*verdict))).await;
        assert_eq!(element(&answer, "QualificationValidity"), Some((at + 1).to_string().as_str()), "{verdict:?}");
        assert_eq!(element(&answer, "ArbitraryFileIdentifier"), Some("file-7"));
        assert_eq!(element(&answer, "CharacterCodeIdentifier"), Some("0"));
        assert!(!answer.contains('●'));
    }
    assert!(clinic.requests_left().is_empty());
    until(|| clinic.answers().len() == verdicts.len()).await;
    assert_eq!(center.answered(), verdicts.len());
    clinic.stop().await;
}

#[tokio::test]
async fn an_answer_is_kept_with_its_proof_and_stands_in_the_list() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    clinic.answer("OQSsiquc01res_1.xml").await;
    let store = clinic.running().store().clone();
    let day = clinic.running().hours().today_text();
    let visits = store.visits(&day, 10).await.unwrap();
    assert_eq!(visits.len(), 1);
    assert_eq!((visits[0].way, visits[0].outcome.as_str(), visits[0].share_percent), (Way::Folders, "valid", Some(30)));
    assert_eq!(visits[0].person.name, NAME);
    assert_eq!(visits[0].person.folded_from, "", "UTF-8 holds every character");
    let proof = store.proof_file(visits[0].request_id).await.unwrap().unwrap();
    let key = clinic.running().log_key();
    assert_eq!(
        trust::proof::verify(&proof, &key).unwrap().number.to_string(),
        *visits[0].proof_number.as_ref().unwrap()
    );
    clinic.stop().await;
}

#[tokio::test]
async fn shift_jis_folds_a_character_and_the_desk_keeps_the_original() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    clinic.config.settings.bridge.encoding = AnswerEncoding::ShiftJis;
    clinic.start().await;
    let question = question_file("1").replace("UTF-8", "Shift_JIS");
    clinic.drop_request("OQSsiquc01req_1.xml", question);
    let bytes = clinic.answer("OQSsiquc01res_1.xml").await;
    let text = wire::text::decode_shift_jis(&bytes).unwrap();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"Shift_JIS\""), "{text}");
    assert_eq!(element(&text, "CharacterCodeIdentifier"), Some("1"));
    assert_eq!(element(&text, "Name"), Some("吉田　髙子"));
    assert!(!text.contains('●') && !text.contains("&#"));
    let day = clinic.running().hours().today_text();
    let visits = clinic.running().store().visits(&day, 10).await.unwrap();
    assert_eq!(visits[0].person.folded_from, NAME);
    clinic.stop().await;
}

#[tokio::test]
async fn a_strict_folder_refuses_another_encoding() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    clinic.config.settings.bridge.strict_encoding = true;
    clinic.start().await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1").replace("UTF-8", "Shift_JIS"));
    let text = clinic.answer_text("OQSsiquc01req_1.err").await;
    assert!(text.contains("TSK-E-ENCODING"), "{text}");
    clinic.stop().await;
}

#[tokio::test]
async fn a_utf8_answer_can_begin_with_a_byte_order_mark() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    clinic.config.settings.bridge.encoding = AnswerEncoding::Utf8Bom;
    clinic.start().await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    assert!(clinic.answer("OQSsiquc01res_1.xml").await.starts_with(b"\xEF\xBB\xBF<?xml"));
    clinic.stop().await;
}

#[tokio::test]
async fn what_is_no_message_comes_back_as_err_under_the_name_of_the_request() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSsiquc01req_bad.xml", "<XmlMsg><MessageHeader></XmlMsg>");
    clinic.drop_request("OQSsiquc01req_root.xml", "<Other></XmlMsg>");
    clinic.drop_request("OQSsiquc01req_empty.xml", "");
    clinic.drop_request("OQSsiquc01req_half.xml", "<?xml version=\"1.0\"?><XmlMsg><MessageHeader>");
    for name in ["bad", "root", "empty", "half"] {
        let text = clinic.answer_text(&format!("OQSsiquc01req_{name}.err")).await;
        assert!(text.contains("エラーコード: TSK-E-"), "{name}: {text}");
    }
    assert!(clinic.requests_left().is_empty());
    assert_eq!(center.answered(), 0);
    clinic.stop().await;
}

#[tokio::test]
async fn a_file_larger_than_any_request_is_refused_without_being_read() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let file = fs::File::create(clinic.config.req().join("OQSsiquc01req_huge.xml")).unwrap();
    file.set_len(wire::limits::OQS_SINGLE_MAX_BYTES + 1).unwrap();
    let text = clinic.answer_text("OQSsiquc01req_huge.err").await;
    assert!(text.contains("TSK-E-TOO-LARGE"), "{text}");
    clinic.stop().await;
}

#[tokio::test]
async fn a_file_that_is_still_being_written_is_waited_for() {
    use std::io::Write;
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let content = question_file("1");
    let (first, second) = content.split_at(300);
    let mut file = fs::File::create(clinic.config.req().join("OQSsiquc01req_1.xml")).unwrap();
    file.write_all(first.as_bytes()).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(clinic.answers().is_empty());
    file.write_all(second.as_bytes()).unwrap();
    drop(file);
    assert_eq!(element(&clinic.answer_text("OQSsiquc01res_1.xml").await, "QualificationValidity"), Some("1"));
    clinic.stop().await;
}

#[tokio::test]
async fn a_request_of_another_institution_is_refused_without_asking() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file_of("1310000020", "1"));
    let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("9"));
    assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-FACILITY-MISMATCH"));
    assert_eq!(center.answered(), 0);
    clinic.stop().await;
}

#[tokio::test]
async fn numbers_that_cannot_be_right_are_named_for_the_person() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1").replace("01130012", "01130013"));
    let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("1"));
    assert_eq!(element(&answer, "ProcessingResultStatus"), Some("2"));
    assert_eq!(element(&answer, "ProcessingResultCode"), Some("TSK-E-INSURER-CHECK-DIGIT"));
    clinic.stop().await;
}

#[tokio::test]
async fn a_reference_number_is_registered_or_refused_for_the_person() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.drop_request("OQSsiimm01req_1.xml", registration_file("1", "24434"));
    clinic.drop_request("OQSsiimm01req_4.xml", registration_file("4", "24435"));
    let done = clinic.answer_text("OQSsiimm01res_1.xml").await;
    assert_eq!(element(&done, "ProcessingResultStatus"), Some("1"));
    assert_eq!(element(&done, "ReferenceNumber"), Some("24434"));
    let refused = clinic.answer_text("OQSsiimm01res_4.xml").await;
    assert_eq!(element(&refused, "ProcessingResultStatus"), Some("2"));
    assert_eq!(element(&refused, "ProcessingResultCode"), Some("TSK-E-PATIENT-NOT-FOUND"));
    clinic.stop().await;
}

#[tokio::test]
async fn an_unreachable_center_is_asked_again_and_then_told_honestly() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    center.go_away().await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("9"));
    assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-CENTER-UNREACHABLE"));
    assert!(element(&answer, "ErrorMessage").unwrap().contains("無効という意味ではありません"));
    assert!(!answer.contains("QualificationValidity"));
    clinic.stop().await;
}

#[tokio::test]
async fn a_folder_that_goes_away_is_waited_for_and_comes_back_by_itself() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    // A file where the folder should be: cannot be listed, cannot be made.
    let (req, res) = (clinic.config.req(), clinic.config.res());
    for folder in [&req, &res] {
        fs::remove_dir(folder).unwrap();
        fs::write(folder, "in the way").unwrap();
    }
    clinic.start().await;
    until(|| matches!(clinic.running().health().req, FolderState::Fails { .. })).await;
    fs::remove_file(&req).unwrap();
    fs::create_dir(&req).unwrap();
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    until(|| matches!(clinic.running().health().res, FolderState::Fails { .. })).await;
    fs::remove_file(&res).unwrap();
    fs::create_dir(&res).unwrap();
    clinic.answer("OQSsiquc01res_1.xml").await;
    until(|| clinic.running().health().res == FolderState::Works).await;
    assert_eq!(clinic.running().health().req, FolderState::Works);
    clinic.stop().await;
}

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    clinic.running().store().limit_pages(0).await;
    // Larger than what is left on the pages that the store has.
    let padding = format!("<!-- {} --></XmlMsg>", "x".repeat(40_000));
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1").replace("</XmlMsg>", &padding));
    until(|| clinic.running().health().disk.is_some()).await;
    assert_eq!(clinic.requests_left(), ["OQSsiquc01req_1.xml"], "it waits in the folder");
    clinic.running().store().limit_pages(1_000_000).await;
    assert_eq!(element(&clinic.answer_text("OQSsiquc01res_1.xml").await, "QualificationValidity"), Some("1"));
    until(|| clinic.running().health().disk.is_none()).await;
    clinic.stop().await;
}

#[tokio::test]
async fn many_files_at_once_are_all_answered_once() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    for at in 0..120 {
        clinic.drop_request(&format!("OQSsiquc01req_{at}.xml"), question_file("1"));
    }
    until(|| clinic.answers().iter().filter(|name| name.starts_with("OQSsiquc01res_")).count() == 120).await;
    assert_eq!(center.answered(), 120);
    until(|| names(&clinic.config.res()).len() == 120).await;
    clinic.stop().await;
}

#[tokio::test]
async fn the_same_name_may_come_again_after_it_was_answered() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    for number in ["1", "2"] {
        clinic.drop_request("OQSsiquc01req_1.xml", question_file(number));
        let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
        assert_eq!(element(&answer, "QualificationValidity"), Some(number));
        fs::remove_file(clinic.config.res().join("OQSsiquc01res_1.xml")).unwrap();
    }
    clinic.stop().await;
}

#[tokio::test]
async fn a_reader_never_sees_a_part_of_an_answer() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    for at in 0..40 {
        clinic.drop_request(&format!("OQSsiquc01req_{at}.xml"), question_file("1"));
    }
    let mut complete = 0;
    while complete < 40 {
        for name in clinic.answers().iter().filter(|name| name.starts_with("OQS")) {
            let path = clinic.config.res().join(name);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.trim_end().ends_with("</XmlMsg>"), "{text}");
            fs::remove_file(path).unwrap();
            complete += 1;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    clinic.stop().await;
}

#[test]
fn the_sample_files_are_what_the_reader_reads() {
    let file = samples::question_file("1");
    let read = wire::oqs::read::<wire::oqs::CheckQuestion>(file.as_bytes(), EncodingPolicy::default()).unwrap();
    let mut expected = samples::search("1");
    expected.arbitrary_identifier = Some("p1".to_owned());
    assert_eq!(read.body.search_info, Some(expected));
}
