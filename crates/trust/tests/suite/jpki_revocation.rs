//! Revocation is believed from whom the authority lets say it, for the certificate that was asked about, and of this time;
//! everything else leaves the question open and says why. Both sides of OCSP and of revocation lists meet here.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use trust::der;
use trust::jpki::crl::{self, Contents, Crl};
use trust::jpki::issue::{self, Leaf};
use trust::jpki::ocsp::{Question, Refusal, Request, Responder, Status};
use trust::jpki::{CertificateSerial, PersonCertificate, Revocation, RevocationError, RevocationReason};

use crate::jpki_world::{WORLD, at, leaf, now, serial, validity};

const NONCE: [u8; 32] = [7; 32];
const LOST: [u8; 4] = [0x10, 0, 0, 1];
const KEPT: [u8; 4] = [0x10, 0, 0, 2];
const STRANGE: [u8; 4] = [0x10, 0, 0, 3];

fn revocation() -> Revocation {
    Revocation { at: at("2026-11-20T01:02:03Z"), reason: RevocationReason::KeyCompromise }
}

/// What the authority knows: one lost, one kept.
fn status(asked: CertificateSerial) -> Status {
    if asked == serial(&LOST) {
        Status::Revoked(revocation())
    } else if asked == serial(&KEPT) {
        Status::Good
    } else {
        Status::Unknown
    }
}

fn responder(generation: usize) -> Responder {
    let ca = WORLD.generation(generation);
    Responder::authority(ca.certificate_again(), ca.key_again()).expect("its own key")
}

/// A responder with a certificate that `signed_by` made for it, for generation 3.
fn delegated(signed_by: usize, valid: (&str, &str)) -> Responder {
    let (ca, by) = (WORLD.generation(3), WORLD.generation(signed_by));
    let spki = WORLD.responder.public_spki().expect("written");
    let certificate =
        issue::responder(&ca.certificate, &by.key, serial(&[9]), validity(valid.0, valid.1), &spki).expect("signed");
    let key = trust::jpki::RsaPrivateKey::from_pkcs8(WORLD.responder.to_pkcs8()).expect("was read before");
    Responder::delegated(ca.certificate_again(), certificate, key).expect("its own key")
}

fn ask(responder: &Responder, question: &Question, when: Timestamp, next: Option<Timestamp>) -> Vec<u8> {
    let request = Request::read(&question.to_der()).expect("our own request");
    responder.answer(&request, when, next, status).expect("signed")
}

#[test]
fn ocsp_tells_good_revoked_and_unknown_apart() {
    let responder = responder(3);
    for (number, expected) in [(LOST, Status::Revoked(revocation())), (KEPT, Status::Good), (STRANGE, Status::Unknown)]
    {
        let question = Question::new(&WORLD.person(&number), NONCE);
        let next = now() + SignedDuration::from_hours(1);
        let answer = question.read_answer(&ask(&responder, &question, now(), Some(next)), now()).expect("believed");
        assert_eq!((answer.status, answer.this_update, answer.next_update), (expected, now(), Some(next)));
    }
}

#[test]
fn an_answer_counts_only_for_its_question() {
    let person = WORLD.person(&KEPT);
    let question = Question::new(&person, NONCE);
    let read = |der: &[u8]| question.read_answer(der, now()).err();
    let other_nonce = ask(&responder(3), &Question::new(&person, [8; 32]), now(), None);
    assert_eq!(read(&other_nonce), Some(RevocationError::Nonce));
    let other_person = ask(&responder(3), &Question::new(&WORLD.person(&LOST), NONCE), now(), None);
    assert_eq!(read(&other_person), Some(RevocationError::OtherCertificate));
    // Another generation, with the same name, answers for itself only.
    assert_eq!(read(&ask(&responder(2), &question, now(), None)), Some(RevocationError::Responder));
    for (refusal, number) in [
        (Refusal::MalformedRequest, 1),
        (Refusal::InternalError, 2),
        (Refusal::TryLater, 3),
        (Refusal::Unauthorized, 6),
    ] {
        assert_eq!(read(&refusal.to_der()), Some(RevocationError::Refused(number)));
    }
}

#[test]
fn an_answer_is_of_this_time() {
    let question = Question::new(&WORLD.person(&KEPT), NONCE);
    let minutes = SignedDuration::from_mins;
    for (made, next, believed) in [
        (now() - minutes(4), None, true),
        (now() - minutes(6), None, false),
        (now() - minutes(60), Some(now()), true),
        (now() - minutes(60), Some(now() - minutes(6)), false),
        (now() + minutes(4), None, true),
        (now() + minutes(6), Some(now() + minutes(60)), false),
    ] {
        let read = question.read_answer(&ask(&responder(3), &question, made, next), now());
        assert_eq!(read.err(), (!believed).then_some(RevocationError::Time), "{made} {next:?}");
    }
}

