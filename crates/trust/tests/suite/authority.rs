//! The authority gives certificates of the right shape and refuses the rest; renewal needs the old key, in time.

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use trust::ca::{CaError, Finding, IssuingAuthority, RevocationReason, Revoked, RootAuthority, ServerName};
use trust::limits::RENEWAL_GRACE;
use trust::renewal::{self, RenewalError};
use trust::{
    Certificate, CertificateChain, CertificateRequest, PeerCertificate, PrivateKey, RevocationList, Serial, Validity,
};
use x509_parser::prelude::FromDer as _;

use crate::sample::NOW;
use crate::world::{World, clinic, insurer, serial};

#[test]
fn a_terminal_certificate_lives_90_days_and_begins_26_hours_ago() {
    let world = World::new();
    let validity = world.clinic().chain.leaf().validity().expect("a validity");
    assert_eq!(validity.not_before, NOW - SignedDuration::from_hours(26));
    assert_eq!(validity.not_after, NOW + SignedDuration::from_hours(90 * 24));
    let hour = SignedDuration::from_hours(1);
    assert!(validity.holds_at(validity.not_before) && validity.holds_at(NOW) && validity.holds_at(validity.not_after));
    assert!(!validity.holds_at(validity.not_before - hour) && !validity.holds_at(validity.not_after + hour));
    let years = |c: &Certificate| c.validity().expect("a validity").not_after.duration_since(NOW).as_hours() / 8766;
    assert_eq!((years(world.root.certificate()), years(world.authority.certificate())), (20, 5));
}

#[test]
fn the_clinic_and_the_insurer_are_read_back_out_of_their_certificates() {
    let world = World::new();
    for (peer, number) in [(clinic(), 11), (insurer(), 12)] {
        let holder = world.client(&peer, number);
        let read = PeerCertificate::from_der(holder.chain.leaf().der()).expect("a peer");
        assert_eq!((read.peer, read.serial), (peer, serial(number)));
        assert_eq!(Ok(read.validity), holder.chain.leaf().validity());
    }
}

#[test]
fn names_in_a_request_are_not_believed() {
    let world = World::new();
    let own = rcgen::KeyPair::generate().expect("a key");
    let mut wish = rcgen::CertificateParams::new(vec!["center.example".to_owned()]).expect("params");
    wish.distinguished_name.push(rcgen::DnType::CommonName, "Ministry of Health");
    wish.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = wish.serialize_request(&own).expect("a request").pem().expect("PEM");
    let request = CertificateRequest::from_pem(&pem).expect("a request signed by its key");
    let chain = world.authority.issue_client(&clinic(), "診療所", &request, serial(5), NOW).expect("a certificate");
    let (_, read) = x509_parser::parse_x509_certificate(chain.leaf().der()).expect("X.509");
    assert_eq!(read.subject().to_string(), "CN=診療所");
    assert!(!read.is_ca());
    assert_eq!(PeerCertificate::from_der(chain.leaf().der()).expect("a peer").peer, clinic());
}

#[test]
fn a_request_that_its_key_did_not_sign_is_refused() {
    let key = PrivateKey::generate().expect("a key");
    let request = CertificateRequest::create(&key).expect("a request");
    let pem = request.to_pem();
    assert_eq!(CertificateRequest::from_pem(&pem).expect("reads").public_key(), key.public_key());
    let mut refused = 0;
    for position in 0..request.der().len() {
        let mut der = request.der().to_vec();
        der[position] ^= 1;
        refused += usize::from(CertificateRequest::from_pem(&as_pem("CERTIFICATE REQUEST", &der)).is_err());
    }
    assert_eq!(refused, request.der().len(), "every changed byte is noticed");
}

#[test]
fn keys_on_other_curves_and_of_other_kinds_are_refused() {
    for algorithm in [&rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
        let key = rcgen::KeyPair::generate_for(algorithm).expect("a key");
        let request = rcgen::CertificateParams::default().serialize_request(&key).expect("a request");
        assert!(CertificateRequest::from_pem(&request.pem().expect("PEM")).is_err());
        assert!(PrivateKey::from_pem(&key.serialize_pem()).is_err());
    }
}

