//! Proves what a program may read in FHIR: a table over resources, roles, purposes and consents, and that no scope in any
//! spelling opens more than it names.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::consent::{CONSENT_LIFE, WithdrawnBy};
use domain::record::{LookPurpose, LookRole, NotReadable, PatientResource, may_read};
use domain::{Consent, ConsentChoice, ConsentItem, MedicalInstitutionCode, PersonId, PresenceMeans};
use jiff::Timestamp;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn consent(items: &[ConsentItem]) -> Consent {
    let choice = items.iter().fold(ConsentChoice::NOTHING, |choice, item| choice.with(*item));
    let facility = MedicalInstitutionCode::parse("1312345670").unwrap();
    Consent::given(PersonId([1; 16]), facility, choice, PresenceMeans::Pin, now())
}

fn doctor(kind: PatientResource, latest: Option<&Consent>) -> Result<Vec<ConsentItem>, NotReadable> {
    may_read(kind, LookRole::Doctor, LookPurpose::Treatment, latest, now()).map(|readable| readable.parts)
}

#[test]
fn each_kind_opens_with_its_own_consent_and_with_no_other() {
    use ConsentItem::{Checkups, Diagnosis, Drugs, LimitCertificate, SpecificDisease, Surgery};
    use PatientResource as R;
    for (items, open) in [
        (vec![], vec![]),
        (vec![LimitCertificate, SpecificDisease], vec![]),
        (vec![Drugs], vec![R::MedicationDispense, R::MedicationRequest, R::MedicationStatement]),
        (vec![Diagnosis], vec![R::Condition, R::Procedure]),
        (vec![Surgery], vec![R::Procedure]),
        (vec![Checkups], vec![R::Observation]),
    ] {
        let consent = consent(&items);
        for kind in R::ALL {
            let expected = open.contains(&kind) || matches!(kind, R::Patient | R::Coverage | R::AuditEvent);
            let read = doctor(kind, Some(&consent));
            assert_eq!(read.is_ok(), expected, "{kind:?} with {items:?}");
            assert!(expected || read == Err(NotReadable::NoConsent), "{kind:?} with {items:?}");
        }
    }
    let treatment = consent(&[Diagnosis]);
    let partly = may_read(R::Procedure, LookRole::Doctor, LookPurpose::Treatment, Some(&treatment), now()).unwrap();
    assert_eq!((partly.parts, partly.hidden[0].0), (vec![Diagnosis], Surgery));
}

#[test]
fn nobody_asked_taken_back_and_run_out_are_refused_and_told_apart() {
    let all = [ConsentItem::Drugs, ConsentItem::Diagnosis, ConsentItem::Surgery, ConsentItem::Checkups];
    let given = consent(&all);
    let taken_back = given.withdrawn(WithdrawnBy::Patient, now());
    let run_out = Consent { valid_until: now(), given_at: now() - CONSENT_LIFE, ..given };
    for kind in PatientResource::ALL.into_iter().filter(|kind| kind.is_medical()) {
        assert_eq!(doctor(kind, Some(&given)).unwrap(), kind.needs());
        assert_eq!(doctor(kind, None), Err(NotReadable::NoConsent));
        assert_eq!(doctor(kind, Some(&taken_back)), Err(NotReadable::NoConsent));
        assert_eq!(doctor(kind, Some(&run_out)), Err(NotReadable::ConsentExpired));
    }
}

#[test]
fn role_and_purpose_count_before_any_consent() {
    use LookPurpose::{Other, Payment, Treatment};
    let given = consent(&[ConsentItem::Drugs]);
    let read = |kind, role, purpose| may_read(kind, role, purpose, Some(&given), now()).map(drop);
    for (role, opens) in [
        (LookRole::Doctor, true),
        (LookRole::Dentist, true),
        (LookRole::Pharmacist, true),
        (LookRole::Records, true),
        (LookRole::Reception, false),
    ] {
        let expected = if opens { Ok(()) } else { Err(NotReadable::Role) };
        assert_eq!(read(PatientResource::MedicationDispense, role, Treatment), expected, "{role:?}");
        assert_eq!(read(PatientResource::Coverage, role, Treatment), Ok(()), "{role:?}");
        assert_eq!(read(PatientResource::Coverage, role, Payment), Ok(()), "{role:?}");
        for kind in PatientResource::ALL {
            assert_eq!(read(kind, role, Other), Err(NotReadable::Purpose), "{kind:?} {role:?}");
        }
        assert_eq!(read(PatientResource::Observation, role, Payment), Err(NotReadable::Purpose), "{role:?}");
    }
    for (code, purpose) in [("TREAT", Treatment), ("HPAYMT", Payment), ("HRESCH", Other), ("", Other), ("treat", Other)]
    {
        assert_eq!(LookPurpose::parse(code), purpose, "{code}");
    }
}

#[test]
fn a_scope_asks_for_what_it_names_and_never_for_writing() {
    use PatientResource as R;
    for kind in R::ALL {
        assert_eq!(R::asked_by(&kind.scope()), [kind]);
        assert_eq!(R::parse(kind.name()), Some(kind));
    }
    assert_eq!(R::asked_by("patient/*.rs"), R::ALL);
    assert_eq!(R::asked_by("patient/Condition.read"), [R::Condition]);
    for nothing in [
        "",
        "patient/",
        "patient/*.cruds",
        "patient/Condition.c",
        "patient/Condition.write",
        "patient/Condition.*",
        "user/Condition.rs",
        "system/*.rs",
        "patient/condition.rs",
        "patient/Immunization.rs",
        "launch/patient",
        "openid",
        "patient/Condition.rs?code=1",
    ] {
        assert_eq!(R::asked_by(nothing), [], "{nothing}");
    }
}
