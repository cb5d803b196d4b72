//! A report made ready for the store: what makes it the same as another, and its text packed. Runs beside the reading thread.

use std::io::{Read as _, Write as _};

use domain::{Checkup, CheckupPatient};
use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::digest;
use crate::limits;
use crate::store::checkup::CheckupRow;
use crate::store::{Result, StoreError};

/// A report that is ready to be given to its person. `Debug` shows its file only.
pub struct Prepared {
    /// Its file, with its folders in the archive.
    pub file: String,
    /// What is stored of it.
    pub row: CheckupRow,
    /// Whom it is about.
    pub patient: CheckupPatient,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Makes a report of a file ready.
pub fn prepare(file: String, checkup: Checkup) -> Prepared {
    let is_deletion = checkup.is_deletion();
    // A deletion takes the place of the report that it deletes.
    let kind = if is_deletion { "10" } else { checkup.report_kind.as_str() };
    let same = [checkup.institution.code.as_str(), kind, checkup.program.as_str()];
    let patient = &checkup.patient;
    let whom = [
        patient.insured_branch_number.as_ref().map_or("", |branch| branch.as_str()).to_owned(),
        domain::date::format(patient.birthdate),
        patient.sex.code().to_owned(),
        domain::text::canonical_kana(&patient.name_kana),
        domain::date::format(checkup.date),
    ];
    let card = patient.card_key();
    let text = serde_json::to_vec(&checkup).expect("a checkup is plain data with texts as keys");
    let row = CheckupRow {
        checked_on: checkup.date,
        key: digest::of_parts(same.iter().map(|part| part.as_bytes())),
        document: digest::of_parts(
            std::iter::once(card.hash().as_slice())
                .chain(whom.iter().map(String::as_bytes))
                .chain(same.iter().map(|part| part.as_bytes())),
        ),
        digest: digest::of_parts([text.as_slice()]),
        written_on: checkup.written_on,
        institution: checkup.institution.code.clone(),
        is_deletion,
        report: if is_deletion { Vec::new() } else { pack(&text) },
    };
    Prepared { file, row, patient: checkup.patient }
}

/// Reports repeat the same words a hundred times: the quickest level makes a sixth of them.
fn pack(text: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::with_capacity(text.len() / 4), Compression::fast());
    packer.write_all(text).and_then(|()| packer.finish()).expect("writing into memory cannot fail")
}

/// Reads reports out of the store.
///
/// # Errors
/// A row that this program cannot have written.
pub fn unpack(packed: &[Vec<u8>]) -> Result<Vec<Checkup>> {
    let texts = unpack_texts(packed)?;
    // The place only: serde's words can repeat a value.
    let bad = |error: serde_json::Error| {
        StoreError::inconsistent("checkup", format!("report cannot be read (column {})", error.column()))
    };
    texts.iter().map(|text| serde_json::from_str(text).map_err(bad)).collect()
}

/// The JSON of each report. One unpacker serves them all: it is larger than what it unpacks.
///
/// # Errors
/// A row that this program cannot have written.
pub fn unpack_texts(packed: &[Vec<u8>]) -> Result<Vec<String>> {
    let bad = |_| StoreError::inconsistent("checkup", "report cannot be unpacked");
    let mut unpacker = DeflateDecoder::new(&[][..]);
    packed
        .iter()
        .map(|packed| {
            unpacker.reset(packed.as_slice());
            let mut text = String::with_capacity(packed.len() * 8);
            (&mut unpacker).take(limits::CHECKUP_STORED_MAX_BYTES).read_to_string(&mut text).map_err(bad)?;
            Ok(text)
        })
        .collect()
}
