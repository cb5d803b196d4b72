//! Reads a CSV file line by line; every line is an island.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;

use encoding_rs::SHIFT_JIS;

use super::fault::{FeedError, RowFault};
use super::fields::{Fields, split};
use crate::api::Refusal;
use crate::limits;

/// What the bytes of a CSV file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvEncoding {
    /// UTF-8, with or without a byte-order mark.
    #[default]
    Utf8,
    /// Shift_JIS as Windows writes it (CP932).
    ShiftJis,
}

/// A row that can be read from a CSV file.
pub trait CsvRow: Sized {
    /// The columns, all of which the file must have, in any order.
    const COLUMNS: &'static [&'static str];
    /// What the reader remembers from row to row to read the next one faster.
    type Memo: Default;

    /// Reads a row.
    ///
    /// # Errors
    /// The first fault and the column that has it.
    fn read(fields: &Fields<'_>, memo: &mut Self::Memo) -> Result<Self, (RowFault, &'static str)>;
}

/// Reads rows of one kind. Holds one line at a time.
pub struct CsvReader<R, T: CsvRow> {
    input: BufReader<R>,
    encoding: CsvEncoding,
    places: Vec<usize>,
    width: usize,
    unknown_columns: Vec<String>,
    line_number: u64,
    rows: u64,
    raw: Vec<u8>,
    text: String,
    ranges: Vec<(u32, u32)>,
    memo: T::Memo,
    row: PhantomData<T>,
}

/// The bytes in the buffers are personal data.
impl<R, T: CsvRow> std::fmt::Debug for CsvReader<R, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvReader").field("line", &self.line_number).finish_non_exhaustive()
    }
}

const BUFFER_BYTES: usize = 256 * 1024;
const BOM: &[u8] = b"\xEF\xBB\xBF";

impl<R: Read, T: CsvRow> CsvReader<R, T> {
    /// Reads the header line.
    ///
    /// # Errors
    /// The file cannot be read, or its header is not the one of this kind of file.
    pub fn new(input: R, encoding: CsvEncoding) -> Result<Self, FeedError> {
        let mut reader = Self {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            encoding,
            places: Vec::new(),
            width: 0,
            unknown_columns: Vec::new(),
            line_number: 0,
            rows: 0,
            raw: Vec::with_capacity(limits::FEED_MAX_LINE_BYTES),
            text: String::new(),
            ranges: Vec::new(),
            memo: T::Memo::default(),
            row: PhantomData,
        };
        reader.read_header()?;
        Ok(reader)
    }

    /// Columns of the file that nobody asked for; they are left aside.
    pub fn unknown_columns(&self) -> &[String] {
        &self.unknown_columns
    }

    /// Line of the file that was read last; the header is line 1.
    pub fn line(&self) -> u64 {
        self.line_number
    }

    /// Rows read so far, good and bad, without the header and empty lines.
    pub fn rows_read(&self) -> u64 {
        self.rows
    }

    /// The next row: read, or refused with the reason. `None` at the end of the file.
    ///
    /// # Errors
    /// Only when the file itself cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<Result<T, Refusal>>, FeedError> {
        loop {
            let Some(fits) = self.read_line()? else { return Ok(None) };
            if fits && self.raw.is_empty() {
                continue;
            }
            self.rows += 1;
            let row = if fits { self.read_row() } else { Err((RowFault::LineTooLong, "")) };
            return Ok(Some(row.map_err(|(fault, column)| fault.refusal(self.line_number, column))));
        }
    }

    fn read_row(&mut self) -> Result<T, (RowFault, &'static str)> {
        self.split_line().map_err(|fault| (fault, ""))?;
        if self.ranges.len() != self.width {
            return Err((RowFault::ColumnCount, ""));
        }
        let fields = Fields { text: &self.text, ranges: &self.ranges, places: &self.places, columns: T::COLUMNS };
        T::read(&fields, &mut self.memo)
    }

    fn read_header(&mut self) -> Result<(), FeedError> {
        if self.read_line()? != Some(true) {
            return Err(FeedError::NoHeader);
        }
        if self.encoding == CsvEncoding::Utf8 && self.raw.starts_with(BOM) {
            self.raw.drain(..BOM.len());
        }
        match self.split_line() {
            Ok(()) => {}
            Err(RowFault::ColumnCount) => return Err(FeedError::TooManyColumns),
            Err(_) => return Err(FeedError::NoHeader),
        }
        let names: Vec<&str> =
            self.ranges.iter().map(|&(from, to)| self.text[from as usize..to as usize].trim()).collect();
        self.width = names.len();
        let mut missing = Vec::new();
        for &column in T::COLUMNS {
            let mut found = names.iter().enumerate().filter(|(_, name)| **name == column).map(|(place, _)| place);
            match (found.next(), found.next()) {
                (Some(place), None) => self.places.push(place),
                (Some(_), Some(_)) => return Err(FeedError::DuplicateColumn(column)),
                (None, _) => missing.push(column),
            }
        }
        if !missing.is_empty() {
            return Err(FeedError::MissingColumns(missing));
        }
        self.unknown_columns =
            names.iter().filter(|name| !T::COLUMNS.contains(name)).map(|name| (*name).to_owned()).collect();
        Ok(())
    }

    /// Reads one line without its end into `raw`; false when it is too long and was skipped, none at the end.
    fn read_line(&mut self) -> Result<Option<bool>, FeedError> {
        self.raw.clear();
        let limit = limits::FEED_MAX_LINE_BYTES;
        let most = u64::try_from(limit).unwrap_or(u64::MAX) + 2;
        if self.input.by_ref().take(most).read_until(b'\n', &mut self.raw)? == 0 {
            return Ok(None);
        }
        self.line_number += 1;
        let ended = self.raw.ends_with(b"\n");
        if ended {
            self.raw.pop();
            if self.raw.ends_with(b"\r") {
                self.raw.pop();
            }
        }
        if self.raw.len() <= limit {
            return Ok(Some(true));
        }
        if !ended {
            self.skip_line()?;
        }
        Ok(Some(false))
    }

    fn skip_line(&mut self) -> Result<(), FeedError> {
        loop {
            self.raw.clear();
            let read = self.input.by_ref().take(64 * 1024).read_until(b'\n', &mut self.raw)?;
            if read == 0 || self.raw.ends_with(b"\n") {
                return Ok(());
            }
        }
    }

    fn split_line(&mut self) -> Result<(), RowFault> {
        let line: Cow<'_, str> = match self.encoding {
            CsvEncoding::Utf8 => Cow::Borrowed(std::str::from_utf8(&self.raw).map_err(|_| RowFault::Undecodable)?),
            CsvEncoding::ShiftJis => {
                SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&self.raw).ok_or(RowFault::Undecodable)?
            }
        };
        if line.bytes().any(|byte| byte < 0x20 && byte != b'\t' || byte == 0x7F) {
            return Err(RowFault::ControlCharacter);
        }
        split(&line, &mut self.text, &mut self.ranges)
    }
}
