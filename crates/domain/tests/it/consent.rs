//! Proves that nothing is allowed beforehand, that the states are told apart, and that a choice survives its bits.

use domain::consent::{CONSENT_LIFE, WithdrawnBy, state};
use domain::{
    Consent, ConsentChoice, ConsentItem, ConsentState, MedicalInstitutionCode, PersonId, PrescriptionForm,
    PresenceMeans, Tongue,
};
use jiff::{SignedDuration, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a case of the table")
}

fn consent(choice: ConsentChoice) -> Consent {
    let clinic = MedicalInstitutionCode::parse("1311111111").expect("a case of the table");
    Consent::given(PersonId([1; 16]), clinic, choice, PresenceMeans::Pin, at("2026-11-22T00:00:00Z"))
}

#[test]
fn nothing_is_ticked_beforehand() {
    let first = ConsentChoice::default();
    assert!(ConsentItem::ALL.iter().all(|item| !first.allows(*item)));
    assert_eq!(first.prescription(), None);
    assert!(ConsentItem::ALL.iter().all(|item| ConsentChoice::everything().allows(*item)));
}

#[test]
fn each_item_stands_for_itself() {
    for item in ConsentItem::ALL {
        let only = ConsentChoice::NOTHING.with(*item);
        let allowed: Vec<_> = ConsentItem::ALL.iter().filter(|i| only.allows(**i)).collect();
        assert_eq!(allowed, [item]);
        assert_eq!(only.without_medical().allows(*item), !item.is_medical());
    }
}

#[test]
fn a_prescription_has_one_form_and_it_is_no_consent() {
    let paper = ConsentChoice::NOTHING
        .with_prescription(PrescriptionForm::Electronic)
        .with_prescription(PrescriptionForm::Paper);
    assert_eq!(paper.prescription(), Some(PrescriptionForm::Paper));
    assert!(ConsentItem::ALL.iter().all(|item| !paper.allows(*item)));
    assert_eq!(paper.without_medical(), paper);
    for form in [PrescriptionForm::Electronic, PrescriptionForm::Paper] {
        assert_eq!(PrescriptionForm::parse(form.code()), Some(form));
    }
    assert_eq!(PrescriptionForm::parse("3"), None);
}

#[test]
fn bits_read_back_and_both_forms_at_once_are_nobodys_choice() {
    for bits in 0..=u8::MAX {
        match ConsentChoice::from_bits(bits) {
            Some(choice) => assert_eq!(choice.bits(), bits),
            None => assert_eq!(bits & 0xc0, 0xc0),
        }
    }
    // Access events hold these numbers for ever.
    let fixed: Vec<u8> = ConsentItem::ALL.iter().map(|item| ConsentChoice::NOTHING.with(*item).bits()).collect();
    assert_eq!(fixed, [1, 2, 4, 8, 16, 32]);
    assert_eq!(ConsentChoice::NOTHING.with_prescription(PrescriptionForm::Electronic).bits(), 64);
    assert_eq!(ConsentChoice::NOTHING.with_prescription(PrescriptionForm::Paper).bits(), 128);
}

#[test]
fn never_asked_refused_run_out_and_taken_back_are_told_apart() {
    let drugs = ConsentItem::Drugs;
    let given = consent(ConsentChoice::NOTHING.with(drugs));
    let (start, end) = (given.given_at, given.valid_until);
    let last = end - SignedDuration::from_nanos(1);
    let later = at("2027-01-01T00:00:00Z");
    let allowed = ConsentState::Consented { given_at: start, valid_until: end };
    let back = given.withdrawn(WithdrawnBy::Patient, last);
    for (latest, item, now, expected) in [
        (None, drugs, start, ConsentState::NothingRecorded),
        (Some(given), drugs, start, allowed),
        (Some(given), drugs, last, allowed),
        (Some(given), drugs, end, ConsentState::Expired { since: end }),
        (Some(given), drugs, later, ConsentState::Expired { since: end }),
        (Some(given), ConsentItem::Surgery, start, ConsentState::NotConsented),
        (Some(given), ConsentItem::Surgery, later, ConsentState::NotConsented),
        (Some(back), drugs, last, ConsentState::NotConsented),
        (Some(back), drugs, later, ConsentState::NotConsented),
    ] {
        assert_eq!(state(latest.as_ref(), item, now), expected, "{item:?} {now}");
    }
    assert_eq!(end.duration_since(start), CONSENT_LIFE);
    // Asked anew when it has ended, whatever was allowed.
    for (terms, now, over) in [(given, last, false), (given, end, true), (back, start, true)] {
        assert_eq!(terms.terms().is_over(now), over, "{now}");
    }
    assert!(!consent(ConsentChoice::NOTHING).terms().is_over(start), "no to everything is an answer too");
}

#[test]
fn what_was_taken_back_stays_as_it_was_first_taken_back() {
    let first = at("2026-11-22T01:00:00Z");
    let twice = consent(ConsentChoice::everything())
        .withdrawn(WithdrawnBy::Patient, first)
        .withdrawn(WithdrawnBy::Institution, at("2026-11-22T02:00:00Z"));
    assert_eq!(twice.withdrawn, Some((first, WithdrawnBy::Patient)));
    for by in [WithdrawnBy::Institution, WithdrawnBy::Patient] {
        assert_eq!(WithdrawnBy::parse(by.code()), Some(by));
    }
    assert_eq!(WithdrawnBy::parse("nobody"), None);
}

#[test]
fn every_item_says_in_every_language_what_allowing_it_means() {
    for item in ConsentItem::ALL {
        assert_eq!(ConsentItem::parse(item.code()), Some(*item));
        for tongue in Tongue::ALL {
            let (name, sentence) = (item.name(), item.sentence());
            assert!(!name.of(tongue).is_empty() && name.of(tongue).chars().count() <= 32, "{item:?} {tongue:?}");
            assert!(sentence.of(tongue).ends_with(['.', '。']), "{item:?} {tongue:?}");
        }
    }
    assert_eq!(ConsentItem::parse("everything"), None);
}
