//! Proves the verdict, the reason and the hints for every kind of card, date and slip, as one table a subject.

use crate::build::{PLAIN, coverage, coverage_with, day, facts, query, whose};
use domain::code::{InsuredCardClassification, LimitClassification, LimitFlag, TicketType};
use domain::coverage::{LimitCertificate, MedicalTicket};
use domain::query::RawQuery;
use domain::{
    CardNumber, HintCode, InsurerNumber, MedicalInstitutionCode, Reason, Recorded, RegistrationStatus, Verdict, decide,
};

fn answer(raw: RawQuery<'_>, register: &[Recorded]) -> (Verdict, Reason, Vec<HintCode>) {
    let query = query(raw);
    let facts = facts(&query, register);
    let decision = decide(&query, &facts);
    (decision.verdict, decision.reason, decision.hints.iter().map(|h| h.code).collect())
}

#[test]
fn the_date_asked_decides_at_every_edge() {
    let register = [whose(
        1,
        coverage_with(|c| {
            c.disqualification_date = Some(day("20260401"));
            c.insured_card_expiration_date = Some(day("20260228"));
        }),
    )];
    for (asked, verdict, reason) in [
        ("20200331", Verdict::Invalid, Reason::NotStarted),
        ("20200401", Verdict::Valid, Reason::InForce),
        ("20260228", Verdict::Valid, Reason::InForce),
        ("20260301", Verdict::Invalid, Reason::CardExpired),
        ("20260331", Verdict::Invalid, Reason::CardExpired),
        ("20260401", Verdict::Invalid, Reason::Lost),
    ] {
        let (v, r, _) = answer(RawQuery { qualification_confirmation_date: asked, ..PLAIN }, &register);
        assert_eq!((v, r), (verdict, reason), "{asked}");
    }
}

