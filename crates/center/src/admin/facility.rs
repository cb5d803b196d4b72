//! Institutions.

use std::io::BufRead;

use domain::MedicalInstitutionCode;
use tracing::info;
use trust::ca::RevocationReason;
use wire::feed::{self, CsvEncoding, CsvReader};

use super::{Admin, AdminError, RegisterReport, Ticket};
use crate::limits;
use crate::revocation::reason_word;
use crate::store::certificate::{Holder, IssuedCertificate};
use crate::store::facility::{Facility, FacilityKind};

/// An institution and the certificates of its terminals, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacilityView {
    /// What is on record.
    pub facility: Facility,
    /// Every certificate that its terminals were given.
    pub certificates: Vec<IssuedCertificate>,
}

impl Admin {
    /// Puts an institution on record, or changes what is known of it. Gives whether it is new.
    ///
    /// # Errors
    /// The database.
    pub async fn facility_add(&self, facility: &feed::Facility) -> Result<bool, AdminError> {
        let now = self.clock.now();
        let facility = &of_row(facility.clone());
        Ok(self.store.tx("put_facility", async |mut tx| tx.put_facility(facility, now).await).await?)
    }

    /// Reads a register of institutions (`facilities.csv`). Rows that cannot be read are named, the others are taken.
    /// Reading blocks, so the file should be on a disk, not on a line.
    ///
    /// # Errors
    /// The file as a whole cannot be read, or the database.
    pub async fn facility_import<R: BufRead>(&self, file: R) -> Result<RegisterReport, AdminError> {
        let mut rows: CsvReader<R, feed::Facility> =
            CsvReader::new(file, CsvEncoding::Utf8).map_err(AdminError::File)?;
        let mut report = RegisterReport::default();
        let mut chunk = Vec::with_capacity(limits::REGISTER_CHUNK_ROWS);
        while let Some(row) = rows.next_row().map_err(AdminError::File)? {
            match row {
                Ok(row) => chunk.push(of_row(row)),
                Err(refusal) => report.refuse(refusal),
            }
            if chunk.len() == limits::REGISTER_CHUNK_ROWS {
                self.put_facilities(&mut chunk, &mut report).await?;
            }
        }
        self.put_facilities(&mut chunk, &mut report).await?;
        Ok(report)
    }

    async fn put_facilities(&self, chunk: &mut Vec<Facility>, report: &mut RegisterReport) -> Result<(), AdminError> {
        let now = self.clock.now();
        let added = self
            .store
            .tx("put_facilities", async |mut tx| {
                let mut added = 0;
                for facility in &*chunk {
                    added += u64::from(tx.put_facility(facility, now).await?);
                }
                Ok(added)
            })
            .await?;
        report.added += added;
        report.known += chunk.len() as u64 - added;
        chunk.clear();
        Ok(())
    }

    /// An institution and its certificates.
    ///
    /// # Errors
    /// It is not on record, or the database.
    pub async fn facility_show(&self, code: MedicalInstitutionCode) -> Result<FacilityView, AdminError> {
        let found = self
            .store
            .read("facility_show", async |mut tx| {
                let Some(facility) = tx.facility(code).await? else { return Ok(None) };
                let certificates = tx.certificates_of(&Holder::Facility(code)).await?;
                Ok(Some(FacilityView { facility, certificates }))
            })
            .await?;
        found.ok_or(AdminError::FacilityUnknown(code))
    }

    /// A one-time code for one more terminal of an institution.
    ///
    /// # Errors
    /// It is not on record, or the database.
    pub async fn facility_enrol(&self, code: MedicalInstitutionCode) -> Result<Ticket, AdminError> {
        let found = self.store.read("facility", async |mut tx| tx.facility(code).await).await?;
        let facility = found.ok_or(AdminError::FacilityUnknown(code))?;
        self.ticket(Holder::Facility(code), facility.name).await
    }

    /// Revokes every certificate of an institution and takes back codes that nobody has used. Gives how many
    /// certificates it were.
    ///
    /// # Errors
    /// It is not on record, or the database.
    pub async fn facility_revoke(
        &self,
        code: MedicalInstitutionCode,
        reason: RevocationReason,
    ) -> Result<usize, AdminError> {
        self.revoke(code, None, reason).await
    }

    /// Revokes every certificate of one terminal of an institution: a stolen machine. Gives how many it were.
    ///
    /// # Errors
    /// The institution is not on record, or the database.
    pub async fn terminal_revoke(
        &self,
        code: MedicalInstitutionCode,
        terminal_id: &str,
        reason: RevocationReason,
    ) -> Result<usize, AdminError> {
        self.revoke(code, Some(terminal_id), reason).await
    }

    async fn revoke(
        &self,
        code: MedicalInstitutionCode,
        terminal_id: Option<&str>,
        reason: RevocationReason,
    ) -> Result<usize, AdminError> {
        let holder = Holder::Facility(code);
        let now = self.clock.now();
        let revoked = self
            .store
            .tx("facility_revoke", async |mut tx| {
                if tx.facility(code).await?.is_none() {
                    return Ok(None);
                }
                let serials = tx.revoke_certificates_of(&holder, terminal_id, now).await?;
                for serial in &serials {
                    tx.note_revocation_reason(serial, reason_word(reason)).await?;
                }
                if terminal_id.is_none() {
                    tx.withdraw_enrolment_codes(&holder).await?;
                }
                Ok(Some(serials.len()))
            })
            .await?
            .ok_or(AdminError::FacilityUnknown(code))?;
        info!(target: "issuance", facility = %code, terminal_id, revoked, reason = reason_word(reason), "revoked");
        Ok(revoked)
    }
}

fn of_row(row: feed::Facility) -> Facility {
    Facility {
        code: row.medical_institution_code,
        name: row.name,
        kind: match row.kind {
            feed::FacilityKind::Hospital => FacilityKind::Hospital,
            feed::FacilityKind::Clinic => FacilityKind::Clinic,
            feed::FacilityKind::Dental => FacilityKind::Dental,
            feed::FacilityKind::Pharmacy => FacilityKind::Pharmacy,
        },
        address: row.address,
        post_number: row.post_number,
    }
}
