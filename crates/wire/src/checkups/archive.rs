//! ZIP, as far as an archive of checkups needs it: the directory at the end, files stored or deflated, ZIP64 because 100,000
//! people are more files than the old form can count. Why there is no crate for it: docs/decisions/0029.
//!
//! Everything that the directory claims is checked before anything is unpacked, and again while it is: sizes, checksums,
//! names, overlaps. A file that cannot be trusted is refused by itself; overlapping files refuse the archive, because no
//! honest program makes them.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::fault::FaultCode;
use crate::limits;

const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
const END_SIGNATURE: u32 = 0x0605_4b50;
const END64_SIGNATURE: u32 = 0x0606_4b50;
const END64_LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END64_BYTES: usize = 56;
const END64_LOCATOR_BYTES: usize = 20;
/// The end record may carry a comment of this many bytes.
const COMMENT_MAX_BYTES: usize = 65_535;
const BUFFER_BYTES: usize = 256 * 1024;

const FLAG_ENCRYPTED: u16 = 1;
const FLAG_STRONG_ENCRYPTION: u16 = 1 << 6;
const FLAG_UTF8: u16 = 1 << 11;
const METHOD_STORED: u16 = 0;
const METHOD_DEFLATED: u16 = 8;
const METHOD_AES: u16 = 99;
/// File type bits of a Unix mode, and the one of a link.
const MODE_TYPE: u32 = 0o170_000;
const MODE_LINK: u32 = 0o120_000;
const SYSTEM_UNIX: u8 = 3;

/// One file of an archive.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name with `/` between folders. Where it cannot be shown, `?` stands for what cannot.
    pub(super) name: String,
    /// Why it must not be opened.
    pub(super) fault: Option<FaultCode>,
    method: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    /// Where its own header begins.
    at: u64,
}

/// An archive whose directory was read.
pub(super) struct Archive<R> {
    input: BufReader<R>,
    /// Where the buffered input stands.
    at: u64,
    directory_at: u64,
    entries: Vec<Entry>,
    inflate: Decompress,
    raw: Vec<u8>,
}

/// Little-endian numbers in a piece of bytes; zero beyond its end.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn number(self, at: usize, bytes: usize) -> u64 {
        self.0.get(at..at + bytes).unwrap_or_default().iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    fn u16(self, at: usize) -> u16 {
        u16::try_from(self.number(at, 2)).unwrap_or(0)
    }

    fn u32(self, at: usize) -> u32 {
        u32::try_from(self.number(at, 4)).unwrap_or(0)
    }

    fn u64(self, at: usize) -> u64 {
        self.number(at, 8)
    }

    fn len(self, at: usize) -> usize {
        usize::from(self.u16(at))
    }
}

