//! Writes claim files as an institution sends them, strictly: nothing is written that the specification does not allow.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use super::check::faults_of;
use super::finding::ClaimFault;
use super::kind::{ClaimKind, Tag};
use super::layout::{self, FieldSpec, Shape};
use super::record::{Charset, Record};
use crate::limits;
use crate::text::{self, Fold, Target};

/// Why a record was not written. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ClaimWriteError {
    /// The file could not be written.
    #[error("writing failed: {0}")]
    Io(#[from] io::Error),
    /// This kind of claim has no such record.
    #[error("{kind:?} claims have no record {tag}")]
    NoSuchRecord {
        /// The kind of the file.
        kind: ClaimKind,
        /// The record.
        tag: Tag,
    },
    /// A field does not hold what the specification asks for.
    #[error("{tag} field {field}: {}", fault.en())]
    Field {
        /// The record.
        tag: Tag,
        /// Number of the field, 1 the tag.
        field: usize,
        /// What is wrong with it.
        fault: ClaimFault,
    },
}

/// One character that was written as something else, and where. The caller keeps or shows the original.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldFold {
    /// Number of the field, 1 the tag.
    pub field: usize,
    /// What stood there and what was written.
    pub fold: Fold,
}

/// The characters may be a person's name.
impl fmt::Debug for FieldFold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldFold").field("field", &self.field).field("kind", &self.fold.kind).finish_non_exhaustive()
    }
}

/// Writes records in Shift_JIS of JIS X 0208, CR LF after each, 0x1A at the end.
///
/// Numbers lose their leading zeros, amounts their trailing ones, texts their trailing spaces, and a 保険者番号 of six digits
/// gets its two spaces, as the specification wants. A character that JIS X 0208 lacks is folded and the fold told. Whatever
/// else is not allowed is an error. Fields that the caller leaves out at the end of a record are left out.
pub struct ClaimWriter<W> {
    out: W,
    kind: ClaimKind,
    line: Vec<u8>,
}

