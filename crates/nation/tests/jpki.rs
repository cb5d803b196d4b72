//! What the model of the card's authority promises: the same nation has the same cards, each card is believed by whom must
//! believe it, and what was revoked or issued anew is known to everybody who asks. OpenSSL judges cards and lists too.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use jiff::Timestamp;
use nation::jpki::{Authority, CertificateId, Error, Generation, Register, STORY_PEOPLE, Situation};
use nation::{Nation, Options};
use trust::jpki::crl::Crl;
use trust::jpki::ocsp::Status;
use trust::jpki::{CertificateSerial, JpkiError, JpkiTrust, Period, RevocationReason, RsaPrivateKey, TEST_POLICY};

const PEOPLE: u32 = 2000;

static NATION: LazyLock<Nation> = LazyLock::new(|| Nation::build(&Options::new(PEOPLE, 7)).expect("a nation"));

/// Noon in Japan on the nation's "today".
fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().expect("a time")
}

/// A folder with a nation; its authority makes keys of its own.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    NATION.write(folder.path()).expect("written");
    folder
}

fn trust(authority: &Authority) -> JpkiTrust {
    JpkiTrust::new(authority.ca_certificates().map(|ca| ca.der().to_vec()), &[TEST_POLICY]).expect("authorities")
}

/// The first person in each situation.
fn first_of_each(register: &Register) -> HashMap<Situation, u32> {
    let mut found = HashMap::new();
    for holder in (0..PEOPLE).filter_map(|person| NATION.holder(person)) {
        if let Some(situation) = Authority::situation(register, &holder, now()) {
            found.entry(situation).or_insert(holder.person);
        }
    }
    found
}

#[test]
fn the_same_nation_has_the_same_certificates() {
    let (one, other) = (folder(), folder());
    let (one, other) = (Register::open(one.path()).expect("open"), Register::open(other.path()).expect("open"));
    assert!((0..PEOPLE).all(|person| one.issued(person) == other.issued(person)));
    let elsewhere = tempfile::tempdir().expect("a folder");
    nation::generate(&Options::new(PEOPLE, 8), elsewhere.path()).expect("a nation");
    let elsewhere = Register::open(elsewhere.path()).expect("open");
    assert!((0..PEOPLE).any(|person| one.issued(person) != elsewhere.issued(person)));
    assert!(one.issued(PEOPLE).is_empty(), "nobody outside the nation has a card");
}

#[test]
fn every_card_is_believed_and_tells_its_situation() {
    let folder = folder();
    let (authority, register) =
        (Authority::open(folder.path()).expect("open"), Register::open(folder.path()).expect("open"));
    let trust = trust(&authority);
    let found = first_of_each(&register);
    assert_eq!(found.len(), 4, "a nation has cards of every kind: {found:?}");
    for (situation, person) in found {
        let holder = NATION.holder(person).expect("alive");
        let card = authority.card(&register, &holder).expect("a card");
        let read = trust.verify(&card.certificate, now()).expect("believed");
        assert_eq!((read.serial(), read.subject_id().len()), (card.id.serial, 23));
        assert_eq!(authority.generation(read.ca_key_id()), Some(card.id.generation));
        assert_eq!(read.ca().der(), card.ca);
        let period = match situation {
            Situation::InOrder => Period::Within,
            Situation::Grace => Period::Grace,
            Situation::Over => Period::Over,
            Situation::Revoked => read.period(now()),
        };
        assert_eq!(read.period(now()), period, "{situation:?}");
        let revoked = matches!(register.status(&card.id), Status::Revoked(_));
        assert_eq!(revoked, situation == Situation::Revoked, "{situation:?}");
        let key = RsaPrivateKey::from_pkcs8(&card.private_key).expect("a key");
        assert!(read.verify_signature(b"challenge", &key.sign(b"challenge").expect("signed")));
        assert_eq!(read.validity().not_after.to_string().get(10..), Some("T14:59:59Z"));
    }
}

