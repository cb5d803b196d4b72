//! One-time codes, renewal, renewal after the end, revocation.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use center::Admin;
use kit::client::{ClientError, CouldNotAsk};
use kit::random::SystemRandom;
use trust::ca::RevocationReason;
use trust::{CertificateRequest, OneTimeCode, Peer, PrivateKey};
use wire::api::{Enrolled, ProblemCode, RenewalRequest, RenewalWithOldCertificate, TimeNow};

use crate::world::{CLINIC, Member, World, code, could_not_ask, problem_code, shared, until};

const DAY: Duration = Duration::from_hours(24);

async fn time(client: &kit::client::Client) -> Result<TimeNow, ClientError> {
    client.get_json("/v1/time").await
}

#[tokio::test]
async fn a_terminal_joins_with_a_code_and_is_told_all_that_it_needs() {
    let world = World::new().await;
    let member = world.member(CLINIC).await;
    assert_eq!(member.enrolled.medical_institution_code, CLINIC);
    assert_eq!(member.enrolled.name, "確か診療所");
    assert_eq!(member.enrolled.api_urls, [world.api_url()]);
    assert_eq!(member.enrolled.log_id, "01");
    match Peer::from_der(member.chain().leaf().der()).unwrap() {
        Peer::Facility { code, .. } => assert_eq!(code.as_str(), CLINIC),
        Peer::Insurer(_) => panic!("a terminal is no insurer"),
    }
    time(&world.client(&member)).await.unwrap();
    let second = world.member(CLINIC).await;
    assert_ne!(
        Peer::from_der(member.chain().leaf().der()).unwrap(),
        Peer::from_der(second.chain().leaf().der()).unwrap(),
        "two terminals of one institution can be told apart"
    );
}

#[tokio::test]
async fn a_code_is_good_once_and_again_only_for_the_same_key() {
    let world = World::new().await;
    let code = world.admin.facility_enrol(code(CLINIC)).await.unwrap().code.to_string();
    let csr = CertificateRequest::create(&PrivateKey::generate().unwrap()).unwrap().to_pem();
    let first = world.enrol(&code, &csr).await.unwrap();
    let again = world.enrol(&code, &csr).await.unwrap();
    assert_eq!(first, again, "the answer was lost on the line; the same certificate is given");
    assert_eq!(problem_code(world.join(&code).await.map(|_| ())), ProblemCode::EnrolmentCodeInvalid);
}

#[tokio::test]
async fn a_code_that_is_wrong_old_or_taken_back_is_refused_in_the_same_words() {
    let world = World::new().await;
    let ticket = world.admin.facility_enrol(code(CLINIC)).await.unwrap();
    let mut refusals = Vec::new();
    let wrong = OneTimeCode::new([7; 10], &world.root()).to_string();
    refusals.push(crate::world::problem(world.join(&wrong).await.map(|_| ())));
    let taken_back = world.admin.facility_enrol(code(CLINIC)).await.unwrap().code.to_string();
    world.admin.facility_revoke(code(CLINIC), RevocationReason::Unspecified).await.unwrap();
    refusals.push(crate::world::problem(world.join(&taken_back).await.map(|_| ())));
    refusals.push(crate::world::problem(world.join(&ticket.code.to_string()).await.map(|_| ())));
    let late = world.admin.facility_enrol(code(CLINIC)).await.unwrap().code.to_string();
    world.clock.advance(DAY * 10);
    refusals.push(crate::world::problem(world.join(&late).await.map(|_| ())));
    for refusal in &refusals {
        assert_eq!(refusal.code, ProblemCode::EnrolmentCodeInvalid);
        assert_eq!(refusal.detail, refusals[0].detail);
    }
}

