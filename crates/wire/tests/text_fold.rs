//! Proves that text leaves in Shift_JIS without ever a ● or a numeric reference: tables of the characters that names
//! really have, and properties over any text.

use proptest::prelude::*;
use wire::text::{FoldKind, GETA, Target, decode_shift_jis, encode, kana};

fn written(text: &str, target: Target) -> String {
    decode_shift_jis(&encode(text, target).bytes).expect("what is encoded decodes")
}

#[test]
fn characters_of_real_names_fold_to_what_a_reader_takes_for_the_same_name() {
    for (original, cp932, jis) in [
        ("髙橋", "髙橋", "高橋"),
        ("山﨑", "山﨑", "山崎"),
        ("𠮷田", "吉田", "吉田"),
        ("渡邉\u{E0101}", "渡邉", "渡邉"),
        ("渡邊\u{E0103}", "渡邊", "渡邊"),
        ("葛\u{E0100}城", "葛城", "葛城"),
        ("德川", "德川", "徳川"),
        ("濵田", "濵田", "浜田"),
        ("神\u{FE00}田", "神田", "神田"),
        ("①㈱", "①㈱", "１（株）"),
        ("か\u{3099}く", "がく", "がく"),
        ("JOSÉ Nuñez Đỗ Łukasz Straße", "JOSE Nunez Do Lukasz Strasse", "JOSE Nunez Do Lukasz Strasse"),
        ("〜−‖—¥", "～－∥―￥", "～－∥―￥"),
        ("김", "〓", "〓"),
        ("😀", "〓", "〓"),
        ("\u{E000}", "〓", "〓"),
        ("a\u{0}b\u{200B}c\u{FEFF}", "abc", "abc"),
        ("●", "●", "●"),
    ] {
        assert_eq!(written(original, Target::Cp932), cp932, "{original} to CP932");
        assert_eq!(written(original, Target::JisX0208), jis, "{original} to JIS X 0208");
    }
}

#[test]
fn names_are_compared_in_the_characters_that_everybody_types() {
    for (original, common) in [
        ("髙﨑　花子", "高崎　花子"),
        ("𠮷田", "吉田"),
        ("渡邉\u{E0101}", "渡邉"),
        ("葛\u{E0100}城", "葛城"),
        ("か\u{3099}く", "がく"),
        ("Nuñez", "Nunez"),
        ("김", "김"),
        ("", ""),
    ] {
        assert_eq!(wire::text::common(original), common, "{original}");
    }
}

#[test]
fn every_fold_tells_what_stood_where() {
    let folded = encode("東京 𠮷田 邉\u{E0101}", Target::Cp932);
    let told: Vec<_> = folded.folds.iter().map(|f| (f.original.as_str(), f.written.as_str(), f.at, f.kind)).collect();
    assert_eq!(told, [("𠮷", "吉", 3, FoldKind::Variant), ("邉\u{E0101}", "邉", 6, FoldKind::Variant)]);
    assert_eq!(encode("髙橋　花子", Target::Cp932).folds, []);
}

#[test]
fn every_character_that_unicode_unifies_with_japanese_names_has_something_to_stand_for_it() {
    // The compatibility ideographs are the ones that cards print. For the few that are left no register of the state
    // names a variant; most of them are Korean duplicates.
    let lost: Vec<String> = ('\u{F900}'..='\u{FA6D}')
        .filter(|c| written(&c.to_string(), Target::JisX0208).contains(GETA))
        .map(|c| format!("{:X}", u32::from(c)))
        .collect();
    assert_eq!(lost.join(" "), "F930 F93E F964 F994 F9A5 F9C8 F9EF FA0F FA21 FA27 FA28 FA49 FA66");
}

#[test]
fn kana_comes_in_half_width_and_goes_back() {
    for (full, half) in
        [("シンリョウ　タロウ", "ｼﾝﾘｮｳ ﾀﾛｳ"), ("ヴィクトリア・ガブリエル", "ｳﾞｨｸﾄﾘｱ･ｶﾞﾌﾞﾘｴﾙ"), ("パーク　ＪＲ", "ﾊﾟｰｸ JR")]
    {
        assert_eq!(kana::to_half_width(full), half);
        assert_eq!(kana::to_half_width(half), half);
    }
    assert_eq!(kana::to_half_width("てすと　たろう"), "ﾃｽﾄ ﾀﾛｳ");
    assert_eq!(kana::to_full_width("ｳﾞｨｸﾄﾘｱ･ｶﾞﾌﾞﾘｴﾙ ﾊﾟ"), "ヴィクトリア・ガブリエル　パ");
}

#[test]
fn half_and_full_width_are_one_to_one_for_every_kana_of_a_name() {
    for kana in 'ァ'..='ヴ' {
        if !matches!(kana, 'ヮ' | 'ヰ' | 'ヱ') {
            assert_eq!(kana::to_full_width(&kana::to_half_width(&kana.to_string())), kana.to_string());
        }
    }
}

#[test]
fn what_the_target_holds_is_written_as_it_is() {
    for c in ('\u{20}'..='\u{FFFF}').filter(|c| Target::Cp932.holds(*c)) {
        assert_eq!(written(&c.to_string(), Target::Cp932), c.to_string(), "{c:?}");
        assert_eq!(encode(&c.to_string(), Target::Cp932).folds, [], "{c:?}");
    }
}

proptest! {
    #[test]
    fn any_text_leaves_readable(text in any::<String>(), jis in any::<bool>()) {
        let target = if jis { Target::JisX0208 } else { Target::Cp932 };
        let back = written(&text, target);
        prop_assert!(back.matches('●').count() <= text.matches('●').count());
        // No reference can come from here: no ampersand is ever made.
        prop_assert!(back.matches('&').count() <= text.matches('&').count());
        prop_assert!(back.chars().all(|c| target.holds(c)));
        // What was written once is written again unchanged.
        let again = encode(&back, target);
        prop_assert!(again.folds.is_empty());
        prop_assert_eq!(decode_shift_jis(&again.bytes).unwrap(), back);
    }

    #[test]
    fn text_that_needs_no_fold_round_trips(text in "[ぁ-ゖァ-ヶ一-二亜-宇a-zA-Z0-9 　]{0,40}") {
        let folded = encode(&text, Target::Cp932);
        if folded.folds.is_empty() {
            prop_assert_eq!(decode_shift_jis(&folded.bytes).unwrap(), text);
        }
    }

    #[test]
    fn kana_conversion_never_panics_and_half_width_is_stable(text in any::<String>()) {
        let half = kana::to_half_width(&text);
        prop_assert_eq!(kana::to_half_width(&half), half.clone());
        let _ = kana::to_full_width(&text);
    }
}
