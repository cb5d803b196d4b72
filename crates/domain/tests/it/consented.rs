//! Proves that what an institution sees of a record is what the patient allowed there: all sixteen choices of four parts, each
//! way of not having agreed, and what else could tell of surgery.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use domain::consent::{CONSENT_LIFE, WithdrawnBy};
use domain::record::{
    ClaimKind, Diagnosis, DiagnosisCode, DosageForm, Drug, DrugCode, HealthRecord, History, Institution, MaySee,
    Medication, Month, Procedure, ProcedureCode, ProcedureKind, Quantity, Source, Supply, TreatmentVisit, VisitItem,
};
use domain::{Consent, ConsentChoice, ConsentItem, ConsentState, MedicalInstitutionCode, PersonId, PresenceMeans};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

const PARTS: [ConsentItem; 4] =
    [ConsentItem::Drugs, ConsentItem::Diagnosis, ConsentItem::Surgery, ConsentItem::Checkups];

fn institution() -> Arc<Institution> {
    Institution { code: MedicalInstitutionCode::parse("1312345670").unwrap(), name: Some("確か病院".to_owned()) }.into()
}

fn sources() -> Vec<Source> {
    vec![Source { month: Month::of(date(2026, 9, 1)), kind: ClaimKind::Medical, institution: institution() }]
}

fn item(code: &str, kind: ProcedureKind) -> VisitItem {
    VisitItem { code: ProcedureCode::parse(code).unwrap(), name: None, kind, times: 1 }
}

/// One of everything, but for checkups.
fn record() -> HealthRecord {
    let day = date(2026, 9, 1);
    let procedure = |kind| Procedure {
        code: ProcedureCode::parse("150000000").unwrap(),
        name: None,
        kind,
        performed_on: day,
        times: 1,
        institution: institution(),
        sources: sources(),
    };
    let history = History {
        medications: vec![Medication {
            drug: Drug::unknown(DrugCode::parse("620000001").unwrap()).into(),
            dispensed_on: day,
            prescribed_on: None,
            prescriber: None,
            dispenser: institution(),
            form: DosageForm::Oral,
            amount: Quantity::from(1),
            unit: None,
            dose: None,
            supply: Supply::Days(14),
            usage: None,
            inpatient: false,
            sources: sources(),
        }],
        diagnoses: vec![Diagnosis {
            code: DiagnosisCode::parse("4011018").unwrap(),
            modifiers: Vec::new(),
            name: None,
            icd10: None,
            started_on: None,
            last_month: Month::of(day),
            outcome: None,
            main: true,
            institution: institution(),
            sources: sources(),
        }],
        procedures: vec![procedure(ProcedureKind::Surgery), procedure(ProcedureKind::Anaesthesia)],
        visits: vec![TreatmentVisit {
            day,
            institution: institution(),
            inpatient: true,
            items: vec![item("112000000", ProcedureKind::Visit), item("150000000", ProcedureKind::Surgery)],
            sources: sources(),
        }],
    };
    HealthRecord { history, checkups: Vec::new() }
}

fn now() -> Timestamp {
    "2026-11-28T10:00:00+09:00".parse().unwrap()
}

fn given(choice: ConsentChoice) -> Consent {
    let person = PersonId([7; 16]);
    Consent::given(person, institution().code, choice, PresenceMeans::ALL[0], now())
}

#[test]
fn each_part_is_seen_by_its_own_consent_and_no_other() {
    for bits in 0..16_u8 {
        let allowed: Vec<ConsentItem> =
            PARTS.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, item)| *item).collect();
        let choice = allowed.iter().fold(ConsentChoice::NOTHING, |choice, item| choice.with(*item));
        let consent = given(choice);
        let may_see = MaySee::new(Some(&consent), &PARTS, now());
        let has = |item| allowed.contains(&item);
        let HealthRecord { history, .. } = may_see.of(record());
        assert_eq!(history.medications.len(), usize::from(has(ConsentItem::Drugs)), "{allowed:?}");
        assert_eq!(history.diagnoses.len(), usize::from(has(ConsentItem::Diagnosis)), "{allowed:?}");
        assert_eq!(history.visits.len(), usize::from(has(ConsentItem::Diagnosis)), "{allowed:?}");
        assert_eq!(history.procedures.len(), 2 * usize::from(has(ConsentItem::Surgery)), "{allowed:?}");
        let surgical = history.visits.iter().flat_map(|visit| &visit.items).filter(|item| item.kind.is_surgery());
        let surgical = surgical.count();
        let expected = has(ConsentItem::Diagnosis) && has(ConsentItem::Surgery);
        assert_eq!(surgical, usize::from(expected), "a day of treatment tells of surgery: {allowed:?}");
        let done: Vec<ProcedureKind> = history.everything_done().into_iter().map(|one| one.kind).collect();
        let mut open = Vec::new();
        open.extend(has(ConsentItem::Diagnosis).then_some(ProcedureKind::Visit));
        open.extend(
            has(ConsentItem::Surgery)
                .then_some([ProcedureKind::Surgery, ProcedureKind::Anaesthesia])
                .into_iter()
                .flatten(),
        );
        assert_eq!(done, open, "treatment and surgery, each once and by its own consent: {allowed:?}");
        assert_eq!(may_see.allows_anything(), bits != 0);
    }
}

#[test]
fn what_was_not_wanted_is_not_shown_however_much_is_allowed() {
    let consent = given(ConsentChoice::everything());
    let may_see = MaySee::new(Some(&consent), &[ConsentItem::Drugs, ConsentItem::LimitCertificate], now());
    assert_eq!(may_see.states().len(), 1, "a limit certificate is no part of a record");
    let HealthRecord { history, .. } = may_see.of(record());
    assert!(history.diagnoses.is_empty() && history.visits.is_empty() && history.procedures.is_empty());
    assert_eq!(history.medications.len(), 1);
}

#[test]
fn not_asked_not_allowed_run_out_and_taken_back_show_nothing_and_say_which_it_is() {
    let yes = given(ConsentChoice::everything());
    let no = given(ConsentChoice::NOTHING);
    let back = yes.withdrawn(WithdrawnBy::Patient, now());
    let later = now() + CONSENT_LIFE;
    let a_moment_before = later - SignedDuration::from_millis(1);
    assert!(MaySee::new(Some(&yes), &PARTS, a_moment_before).allows_anything());
    let cases = [
        (None, now(), ConsentState::NothingRecorded),
        (Some(&no), now(), ConsentState::NotConsented),
        (Some(&back), now(), ConsentState::NotConsented),
        (Some(&yes), later, ConsentState::Expired { since: later }),
    ];
    for (consent, at, expected) in cases {
        let may_see = MaySee::new(consent, &PARTS, at);
        assert!(may_see.states().iter().all(|(_, state)| *state == expected), "{expected:?}");
        assert_eq!(may_see.of(record()), HealthRecord::default(), "{expected:?}");
    }
}
