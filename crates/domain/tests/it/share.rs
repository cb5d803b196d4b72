//! Proves what is collected, by age, scheme and date.

use crate::build::{coverage_with, day};
use domain::code::InsuredCardClassification;
use domain::coverage::{ContributionRatio, ElderlyRecipientCertificate};
use domain::share::share;
use domain::{Coverage, InsurerNumber, ShareReason};

fn born(birthdate: &str) -> Coverage {
    coverage_with(|c| {
        c.person.birthdate = day(birthdate);
        c.elderly_recipient_certificates = vec![ElderlyRecipientCertificate {
            issued: None,
            ratio: ContributionRatio { percent: 20, start: None, end: Some(day("20270731")) },
        }];
    })
}

#[test]
fn age_decides_below_seventy_five() {
    for (birthdate, asked, percent, reason) in [
        ("20200401", "20260331", 20, ShareReason::Preschool),
        ("20200401", "20260401", 30, ShareReason::General),
        ("20200402", "20270331", 20, ShareReason::Preschool),
        ("20200402", "20270401", 30, ShareReason::General),
        ("20261122", "20261122", 20, ShareReason::Preschool),
        ("19561101", "20261031", 30, ShareReason::General),
        ("19561101", "20261101", 20, ShareReason::ElderlyCertificate),
        ("19561102", "20261130", 30, ShareReason::General),
        ("19561102", "20261201", 20, ShareReason::ElderlyCertificate),
        ("19561101", "20270801", 30, ShareReason::ElderlyCertificateMissing),
    ] {
        let share = share(&born(birthdate), day(asked));
        assert_eq!((share.percent, share.reason), (percent, reason), "{birthdate} on {asked}");
    }
}

#[test]
fn late_elderly_pay_what_is_registered_for_the_day() {
    let coverage = coverage_with(|c| {
        c.insurer_number = InsurerNumber::parse("39131156").unwrap();
        c.insured_partial_contribution_ratio = vec![
            ContributionRatio { percent: 10, start: Some(day("20250801")), end: Some(day("20260731")) },
            ContributionRatio { percent: 20, start: Some(day("20260801")), end: Some(day("20270731")) },
        ];
    });
    for (asked, percent, reason) in [
        ("20260731", 10, ShareReason::LateElderly),
        ("20260801", 20, ShareReason::LateElderly),
        ("20270801", 30, ShareReason::LateElderlyRatioMissing),
    ] {
        let share = share(&coverage, day(asked));
        assert_eq!((share.percent, share.reason), (percent, reason), "{asked}");
    }
}

#[test]
fn the_kind_of_card_goes_before_age() {
    for (kind, percent, reason) in [
        (InsuredCardClassification::SpecialMedicalExpense, 100, ShareReason::SpecialMedicalExpense),
        (InsuredCardClassification::PublicAssistance, 0, ShareReason::PublicAssistance),
        (InsuredCardClassification::ShortTermGeneral, 30, ShareReason::General),
        (InsuredCardClassification::SelfDefenseForces, 30, ShareReason::General),
        (InsuredCardClassification::SpecialRetired, 30, ShareReason::General),
    ] {
        let coverage = coverage_with(|c| c.insured_card_classification = kind);
        let share = share(&coverage, day("20261122"));
        assert_eq!((share.percent, share.reason), (percent, reason), "{kind:?}");
    }
}
