//! How far two card texts are apart: the misreadings that happen at a window.

use crate::id::{CardNumber, CardSymbol};
use crate::text;
use unicode_normalization::UnicodeNormalization;

/// Whether the numbers differ by one slip: a digit misread, left out, doubled, or two neighbours swapped.
pub(crate) fn number_is_near(typed: &CardNumber, registered: &CardNumber) -> bool {
    if typed == registered {
        return false;
    }
    one_slip(typed.canonical(), registered.canonical())
        || one_slip(&unstripped(typed.as_str()), &unstripped(registered.as_str()))
}

/// Whether two optional symbols are the same card text.
pub(crate) fn symbol_is_same(a: Option<&CardSymbol>, b: Option<&CardSymbol>) -> bool {
    a.map_or("", CardSymbol::canonical) == b.map_or("", CardSymbol::canonical)
}

/// Folded, with leading zeros kept: a misread leading zero must stay one slip away.
fn unstripped(printed: &str) -> String {
    printed
        .nfkc()
        .filter(|c| !c.is_whitespace() && !text::is_hyphen_like(*c) && !text::is_variation_selector(*c))
        .collect()
}

/// Damerau-Levenshtein distance of exactly one (substitution, insertion, deletion, adjacent transposition).
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same_head = short.iter().zip(long.iter()).take_while(|(x, y)| x == y).count();
    if long.len() > short.len() {
        return short[same_head..] == long[same_head + 1..];
    }
    if same_head == long.len() {
        return false;
    }
    let substituted = short[same_head + 1..] == long[same_head + 1..];
    let swapped = same_head + 1 < long.len()
        && short[same_head] == long[same_head + 1]
        && short[same_head + 1] == long[same_head]
        && short[same_head + 2..] == long[same_head + 2..];
    substituted || swapped
}

#[cfg(test)]
mod tests {
    //! Proves which slips count as one.
    use super::*;

    #[test]
    fn one_slip_is_one_digit_or_one_swap() {
        for (a, b, near) in [
            ("1234", "1235", true),
            ("1234", "1243", true),
            ("1234", "123", true),
            ("1234", "12334", true),
            ("1234", "1234", false),
            ("1234", "1432", false),
            ("1234", "1256", false),
            ("12", "1234", false),
            ("", "1", true),
            ("12", "21", true),
        ] {
            assert_eq!(one_slip(a, b), near, "{a} {b}");
            assert_eq!(one_slip(b, a), near, "{b} {a}");
        }
    }

    #[test]
    fn a_misread_leading_zero_is_still_one_slip() {
        let number = |raw| CardNumber::parse(raw).unwrap();
        assert!(number_is_near(&number("1001"), &number("0001")));
        assert!(!number_is_near(&number("0001"), &number("1")));
    }
}