#[test]
fn keys_and_authorities_survive_their_files() {
    let world = World::new();
    let key = PrivateKey::from_pem(&world.root.key().to_pem()).expect("the key again");
    let root = Certificate::from_pem(&world.root.certificate().to_pem()).expect("the certificate again");
    RootAuthority::load(root.clone(), key).expect("the root again");
    let chain = CertificateChain::from_pem(&world.server.chain.to_pem()).expect("the chain again");
    assert_eq!(chain, world.server.chain);
    let crl = world.crl(&[]);
    assert_eq!(RevocationList::from_pem(&crl.to_pem()), Ok(crl));
    assert_eq!(format!("{:?}", world.root.key()), "PrivateKey(…)");
    let other = PrivateKey::generate().expect("a key");
    assert_eq!(RootAuthority::load(root, other).expect_err("not its key"), CaError::WrongKey);
}

#[test]
fn an_issuing_authority_under_another_root_is_refused() {
    let (one, two) = (World::new(), World::new());
    let key = PrivateKey::generate().expect("a key");
    let issuing = one.root.sign_issuing("Tashika issuing 2", key.public_key(), serial(7), NOW).expect("signed");
    let under_two = IssuingAuthority::new(issuing.clone(), two.root.certificate().clone(), key);
    assert_eq!(under_two.expect_err("refused"), CaError::WrongRoot);
    let other = PrivateKey::generate().expect("a key");
    let with_other_key = IssuingAuthority::new(issuing, one.root.certificate().clone(), other);
    assert_eq!(with_other_key.expect_err("refused"), CaError::WrongKey);
}

#[test]
fn the_lint_stops_a_certificate_that_would_outlast_its_issuer() {
    let world = World::new();
    let late = NOW + SignedDuration::from_hours(5 * 8766 - 89 * 24);
    let request = CertificateRequest::create(&PrivateKey::generate().expect("a key")).expect("a request");
    let refused = world.authority.issue_client(&clinic(), "診療所", &request, serial(9), late);
    assert_eq!(refused.expect_err("stopped"), CaError::Lint(Finding::OutlastsIssuer));
}

#[test]
fn the_lint_stops_a_certificate_for_the_authority_s_own_key() {
    let world = World::new();
    let own = world.authority.certificate().public_key().expect("a key");
    let refused = world.authority.issue_server(&[ServerName::parse("a.example")], &own, serial(9), NOW);
    assert_eq!(refused.expect_err("stopped"), CaError::Lint(Finding::IssuerKey));
}

#[test]
fn names_that_cannot_stand_in_a_certificate_are_refused() {
    let world = World::new();
    let key = PrivateKey::generate().expect("a key");
    let request = CertificateRequest::create(&key).expect("a request");
    for name in ["", "   ", "a\nb", "\u{0}"] {
        let refused = world.authority.issue_client(&clinic(), name, &request, serial(9), NOW);
        assert_eq!(refused.expect_err("refused"), CaError::Name, "{name:?}");
    }
    let long = "医".repeat(200);
    world.authority.issue_client(&clinic(), &long, &request, serial(9), NOW).expect("a long name is cut");
    for names in [vec![], vec!["not a name"], vec!["-.example"], vec!["a.example"; 33]] {
        let names: Vec<ServerName> = names.into_iter().map(ServerName::parse).collect();
        let refused = world.authority.issue_server(&names, key.public_key(), serial(9), NOW);
        assert_eq!(refused.expect_err("refused"), CaError::ServerNames, "{names:?}");
    }
}

#[test]
fn serial_numbers_are_positive_have_16_bytes_and_one_spelling() {
    for byte in [0x00, 0x7f, 0x80, 0xff] {
        let serial = Serial::from_random([byte; 16]);
        assert_eq!(serial.as_bytes()[0] & 0xc0, 0x40);
        assert_eq!(Serial::parse(&serial.to_string()), Some(serial));
        assert_eq!(
            Serial::parse(&serial.to_string().to_uppercase()).is_some(),
            serial.to_string().bytes().all(|b| !b.is_ascii_alphabetic())
        );
    }
    assert_eq!(Serial::parse("00112233445566778899aabbccddeeff"), None, "not one of ours");
    assert_eq!(Serial::parse("40"), None);
}

