//! What a claim file holds, before it is sent.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use domain::MedicalInstitutionCode;
use wire::claims::{CheckReport, ClaimFileError, ClaimReader, ReadOptions, SetAside};

use crate::limits;

/// A claim that the center will set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAsideClaim {
    /// Its first line in the file.
    pub line: u64,
    /// レセプト番号.
    pub number: Option<u32>,
    /// Why.
    pub why: SetAside,
}

/// Why a file is not sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotToSend {
    /// There is no claim in it.
    NoClaims,
    /// It begins with claims of another institution, or of the insurer's side.
    First(SetAside),
    /// The center would set all of its claims aside.
    NothingGood,
}

impl NotToSend {
    /// What is wrong and what to do, in Japanese.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoClaims => "ファイルにレセプトがありません。レセコンで作り直してください。",
            Self::First(why) => why.message(),
            Self::NothingGood => "送れるレセプトが1件もありません。下の点検結果を見て、レセコンで作り直してください。",
        }
    }

    /// The same in English.
    pub const fn message_en(self) -> &'static str {
        match self {
            Self::NoClaims => "There is no claim in the file. Make it again.",
            Self::First(why) => why.message_en(),
            Self::NothingGood => "None of its claims can be sent. See the report and make the file again.",
        }
    }
}

/// A file that was read to its end.
#[derive(Debug)]
pub struct Inspected {
    /// What the check found.
    pub report: CheckReport,
    /// Length, in bytes.
    pub bytes: u64,
    /// SHA-256.
    pub digest: [u8; 32],
    /// Claims in it.
    pub claims: u64,
    /// How many the center will set aside.
    pub set_aside_count: u64,
    /// The first of those, at most [`limits::CLAIMS_SET_ASIDE_LISTED_MAX`].
    pub set_aside: Vec<SetAsideClaim>,
    first: Option<SetAside>,
}

impl Inspected {
    /// Why it is not to be sent, if it is not.
    pub const fn why_not(&self) -> Option<NotToSend> {
        match self.first {
            Some(why @ (SetAside::OtherInstitution | SetAside::InsurerSide)) => return Some(NotToSend::First(why)),
            Some(SetAside::NoReceiptHead | SetAside::NoInstitution | SetAside::NoMonth) | None => {}
        }
        if self.claims == 0 {
            Some(NotToSend::NoClaims)
        } else if self.set_aside_count == self.claims {
            Some(NotToSend::NothingGood)
        } else {
            None
        }
    }
}

/// Reads a file to its end, with memory for one claim.
///
/// # Errors
/// It cannot be read, or is no claim file.
pub fn inspect(path: &Path, facility: MedicalInstitutionCode) -> Result<Inspected, ClaimFileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    inspect_from(File::open(path)?, &name, facility)
}

/// The same for bytes from anywhere; the name tells the kind where the bytes do not.
pub(super) fn inspect_from<R: Read>(
    file: R,
    name: &str,
    facility: MedicalInstitutionCode,
) -> Result<Inspected, ClaimFileError> {
    let mut file = Hashing { file, digest: Context::new(&SHA256), bytes: 0 };
    let options = ReadOptions { kind: ReadOptions::kind_of_name(name), master: None };
    let mut claims = ClaimReader::new(&mut file, options)?;
    let (mut count, mut set_aside_count, mut set_aside, mut first) = (0, 0, Vec::new(), None);
    while let Some(receipt) = claims.next_receipt()? {
        let why = SetAside::of(&receipt, facility);
        if count == 0 {
            first = why;
        }
        count += 1;
        if let Some(why) = why {
            set_aside_count += 1;
            if set_aside.len() < limits::CLAIMS_SET_ASIDE_LISTED_MAX {
                set_aside.push(SetAsideClaim { line: receipt.first_line, number: receipt.number, why });
            }
        }
    }
    let report = claims.report().clone();
    drop(claims);
    // What stands behind the end mark belongs to the file as well.
    io::copy(&mut file, &mut io::sink())?;
    let mut digest = [0; 32];
    digest.copy_from_slice(file.digest.finish().as_ref());
    Ok(Inspected { report, bytes: file.bytes, digest, claims: count, set_aside_count, set_aside, first })
}

struct Hashing<R> {
    file: R,
    digest: Context,
    bytes: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(out)?;
        self.digest.update(&out[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
