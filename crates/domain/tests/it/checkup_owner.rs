//! Whose checkup it is, as a table: what the report says of the person, what the register holds, and what must come of it.

use domain::checkup::{CheckupPatient, NoOwner, Owner, owner};
use domain::{BranchNumber, CardNumber, CardSymbol, InsurerNumber, PersonId, Recorded, RegistrationStatus, Sex};

use crate::build::{coverage, coverage_with, day, whose};

/// 25 letters of three bytes each.
const LONG: &str = "フェルナンデスゴンザレスマリアデルカルメンロペス";

/// What a report says of the plain person of the tables.
fn patient(change: impl FnOnce(&mut CheckupPatient)) -> CheckupPatient {
    let mut told = CheckupPatient {
        insurer_number: InsurerNumber::parse("06139463").expect("a case of the table"),
        insured_card_symbol: Some(CardSymbol::parse("12-34").expect("a case of the table")),
        insured_identification_number: CardNumber::parse("4260").expect("a case of the table"),
        insured_branch_number: Some(BranchNumber::parse("01").expect("a case of the table")),
        name_kana: "ヤマダ　タロウ".to_owned(),
        birthdate: day("19800505"),
        sex: Sex::Male,
        address: None,
        post_number: None,
    };
    change(&mut told);
    told
}

fn sister() -> Recorded {
    let coverage = coverage_with(|c| {
        "山田　花子".clone_into(&mut c.person.name);
        c.person.name_kana = Some("ﾔﾏﾀﾞ ﾊﾅｺ".to_owned());
        c.person.sex1 = Sex::Female;
        c.insured_branch_number = Some(BranchNumber::parse("02").expect("a case of the table"));
    });
    whose(2, coverage)
}

fn one(coverage: domain::Coverage) -> Vec<Recorded> {
    vec![whose(1, coverage)]
}

/// What happens, what the report says, what the register has for its card, and who comes out (person, insured) or why nobody.
type Case = (&'static str, CheckupPatient, Vec<Recorded>, Result<(u8, bool), NoOwner>);

#[test]
fn a_report_is_somebodys_only_when_everything_fits() {
    let plain = || one(coverage());
    let lost = || one(coverage_with(|c| c.disqualification_date = Some(day("20250401"))));
    let state = |state| one(coverage_with(|c| c.registration_status = state));
    let nameless = || one(coverage_with(|c| c.person.name_kana = None));
    let long = || one(coverage_with(|c| c.person.name_kana = Some(LONG.to_owned())));
    let twins = || vec![plain().remove(0), sister()];
    let no_branch = |p: &mut CheckupPatient| p.insured_branch_number = None;
    let found = |insured| Ok((1, insured));
    let cases: Vec<Case> = vec![
        ("all fits", patient(|_| ()), plain(), found(true)),
        ("insurance had ended", patient(|_| ()), lost(), found(false)),
        ("an older program, no branch", patient(no_branch), plain(), found(true)),
        ("twins, told apart by sex and name", patient(no_branch), twins(), found(true)),
        ("nobody has this card", patient(|_| ()), Vec::new(), Err(NoOwner::NoSuchCard)),
        ("deleted by the insurer", patient(|_| ()), state(RegistrationStatus::Deleted), Err(NoOwner::NoSuchCard)),
        (
            "still being enrolled",
            patient(|_| ()),
            state(RegistrationStatus::InProgress),
            Err(NoOwner::EnrolmentInProgress),
        ),
        ("another birthday", patient(|p| p.birthdate = day("19800506")), plain(), Err(NoOwner::BirthdateDiffers)),
        (
            "another branch",
            patient(|p| p.insured_branch_number = Some(BranchNumber::parse("03").expect("a case of the table"))),
            plain(),
            Err(NoOwner::BranchDiffers),
        ),
        ("another sex", patient(|p| p.sex = Sex::Female), plain(), Err(NoOwner::SexDiffers)),
        ("another name", patient(|p| p.name_kana = "ヤマダ　ジロウ".to_owned()), plain(), Err(NoOwner::NameDiffers)),
        ("a long name, cut by the sender", patient(|p| p.name_kana = LONG[..60].to_owned()), long(), found(true)),
        (
            "a beginning that is too short to be a cut",
            patient(|p| p.name_kana = "ヤマダ".to_owned()),
            plain(),
            Err(NoOwner::NameDiffers),
        ),
        ("no name to compare", patient(|_| ()), nameless(), Err(NoOwner::NameNotOnRecord)),
        ("a report without a name", patient(|p| p.name_kana = String::new()), plain(), Err(NoOwner::NameDiffers)),
        (
            "two persons of one name",
            patient(no_branch),
            vec![plain().remove(0), whose(3, coverage())],
            Err(NoOwner::SeveralPersons),
        ),
    ];
    for (name, patient, matched, expected) in cases {
        let expected = expected.map(|(person, insured)| Owner { person: PersonId([person; 16]), insured });
        assert_eq!(owner(&patient, day("20261001"), &matched), expected, "{name}");
    }
}

#[test]
fn every_reason_has_a_code_and_words_of_its_own() {
    let mut codes: Vec<&str> = NoOwner::ALL.iter().map(|reason| reason.code()).collect();
    codes.dedup();
    assert_eq!(codes.len(), 8);
    assert!(NoOwner::ALL.iter().all(|reason| !reason.words().is_empty() && !reason.words_en().is_empty()));
}
