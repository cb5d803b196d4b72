//! Reads an archive, or a single report, person by person, and keeps count.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use domain::Checkup;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::archive::Archive;
use super::document;
use super::fault::{CheckupFault, FaultCode, FaultScope};
use super::index::{self, CheckupIndex};
use super::tree::{Fail, Tree};
use crate::limits;
use crate::oqs::{EncodingPolicy, choose_encoding};

/// What came of the file of one person.
#[derive(Debug)]
pub struct CheckupFile {
    /// Name of the file, with its folders when it lies in an archive.
    pub file: String,
    /// The report; none when the person is set aside.
    pub checkup: Option<Checkup>,
    /// What is wrong, in the order of the file, at most [`limits::CHECKUP_MAX_FAULTS_PER_PERSON`]. Without a report the
    /// first says why.
    pub faults: Vec<CheckupFault>,
    /// Faults that were found, told or not.
    pub faults_total: u64,
    /// Items that were set aside.
    pub items_set_aside: u64,
}

/// What came of a whole file. Nothing in it tells who anybody is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupReport {
    /// The file.
    pub file: String,
    /// What the index says.
    pub index: Option<CheckupIndex>,
    /// Reports found, one a person.
    pub people: u64,
    /// Reports taken.
    pub accepted: u64,
    /// Reports set aside.
    pub set_aside: u64,
    /// Items of the reports taken.
    pub items: u64,
    /// Items set aside of the reports taken.
    pub items_set_aside: u64,
    /// Files that are no reports: claims, 保健指導, schemas, folders.
    pub other_files: u64,
    /// All faults, listed or not.
    pub faults_total: u64,
    /// The first faults, at most [`limits::CHECKUP_REPORT_MAX_FAULTS`].
    pub faults: Vec<CheckupFault>,
}

impl CheckupReport {
    /// Whether everybody and every item was taken.
    pub const fn is_clean(&self) -> bool {
        self.set_aside == 0 && self.items_set_aside == 0
    }

