//! What may be said from kept answers: a table.

use domain::code::{InsuredCardClassification, ReasonOfLoss};
use domain::coverage::{ContributionRatio, ElderlyRecipientCertificate};
use domain::offline::{CannotTell, Copies, Copy, ListSays, Standing, decide_offline};
use domain::query::RawQuery;
use domain::{BranchNumber, Coverage, Date, Status};

use crate::build::{PLAIN, coverage, coverage_with, day, query};

fn told(raw: RawQuery<'_>, kept: Vec<(Coverage, Date)>) -> (Standing, Option<u8>, Option<u8>) {
    told_with_list(raw, kept.into_iter().map(|(coverage, as_of)| Copy { coverage, as_of, listed: None }))
}

fn told_with_list(raw: RawQuery<'_>, kept: impl IntoIterator<Item = Copy>) -> (Standing, Option<u8>, Option<u8>) {
    let (query, copies) = (query(raw), Copies::new(kept));
    let offline = decide_offline(&query, &copies);
    (offline.standing, offline.decision.share.map(|s| s.percent), offline.last_share.map(|s| s.percent))
}

/// The day asked is 2026-11-22.
#[test]
fn a_kept_answer_says_what_it_said_and_how_far_that_is_believed() {
    use CannotTell::{DoesNotFit, NothingKept, OtherPeriod, Several, TicketUnknown, TooOld};
    use Standing::{CannotTell as Cannot, LostSince, ValidAsOf};
    let kept = |coverage: Coverage, on: &str| vec![(coverage, day(on))];
    let lost = |on: &str| {
        coverage_with(|c| {
            c.disqualification_date = Some(day(on));
            c.reason_of_loss = Some(ReasonOfLoss::OtherInsurance);
        })
    };
    let no_branch = RawQuery { insured_branch_number: "", ..PLAIN };
    let brother = coverage_with(|c| c.insured_branch_number = Some(BranchNumber::parse("02").expect("a branch")));
    let assisted = coverage_with(|c| c.insured_card_classification = InsuredCardClassification::PublicAssistance);
    let card_ended = coverage_with(|c| c.insured_card_expiration_date = Some(day("20261031")));
    let table = [
        ("this morning", PLAIN, kept(coverage(), "20261122"), (ValidAsOf(day("20261122")), Some(30), None)),
        ("a month ago", PLAIN, kept(coverage(), "20261022"), (ValidAsOf(day("20261022")), Some(30), None)),
        ("a day more", PLAIN, kept(coverage(), "20261021"), (Cannot(TooOld), None, Some(30))),
        ("asked about a day before", PLAIN, kept(coverage(), "20261201"), (ValidAsOf(day("20261201")), Some(30), None)),
        ("lost before", PLAIN, kept(lost("20261101"), "20261030"), (LostSince(day("20261101")), None, None)),
        ("lost on the day", PLAIN, kept(lost("20261122"), "20261101"), (LostSince(day("20261122")), None, None)),
        ("lost long ago", PLAIN, kept(lost("20200501"), "20200601"), (LostSince(day("20200501")), None, None)),
        ("lost tomorrow", PLAIN, kept(lost("20261123"), "20261101"), (ValidAsOf(day("20261101")), Some(30), None)),
        ("the card ran out", PLAIN, kept(card_ended, "20261030"), (Cannot(OtherPeriod), None, Some(30))),
        ("no ticket yet", PLAIN, kept(assisted, "20261122"), (Cannot(TicketUnknown), None, Some(0))),
        ("nothing kept", PLAIN, Vec::new(), (Cannot(NothingKept), None, None)),
        (
            "somebody else's birth date",
            RawQuery { birthdate: "19800506", ..PLAIN },
            kept(coverage(), "20261122"),
            (Cannot(DoesNotFit), None, None),
        ),
        (
            "somebody else's branch",
            RawQuery { insured_branch_number: "03", ..PLAIN },
            kept(coverage(), "20261122"),
            (Cannot(DoesNotFit), None, None),
        ),
        (
            "twins, no branch given",
            no_branch,
            vec![(coverage(), day("20261122")), (brother.clone(), day("20261122"))],
            (Cannot(Several), None, None),
        ),
        (
            "twins, the branch given",
            PLAIN,
            vec![(brother, day("20261121")), (coverage(), day("20261120"))],
            (ValidAsOf(day("20261120")), Some(30), None),
        ),
    ];
    for (name, raw, kept, expected) in table {
        assert_eq!(told(raw, kept), expected, "{name}");
    }
}

