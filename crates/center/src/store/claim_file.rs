//! `claim_file`, `claim_file_piece`, `claim_file_result`: files of claims that institutions submit.

use domain::MedicalInstitutionCode;
use jiff::Timestamp;
use uuid::Uuid;
use wire::api::{ClaimFileCounts, ClaimRefusal};

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "claim_file";

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimFileState {
    /// Pieces are missing.
    Receiving,
    /// All of it is here; claims are being taken.
    Processing,
    /// Every claim has an outcome.
    Done,
    /// Nothing of it was taken.
    Refused,
}

impl ClaimFileState {
    /// As in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let all = [Self::Receiving, Self::Processing, Self::Done, Self::Refused];
        let found = all.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| StoreError::inconsistent(TABLE, "unknown state"))
    }
}

/// A file of claims.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimFile {
    /// Who sent it.
    pub facility: MedicalInstitutionCode,
    /// 受付番号.
    pub reception_number: String,
    /// Number of the file.
    pub request_id: Uuid,
    /// Its name.
    pub file_name: Option<String>,
    /// SHA-256 that it must have.
    pub file_digest: [u8; 32],
    /// Length that it must have, in bytes.
    pub file_bytes: u64,
    /// Bytes that are here.
    pub received_bytes: u64,
    /// How far it is.
    pub state: ClaimFileState,
    /// Claims that have an outcome, in the order of the file.
    pub claims_done: u64,
    /// Parts of results that are kept.
    pub results: u64,
    /// How many claims came out how.
    pub counts: ClaimFileCounts,
    /// Why it was refused.
    pub refusal: Option<ClaimRefusal>,
    /// When it was begun.
    pub received_at: Timestamp,
}

/// Names of files are chosen by people.
impl std::fmt::Debug for ClaimFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimFile")
            .field("facility", &self.facility)
            .field("reception_number", &self.reception_number)
            .field("state", &self.state)
            .field("received_bytes", &self.received_bytes)
            .finish_non_exhaustive()
    }
}

type FileRow =
    (String, String, Vec<u8>, Option<String>, Vec<u8>, i64, i64, String, i64, i64, String, Option<String>, i64);

const SELECT: &str =
    "SELECT facility, reception_number, request_id, file_name, file_digest, file_bytes, received_bytes,
    state, claims_done, results, counts, refusal, received_at FROM claim_file ";

fn read_file(row: FileRow) -> Result<ClaimFile> {
    let (facility, reception_number, request_id, file_name, digest, bytes, received, state, ..) = row;
    let (done, results, counts, refusal, received_at) = (row.8, row.9, row.10, row.11, row.12);
    let json = |_| StoreError::inconsistent(TABLE, "counts or refusal that cannot be read");
    Ok(ClaimFile {
        facility: MedicalInstitutionCode::parse(&facility)
            .map_err(|_| StoreError::inconsistent(TABLE, "no institution"))?,
        reception_number,
        request_id: Uuid::from_bytes(time::fixed(TABLE, &request_id)?),
        file_name,
        file_digest: time::fixed(TABLE, &digest)?,
        file_bytes: time::count(TABLE, bytes)?,
        received_bytes: time::count(TABLE, received)?,
        state: ClaimFileState::read(&state)?,
        claims_done: time::count(TABLE, done)?,
        results: time::count(TABLE, results)?,
        counts: serde_json::from_str(&counts).map_err(json)?,
        refusal: refusal.map(|refusal| serde_json::from_str(&refusal)).transpose().map_err(json)?,
        received_at: time::time(TABLE, received_at)?,
    })
}

fn json_of(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::inconsistent(TABLE, error))
}

