//! Who may have a personal certificate, for how long, and what stands in it.

use domain::code::{InsuredCardClassification, LimitClassification, LimitFlag};
use domain::coverage::{ContributionRatio, ElderlyRecipientCertificate, LimitCertificate};
use domain::offline::{self, ListSays};
use domain::personal_certificate::{
    CannotTell, NoCertificate, Period, SHARES_MAX, Standing, Terms, copies, decide_by_certificate, standing,
};
use domain::{Coverage, InsurerNumber, PersonalCertificate, Prefecture, RegistrationStatus, Status, StatusIndex};

use crate::build::{coverage, coverage_with, day};

fn terms(from: &str, until: &str) -> Terms {
    Terms {
        issued_at: "2026-11-22T09:30:00+09:00".parse().expect("a time"),
        valid_from: day(from),
        valid_until: day(until),
        place: StatusIndex::new(Prefecture::new(13).expect("a prefecture"), 7),
        with_limit: false,
    }
}

fn made(change: impl FnOnce(&mut Coverage), from: &str, until: &str) -> Result<PersonalCertificate, NoCertificate> {
    PersonalCertificate::of(&coverage_with(change), terms(from, until))
}

#[test]
fn a_certificate_lies_within_its_coverage_and_five_years() {
    let plain = |_: &mut Coverage| {};
    let lost = |c: &mut Coverage| c.disqualification_date = Some(day("20270101"));
    let card = |c: &mut Coverage| c.insured_card_expiration_date = Some(day("20270331"));
    for (name, got, expected) in [
        ("a year", made(plain, "20261122", "20271121"), Ok(())),
        ("one day", made(plain, "20261122", "20261122"), Ok(())),
        ("five years", made(plain, "20261122", "20311121"), Ok(())),
        ("a day more", made(plain, "20261122", "20311122"), Err(NoCertificate::TooLong)),
        ("backwards", made(plain, "20261122", "20261121"), Err(NoCertificate::OutsideCoverage)),
        ("before the coverage", made(plain, "20200331", "20210331"), Err(NoCertificate::OutsideCoverage)),
        ("to the last day insured", made(lost, "20261122", "20261231"), Ok(())),
        ("into the loss", made(lost, "20261122", "20270101"), Err(NoCertificate::OutsideCoverage)),
        ("to the card's last day", made(card, "20261122", "20270331"), Ok(())),
        ("beyond it", made(card, "20261122", "20270401"), Err(NoCertificate::OutsideCoverage)),
    ] {
        assert_eq!(got.map(|_| ()), expected, "{name}");
    }
}

#[test]
fn the_latest_day_that_is_offered_is_one_that_is_taken() {
    let from = day("20261122");
    for (lost, card, latest) in [
        (None, None, "20311121"),
        (Some("20270101"), None, "20261231"),
        (None, Some("20270331"), "20270331"),
        (Some("20270601"), Some("20270331"), "20270331"),
    ] {
        let coverage = coverage_with(|c| {
            c.disqualification_date = lost.map(day);
            c.insured_card_expiration_date = card.map(day);
        });
        assert_eq!(PersonalCertificate::latest_day(&coverage, from), day(latest));
        assert!(PersonalCertificate::of(&coverage, terms("20261122", latest)).is_ok(), "{latest}");
    }
}

#[test]
fn there_is_none_for_tickets_for_those_who_pay_everything_first_and_for_what_is_not_registered() {
    let class = |class| made(move |c| c.insured_card_classification = class, "20261122", "20271121").map(|_| ());
    assert_eq!(class(InsuredCardClassification::PublicAssistance), Err(NoCertificate::PublicAssistance));
    assert_eq!(class(InsuredCardClassification::SpecialMedicalExpense), Err(NoCertificate::SpecialMedicalExpense));
    assert_eq!(class(InsuredCardClassification::SelfDefenseForces), Ok(()));
    for status in [RegistrationStatus::InProgress, RegistrationStatus::Deleted] {
        let got = made(move |c| c.registration_status = status, "20261122", "20271121");
        assert_eq!(got.map(|_| ()), Err(NoCertificate::NotRegistered));
    }
    let osaka = Terms { place: StatusIndex::new(Prefecture::new(27).expect("27"), 7), ..terms("20261122", "20271121") };
    assert_eq!(PersonalCertificate::of(&coverage(), osaka).map(|_| ()), Err(NoCertificate::OtherPrefecture));
}

#[test]
fn only_what_a_window_needs_stands_in_it() {
    let limit = LimitCertificate {
        classification: LimitClassification::Limit,
        flag: LimitFlag::A03,
        issued: Some(day("20260801")),
        start: Some(day("20260801")),
        end: Some(day("20270731")),
        long_term: None,
    };
    let full = coverage_with(|c| {
        c.person.address = Some("東京都千代田区".to_owned());
        c.person.post_number = Some("100-0001".to_owned());
        c.person.name_of_other = Some("通称".to_owned());
        c.limit_application_certificates = vec![limit.clone()];
    });
    let without = PersonalCertificate::of(&full, terms("20261122", "20271121")).expect("a certificate");
    assert!(without.coverage.limit_application_certificates.is_empty(), "nobody asked for it");
    let person = &without.coverage.person;
    assert!(person.address.is_none() && person.post_number.is_none() && person.name_of_other.is_none());
    let with = Terms { with_limit: true, ..terms("20261122", "20271121") };
    let with = PersonalCertificate::of(&full, with).expect("a certificate");
    assert_eq!(
        with.coverage.limit_application_certificates,
        [LimitCertificate { issued: None, ..limit }],
        "as the insured asked"
    );
}