/// What is held is personal data.
impl<W> fmt::Debug for ClaimWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimWriter").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<W: Write> ClaimWriter<W> {
    /// Writes claims of one kind. Buffers nothing beyond a record.
    pub const fn new(out: W, kind: ClaimKind) -> Self {
        Self { out, kind, line: Vec::new() }
    }

    /// Writes a record; `fields` are those after the tag. Gives what was folded.
    ///
    /// # Errors
    /// The first field that does not hold what the specification asks for, or writing fails.
    pub fn write<T: AsRef<str>>(&mut self, tag: Tag, fields: &[T]) -> Result<Vec<FieldFold>, ClaimWriteError> {
        self.put(&[], tag, fields)
    }

    fn put<T: AsRef<str>>(
        &mut self,
        columns: &[u8],
        tag: Tag,
        fields: &[T],
    ) -> Result<Vec<FieldFold>, ClaimWriteError> {
        let kind = self.kind;
        let layout = layout::layout(kind, tag);
        if layout.is_none() && !layout::is_unchecked(tag) {
            return Err(ClaimWriteError::NoSuchRecord { kind, tag });
        }
        let specs = layout.map_or(&[][..], |layout| &layout.fields[1..]);
        let mut folds = Vec::new();
        self.line.clear();
        self.line.extend_from_slice(columns);
        self.line.extend_from_slice(&tag.0);
        for (place, value) in fields.iter().map(AsRef::as_ref).enumerate() {
            let field = place + 2;
            let error = |fault| ClaimWriteError::Field { tag, field, fault };
            let spec = match specs.get(place) {
                Some(spec) => *spec,
                None if layout.is_none() => FieldSpec { name: "", shape: Shape::Any, required: false, master: None },
                None => return Err(error(ClaimFault::ExtraFields)),
            };
            let (bytes, folded) = encode(&spec, value);
            // A comma ends a field and nothing can hide it.
            if bytes.iter().any(|byte| *byte == b',' || byte.is_ascii_control()) {
                return Err(error(ClaimFault::Character));
            }
            if let Some(fault) = faults_of(&spec, &bytes, kind, Charset::ShiftJis).first() {
                return Err(error(*fault));
            }
            folds.extend(folded.into_iter().map(|fold| FieldFold { field, fold }));
            self.line.push(b',');
            self.line.extend_from_slice(&bytes);
        }
        if let Some(left_out) = specs.get(fields.len()..).and_then(|rest| rest.iter().position(|spec| spec.required)) {
            return Err(ClaimWriteError::Field { tag, field: fields.len() + left_out + 2, fault: ClaimFault::Empty });
        }
        // No reader, ours among them, takes a longer one.
        if fields.len() >= limits::CLAIM_MAX_FIELDS || self.line.len() > limits::CLAIM_MAX_LINE_BYTES {
            return Err(ClaimWriteError::Field { tag, field: 1, fault: ClaimFault::LineTooLong });
        }
        self.line.extend_from_slice(b"\r\n");
        self.out.write_all(&self.line)?;
        Ok(folds)
    }

    /// Writes a record that was read, of whatever charset it was; one of the insurer side with its three columns.
    ///
    /// # Errors
    /// As [`ClaimWriter::write`], and for a field that is no text.
    pub fn write_record(&mut self, record: &Record<'_>) -> Result<Vec<FieldFold>, ClaimWriteError> {
        let tag = record.tag();
        let undecodable = |field| ClaimWriteError::Field { tag, field, fault: ClaimFault::Undecodable };
        let texts = (2..=record.len()).map(|field| record.text(field).ok_or_else(|| undecodable(field)));
        let texts: Vec<Cow<'_, str>> = texts.collect::<Result<_, _>>()?;
        self.put(record.columns(), tag, &texts)
    }

    /// Writes the end mark and gives the output back.
    ///
    /// # Errors
    /// Writing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&[0x1A])?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn encode(spec: &FieldSpec, value: &str) -> (Vec<u8>, Vec<Fold>) {
    let trimmed = match spec.shape {
        Shape::Number(_) | Shape::Day => Cow::Borrowed(without_leading_zeros(value)),
        Shape::Decimal(..) => Cow::Borrowed(decimal(value)),
        Shape::Payer if value.len() == 6 => Cow::Owned(format!("  {value}")),
        Shape::Alnum(_) | Shape::Kanji(_) | Shape::Either(_) => Cow::Borrowed(value.trim_end_matches([' ', '　'])),
        _ => Cow::Borrowed(value),
    };
    let mut folded = text::encode(&trimmed, Target::JisX0208);
    // A sign that is spelled out in a field of full width, ㈱ as (株), is spelled in full width.
    let half = |text: &str| text.chars().any(|c| c.is_ascii());
    let wide = matches!(spec.shape, Shape::Kanji(_) | Shape::Either(_)) && !half(&trimmed);
    if wide && folded.folds.iter().any(|fold| half(&fold.written)) {
        for fold in &mut folded.folds {
            fold.written = widened(&fold.written);
        }
        let spelled = text::decode_shift_jis(&folded.bytes).unwrap_or_default();
        folded.bytes = text::encode(&widened(&spelled), Target::JisX0208).bytes;
    }
    (folded.bytes, folded.folds)
}

fn widened(text: &str) -> String {
    let wide = |c: char| match c {
        ' ' => '　',
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(wide).collect()
}

fn without_leading_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" if digits.is_empty() => "",
        "" => "0",
        rest => rest,
    }
}

/// `001.10` as `1.1`, `0.00` as `0`, `.5` is left as it is and refused.
fn decimal(amount: &str) -> &str {
    let Some((whole, _)) = amount.split_once('.') else { return without_leading_zeros(amount) };
    let trimmed = amount.trim_end_matches('0').trim_end_matches('.');
    let zeros = whole.len() - without_leading_zeros(whole).len();
    trimmed.get(zeros..).unwrap_or(trimmed)
}
