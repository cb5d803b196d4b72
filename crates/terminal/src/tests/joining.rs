//! Joining, the self-test, renewal before and after the end, revocation, a wrong clock, one program a folder.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use wire::api::{ProblemCode, Verdict};

use super::center::FakeCenter;
use super::clinic::{Clinic, element, names, random, until};
use super::samples::{FACILITY, number_of, question_file};
use crate::health::{CertificateState, Link};
use crate::identity::Identity;
use crate::join::{JoinError, join};
use crate::layout::Layout;
use crate::running::{StartError, Terminal};

#[tokio::test]
async fn joining_leaves_everything_needed_in_a_private_folder() {
    let center = FakeCenter::start();
    let clinic = Clinic::join(&center).await;
    assert_eq!(clinic.joined.facility.as_str(), FACILITY);
    assert_eq!(clinic.joined.name, "しんりょう内科");
    assert!(clinic.joined.self_test.is_ok(), "{:?}", clinic.joined.self_test);
    assert_eq!(names(&clinic.data().join("OQS")), ["face", "req", "res"]);
    assert!(!clinic.data().join("next-key.pem").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(clinic.data().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(std::fs::metadata(clinic.data()).unwrap().permissions().mode() & 0o777, 0o700);
        for name in ["terminal.pem", "store.key", "center.json"] {
            assert_eq!(mode(name), 0o600, "{name}");
        }
    }
}

#[tokio::test]
async fn a_folder_joins_once() {
    let center = FakeCenter::start();
    let clinic = Clinic::join(&center).await;
    let again = join(&center.enrol_url, &center.code, &clinic.data(), clinic.clock.clone(), random()).await;
    assert!(matches!(again, Err(JoinError::AlreadyJoined(_))));
}

#[tokio::test]
async fn a_center_with_another_root_than_the_code_names_learns_nothing() {
    let (center, impostor) = (FakeCenter::start(), FakeCenter::start());
    let dir = tempfile::tempdir().unwrap();
    let clock = kit::clock::SystemClock::shared();
    let joined = join(&impostor.enrol_url, &center.code, &dir.path().join("t"), clock, random()).await;
    let Err(error @ JoinError::Center(_)) = joined else { panic!("{joined:?}") };
    assert!(error.message_ja().contains("センター"), "{}", error.message_ja());
}

#[tokio::test]
async fn a_certificate_in_its_last_third_is_renewed_without_a_restart() {
    let center = FakeCenter::start();
    center.issue_days_ago(80);
    let mut clinic = Clinic::join(&center).await;
    let before = Identity::load(&Layout::new(&clinic.data())).unwrap();
    clinic.start().await;
    until(|| center.inner.renewed.load(Ordering::Relaxed) == 1).await;
    until(|| days_left(&clinic).is_some_and(|days| days > 80)).await;
    let after = Identity::load(&Layout::new(&clinic.data())).unwrap();
    assert_ne!(before.key.public_key(), after.key.public_key());
    // The old certificate is not needed any more: revoke it, and go on.
    center.revoke(&[before.chain.leaf().serial().unwrap()]);
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    assert_eq!(element(&clinic.answer_text("OQSsiquc01res_1.xml").await, "QualificationValidity"), Some("1"));
    clinic.stop().await;
}

#[tokio::test]
async fn a_terminal_that_slept_through_the_end_of_its_certificate_comes_back_by_itself() {
    let center = FakeCenter::start();
    center.issue_days_ago(120);
    let mut clinic = Clinic::join(&center).await;
    assert!(clinic.joined.self_test.is_err(), "the certificate has run out");
    clinic.start().await;
    until(|| center.inner.renewed_late.load(Ordering::Relaxed) == 1).await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    assert_eq!(element(&clinic.answer_text("OQSsiquc01res_1.xml").await, "QualificationValidity"), Some("1"));
    clinic.stop().await;
}

#[tokio::test]
async fn a_revoked_terminal_says_so_and_never_says_invalid() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    let identity = Identity::load(&Layout::new(&clinic.data())).unwrap();
    center.revoke(&[identity.chain.leaf().serial().unwrap()]);
    clinic.start().await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file("1"));
    let answer = clinic.answer_text("OQSsiquc01res_1.xml").await;
    assert_eq!(element(&answer, "SegmentOfResult"), Some("9"));
    assert_eq!(element(&answer, "ErrorCode"), Some("TSK-E-CERTIFICATE-REVOKED"));
    assert_eq!(element(&answer, "QualificationValidity"), None);
    assert_eq!(clinic.running().health().refused, Some(ProblemCode::CertificateRevoked));
    clinic.stop().await;
}

#[tokio::test]
async fn a_clock_an_hour_off_is_told_and_the_day_is_the_centers() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::join(&center).await;
    clinic.clock.ahead_by(SignedDuration::from_hours(-25));
    clinic.start().await;
    assert!(clinic.running().wait_until_connected(super::clinic::SOON).await);
    let hours = clinic.running().hours();
    assert!(hours.warning().is_some_and(|ahead| (ahead.as_hours() - 24).abs() <= 1), "{:?}", hours.warning());
    let right = domain::date::format(domain::date::in_japan(center_now()).date());
    assert_eq!(hours.today_text(), right);
    clinic.stop().await;
}

#[expect(clippy::disallowed_methods, reason = "the test compares with the machine's clock")]
fn center_now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[tokio::test]
async fn two_programs_never_work_on_one_folder() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let second = Terminal::start(clinic.config.clone(), clinic.clock.clone(), random()).await;
    assert!(matches!(second, Err(StartError::AlreadyRunning)));
    clinic.stop().await;
    clinic.start().await;
    clinic.stop().await;
}

#[tokio::test]
async fn a_center_that_goes_away_is_seen_and_so_is_its_return() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    assert!(clinic.running().wait_until_connected(super::clinic::SOON).await);
    center.go_away().await;
    clinic.drop_request("OQSsiquc01req_1.xml", question_file(number_of(Verdict::Valid)));
    until(|| matches!(clinic.running().health().link, Link::Down { .. })).await;
    center.come_back();
    assert_eq!(element(&clinic.answer_text("OQSsiquc01res_1.xml").await, "QualificationValidity"), Some("1"));
    until(|| clinic.running().health().link == Link::Up).await;
    clinic.stop().await;
}

fn days_left(clinic: &Clinic) -> Option<i64> {
    match clinic.running().health().certificate {
        Some(CertificateState::Valid { days_left, .. }) => Some(days_left),
        Some(CertificateState::Expired { .. }) | None => None,
    }
}