    fn tell(&mut self, fault: CheckupFault) {
        self.faults_total += 1;
        if self.faults.len() < limits::CHECKUP_REPORT_MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}

enum Source<R> {
    Archive(Box<Archive<R>>),
    Single(Option<Vec<u8>>),
}

/// Reads reports one after another. One report is in memory at a time, beside the archive's directory and a mark of 16 bytes
/// for each person, by which the same report in two files is noticed.
pub struct CheckupReader<R> {
    source: Source<R>,
    next: usize,
    bytes: Vec<u8>,
    known: HashMap<[u8; 16], usize>,
    report: CheckupReport,
}

impl<R: Read + Seek> CheckupReader<R> {
    /// Opens an archive or a single report; `name` is what faults call the file.
    ///
    /// # Errors
    /// Nothing of the file can be taken.
    pub fn open(mut input: R, name: &str) -> Result<Self, Box<CheckupFault>> {
        let fail = |code| Box::new(CheckupFault::new(code, FaultScope::Archive, name, String::new(), 0));
        let io = |_| fail(FaultCode::Io);
        input.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut start = Vec::new();
        input.by_ref().take(4).read_to_end(&mut start).map_err(io)?;
        input.seek(SeekFrom::Start(0)).map_err(io)?;
        let source = if start.starts_with(b"PK") {
            Source::Archive(Box::new(Archive::open(input).map_err(fail)?))
        } else if start.is_empty() {
            return Err(fail(FaultCode::EmptyFile));
        } else if start.starts_with(b"<") || start.starts_with(b"\xEF\xBB\xBF<") || start.trim_ascii_start().is_empty()
        {
            let mut bytes = Vec::new();
            input.take(limits::CHECKUP_FILE_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
            if bytes.len() as u64 > limits::CHECKUP_FILE_MAX_BYTES {
                return Err(fail(FaultCode::FileTooLarge));
            }
            Source::Single(Some(bytes))
        } else {
            return Err(fail(FaultCode::NotAnArchive));
        };
        let mut reader = Self {
            source,
            next: 0,
            bytes: Vec::new(),
            known: HashMap::new(),
            report: CheckupReport { file: name.to_owned(), ..CheckupReport::default() },
        };
        reader.read_index();
        Ok(reader)
    }

    /// The next report; none at the end.
    pub fn next_file(&mut self) -> Option<CheckupFile> {
        let place = self.next;
        let (file, read) = match &mut self.source {
            Source::Single(bytes) => (self.report.file.clone(), read_bytes(&bytes.take()?)),
            Source::Archive(archive) => {
                let found = (place..archive.entries().len())
                    .find(|at| Role::of(&archive.entries()[*at].name) == Role::Person)?;
                self.report.other_files += (found - place) as u64;
                self.next = found + 1;
                let name = archive.entries()[found].name.clone();
                let mut bytes = std::mem::take(&mut self.bytes);
                let read = match archive.unpack(found, &mut bytes) {
                    Ok(()) => read_bytes(&bytes),
                    Err(code) => ReadFile::refused(code),
                };
                self.bytes = bytes;
                (name, read)
            }
        };
        let mut done = read.into_file(file);
        self.refuse_known(&mut done, place);
        self.count(&done);
        Some(done)
    }

    /// What came of everything read so far; of the whole file when [`Self::next_file`] has given none.
    pub fn finish(mut self) -> CheckupReport {
        if let Source::Archive(archive) = &self.source {
            let rest = archive.entries().iter().skip(self.next).filter(|entry| Role::of(&entry.name) != Role::Person);
            self.report.other_files += rest.count() as u64;
            let claims = archive.entries().iter().filter(|entry| Role::of(&entry.name) == Role::Claim).count() as u64;
            let people = self.report.people;
            let records = self.report.index.as_ref().map(|index| index.records);
            if people == 0 {
                self.report.tell(CheckupFault::of_file(FaultCode::NoPeople, ""));
            } else if records.is_some_and(|records| records != people && records != people + claims) {
                self.report.tell(CheckupFault::of_file(FaultCode::RecordCount, ""));
            }
        }
        self.report
    }

    fn read_index(&mut self) {
        let Source::Archive(archive) = &mut self.source else { return };
        let Some(place) = archive.entries().iter().position(|entry| Role::of(&entry.name) == Role::Index) else {
            self.report.tell(CheckupFault::of_file(FaultCode::IndexMissing, ""));
            return;
        };
        let name = archive.entries()[place].name.clone();
        let mut bytes = Vec::new();
        let unpacked = archive.unpack(place, &mut bytes).is_ok();
        let text = if unpacked { decode(&bytes).ok() } else { None };
        let read = text.as_deref().and_then(|text| index::read(&Tree::read(text).ok()?).ok());
        if read.is_none() {
            self.report.tell(CheckupFault::of_file(FaultCode::IndexUnreadable, &name));
        }
        self.report.index = read;
    }

    /// Sets a report aside that stood in an earlier file.
    fn refuse_known(&mut self, done: &mut CheckupFile, place: usize) {
        let Some(checkup) = &done.checkup else { return };
        if *self.known.entry(mark(checkup)).or_insert(place) != place {
            *done = ReadFile::refused(FaultCode::DuplicatePerson).into_file(std::mem::take(&mut done.file));
        }
    }

    fn count(&mut self, done: &CheckupFile) {
        self.report.people += 1;
        match &done.checkup {
            Some(checkup) => {
                self.report.accepted += 1;
                self.report.items += checkup.items.len() as u64;
                self.report.items_set_aside += done.items_set_aside;
            }
            None => self.report.set_aside += 1,
        }
        for fault in &done.faults {
            self.report.tell(fault.clone());
        }
        self.report.faults_total += done.faults_total - done.faults.len() as u64;
    }
}

/// Which person, day and kind of report this is. Twins who share all numbers differ by name.
fn mark(checkup: &Checkup) -> [u8; 16] {
    let patient = &checkup.patient;
    let mut hash = Sha256::new();
    hash.update(patient.card_key().hash());
    hash.update(patient.insured_branch_number.as_ref().map_or("", |branch| branch.as_str()));
    for text in [
        domain::date::format(patient.birthdate).as_str(),
        patient.sex.code(),
        domain::text::canonical_kana(&patient.name_kana).as_str(),
        domain::date::format(checkup.date).as_str(),
        checkup.institution.code.as_str(),
        checkup.report_kind.as_str(),
        checkup.program.as_str(),
    ] {
        hash.update([0]);
        hash.update(text);
    }
    let mut mark = [0; 16];
    mark.copy_from_slice(&hash.finalize()[..16]);
    mark
}

/// What a file of an archive is, by its name: `DATA/h…xml` and so on, in any folder, in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Person,
    Claim,
    Index,
    Other,
}

impl Role {
    fn of(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let mut steps = lower.rsplit('/');
        let (file, folder) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
        if file.rsplit_once('.').is_none_or(|(_, extension)| extension != "xml") {
            return Self::Other;
        }
        let numbered =
            |letter: char| file.strip_prefix(letter).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        match folder {
            "claims" => Self::Claim,
            "data" if file.starts_with('g') => Self::Other,
            "data" => Self::Person,
            _ if numbered('h') => Self::Person,
            _ if file.starts_with("ix") || file == "index.xml" => Self::Index,
            _ => Self::Other,
        }
    }
}

/// A file that was read: the report with what is wrong in it, or why there is none.
struct ReadFile {
    checkup: Option<Checkup>,
    /// Code, scope, path, line.
    faults: Vec<(FaultCode, FaultScope, String, u64)>,
    faults_total: u64,
    items_set_aside: u64,
}

impl ReadFile {
    fn refused(code: FaultCode) -> Self {
        Self {
            checkup: None,
            faults: vec![(code, FaultScope::Person, String::new(), 0)],
            faults_total: 1,
            items_set_aside: 0,
        }
    }