#[test]
fn the_people_of_the_story_hold_cards_that_are_in_order() {
    let folder = folder();
    let register = Register::open(folder.path()).expect("open");
    for person in 0..STORY_PEOPLE {
        let holder = NATION.holder(person).expect("alive");
        assert_eq!(Authority::situation(&register, &holder, now()), Some(Situation::InOrder), "{person}");
    }
    assert!(!NATION.insurance(0).is_empty(), "the first of them is insured");
}

#[test]
fn a_card_keeps_its_key_and_its_secrets() {
    let folder = folder();
    let register = Register::open(folder.path()).expect("open");
    let holder = NATION.holder(1).expect("alive");
    let card =
        || Authority::open(folder.path()).and_then(|authority| authority.card(&register, &holder)).expect("a card");
    let (one, again) = (card(), card());
    assert!(one.certificate == again.certificate && one.private_key == again.private_key);
    assert_eq!((&one.pin, &one.security_code), (&again.pin, &again.security_code));
    assert!(one.pin.len() == 4 && one.security_code.len() == 4);
    assert_eq!(one.number_b().len(), 14);
    assert!(one.number_b().ends_with(&one.security_code) && one.number_b().contains(&one.expires[..4]));
    let shown = format!("{one:?}");
    assert!(!shown.contains(&one.pin) && !shown.contains(&holder.name), "{shown}");
}

#[test]
fn a_grown_up_has_a_certificate_for_signatures_too_and_a_child_has_none() {
    let folder = folder();
    let register = Register::open(folder.path()).expect("open");
    let authority = Authority::open(folder.path()).expect("open");
    let card = |person| authority.card(&register, &NATION.holder(person).expect("alive")).expect("a card");
    // The family of the story: a grown-up first, a child third.
    let (grown_up, child) = (card(0), card(2));
    assert!(child.signing.is_none());
    let signing = grown_up.signing.expect("a second certificate");
    assert!(signing.password.len() == 8 && signing.private_key != grown_up.private_key);
    assert_eq!(trust(&authority).verify(&signing.certificate, now()).err(), Some(JpkiError::IssuerUnknown));
    let signers = JpkiTrust::new([&signing.ca], &[TEST_POLICY]).expect("an authority");
    assert_eq!(signers.verify(&signing.certificate, now()).err(), Some(JpkiError::KeyUsage));
}

#[test]
fn what_one_process_revokes_another_sees_at_once() {
    let folder = folder();
    let mut here = Register::open(folder.path()).expect("open");
    let mut there = Register::open(folder.path()).expect("open");
    let id = there.current(3).expect("a card").id;
    assert_eq!(there.status(&id), Status::Good);
    here.revoke(3, RevocationReason::KeyCompromise, now()).expect("revoked");
    assert!(there.refresh().expect("read"), "the state changed");
    let Status::Revoked(revocation) = there.status(&id) else {
        panic!("not revoked: {:?}", there.status(&id));
    };
    assert_eq!((revocation.at, revocation.reason), (now(), RevocationReason::KeyCompromise));
    assert!(!there.refresh().expect("read"), "nothing changed since");
    // The first revocation stands.
    here.revoke(3, RevocationReason::Superseded, now()).expect("revoked");
    assert_eq!(here.status(&id), Status::Revoked(revocation));
}

#[test]
fn a_certificate_that_is_issued_anew_leads_from_the_old_number_to_the_new() {
    let folder = folder();
    let mut register = Register::open(folder.path()).expect("open");
    let authority = Authority::open(folder.path()).expect("open");
    let holder = NATION.holder(4).expect("alive");
    let before = authority.card(&register, &holder).expect("a card");
    let (old, new) = register.reissue(4, now()).expect("issued anew");
    assert_eq!(old, before.id);
    let (_, newest) = register.reissue(4, now()).expect("issued anew");
    assert_eq!(register.successor(&old), Some(newest));
    assert_eq!(register.successor(&new), Some(newest));
    assert_eq!(register.successor(&newest), None);
    assert!(matches!(register.status(&old), Status::Revoked(held) if held.reason == RevocationReason::Superseded));
    assert_eq!(register.status(&newest), Status::Good);
    let after = authority.card(&register, &holder).expect("a card");
    assert_eq!(after.id, newest);
    assert!(after.private_key != before.private_key, "a new certificate has a new key");
    assert_eq!(after.pin, before.pin, "the PIN stays");
    let opened = Register::open(folder.path()).expect("open");
    assert_eq!(opened.current(4), register.current(4));
}

