//! Writes a CSV file: UTF-8, header line, LF, quotes only where they are needed.

use std::io::{self, Write};
use std::marker::PhantomData;

/// A row that can be written to a CSV file.
pub trait CsvWrite {
    /// The columns, in the order written.
    fn columns() -> &'static [&'static str];
    /// Hands over the text of every column, in that order.
    fn each(&self, field: &mut dyn FnMut(&str));
}

/// Writes rows of one kind. Give it a buffered writer.
#[derive(Debug)]
pub struct CsvWriter<W, T> {
    output: W,
    line: Vec<u8>,
    row: PhantomData<T>,
}

impl<W: Write, T: CsvWrite> CsvWriter<W, T> {
    /// Writes the header line.
    ///
    /// # Errors
    /// Writing failed.
    pub fn new(output: W) -> io::Result<Self> {
        let mut writer = Self { output, line: Vec::new(), row: PhantomData };
        for column in T::columns() {
            writer.field(column);
        }
        writer.end_line()?;
        Ok(writer)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Writing failed.
    pub fn write(&mut self, row: &T) -> io::Result<()> {
        row.each(&mut |text| self.field(text));
        self.end_line()
    }

    /// Flushes and gives the writer back.
    ///
    /// # Errors
    /// Writing failed.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }

    fn field(&mut self, text: &str) {
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.line.push(b'"');
            for byte in text.bytes() {
                if byte == b'"' {
                    self.line.push(b'"');
                }
                // The reader takes no line break inside a field, so none is written.
                self.line.push(if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
            }
            self.line.push(b'"');
        } else {
            self.line.extend_from_slice(text.as_bytes());
        }
        self.line.push(b',');
    }

    fn end_line(&mut self) -> io::Result<()> {
        if let Some(last) = self.line.last_mut() {
            *last = b'\n';
        }
        self.output.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}
