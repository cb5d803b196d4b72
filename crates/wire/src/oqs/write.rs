//! Writes messages: the order of the layout, spaces before 保険者番号, and only characters that the encoding has.

use std::io::{self, Write};

use super::codes::CharacterCode;
use super::message::{Body, MessageHeader, Unit};
use super::read::{BODY, HEADER, ROOT};
use super::source::Encoding;
use super::tree::{Group, Value};
use crate::text::{Fold, Target, encode_into, kana};

/// What a message is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputEncoding {
    /// UTF-8 without a byte-order mark: every variant of every name is kept.
    #[default]
    Utf8,
    /// UTF-8 with a byte-order mark, for a client that takes anything else for Shift_JIS.
    Utf8WithBom,
    /// Shift_JIS, with what it can hold; the rest is folded.
    ShiftJis(Target),
}

impl OutputEncoding {
    /// The same encoding as a file that was read.
    pub const fn like(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Utf8 => Self::Utf8,
            Encoding::ShiftJis => Self::ShiftJis(Target::Cp932),
        }
    }

    /// The encoding of the bytes.
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::Utf8 | Self::Utf8WithBom => Encoding::Utf8,
            Self::ShiftJis(_) => Encoding::ShiftJis,
        }
    }

    /// 文字コード識別.
    pub const fn character_code(self) -> CharacterCode {
        match self.encoding() {
            Encoding::Utf8 => CharacterCode::Utf8,
            Encoding::ShiftJis => CharacterCode::ShiftJis,
        }
    }
}

/// A character of an element that was written as another because the encoding lacks it. The original is here so that
/// whoever writes the file can keep and show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementFold {
    /// The element, such as `Name`.
    pub element: &'static str,
    /// What was folded.
    pub fold: Fold,
}

/// A message, written.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What was folded in it.
    pub folds: Vec<ElementFold>,
}

/// The file holds personal data.
impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Written({} bytes, {} folds)", self.bytes.len(), self.folds.len())
    }
}

/// Writes a message of one person.
pub fn write<B: Body>(header: &MessageHeader, body: &B, encoding: OutputEncoding) -> Written {
    let mut xml = XmlText::begin(encoding);
    xml.header(header);
    xml.open(BODY);
    xml.group(body);
    xml.close(BODY);
    xml.close(ROOT);
    Written { bytes: xml.bytes, folds: xml.folds }
}

/// Writes a message whose header is of another layout.
pub(super) fn write_groups(header: &dyn Group, body: &dyn Group, encoding: OutputEncoding) -> Written {
    let mut xml = XmlText::begin(encoding);
    xml.element(HEADER, header);
    xml.element(BODY, body);
    xml.close(ROOT);
    Written { bytes: xml.bytes, folds: xml.folds }
}

/// Writes a message of many people one by one, holding one at a time. Give it a buffered writer.
pub struct BulkWriter<W, U> {
    output: W,
    xml: XmlText,
    unit: std::marker::PhantomData<U>,
}

impl<W: Write, U: Unit> BulkWriter<W, U> {
    /// Writes everything before the first person.
    ///
    /// # Errors
    /// Writing failed.
    pub fn new(output: W, header: &MessageHeader, encoding: OutputEncoding) -> io::Result<Self> {
        let mut xml = XmlText::begin(encoding);
        xml.header(header);
        xml.open(BODY);
        let mut writer = Self { output, xml, unit: std::marker::PhantomData };
        writer.pass_on()?;
        Ok(writer)
    }

    /// Writes one person and tells what was folded.
    ///
    /// # Errors
    /// Writing failed.
    pub fn unit(&mut self, unit: &U) -> io::Result<Vec<ElementFold>> {
        self.xml.open(U::ELEMENT);
        self.xml.group(unit);
        self.xml.close(U::ELEMENT);
        self.pass_on()?;
        Ok(std::mem::take(&mut self.xml.folds))
    }

    /// Writes everything after the last person, flushes, and gives the writer back.
    ///
    /// # Errors
    /// Writing failed.
    pub fn finish(mut self) -> io::Result<W> {
        self.xml.close(BODY);
        self.xml.close(ROOT);
        self.pass_on()?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.output.write_all(&self.xml.bytes)?;
        self.xml.bytes.clear();
        Ok(())
    }
}

/// The buffer holds personal data.
impl<W, U> std::fmt::Debug for BulkWriter<W, U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkWriter").field("encoding", &self.xml.encoding).finish_non_exhaustive()
    }
}