/// The day asked is 2026-11-22.
#[test]
fn a_list_says_whether_a_kept_answer_still_stands() {
    use CannotTell::{Changed, NothingKept, OtherPeriod, TooOld};
    use Standing::{CannotTell as Cannot, ListedLost, ListedValid, LostSince};
    let at = |on: &str| day(on).at(5, 0, 0, 0);
    let lost = coverage_with(|c| c.disqualification_date = Some(day("20261101")));
    let card_ended = coverage_with(|c| c.insured_card_expiration_date = Some(day("20261031")));
    let table = [
        ("stands", coverage(), "20261101", Status::Valid, "20261122", (ListedValid(at("20261122")), Some(30), None)),
        (
            "two months old",
            coverage(),
            "20260910",
            Status::Valid,
            "20261122",
            (ListedValid(at("20261122")), Some(30), None),
        ),
        ("92 days", coverage(), "20260822", Status::Valid, "20261122", (ListedValid(at("20261122")), Some(30), None)),
        ("93 days", coverage(), "20260821", Status::Valid, "20261122", (Cannot(TooOld), None, Some(30))),
        ("lost", coverage(), "20261101", Status::Invalid, "20261122", (ListedLost(at("20261122")), None, None)),
        (
            "lost long ago",
            coverage(),
            "20260101",
            Status::Invalid,
            "20261120",
            (ListedLost(at("20261120")), None, None),
        ),
        (
            "lost behind the day asked",
            coverage(),
            "20261101",
            Status::Invalid,
            "20261123",
            (Cannot(Changed), None, Some(30)),
        ),
        ("changed", coverage(), "20261122", Status::Changed, "20261122", (Cannot(Changed), None, Some(30))),
        ("set aside", coverage(), "20261122", Status::Suspended, "20261122", (Cannot(Changed), None, Some(30))),
        (
            "lost, and that stands",
            lost.clone(),
            "20261102",
            Status::Valid,
            "20261122",
            (LostSince(day("20261101")), None, None),
        ),
        ("the loss was a mistake", lost, "20261102", Status::Changed, "20261122", (Cannot(Changed), None, None)),
        ("the card ran out", card_ended, "20261030", Status::Valid, "20261122", (Cannot(OtherPeriod), None, Some(30))),
    ];
    for (name, coverage, as_of, status, list, expected) in table {
        let listed = Some(ListSays { status, as_of: at(list) });
        let told = told_with_list(PLAIN, [Copy { coverage, as_of: day(as_of), listed }]);
        assert_eq!(told, expected, "{name}");
    }
    assert_eq!(told_with_list(PLAIN, []).0, Cannot(NothingKept));
}

#[test]
fn a_certificate_that_ran_out_since_leaves_the_share_open() {
    let elderly = |end: &str| {
        coverage_with(|c| {
            c.person.birthdate = day("19540505");
            c.elderly_recipient_certificates = vec![ElderlyRecipientCertificate {
                issued: None,
                ratio: ContributionRatio { percent: 20, start: Some(day("20250801")), end: Some(day(end)) },
            }];
        })
    };
    let raw = RawQuery { birthdate: "19540505", ..PLAIN };
    let as_of = day("20261101");
    let cases = [("20270731", Some(20), None), ("20261115", None, Some(20)), ("20251031", Some(30), None)];
    for (end, share, last_share) in cases {
        let expected = (Standing::ValidAsOf(as_of), share, last_share);
        assert_eq!(told(raw, vec![(elderly(end), as_of)]), expected, "a certificate until {end}");
    }
}

#[test]
fn the_share_is_that_of_the_day_asked_and_not_of_the_day_kept() {
    // Before school age until the March after the sixth birthday; here from April 2027 on, 30 %.
    let child = coverage_with(|c| c.person.birthdate = day("20200505"));
    let ask = |on| RawQuery { birthdate: "20200505", qualification_confirmation_date: on, ..PLAIN };
    for (on, share) in [("20270331", 20), ("20270401", 30)] {
        let (standing, told, _) = told(ask(on), vec![(child.clone(), day("20270320"))]);
        assert_eq!((standing, told), (Standing::ValidAsOf(day("20270320")), Some(share)), "{on}");
    }
}
