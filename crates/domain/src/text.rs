//! Folding of what people type and what cards print, so that equal things compare equal.
//!
//! Folded text is for matching only. What is shown, stored and sent on is always the original.

use unicode_normalization::UnicodeNormalization;

/// Whether `c` is one of the many signs that people and programs write for a hyphen or a separator on a card.
///
/// Cards print `・` and `－`; software adds U+2010…U+2015, U+2212, U+30FC, U+FF0D and the half-width forms
/// (formats.md 2.4).
pub fn is_hyphen_like(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2043}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{30FC}'
                | '\u{FF70}'
                | '\u{30FB}'
                | '\u{FF65}'
                | '\u{00B7}'
    )
}

/// Whether `c` is a variation selector (standard or ideographic), which changes a glyph and never the meaning.
pub fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180D}')
}

/// How names of municipalities end.
pub(crate) const MUNICIPALITY_ENDS: [char; 4] = ['市', '区', '町', '村'];

/// The form of an address in which width and white space make no difference.
pub(crate) fn folded(raw: &str) -> String {
    raw.nfkc().filter(|c| !c.is_whitespace() && !is_variation_selector(*c)).collect()
}

/// The canonical form of a name in kana for finding candidates: NFKC, katakana, large letters, without white space, hyphens
/// and long-vowel signs, and with letters that sound alike as one (ヅ ズ, ヂ ジ, ヲ オ, and in names of the old ヰ イ, ヱ エ). Two
/// names that fold alike may be the same person; somebody has to look (oqs-interface.md 10, rows 3 and 4).
pub fn canonical_kana(raw: &str) -> String {
    let folded = |c: char| match c {
        // Hiragana lies 0x60 below katakana.
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        other => other,
    };
    let large = |c: char| match c {
        'ァ' => 'ア',
        'ィ' | 'ヰ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' | 'ヱ' => 'エ',
        'ォ' | 'ヲ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヅ' => 'ズ',
        'ヂ' => 'ジ',
        other => other,
    };
    let is_kept = |c: &char| !c.is_whitespace() && !is_hyphen_like(*c) && !is_variation_selector(*c);
    raw.nfkc().filter(is_kept).map(folded).map(large).flat_map(char::to_uppercase).collect()
}

/// The canonical form of a 記号 or 番号 for comparing: NFKC, no white space, no hyphens or separators, no variation
/// selectors, ASCII upper case, leading zeros stripped (a text of only zeros keeps one).
pub fn canonical_card_text(raw: &str) -> String {
    // Most texts of cards have nothing to normalise, and every stored one was normalised before.
    let mut folded = String::with_capacity(raw.len());
    if raw.chars().all(is_normal) {
        push_canonical(raw.chars(), &mut folded);
    } else {
        push_canonical(raw.nfkc(), &mut folded);
        // Taking a space out can bring a letter and a combining mark together, which compose in another pass.
        while !folded.chars().all(is_normal) {
            let mut again = String::with_capacity(folded.len());
            push_canonical(folded.nfkc(), &mut again);
            if again == folded {
                break;
            }
            folded = again;
        }
    }
    let stripped = folded.trim_start_matches('0');
    if stripped.is_empty() && !folded.is_empty() {
        return "0".to_owned();
    }
    let zeros = folded.len() - stripped.len();
    folded.drain(..zeros);
    folded
}

/// Whether NFKC leaves `c` as it is, whatever stands beside it: ASCII and the unified ideographs.
fn is_normal(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{4E00}'..='\u{9FFF}')
}

fn push_canonical(chars: impl Iterator<Item = char>, into: &mut String) {
    for c in chars {
        if c.is_whitespace() || is_hyphen_like(c) || is_variation_selector(c) {
            continue;
        }
        into.push(c.to_ascii_uppercase());
    }
}

/// Digits of `raw` in ASCII after NFKC folding and removal of white space, or the first character that is no digit.
pub fn ascii_digits(raw: &str) -> Result<String, char> {
    if raw.is_ascii() { digits_of(raw.chars()) } else { digits_of(raw.nfkc()) }
}

fn digits_of(chars: impl Iterator<Item = char>) -> Result<String, char> {
    let mut digits = String::with_capacity(12);
    for c in chars {
        if c.is_whitespace() {
            continue;
        }
        if !c.is_ascii_digit() {
            return Err(c);
        }
        digits.push(c);
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    //! Proves that every spelling of one card text folds to one form, and that folding is stable.
    use super::*;

    #[test]
    fn names_in_kana_fold_alike_however_they_are_typed() {
        for typed in ["ヤマダ　ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ", "やまだ はなこ", "ヤマダハナコ", "ヤマダ・ハナコ"]
        {
            assert_eq!(canonical_kana(typed), "ヤマダハナコ", "{typed}");
        }
        for (one, other) in [("シヅカ", "しずか"), ("キョウコ", "キヨウコ"), ("ローラ", "ロラ"), ("ヲワリ", "オワリ")]
        {
            assert_eq!(canonical_kana(one), canonical_kana(other));
        }
        assert_eq!(canonical_kana("ヨシダ　ハツヱ"), canonical_kana("ﾖｼﾀﾞ ﾊﾂｴ"));
        assert_ne!(canonical_kana("ハナコ"), canonical_kana("バナコ"));
        assert_eq!(canonical_kana("smith"), "SMITH");
    }

    #[test]
    fn spellings_of_one_number_are_one() {
        for (raw, canonical) in [
            ("001", "1"),
            ("０２３", "23"),
            ("12-34", "1234"),
            ("12－34", "1234"),
            ("12‐34", "1234"),
            ("12−34", "1234"),
            ("12ー34", "1234"),
            ("12・34", "1234"),
            (" 12 34　", "1234"),
            ("医国１２３", "医国123"),
            ("ａｂ1", "AB1"),
            ("000", "0"),
            ("", ""),
            ("あ\u{E0100}1", "あ1"),
        ] {
            assert_eq!(canonical_card_text(raw), canonical, "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(raw in "\\PC{0,30}") {
            let once = canonical_card_text(&raw);
            proptest::prop_assert_eq!(canonical_card_text(&once), once);
        }
    }
}
