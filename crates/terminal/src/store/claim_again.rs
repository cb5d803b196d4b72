//! `claim_file`: files of which claims fitted nobody, asked for again.

use std::ops::Range;

use jiff::Timestamp;
use wire::api::ClaimFileStatus;

use super::claim_files::{QueuedClaims, SaidOfClaims, damaged, place};
use super::{Store, StoreError, millis};

/// No file has as many parts.
const BESIDE: i64 = 1 << 32;

impl Store {
    /// The next file to be asked for again; see [`Store::next_claims`].
    pub async fn next_unmatched(&self, now: Timestamp, rest_max_ms: i64) -> Result<Option<QueuedClaims>, StoreError> {
        self.next_due("state = 'done' AND next_at > 0", now, rest_max_ms).await
    }

    /// When a file that is done is asked for again; none: not any more.
    pub async fn look_again_at(&self, number: i64, next_at: Option<Timestamp>) -> Result<(), StoreError> {
        let mut tx = self.begin("claims.again").await?;
        sqlx::query("UPDATE claim_file SET next_at = ?2 WHERE number = ?1 AND state = 'done'")
            .bind(number)
            .bind(next_at.map_or(0, millis))
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// Where the outcomes of a file that is done are written anew: beside those that are told meanwhile.
    pub async fn beside_outcomes(&self, number: i64) -> Result<i64, StoreError> {
        let first: i64 = sqlx::query_scalar("SELECT first_part FROM claim_file WHERE number = ?1")
            .bind(number)
            .fetch_one(self.pool())
            .await?;
        Ok(if first == 0 { BESIDE } else { 0 })
    }

    /// From now on these outcomes of a file that is done are told.
    pub async fn claims_told_anew(
        &self,
        file: &QueuedClaims,
        status: &ClaimFileStatus,
        written: Range<i64>,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = file.request_id.to_string();
        let json = serde_json::to_vec(&SaidOfClaims::Status(status.clone())).map_err(|_| damaged("said"))?;
        let mut tx = self.begin("claims.anew").await?;
        sqlx::query(
            "UPDATE claim_file SET said = ?2, next_at = ?3, changed_at = ?4, first_part = ?5
             WHERE number = ?1 AND state = 'done'",
        )
        .bind(file.number)
        .bind(self.vault().seal(place(&id, "said"), &json)?)
        .bind(next_at.map_or(0, millis))
        .bind(millis(now))
        .bind(written.start)
        .execute(tx.on())
        .await?;
        sqlx::query("DELETE FROM claim_outcome WHERE number = ?1 AND (part < ?2 OR part >= ?3)")
            .bind(file.number)
            .bind(written.start)
            .bind(written.end)
            .execute(tx.on())
            .await?;
        tx.commit().await
    }
}
