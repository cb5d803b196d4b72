//! `bulk_job` and `bulk_part`: files with many lines, taken in durably, answered part by part.
//!
//! The life of a file: [`Tx::begin_bulk`] → [`Tx::put_bulk_part`] for each part → [`Tx::bulk_received`] (from here on it
//! survives everything) → for each open part [`Tx::claim_bulk`], [`Tx::next_bulk_part`], answer, [`Tx::finish_bulk_part`] →
//! done. Of several centers on one database, the one that claimed a file works on it. A file that
//! never reached `bulk_received` was not acknowledged and is forgotten by [`Tx::forget_bulk`].

use domain::MedicalInstitutionCode;
use jiff::Timestamp;
use uuid::Uuid;

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "bulk_job";

/// What a file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BulkKind {
    /// 一括照会.
    Check,
    /// 照会番号一括登録.
    Reference,
}

impl BulkKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Reference => "reference",
        }
    }

    fn read(text: &str) -> Result<Self> {
        match text {
            "check" => Ok(Self::Check),
            "reference" => Ok(Self::Reference),
            _ => Err(StoreError::inconsistent(TABLE, "unknown kind")),
        }
    }
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BulkJobState {
    /// Lines are still coming in; not acknowledged.
    Receiving,
    /// Taken, being answered.
    Processing,
    /// Answered.
    Done,
}

impl BulkJobState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Processing => "processing",
            Self::Done => "done",
        }
    }

    fn read(text: &str) -> Result<Self> {
        match text {
            "receiving" => Ok(Self::Receiving),
            "processing" => Ok(Self::Processing),
            "done" => Ok(Self::Done),
            _ => Err(StoreError::inconsistent(TABLE, "unknown state")),
        }
    }
}

/// A file with many lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkJob {
    /// Who sent it.
    pub facility: MedicalInstitutionCode,
    /// 受付番号.
    pub reception_number: String,
    /// What it asks for.
    pub kind: BulkKind,
    /// Number of the file.
    pub request_id: Uuid,
    /// First line, JSON.
    pub header: String,
    /// How far it is.
    pub state: BulkJobState,
    /// Parts; 0 while receiving.
    pub parts: u64,
    /// Lines; 0 while receiving.
    pub units: u64,
    /// 正常件数 so far.
    pub units_normal: u64,
    /// エラー件数 so far.
    pub units_error: u64,
    /// 受付日時.
    pub received_at: Timestamp,
}

type JobRow = (String, String, String, Vec<u8>, String, String, i64, i64, i64, i64, i64);

const SELECT: &str = "SELECT facility, reception_number, kind, request_id, header, state, parts, units, units_normal,
    units_error, received_at FROM bulk_job ";

