//! Cuts a claim file into records, line by line; every line is an island.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use super::charset;
use super::finding::ClaimFault;
use super::kind::{Side, Tag};
use super::record::{Charset, Record};
use crate::limits;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ClaimFileError {
    /// The file could not be read from the disk or the network.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// UTF-16, which is neither of the charsets that are read.
    #[error("the file is UTF-16, not Shift_JIS or UTF-8")]
    Utf16,
    /// A ZIP or gzip archive.
    #[error("the file is a compressed archive")]
    Archive,
}

impl ClaimFileError {
    /// Every code that [`ClaimFileError::code`] can give.
    pub const CODES: &'static [&'static str] = &["io", "empty_file", "utf16", "archive"];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Empty => "empty_file",
            Self::Utf16 => "utf16",
            Self::Archive => "archive",
        }
    }

    /// In Japanese, with the way out.
    pub const fn message(&self) -> &'static str {
        match self {
            Self::Io(_) => "ファイルを最後まで読めませんでした。ファイルの場所と読み取りの権限を確かめてください。",
            Self::Empty => "ファイルが空です。レセコンの出力をやり直してください。",
            Self::Utf16 => "文字コードがUTF-16です。シフトJISで出力してください。",
            Self::Archive => "圧縮ファイルです。展開してから指定してください。",
        }
    }
}

/// A line that is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aside {
    pub(super) line: u64,
    pub(super) tag: Option<Tag>,
    pub(super) fault: ClaimFault,
}

/// What the lines of a file were like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineFacts {
    pub(super) end_mark: bool,
    pub(super) after_end_mark: bool,
    pub(super) line_feed_only: bool,
}

/// Reads records. Holds one line at a time.
pub(super) struct Lines<R> {
    input: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    raw: Vec<u8>,
    starts: Vec<u32>,
    number: u64,
    charset: Option<Charset>,
    pub(super) facts: LineFacts,
}

const BUFFER_BYTES: usize = 256 * 1024;
const BOM: &[u8] = b"\xEF\xBB\xBF";
const END_MARK: u8 = 0x1A;

/// What a byte means to the cutting of a line.
const PLAIN: u8 = 0;
const COMMA: u8 = 1;
const CONTROL: u8 = 2;
const CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = CONTROL;
        byte += 1;
    }
    classes[0x7F] = CONTROL;
    classes[b',' as usize] = COMMA;
    classes
};

