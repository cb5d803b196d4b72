//! Reads a claim file: receipts one after another, or the report alone.

use std::io::Read;

use super::build::Builder;
use super::charset;
use super::check::{CheckReport, Checker};
use super::kind::ClaimKind;
use super::lines::{ClaimFileError, Lines};
use super::master::ClaimMaster;
use super::receipt::Receipt;
use super::split::{self, Place, Splitter};

/// What a reader may be told beforehand.
#[derive(Clone, Copy, Default)]
pub struct ReadOptions<'m> {
    /// The kind, when the name of the file tells it; otherwise the head of the file does.
    pub kind: Option<ClaimKind>,
    /// Looks up codes; without one no code is unknown.
    pub master: Option<&'m dyn ClaimMaster>,
}

impl std::fmt::Debug for ReadOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadOptions").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl ReadOptions<'_> {
    /// The kind by the name of a file: `RECEIPTC.UKE`, `RECEIPTD.UKE`, `RECEIPTS.UKE`, `RECEIPTY.CYO` of institutions,
    /// `11_RECODEINFO_MED.CSV` to `14_…` of insurers. None for other names.
    pub fn kind_of_name(name: &str) -> Option<ClaimKind> {
        let name = name.to_ascii_uppercase();
        let starts = [
            ("RECEIPTC", ClaimKind::Medical),
            ("RECEIPTD", ClaimKind::Dpc),
            ("RECEIPTS", ClaimKind::Dental),
            ("RECEIPTY", ClaimKind::Pharmacy),
            ("11_RECODEINFO", ClaimKind::Medical),
            ("12_RECODEINFO", ClaimKind::Dpc),
            ("13_RECODEINFO", ClaimKind::Dental),
            ("14_RECODEINFO", ClaimKind::Pharmacy),
        ];
        starts.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, kind)| kind)
    }
}

/// Reads receipts of any of the four kinds, of either side, in either charset. Holds one line and one receipt at a time.
///
/// ```
/// use wire::claims::{ClaimReader, ReadOptions};
/// # fn load(file: &[u8]) -> Result<(), wire::claims::ClaimFileError> {
/// let mut claims = ClaimReader::new(file, ReadOptions::default())?;
/// while let Some(receipt) = claims.next_receipt()? {
///     // receipt.drug_uses(), receipt.diagnoses; receipt.findings tells what is wrong with it
/// }
/// // claims.report() tells about the file
/// # Ok(()) }
/// ```
pub struct ClaimReader<'m, R> {
    walk: Walk<'m, R>,
    builder: Builder,
}

/// What is held is personal data.
impl<R> std::fmt::Debug for ClaimReader<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimReader").field("records", &self.walk.checker.report().records).finish_non_exhaustive()
    }
}

impl<'m, R: Read> ClaimReader<'m, R> {
    /// Looks at the head of the file.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is no text that is read here.
    pub fn new(input: R, options: ReadOptions<'m>) -> Result<Self, ClaimFileError> {
        Ok(Self { walk: Walk::new(input, options)?, builder: Builder::default() })
    }

    /// The next receipt, with what is wrong with it. `None` at the end of the file.
    ///
    /// # Errors
    /// Only when the file itself cannot be read on.
    pub fn next_receipt(&mut self) -> Result<Option<Receipt>, ClaimFileError> {
        while let Some(step) = self.walk.step(Some(&mut self.builder))? {
            if let Step::Ended(receipt) = step {
                return Ok(Some(*receipt));
            }
        }
        Ok(None)
    }

    /// The report of what was read so far; of the whole file once [`ClaimReader::next_receipt`] gave none.
    pub fn report(&self) -> &CheckReport {
        self.walk.checker.report()
    }
}

/// Checks a whole file without putting receipts together, which is faster.
///
/// # Errors
/// The file cannot be read, is empty, or is no text that is read here.
pub fn check<R: Read>(input: R, options: ReadOptions<'_>) -> Result<CheckReport, ClaimFileError> {
    let mut walk = Walk::new(input, options)?;
    while walk.step(None)?.is_some() {}
    Ok(walk.checker.report().clone())
}

enum Step {
    Went,
    Ended(Box<Receipt>),
}

struct Walk<'m, R> {
    lines: Lines<R>,
    splitter: Splitter,
    checker: Checker<'m>,
    ended: bool,
}

impl<'m, R: Read> Walk<'m, R> {
    fn new(input: R, options: ReadOptions<'m>) -> Result<Self, ClaimFileError> {
        let (lines, head) = Lines::new(input)?;
        let kind = options.kind.unwrap_or_else(|| split::kind_of(&head));
        let charset = charset::detect(&head).unwrap_or_else(|| lines.charset());
        Ok(Self {
            lines,
            splitter: Splitter::new(kind),
            checker: Checker::new(kind, charset, options.master),
            ended: false,
        })
    }

    /// One line further; none at the end.
    fn step(&mut self, mut builder: Option<&mut Builder>) -> Result<Option<Step>, ClaimFileError> {
        if self.ended {
            return Ok(None);
        }
        let kind_before = self.splitter.kind();
        let (record, side) = match self.lines.next_record()? {
            Some(Ok(found)) => found,
            Some(Err(aside)) => {
                self.splitter.lost(aside.tag);
                self.checker.aside(aside);
                if let Some(builder) = builder {
                    builder.aside(aside.line);
                }
                return Ok(Some(Step::Went));
            }
            None => {
                self.ended = true;
                let findings = self.checker.end_receipt();
                self.checker.end_file(self.lines.charset(), self.lines.facts);
                let receipt = builder.and_then(|builder| builder.end(kind_before, findings));
                return Ok(Some(receipt.map_or(Step::Went, |receipt| Step::Ended(Box::new(receipt)))));
            }
        };
        let was_open = self.splitter.is_open();
        let place = self.splitter.place(&record, side);
        let kind = self.splitter.kind();
        let mut ended = None;
        if was_open && matches!(place, Place::Opens | Place::OpensHeadless | Place::Head | Place::Total) {
            let findings = self.checker.end_receipt();
            ended = builder.as_mut().and_then(|builder| builder.end(kind_before, findings));
        }
        let taken = self.checker.record(&record, side, kind, place);
        if let Some(builder) = &mut builder {
            if matches!(place, Place::Opens | Place::OpensHeadless) {
                builder.open(record.line_number(), side, kind, place);
            }
            if taken {
                builder.record(&record, kind, place);
            } else {
                builder.aside(record.line_number());
            }
        }
        if place == Place::Last {
            let findings = self.checker.end_receipt();
            ended = builder.and_then(|builder| builder.end(kind, findings));
        }
        Ok(Some(ended.map_or(Step::Went, |receipt| Step::Ended(Box::new(receipt)))))
    }
}