#[test]
fn the_share_of_the_first_day_and_the_one_after_it_stand_in_it() {
    let ratio =
        |percent, start: &str, end: &str| ContributionRatio { percent, start: Some(day(start)), end: Some(day(end)) };
    let all = [
        ratio(10, "20250801", "20260731"),
        ratio(20, "20260801", "20270731"),
        ratio(30, "20270801", "20280731"),
        ratio(10, "20280801", "20290731"),
    ];
    let elderly = coverage_with(|c| {
        c.elderly_recipient_certificates =
            all.iter().map(|ratio| ElderlyRecipientCertificate { issued: None, ratio: ratio.clone() }).collect();
    });
    let made = PersonalCertificate::of(&elderly, terms("20261122", "20311121")).expect("a certificate");
    let told: Vec<_> = made.coverage.elderly_recipient_certificates.iter().map(|c| c.ratio.percent).collect();
    assert_eq!((told, SHARES_MAX), (vec![20, 30], 2));
    let late = coverage_with(|c| {
        c.insurer_number = InsurerNumber::parse("39131156").expect("a late-elderly insurer");
        c.insured_partial_contribution_ratio = all.to_vec();
    });
    let made = PersonalCertificate::of(&late, terms("20261122", "20270721")).expect("a certificate");
    assert_eq!(made.coverage.insured_partial_contribution_ratio, all[1..2]);
    assert!(made.coverage.elderly_recipient_certificates.is_empty());
}

#[test]
fn a_day_is_before_within_or_after_a_certificate() {
    let made = made(|_| {}, "20261122", "20271121").expect("a certificate");
    for (on, period) in [
        ("20261121", Period::NotYet),
        ("20261122", Period::Runs),
        ("20271121", Period::Runs),
        ("20271122", Period::Over),
    ] {
        assert_eq!(made.period(day(on)), period, "{on}");
    }
}

#[test]
fn what_is_written_and_what_the_list_says_decide_together() {
    let made = made(|_| {}, "20261122", "20271121").expect("a certificate");
    let five: jiff::civil::DateTime = "2026-12-03T05:00:00".parse().expect("a time");
    let listed = |status| Some(ListSays { status, as_of: five });
    let (today, cannot) = (day("20261205"), Standing::CannotTell);
    for (on, said, expected) in [
        (today, listed(Status::Valid), Standing::ValidAsOf(five)),
        (today, listed(Status::Invalid), Standing::TakenBack(five)),
        (day("20261203"), listed(Status::Invalid), Standing::TakenBack(five)),
        (day("20261202"), listed(Status::Invalid), cannot(CannotTell::Changed)),
        (today, listed(Status::Changed), cannot(CannotTell::Changed)),
        (today, listed(Status::Suspended), cannot(CannotTell::Changed)),
        (today, None, cannot(CannotTell::NotListed)),
        (day("20271122"), listed(Status::Valid), Standing::Over(day("20271121"))),
        (day("20271122"), None, Standing::Over(day("20271121"))),
        (day("20261121"), listed(Status::Valid), Standing::NotYet(day("20261122"))),
    ] {
        assert_eq!(standing(&made, on, said), expected, "{on} {said:?}");
    }
}

#[test]
fn the_decision_follows_the_standing_and_never_advises_a_share_that_may_be_wrong() {
    let (made, issued_on) = (made(|_| {}, "20261122", "20271121").expect("a certificate"), day("20261122"));
    let five: jiff::civil::DateTime = "2027-06-03T05:00:00".parse().expect("a time");
    let query = crate::build::query(domain::query::RawQuery {
        qualification_confirmation_date: "20270605",
        ..crate::build::PLAIN
    });
    let share = |standing| {
        let copies = copies(&made, standing, issued_on);
        let decided = decide_by_certificate(&query, &copies, standing);
        let percent = |share: Option<domain::Share>| share.map(|share| share.percent);
        (decided.standing, percent(decided.decision.share), percent(decided.last_share), decided.decision.verdict)
    };
    let untold = offline::Standing::CannotTell(offline::CannotTell::NothingKept);
    let (valid, open) = (domain::Verdict::Valid, domain::Verdict::Undetermined);
    // Months after it was made, because the list says that it stands.
    assert_eq!(share(Standing::ValidAsOf(five)), (offline::Standing::ListedValid(five), Some(30), None, valid));
    assert_eq!(share(Standing::CannotTell(CannotTell::NotListed)), (untold, None, Some(30), open));
    assert_eq!(share(Standing::TakenBack(five)), (untold, None, None, open));
    assert_eq!(share(Standing::Over(day("20271121"))), (untold, None, None, open));
    assert_eq!(share(Standing::NotYet(day("20271121"))), (untold, None, None, open));
}
