//! Claims, checkups and masters, from files on this machine.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{Date, MedicalInstitutionCode};
use wire::checkups::CheckupFault;
use wire::claims::{ClaimFileError, ReadOptions};
use wire::feed::{CsvEncoding, FeedError};
use wire::master::{DrugMasterReader, DrugRow, SYNTHETIC_DRUG_MASTER, SYNTHETIC_DRUG_MASTER_DATE};

use super::{Admin, AdminError, RegisterReport};
use crate::checkups::{ArchiveOutcome, CheckupImporter, CheckupsError, CheckupsReport};
use crate::claims::{ClaimImporter, ClaimsReport};
use crate::limits;
use crate::store::claim::ClaimKey;
use crate::store::claim_search::Withdrawal;

impl Admin {
    /// Takes a file of claims. The same file again changes nothing.
    ///
    /// # Errors
    /// The file as a whole cannot be taken, or the database. Claims that fit nobody are part of the report.
    pub async fn claims_import(&self, path: &Path) -> Result<ClaimsReport, AdminError> {
        let file = File::open(path).map_err(|error| AdminError::Claims(ClaimFileError::Io(error).into()))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let importer =
            ClaimImporter { store: self.store.clone(), clock: Arc::clone(&self.clock), life: self.life.clone() };
        importer.import(file, ReadOptions::kind_of_name(&name)).await.map_err(AdminError::Claims)
    }

    /// Takes archives of checkups, or single reports, one after the other, and tells what became of each with its place.
    /// The same archive again changes nothing.
    ///
    /// # Errors
    /// The database, or that the center is stopping; an archive that cannot be taken is told as such. People who are set
    /// aside or fit nobody are part of the report.
    pub async fn checkups_import_each(
        &self,
        paths: Vec<PathBuf>,
        told: impl FnMut(usize, ArchiveOutcome),
    ) -> Result<(), AdminError> {
        let archives = paths.into_iter().map(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let archive = File::open(path).map_err(|_| CheckupsError::Archive(CheckupFault::unreadable(&name)));
            (name, archive)
        });
        let importer =
            CheckupImporter { store: self.store.clone(), clock: Arc::clone(&self.clock), life: self.life.clone() };
        importer.import_each(archives, told).await.map_err(AdminError::Checkups)
    }

    /// Takes one archive of checkups, or a single report.
    ///
    /// # Errors
    /// The archive as a whole cannot be taken, or the database.
    pub async fn checkups_import(&self, path: &Path) -> Result<CheckupsReport, AdminError> {
        let mut outcome = Err(CheckupsError::Reader);
        self.checkups_import_each(vec![path.to_owned()], |_, told| outcome = told).await?;
        outcome.map_err(AdminError::Checkups)
    }

    /// Withdraws a claim (取下げ) of an institution by its 受付番号: nothing of it stays in the record.
    ///
    /// # Errors
    /// The database.
    pub async fn claim_withdraw(
        &self,
        institution: MedicalInstitutionCode,
        number: ClaimKey,
    ) -> Result<Withdrawal, AdminError> {
        let now = self.clock.now();
        Ok(self.store.tx("claim_withdraw", async |mut tx| tx.withdraw_claim_of(institution, number, now).await).await?)
    }

    /// Loads a drug master of this day. Drugs that it does not have stay known; an older one changes nothing of what a newer
    /// one told. `known` of the report counts those.
    ///
    /// # Errors
    /// The file cannot be read on, or the database. Rows that cannot be taken are part of the report.
    pub async fn drug_master_load(&self, path: &Path, edition: Date) -> Result<RegisterReport, AdminError> {
        let file = File::open(path).map_err(|error| AdminError::File(FeedError::Io(error)))?;
        self.load_drugs(DrugMasterReader::new(file, CsvEncoding::ShiftJis), edition).await
    }

    /// Loads the synthetic drug master that ships with the program.
    ///
    /// # Errors
    /// The database.
    pub async fn drug_master_synthetic(&self) -> Result<RegisterReport, AdminError> {
        let reader = DrugMasterReader::new(SYNTHETIC_DRUG_MASTER, CsvEncoding::ShiftJis);
        self.load_drugs(reader, SYNTHETIC_DRUG_MASTER_DATE).await
    }

    async fn load_drugs<R: std::io::Read>(
        &self,
        mut reader: DrugMasterReader<R>,
        edition: Date,
    ) -> Result<RegisterReport, AdminError> {
        let mut report = RegisterReport::default();
        let mut chunk = std::collections::BTreeMap::new();
        while let Some(row) = reader.next_row().map_err(|error| AdminError::File(FeedError::Io(error)))? {
            match row {
                // Of two rows with one code the last one counts.
                Ok(row) => drop(chunk.insert(row.code, row)),
                Err(refusal) => report.refuse(refusal),
            }
            if chunk.len() >= limits::DRUGS_CHUNK {
                self.put_drugs(std::mem::take(&mut chunk).into_values().collect(), edition, &mut report).await?;
            }
        }
        self.put_drugs(chunk.into_values().collect(), edition, &mut report).await?;
        Ok(report)
    }

    async fn put_drugs(
        &self,
        rows: Vec<DrugRow>,
        edition: Date,
        report: &mut RegisterReport,
    ) -> Result<(), AdminError> {
        let rows = &rows;
        let put = self.store.tx("put_drugs", async |mut tx| tx.put_drugs(rows, edition).await).await?;
        report.added += put;
        report.known += rows.len() as u64 - put;
        Ok(())
    }
}
