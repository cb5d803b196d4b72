//! Reads a message of many people one by one, holding one at a time.

use std::io::Read;

use super::error::{OqsError, OqsErrorCode, Warning};
use super::message::{MessageHeader, Unit};
use super::read::{BODY, HEADER, ROOT, read_group};
use super::source::{Encoding, EncodingPolicy};
use super::xml::Xml;
use crate::limits;

/// One person of a bulk message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkItem<U> {
    /// Read.
    Good(U),
    /// Not well made, but well-formed: the others are not touched by it.
    Bad {
        /// What is wrong, and where.
        error: OqsError,
        /// What was read before the fault, so that the answer can give it back.
        partial: U,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Outside,
    Body,
    Done,
}

/// Reads the people of a bulk message (005, 008, 009, 012), at most 128 MiB and 100,000 people.
///
/// ```
/// use wire::api::SearchInfo;
/// use wire::oqs::{BulkItem, BulkReader, EncodingPolicy};
/// # fn load(file: &[u8]) -> Result<(), wire::oqs::OqsError> {
/// let mut questions = BulkReader::<_, SearchInfo>::new(file, EncodingPolicy::Declared)?;
/// while let Some(item) = questions.next_unit()? {
///     match item {
///         BulkItem::Good(search) => { /* ask */ }
///         BulkItem::Bad { error, partial } => { /* answer with the error */ }
///     }
/// }
/// let header = questions.into_header()?;
/// # Ok(()) }
/// ```
pub struct BulkReader<R: Read, U> {
    xml: Xml<R>,
    stage: Stage,
    header: Option<MessageHeader>,
    body_seen: bool,
    units: usize,
    unit: std::marker::PhantomData<U>,
}

impl<R: Read, U: Unit> BulkReader<R, U> {
    /// Opens the message.
    ///
    /// # Errors
    /// It is not an `XmlMsg` in an accepted encoding.
    pub fn new(input: R, policy: EncodingPolicy) -> Result<Self, OqsError> {
        let mut xml = Xml::new(input, policy, limits::OQS_BULK_MAX_BYTES)?;
        xml.root(ROOT)?;
        Ok(Self {
            xml,
            stage: Stage::Outside,
            header: None,
            body_seen: false,
            units: 0,
            unit: std::marker::PhantomData,
        })
    }

    /// The next person, in the order of the file; none after the last.
    ///
    /// # Errors
    /// A fault of the whole file. Nothing can be read after it.
    pub fn next_unit(&mut self) -> Result<Option<BulkItem<U>>, OqsError> {
        let next = self.advance();
        if next.is_err() {
            self.stage = Stage::Done;
        }
        next
    }

    /// The header, as soon as it was read. It stands before the people in every real file, but need not.
    pub const fn header(&self) -> Option<&MessageHeader> {
        self.header.as_ref()
    }

    /// The header, after the last person.
    ///
    /// # Errors
    /// There was none.
    pub fn into_header(self) -> Result<MessageHeader, OqsError> {
        let missing = self.xml.missing(&format!("{ROOT}/{HEADER}"));
        self.header.ok_or(missing)
    }

    /// How many people were read, good and bad.
    pub const fn units_read(&self) -> usize {
        self.units
    }

    /// The encoding of the file.
    pub fn encoding(&mut self) -> Encoding {
        self.xml.encoding()
    }

    /// What was left aside so far: the first hundred, and how much in all.
    pub fn take_warnings(&mut self) -> (Vec<Warning>, u64) {
        self.xml.take_warnings()
    }

    fn advance(&mut self) -> Result<Option<BulkItem<U>>, OqsError> {
        loop {
            match self.stage {
                Stage::Done => return Ok(None),
                Stage::Outside => self.enter()?,
                Stage::Body => {
                    self.xml.begin_record();
                    if !self.xml.child()? {
                        self.stage = Stage::Outside;
                    } else if self.xml.name() == U::ELEMENT {
                        return self.unit().map(Some);
                    } else {
                        self.xml.skip_unknown()?;
                    }
                }
            }
        }
    }

    /// Reads on to the body, taking the header on the way.
    fn enter(&mut self) -> Result<(), OqsError> {
        self.xml.begin_record();
        if !self.xml.child()? {
            self.xml.end()?;
            self.stage = Stage::Done;
            if self.header.is_none() {
                return Err(self.xml.missing(&format!("{ROOT}/{HEADER}")));
            }
            if !self.body_seen {
                return Err(self.xml.missing(&format!("{ROOT}/{BODY}")));
            }
            return Ok(());
        }
        match self.xml.name() {
            HEADER if self.header.is_none() => {
                let mut header = MessageHeader::default();
                read_group(&mut self.xml, &mut header)?;
                self.header = Some(header);
            }
            BODY if !self.body_seen => {
                self.body_seen = true;
                self.stage = Stage::Body;
            }
            HEADER | BODY => return Err(self.xml.error(OqsErrorCode::DuplicateElement)),
            _ => self.xml.skip_unknown()?,
        }
        Ok(())
    }

    fn unit(&mut self) -> Result<BulkItem<U>, OqsError> {
        if self.units >= limits::BULK_MAX_UNITS {
            return Err(self.xml.error(OqsErrorCode::TooManyUnits));
        }
        self.units += 1;
        let outside = self.xml.depth() - 1;
        let mut unit = U::default();
        match read_group(&mut self.xml, &mut unit) {
            Ok(_) => Ok(BulkItem::Good(unit)),
            Err(error) if error.code.spares_the_file() => {
                self.xml.close_down_to(outside)?;
                Ok(BulkItem::Bad { error, partial: unit })
            }
            Err(error) => Err(error),
        }
    }
}

/// Reads only the header of a bulk message: the first pass over a file whose header may stand behind the people.
///
/// # Errors
/// The message cannot be read as far as its header, or has none.
pub fn read_bulk_header(input: impl Read, policy: EncodingPolicy) -> Result<(MessageHeader, Encoding), OqsError> {
    let mut xml = Xml::new(input, policy, limits::OQS_BULK_MAX_BYTES)?;
    xml.root(ROOT)?;
    loop {
        xml.begin_record();
        if !xml.child()? {
            return Err(xml.missing(&format!("{ROOT}/{HEADER}")));
        }
        if xml.name() == HEADER {
            let mut header = MessageHeader::default();
            read_group(&mut xml, &mut header)?;
            return Ok((header, xml.encoding()));
        }
        let outside = xml.depth() - 1;
        xml.close_down_to(outside)?;
    }
}

/// The names of people are in the buffers.
impl<R: Read, U> std::fmt::Debug for BulkReader<R, U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkReader").field("stage", &self.stage).field("units", &self.units).finish_non_exhaustive()
    }
}
