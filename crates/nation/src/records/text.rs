//! Text as claims hold it: JIS X 0208 in full width, everything else folded as people at windows do.

use crate::names::{Form, Names, PersonName};

/// Characters outside JIS X 0208 that occur in the nation, and what is typed instead.
const FOLDS: [(char, char); 14] = [
    ('髙', '高'),
    ('﨑', '崎'),
    ('𠮷', '吉'),
    ('𣘺', '橋'),
    ('𡈽', '土'),
    ('德', '徳'),
    ('濵', '浜'),
    ('瀨', '瀬'),
    ('栁', '柳'),
    ('桒', '桑'),
    ('靏', '鶴'),
    ('內', '内'),
    ('增', '増'),
    ('黑', '黒'),
];

/// What stands for a character that nobody can type.
const UNKNOWN: char = '？';

/// A text in the characters of a claim, cut to so many characters.
pub(crate) fn fold(text: &str, chars_max: usize) -> String {
    text.chars()
        .filter(|letter| !is_selector(*letter))
        .map(|letter| match FOLDS.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => *to,
            None if holds(letter) => letter,
            None => UNKNOWN,
        })
        .take(chars_max)
        .collect()
}

/// Letters, digits and signs in full width.
pub(crate) fn wide(text: &str) -> String {
    let widen = |letter| match letter {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(u32::from(letter) + 0xFEE0).unwrap_or(UNKNOWN),
        other => other,
    };
    text.chars().map(widen).collect()
}

fn is_selector(letter: char) -> bool {
    matches!(letter, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// JIS X 0201 or JIS X 0208, without the extensions of vendors.
fn holds(letter: char) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = encoding_rs::SHIFT_JIS.encode(letter.encode_utf8(&mut buffer));
    match *bytes {
        [single] => !failed && single != b'?' || letter == '?',
        [lead, _] => !failed && !matches!(lead, 0x87 | 0xED..),
        _ => false,
    }
}

/// Shift_JIS of a text that holds only characters of a claim.
pub(crate) fn encode(text: &str, out: &mut Vec<u8>) {
    let (bytes, _, failed) = encoding_rs::SHIFT_JIS.encode(text);
    debug_assert!(!failed, "not in Shift_JIS: {text}");
    out.extend_from_slice(&bytes);
}

/// 氏名: the family name, a space, the given name. Letters of half width stay as they are.
pub(crate) fn person_name(names: &Names, name: PersonName, form: Form) -> String {
    let mut text = String::new();
    names.push_name(&mut text, name, form.as_registered());
    let cut = if text.is_ascii() { text.chars().take(40).collect() } else { fold(&wide(&text), 20) };
    // A cut between two names leaves a space, and fields of variable length end with none.
    cut.trim_end().to_owned()
}

/// カタカナ氏名 without spaces.
pub(crate) fn person_kana(names: &Names, name: PersonName, form: Form) -> String {
    let mut text = String::new();
    names.push_kana(&mut text, name, form.as_registered(), false);
    fold(&text.replace(['\u{3000}', ' '], ""), 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_claims_cannot_hold_are_written_as_windows_write_them() {
        assert_eq!(fold("髙橋\u{E0101}", 20), "高橋");
        assert_eq!(fold("𠮷田　婷", 20), "吉田　？");
        assert_eq!(fold("①髙", 20), "？高");
        assert_eq!(wide("A-1 b"), "Ａ－１　ｂ");
    }

    #[test]
    fn every_fold_leads_into_the_characters_of_a_claim() {
        assert!(FOLDS.iter().all(|(from, to)| !holds(*from) && holds(*to)));
    }
}
