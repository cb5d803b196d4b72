//! One record as it stands in the file.

use std::borrow::Cow;
use std::fmt;

use super::kind::Tag;

/// What the bytes of a claim file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Shift_JIS; read as Windows means it (CP932), and what lies outside of JIS X 0208 is told.
    ShiftJis,
    /// UTF-8, with or without a byte-order mark. No specification allows it; programs write it.
    Utf8,
}

/// A tag and fields by position, borrowed from the line that was read last.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    pub(super) line: &'a [u8],
    /// Where each field begins; one more at the end, so that field `n` ends one byte before the next begins.
    pub(super) starts: &'a [u32],
    pub(super) number: u64,
    pub(super) tag: Tag,
    pub(super) charset: Charset,
    /// The origin column of the insurer side.
    pub(super) origin: Option<u8>,
}

impl<'a> Record<'a> {
    /// What the record is.
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// Line in the file, from 1.
    pub const fn line_number(&self) -> u64 {
        self.number
    }

    /// On the insurer side `1` for what the institution wrote and `2` for what was added after it.
    pub const fn origin(&self) -> Option<u8> {
        self.origin
    }

    /// The three leading columns of the insurer side with their commas; empty on the provider side.
    pub fn columns(&self) -> &'a [u8] {
        &self.line[..self.starts.first().map_or(0, |from| *from as usize)]
    }

    /// Fields that the line has, the tag among them and the three columns of the insurer side not.
    pub const fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is no field, which no record is.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a field as numbered in the specification: 1 is the tag. A field that was left out at the end of the
    /// line is empty, as the specification means it.
    pub fn field(&self, number: usize) -> &'a [u8] {
        match (self.starts.get(number.wrapping_sub(1)), self.starts.get(number)) {
            (Some(&from), Some(&next)) => &self.line[from as usize..next as usize - 1],
            _ => &[],
        }
    }

    /// Some fields in a row, as far as the line has them.
    pub(super) fn fields(&self, first: usize, count: usize) -> impl Iterator<Item = &'a [u8]> {
        let starts = self.starts.get(first.wrapping_sub(1)..).unwrap_or_default();
        let line = self.line;
        starts.windows(2).take(count).map(move |pair| &line[pair[0] as usize..pair[1] as usize - 1])
    }

    /// The text of a field; none when its bytes are not text. Borrowed when it is plain ASCII or UTF-8.
    pub fn text(&self, number: usize) -> Option<Cow<'a, str>> {
        let raw = self.field(number);
        if raw.is_ascii() {
            return std::str::from_utf8(raw).ok().map(Cow::Borrowed);
        }
        match self.charset {
            Charset::Utf8 => std::str::from_utf8(raw).ok().map(Cow::Borrowed),
            Charset::ShiftJis => encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw),
        }
    }

    /// The whole record from its tag on, without the line's end.
    pub fn bytes(&self) -> &'a [u8] {
        &self.line[self.starts.first().map_or(0, |from| *from as usize)..]
    }
}

/// Fields hold personal data.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({}, line {}, {} fields)", self.tag, self.number, self.len())
    }
}
