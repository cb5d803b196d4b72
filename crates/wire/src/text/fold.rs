//! What stands for a character that the target lacks.

use jntajis::codec::mj_shrink::{MJShrinkSchemes, mj_shrink_candidates};
use jntajis::jnta_shrink_translit;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::shift_jis::Target;

/// The geta mark: "a character stands here that this place cannot show". Never ●, which looks like a redaction.
pub const GETA: char = '〓';

/// How much a fold loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FoldKind {
    /// The same sign under another number, such as 〜 and ～, or a mark that was joined: nothing to tell anybody.
    Equivalent,
    /// Another shape of the same character: 𠮷 and 吉, 邉 with a variation selector.
    Variant,
    /// A sign spelled out: ㈱ as (株), ﬁ as fi.
    Spelled,
    /// A letter without its mark: é as e.
    Base,
    /// Nothing is known that stands for it: 〓.
    Missing,
}

impl FoldKind {
    /// Whether a person should be told.
    pub const fn is_worth_telling(self) -> bool {
        !matches!(self, Self::Equivalent)
    }
}

pub(super) fn is_variation_selector(c: char) -> bool {
    domain::text::is_variation_selector(c)
}

pub(super) fn compose(base: char, mark: char) -> Option<char> {
    unicode_normalization::char::compose(base, mark)
}

/// What is written for a character, with its variation selector if it has one, that the target does not hold.
///
/// Every character of the result is one that the target holds. The ways are tried from the one that loses least: the same
/// sign under another number; the variant that the registers of the state (文字情報基盤 MJ縮退マップ, 国税庁 JIS縮退マップ)
/// name; the compatible spelling of Unicode; the letter without its marks; and at last 〓.
pub fn fold_char(c: char, selector: Option<char>, target: Target) -> (String, FoldKind) {
    if is_dropped(c) {
        return (String::new(), FoldKind::Equivalent);
    }
    if is_variation_selector(c) {
        return (String::new(), FoldKind::Variant);
    }
    let held =
        |text: &str| !text.is_empty() && text.chars().all(|part| target.holds(part) && !matches!(part, '●' | '&'));
    let ways = [
        (equivalent as fn(char, Option<char>, Target) -> Option<String>, FoldKind::Equivalent),
        (mj_variant, FoldKind::Variant),
        (jis_variant, FoldKind::Variant),
        (compatible, FoldKind::Spelled),
        (without_marks, FoldKind::Base),
        (letter, FoldKind::Base),
    ];
    for (way, kind) in ways {
        if let Some(text) = way(c, selector, target).filter(|text| held(text)) {
            return (text, kind);
        }
    }
    if is_combining_mark(c) {
        return (String::new(), FoldKind::Base);
    }
    (GETA.to_string(), FoldKind::Missing)
}

/// A text in the characters of JIS X 0208, which everybody can type: 髙 as 高, 𠮷 as 吉, 葛 without its variation selector.
/// For comparing only. A character for which nothing is known stays as it is.
pub fn common(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.nfc().peekable();
    while let Some(c) = chars.next() {
        let selector = chars.next_if(|next| is_variation_selector(*next));
        if c.is_ascii() || Target::JisX0208.holds(c) {
            out.push(c);
            continue;
        }
        match fold_char(c, selector, Target::JisX0208) {
            (_, FoldKind::Missing) => out.push(c),
            (written, _) => out.push_str(&written),
        }
    }
    out
}

/// Characters that show nothing: controls, joiners, direction marks, byte-order marks.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn equivalent(c: char, _: Option<char>, _: Target) -> Option<String> {
    let same = match c {
        '\u{A5}' => '￥',
        '\u{203E}' | '\u{AF}' => '￣',
        '\u{2212}' => '－',
        '\u{301C}' => '～',
        '\u{2016}' => '∥',
        '\u{2014}' | '\u{2013}' | '\u{2012}' => '―',
        '\u{2011}' => '\u{2010}',
        '\u{A2}' => '￠',
        '\u{A3}' => '￡',
        '\u{AC}' => '￢',
        '\u{A6}' => '|',
        '\u{B7}' | '\u{2022}' | '\u{2027}' => '・',
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{1680}' => ' ',
        // The repetition mark of names that looks the same as its unified form.
        '\u{303B}' => '々',
        '\u{FE60}' => '＆',
        _ => return None,
    };
    Some(same.to_string())
}

fn mj_variant(c: char, selector: Option<char>, target: Target) -> Option<String> {
    let mut with_selector = String::from(c);
    with_selector.extend(selector);
    let mut plain = [0; 4];
    let plain = &*c.encode_utf8(&mut plain);
    [with_selector.as_str(), plain].into_iter().find_map(|original| {
        mj_shrink_candidates(original, MJShrinkSchemes::ALL)
            // One character has a handful of candidates; the bound only says so.
            .take(16)
            .find(|candidate| candidate != plain && candidate.chars().all(|part| target.holds(part)))
    })
}

fn jis_variant(c: char, _: Option<char>, _: Target) -> Option<String> {
    let original = c.to_string();
    jnta_shrink_translit(&original, None).ok().filter(|found| *found != original)
}

fn compatible(c: char, _: Option<char>, target: Target) -> Option<String> {
    let mut spelled = String::new();
    for part in c.nfkc() {
        match part {
            // The vulgar fractions hold a fraction slash that no target has.
            '\u{2044}' => spelled.push('/'),
            // The unified form may itself need its variant: U+F92C is 郞, which is written 郎.
            part if !target.holds(part) && part != c => {
                spelled.push_str(&mj_variant(part, None, target).or_else(|| jis_variant(part, None, target))?);
            }
            part => spelled.push(part),
        }
    }
    Some(spelled)
}

fn without_marks(c: char, _: Option<char>, _: Target) -> Option<String> {
    let plain: String = c.nfkd().filter(|part| !is_combining_mark(*part)).collect();
    (!plain.is_empty()).then_some(plain)
}

/// Letters whose mark is part of the letter, so that Unicode does not take it off, and what is written for them.
const LETTERS: [(&str, &str); 29] = [
    ("ÆǼ", "AE"),
    ("æǽ", "ae"),
    ("Œ", "OE"),
    ("œ", "oe"),
    ("ØǾƆ", "O"),
    ("øǿɔ", "o"),
    ("ĐÐƉƊ", "D"),
    ("đðɖɗ", "d"),
    ("Ł", "L"),
    ("ł", "l"),
    ("Ħ", "H"),
    ("ħ", "h"),
    ("Ŧ", "T"),
    ("ŧ", "t"),
    ("Þ", "TH"),
    ("þ", "th"),
    ("ß", "ss"),
    ("ẞ", "SS"),
    ("ı", "i"),
    ("ĸƙ", "k"),
    ("Ƙ", "K"),
    ("Ŋ", "N"),
    ("ŋ", "n"),
    ("ſ", "s"),
    ("Ɓ", "B"),
    ("ɓ", "b"),
    ("ƏƐ", "E"),
    ("əɛ", "e"),
    ("ʻʼʾʿ", "'"),
];

fn letter(c: char, _: Option<char>, _: Target) -> Option<String> {
    LETTERS.iter().find(|(letters, _)| letters.contains(c)).map(|(_, plain)| (*plain).to_owned())
}
