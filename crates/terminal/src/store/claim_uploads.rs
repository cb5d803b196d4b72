//! `claim_file`: files that came from the page. Until somebody sends them they are being stored, and are in no list.

use jiff::Timestamp;

use super::claim_files::{AboutClaims, damaged, place};
use super::{Store, StoreError, millis};

impl Store {
    /// A file that was begun is here whole, and this is what it is.
    pub async fn claims_checked(&self, number: i64, about: &AboutClaims) -> Result<(), StoreError> {
        let json = serde_json::to_vec(about).map_err(|_| damaged("about"))?;
        let mut tx = self.begin("claims.checked").await?;
        let id: String = sqlx::query_scalar("SELECT request_id FROM claim_file WHERE number = ?1")
            .bind(number)
            .fetch_one(tx.on())
            .await?;
        sqlx::query(
            "UPDATE claim_file SET about = ?2, digest_mac = ?3, checked = 1 WHERE number = ?1 AND state = 'storing'",
        )
        .bind(number)
        .bind(self.vault().seal(place(&id, "about"), &json)?)
        .bind(self.claims_mac(&about.digest))
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// Puts a checked file into the queue. False if there is none of this number that waits for that.
    pub async fn send_checked(&self, number: i64, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.begin("claims.send").await?;
        let sent = sqlx::query(
            "UPDATE claim_file SET state = 'waiting', queued_at = ?2, changed_at = ?2
             WHERE number = ?1 AND state = 'storing' AND checked = 1",
        )
        .bind(number)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        tx.commit().await?;
        Ok(sent.rows_affected() == 1)
    }

    /// Lets a checked file go that nobody wants to send.
    pub async fn drop_checked(&self, number: i64) -> Result<(), StoreError> {
        let mut tx = self.begin("claims.drop_checked").await?;
        sqlx::query("DELETE FROM claim_file WHERE number = ?1 AND state = 'storing' AND checked = 1")
            .bind(number)
            .execute(tx.on())
            .await?;
        tx.commit().await
    }
}