    fn into_file(self, file: String) -> CheckupFile {
        let tell = |(code, scope, path, line)| CheckupFault::new(code, scope, &file, path, line);
        CheckupFile {
            checkup: self.checkup,
            faults: self.faults.into_iter().map(tell).collect(),
            faults_total: self.faults_total,
            items_set_aside: self.items_set_aside,
            file,
        }
    }
}

/// Reads the bytes of one report.
fn read_bytes(bytes: &[u8]) -> ReadFile {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(code) => return ReadFile::refused(code),
    };
    let (tree, broken) = match Tree::read(&text) {
        Ok(tree) => (tree, None),
        Err((code, tree)) => (tree, Some(code)),
    };
    let mut faults = Vec::new();
    let read = match (broken, tree.last()) {
        (Some(code), Some(last)) => Err(Fail::at(code, last)),
        (Some(code), None) => return ReadFile::refused(code),
        (None, _) => document::read(&tree, &mut faults),
    };
    let place = |fail: &Fail, scope| {
        let path = format!("{}{}", tree.path(fail.node), fail.below);
        (fail.code, scope, path, tree.line(fail.node))
    };
    match read {
        Err(fail) => ReadFile {
            checkup: None,
            faults: vec![place(&fail, FaultScope::Person)],
            faults_total: 1,
            items_set_aside: 0,
        },
        Ok(checkup) => {
            // Whatever is wrong inside an item, such as a text that is too long, costs the item alone.
            let cost = |fail: &Fail| fail.code.scope().max(FaultScope::Item);
            let told = faults.iter().take(limits::CHECKUP_MAX_FAULTS_PER_PERSON);
            ReadFile {
                checkup: Some(checkup),
                faults: told.map(|fail| place(fail, cost(fail))).collect(),
                faults_total: faults.len() as u64,
                items_set_aside: faults.iter().filter(|fail| cost(fail) == FaultScope::Item).count() as u64,
            }
        }
    }
}

/// The characters of a report. V08 is UTF-8; Shift_JIS is read where a file declares it.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FaultCode> {
    if bytes.is_empty() {
        return Err(FaultCode::EmptyFile);
    }
    let encoding = choose_encoding(bytes, EncodingPolicy::Declared).map_err(|_| FaultCode::Encoding)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match encoding {
        crate::oqs::Encoding::Utf8 => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| FaultCode::Undecodable)?),
        crate::oqs::Encoding::ShiftJis => encoding_rs::SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(FaultCode::Undecodable)?,
    };
    if has_control(text.as_bytes()) { Err(FaultCode::ControlCharacter) } else { Ok(text) }
}

/// Whether a control character stands there that XML does not allow. In pieces without an early way out, so that the machine can
/// look at many bytes at once.
fn has_control(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| byte < 0x20 && byte != b'\t' && byte != b'\r' && byte != b'\n';
    bytes.chunks(256).any(|piece| piece.iter().fold(false, |found, byte| found | is_control(*byte)))
}