/// What was folded when a group is written in this encoding, without writing it anywhere.
pub(super) fn folds_of(group: &dyn Group, encoding: OutputEncoding) -> Vec<ElementFold> {
    let mut xml = XmlText::new(encoding);
    xml.group(group);
    xml.folds
}

/// Bytes of XML in the making.
struct XmlText {
    encoding: OutputEncoding,
    bytes: Vec<u8>,
    depth: usize,
    folds: Vec<ElementFold>,
    encoded: Vec<u8>,
    found: Vec<Fold>,
}

impl XmlText {
    fn new(encoding: OutputEncoding) -> Self {
        Self { encoding, bytes: Vec::new(), depth: 0, folds: Vec::new(), encoded: Vec::new(), found: Vec::new() }
    }

    fn begin(encoding: OutputEncoding) -> Self {
        let mut xml = Self::new(encoding);
        if encoding == OutputEncoding::Utf8WithBom {
            xml.bytes.extend_from_slice(b"\xEF\xBB\xBF");
        }
        xml.push("<?xml version=\"1.0\" encoding=\"");
        xml.push(encoding.encoding().name());
        xml.push("\" standalone=\"no\"?>\n");
        xml.open(ROOT);
        xml
    }

    /// Only for names and markup, which are ASCII.
    fn push(&mut self, ascii: &str) {
        self.bytes.extend_from_slice(ascii.as_bytes());
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.push("  ");
        }
    }

    fn open(&mut self, name: &str) {
        self.indent();
        self.push("<");
        self.push(name);
        self.push(">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.push("</");
        self.push(name);
        self.push(">\n");
    }

    /// The header, with the character code that is true of this file in every result.
    fn header(&mut self, header: &MessageHeader) {
        self.open(HEADER);
        let is_result = header.process_execution_time.is_some() || header.character_code_identifier.is_some();
        if is_result {
            let code = self.encoding.character_code().code().to_owned();
            self.group(&MessageHeader { character_code_identifier: Some(code), ..header.clone() });
        } else {
            self.group(header);
        }
        self.close(HEADER);
    }

    fn group(&mut self, group: &dyn Group) {
        for (index, name) in group.names().iter().copied().enumerate() {
            match group.value(index) {
                Value::Absent => {}
                Value::Text(text) => self.leaf(name, text),
                Value::Group(inner) => self.element(name, inner),
                Value::List(list, item) => {
                    self.open(name);
                    for inner in (0..list.count()).filter_map(|at| list.item(at)) {
                        self.element(item, inner);
                    }
                    self.close(name);
                }
                Value::Repeated(list) => {
                    for inner in (0..list.count()).filter_map(|at| list.item(at)) {
                        self.element(name, inner);
                    }
                }
            }
        }
    }

    fn element(&mut self, name: &str, group: &dyn Group) {
        self.open(name);
        self.group(group);
        self.close(name);
    }

    fn leaf(&mut self, name: &'static str, text: &str) {
        self.indent();
        self.push("<");
        self.push(name);
        self.push(">");
        match name {
            // 8 characters, shorter ones with half-width spaces on the left.
            "InsurerNumber" => self.text(name, &format!("{text:>8}")),
            "NameKana" | "NameOfOtherKana" | "KanaName" | "KanasName" => self.text(name, &kana::to_half_width(text)),
            _ => self.text(name, text),
        }
        self.push("</");
        self.push(name);
        self.push(">\n");
    }

    fn text(&mut self, name: &'static str, text: &str) {
        match self.encoding {
            OutputEncoding::Utf8 | OutputEncoding::Utf8WithBom => {
                let allowed =
                    |c: char| !(c < ' ' && !matches!(c, '\t' | '\r' | '\n') || matches!(c, '\u{FFFE}' | '\u{FFFF}'));
                if text.chars().all(allowed) {
                    escape(text.as_bytes(), &mut self.bytes);
                } else {
                    let clean: String = text.chars().filter(|c| allowed(*c)).collect();
                    escape(clean.as_bytes(), &mut self.bytes);
                }
            }
            OutputEncoding::ShiftJis(target) => {
                self.encoded.clear();
                encode_into(text, target, &mut self.encoded, &mut self.found);
                // No byte of a double-byte character is one of those that are escaped.
                escape(&self.encoded, &mut self.bytes);
                self.folds.extend(self.found.drain(..).map(|fold| ElementFold { element: name, fold }));
            }
        }
    }
}

/// Escapes the five characters of XML. A line break inside a value would come back as another one, so it becomes a space.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&apos;"),
            b'\r' | b'\n' | b'\t' => out.push(b' '),
            other => out.push(*other),
        }
    }
}