#[test]
fn slips_at_the_window_are_named_by_field() {
    let register = [whose(1, coverage())];
    let cases: [(&str, RawQuery<'_>, Verdict, &[HintCode]); 8] = [
        ("as printed", PLAIN, Verdict::Valid, &[]),
        (
            "misread digit",
            RawQuery { insured_identification_number: "4280", ..PLAIN },
            Verdict::NotFound,
            &[HintCode::NumberNearMiss],
        ),
        (
            "swapped digits",
            RawQuery { insured_identification_number: "4620", ..PLAIN },
            Verdict::NotFound,
            &[HintCode::NumberNearMiss],
        ),
        (
            "symbol missing",
            RawQuery { insured_card_symbol: "", ..PLAIN },
            Verdict::NotFound,
            &[HintCode::SymbolNearMiss],
        ),
        (
            "wrong birth date",
            RawQuery { birthdate: "19800506", ..PLAIN },
            Verdict::NotFound,
            &[HintCode::BirthdateDiffers],
        ),
        ("branch missing", RawQuery { insured_branch_number: "", ..PLAIN }, Verdict::Valid, &[HintCode::BranchMissing]),
        (
            "another branch",
            RawQuery { insured_branch_number: "02", ..PLAIN },
            Verdict::NotFound,
            &[HintCode::BranchDiffers],
        ),
        (
            "another insurer",
            RawQuery { insurer_number: "01130012", ..PLAIN },
            Verdict::NotFound,
            &[HintCode::InsurerUnknown],
        ),
    ];
    for (name, raw, verdict, hints) in cases {
        let (v, _, h) = answer(raw, &register);
        assert_eq!((v, h.as_slice()), (verdict, hints), "{name}");
    }
}

#[test]
fn nothing_is_hinted_about_a_card_that_is_far_from_the_typed_one() {
    let register = [whose(1, coverage())];
    let (verdict, _, hints) = answer(RawQuery { insured_identification_number: "9999", ..PLAIN }, &register);
    assert_eq!((verdict, hints), (Verdict::NotFound, vec![HintCode::NoSuchCard]));
}

#[test]
fn a_lost_coverage_is_never_shown_as_valid_and_a_newer_one_is_told() {
    let lost = whose(1, coverage_with(|c| c.disqualification_date = Some(day("20261001"))));
    let newer = |from: &str| {
        whose(
            1,
            coverage_with(|c| {
                c.insurer_number = InsurerNumber::parse("133066").unwrap();
                c.insurer_name = "新しい国保組合".to_owned();
                c.insured_identification_number = CardNumber::parse("9").unwrap();
                c.qualification_date = day(from);
            }),
        )
    };
    let stranger = whose(2, newer("20261001").coverage);
    let cases = [
        ("alone", vec![lost.clone()], Verdict::Invalid, HintCode::CoverageLost),
        ("newer", vec![lost.clone(), newer("20261001")], Verdict::InvalidNewCoverageExists, HintCode::NewInsurerKnown),
        ("newer, not begun", vec![lost.clone(), newer("20261201")], Verdict::Invalid, HintCode::CoverageLost),
        ("older in force", vec![lost.clone(), newer("20190401")], Verdict::Invalid, HintCode::CoverageLost),
        ("somebody else's", vec![lost, stranger], Verdict::Invalid, HintCode::CoverageLost),
    ];
    for (name, register, verdict, hint) in cases {
        let (v, _, h) = answer(PLAIN, &register);
        assert_eq!((v, h), (verdict, vec![hint]), "{name}");
    }
}

#[test]
fn the_new_insurer_is_named_without_its_numbers() {
    let lost = whose(1, coverage_with(|c| c.disqualification_date = Some(day("20261001"))));
    let newer = whose(
        1,
        coverage_with(|c| {
            c.insurer_number = InsurerNumber::parse("133066").unwrap();
            c.insurer_name = "新しい国保組合".to_owned();
            c.insured_identification_number = CardNumber::parse("777888").unwrap();
            c.qualification_date = day("20261001");
        }),
    );
    let query = query(PLAIN);
    let facts = facts(&query, &[lost, newer]);
    let decision = decide(&query, &facts);
    let words = decision.hints[0].message();
    assert!(words.contains("新しい国保組合"));
    assert!(!words.contains("133066") && !words.contains("777888"));
    assert_eq!(decision.coverage.unwrap().insurer_number.as_str(), "06139463");
}

#[test]
fn twins_without_a_branch_are_several_and_with_it_one() {
    let register = [whose(1, coverage()), whose(2, coverage_with(|c| c.insured_branch_number = "02".parse().ok()))];
    for (branch, verdict, hints) in [
        ("", Verdict::Multiple, vec![HintCode::BranchMissing]),
        ("1", Verdict::Valid, vec![]),
        ("02", Verdict::Valid, vec![]),
        ("03", Verdict::NotFound, vec![HintCode::BranchDiffers]),
    ] {
        let (v, _, h) = answer(RawQuery { insured_branch_number: branch, ..PLAIN }, &register);
        assert_eq!((v, h), (verdict, hints), "{branch:?}");
    }
}

#[test]
fn rows_in_progress_and_deleted_rows_give_no_coverage() {
    for (status, reason, hints) in [
        (RegistrationStatus::InProgress, Reason::EnrolmentInProgress, vec![HintCode::EnrolmentInProgress]),
        (RegistrationStatus::Deleted, Reason::NoSuchCard, vec![HintCode::NoSuchCard]),
    ] {
        let register = [whose(1, coverage_with(|c| c.registration_status = status))];
        assert_eq!(answer(PLAIN, &register), (Verdict::NotFound, reason, hints), "{status:?}");
    }
}

#[test]
fn an_earlier_enrolment_under_the_same_card_does_not_hide_the_present_one() {
    let earlier = whose(
        1,
        coverage_with(|c| {
            c.qualification_date = day("20100401");
            c.disqualification_date = Some(day("20150401"));
        }),
    );
    let register = [earlier, whose(1, coverage())];
    for (asked, verdict) in [("20120101", Verdict::Valid), ("20170101", Verdict::Invalid), ("20210101", Verdict::Valid)]
    {
        let (v, _, _) = answer(RawQuery { qualification_confirmation_date: asked, ..PLAIN }, &register);
        assert_eq!(v, verdict, "{asked}");
    }
}

#[test]
fn public_assistance_needs_a_ticket_of_the_month_and_the_institution() {
    let assisted = whose(
        1,
        coverage_with(|c| {
            c.insurer_number = InsurerNumber::parse("12130019").unwrap();
            c.insured_card_symbol = None;
            c.insured_branch_number = None;
            c.insured_card_classification = InsuredCardClassification::PublicAssistance;
            c.medical_tickets = vec![MedicalTicket {
                ticket_type: TicketType::Medical,
                start: Some(day("20261110")),
                end: Some(day("20261130")),
                issue_number: None,
                month: "202611".to_owned(),
                institution: MedicalInstitutionCode::parse("1311111111").unwrap(),
                treatment_type: None,
                self_pay_yen: None,
            }];
        }),
    );
    let insurer = assisted.coverage.insurer_number.clone();
    let base =
        RawQuery { insurer_number: insurer.as_str(), insured_card_symbol: "", insured_branch_number: "", ..PLAIN };
    let register = [assisted];
    for (asked, institution, verdict) in [
        ("20261122", "1311111111", Verdict::Valid),
        ("20261109", "1311111111", Verdict::ValidUnregistered),
        ("20261201", "1311111111", Verdict::ValidUnregistered),
        ("20261122", "1312345678", Verdict::ValidUnregistered),
        ("20200331", "1311111111", Verdict::Invalid),
    ] {
        let raw = RawQuery { qualification_confirmation_date: asked, medical_institution_code: institution, ..base };
        assert_eq!(answer(raw, &register).0, verdict, "{asked} {institution}");
    }
}

#[test]
fn the_limit_is_shown_only_with_consent_and_in_its_period() {
    let register = [whose(
        1,
        coverage_with(|c| {
            c.limit_application_certificates = vec![LimitCertificate {
                classification: LimitClassification::Limit,
                flag: LimitFlag::A03,
                issued: None,
                start: Some(day("20260801")),
                end: Some(day("20270731")),
                long_term: None,
            }];
        }),
    )];
    for (asked, consent, shown) in [
        ("20260731", "1", false),
        ("20260801", "1", true),
        ("20270731", "1", true),
        ("20270801", "1", false),
        ("20261122", "0", false),
        ("20261122", "", false),
    ] {
        let query = query(RawQuery {
            qualification_confirmation_date: asked,
            limit_application_certificate_related_cons_flg: consent,
            ..PLAIN
        });
        let facts = facts(&query, &register);
        assert_eq!(decide(&query, &facts).limit.is_some(), shown, "{asked} {consent:?}");
    }
}

#[test]
fn late_data_is_told_only_where_it_could_explain_the_answer() {
    for (asked, age, told) in [("20261122", 8, false), ("20200101", 8, true), ("20200101", 7, false)] {
        let query = query(RawQuery { qualification_confirmation_date: asked, ..PLAIN });
        let mut facts = facts(&query, &[whose(1, coverage())]);
        facts.insurer_feed_age_days = Some(age);
        let decision = decide(&query, &facts);
        assert_eq!(decision.hints.iter().any(|h| h.code == HintCode::InsurerFeedLate), told, "{asked} {age}");
    }
}
