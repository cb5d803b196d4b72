//! What an Individual Number Card shows is believed if its authority made it, and for nothing else; and no bytes, however
//! they came about, make the reader panic. Certificates are made here with the profile of real ones.

use proptest::prelude::*;
use trust::jpki::issue::{self, Flaw, Leaf, SigningLeaf};
use trust::jpki::{CaCertificate, JpkiError, JpkiTrust, POLICY, Period, RsaPrivateKey, TEST_POLICY};

use crate::jpki_world::{WORLD, at, leaf, now, serial, validity};

#[test]
fn a_certificate_of_a_generation_that_is_valid_is_believed() {
    let trust = WORLD.trust(&[1, 2, 3]);
    for generation in [2, 3] {
        let der = WORLD.issue(generation, &leaf());
        let read = trust.verify(&der, now()).expect("a good certificate");
        assert_eq!(read.serial(), leaf().serial);
        assert_eq!(read.ca_key_id(), WORLD.generation(generation).certificate.key_id());
        assert_eq!(read.subject_id(), leaf().subject_id);
        assert_eq!(read.validity(), leaf().validity);
        assert_eq!(read.period(now()), Period::Within);
        assert_eq!(read.ocsp_url(), Some(leaf().ocsp_url));
        assert!(read.distribution_point().is_some());
    }
}

#[test]
fn a_certificate_that_is_wrong_is_refused_by_name() {
    let trust = WORLD.trust(&[1, 2, 3]);
    let good = leaf();
    let flawed = |flaw| Leaf { flaw: Some(flaw), ..good };
    for (leaf, error) in [
        (flawed(Flaw::Signature), JpkiError::Signature),
        (flawed(Flaw::SigningKeyUsage), JpkiError::KeyUsage),
        (flawed(Flaw::NoExtendedKeyUsage), JpkiError::ExtendedKeyUsage),
        (flawed(Flaw::PolicyNotCritical), JpkiError::Policy),
        (flawed(Flaw::UnknownCriticalExtension), JpkiError::CriticalExtension),
        (Leaf { policy: POLICY, ..good }, JpkiError::Policy),
        (Leaf { subject_id: "", ..good }, JpkiError::Unreadable),
        (Leaf { subject_id: "山田太郎", ..good }, JpkiError::Unreadable),
    ] {
        assert_eq!(trust.verify(&WORLD.issue(3, &leaf), now()).err(), Some(error), "{leaf:?}");
    }
}

#[test]
fn the_cards_other_certificate_is_not_taken_for_this_one() {
    let key = &WORLD.generation(3).key;
    let der = issue::signing_ca(serial(&[6]), WORLD.generation(3).certificate.validity(), key).expect("signed");
    let ca = CaCertificate::from_der(&der).expect("an authority");
    let leaf = SigningLeaf {
        serial: leaf().serial,
        subject_id: "20261122000000000000000000AB",
        validity: leaf().validity,
        place: leaf().place,
        name: "山田　太郎",
        sex: '1',
        birth: "319800217",
        address: "東京都千代田区千代田１丁目１番１号",
    };
    let signed = leaf.sign(&ca, key, &WORLD.card_spki).expect("signed");
    // Its authority has another name, even with the same key.
    assert_eq!(WORLD.trust(&[1, 2, 3]).verify(&signed, now()).err(), Some(JpkiError::IssuerUnknown));
    // And where somebody configured that authority, its usage gives it away.
    let trust = JpkiTrust::new([der], &[TEST_POLICY]).expect("an authority");
    assert_eq!(trust.verify(&signed, now()).err(), Some(JpkiError::KeyUsage));
}

#[test]
fn the_generations_share_a_name_and_are_not_mistaken_for_each_other() {
    let (second, third) = (WORLD.generation(2), WORLD.generation(3));
    assert_eq!(second.certificate.name(), third.certificate.name());
    let der = WORLD.issue(3, &leaf());
    assert_eq!(WORLD.trust(&[1, 2]).verify(&der, now()).err(), Some(JpkiError::IssuerUnknown));
    // The key identifier of one generation, the signature of another.
    let crossed = leaf().sign(&third.certificate, &second.key, &WORLD.card_spki).expect("signed");
    assert_eq!(WORLD.trust(&[1, 2, 3]).verify(&crossed, now()).err(), Some(JpkiError::Signature));
    // The first generation has ended, so what still claims to be valid by it is not believed.
    let outlasting = WORLD.issue(1, &leaf());
    assert_eq!(WORLD.trust(&[1, 2, 3]).verify(&outlasting, now()).err(), Some(JpkiError::IssuerPeriod));
}

