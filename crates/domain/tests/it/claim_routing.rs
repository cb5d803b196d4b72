//! Whose claim it is and who pays, as a table: what the register holds, the days of service, and what must be said.

use domain::claim_routing::{RoutedDays, Routing, route};
use domain::query::RawQuery;
use domain::{CardNumber, Coverage, InsurerNumber, PersonId, Reason, RegistrationStatus};

use crate::build::{PLAIN, coverage, coverage_with, day, facts, query, whose};

fn insurer(number: &str) -> InsurerNumber {
    InsurerNumber::parse(number).expect("a case of the table")
}

fn lost(on: &str) -> Coverage {
    coverage_with(|c| c.disqualification_date = Some(day(on)))
}

/// The same person with another insurer.
fn next(number: &str, from: &str) -> Coverage {
    coverage_with(|c| {
        c.insurer_number = insurer(number);
        c.insured_identification_number = CardNumber::parse("77").expect("a case of the table");
        c.qualification_date = day(from);
    })
}

fn part(first: &str, last: &str, number: Option<&str>) -> RoutedDays {
    RoutedDays { first: day(first), last: day(last), insurer: number.map(insurer) }
}

const SOCIETY: &str = "06139463";
const ASSOCIATION: &str = "01130012";

#[test]
fn the_insurer_of_the_days_of_service_pays() {
    let moved = || vec![lost("20261001"), next(ASSOCIATION, "20261001")];
    let gap = || vec![lost("20261001"), next(ASSOCIATION, "20261010")];
    let cases: Vec<(&str, Vec<Coverage>, &[&str], Routing)> = vec![
        ("in force", vec![coverage()], &["20261005", "20261020"], Routing::AsClaimed),
        ("lost afterwards", moved(), &["20260930"], Routing::AsClaimed),
        ("lost before", moved(), &["20261001", "20261020"], Routing::Redirected { to: insurer(ASSOCIATION) }),
        (
            "lost between",
            moved(),
            &["20261003", "20260920", "20260930", "20261003"],
            Routing::Split {
                parts: vec![
                    part("20260920", "20260930", Some(SOCIETY)),
                    part("20261003", "20261003", Some(ASSOCIATION)),
                ],
            },
        ),
        (
            "nobody afterwards",
            vec![lost("20261001")],
            &["20261005"],
            Routing::NotInsured { parts: vec![part("20261005", "20261005", None)] },
        ),
        (
            "a gap between",
            gap(),
            &["20260930", "20261005", "20261012"],
            Routing::NotInsured {
                parts: vec![
                    part("20260930", "20260930", Some(SOCIETY)),
                    part("20261005", "20261005", None),
                    part("20261012", "20261012", Some(ASSOCIATION)),
                ],
            },
        ),
        ("over the gap without service", gap(), &["20261012"], Routing::Redirected { to: insurer(ASSOCIATION) }),
        (
            "a new card of the same insurer",
            vec![lost("20261001"), next(SOCIETY, "20261001")],
            &["20261005"],
            Routing::AsClaimed,
        ),
        (
            "another enrolment that does not count yet",
            vec![lost("20261001"), {
                let mut next = next(ASSOCIATION, "20261001");
                next.registration_status = RegistrationStatus::InProgress;
                next
            }],
            &["20261005"],
            Routing::NotInsured { parts: vec![part("20261005", "20261005", None)] },
        ),
        ("no day told: the day of the question", vec![coverage()], &[], Routing::AsClaimed),
    ];
    for (name, coverages, days, expected) in cases {
        let query = query(PLAIN);
        let register: Vec<_> = coverages.into_iter().map(|coverage| whose(1, coverage)).collect();
        let days: Vec<_> = days.iter().map(|text| day(text)).collect();
        let routed = route(&query, &days, &facts(&query, &register));
        assert_eq!(routed, Ok((PersonId([1; 16]), expected)), "{name}");
    }
}

#[test]
fn a_claim_that_fits_nobody_is_given_to_nobody() {
    let twin = || vec![whose(1, coverage()), whose(2, coverage())];
    let cases = [
        (
            "no such card",
            RawQuery { insured_identification_number: "4261", ..PLAIN },
            vec![whose(1, coverage())],
            Reason::NoSuchCard,
        ),
        (
            "another birth date",
            RawQuery { birthdate: "19800506", ..PLAIN },
            vec![whose(1, coverage())],
            Reason::BirthdateDiffers,
        ),
        (
            "another branch",
            RawQuery { insured_branch_number: "02", ..PLAIN },
            vec![whose(1, coverage())],
            Reason::BranchDiffers,
        ),
        ("two persons", PLAIN, twin(), Reason::SeveralPersons),
    ];
    for (name, raw, register, reason) in cases {
        let query = query(raw);
        assert_eq!(route(&query, &[day("20261005")], &facts(&query, &register)), Err(reason), "{name}");
    }
}

#[test]
fn coverages_of_other_persons_are_not_looked_at() {
    let query = query(PLAIN);
    let mut facts = facts(&query, &[whose(1, lost("20261001"))]);
    facts.others.push(whose(2, next(ASSOCIATION, "20261001")));
    let (person, routing) = route(&query, &[day("20261005")], &facts).expect("a person");
    assert_eq!(person, PersonId([1; 16]));
    assert!(matches!(routing, Routing::NotInsured { .. }), "{routing:?}");
    assert_eq!(routing.confirmation(), Some("03"));
}