#[test]
fn a_revocation_list_names_what_was_revoked_for_seven_days() {
    let world = World::new();
    let gone = Revoked { serial: world.clinic().serial(), at: NOW, reason: RevocationReason::KeyCompromise };
    let crl = world.authority.issue_crl(&[gone], 41, NOW).expect("a list");
    let (_, read) = x509_parser::revocation_list::CertificateRevocationList::from_der(crl.der()).expect("a CRL");
    assert_eq!(read.crl_number().map(ToString::to_string), Some("41".to_owned()));
    assert_eq!(read.next_update().map(|t| t.timestamp()), Some((NOW + SignedDuration::from_hours(168)).as_second()));
    let serials: Vec<&[u8]> =
        read.iter_revoked_certificates().map(x509_parser::prelude::RevokedCertificate::raw_serial).collect();
    assert_eq!(serials, [gone.serial.as_bytes().as_slice()]);
}

#[test]
fn reasons_are_read_back_by_their_names() {
    for reason in RevocationReason::ALL {
        assert_eq!(RevocationReason::parse(reason.code()), Some(*reason));
    }
    assert_eq!(RevocationReason::parse("lost"), None);
}

#[test]
fn a_certificate_with_bytes_after_it_or_too_long_is_refused() {
    let world = World::new();
    let mut der = world.root.certificate().der().to_vec();
    der.push(0);
    assert!(Certificate::from_der(der).is_err());
    assert!(Certificate::from_der(vec![0x30; 9000]).is_err());
    let two = world.server.chain.to_pem();
    assert!(Certificate::from_pem(&two).is_err(), "a chain is not one certificate");
    assert!(Certificate::from_pem(&"x".repeat(70_000)).is_err());
}

#[test]
fn renewal_begins_in_the_last_third_and_leaves_its_second_half_for_trying_again() {
    let validity = Validity { not_before: NOW, not_after: NOW + SignedDuration::from_hours(90 * 24) };
    let day = |at: Timestamp| at.duration_since(NOW).as_hours() / 24;
    assert_eq!(day(renewal::renew_at(validity, 0)), 60);
    assert_eq!(day(renewal::renew_at(validity, u64::MAX / 2)), 67);
    assert_eq!(day(renewal::renew_at(validity, u64::MAX)), 74);
    let nothing = Validity { not_before: NOW, not_after: NOW };
    assert_eq!(renewal::renew_at(nothing, u64::MAX), NOW);
}

#[test]
fn the_old_key_renews_even_some_months_after_the_end() {
    let world = World::new();
    let old = world.clinic();
    let key = PrivateKey::generate().expect("a key");
    let request = CertificateRequest::create(&key).expect("a request");
    let proof = renewal::prove(&old.key, &request).expect("a signature");
    let crl = world.crl(&[]);
    let end = old.chain.leaf().validity().expect("a validity").not_after;
    let check = |proof: &[u8], request: &CertificateRequest, crl: &RevocationList, now| {
        renewal::check(&world.authority, crl, old.chain.leaf(), request, proof, now)
    };
    for now in [NOW, end, end + 1.second(), end + RENEWAL_GRACE] {
        assert_eq!(check(&proof, &request, &crl, now).expect("renews").peer, clinic(), "{now}");
    }
    assert_eq!(check(&proof, &request, &crl, end + RENEWAL_GRACE + 1.second()), Err(RenewalError::TooLate(end)));
    let stranger = renewal::prove(&key, &request).expect("a signature");
    assert_eq!(check(&stranger, &request, &crl, NOW), Err(RenewalError::Signature));
    let other = CertificateRequest::create(&PrivateKey::generate().expect("a key")).expect("a request");
    assert_eq!(check(&proof, &other, &crl, NOW), Err(RenewalError::Signature));
    let same = CertificateRequest::create(&old.key).expect("a request");
    let same_proof = renewal::prove(&old.key, &same).expect("a signature");
    assert_eq!(check(&same_proof, &same, &crl, NOW), Err(RenewalError::SameKey));
    let gone = Revoked { serial: old.serial(), at: NOW, reason: RevocationReason::KeyCompromise };
    assert!(matches!(check(&proof, &request, &world.crl(&[gone]), NOW), Err(RenewalError::NotAccepted(_))));
}

#[test]
fn a_certificate_of_another_center_does_not_renew_here() {
    let (here, there) = (World::new(), World::new());
    let old = there.clinic();
    let request = CertificateRequest::create(&PrivateKey::generate().expect("a key")).expect("a request");
    let proof = renewal::prove(&old.key, &request).expect("a signature");
    let refused = renewal::check(&here.authority, &here.crl(&[]), old.chain.leaf(), &request, &proof, NOW);
    assert!(matches!(refused, Err(RenewalError::NotAccepted(_))), "{refused:?}");
}

fn as_pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}
