//! Shift_JIS out, with the fold, and in, strictly.

use encoding_rs::{EncoderResult, SHIFT_JIS};

use super::fold::{FoldKind, compose, fold_char, is_variation_selector};

/// What a target encoding can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Target {
    /// Shift_JIS as Windows means it (CP932): JIS X 0208 and the extensions of NEC and IBM, which hold 髙 and 﨑.
    #[default]
    Cp932,
    /// JIS X 0208 and half-width katakana only, for programs that know no vendor extension.
    JisX0208,
}

impl Target {
    /// Whether the target holds the character as it is, so that it decodes back to itself.
    pub fn holds(self, c: char) -> bool {
        let mut bytes = [0; 4];
        encode_char(c, &mut bytes).is_some_and(|used| self.admits(&bytes[..used]))
    }

    /// Whether the bytes of one character lie in the part of CP932 that this target has.
    pub(crate) fn admits(self, bytes: &[u8]) -> bool {
        match self {
            Self::Cp932 => true,
            // Rows 1-8 and 16-84 of JIS X 0208; 87 is NEC row 13, ED-EE and FA-FC are the IBM extensions.
            Self::JisX0208 => matches!(bytes, [_] | [0x81..=0x84 | 0x88..=0x9F | 0xE0..=0xEA, _]),
        }
    }
}

/// One character that was written as something else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fold {
    /// What stood there, with its variation selector.
    pub original: String,
    /// What was written for it; empty when it was dropped.
    pub written: String,
    /// Place in the original text, in characters from 0.
    pub at: usize,
    /// How much was lost.
    pub kind: FoldKind,
}

/// The characters may be a person's name.
impl std::fmt::Debug for Fold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fold").field("at", &self.at).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Encoded text and what was folded in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// The bytes in the target encoding.
    pub bytes: Vec<u8>,
    /// What was written as something else, in order.
    pub folds: Vec<Fold>,
}

/// Encodes text, folding what the target lacks.
///
/// The bytes always decode with [`decode_shift_jis`], never hold `●` or `&` unless the text had one, so no
/// numeric reference is ever made. Control characters other than tab, CR and LF are dropped.
pub fn encode(text: &str, target: Target) -> Folded {
    let mut folded = Folded { bytes: Vec::with_capacity(text.len()), folds: Vec::new() };
    encode_into(text, target, &mut folded.bytes, &mut folded.folds);
    folded
}

/// As [`encode`], appending to what is there.
pub fn encode_into(text: &str, target: Target, bytes: &mut Vec<u8>, folds: &mut Vec<Fold>) {
    let mut output = Output { target, bytes, folds, last: None };
    let mut rest = text;
    let mut at = 0;
    while !rest.is_empty() {
        // ASCII is the same in every target; control characters are the only ones to look at.
        let plain = rest.bytes().position(|b| !matches!(b, 0x20..=0x7E | b'\t' | b'\r' | b'\n')).unwrap_or(rest.len());
        if plain > 0 {
            output.ascii(&rest[..plain]);
            at += plain;
            rest = &rest[plain..];
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        let after = &rest[c.len_utf8()..];
        let selector = after.chars().next().filter(|next| is_variation_selector(*next));
        output.character(c, selector, at);
        at += 1 + usize::from(selector.is_some());
        rest = &after[selector.map_or(0, char::len_utf8)..];
    }
}

struct Output<'a> {
    target: Target,
    bytes: &'a mut Vec<u8>,
    folds: &'a mut Vec<Fold>,
    /// The character written last, where it begins in `bytes`, and where it stood: a combining mark may still join it.
    last: Option<(char, usize, usize)>,
}

impl Output<'_> {
    fn ascii(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.last = None;
    }

    fn character(&mut self, c: char, selector: Option<char>, at: usize) {
        let begins = self.bytes.len();
        if self.push(c) {
            self.last = Some((c, begins, at));
            if let Some(selector) = selector {
                self.note(&[c, selector], &c.to_string(), at, FoldKind::Variant);
            }
            return;
        }
        if selector.is_none() && self.join(c) {
            return;
        }
        let (written, kind) = fold_char(c, selector, self.target);
        for part in written.chars() {
            // `fold_char` returns only what the target holds.
            self.push(part);
        }
        let original: &[char] = match &selector {
            Some(selector) => &[c, *selector],
            None => &[c],
        };
        self.note(original, &written, at, kind);
        self.last = None;
    }

    /// Joins a combining mark with the character before it: か and U+3099 are が, which every target holds.
    fn join(&mut self, mark: char) -> bool {
        let Some((base, begins, at)) = self.last else { return false };
        let Some(joined) = compose(base, mark).filter(|joined| self.target.holds(*joined)) else { return false };
        self.bytes.truncate(begins);
        self.push(joined);
        self.note(&[base, mark], &joined.to_string(), at, FoldKind::Equivalent);
        self.last = None;
        true
    }

    fn push(&mut self, c: char) -> bool {
        let mut buffer = [0; 4];
        let Some(used) = encode_char(c, &mut buffer) else { return false };
        if !self.target.admits(&buffer[..used]) {
            return false;
        }
        self.bytes.extend_from_slice(&buffer[..used]);
        true
    }

    fn note(&mut self, original: &[char], written: &str, at: usize, kind: FoldKind) {
        self.folds.push(Fold { original: original.iter().collect(), written: written.to_owned(), at, kind });
    }
}

/// Encodes one character; none when CP932 lacks it or when it would decode to another character.
fn encode_char(c: char, out: &mut [u8; 4]) -> Option<usize> {
    // The encoder quietly writes these three as `\`, `~` and U+FF0D; the fold does that knowingly. U+0080 and the other
    // C1 controls are no characters of any text.
    if matches!(c, '\u{A5}' | '\u{203E}' | '\u{2212}' | '\u{7F}'..='\u{9F}')
        || (c < ' ' && !matches!(c, '\t' | '\r' | '\n'))
    {
        return None;
    }
    let mut utf8 = [0; 4];
    let text = c.encode_utf8(&mut utf8);
    let (result, _, written) = SHIFT_JIS.new_encoder().encode_from_utf8_without_replacement(text, out, true);
    (result == EncoderResult::InputEmpty).then_some(written)
}

/// Decodes Shift_JIS (CP932); none when a byte belongs to no character.
///
/// The private area that Windows maps to U+E000 and beyond decodes too: such characters mean something only on the
/// machine that wrote them, so they are kept, and never written.
pub fn decode_shift_jis(bytes: &[u8]) -> Option<String> {
    SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}