/// Where the directory lies.
struct Directory {
    at: u64,
    bytes: u64,
    count: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory.
    pub(super) fn open(mut input: R) -> Result<Self, FaultCode> {
        let length = input.seek(SeekFrom::End(0)).map_err(|_| FaultCode::Io)?;
        if length > limits::CHECKUP_ARCHIVE_MAX_BYTES {
            return Err(FaultCode::ArchiveTooLarge);
        }
        let directory = find_directory(&mut input, length)?;
        if directory.count > limits::CHECKUP_ARCHIVE_MAX_ENTRIES
            || directory.bytes > limits::CHECKUP_DIRECTORY_MAX_BYTES
        {
            return Err(FaultCode::ArchiveTooLarge);
        }
        let bytes = read_at(&mut input, directory.at, directory.bytes)?;
        let entries = read_entries(&bytes, directory.count)?;
        check_together(&entries, directory.at)?;
        input.seek(SeekFrom::Start(0)).map_err(|_| FaultCode::Io)?;
        Ok(Self {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            at: 0,
            directory_at: directory.at,
            entries,
            inflate: Decompress::new(false),
            raw: Vec::new(),
        })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Unpacks one file into `into`, which is emptied before.
    pub(super) fn unpack(&mut self, place: usize, into: &mut Vec<u8>) -> Result<(), FaultCode> {
        into.clear();
        let entry = &self.entries[place];
        if let Some(fault) = entry.fault {
            return Err(fault);
        }
        let (at, method, crc) = (entry.at, entry.method, entry.crc);
        // Both are below the limit of a file, or the entry would carry a fault.
        let packed = usize::try_from(entry.packed).map_err(|_| FaultCode::FileTooLarge)?;
        let unpacked = usize::try_from(entry.unpacked).map_err(|_| FaultCode::FileTooLarge)?;
        let mut header = [0; LOCAL_BYTES];
        self.read_exact_at(at, &mut header)?;
        let fields = Fields(&header);
        if fields.u32(0) != LOCAL_SIGNATURE || fields.u16(8) != method {
            return Err(FaultCode::Damaged);
        }
        let data_at = at + (LOCAL_BYTES + fields.len(26) + fields.len(28)) as u64;
        if data_at + packed as u64 > self.directory_at {
            return Err(FaultCode::Damaged);
        }
        let mut raw = std::mem::take(&mut self.raw);
        raw.resize(packed, 0);
        let read = self.read_exact_at(data_at, &mut raw);
        let done = read.and_then(|()| match method {
            METHOD_STORED => {
                into.extend_from_slice(&raw);
                Ok(())
            }
            _ => inflate(&mut self.inflate, &raw, unpacked, into),
        });
        self.raw = raw;
        done?;
        let mut sum = Crc::new();
        sum.update(into);
        if into.len() != unpacked || sum.sum() != crc {
            return Err(FaultCode::Damaged);
        }
        Ok(())
    }

    fn read_exact_at(&mut self, at: u64, into: &mut [u8]) -> Result<(), FaultCode> {
        // Files stand one behind the other, so most steps stay within the buffer.
        let step = i64::try_from(at).unwrap_or(0) - i64::try_from(self.at).unwrap_or(0);
        self.input.seek_relative(step).map_err(|_| FaultCode::Io)?;
        self.at = at;
        self.input.read_exact(into).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FaultCode::Damaged,
            _ => FaultCode::Io,
        })?;
        self.at += into.len() as u64;
        Ok(())
    }
}

/// Unpacks exactly `unpacked` bytes from all of `raw`; anything else is damage.
fn inflate(inflate: &mut Decompress, raw: &[u8], unpacked: usize, into: &mut Vec<u8>) -> Result<(), FaultCode> {
    inflate.reset(false);
    // One byte more than claimed, so that too much is noticed.
    into.reserve(unpacked + 1);
    loop {
        let used = usize::try_from(inflate.total_in()).map_err(|_| FaultCode::Damaged)?;
        let rest = raw.get(used..).unwrap_or_default();
        let status = inflate.decompress_vec(rest, into, FlushDecompress::Finish).map_err(|_| FaultCode::Damaged)?;
        if into.len() > unpacked {
            return Err(FaultCode::ZipBomb);
        }
        match status {
            Status::StreamEnd if inflate.total_in() == raw.len() as u64 => return Ok(()),
            Status::Ok if usize::try_from(inflate.total_in()).is_ok_and(|now| now > used) => {}
            Status::StreamEnd | Status::Ok | Status::BufError => return Err(FaultCode::Damaged),
        }
    }
}

fn read_at(input: &mut (impl Read + Seek), at: u64, bytes: u64) -> Result<Vec<u8>, FaultCode> {
    input.seek(SeekFrom::Start(at)).map_err(|_| FaultCode::Io)?;
    let mut read = Vec::new();
    input.take(bytes).read_to_end(&mut read).map_err(|_| FaultCode::Io)?;
    if read.len() as u64 == bytes { Ok(read) } else { Err(FaultCode::ArchiveTruncated) }
}

