//! A one-time code is understood however it is typed, and says which letter is wrong when it is not.

use proptest::prelude::*;
use trust::enrol::CodeError;
use trust::{Certificate, OneTimeCode, RootPin};

use crate::world::World;

fn root() -> Certificate {
    World::new().root.certificate().clone()
}

#[test]
fn a_code_is_shown_in_eight_groups_of_four() {
    let code = OneTimeCode::new([0xff; 10], &root()).to_string();
    assert_eq!(code.len(), 39);
    assert!(code.starts_with("ZZZZ-ZZZZ-ZZZZ-ZZZZ-"), "{code}");
    assert_eq!(code.split('-').count(), 8);
}

#[test]
fn a_code_is_understood_however_it_is_typed() {
    let root = root();
    let code = OneTimeCode::new([0, 1, 2, 3, 0x42, 0x10, 0x84, 7, 8, 9], &root);
    let shown = code.to_string();
    let ways = [
        shown.clone(),
        shown.to_lowercase(),
        shown.replace('-', ""),
        shown.replace('-', " "),
        shown.replace('-', "－"),
        format!("\u{3000}{shown}\r\n"),
        shown.replace('0', "O"),
        shown.replace('0', "o").replace('1', "l"),
        shown.replace('1', "I"),
        shown.replace('1', "i"),
        shown.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).expect("full width")).collect(),
    ];
    for typed in ways {
        let read = OneTimeCode::parse(&typed).unwrap_or_else(|e| panic!("{typed}: {e}"));
        assert_eq!(read.to_string(), shown, "{typed}");
        assert_eq!(read.secret_hash(), code.secret_hash());
        assert_eq!(read.root_pin(), RootPin::of(&root));
    }
}

#[test]
fn a_wrong_letter_is_named_with_its_place() {
    let shown = OneTimeCode::new([0; 10], &root()).to_string();
    let with_u = shown.replacen("0000-0000", "0000-00U0", 1);
    let error = OneTimeCode::parse(&with_u).expect_err("U is not used");
    assert_eq!(error, CodeError::Letter { found: 'U', place: 7 });
    assert!(error.message_ja().contains("7文字目「U」"));
    assert_eq!(OneTimeCode::parse("1234").expect_err("short"), CodeError::Length(4));
    assert_eq!(OneTimeCode::parse(&format!("{shown}0")).expect_err("long"), CodeError::Length(33));
    assert!(OneTimeCode::parse(&"0".repeat(100_000)).is_err());
    assert!(OneTimeCode::parse("").is_err());
}

#[test]
fn another_root_gives_another_pin() {
    assert_ne!(RootPin::of(&root()), RootPin::of(&root()));
}

#[test]
fn a_debugged_code_shows_no_secret() {
    assert_eq!(format!("{:?}", OneTimeCode::new([1; 10], &root())), "OneTimeCode(…)");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_and_never_panics(typed in ".*") {
        let _ = OneTimeCode::parse(&typed);
    }

    #[test]
    fn any_32_letters_are_a_code_that_shows_the_same(letters in "[0-9A-HJKMNP-TV-Z]{32}") {
        let code = OneTimeCode::parse(&letters).expect("a code");
        prop_assert_eq!(code.to_string().replace('-', ""), letters);
    }
}