#[test]
fn validity_is_told_and_an_expired_certificate_keeps_its_grace() {
    let trust = WORLD.trust(&[2]);
    let period = |from, to| {
        let der = WORLD.issue(2, &Leaf { validity: validity(from, to), ..leaf() });
        trust.verify(&der, now()).expect("validity is no reason to refuse").period(now())
    };
    assert_eq!(period("2026-11-22T03:00:01Z", "2029-01-01T14:59:59Z"), Period::NotYet);
    assert_eq!(period("2026-11-22T03:00:00Z", "2029-01-01T14:59:59Z"), Period::Within);
    assert_eq!(period("2022-01-01T00:00:00Z", "2026-11-22T03:00:00Z"), Period::Within);
    assert_eq!(period("2022-01-01T00:00:00Z", "2026-08-01T14:59:59Z"), Period::Grace);
    assert_eq!(period("2022-01-01T00:00:00Z", "2026-07-31T14:59:59Z"), Period::Over);
}

#[test]
fn only_the_cards_own_signature_over_this_challenge_counts() {
    let read = WORLD.person(&[1]);
    let challenge = b"a challenge of the center";
    let signature = WORLD.card.sign(challenge).expect("signed");
    assert!(read.verify_signature(challenge, &signature));
    assert!(!read.verify_signature(b"another challenge", &signature));
    assert!(!read.verify_signature(challenge, &WORLD.responder.sign(challenge).expect("signed")));
    assert!(!read.verify_signature(challenge, &[]) && !read.verify_signature(challenge, &[0; 256]));
}

#[test]
fn only_authorities_are_taken_as_authorities() {
    let ca = WORLD.generation(3).certificate.der();
    let person = WORLD.issue(3, &leaf());
    let trust = |cas: &[&[u8]]| JpkiTrust::new(cas.iter(), &[TEST_POLICY]).err();
    assert_eq!(trust(&[ca]), None);
    assert_eq!(trust(&[]), Some(JpkiError::IssuerUnknown));
    assert_eq!(trust(&[ca, ca]), Some(JpkiError::IssuerUnknown));
    assert_eq!(trust(&[&person]), Some(JpkiError::KeyUsage));
    assert_eq!(trust(&[b"no certificate"]), Some(JpkiError::Unreadable));
    assert_eq!(JpkiTrust::new([ca], &[]).err(), Some(JpkiError::Policy));
    // And the authority's own certificate is nobody's card.
    assert_eq!(WORLD.trust(&[3]).verify(ca, now()).err(), Some(JpkiError::IssuerUnknown));
}

#[test]
fn a_key_of_another_kind_is_refused() {
    let ca = WORLD.generation(3);
    let p256 = trust::PrivateKey::generate().expect("randomness").public_key().to_spki_der();
    assert_eq!(leaf().sign(&ca.certificate, &ca.key, &p256).err(), Some(JpkiError::Key));
    assert_eq!(RsaPrivateKey::from_pkcs8(b"no key").err(), Some(JpkiError::Key));
}

#[test]
fn a_certificate_with_any_bit_changed_is_refused() {
    let trust = WORLD.trust(&[3]);
    let good = WORLD.issue(3, &leaf());
    for at in 0..good.len() {
        for bit in [0x01, 0x80] {
            let mut changed = good.clone();
            changed[at] ^= bit;
            assert!(trust.verify(&changed, now()).is_err(), "byte {at}");
        }
        assert!(trust.verify(&good[..at], now()).is_err(), "cut at {at}");
    }
    assert!(trust.verify(&[good.as_slice(), &[0]].concat(), now()).is_err(), "something follows");
}

#[test]
fn nothing_of_the_person_is_shown() {
    let der = WORLD.issue(3, &Leaf { serial: serial(&[0x7a, 0x7b, 0x7c]), ..leaf() });
    let read = WORLD.trust(&[3]).verify(&der, now()).expect("good");
    let shown = format!("{read:?} {:?}", read.serial());
    assert!(!shown.contains("7a7b7c") && !shown.contains(leaf().subject_id), "{shown}");
}

#[test]
fn every_reason_has_a_code_of_its_own_and_words() {
    let mut codes: Vec<_> = JpkiError::ALL.iter().map(|error| error.code()).collect();
    codes.dedup();
    assert_eq!(codes.len(), JpkiError::ALL.len());
    assert!(JpkiError::ALL.iter().all(|error| !error.text_ja().is_ascii() && error.code().starts_with("jpki-")));
}

#[test]
fn times_of_this_century_and_the_next_can_be_written() {
    let trust = WORLD.trust(&[3]);
    let der = WORLD.issue(3, &Leaf { validity: validity("2026-01-01T00:00:00Z", "2050-01-01T14:59:59Z"), ..leaf() });
    let read = trust.verify(&der, now()).expect("good");
    assert_eq!(read.validity().not_after, at("2050-01-01T14:59:59Z"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(WORLD.trust(&[3]).verify(&bytes, now()).is_err());
    }

    #[test]
    fn no_mixture_of_a_certificate_with_other_bytes_is_believed(
        from in 0_usize..1400, length in 1_usize..64, with in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let good = WORLD.issue(3, &leaf());
        let from = from.min(good.len());
        let mut mixed = good.clone();
        mixed.splice(from..(from + length).min(good.len()), with);
        if mixed != good {
            prop_assert!(WORLD.trust(&[3]).verify(&mixed, now()).is_err());
        }
    }
}
