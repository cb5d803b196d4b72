//! Care goes on: the line is cut, the desk goes on from what the center said last, the line is back, everything is asked
//! again under its own number, and staff see what was otherwise.

use std::sync::atomic::Ordering;
use std::time::Duration;

use wire::api::{ProblemCode, Verdict};

use super::center::{Behaviour, FakeCenter};
use super::clinic::{Clinic, element, until};
use super::desk::{Browser, check_form};
use super::samples::{NAME, number_of, question_file};
use crate::identity::Identity;
use crate::layout::Layout;

/// A clinic that has asked about these numbers while the center answered, and then lost it.
async fn cut_off(asked: &[&str]) -> (FakeCenter, Clinic, Browser) {
    let mut center = FakeCenter::start();
    let clinic = Clinic::open(&center).await;
    let desk = Browser::admin(&clinic).await;
    for number in asked {
        assert_eq!(desk.post("/check", &check_form(number)).await.status, 200);
    }
    center.go_away().await;
    (center, clinic, desk)
}

async fn until_settled(clinic: &Clinic) {
    until(|| clinic.running().health().waiting_cases == 0).await;
}

#[tokio::test]
async fn fault_the_line_is_cut_and_a_known_patient_is_insured_as_of_then() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    let page = desk.post("/check", &check_form("1")).await.body;
    for shown in ["日の控え", "控えによる判定", NAME, "3割", "センターに接続できません", "このまま受け付けられます"]
    {
        assert!(page.contains(shown), "{shown} is missing in\n{page}");
    }
    assert!(page.contains("class=\"answer kept\"") && !page.contains("証明番号"), "it is no answer of the center");
    assert!(desk.get("/today").await.body.contains("有効（控え）"));
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (1, 0));
    let open = desk.get("/open").await.body;
    assert!(open.contains("確認を待っています（1件）") && open.contains(NAME), "{open}");

    let asked = center.answered();
    center.come_back();
    until_settled(&clinic).await;
    assert_eq!(center.answered(), asked + 1, "it was asked once");
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (0, 0), "nothing was otherwise");
    let list = desk.get("/today").await.body;
    assert!(!list.contains("有効（控え）") && list.contains("href=\"/answers/"), "the list holds the answer now");
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_loss_that_came_to_light_later_waits_for_staff() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    desk.post("/check", &check_form("1")).await;
    center.behave(Behaviour::Lost);
    center.come_back();
    until_settled(&clinic).await;
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (0, 1));
    let page = desk.get("/open").await.body;
    for shown in ["ちがいがありました（1件）", "有効（控え） 3割", "無効", NAME, "回答を見る", "1件あります"]
    {
        assert!(page.contains(shown), "{shown} is missing in\n{page}");
    }
    let (_, rest) = page.split_once("action=\"/open/").unwrap();
    let id = rest.split('/').next().unwrap();
    assert_eq!(desk.post(&format!("/open/{id}/seen"), "").await.status, 303);
    assert!(desk.get("/open").await.body.contains("ちがいがありました（0件）"));

    // And from now on the copy says so too.
    let mut center = center;
    center.go_away().await;
    let page = desk.post("/check", &check_form("1")).await.body;
    assert!(page.contains("2026年4月1日 に資格喪失の記録") && !page.contains("answer invalid"), "{page}");
    clinic.stop().await;
}

#[tokio::test]
async fn fault_nobody_known_is_cannot_tell_and_comes_first_when_the_line_is_back() {
    let (center, mut clinic, desk) = cut_off(&["1", "6"]).await;
    for (number, shown) in [
        ("1", "日の控え"),
        ("8", "この番号の回答は、この端末にまだ保存されていません"),
        (number_of(Verdict::ValidUnregistered), "日の控え"),
    ] {
        let page = desk.post("/check", &check_form(number)).await.body;
        assert!(page.contains(shown) && !page.contains("answer invalid"), "{number}: {page}");
    }
    let other_birth = check_form("1").replace("S55.4.1", "S55.4.2");
    let page = desk.post("/check", &other_birth).await.body;
    assert!(page.contains("判定できません") && !page.contains(NAME), "somebody else's birth date shows nobody: {page}");
    let waiting = clinic.running().store().cases_waiting(10).await.unwrap();
    let said: Vec<_> = waiting.iter().map(|case| case.said.as_str()).collect();
    assert_eq!(said, ["cannot_tell", "cannot_tell", "valid_as_of", "valid_as_of"]);

    center.come_back();
    until_settled(&clinic).await;
    // What was undetermined is always told; of the other two, one has a ticket missing.
    let to_see = clinic.running().store().cases_to_see(10).await.unwrap();
    assert_eq!(to_see.len(), 3, "{to_see:?}");
    clinic.stop().await;
}

