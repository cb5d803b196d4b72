//! Which searches by name may be made, and whom one finds.

use domain::person_search::{Candidates, RawSearch, find, read_reason};
use domain::{Coverage, Person, PersonId, PersonSearch, RegistrationStatus, SearchOutcome, Sex};

use crate::build::{coverage_with, day};

/// Stands for the tables of variants, which live elsewhere.
fn common(text: &str) -> String {
    text.replace('髙', "高").replace('﨑', "崎")
}

const RAW: RawSearch<'static> = RawSearch {
    name: "",
    name_kana: "タカサキ　ハナコ",
    birthdate: "19800505",
    sex1: "2",
    address: "",
    reason: "避難所で受診、保険証を流失",
};

fn search(raw: &RawSearch<'_>) -> PersonSearch {
    PersonSearch::parse(raw, common).expect("a search that may be made")
}

fn hanako() -> Person {
    Person {
        name: "髙﨑　花子".to_owned(),
        name_of_other: Some("山田　花子".to_owned()),
        name_kana: Some("ﾀｶｻｷ ﾊﾅｺ".to_owned()),
        name_of_other_kana: Some("ヤマダ　ハナコ".to_owned()),
        sex1: Sex::Female,
        address: Some("石川県珠洲市飯田町三丁目１２番地の４　ハイツ海１０１号".to_owned()),
        ..coverage_with(|_| ()).person
    }
}

#[test]
fn a_search_is_for_one_person_and_says_why() {
    assert!(PersonSearch::parse(&RAW, common).is_ok());
    let nothing = RawSearch { name_kana: "", ..RAW };
    for (what, raw, expected) in [
        ("nothing at all", RawSearch::default(), "Birthdate empty, Sex1 empty, NameKana one_of, SearchReason empty"),
        ("nobody", nothing, "NameKana one_of"),
        ("only signs", RawSearch { name_kana: " ・ー ", ..RAW }, "NameKana one_of"),
        ("no birth date", RawSearch { birthdate: "", ..RAW }, "Birthdate empty"),
        ("no such day", RawSearch { birthdate: "19800231", ..RAW }, "Birthdate no_such_day"),
        ("no sex", RawSearch { sex1: "", ..RAW }, "Sex1 empty"),
        ("no such sex", RawSearch { sex1: "9", ..RAW }, "Sex1 value"),
        ("a prefecture is no address", RawSearch { address: "石川県", ..nothing }, "Address municipality"),
        ("a town is enough", RawSearch { address: "珠洲市", ..nothing }, ""),
        ("a name is enough", RawSearch { name: "髙﨑花子", ..nothing }, ""),
        ("no reason", RawSearch { reason: "  ", ..RAW }, "SearchReason empty"),
        ("a reason that says nothing", RawSearch { reason: "地震", ..RAW }, "SearchReason too_short"),
        ("a reason of two lines", RawSearch { reason: "避難所で\n受診した", ..RAW }, "SearchReason character"),
    ] {
        let bad = PersonSearch::parse(&raw, common).err().unwrap_or_default();
        let named: Vec<String> = bad.iter().map(|f| format!("{} {}", f.field.element(), f.code)).collect();
        assert_eq!(named.join(", "), expected, "{what}");
        for field in bad {
            assert!(
                !field.message().is_empty() && field.message().ends_with('。') && field.message_en().ends_with('.')
            );
        }
    }
    let long = "長".repeat(201);
    assert_eq!(read_reason(&long).unwrap_err().code, "length");
    assert_eq!(read_reason(&long[..600]).unwrap().chars().count(), 200);
    let long = "長".repeat(401);
    let bad = PersonSearch::parse(&RawSearch { address: &long, ..RAW }, common).unwrap_err();
    assert_eq!((bad[0].field.element(), bad[0].code), ("Address", "length"));
    assert_eq!(format!("{:?}", search(&RAW)), "PersonSearch(…)");
}

