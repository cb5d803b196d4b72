//! The XML that a message may be: elements and text, and nothing that can do harm.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;

use super::error::{OqsError, OqsErrorCode, Warning, WarningKind};
use super::source::{Encoding, EncodingPolicy, Source};
use crate::entity::{self, ReferenceFault};
use crate::limits;

type Result<T> = std::result::Result<T, OqsError>;

/// What came next.
enum Piece {
    Open,
    Close,
    /// Text was appended to `text`.
    Text,
    End,
}

/// Walks through a message. Knows where it is: line, column, and the elements around.
pub(super) struct Xml<R: Read> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    /// The open elements, joined with `/`.
    path: String,
    /// Where each open element begins in `path`.
    marks: Vec<usize>,
    text: String,
    started: bool,
    finished: bool,
    /// Elements since the last record began.
    elements: usize,
    place: (u64, u64),
    warnings: Vec<Warning>,
    warning_count: u64,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(input: R, policy: EncodingPolicy, max_bytes: u64) -> Result<Self> {
        let source = Source::new(input, policy, max_bytes).map_err(|code| OqsError {
            code,
            line: 1,
            column: 1,
            path: String::new(),
        })?;
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Ok(Self {
            reader,
            buffer: Vec::new(),
            path: String::new(),
            marks: Vec::new(),
            text: String::new(),
            started: false,
            finished: false,
            elements: 0,
            place: (1, 1),
            warnings: Vec::new(),
            warning_count: 0,
        })
    }

    pub(super) fn encoding(&mut self) -> Encoding {
        self.reader.get_mut().encoding()
    }

    pub(super) fn take_warnings(&mut self) -> (Vec<Warning>, u64) {
        (std::mem::take(&mut self.warnings), self.warning_count)
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.marks.len()
    }

    /// The innermost open element.
    pub(super) fn name(&self) -> &str {
        self.marks.last().map_or("", |from| &self.path[*from..])
    }

    /// An error at the place of the piece read last.
    pub(super) fn error(&self, code: OqsErrorCode) -> OqsError {
        OqsError { code, line: self.place.0, column: self.place.1, path: self.path.clone() }
    }

    /// A missing element, named in the path.
    pub(super) fn missing(&self, name: &str) -> OqsError {
        let mut error = self.error(OqsErrorCode::MissingElement);
        if !error.path.is_empty() {
            error.path.push('/');
        }
        error.path.push_str(name);
        error
    }

    /// Opens the root, which must be `name`.
    pub(super) fn root(&mut self, name: &str) -> Result<()> {
        loop {
            match self.piece()? {
                Piece::Open if self.name() == name => return Ok(()),
                Piece::Open => return Err(self.error(OqsErrorCode::WrongRoot)),
                Piece::Text if self.text.trim().is_empty() => self.text.clear(),
                Piece::Text => return Err(self.error(OqsErrorCode::Malformed)),
                Piece::Close | Piece::End => return Err(self.error(self.end_code())),
            }
        }
    }

    /// Nothing but white space and comments may follow the root.
    pub(super) fn end(&mut self) -> Result<()> {
        loop {
            match self.piece()? {
                Piece::End => return Ok(()),
                Piece::Text if self.text.trim().is_empty() => self.text.clear(),
                _ => return Err(self.error(OqsErrorCode::Malformed)),
            }
        }
    }

    /// The next element inside the current one: true when one opened, false when the current one closed.
    pub(super) fn child(&mut self) -> Result<bool> {
        loop {
            match self.piece()? {
                Piece::Open => {
                    self.elements += 1;
                    if self.elements > limits::OQS_MAX_ELEMENTS_PER_UNIT {
                        return Err(self.error(OqsErrorCode::TooManyElements));
                    }
                    return Ok(true);
                }
                Piece::Close => return Ok(false),
                Piece::Text => {
                    if !self.text.trim().is_empty() {
                        self.warn(WarningKind::StrayText);
                    }
                    self.text.clear();
                }
                Piece::End => return Err(self.error(OqsErrorCode::Truncated)),
            }
        }
    }

    /// A new record begins: its elements are counted from here.
    pub(super) fn begin_record(&mut self) {
        self.elements = 0;
    }

    /// The text of the current element, which closes.
    pub(super) fn leaf(&mut self) -> Result<String> {
        self.text.clear();
        loop {
            match self.piece()? {
                Piece::Text => {
                    let fits = self.text.len() <= limits::OQS_MAX_TEXT_CHARS
                        || self.text.chars().count() <= limits::OQS_MAX_TEXT_CHARS;
                    if !fits {
                        return Err(self.error(OqsErrorCode::TextTooLong));
                    }
                }
                Piece::Close => return Ok(std::mem::take(&mut self.text)),
                Piece::Open => return Err(self.error(OqsErrorCode::UnexpectedChild)),
                Piece::End => return Err(self.error(OqsErrorCode::Truncated)),
            }
        }
    }

    /// Leaves the current element and all in it aside, with a warning.
    pub(super) fn skip_unknown(&mut self) -> Result<()> {
        self.warn(WarningKind::UnknownElement);
        let outside = self.depth().saturating_sub(1);
        self.close_down_to(outside)
    }

    /// Reads on until only `depth` elements are open.
    pub(super) fn close_down_to(&mut self, depth: usize) -> Result<()> {
        while self.depth() > depth {
            if matches!(self.piece()?, Piece::End) {
                return Err(self.error(OqsErrorCode::Truncated));
            }
            self.text.clear();
        }
        Ok(())
    }

    fn warn(&mut self, kind: WarningKind) {
        self.warning_count += 1;
        if self.warnings.len() < limits::OQS_MAX_WARNINGS {
            self.warnings.push(Warning { kind, line: self.place.0, path: self.path.clone() });
        }
    }

    const fn end_code(&self) -> OqsErrorCode {
        if self.started { OqsErrorCode::Truncated } else { OqsErrorCode::Empty }
    }

    fn piece(&mut self) -> Result<Piece> {
        loop {
            self.buffer.clear();
            let source = self.reader.get_mut();
            source.begin_token();
            self.place = source.place();
            let found = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => take(event, &mut self.text),
                Err(error) => Err(code_of(&error)),
            };
            match found {
                Ok(Taken::Open(name)) => return self.open(&name).map(|()| Piece::Open),
                Ok(Taken::Close) => {
                    if let Some(from) = self.marks.pop() {
                        self.path.truncate(from.saturating_sub(1));
                    }
                    self.finished = self.marks.is_empty();
                    return Ok(Piece::Close);
                }
                Ok(Taken::Text) => return Ok(Piece::Text),
                Ok(Taken::Declaration) if !self.started => self.started = true,
                Ok(Taken::Declaration) => return Err(self.error(OqsErrorCode::ProcessingInstruction)),
                Ok(Taken::Comment) => self.started = true,
                Ok(Taken::End) if self.finished => return Ok(Piece::End),
                Ok(Taken::End) => return Err(self.error(self.end_code())),
                Err(code) => return Err(self.fault(code)),
            }
        }
    }

    fn open(&mut self, name: &str) -> Result<()> {
        self.started = true;
        if self.finished {
            return Err(self.error(OqsErrorCode::Malformed));
        }
        if name.len() > limits::OQS_MAX_NAME_BYTES {
            return Err(self.error(OqsErrorCode::NameTooLong));
        }
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.marks.push(self.path.len());
        self.path.push_str(name);
        if self.marks.len() > limits::OQS_MAX_DEPTH {
            return Err(self.error(OqsErrorCode::TooDeep));
        }
        Ok(())
    }

    /// The error that ended the reading: what the source found, or what the parser did.
    fn fault(&mut self, code: OqsErrorCode) -> OqsError {
        let source = self.reader.get_mut();
        let code = match source.take_fault() {
            Some(fault) => {
                self.place = source.place();
                fault
            }
            // A fault of grammar at the very end is a file that stops there.
            None if code == OqsErrorCode::Malformed && source.is_at_end() && !self.finished => OqsErrorCode::Truncated,
            None => code,
        };
        self.error(code)
    }
}

