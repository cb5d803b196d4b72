//! What happens to a number between the card and the keyboard: slips that change it, and ways of typing that do not.

use super::typed;
use crate::dice::Dice;
use crate::limits::CARD_FIELD_CHARS_MAX;

/// Digits that look alike, by digit.
const LOOKALIKES: [&str; 10] = ["68", "74", "73", "82", "91", "63", "058", "12", "306", "47"];

fn value(letter: char) -> Option<u32> {
    match letter {
        '0'..='9' => Some(u32::from(letter) - 0x30),
        '０'..='９' => Some(u32::from(letter) - 0xFF10),
        _ => None,
    }
}

/// The digit in the same width as `like`.
fn digit_like(like: char, value: u32) -> char {
    let zero = if like.is_ascii() { 0x30 } else { 0xFF10 };
    char::from_u32(zero + value).unwrap_or(like)
}

fn digit_places(text: &[char]) -> Vec<usize> {
    (0..text.len()).filter(|place| value(text[*place]).is_some()).collect()
}

/// One digit read as one that looks like it.
pub(crate) fn misread_digit(dice: &mut Dice, text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let places = digit_places(&letters);
    let place = *places.get(dice.index(places.len().max(1)))?;
    let looks: Vec<char> = LOOKALIKES[value(letters[place])? as usize].chars().collect();
    letters[place] = digit_like(letters[place], value(*dice.pick(&looks))?);
    Some(letters.into_iter().collect())
}

/// Two different neighbouring digits swapped.
pub(crate) fn transposed_digits(dice: &mut Dice, text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let differ = |place: &usize| {
        let (one, next) = (value(letters[*place]), value(letters[*place + 1]));
        one.is_some() && next.is_some() && one != next
    };
    let places: Vec<usize> = (0..letters.len().saturating_sub(1)).filter(differ).collect();
    let place = *places.get(dice.index(places.len().max(1)))?;
    letters.swap(place, place + 1);
    Some(letters.into_iter().collect())
}

/// One digit left out.
pub(crate) fn missing_digit(dice: &mut Dice, text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let places = digit_places(&letters);
    if places.len() < 3 {
        return None;
    }
    letters.remove(*dice.pick(&places));
    Some(letters.into_iter().collect())
}

/// One digit typed twice.
pub(crate) fn doubled_digit(dice: &mut Dice, text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let places = digit_places(&letters);
    let place = *places.get(dice.index(places.len().max(1)))?;
    letters.insert(place, letters[place]);
    within_limit(letters.into_iter().collect())
}

/// All that has a full-width form in it.
pub(crate) fn full_width(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(letter) + 0xFEE0).unwrap_or(letter),
            _ => letter,
        })
        .collect()
}

/// All that has a half-width form in ASCII in it.
pub(crate) fn half_width(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
            _ => letter,
        })
        .collect()
}

/// Spaces before, after or between.
pub(crate) fn spaced(dice: &mut Dice, text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(2) {
        let place = dice.index(letters.len() + 1);
        letters.insert(place, *dice.pick(&[' ', ' ', '\u{3000}']));
    }
    within_limit(letters.into_iter().collect())
}

/// Every hyphen in another look, and one more where there was none.
pub(crate) fn rehyphenated(dice: &mut Dice, text: &str) -> Option<String> {
    let looks: &[char] =
        if text.is_ascii() { &['-', '‐', '−', '–', 'ー'] } else { &['－', '‐', '−', '―', 'ー', '・'] };
    let mut letters: Vec<char> = text.chars().collect();
    let mut found = false;
    for letter in &mut letters {
        if typed::JOINTS.contains(letter) {
            *letter = *dice.pick(looks);
            found = true;
        }
    }
    if !found && letters.len() >= 2 {
        letters.insert(1 + dice.index(letters.len() - 1), *dice.pick(looks));
    }
    within_limit(letters.into_iter().collect())
}

/// Hyphens and middle dots left out.
pub(crate) fn without_hyphens(text: &str) -> String {
    text.chars().filter(|letter| !typed::JOINTS.contains(letter)).collect()
}

/// More zeros in front of a number.
pub(crate) fn zeros_added(dice: &mut Dice, text: &str) -> Option<String> {
    let first = text.chars().next()?;
    value(first)?;
    let zeros: String = std::iter::repeat_n(digit_like(first, 0), 1 + dice.index(3)).collect();
    within_limit(zeros + text)
}

/// Leading zeros left out, if there are any.
pub(crate) fn zeros_removed(text: &str) -> Option<String> {
    let rest = text.trim_start_matches(['0', '０']);
    let begins_with_digit = rest.chars().next().and_then(value).is_some();
    (rest.len() < text.len() && begins_with_digit).then(|| rest.to_owned())
}

fn within_limit(text: String) -> Option<String> {
    (text.chars().count() <= CARD_FIELD_CHARS_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Stream;

    #[test]
    fn ways_of_typing_keep_the_canonical_form_and_slips_change_it() {
        let mut dice = Dice::new(7, Stream::Oracle);
        for text in ["0123456", "０１２３‐００１", "12-34", "医国００１２", "A012", "サク12"] {
            let same = [
                Some(full_width(text)),
                Some(half_width(text)),
                spaced(&mut dice, text),
                rehyphenated(&mut dice, text),
                Some(without_hyphens(text)),
                zeros_added(&mut dice, text).or(Some(text.to_owned())),
                zeros_removed(text).or(Some(text.to_owned())),
            ];
            for way in same {
                let way = way.expect("short enough");
                assert_eq!(typed::canonical(&way), typed::canonical(text), "{way}");
            }
            for slip in [misread_digit(&mut dice, text), transposed_digits(&mut dice, text)] {
                let slip = slip.expect("has two different digits");
                assert_ne!(slip, text);
            }
        }
    }
}
