//! レセプト電子データ提供: some insurers' view of the claims sent to them, with the three leading columns.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::super::receipts::Kind;
use super::super::text;
use super::{Claim, Sheet};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::limits;
use crate::nation::Nation;

/// Files of one month that are open: one per insurer and kind.
pub(crate) struct InsurerSide {
    folder: PathBuf,
    insurers: Vec<u16>,
    open: BTreeMap<(u16, Kind), (BufWriter<File>, u32)>,
}

impl InsurerSide {
    /// The view of the insurers with the first numbers of each kind that have members.
    pub(crate) fn of(nation: &Nation, folder: &Path) -> InsurerSide {
        let mut insurers = Vec::new();
        for kind in crate::insurers::InsurerKind::ALL {
            let with_members = nation.insurers.of_kind(kind).iter().filter(|id| nation.insurers.has_members(**id));
            insurers.extend(with_members.take(limits::INSURER_SIDES_PER_KIND));
        }
        insurers.sort_unstable();
        InsurerSide { folder: folder.to_owned(), insurers, open: BTreeMap::new() }
    }

    /// Adds a claim if it was sent to one of these insurers; `correction` is the HO of the insurer to which it belongs.
    pub(crate) fn add(&mut self, claim: &Claim<'_>, sheet: &Sheet, correction: Option<&str>) -> Result<()> {
        let Some(payer) = claim.receipt.billed.health.or(claim.receipt.billed.assistance) else {
            return Ok(());
        };
        let insurer = claim.nation.coverages[payer as usize].insurer;
        if self.insurers.binary_search(&insurer).is_err() {
            return Ok(());
        }
        let key = (insurer, claim.receipt.kind);
        if !self.open.contains_key(&key) {
            let path = self.path(claim.nation, insurer, claim.receipt.kind, claim.sent);
            self.open.insert(key, (create(&path)?, 0));
        }
        let Some((file, count)) = self.open.get_mut(&key) else {
            return Ok(());
        };
        *count += 1;
        let bytes = rows(claim, sheet, correction, *count);
        file.write_all(&bytes).map_err(|source| Error::File { path: self.folder.clone(), source })
    }

    /// Closes the files of a month.
    pub(crate) fn end_month(&mut self) -> Result<()> {
        for (_, (mut file, _)) in std::mem::take(&mut self.open) {
            file.flush().map_err(|source| Error::File { path: self.folder.clone(), source })?;
        }
        Ok(())
    }

    fn path(&self, nation: &Nation, insurer: u16, kind: Kind, sent: Day) -> PathBuf {
        let name = match kind {
            Kind::Medical => "11_RECODEINFO_MED.CSV",
            Kind::Dpc => "12_RECODEINFO_DPC.CSV",
            Kind::Dental => "13_RECODEINFO_DEN.CSV",
            Kind::Pharmacy => "14_RECODEINFO_PHA.CSV",
        };
        let number = &nation.insurers.get(insurer).number;
        self.folder.join(sent.month_number().to_string()).join(number).join(name)
    }
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let in_file = |source| Error::File { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(in_file)?;
    }
    Ok(BufWriter::with_capacity(limits::CLAIM_BUFFER_BYTES, File::create(path).map_err(in_file)?))
}

/// MN, the institution, the claim's own rows, the corrected HO, RC.
fn rows(claim: &Claim<'_>, sheet: &Sheet, correction: Option<&str>, count: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut number = 0;
    let mut row = |origin: u8, line: &str| {
        number += 1;
        text::encode(&format!("{origin},{number},0,{line}\r\n"), &mut bytes);
    };
    let code = &claim.nation.facilities[claim.receipt.facility as usize].code;
    let search = claim.search_number();
    row(2, &format!("MN,{count:09},,{search}"));
    if claim.receipt.kind != Kind::Dental {
        let mut opening = Sheet::default();
        let body = super::super::directory::payment_body(claim.nation, claim.receipt.billed);
        super::opening(claim.nation, claim.receipt.kind, claim.receipt.facility, body, claim.sent, &mut opening);
        for line in &opening.lines {
            row(1, line);
        }
    }
    for line in &sheet.lines {
        row(1, line);
    }
    if let Some(line) = correction {
        row(2, line);
    }
    // A number in the place of a signature: made from what it would sign.
    row(2, &format!("RC,Ver00001{:0>32}", format!("{code}{}{count:09}", claim.month.month_number())));
    bytes
}