#[tokio::test]
async fn a_bad_certificate_request_does_not_use_up_the_code() {
    let world = World::new().await;
    let code = world.admin.facility_enrol(code(CLINIC)).await.unwrap().code.to_string();
    for bad in ["", "nonsense", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"] {
        assert_eq!(problem_code(world.enrol(&code, bad).await), ProblemCode::CsrRefused);
    }
    world.join(&code).await.expect("the code is still good");
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_by_address() {
    let world = World::new().await;
    let mut limited = 0;
    for n in 0..60_u8 {
        let wrong = OneTimeCode::new([n; 10], &world.root()).to_string();
        let csr = CertificateRequest::create(&PrivateKey::generate().unwrap()).unwrap().to_pem();
        limited += u32::from(problem_code(world.enrol(&wrong, &csr).await) == ProblemCode::RateLimited);
    }
    assert_eq!(limited, 30);
}

#[tokio::test]
async fn a_certificate_is_renewed_over_its_own_connection_for_the_same_terminal() {
    let world = World::new().await;
    let member = world.member(CLINIC).await;
    world.clock.advance(DAY * 61);
    let renewed = renew(&world, &member).await.unwrap();
    let peer = |member: &Member| Peer::from_der(member.chain().leaf().der()).unwrap();
    assert_eq!(peer(&member), peer(&renewed));
    let (old, new) = (member.chain().leaf().validity().unwrap(), renewed.chain().leaf().validity().unwrap());
    assert!(new.not_after > old.not_after);
    time(&world.client(&renewed)).await.unwrap();
    time(&world.client(&member)).await.expect("the old one is good until its end");
}

fn assert_refused(why: &CouldNotAsk) {
    assert!(matches!(why, CouldNotAsk::CertificateRefused(_)), "{why:?}");
}

async fn renew(world: &World, member: &Member) -> Result<Member, ClientError> {
    let key = PrivateKey::generate().unwrap();
    let csr = CertificateRequest::create(&key).unwrap().to_pem();
    let enrolled = world.client(member).post_json("/v1/certificates/renew", &RenewalRequest { csr }).await?;
    Ok(Member { enrolled, key })
}

async fn renew_expired(world: &World, member: &Member, signing_key: &PrivateKey) -> Result<Enrolled, ClientError> {
    let request = CertificateRequest::create(&PrivateKey::generate().unwrap()).unwrap();
    let signature = trust::renewal::prove(signing_key, &request).unwrap();
    let body = RenewalWithOldCertificate {
        csr: request.to_pem(),
        old_certificate: member.chain().leaf().to_pem(),
        signature: STANDARD.encode(signature),
    };
    world.enrol_client("").post_json("/v1/renewals", &body).await
}

#[tokio::test]
async fn a_certificate_that_ran_out_is_refused_at_once_and_renewed_by_its_key_within_the_grace() {
    let world = World::new().await;
    let member = world.member(CLINIC).await;
    let open = world.client(&member);
    time(&open).await.unwrap();
    world.clock.advance(DAY * 91);
    assert_eq!(problem_code(time(&open).await), ProblemCode::CertificateExpired, "on a connection that was open");
    restarted_certificate(&world).await;
    assert_refused(&could_not_ask(time(&world.client(&member)).await));

    let other_key = PrivateKey::generate().unwrap();
    assert_eq!(problem_code(renew_expired(&world, &member, &other_key).await), ProblemCode::RenewalRefused);
    let renewed = renew_expired(&world, &member, &member.key).await.unwrap();
    assert_eq!(renewed.medical_institution_code, CLINIC);

    world.clock.advance(Duration::from_secs(u64::try_from(trust::limits::RENEWAL_GRACE.as_secs()).unwrap()));
    restarted_certificate(&world).await;
    assert_eq!(problem_code(renew_expired(&world, &member, &member.key).await), ProblemCode::RenewalRefused);
}

/// The certificate of the center itself lives 90 days of the same clock; a new configuration stands for its renewal.
async fn restarted_certificate(world: &World) {
    until("the center renews its own certificate", async || {
        world.enrol_client("").get("/v1/nothing").await.is_err_and(|e| e.problem_code().is_some()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_on_open_connections_in_handshakes_and_at_renewal() {
    let world = World::new().await;
    let (stolen, other) = (world.member(CLINIC).await, world.member(CLINIC).await);
    let (open, open_other) = (world.client(&stolen), world.client(&other));
    time(&open).await.unwrap();
    time(&open_other).await.unwrap();
    // As another process does it: the command line on the machine of the center.
    let admin = Admin::open(&world.folder, shared(&world.clock), SystemRandom::shared()).await.unwrap();
    assert!(admin.certificate_revoke(&stolen.serial(), RevocationReason::KeyCompromise).await.unwrap());
    assert!(!admin.certificate_revoke(&stolen.serial(), RevocationReason::KeyCompromise).await.unwrap());
    admin.close().await;
    until("the center notices", async || {
        (time(&open).await.err()?.problem_code()? == ProblemCode::CertificateRevoked).then_some(())
    })
    .await;
    assert_refused(&could_not_ask(time(&world.client(&stolen)).await));
    world.clock.advance(DAY * 91);
    restarted_certificate(&world).await;
    assert_eq!(problem_code(renew_expired(&world, &stolen, &stolen.key).await), ProblemCode::RenewalRefused);
    assert!(renew_expired(&world, &other, &other.key).await.is_ok(), "the other terminal is not concerned");
}

#[tokio::test]
async fn revoking_an_institution_revokes_all_its_terminals_and_the_list_names_them() {
    let world = World::new().await;
    let (one, two) = (world.member(CLINIC).await, world.member(CLINIC).await);
    assert_eq!(world.admin.facility_revoke(code(CLINIC), RevocationReason::PrivilegeWithdrawn).await.unwrap(), 2);
    let view = world.admin.facility_show(code(CLINIC)).await.unwrap();
    assert!(view.certificates.iter().all(|certificate| certificate.revoked_at.is_some()));
    let first = world.admin.revocation_list().await.unwrap();
    let second = world.admin.revocation_list().await.unwrap();
    assert_ne!(first.der(), second.der(), "the number of the list grows");
    for member in [&one, &two] {
        let serial = member.chain().leaf().serial().unwrap();
        assert!(first.der().windows(16).any(|window| window == serial.as_bytes()));
    }
}
