//! How text that somebody typed is read: the reading rules of the contract between insurers and windows, implemented
//! here a second time, for the oracle only.

use unicode_normalization::UnicodeNormalization;

use crate::check_digit;
use crate::day::{Day, ERAS};

/// Looks of a hyphen, and the middle dots that separate parts of a symbol.
pub(crate) const JOINTS: [char; 12] = ['-', '‐', '‑', '–', '—', '−', '―', 'ー', 'ｰ', '－', '・', '･'];
const MIDDLE_DOT: char = '·';

/// Symbol or number in the form in which they are compared: NFKC, no white space, no hyphens or middle dots, capital
/// letters, no leading zeros.
pub(crate) fn canonical(text: &str) -> String {
    let kept = |letter: &char| !letter.is_whitespace() && !JOINTS.contains(letter) && *letter != MIDDLE_DOT;
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.extend(text.chars().filter(kept).map(|letter| letter.to_ascii_uppercase()));
    } else if text.chars().all(folds_by_offset) {
        folded.extend(text.chars().filter(kept).map(|letter| half(letter).to_ascii_uppercase()));
    } else {
        folded.extend(text.nfkc().filter(kept).map(|letter| letter.to_ascii_uppercase()));
    }
    let without_zeros = folded.trim_start_matches('0');
    match (without_zeros.len(), folded.len()) {
        (0, 0) => folded,
        (0, _) => "0".to_owned(),
        _ => without_zeros.to_owned(),
    }
}

/// True for the characters that compatibility folding leaves alone or moves by a fixed distance. Nearly all symbols
/// consist of them, and the general algorithm is ten times slower.
fn folds_by_offset(letter: char) -> bool {
    matches!(letter, ' '..='~' | '！'..='～' | '\u{4E00}'..='\u{9FFF}' | 'ァ'..='ヺ' | '‐' | '・')
}

fn half(letter: char) -> char {
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

/// Digits of a field that has nothing but digits, in half width; `None` if there is anything else.
fn digits(text: &str) -> Option<String> {
    let folded: String = text.trim().chars().map(half).collect();
    folded.chars().all(|letter| letter.is_ascii_digit()).then_some(folded)
}

/// 保険者番号 as typed: six or eight digits with the right check digit; eight that begin with `00` are six.
pub(crate) fn insurer_number(text: &str) -> Option<String> {
    let digits = digits(text)?;
    let number = match digits.len() {
        6 => &digits[..],
        8 => digits.strip_prefix("00").unwrap_or(&digits),
        _ => return None,
    };
    check_digit::mod10_holds(number).then(|| number.to_owned())
}

/// A text that is no branch number.
pub(crate) struct NoBranch;

/// 枝番 as typed: nothing, one digit or two.
pub(crate) fn branch(text: &str) -> Result<Option<u8>, NoBranch> {
    let digits = digits(text).ok_or(NoBranch)?;
    match digits.len() {
        0 => Ok(None),
        1 | 2 => digits.parse().map(Some).map_err(|_| NoBranch),
        _ => Err(NoBranch),
    }
}

/// 生年月日 as typed: eight digits, with or without separators, or seven digits that begin with an era.
pub(crate) fn birthdate(text: &str) -> Option<Day> {
    let folded: String = text.trim().chars().map(half).filter(|letter| !matches!(letter, '/' | '-' | '.')).collect();
    let digits = digits(&folded)?;
    let number = |range: std::ops::Range<usize>| digits[range].parse::<u32>().ok();
    match digits.len() {
        8 => Day::checked(number(0..4)?.cast_signed(), number(4..6)?, number(6..8)?),
        7 => {
            let begin = ERAS.iter().find(|(code, _)| Some(*code) == number(0..1))?.1;
            Day::checked(begin.year() + number(1..3)?.cast_signed() - 1, number(3..5)?, number(5..7)?)
        }
        _ => None,
    }
}

/// True if one text becomes the other by at most one substitution, insertion, deletion or swap of neighbours.
pub(crate) fn at_most_one_edit(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    if short.len() < long.len() {
        return short[same..] == long[same + 1..];
    }
    if same == short.len() || short[same + 1..] == long[same + 1..] {
        return true;
    }
    short.len() >= same + 2
        && short[same] == long[same + 1]
        && short[same + 1] == long[same]
        && short[same + 2..] == long[same + 2..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms_forget_width_spaces_hyphens_and_leading_zeros() {
        assert_eq!(canonical("０１２３‐００１"), "123001");
        assert_eq!(canonical("医国１２３"), "医国123");
        assert_eq!(canonical("ＡＢ・12\u{3000}ー"), "AB12");
        assert_eq!(canonical("ｻｸ12"), "サク12");
        assert_eq!(canonical("000"), "0");
        assert_eq!(canonical(""), "");
    }

    #[test]
    fn the_fast_way_of_folding_agrees_with_the_general_one() {
        for letter in (' '..='~').chain('！'..='～').chain("医国ァサヺ".chars()) {
            assert!(folds_by_offset(letter));
            assert_eq!(half(letter).to_string(), letter.nfkc().to_string(), "{letter}");
        }
    }

    #[test]
    fn birthdates_are_read_in_every_form_that_people_type() {
        let day = Day::of(2001, 3, 27);
        for text in ["20010327", "２００１０３２７", "2001/03/27", "2001-03-27", "4130327", " 20010327 "] {
            assert_eq!(birthdate(text), Some(day), "{text}");
        }
        for text in ["20010230", "2001032", "9130327", "", "20010327a"] {
            assert_eq!(birthdate(text), None, "{text}");
        }
    }

    #[test]
    fn one_edit_is_one_slip_of_the_finger() {
        for (one, other) in [("123", "123"), ("123", "133"), ("123", "12"), ("123", "1223"), ("123", "213")] {
            assert!(at_most_one_edit(one, other) && at_most_one_edit(other, one), "{one} {other}");
        }
        for (one, other) in [("123", "321"), ("123", "145"), ("12", "1234"), ("1234", "2143")] {
            assert!(!at_most_one_edit(one, other), "{one} {other}");
        }
    }
}