impl Tx {
    /// Opens a file. When the same request was taken before, that file is given instead and nothing is changed; when it
    /// was begun but never taken, what came of it is dropped and it is begun anew.
    pub async fn begin_bulk(&mut self, job: &BulkJob) -> Result<Option<BulkJob>> {
        let earlier: Option<JobRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "{SELECT} WHERE facility = $1 AND kind = $2 AND request_id = $3"
            )))
            .bind(job.facility.as_str())
            .bind(job.kind.as_str())
            .bind(job.request_id.as_bytes().to_vec())
            .fetch_optional(&mut *c)
            .await
        })?;
        if let Some(earlier) = earlier.map(read_job).transpose()? {
            if earlier.state != BulkJobState::Receiving {
                return Ok(Some(earlier));
            }
            self.delete_bulk(earlier.facility, &earlier.reception_number).await?;
        }
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO bulk_job (facility, reception_number, kind, request_id, header, state, parts, units,
                     units_normal, units_error, received_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, $7, $7)",
            )
            .bind(job.facility.as_str())
            .bind(&job.reception_number)
            .bind(job.kind.as_str())
            .bind(job.request_id.as_bytes().to_vec())
            .bind(&job.header)
            .bind(BulkJobState::Receiving.as_str())
            .bind(time::ms(job.received_at))
            .execute(&mut *c)
            .await
        })?;
        Ok(None)
    }

    /// Keeps a part of an open file.
    pub async fn put_bulk_part(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        part: u64,
        questions: &[u8],
    ) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO bulk_part (facility, reception_number, part, questions, results)
                 VALUES ($1, $2, $3, $4, NULL)",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .bind(time::signed(part))
            .bind(questions.to_vec())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// The file is complete: from here on it is ours. A file without lines is done at once.
    pub async fn bulk_received(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        parts: u64,
        units: u64,
        now: Timestamp,
    ) -> Result<()> {
        // So long ago that nobody has a claim to it.
        let unclaimed = now.saturating_sub(limits::BULK_CLAIM_TIME).unwrap_or(now);
        let (state, changed) =
            if parts == 0 { (BulkJobState::Done, now) } else { (BulkJobState::Processing, unclaimed) };
        let found = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE bulk_job SET state = $3, parts = $4, units = $5, updated_at = $6
                 WHERE facility = $1 AND reception_number = $2 AND state = 'receiving'",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .bind(state.as_str())
            .bind(time::signed(parts))
            .bind(time::signed(units))
            .bind(time::ms(changed))
            .execute(&mut *c)
            .await
        })?;
        one_row("take a bulk file", found)
    }

    /// A file by its reception number.
    pub async fn bulk_job(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
    ) -> Result<Option<BulkJob>> {
        let row: Option<JobRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE facility = $1 AND reception_number = $2")))
                .bind(facility.as_str())
                .bind(reception_number)
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(read_job).transpose()
    }

    /// Files that wait for answers, oldest first.
    pub async fn open_bulk_jobs(&mut self, most: u32) -> Result<Vec<BulkJob>> {
        let rows: Vec<JobRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "{SELECT} WHERE state = 'processing' ORDER BY received_at, facility, reception_number LIMIT $1"
            )))
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(read_job).collect()
    }

    /// Takes a file for the next part, or keeps it: when nothing was done to it since `idle_since`, or when `mine` is the
    /// moment of what this center did to it last. Gives whether that succeeded; if not, another center is at it.
    pub async fn claim_bulk(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        mine: Option<Timestamp>,
        idle_since: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let claimed = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE bulk_job SET updated_at = $5 WHERE facility = $1 AND reception_number = $2
                     AND state = 'processing' AND (updated_at = $3 OR updated_at <= $4)",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .bind(mine.map(time::ms))
            .bind(time::ms(idle_since))
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(claimed == 1)
    }

    /// The first part without answers: (part, its lines).
    pub async fn next_bulk_part(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
    ) -> Result<Option<(u64, Vec<u8>)>> {
        let row: Option<(i64, Vec<u8>)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT part, questions FROM bulk_part
                 WHERE facility = $1 AND reception_number = $2 AND results IS NULL ORDER BY part LIMIT 1",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .fetch_optional(&mut *c)
            .await
        })?;
        row.map(|(part, questions)| Ok((time::count("bulk_part", part)?, questions))).transpose()
    }

    /// Keeps the answers of a part, counts them, and closes the file with its last part. A part that somebody else has
    /// answered meanwhile keeps those answers; then `false`.
    pub async fn finish_bulk_part(&mut self, done: &FinishedPart<'_>, now: Timestamp) -> Result<bool> {
        let kept = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE bulk_part SET results = $4
                 WHERE facility = $1 AND reception_number = $2 AND part = $3 AND results IS NULL",
            )
            .bind(done.facility.as_str())
            .bind(done.reception_number)
            .bind(time::signed(done.part))
            .bind(done.results.to_vec())
            .execute(&mut *c)
            .await
        })?;
        if kept == 0 {
            return Ok(false);
        }
        let found = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE bulk_job SET units_normal = units_normal + $3, units_error = units_error + $4, updated_at = $5,
                     state = CASE WHEN units_normal + units_error + $3 + $4 >= units THEN 'done' ELSE state END
                 WHERE facility = $1 AND reception_number = $2",
            )
            .bind(done.facility.as_str())
            .bind(done.reception_number)
            .bind(time::signed(done.normal))
            .bind(time::signed(done.errors))
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        one_row("count a bulk part", found)?;
        Ok(true)
    }

    /// The answers of a part; nothing while there are none.
    pub async fn bulk_results(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        part: u64,
    ) -> Result<Option<Vec<u8>>> {
        let row: Option<(Option<Vec<u8>>,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT results FROM bulk_part WHERE facility = $1 AND reception_number = $2 AND part = $3")
                .bind(facility.as_str())
                .bind(reception_number)
                .bind(time::signed(part))
                .fetch_optional(&mut *c)
                .await
        })?;
        Ok(row.and_then(|(results,)| results))
    }

    /// Forgets files that were answered, or begun and given up, before `before`. Gives how many.
    pub async fn forget_bulk(&mut self, before: Timestamp, most: u32) -> Result<u64> {
        let rows: Vec<JobRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "{SELECT} WHERE state IN ('done', 'receiving') AND updated_at < $1 ORDER BY updated_at LIMIT $2"
            )))
            .bind(time::ms(before))
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        let jobs = rows.into_iter().map(read_job).collect::<Result<Vec<_>>>()?;
        for job in &jobs {
            self.delete_bulk(job.facility, &job.reception_number).await?;
        }
        Ok(jobs.len() as u64)
    }

    async fn delete_bulk(&mut self, facility: MedicalInstitutionCode, reception_number: &str) -> Result<()> {
        // The parts go with it.
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM bulk_job WHERE facility = $1 AND reception_number = $2")
                .bind(facility.as_str())
                .bind(reception_number)
                .execute(&mut *c)
                .await
        })
        .map(drop)
    }
}

/// A part with its answers.
#[derive(Debug, Clone, Copy)]
pub struct FinishedPart<'a> {
    /// Whose file.
    pub facility: MedicalInstitutionCode,
    /// Which file.
    pub reception_number: &'a str,
    /// Which part.
    pub part: u64,
    /// One line a question, NDJSON.
    pub results: &'a [u8],
    /// Lines that were answered.
    pub normal: u64,
    /// Lines that were not.
    pub errors: u64,
}

fn one_row(what: &'static str, found: u64) -> Result<()> {
    if found == 1 { Ok(()) } else { Err(StoreError::RowsAffected { what, expected: 1, found }) }
}

fn read_job(row: JobRow) -> Result<BulkJob> {
    let (facility, reception_number, kind, request_id, header, state, parts, units, normal, error, received_at) = row;
    Ok(BulkJob {
        facility: MedicalInstitutionCode::parse(&facility).map_err(|e| StoreError::inconsistent(TABLE, e))?,
        reception_number,
        kind: BulkKind::read(&kind)?,
        request_id: Uuid::from_bytes(time::fixed(TABLE, &request_id)?),
        header,
        state: BulkJobState::read(&state)?,
        parts: time::count(TABLE, parts)?,
        units: time::count(TABLE, units)?,
        units_normal: time::count(TABLE, normal)?,
        units_error: time::count(TABLE, error)?,
        received_at: time::time(TABLE, received_at)?,
    })
}
