//! Medical records of the nation: a life of illness for each person, the claims and checkups that come of it, and the
//! truth about all of them.
//!
//! [`life`] says what a person has and takes, [`month`] what happens in a month, [`receipts`] which claims follow from
//! it and who pays; [`claims`] writes them as files with [`uke`]. [`history`] and [`dangers`] write what whoever reads
//! these files must find out; [`knowledge`] says what is dangerous.
//!
//! Everything follows from seed, person and month. Nothing is kept: what is needed twice is made twice, so that memory
//! does not grow with the months.
//!
//! The writers here share no code with the readers in `wire`, which they are there to judge.

pub(crate) mod checkups;
mod claims;
mod dangers;
mod directory;
pub mod drugs;
mod history;
mod illness;
mod knowledge;
mod life;
mod month;
mod procedures;
mod receipts;
mod stays;
mod text;
mod uke;
mod usage;

use std::path::Path;

use self::directory::Directory;
use self::receipts::Span;
use crate::error::{Error, Result};
use crate::files;
use crate::limits;
use crate::nation::Nation;

/// Which records to write.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct RecordOptions {
    /// Months of claims before the month of the nation's day; 0 = none. At most [`limits::CLAIMS_MONTHS_MAX`].
    pub claims_months: u32,
    /// Fiscal years of checkups up to the running one; 0 = none. At most
    /// [`limits::CHECKUP_YEARS_MAX`].
    pub checkup_years: u32,
}

/// What was written, in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct RecordSummary {
    /// Claim files of institutions.
    pub claim_files: u32,
    /// Claims in them, those that are sent twice counted twice.
    pub claims: u32,
    /// Rows of `drug_history.csv`.
    pub drugs: u32,
    /// Rows of `dangers.csv`.
    pub dangers: u32,
    /// Archives of checkups.
    pub checkup_archives: u32,
    /// Checkups in them.
    pub checkups: u32,
}

/// Contents of `records.json`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct AboutRecords {
    /// What was asked for.
    #[serde(flatten)]
    pub options: RecordOptions,
    /// What is in the files.
    pub summary: RecordSummary,
}

/// Writes the folder [`files::RECORDS`] under `out` anew. See [`crate::files`].
pub(crate) fn write(nation: &Nation, options: RecordOptions, out: &Path) -> Result<RecordSummary> {
    let check = |what, max: u32, given: u32| {
        let range = Error::OutOfRange { what, min: 0, max: max.into(), given: given.into() };
        if given <= max { Ok(()) } else { Err(range) }
    };
    check("claims_months", limits::CLAIMS_MONTHS_MAX, options.claims_months)?;
    check("checkup_years", limits::CHECKUP_YEARS_MAX, options.checkup_years)?;
    let folder = out.join(files::RECORDS);
    remove(&folder)?;
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
    let directory = Directory::of(nation);
    let mut summary = RecordSummary::default();
    if options.claims_months > 0 {
        let span = Span::before(nation.as_of, options.claims_months);
        let written = claims::write(nation, &directory, span, &folder)?;
        (summary.claim_files, summary.claims) = (written.files, written.claims);
        let written = history::write(nation, &directory, span, options.checkup_years, &folder)?;
        (summary.drugs, summary.dangers) = (written.drugs, written.dangers);
    }
    if options.checkup_years > 0 {
        let written = checkups::write(nation, &directory, options.checkup_years, &folder)?;
        (summary.checkup_archives, summary.checkups) = (written.archives, written.checkups);
    }
    let path = folder.join(files::ABOUT_RECORDS);
    let contents = AboutRecords { options, summary };
    let mut text =
        serde_json::to_string_pretty(&contents).map_err(|source| Error::About { path: path.clone(), source })?;
    text.push('\n');
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })?;
    Ok(summary)
}

/// Removes the records of an earlier nation in the same folder: claims of people who do not exist any more would lie.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}