fn find_directory(input: &mut (impl Read + Seek), length: u64) -> Result<Directory, FaultCode> {
    let tail_bytes = length.min((END_BYTES + COMMENT_MAX_BYTES) as u64);
    let tail = read_at(input, length - tail_bytes, tail_bytes)?;
    // From the back: a comment may hold what looks like the record, never the other way round.
    let found = (0..(tail.len() + 1).saturating_sub(END_BYTES)).rev().find(|at| {
        let record = Fields(&tail[*at..]);
        record.u32(0) == END_SIGNATURE && record.len(20) + END_BYTES == tail.len() - at
    });
    let found = found.ok_or(FaultCode::ArchiveTruncated)?;
    let end = Fields(&tail[found..]);
    let end_at = length - tail_bytes + found as u64;
    let is_wide = end.u16(10) == u16::MAX || end.u32(12) == u32::MAX || end.u32(16) == u32::MAX;
    let (directory, ends_at) = if is_wide {
        find_wide_directory(input, end_at)?
    } else {
        if end.u16(4) != 0 || end.u16(6) != 0 || end.u16(8) != end.u16(10) {
            return Err(FaultCode::ArchiveSplit);
        }
        let plain =
            Directory { at: u64::from(end.u32(16)), bytes: u64::from(end.u32(12)), count: u64::from(end.u16(10)) };
        (plain, end_at)
    };
    // Exactly before the end record: bytes in between, or in front of the archive, shift every offset.
    if directory.at.checked_add(directory.bytes) != Some(ends_at) {
        return Err(FaultCode::ArchiveTruncated);
    }
    Ok(directory)
}

/// The directory of a ZIP64 archive, and where its end record begins.
fn find_wide_directory(input: &mut (impl Read + Seek), end_at: u64) -> Result<(Directory, u64), FaultCode> {
    let locator_at = end_at.checked_sub(END64_LOCATOR_BYTES as u64).ok_or(FaultCode::ArchiveTruncated)?;
    let locator = read_at(input, locator_at, END64_LOCATOR_BYTES as u64)?;
    let locator = Fields(&locator);
    if locator.u32(0) != END64_LOCATOR_SIGNATURE {
        return Err(FaultCode::ArchiveTruncated);
    }
    if locator.u32(4) != 0 || locator.u32(16) > 1 {
        return Err(FaultCode::ArchiveSplit);
    }
    let record_at = locator.u64(8);
    if record_at.checked_add(END64_BYTES as u64).is_none_or(|end| end > locator_at) {
        return Err(FaultCode::ArchiveTruncated);
    }
    let record = read_at(input, record_at, END64_BYTES as u64)?;
    let record = Fields(&record);
    if record.u32(0) != END64_SIGNATURE {
        return Err(FaultCode::ArchiveTruncated);
    }
    if record.u32(16) != 0 || record.u32(20) != 0 || record.u64(24) != record.u64(32) {
        return Err(FaultCode::ArchiveSplit);
    }
    Ok((Directory { at: record.u64(48), bytes: record.u64(40), count: record.u64(32) }, record_at))
}

fn read_entries(mut bytes: &[u8], count: u64) -> Result<Vec<Entry>, FaultCode> {
    let mut entries = Vec::new();
    let mut names = HashSet::new();
    while !bytes.is_empty() {
        let fields = Fields(bytes);
        if bytes.len() < CENTRAL_BYTES || fields.u32(0) != CENTRAL_SIGNATURE {
            return Err(FaultCode::ArchiveTruncated);
        }
        let (name_bytes, extra_bytes) = (fields.len(28), fields.len(30));
        let end = CENTRAL_BYTES + name_bytes + extra_bytes + fields.len(32);
        let whole = bytes.get(..end).ok_or(FaultCode::ArchiveTruncated)?;
        let mut entry = read_entry(whole, name_bytes, extra_bytes)?;
        // Names differ in case only on some machines; on the others one would hide the other.
        if !names.insert(entry.name.to_ascii_lowercase()) {
            entry.fault = entry.fault.or(Some(FaultCode::DuplicateName));
        }
        entries.push(entry);
        if entries.len() as u64 > count {
            return Err(FaultCode::ArchiveTruncated);
        }
        bytes = &bytes[end..];
    }
    if entries.len() as u64 == count { Ok(entries) } else { Err(FaultCode::ArchiveTruncated) }
}

