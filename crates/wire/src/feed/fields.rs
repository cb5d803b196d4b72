//! One line, split into fields that are found by column.

use domain::{Date, IdError, date};

use super::fault::RowFault;
use crate::limits;

/// A fault and the column that has it.
pub(crate) type ColumnFault = (RowFault, &'static str);

/// The fields of one line, in the order of the row's own columns whatever the order in the file.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    pub(super) text: &'a str,
    pub(super) ranges: &'a [(u32, u32)],
    /// Place in the file of each of the row's columns.
    pub(super) places: &'a [usize],
    pub(super) columns: &'static [&'static str],
}

/// Fields hold personal data.
impl std::fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fields({} of them)", self.places.len())
    }
}

impl<'a> Fields<'a> {
    /// The text of a column, white space around it dropped.
    pub fn get(&self, column: usize) -> &'a str {
        let range = self.places.get(column).and_then(|&place| self.ranges.get(place));
        range.map_or("", |&(from, to)| self.text[from as usize..to as usize].trim())
    }

    /// The text of a column, or none when it is empty.
    pub fn optional(&self, column: usize) -> Option<&'a str> {
        Some(self.get(column)).filter(|text| !text.is_empty())
    }

    pub(crate) fn fault(&self, column: usize, fault: RowFault) -> ColumnFault {
        (fault, self.columns.get(column).copied().unwrap_or_default())
    }

    pub(crate) fn required(&self, column: usize, max_chars: usize) -> Result<String, ColumnFault> {
        self.text_opt(column, max_chars)?.ok_or_else(|| self.fault(column, RowFault::Empty))
    }

    pub(crate) fn text_opt(&self, column: usize, max_chars: usize) -> Result<Option<String>, ColumnFault> {
        let Some(text) = self.optional(column) else { return Ok(None) };
        // A character has at least one byte, so a short text needs no counting.
        if text.len() > max_chars && text.chars().count() > max_chars {
            return Err(self.fault(column, RowFault::TooLong));
        }
        Ok(Some(text.to_owned()))
    }

    pub(crate) fn id<T>(&self, column: usize, parse: impl Fn(&str) -> Result<T, IdError>) -> Result<T, ColumnFault> {
        parse(self.get(column)).map_err(|error| self.fault(column, error.into()))
    }

    pub(crate) fn id_opt<T>(
        &self,
        column: usize,
        parse: impl Fn(&str) -> Result<T, IdError>,
    ) -> Result<Option<T>, ColumnFault> {
        self.optional(column).map(|raw| parse(raw).map_err(|error| self.fault(column, error.into()))).transpose()
    }

    pub(super) fn code<T, E>(&self, column: usize, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, ColumnFault> {
        self.code_opt(column, parse)?.ok_or_else(|| self.fault(column, RowFault::Empty))
    }

    pub(super) fn code_opt<T, E>(
        &self,
        column: usize,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ColumnFault> {
        self.optional(column).map(|raw| parse(raw).map_err(|_| self.fault(column, RowFault::UnknownCode))).transpose()
    }

    pub(crate) fn date(&self, column: usize) -> Result<Date, ColumnFault> {
        self.date_opt(column)?.ok_or_else(|| self.fault(column, RowFault::Empty))
    }

    pub(crate) fn date_opt(&self, column: usize) -> Result<Option<Date>, ColumnFault> {
        self.optional(column).map(|raw| date::parse(raw).map_err(|error| self.fault(column, error.into()))).transpose()
    }

    /// 郵便番号 as `123-4567`, whatever hyphen and width it was written with.
    pub(super) fn post_number(&self, column: usize) -> Result<Option<String>, ColumnFault> {
        let Some(raw) = self.optional(column) else { return Ok(None) };
        if is_post_number(raw.as_bytes()) {
            return Ok(Some(raw.to_owned()));
        }
        if raw.len() > limits::FEED_MAX_FIELD_BYTES {
            return Err(self.fault(column, RowFault::TooLong));
        }
        let plain: String = raw.chars().filter(|c| !domain::text::is_hyphen_like(*c) && *c != '〒').collect();
        let digits = domain::text::ascii_digits(&plain).map_err(|_| self.fault(column, RowFault::Character))?;
        if digits.len() != 7 {
            return Err(self.fault(column, RowFault::Length));
        }
        Ok(Some(format!("{}-{}", &digits[..3], &digits[3..])))
    }
}

fn is_post_number(raw: &[u8]) -> bool {
    raw.len() == 8 && raw.iter().enumerate().all(|(i, b)| if i == 3 { *b == b'-' } else { b.is_ascii_digit() })
}

impl From<IdError> for RowFault {
    fn from(error: IdError) -> Self {
        match error {
            IdError::Empty => Self::Empty,
            IdError::Character => Self::Character,
            IdError::Length(_) => Self::Length,
            IdError::CheckDigit => Self::CheckDigit,
            IdError::Kind => Self::Kind,
        }
    }
}

impl From<date::DateError> for RowFault {
    fn from(error: date::DateError) -> Self {
        match error {
            date::DateError::Empty => Self::Empty,
            date::DateError::NotDigits => Self::Character,
            date::DateError::Length(_) => Self::Length,
            date::DateError::NoSuchDay | date::DateError::Era => Self::NoSuchDay,
        }
    }
}

/// Splits a line at its commas into byte ranges of `out`.
///
/// A line without quotes — nearly every line — is copied as it is and only searched for commas.
pub(crate) fn split(line: &str, out: &mut String, ranges: &mut Vec<(u32, u32)>) -> Result<(), RowFault> {
    out.clear();
    ranges.clear();
    if line.as_bytes().contains(&b'"') {
        return split_quoted(line, out, ranges);
    }
    out.push_str(line);
    let mut from = 0;
    for (at, _) in line.bytes().enumerate().filter(|(_, byte)| *byte == b',') {
        push(ranges, from, at)?;
        from = at + 1;
    }
    push(ranges, from, line.len())
}

fn split_quoted(line: &str, out: &mut String, ranges: &mut Vec<(u32, u32)>) -> Result<(), RowFault> {
    let mut rest = line;
    loop {
        let from = out.len();
        rest = if let Some(quoted) = rest.strip_prefix('"') {
            take_quoted(quoted, out)?
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            if rest[..end].contains('"') {
                return Err(RowFault::Quoting);
            }
            out.push_str(&rest[..end]);
            &rest[end..]
        };
        push(ranges, from, out.len())?;
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None if rest.is_empty() => return Ok(()),
            None => return Err(RowFault::Quoting),
        }
    }
}

/// Copies a field up to its closing quote and returns what follows it.
fn take_quoted<'a>(mut rest: &'a str, out: &mut String) -> Result<&'a str, RowFault> {
    loop {
        let quote = rest.find('"').ok_or(RowFault::Quoting)?;
        out.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                out.push('"');
                rest = after;
            }
            None => return Ok(rest),
        }
    }
}

fn push(ranges: &mut Vec<(u32, u32)>, from: usize, to: usize) -> Result<(), RowFault> {
    if ranges.len() >= limits::FEED_MAX_COLUMNS {
        return Err(RowFault::ColumnCount);
    }
    if to - from > limits::FEED_MAX_FIELD_BYTES {
        return Err(RowFault::TooLong);
    }
    let place = |at: usize| u32::try_from(at).map_err(|_| RowFault::LineTooLong);
    ranges.push((place(from)?, place(to)?));
    Ok(())
}
