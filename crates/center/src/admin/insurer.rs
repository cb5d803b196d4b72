//! Insurers.

use std::fs::File;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use domain::InsurerNumber;
use trust::ca::RevocationReason;
use wire::api::ImportReport;
use wire::feed::{CsvEncoding, CsvReader, Insurer};

use super::{Admin, AdminError, RegisterReport, Ticket};
use crate::feed::{ImportError, Importer, PersonKey, Source};
use crate::limits;
use crate::revocation::reason_word;
use crate::status::places::key_of_center;
use crate::store::certificate::Holder;

impl Admin {
    /// Puts an insurer on record, or renames it.
    ///
    /// # Errors
    /// The database.
    pub async fn insurer_add(&self, number: &InsurerNumber, name: &str) -> Result<(), AdminError> {
        let now = self.clock.now();
        Ok(self.store.tx("put_insurer", async |mut tx| tx.put_insurer(number, name, false, now).await).await?)
    }

    /// Reads a register of insurers (`insurers.csv`). Rows that cannot be read are named, the others are taken.
    ///
    /// # Errors
    /// The file as a whole cannot be read, or the database.
    pub async fn insurer_register<R: BufRead>(&self, file: R) -> Result<RegisterReport, AdminError> {
        let mut rows: CsvReader<R, Insurer> = CsvReader::new(file, CsvEncoding::Utf8).map_err(AdminError::File)?;
        let mut report = RegisterReport::default();
        let mut chunk = Vec::with_capacity(limits::REGISTER_CHUNK_ROWS);
        while let Some(row) = rows.next_row().map_err(AdminError::File)? {
            match row {
                Ok(row) => chunk.push(row),
                Err(refusal) => report.refuse(refusal),
            }
            if chunk.len() == limits::REGISTER_CHUNK_ROWS {
                self.put_insurers(&mut chunk, &mut report).await?;
            }
        }
        self.put_insurers(&mut chunk, &mut report).await?;
        Ok(report)
    }

    async fn put_insurers(&self, chunk: &mut Vec<Insurer>, report: &mut RegisterReport) -> Result<(), AdminError> {
        let now = self.clock.now();
        let added = self
            .store
            .tx("put_insurers", async |mut tx| {
                let mut added = 0;
                for insurer in &*chunk {
                    added += u64::from(tx.insurer_name(&insurer.insurer_number).await?.is_none());
                    tx.put_insurer(&insurer.insurer_number, &insurer.insurer_name, false, now).await?;
                }
                Ok(added)
            })
            .await?;
        report.added += added;
        report.known += chunk.len() as u64 - added;
        chunk.clear();
        Ok(())
    }

    /// Takes a feed of any number of insurers from a file on this machine. The same file again changes nothing; one
    /// whose import broke off goes on where it stopped.
    ///
    /// # Errors
    /// The file as a whole cannot be taken, or the database. Rows that cannot be taken are part of the report.
    pub async fn insurer_import(&self, path: &Path) -> Result<ImportReport, AdminError> {
        let file = File::open(path).map_err(ImportError::from)?;
        let person_key = PersonKey::of_center(&self.store, &*self.random, self.clock.now()).await?;
        let place_key = key_of_center(&self.store, &*self.random, self.clock.now()).await?;
        let importer = Importer {
            store: self.store.clone(),
            person_key,
            place_key,
            clock: Arc::clone(&self.clock),
            life: self.life.clone(),
        };
        Ok(importer.import(file, CsvEncoding::Utf8, &Source::Operator).await?.report)
    }

    /// A one-time code with which an insurer's machine joins.
    ///
    /// # Errors
    /// It is not on record, or the database.
    pub async fn insurer_enrol(&self, number: &InsurerNumber) -> Result<Ticket, AdminError> {
        let found = self.store.read("insurer", async |mut tx| tx.insurer_name(number).await).await?;
        let name = found.ok_or_else(|| AdminError::InsurerUnknown(number.clone()))?;
        self.ticket(Holder::Insurer(number.clone()), name).await
    }

    /// Revokes every certificate of an insurer and takes back its unused codes. Gives how many certificates it were.
    ///
    /// # Errors
    /// The database.
    pub async fn insurer_revoke(&self, number: &InsurerNumber, reason: RevocationReason) -> Result<usize, AdminError> {
        let holder = Holder::Insurer(number.clone());
        let now = self.clock.now();
        let revoked = self
            .store
            .tx("insurer_revoke", async |mut tx| {
                let serials = tx.revoke_certificates_of(&holder, None, now).await?;
                for serial in &serials {
                    tx.note_revocation_reason(serial, reason_word(reason)).await?;
                }
                tx.withdraw_enrolment_codes(&holder).await?;
                Ok(serials.len())
            })
            .await?;
        tracing::info!(target: "issuance", insurer = %number, revoked, reason = reason_word(reason), "revoked");
        Ok(revoked)
    }
}