#[test]
fn a_responder_answers_if_the_authority_named_it() {
    let question = Question::new(&WORLD.person(&KEPT), NONCE);
    let read = |responder: &Responder| question.read_answer(&ask(responder, &question, now(), None), now());
    let valid = ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!(read(&delegated(3, valid)).map(|answer| answer.status), Ok(Status::Good));
    assert_eq!(read(&delegated(2, valid)).err(), Some(RevocationError::Responder), "named by another generation");
    let over = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    assert_eq!(read(&delegated(3, over)).err(), Some(RevocationError::Responder), "expired");
    // A card must not answer for its own authority.
    let card = trust::jpki::RsaPrivateKey::from_pkcs8(WORLD.card.to_pkcs8()).expect("was read before");
    let by_card = Responder::delegated(WORLD.generation(3).certificate_again(), WORLD.issue(3, &leaf()), card);
    assert_eq!(read(&by_card.expect("its own key")).err(), Some(RevocationError::Responder));
    assert!(Responder::authority(WORLD.generation(3).certificate_again(), WORLD.generation(2).key_again()).is_err());
}

#[test]
fn an_ocsp_answer_with_any_bit_changed_is_refused() {
    let question = Question::new(&WORLD.person(&KEPT), NONCE);
    let good = ask(&responder(3), &question, now(), None);
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(question.read_answer(&changed, now()).is_err(), "byte {at}");
        assert!(question.read_answer(&good[..at], now()).is_err(), "cut at {at}");
    }
}

fn entries() -> Vec<(CertificateSerial, Revocation)> {
    let superseded = Revocation { at: at("2026-01-01T00:00:00Z"), reason: RevocationReason::Unspecified };
    vec![(serial(&LOST), revocation()), (serial(&[3]), superseded)]
}

/// A list of generation 3, made at this time.
fn list(generation: usize, made: Timestamp, point: Option<&[u8]>) -> Vec<u8> {
    let ca = WORLD.generation(generation);
    let contents = Contents {
        revoked: &entries(),
        number: 300,
        this_update: made,
        next_update: made + SignedDuration::from_hours(30),
        distribution_point: point,
    };
    crl::issue(&ca.certificate, &ca.key, &contents).expect("signed")
}

#[test]
fn a_list_tells_who_is_on_it() {
    let read = Crl::read(&list(3, now(), None), &WORLD.trust(&[1, 2, 3])).expect("believed");
    assert_eq!(read.look_up(&WORLD.person(&LOST)), Ok(Some(revocation())));
    assert_eq!(read.look_up(&WORLD.person(&KEPT)), Ok(None));
    assert_eq!((read.len(), read.this_update()), (2, now()));
    let empty = Contents {
        revoked: &[],
        number: 1,
        this_update: now(),
        next_update: now() + SignedDuration::from_hours(24),
        distribution_point: None,
    };
    let ca = WORLD.generation(3);
    let empty = crl::issue(&ca.certificate, &ca.key, &empty).expect("signed");
    assert!(Crl::read(&empty, &WORLD.trust(&[3])).expect("believed").is_empty());
}

#[test]
fn a_list_answers_for_its_own_certificates_only() {
    let trust = WORLD.trust(&[1, 2, 3]);
    let second = Crl::read(&list(2, now(), None), &trust).expect("believed");
    assert_eq!(second.look_up(&WORLD.person(&LOST)), Err(RevocationError::OtherCertificate));
    let city = issue::distribution_point(leaf().place);
    let here = Crl::read(&list(3, now(), Some(&city)), &trust).expect("believed");
    assert_eq!(here.look_up(&WORLD.person(&LOST)), Ok(Some(revocation())));
    let elsewhere = issue::distribution_point(("北海道", "札幌市"));
    let there = Crl::read(&list(3, now(), Some(&elsewhere)), &trust).expect("believed");
    assert_eq!(there.look_up(&WORLD.person(&LOST)), Err(RevocationError::OtherCertificate));
    assert_eq!(Crl::read(&list(3, now(), None), &WORLD.trust(&[1, 2])).err(), Some(RevocationError::IssuerUnknown));
}

#[test]
fn a_list_of_yesterday_may_still_answer_and_an_older_one_may_not() {
    let usable = |hours| {
        let made = now() - SignedDuration::from_hours(hours);
        Crl::read(&list(3, made, None), &WORLD.trust(&[3])).expect("believed").is_usable(now())
    };
    assert!(usable(0) && usable(24) && !usable(25) && !usable(-1));
}

