//! What taking in a bulk file adds to `bulk_job`: whether the same number came with the same file, and how many files of
//! an institution wait.

use domain::MedicalInstitutionCode;
use jiff::Timestamp;
use uuid::Uuid;

use super::bulk::{BulkJob, BulkKind};
use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "bulk_job";

impl Tx {
    /// Keeps the digest of a whole file.
    pub async fn note_bulk_digest(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        digest: &[u8; 32],
    ) -> Result<()> {
        let found = execute_on_both!(self, |c| {
            sqlx::query("UPDATE bulk_job SET file_digest = $3 WHERE facility = $1 AND reception_number = $2")
                .bind(facility.as_str())
                .bind(reception_number)
                .bind(digest.to_vec())
                .execute(&mut *c)
                .await
        })?;
        if found == 1 { Ok(()) } else { Err(StoreError::RowsAffected { what: "note a digest", expected: 1, found }) }
    }

    /// The digest of a file that was taken.
    pub async fn bulk_digest(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
    ) -> Result<Option<Vec<u8>>> {
        let row: Option<(Option<Vec<u8>>,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT file_digest FROM bulk_job WHERE facility = $1 AND reception_number = $2")
                .bind(facility.as_str())
                .bind(reception_number)
                .fetch_optional(&mut *c)
                .await
        })?;
        Ok(row.and_then(|(digest,)| digest))
    }

    /// How many files of an institution were taken and are not answered yet.
    pub async fn bulk_files_open(&mut self, facility: MedicalInstitutionCode) -> Result<u64> {
        let (count,): (i64,) = on_both!(self, |c| {
            sqlx::query_as("SELECT COUNT(*) FROM bulk_job WHERE facility = $1 AND state = 'processing'")
                .bind(facility.as_str())
                .fetch_one(&mut *c)
                .await
        })?;
        time::count(TABLE, count)
    }

    /// How many lines of all files are not answered yet.
    pub async fn bulk_units_waiting(&mut self) -> Result<u64> {
        let (count,): (i64,) = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT CAST(COALESCE(SUM(units - units_normal - units_error), 0) AS BIGINT)
                 FROM bulk_job WHERE state = 'processing'",
            )
            .fetch_one(&mut *c)
            .await
        })?;
        time::count(TABLE, count)
    }

    /// Forgets a file that was begun and will not be finished.
    pub async fn give_up_bulk(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        kind: BulkKind,
    ) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "DELETE FROM bulk_job
                 WHERE facility = $1 AND reception_number = $2 AND kind = $3 AND state = 'receiving'",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .bind(kind.as_str())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// Forgets files whose sender went away while sending, before `before`. Gives how many.
    pub async fn forget_unfinished_bulk(&mut self, before: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM bulk_job WHERE state = 'receiving' AND updated_at < $1")
                .bind(time::ms(before))
                .execute(&mut *c)
                .await
        })
    }

    /// The file that a request number stands for, however far it is.
    pub async fn bulk_of_request(
        &mut self,
        facility: MedicalInstitutionCode,
        kind: BulkKind,
        request_id: Uuid,
    ) -> Result<Option<BulkJob>> {
        let row: Option<(String,)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT reception_number FROM bulk_job WHERE facility = $1 AND kind = $2 AND request_id = $3",
            )
            .bind(facility.as_str())
            .bind(kind.as_str())
            .bind(request_id.as_bytes().to_vec())
            .fetch_optional(&mut *c)
            .await
        })?;
        match row {
            Some((reception_number,)) => self.bulk_job(facility, &reception_number).await,
            None => Ok(None),
        }
    }
}