enum Taken {
    Open(String),
    Close,
    Text,
    Declaration,
    Comment,
    End,
}

fn take(event: Event<'_>, text: &mut String) -> std::result::Result<Taken, OqsErrorCode> {
    match event {
        Event::Start(tag) | Event::Empty(tag) => Ok(Taken::Open(tag.name().as_ref().to_owned())),
        Event::End(_) => Ok(Taken::Close),
        Event::Text(found) => {
            text.push_str(&found.xml10_content());
            Ok(Taken::Text)
        }
        Event::CData(found) => {
            text.push_str(&found.xml10_content());
            Ok(Taken::Text)
        }
        Event::GeneralRef(reference) => {
            text.push(resolve(&reference)?);
            Ok(Taken::Text)
        }
        Event::Comment(_) => Ok(Taken::Comment),
        Event::Decl(_) => Ok(Taken::Declaration),
        Event::PI(_) => Err(OqsErrorCode::ProcessingInstruction),
        Event::DocType(_) => Err(OqsErrorCode::Doctype),
        Event::Eof => Ok(Taken::End),
    }
}

fn resolve(reference: &str) -> std::result::Result<char, OqsErrorCode> {
    entity::resolve(reference).map_err(|fault| match fault {
        ReferenceFault::Unknown => OqsErrorCode::Entity,
        ReferenceFault::Control => OqsErrorCode::ControlCharacter,
    })
}

fn code_of(error: &Error) -> OqsErrorCode {
    match error {
        // Only the source raises these; it knows why.
        Error::Io(_) => OqsErrorCode::Io,
        Error::Encoding(_) => OqsErrorCode::Undecodable,
        Error::Syntax(
            SyntaxError::UnclosedPI
            | SyntaxError::UnclosedXmlDecl
            | SyntaxError::UnclosedComment
            | SyntaxError::UnclosedDoctype
            | SyntaxError::UnclosedCData
            | SyntaxError::UnclosedTag
            | SyntaxError::UnclosedSingleQuotedAttributeValue
            | SyntaxError::UnclosedDoubleQuotedAttributeValue,
        )
        | Error::IllFormed(IllFormedError::MissingEndTag(_)) => OqsErrorCode::Truncated,
        Error::IllFormed(IllFormedError::MissingDoctypeName) => OqsErrorCode::Doctype,
        Error::Escape(_) => OqsErrorCode::Entity,
        Error::Syntax(_) | Error::IllFormed(_) | Error::InvalidAttr(_) | Error::Namespace(_) => OqsErrorCode::Malformed,
    }
}