#[test]
fn a_number_that_was_never_given_is_unknown() {
    let folder = folder();
    let register = Register::open(folder.path()).expect("open");
    let held = register.current(0).expect("a card").id;
    let elsewhere = Generation::ALL.into_iter().filter(|other| *other != held.generation);
    for generation in elsewhere {
        assert_eq!(register.status(&CertificateId { generation, ..held }), Status::Unknown);
    }
    for bytes in [&[1][..], &[0x7f, 0xff, 0xff, 0xff], &[9; 20]] {
        let serial = CertificateSerial::from_bytes(bytes).expect("a number");
        let id = CertificateId { generation: Generation::Third, serial };
        assert_eq!((register.status(&id), register.successor(&id)), (Status::Unknown, None));
    }
}

#[test]
fn who_holds_no_card_is_told_so() {
    let folder = folder();
    let mut register = Register::open(folder.path()).expect("open");
    let person = (0..PEOPLE).find(|person| register.current(*person).is_none()).expect("somebody without a card");
    assert!(matches!(register.reissue(person, now()), Err(Error::NoCard(who)) if who == person));
    assert!(matches!(register.revoke(person, RevocationReason::Unspecified, now()), Err(Error::NoCard(_))));
    let empty = tempfile::tempdir().expect("a folder");
    assert!(Register::open(empty.path()).is_err() && Authority::open(empty.path()).is_err());
}

#[test]
fn the_list_of_each_generation_holds_who_was_revoked() {
    let folder = folder();
    let register = Register::open(folder.path()).expect("open");
    let authority = Authority::open(folder.path()).expect("open");
    let trust = trust(&authority);
    let found = first_of_each(&register);
    for generation in Generation::ALL {
        let revoked = register.revoked(generation);
        let der = authority.crl(generation, &revoked, now()).expect("signed");
        let list = Crl::read(&der, &trust).expect("believed");
        assert!(list.is_usable(now()) && list.len() == revoked.len());
        for (situation, person) in &found {
            let card = authority.card(&register, &NATION.holder(*person).expect("alive")).expect("a card");
            if card.id.generation == generation {
                let read = trust.verify(&card.certificate, now()).expect("believed");
                let listed = list.look_up(&read).expect("its own list").is_some();
                assert_eq!(listed, *situation == Situation::Revoked, "{situation:?}");
                assert_eq!(
                    openssl_accepts(folder.path(), &card.certificate, &card.ca, &der),
                    *situation == Situation::InOrder
                );
            }
        }
    }
}

/// Whether OpenSSL takes the card for a client's on the nation's "today", with the authority's list.
fn openssl_accepts(folder: &Path, certificate: &[u8], ca: &[u8], crl: &[u8]) -> bool {
    let pem = |kind: &str, name: &str, der: &[u8]| {
        let (from, to) = (folder.join(format!("{name}.der")), folder.join(format!("{name}.pem")));
        std::fs::write(&from, der).expect("written");
        let mut openssl = Command::new("openssl");
        let done = openssl.args([kind, "-inform", "DER", "-in"]).arg(from).arg("-out").arg(&to).status();
        assert!(done.expect("the openssl program (Debian: openssl)").success());
        to
    };
    let mut verify = Command::new("openssl");
    verify.args(["verify", "-purpose", "sslclient", "-crl_check", "-attime", &now().as_second().to_string()]);
    verify.args(["-explicit_policy", "-policy", "1.2.392.200149.8.5.1.0.30"]);
    verify.arg("-CRLfile").arg(pem("crl", "list", crl)).arg("-CAfile").arg(pem("x509", "ca", ca));
    verify.arg(pem("x509", "card", certificate)).output().expect("the openssl program").status.success()
}