#[tokio::test]
async fn fault_the_same_question_in_the_dark_is_one_case_however_often() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    for _ in 0..3 {
        desk.post("/check", &check_form("1")).await;
    }
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (1, 0));
    let asked = center.answered();
    center.behave(Behaviour::Refuse(ProblemCode::Overloaded));
    center.come_back();
    until(|| clinic.running().health().link == crate::health::Link::Up).await;
    // Staff are faster than the queue: the case is theirs, and nobody is asked about it again.
    center.behave(Behaviour::Honest);
    let page = desk.post("/check", &check_form("1")).await.body;
    assert!(page.contains("いま確認"), "{page}");
    until_settled(&clinic).await;
    assert_eq!(center.answered(), asked + 1);
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (0, 0));
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_terminal_that_is_not_let_in_keeps_its_cases() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    desk.post("/check", &check_form("1")).await;
    center.behave(Behaviour::Refuse(ProblemCode::FacilityUnknown));
    let asked = center.inner.asked.load(Ordering::Relaxed);
    center.come_back();
    until(|| center.inner.asked.load(Ordering::Relaxed) > asked).await;
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (1, 0));
    let page = desk.post("/check", &check_form("1")).await.body;
    assert!(page.contains("センターが受け付けません"), "{page}");
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (1, 0), "it waits");
    center.behave(Behaviour::Honest);
    until_settled(&clinic).await;
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_terminal_revoked_while_the_line_was_cut_is_told_so_and_keeps_its_cases() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    desk.post("/check", &check_form("1")).await;
    let identity = Identity::load(&Layout::new(&clinic.data())).unwrap();
    let asked = center.answered();
    center.come_back();
    center.revoke(&[identity.chain.leaf().serial().unwrap()]);
    until(|| clinic.running().health().refused == Some(ProblemCode::CertificateRevoked)).await;
    let light = desk.get("/light").await.body;
    assert!(light.contains("センターが拒否"), "{light}");
    let status = desk.get("/status").await.body;
    assert!(status.contains("この端末の証明書を受け付けません") && status.contains("登録し直して"), "{status}");
    // Neither lost nor settled by a refusal; and whoever comes now is not told to be uninsured.
    assert_eq!((clinic.running().store().count_cases().await.unwrap(), center.answered()), ((1, 0), asked));
    let page = desk.post("/check", &check_form("1")).await.body;
    assert!(page.contains("失効しています") && !page.contains("answer invalid"), "{page}");
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (1, 0), "it waits");
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_terminal_stopped_in_the_dark_settles_after_its_next_start() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    for number in ["1", "8", "9"] {
        desk.post("/check", &check_form(number)).await;
    }
    clinic.stop().await;
    let asked = center.answered();
    center.come_back();
    clinic.start().await;
    until(|| center.answered() == asked + 3).await;
    until_settled(&clinic).await;
    assert_eq!(clinic.running().store().count_cases().await.unwrap().0, 0);
    assert_eq!(center.answered(), asked + 3, "each once");
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_slow_center_is_waited_for_only_where_nothing_is_known() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let desk = Browser::admin(&clinic).await;
    desk.post("/check", &check_form("1")).await;
    until(|| clinic.running().health().link == crate::health::Link::Up).await;
    center.behave(Behaviour::Slow(Duration::from_secs(3)));
    let unknown = desk.post("/check", &check_form("8")).await.body;
    assert!(unknown.contains("いま確認"), "it took long, and was answered: {unknown}");
    let known = desk.post("/check", &check_form("1")).await.body;
    assert!(known.contains("日の控え") && known.contains("時間内に回答がありません"), "{known}");
    center.behave(Behaviour::Honest);
    until_settled(&clinic).await;
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_receipt_computer_gets_the_kept_answer_and_reads_from_when_it_is() {
    let (center, mut clinic, desk) = cut_off(&["1"]).await;
    clinic.drop_request("OQSsiquc01req_dark.xml", question_file("1"));
    let answer = clinic.answer_text("OQSsiquc01res_dark.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("1"), "{answer}");
    assert_eq!(element(&answer, "QualificationValidity"), Some("1"));
    assert_eq!(element(&answer, "ProcessingResultCode"), Some("TSK-I-SIGNED-COPY"));
    let message = element(&answer, "ProcessingResultMessage").unwrap();
    assert!(message.contains("回線不通のため") && message.contains("に確認した結果です"), "{message}");
    assert_eq!(element(&answer, "ArbitraryFileIdentifier"), Some("file-7"));
    assert_eq!(element(&answer, "QualificationConfirmationDate"), Some("20260407"));

    // Nobody known: not a word about the patient, and never "invalid".
    clinic.drop_request("OQSsiquc01req_nobody.xml", question_file("8"));
    let answer = clinic.answer_text("OQSsiquc01res_nobody.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("9"), "{answer}");
    assert!(element(&answer, "QualificationValidity").is_none());

    let asked = center.answered();
    center.behave(Behaviour::Lost);
    center.come_back();
    until_settled(&clinic).await;
    assert_eq!(center.answered(), asked + 2, "both are asked again");
    assert_eq!(clinic.running().store().count_cases().await.unwrap(), (0, 2));
    assert!(desk.get("/open").await.body.contains("ちがいがありました（2件）"));
    clinic.stop().await;
}

#[tokio::test]
async fn what_a_patient_says_is_taken_down_kept_sealed_and_named_in_the_lists() {
    let (center, mut clinic, desk) = cut_off(&[]).await;
    let page = desk.post("/check", &check_form("8")).await.body;
    let (_, rest) = page.split_once("href=\"/open/").expect("a way to take it down");
    let address = format!("/open/{}", rest.split('"').next().unwrap());
    let form = desk.get(&address).await.body;
    assert!(form.contains("被保険者資格申立書") && form.contains("1980年4月1日"), "{form}");
    let said = "name=%E8%A6%8B%E6%9C%AC%E3%80%80%E9%AB%99%E5%AD%90&kind=%E5%9B%BD%E4%BF%9D&share=3%E5%89%B2&insurer=%E4%B8%96%E7%94%B0%E8%B0%B7%E5%8C%BA";
    assert_eq!(desk.post(&address, said).await.status, 303);
    let form = desk.get(&address).await.body;
    for shown in ["value=\"見本　髙子\"", "value=\"国保\" checked", "value=\"3割\" checked", "保存しました"]
    {
        assert!(form.contains(shown), "{shown} is missing in\n{form}");
    }
    assert!(desk.get("/open").await.body.contains("見本　髙子"));
    assert!(desk.get("/today").await.body.contains("世田谷区"));
    let other = desk.get("/open/01900000-0000-7000-8000-000000000001/statement").await;
    assert_eq!(other.status, 404);
    // The center knows nobody like this: the desk still says whom it saw.
    center.behave(Behaviour::Unknown);
    center.come_back();
    until_settled(&clinic).await;
    let open = desk.get("/open").await.body;
    assert!(open.contains("該当する資格なし") && open.contains("見本　髙子"), "{open}");
    clinic.stop().await;
    for entry in std::fs::read_dir(clinic.data()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(path).unwrap() } else { Vec::new() };
        assert!(!bytes.windows("見本　髙子".len()).any(|at| at == "見本　髙子".as_bytes()), "it is sealed");
    }
}

#[tokio::test]
async fn what_needs_a_consent_is_not_shown_from_a_copy_without_one() {
    let (_center, mut clinic, desk) = cut_off(&["1"]).await;
    let page = desk.post("/check", &check_form("1")).await.body;
    assert!(page.contains("区分ウ"), "the patient agrees now as then: {page}");
    let without = check_form("1").replace("&LimitApplicationCertificateRelatedConsFlg=1", "");
    let page = desk.post("/check", &without).await.body;
    assert!(page.contains("日の控え") && !page.contains("区分ウ"), "{page}");
    clinic.stop().await;
}

#[tokio::test]
async fn nobody_whom_the_center_forgot_is_insured_by_a_copy() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let desk = Browser::admin(&clinic).await;
    desk.post("/check", &check_form("1")).await;
    let query = super::samples::search("1").parse("20260407", super::samples::FACILITY).unwrap();
    assert_eq!(clinic.running().store().copies(&query).await.unwrap().len(), 1);
    center.behave(Behaviour::Unknown);
    let page = desk.post("/check", &check_form("1")).await.body;
    assert!(page.contains("該当する資格なし"), "{page}");
    assert!(clinic.running().store().copies(&query).await.unwrap().is_empty());
    clinic.stop().await;
}