impl Tx {
    /// Begins a file. When the same request was begun before, that file is given, however far it is, and nothing is
    /// changed; so is one with the same content that is not done yet, under whatever number it came.
    pub async fn begin_claim_file(&mut self, file: &ClaimFile) -> Result<Option<ClaimFile>> {
        let earlier: Option<FileRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "{SELECT} WHERE facility = $1 AND (request_id = $2
                     OR (file_digest = $3 AND state IN ('receiving', 'processing')))
                 ORDER BY CASE WHEN request_id = $2 THEN 0 ELSE 1 END LIMIT 1"
            )))
            .bind(file.facility.as_str())
            .bind(file.request_id.as_bytes().to_vec())
            .bind(file.file_digest.to_vec())
            .fetch_optional(&mut *c)
            .await
        })?;
        if let Some(earlier) = earlier {
            return read_file(earlier).map(Some);
        }
        let counts = json_of(&file.counts)?;
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO claim_file (facility, reception_number, request_id, file_name, file_digest, file_bytes,
                     received_bytes, state, claims_done, results, counts, received_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, 0, 'receiving', 0, 0, $7, $8, $8)",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(file.request_id.as_bytes().to_vec())
            .bind(file.file_name.as_deref())
            .bind(file.file_digest.to_vec())
            .bind(time::signed(file.file_bytes))
            .bind(&counts)
            .bind(time::ms(file.received_at))
            .execute(&mut *c)
            .await
        })?;
        Ok(None)
    }

    /// A file by its reception number.
    pub async fn claim_file(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
    ) -> Result<Option<ClaimFile>> {
        let row: Option<FileRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE facility = $1 AND reception_number = $2")))
                .bind(facility.as_str())
                .bind(reception_number)
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(read_file).transpose()
    }

    /// How many files of an institution are not done.
    pub async fn claim_files_open(&mut self, facility: MedicalInstitutionCode) -> Result<u64> {
        let (count,): (i64,) = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT COUNT(*) FROM claim_file WHERE facility = $1 AND state IN ('receiving', 'processing')",
            )
            .bind(facility.as_str())
            .fetch_one(&mut *c)
            .await
        })?;
        time::count(TABLE, count)
    }

    /// Keeps the next piece of a file, and takes the file when it was the last. Says whether it was the next one: a piece
    /// that is here already, or that would leave a hole, changes nothing.
    pub async fn put_claim_piece(
        &mut self,
        file: &ClaimFile,
        first_byte: u64,
        body: &[u8],
        now: Timestamp,
    ) -> Result<bool> {
        let end = first_byte.saturating_add(body.len() as u64);
        let state = if end == file.file_bytes { ClaimFileState::Processing } else { ClaimFileState::Receiving };
        let found = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_file SET received_bytes = $4, state = $5, updated_at = $6
                 WHERE facility = $1 AND reception_number = $2 AND received_bytes = $3 AND state = 'receiving'
                     AND file_bytes >= $4",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(time::signed(first_byte))
            .bind(time::signed(end))
            .bind(state.as_str())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        if found == 0 {
            return Ok(false);
        }
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO claim_file_piece (facility, reception_number, first_byte, body) VALUES ($1, $2, $3, $4)",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(time::signed(first_byte))
            .bind(body.to_vec())
            .execute(&mut *c)
            .await
        })?;
        Ok(true)
    }

    /// The piece that begins at a byte.
    pub async fn claim_piece(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        first_byte: u64,
    ) -> Result<Option<Vec<u8>>> {
        let row: Option<(Vec<u8>,)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT body FROM claim_file_piece WHERE facility = $1 AND reception_number = $2 AND first_byte = $3",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .bind(time::signed(first_byte))
            .fetch_optional(&mut *c)
            .await
        })?;
        Ok(row.map(|(body,)| body))
    }

    /// Files whose claims wait, oldest first.
    pub async fn claim_files_waiting(&mut self, most: u32) -> Result<Vec<ClaimFile>> {
        let rows: Vec<FileRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "{SELECT} WHERE state = 'processing' ORDER BY received_at, facility, reception_number LIMIT $1"
            )))
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(read_file).collect()
    }

    /// Keeps what became of the next claims of a file. Belongs into the transaction that takes them, and fails it where
    /// another center took them, or the file, meanwhile.
    pub async fn put_claim_outcomes(
        &mut self,
        file: &ClaimFile,
        owner: Uuid,
        claims: u64,
        counts: &ClaimFileCounts,
        outcomes: &[u8],
        now: Timestamp,
    ) -> Result<()> {
        let counts = json_of(counts)?;
        let found = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_file SET claims_done = claims_done + $3, results = results + 1, counts = $4, updated_at = $5
                 WHERE facility = $1 AND reception_number = $2 AND state = 'processing' AND claims_done = $6
                     AND lease_owner = $7",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(time::signed(claims))
            .bind(&counts)
            .bind(time::ms(now))
            .bind(time::signed(file.claims_done))
            .bind(owner.as_bytes().to_vec())
            .execute(&mut *c)
            .await
        })?;
        if found != 1 {
            return Err(StoreError::RowsAffected { what: "claims of a file", expected: 1, found });
        }
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO claim_file_result (facility, reception_number, part, outcomes) VALUES ($1, $2, $3, $4)",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(time::signed(file.results))
            .bind(outcomes.to_vec())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// Nothing more will be done to a file: its pieces go.
    pub async fn close_claim_file(
        &mut self,
        file: &ClaimFile,
        counts: &ClaimFileCounts,
        refusal: Option<&ClaimRefusal>,
        now: Timestamp,
    ) -> Result<()> {
        let state = if refusal.is_some() { ClaimFileState::Refused } else { ClaimFileState::Done };
        let (counts, refusal) = (json_of(counts)?, refusal.map(json_of).transpose()?);
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_file SET state = $3, counts = $4, refusal = $5, updated_at = $6
                 WHERE facility = $1 AND reception_number = $2 AND state IN ('receiving', 'processing')",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(state.as_str())
            .bind(&counts)
            .bind(refusal.as_deref())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM claim_file_piece WHERE facility = $1 AND reception_number = $2")
                .bind(file.facility.as_str())
                .bind(&file.reception_number)
                .execute(&mut *c)
                .await
        })
        .map(drop)
    }

    /// Forgets a file that was begun and cannot be meant.
    pub async fn give_up_claim_file(&mut self, file: &ClaimFile) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM claim_file WHERE facility = $1 AND reception_number = $2 AND state = 'receiving'")
                .bind(file.facility.as_str())
                .bind(&file.reception_number)
                .execute(&mut *c)
                .await
        })
        .map(drop)
    }

    /// A part of what became of the claims of a file.
    pub async fn claim_outcomes(
        &mut self,
        facility: MedicalInstitutionCode,
        reception_number: &str,
        part: u64,
    ) -> Result<Option<Vec<u8>>> {
        let row: Option<(Vec<u8>,)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT outcomes FROM claim_file_result WHERE facility = $1 AND reception_number = $2 AND part = $3",
            )
            .bind(facility.as_str())
            .bind(reception_number)
            .bind(time::signed(part))
            .fetch_optional(&mut *c)
            .await
        })?;
        Ok(row.map(|(outcomes,)| outcomes))
    }

    /// Forgets files whose sender went away before `unfinished`, and what became of those that ended before `ended`.
    pub async fn forget_claim_files(&mut self, unfinished: Timestamp, ended: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "DELETE FROM claim_file WHERE (state = 'receiving' AND updated_at < $1)
                     OR (state IN ('done', 'refused') AND updated_at < $2)",
            )
            .bind(time::ms(unfinished))
            .bind(time::ms(ended))
            .execute(&mut *c)
            .await
        })
    }
}