fn read_entry(whole: &[u8], name_bytes: usize, extra_bytes: usize) -> Result<Entry, FaultCode> {
    let fields = Fields(whole);
    let (flags, method) = (fields.u16(8), fields.u16(10));
    let raw_name = &whole[CENTRAL_BYTES..CENTRAL_BYTES + name_bytes];
    let extra = &whole[CENTRAL_BYTES + name_bytes..CENTRAL_BYTES + name_bytes + extra_bytes];
    let mut wide = wide_fields(extra);
    let mut widened = |narrow: u32| {
        if narrow == u32::MAX { wide.next().ok_or(FaultCode::ArchiveTruncated) } else { Ok(u64::from(narrow)) }
    };
    let unpacked = widened(fields.u32(24))?;
    let packed = widened(fields.u32(20))?;
    let at = widened(fields.u32(42))?;
    let (name, name_fault) = read_name(raw_name, flags & FLAG_UTF8 != 0);
    let is_link = fields.u16(4).to_be_bytes()[0] == SYSTEM_UNIX && fields.u32(38) >> 16 & MODE_TYPE == MODE_LINK;
    let fault = if name_fault.is_some() {
        name_fault
    } else if is_link {
        Some(FaultCode::Link)
    } else if flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION) != 0 || method == METHOD_AES {
        Some(FaultCode::Encrypted)
    } else if method != METHOD_STORED && method != METHOD_DEFLATED {
        Some(FaultCode::Method)
    } else if unpacked > limits::CHECKUP_RATIO_FROM_BYTES && unpacked / limits::CHECKUP_MAX_RATIO > packed {
        Some(FaultCode::ZipBomb)
    } else if unpacked > limits::CHECKUP_FILE_MAX_BYTES || packed > limits::CHECKUP_FILE_MAX_BYTES {
        Some(FaultCode::FileTooLarge)
    } else if method == METHOD_STORED && packed != unpacked {
        Some(FaultCode::Damaged)
    } else {
        None
    };
    Ok(Entry { name, fault, method, crc: fields.u32(16), packed, unpacked, at })
}

/// The 64-bit numbers of the ZIP64 extra field, in their order.
fn wide_fields(mut extra: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let mut found: &[u8] = &[];
    while extra.len() >= 4 {
        let (id, bytes) = (Fields(extra).u16(0), Fields(extra).len(2));
        let body = extra.get(4..4 + bytes).unwrap_or_default();
        if id == 1 {
            found = body;
            break;
        }
        extra = extra.get(4 + bytes..).unwrap_or_default();
    }
    found.chunks_exact(8).map(|number| Fields(number).u64(0))
}

/// A name as text, and what is wrong with it. Names that are not marked as UTF-8 are read as such all the same when they
/// fit, else as Shift_JIS, which Windows programs in Japan write.
fn read_name(raw: &[u8], is_utf8: bool) -> (String, Option<FaultCode>) {
    let decoded = match std::str::from_utf8(raw) {
        Ok(name) => Some(name.to_owned()),
        Err(_) if is_utf8 => None,
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw).map(Into::into),
    };
    let Some(name) = decoded else {
        let shown: String =
            raw.iter().take(limits::CHECKUP_MAX_FILE_NAME_BYTES).map(|byte| printable(char::from(*byte))).collect();
        return (shown, Some(FaultCode::UnsafeName));
    };
    let leads_out = name.starts_with('/')
        || name.contains('\\')
        || name.contains(':')
        || name.chars().any(char::is_control)
        || name.split('/').any(|step| step == "..")
        || name.len() > limits::CHECKUP_MAX_FILE_NAME_BYTES
        || name.is_empty();
    if leads_out {
        let shown: String = name.chars().take(limits::CHECKUP_MAX_FILE_NAME_BYTES).map(printable).collect();
        return (shown, Some(FaultCode::UnsafeName));
    }
    (name, None)
}

fn printable(c: char) -> char {
    if c.is_control() || !(' '..='\u{FFFD}').contains(&c) { '?' } else { c }
}

/// What concerns all files at once: what they unpack to, and whether they share bytes.
fn check_together(entries: &[Entry], directory_at: u64) -> Result<(), FaultCode> {
    let total = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.unpacked));
    if total > limits::CHECKUP_UNPACKED_MAX_BYTES {
        return Err(FaultCode::ArchiveTooLarge);
    }
    let mut spans: Vec<(u64, u64)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let end = entry.at.checked_add(LOCAL_BYTES as u64).and_then(|end| end.checked_add(entry.packed));
        match end {
            Some(end) if end <= directory_at => spans.push((entry.at, end)),
            _ => return Err(FaultCode::ArchiveTruncated),
        }
    }
    spans.sort_unstable();
    if spans.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        return Err(FaultCode::ArchiveOverlap);
    }
    Ok(())
}
