//! Bytes of a file to characters: which encoding, whether every byte fits, how far, and where we are.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, SHIFT_JIS, UTF_8};

use super::error::OqsErrorCode;
use crate::limits;

/// The encodings of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// Shift_JIS as Windows means it (CP932).
    ShiftJis,
}

impl Encoding {
    /// The name in an XML declaration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::ShiftJis => "Shift_JIS",
        }
    }

    /// The encoding with this name, in any case. `Windows-31J` and `CP932` are what programs mean by Shift_JIS.
    fn of_name(name: &[u8]) -> Option<Self> {
        let known = |names: &[&str]| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
        if known(&["UTF-8", "UTF8"]) {
            Some(Self::Utf8)
        } else if known(&["Shift_JIS", "Shift-JIS", "SJIS", "x-sjis", "Windows-31J", "CP932", "MS932", "MS_Kanji"]) {
            Some(Self::ShiftJis)
        } else {
            None
        }
    }
}

/// Which encodings a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EncodingPolicy {
    /// What the declaration says; without one, UTF-8.
    #[default]
    Declared,
    /// This one: a declaration that says another is refused; without one, this one.
    Only(Encoding),
}

const CHUNK_BYTES: usize = 32 * 1024;
/// How far a declaration is looked for, in bytes.
const DECLARATION_MAX_BYTES: usize = 256;

/// The characters of a file as UTF-8, bounded and located.
pub(super) struct Source<R> {
    input: R,
    encoding: Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    ended: bool,
    bytes_left: u64,
    text: Vec<u8>,
    at: usize,
    /// Bytes that the piece of markup being read may still have.
    token_left: usize,
    /// Found behind the text that is still to be given out.
    pending: Option<OqsErrorCode>,
    /// What made the last read fail.
    fault: Option<OqsErrorCode>,
    line: u64,
    column: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(mut input: R, policy: EncodingPolicy, max_bytes: u64) -> Result<Self, OqsErrorCode> {
        let (mut raw, ended) = read_start(&mut input)?;
        if raw.is_empty() {
            return Err(OqsErrorCode::Empty);
        }
        let encoding = choose(&raw, policy)?;
        let start = raw.len() as u64;
        if raw.starts_with(b"\xEF\xBB\xBF") {
            raw.drain(..3);
        }
        let table = match encoding {
            Encoding::Utf8 => UTF_8,
            Encoding::ShiftJis => SHIFT_JIS,
        };
        Ok(Self {
            input,
            encoding,
            decoder: table.new_decoder_without_bom_handling(),
            raw,
            ended,
            bytes_left: max_bytes.saturating_sub(start),
            text: Vec::new(),
            at: 0,
            token_left: limits::OQS_MAX_TOKEN_BYTES,
            pending: (start > max_bytes).then_some(OqsErrorCode::TooLarge),
            fault: None,
            line: 1,
            column: 1,
        })
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Line and column of the next character.
    pub(super) const fn place(&self) -> (u64, u64) {
        (self.line, self.column)
    }

    /// A new piece of markup begins.
    pub(super) fn begin_token(&mut self) {
        self.token_left = limits::OQS_MAX_TOKEN_BYTES;
    }

    /// Why the last read failed, when it was this source that failed it.
    pub(super) fn take_fault(&mut self) -> Option<OqsErrorCode> {
        self.fault.take()
    }

    /// Whether everything was given out.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len() && self.ended && self.raw.is_empty()
    }