#[test]
fn everything_that_is_given_has_to_fit_in_any_spelling() {
    let nothing = RawSearch { name_kana: "", ..RAW };
    let by_address = |address| RawSearch { address, ..nothing };
    let by_name = |name| RawSearch { name, ..nothing };
    let by_kana = |name_kana| RawSearch { name_kana, ..nothing };
    for (what, raw, fits) in [
        ("kana", by_kana("たかさき はなこ"), true),
        ("the kana of the other name", by_kana("ヤマダハナコ"), true),
        ("half of the kana", by_kana("タカサキ"), false),
        ("a name as everybody types it", by_name("高崎 花子"), true),
        ("the name as registered", by_name("髙﨑　花子"), true),
        ("the other name", by_name("山田花子"), true),
        ("a family name alone", by_name("髙﨑"), false),
        ("another name", by_name("高崎 花枝"), false),
        ("another birth date", RawSearch { birthdate: "19800506", ..RAW }, false),
        ("an era birth date", RawSearch { birthdate: "S55.5.5", ..RAW }, true),
        ("another sex", RawSearch { sex1: "１", ..RAW }, false),
        ("kana and a wrong address", RawSearch { address: "石川県輪島市", ..RAW }, false),
        ("kana and a right address", RawSearch { address: "珠洲市飯田町", ..RAW }, true),
        ("the town", by_address("石川県珠洲市"), true),
        ("without the prefecture", by_address("珠洲市飯田町"), true),
        ("another prefecture", by_address("福井県珠洲市"), false),
        ("numbers with hyphens", by_address("石川県珠洲市飯田町３－１２－４"), true),
        ("numbers in words", by_address("石川県珠洲市飯田町3丁目12番4号"), true),
        ("the house too", by_address("石川県珠洲市飯田町3-12-4 ハイツ海 101"), true),
        ("a number that only begins alike", by_address("石川県珠洲市飯田町3-1"), false),
        ("another house", by_address("石川県珠洲市飯田町3-12-5"), false),
    ] {
        assert_eq!(search(&raw).fits(&hanako(), common), fits, "{what}");
    }
    let search = search(&RawSearch { address: "石川県珠洲市飯田町3-12-4", ..RAW });
    for (what, person, fits) in [
        ("a register that has the town only", Person { address: Some("石川県珠洲市".into()), ..hanako() }, true),
        ("a register that has the prefecture only", Person { address: Some("石川県".into()), ..hanako() }, false),
        ("a register without address", Person { address: None, ..hanako() }, false),
        ("a register without kana", Person { name_kana: None, name_of_other_kana: None, ..hanako() }, false),
        ("a register that knows no sex", Person { sex1: Sex::Unset, ..hanako() }, true),
        ("another sex on the back", Person { sex1: Sex::Male, sex2: Some(Sex::Female), ..hanako() }, true),
    ] {
        assert_eq!(search.fits(&person, common), fits, "{what}");
    }
}

fn found(coverages: &[(u8, Coverage)], is_all: bool) -> Candidates {
    let born = coverages.iter().map(|(id, coverage)| (PersonId([*id; 16]), coverage));
    find(&search(&RAW), born, is_all, common)
}

#[test]
fn one_a_few_nobody_and_too_many_stay_apart() {
    let fits = || coverage_with(|c| c.person = hanako());
    let other = || coverage_with(|c| c.person.birthdate = day("19800505"));
    let deleted = || coverage_with(|c| (c.person, c.registration_status) = (hanako(), RegistrationStatus::Deleted));
    let in_progress =
        || coverage_with(|c| (c.person, c.registration_status) = (hanako(), RegistrationStatus::InProgress));
    let many = |count: u8| (1..=count).map(|id| (id, fits())).collect::<Vec<_>>();
    for (what, coverages, is_all, outcome, ids) in [
        ("nobody", vec![(1, other())], true, SearchOutcome::NotFound, vec![]),
        ("one", vec![(1, other()), (2, fits())], true, SearchOutcome::Found, vec![2]),
        ("one with two coverages", vec![(2, fits()), (2, fits())], true, SearchOutcome::Found, vec![2]),
        ("twins of one name", vec![(3, fits()), (2, fits())], true, SearchOutcome::Several, vec![2, 3]),
        ("five", many(5), true, SearchOutcome::Several, vec![1, 2, 3, 4, 5]),
        ("six", many(6), true, SearchOutcome::TooMany, vec![]),
        ("registered by mistake", vec![(1, deleted())], true, SearchOutcome::NotFound, vec![]),
        ("not registered yet", vec![(1, in_progress())], true, SearchOutcome::Found, vec![1]),
        ("not all were looked at", vec![(1, fits())], false, SearchOutcome::TooMany, vec![]),
        ("not all, and nobody fits", vec![(1, other())], false, SearchOutcome::TooMany, vec![]),
    ] {
        let candidates = found(&coverages, is_all);
        let persons: Vec<PersonId> = ids.into_iter().map(|id| PersonId([id; 16])).collect();
        assert_eq!(candidates, Candidates { outcome, persons }, "{what}");
    }
}

#[test]
fn spellings_of_one_search_are_written_one_way_on_record() {
    let one = RawSearch { address: "石川県珠洲市飯田町３丁目", ..RAW };
    let same = RawSearch {
        name_kana: "ﾀｶｻｷ ﾊﾅｺ",
        birthdate: "S550505",
        sex1: "２",
        address: "石川県 珠洲市飯田町三丁目",
        ..RAW
    };
    assert_eq!(search(&one).canonical(), search(&same).canonical());
    assert_ne!(search(&one).canonical(), search(&RAW).canonical());
    assert_eq!(search(&RAW).canonical().lines().count(), 6);
}
