//! Which characters a field holds, without decoding it.

use std::sync::LazyLock;

use encoding_rs::SHIFT_JIS;

use super::record::Charset;
use crate::text::Target;

/// What was seen in a field, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    bits: u8,
    /// Length in the bytes of Shift_JIS, whatever the file is written in.
    pub(super) bytes: usize,
}

const HALF: u8 = 1;
const FULL: u8 = 2;
const OUTSIDE: u8 = 4;
const PRIVATE: u8 = 8;
const INVALID: u8 = 16;
const QUOTE: u8 = 32;

impl Seen {
    pub(super) const fn half(self) -> bool {
        self.bits & HALF != 0
    }
    pub(super) const fn full(self) -> bool {
        self.bits & FULL != 0
    }
    pub(super) const fn outside_jis(self) -> bool {
        self.bits & OUTSIDE != 0
    }
    pub(super) const fn private(self) -> bool {
        self.bits & PRIVATE != 0
    }
    pub(super) const fn invalid(self) -> bool {
        self.bits & INVALID != 0
    }
    pub(super) const fn quote(self) -> bool {
        self.bits & QUOTE != 0
    }
}

/// Looks at every character of a field.
pub(super) fn look(field: &[u8], charset: Charset) -> Seen {
    match charset {
        Charset::ShiftJis => shift_jis(field),
        Charset::Utf8 => utf8(field),
    }
}

fn shift_jis(field: &[u8]) -> Seen {
    let mut seen = Seen { bits: 0, bytes: field.len() };
    let mut rest = field.iter();
    while let Some(&byte) = rest.next() {
        seen.bits |= match byte {
            b'"' => HALF | QUOTE,
            0x00..=0x7F | 0xA1..=0xDF => HALF,
            0x81..=0x9F | 0xE0..=0xFC => match rest.next() {
                Some(&trail) => TABLES.pairs[pair(byte, trail)],
                None => INVALID,
            },
            0x80 | 0xA0 | 0xFD..=0xFF => INVALID,
        };
    }
    seen
}

fn utf8(field: &[u8]) -> Seen {
    let Ok(text) = std::str::from_utf8(field) else { return Seen { bits: INVALID, bytes: field.len() } };
    let mut seen = Seen::default();
    for c in text.chars() {
        seen.bits |= match c {
            '"' => HALF | QUOTE,
            '\0'..='\u{7F}' | '\u{FF61}'..='\u{FF9F}' => HALF,
            _ => TABLES.unified.get(c as usize).copied().unwrap_or(FULL | OUTSIDE),
        };
        seen.bytes += if matches!(c, '\0'..='\u{7F}' | '\u{FF61}'..='\u{FF9F}') { 1 } else { 2 };
    }
    seen
}

const LEADS: usize = 0x100 - 0x81;

fn pair(lead: u8, trail: u8) -> usize {
    usize::from(lead - 0x81) * 0x100 + usize::from(trail)
}

struct Tables {
    /// For each two bytes of Shift_JIS, from 0x8100 on.
    pairs: Vec<u8>,
    /// For each character of the first plane.
    unified: Vec<u8>,
}

/// Both tables are what `encoding_rs` decodes, and which rows `wire::text` calls JIS X 0208.
static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut pairs = vec![INVALID; LEADS * 0x100];
    let mut unified = vec![FULL | OUTSIDE; 0x1_0000];
    for lead in (0x81..=0x9F).chain(0xE0..=0xFC) {
        for trail in (0x40..=0x7E).chain(0x80..=0xFC) {
            let bytes = [lead, trail];
            let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes) else { continue };
            let Some(c) = text.chars().next() else { continue };
            let bits = match c {
                '\u{E000}'..='\u{F8FF}' => FULL | PRIVATE,
                // Two spellings of one character decode to the same one; the bytes tell which was written.
                _ if Target::JisX0208.admits(&bytes) => FULL,
                _ => FULL | OUTSIDE,
            };
            pairs[pair(lead, trail)] = bits;
            if bits != FULL | OUTSIDE {
                unified[c as usize] = bits;
            }
        }
    }
    // The same signs of JIS X 0208 under the numbers that other tables give them.
    for c in ['〜', '−', '—', '‖', '¢', '£', '¬'] {
        unified[c as usize] = FULL;
    }
    for place in &mut unified[0xE000..0xF900] {
        *place = FULL | PRIVATE;
    }
    Tables { pairs, unified }
});

/// Which charset a piece of a file is written in, judged by its whole lines; none when it is ASCII alone.
pub(super) fn detect(head: &[u8]) -> Option<Charset> {
    let (mut as_utf8, mut as_shift_jis, mut lines) = (0u32, 0u32, 0u32);
    for line in head.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        lines += 1;
        as_utf8 += u32::from(std::str::from_utf8(line).is_ok());
        as_shift_jis += u32::from(!shift_jis(line).invalid());
    }
    // Japanese text in UTF-8 often happens to be characters of Shift_JIS too, the other way hardly ever.
    (lines > 0).then(|| if as_utf8 > 0 && as_utf8 >= as_shift_jis { Charset::Utf8 } else { Charset::ShiftJis })
}

#[cfg(test)]
mod tests {
    //! Proves the classes of characters against known ones, in both charsets.
    use super::*;

    #[test]
    fn characters_are_told_apart() {
        for (bytes, full, outside, private, invalid) in [
            (&b"\x88\xA0"[..], true, false, false, false), // 亜
            (b"\x87\x40", true, true, false, false),       // ① of NEC row 13
            (b"\xFB\xFC", true, true, false, false),       // 髙 of IBM
            (b"\xED\x40", true, true, false, false),       // NEC's choice of IBM's
            (b"\xF0\x40", true, false, true, false),       // 外字
            (b"\x88", false, false, false, true),
            (b"\x88\x20", false, false, false, true),
            (b"\xFF", false, false, false, true),
            (b"\xB1A1", false, false, false, false), // half-width kana
        ] {
            let seen = look(bytes, Charset::ShiftJis);
            let found = (seen.full(), seen.outside_jis(), seen.private(), seen.invalid());
            assert_eq!(found, (full, outside, private, invalid), "{bytes:x?}");
        }
        for (text, outside) in [("亜", false), ("〜−", false), ("～－", false), ("髙", true), ("①", true), ("𠮷", true)]
        {
            assert_eq!(look(text.as_bytes(), Charset::Utf8).outside_jis(), outside, "{text}");
        }
        assert!(look("\u{E000}".as_bytes(), Charset::Utf8).private());
        assert_eq!(look("亜ｱ1".as_bytes(), Charset::Utf8).bytes, 4);
    }

    #[test]
    fn the_charset_is_found() {
        let (jis, _, _) = SHIFT_JIS.encode("IR,1,診療所\nRE,1,山田　太郎\n");
        assert_eq!(detect(&jis), Some(Charset::ShiftJis));
        assert_eq!(detect("IR,1,診療所\nRE,1,山田　太郎\n".as_bytes()), Some(Charset::Utf8));
        assert_eq!(detect(b"IR,1\n"), None);
        // One cut character does not turn the whole file.
        assert_eq!(detect("IR,1,診療所\nRE,1,山田　太郎\nSY,胃\n".as_bytes()), Some(Charset::Utf8));
        let mut cut = jis.to_vec();
        cut.extend_from_slice(b"SY,\x88\n");
        assert_eq!(detect(&cut), Some(Charset::ShiftJis));
    }
}