#[test]
fn a_list_with_any_bit_changed_is_refused() {
    let trust = WORLD.trust(&[3]);
    let city = issue::distribution_point(leaf().place);
    let good = list(3, now(), Some(&city));
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(Crl::read(&changed, &trust).is_err(), "byte {at}");
        assert!(Crl::read(&good[..at], &trust).is_err(), "cut at {at}");
    }
}

/// A list that the authority signed, with these extensions behind its key identifier.
fn list_with(more: &[Vec<u8>]) -> Vec<u8> {
    let ca = WORLD.generation(3);
    let oid = |last| der::oid(&der::Oid::parse(&format!("2.5.29.{last}")).expect("an identifier"));
    let key_id = der::sequence([der::element(der::context(0), ca.certificate.key_id().as_bytes())]);
    let key_id = der::sequence([oid(35), der::octets(&key_id)]);
    let extensions = der::sequence([vec![key_id], more.to_vec()].concat());
    let list = der::sequence([
        der::positive(&[1]),
        trust::jpki::algorithm(),
        ca.certificate.name().to_vec(),
        der::time(now()),
        der::time(now() + SignedDuration::from_hours(24)),
        der::wrap(der::context_constructed(0), [extensions]),
    ]);
    ca.key.sign_structure(&list).expect("signed")
}

#[test]
fn a_list_that_is_not_complete_is_not_taken_for_one_that_is() {
    let trust = WORLD.trust(&[3]);
    let read = |more: &[Vec<u8>]| Crl::read(&list_with(more), &trust).err();
    let critical = |last: &str, value: &[u8]| {
        let oid = der::oid(&der::Oid::parse(&format!("2.5.29.{last}")).expect("an identifier"));
        der::sequence([oid, der::element(der::BOOLEAN, &[0xff]), der::octets(value)])
    };
    assert_eq!(read(&[]), None);
    // A list of changes since another one.
    assert_eq!(read(&[critical("27", &der::positive(&[1]))]), Some(RevocationError::CriticalExtension));
    // A list for certain reasons, and one on behalf of another issuer.
    let name = der::element(der::context_constructed(4), &issue::distribution_point(leaf().place));
    let full_name = der::wrap(der::context_constructed(0), [der::wrap(der::context_constructed(0), [name])]);
    for restriction in [der::element(der::context(3), &[1, 0x40]), der::element(der::context(4), &[0xff])] {
        let point = der::sequence([full_name.clone(), restriction]);
        assert_eq!(read(&[critical("28", &point)]), Some(RevocationError::CriticalExtension));
    }
    // For people's certificates only: that is what is asked about.
    let users = der::sequence([full_name, der::element(der::context(1), &[0xff])]);
    assert_eq!(read(&[critical("28", &users)]), None);
}

#[test]
fn several_certificates_may_be_asked_about_at_once_up_to_a_bound() {
    let one = Question::new(&WORLD.person(&KEPT), NONCE).to_der();
    let mut outer = der::Reader::only(&one, der::SEQUENCE).expect("a request");
    let mut request = outer.inside(der::SEQUENCE).expect("a request");
    let list = request.content(der::SEQUENCE).expect("a list");
    let with = |count: usize| der::sequence([der::sequence([der::sequence(vec![list; count])])]);
    assert_eq!(Request::read(&with(16)).expect("readable").serials().count(), 16);
    assert_eq!(Request::read(&with(17)).err(), Some(RevocationError::Unreadable));
    assert_eq!(Request::read(&with(0)).err(), Some(RevocationError::Unreadable));
}

fn a_person() -> PersonCertificate {
    let der = WORLD.issue(3, &Leaf { serial: serial(&KEPT), ..leaf() });
    WORLD.trust(&[3]).verify(&der, now()).expect("good")
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let trust = WORLD.trust(&[3]);
        prop_assert!(Crl::read(&bytes, &trust).is_err());
        prop_assert!(Question::new(&a_person(), NONCE).read_answer(&bytes, now()).is_err());
        let _ = Request::read(&bytes);
    }

    #[test]
    fn a_request_with_any_byte_changed_is_answered_or_refused(at in 0_usize..150, with in any::<u8>()) {
        let mut request = Question::new(&a_person(), NONCE).to_der();
        if let Some(byte) = request.get_mut(at) {
            *byte = with;
        }
        if let Ok(request) = Request::read(&request) {
            prop_assert!(responder(3).answer(&request, now(), None, status).is_ok());
        }
    }
}