    /// Decodes the next piece into `text`; leaves it empty at the end of the file.
    fn refill(&mut self) -> Result<(), OqsErrorCode> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && self.pending.is_none() && !(self.ended && self.raw.is_empty()) {
            if self.raw.is_empty() {
                self.read_raw()?;
            }
            self.decode();
        }
        Ok(())
    }

    fn read_raw(&mut self) -> Result<(), OqsErrorCode> {
        // One byte more than allowed, so that too much is noticed.
        let room = usize::try_from(self.bytes_left.saturating_add(1)).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        self.raw.resize(room, 0);
        let read = loop {
            match self.input.read(&mut self.raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(OqsErrorCode::Io),
                Ok(read) => break read,
            }
        };
        self.raw.truncate(read);
        self.ended = read == 0;
        match self.bytes_left.checked_sub(read as u64) {
            Some(left) => self.bytes_left = left,
            None => self.pending = Some(OqsErrorCode::TooLarge),
        }
        Ok(())
    }

    fn decode(&mut self) {
        // Enough for all of `raw`, so one call takes it or stops at a fault.
        let room = self.decoder.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(0);
        self.text.resize(room, 0);
        let (result, used, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw, &mut self.text, self.ended);
        self.text.truncate(written);
        if let DecoderResult::Malformed(..) = result {
            // Half a character at the very end is a file that is still being written.
            let unfinished = self.ended && used == self.raw.len();
            self.pending = Some(if unfinished { OqsErrorCode::Truncated } else { OqsErrorCode::Undecodable });
        }
        self.raw.clear();
        if let Some(control) = self.text.iter().position(|b| *b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n')) {
            self.text.truncate(control);
            self.pending = Some(OqsErrorCode::ControlCharacter);
        }
    }

    fn fail(&mut self, code: OqsErrorCode) -> io::Error {
        self.fault = Some(code);
        io::Error::other(code.as_str())
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let take = available.len().min(out.len());
        out[..take].copy_from_slice(&available[..take]);
        self.consume(take);
        Ok(take)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.text.len() {
            if let Some(code) = self.pending {
                return Err(self.fail(code));
            }
            if let Err(code) = self.refill() {
                return Err(self.fail(code));
            }
            if self.text.is_empty() {
                return match self.pending {
                    Some(code) => Err(self.fail(code)),
                    None => Ok(&[]),
                };
            }
        }
        if self.token_left == 0 {
            return Err(self.fail(OqsErrorCode::TokenTooLong));
        }
        let end = self.text.len().min(self.at + self.token_left);
        Ok(&self.text[self.at..end])
    }

    fn consume(&mut self, used: usize) {
        let given = &self.text[self.at..self.at + used];
        for byte in given {
            if *byte == b'\n' {
                self.line += 1;
                self.column = 1;
            } else if (*byte & 0xC0) != 0x80 {
                // Every byte but the continuation bytes of UTF-8 begins a character.
                self.column += 1;
            }
        }
        self.at += used;
        self.token_left = self.token_left.saturating_sub(used);
    }
}

/// The first bytes: enough to see the declaration.
fn read_start(input: &mut impl Read) -> Result<(Vec<u8>, bool), OqsErrorCode> {
    let mut start = Vec::with_capacity(CHUNK_BYTES);
    input.take(CHUNK_BYTES as u64).read_to_end(&mut start).map_err(|_| OqsErrorCode::Io)?;
    let ended = start.len() < CHUNK_BYTES;
    Ok((start, ended))
}

/// The encoding that the first bytes, the declaration and the policy agree on.
pub(crate) fn choose(start: &[u8], policy: EncodingPolicy) -> Result<Encoding, OqsErrorCode> {
    let (bom, rest) = match start.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (true, rest),
        None => (false, start),
    };
    // UTF-16 and UTF-32 show themselves by a byte-order mark or by a zero beside the first `<`.
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") || start.iter().take(4).any(|byte| *byte == 0) {
        return Err(OqsErrorCode::EncodingUnknown);
    }
    let declared = declared(rest)?;
    let configured = match policy {
        EncodingPolicy::Declared => None,
        EncodingPolicy::Only(encoding) => Some(encoding),
    };
    let agree = |a: Option<Encoding>, b: Option<Encoding>| a.zip(b).is_none_or(|(a, b)| a == b);
    let marked = bom.then_some(Encoding::Utf8);
    if !agree(declared, configured) || !agree(declared, marked) || !agree(marked, configured) {
        return Err(OqsErrorCode::EncodingMismatch);
    }
    Ok(declared.or(configured).or(marked).unwrap_or_default())
}

/// The encoding that an XML declaration names; none without one.
fn declared(start: &[u8]) -> Result<Option<Encoding>, OqsErrorCode> {
    if !start.starts_with(b"<?xml") {
        return Ok(None);
    }
    let start = &start[..start.len().min(DECLARATION_MAX_BYTES)];
    let Some(end) = start.windows(2).position(|pair| pair == b"?>") else { return Ok(None) };
    let declaration = &start[..end];
    let Some(found) = declaration.windows(8).position(|name| name == b"encoding") else { return Ok(None) };
    let value = declaration[found + 8..].trim_ascii_start();
    let Some(value) = value.strip_prefix(b"=").map(<[u8]>::trim_ascii_start) else {
        return Err(OqsErrorCode::Malformed);
    };
    let (Some(quote @ (b'"' | b'\'')), rest) = (value.first(), value.get(1..).unwrap_or_default()) else {
        return Err(OqsErrorCode::Malformed);
    };
    let end = rest.iter().position(|byte| byte == quote).ok_or(OqsErrorCode::Malformed)?;
    Encoding::of_name(&rest[..end]).map(Some).ok_or(OqsErrorCode::EncodingUnknown)
}