impl<R: Read> Lines<R> {
    /// Looks at the head of the file.
    pub(super) fn new(mut input: R) -> Result<(Self, Vec<u8>), ClaimFileError> {
        let mut head = Vec::new();
        input.by_ref().take(limits::CLAIM_HEAD_BYTES).read_to_end(&mut head)?;
        if head.is_empty() {
            return Err(ClaimFileError::Empty);
        }
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") || alternating(&head) {
            return Err(ClaimFileError::Utf16);
        }
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\x1F\x8B") {
            return Err(ClaimFileError::Archive);
        }
        let skipped = if head.starts_with(BOM) { BOM.len() } else { 0 };
        let charset = if skipped > 0 { Some(Charset::Utf8) } else { charset::detect(&head) };
        let seen = head[skipped..].to_vec();
        let mut head = Cursor::new(head);
        head.set_position(skipped as u64);
        let lines = Self {
            input: BufReader::with_capacity(BUFFER_BYTES, head.chain(input)),
            raw: Vec::with_capacity(limits::CLAIM_MAX_LINE_BYTES),
            starts: Vec::with_capacity(limits::CLAIM_MAX_FIELDS + 1),
            number: 0,
            charset,
            facts: LineFacts::default(),
        };
        Ok((lines, seen))
    }

    /// The charset, as far as it shows; a file of ASCII alone is either.
    pub(super) fn charset(&self) -> Charset {
        self.charset.unwrap_or(Charset::ShiftJis)
    }

    /// The next record, or a line that is none. `None` at the end of the file.
    pub(super) fn next_record(&mut self) -> io::Result<Option<Result<(Record<'_>, Side), Aside>>> {
        loop {
            let Some(fits) = self.read_line()? else { return Ok(None) };
            if !fits {
                let tag = self.raw.get(..2).and_then(Tag::parse);
                return Ok(Some(Err(Aside { line: self.number, tag, fault: ClaimFault::LineTooLong })));
            }
            if !self.raw.is_empty() {
                break;
            }
        }
        Ok(Some(self.cut()))
    }

    fn cut(&mut self) -> Result<(Record<'_>, Side), Aside> {
        let aside = |tag, fault| Aside { line: self.number, tag, fault };
        self.starts.clear();
        self.starts.push(0);
        let mut control = false;
        // The line is no longer than the limit, so places fit.
        for (at, byte) in (1u32..).zip(&self.raw) {
            match CLASSES[usize::from(*byte)] {
                PLAIN => {}
                COMMA => {
                    if self.starts.len() > limits::CLAIM_MAX_FIELDS {
                        return Err(aside(self.raw.get(..2).and_then(Tag::parse), ClaimFault::TooManyFields));
                    }
                    self.starts.push(at);
                }
                _ => control = true,
            }
        }
        self.starts.push(u32::try_from(self.raw.len() + 1).unwrap_or(u32::MAX));
        let field = |n: usize| match (self.starts.get(n), self.starts.get(n + 1)) {
            (Some(&from), Some(&next)) => &self.raw[from as usize..next as usize - 1],
            _ => &[],
        };
        let (tag, side) = match (Tag::parse(field(0)), field(0), Tag::parse(field(3))) {
            (Some(tag), _, _) => (tag, Side::Provider),
            (None, [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'], Some(tag)) => (tag, Side::Insurer),
            _ => return Err(aside(None, if control { ClaimFault::ControlCharacter } else { ClaimFault::NoTag })),
        };
        if control {
            return Err(aside(Some(tag), ClaimFault::ControlCharacter));
        }
        if self.charset.is_none() && !self.raw.is_ascii() {
            self.charset = charset::detect(&self.raw);
        }
        let origin = (side == Side::Insurer).then(|| field(0)[field(0).len() - 1]);
        let skipped = if side == Side::Insurer { 3 } else { 0 };
        let charset = self.charset.unwrap_or(Charset::ShiftJis);
        let starts = &self.starts[skipped..];
        Ok((Record { line: &self.raw, starts, number: self.number, tag, charset, origin }, side))
    }

    /// Reads one line without its end into `raw`; false when it is too long and was skipped, none at the end.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.raw.clear();
        let most = limits::CLAIM_MAX_LINE_BYTES as u64 + 2;
        if self.input.by_ref().take(most).read_until(b'\n', &mut self.raw)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.facts.end_mark && self.raw.iter().any(|byte| !matches!(*byte, END_MARK | b'\r' | b'\n')) {
            self.facts.after_end_mark = true;
        }
        let ended = self.raw.ends_with(b"\n");
        if ended {
            self.raw.pop();
            if self.raw.ends_with(b"\r") {
                self.raw.pop();
            } else {
                self.facts.line_feed_only = true;
            }
        }
        if self.raw.len() > limits::CLAIM_MAX_LINE_BYTES {
            if !ended {
                self.skip_line()?;
            }
            return Ok(Some(false));
        }
        self.take_end_mark(ended);
        Ok(Some(true))
    }

    /// The mark stands alone behind the last line. Volumes that were joined have it in front of the next one's head.
    fn take_end_mark(&mut self, ended: bool) {
        let before = self.raw.len();
        if self.raw.first() == Some(&END_MARK) {
            self.raw.remove(0);
            self.facts.after_end_mark |= !self.raw.is_empty();
        }
        if !ended && self.raw.last() == Some(&END_MARK) {
            self.raw.pop();
        }
        self.facts.end_mark |= self.raw.len() < before;
    }

    fn skip_line(&mut self) -> io::Result<()> {
        let mut kept = [0; 2];
        kept.copy_from_slice(&self.raw[..2]);
        loop {
            self.raw.clear();
            let read = self.input.by_ref().take(64 * 1024).read_until(b'\n', &mut self.raw)?;
            if read == 0 || self.raw.ends_with(b"\n") {
                self.raw.clear();
                self.raw.extend_from_slice(&kept);
                return Ok(());
            }
        }
    }
}

/// Every second byte of the beginning is 0, as UTF-16 writes digits and commas.
fn alternating(head: &[u8]) -> bool {
    let beginning = &head[..head.len().min(16)];
    beginning.len() >= 4
        && (beginning.iter().skip(1).step_by(2).all(|byte| *byte == 0)
            || beginning.iter().step_by(2).all(|byte| *byte == 0))
}
