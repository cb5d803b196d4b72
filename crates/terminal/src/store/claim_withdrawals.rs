//! `claim_withdrawal`: claims to be taken back, until the center has taken them back.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, millis, time};

const TABLE: &str = "claim_withdrawal";

/// How far a withdrawal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalState {
    /// In the queue.
    Waiting,
    /// The claim is withdrawn.
    Done,
    /// The center has no such claim of this institution.
    Refused,
}

impl WithdrawalState {
    /// As in the table, and for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// As the window reads it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "送信待ち",
            Self::Done => "取下げ済み",
            Self::Refused => "該当するレセプトなし",
        }
    }
}

/// A claim to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedWithdrawal {
    /// 受付番号 of the claim.
    pub claim_number: String,
    /// How far it is.
    pub state: WithdrawalState,
    /// Code of what the center said last; empty: nothing yet.
    pub said: String,
    /// Attempts in vain.
    pub tries: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
}

const COLUMNS: &str = "claim_number, state, said, tries, queued_at";

impl Store {
    /// Queues a withdrawal. One that was refused is tried anew; one that waits or is done stays as it is.
    pub async fn put_withdrawal(&self, claim_number: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("withdrawal.put").await?;
        sqlx::query(
            "INSERT INTO claim_withdrawal (claim_number, state, queued_at, changed_at) VALUES (?1, 'waiting', ?2, ?2)
             ON CONFLICT (claim_number) DO UPDATE SET state = 'waiting', said = '', tries = 0, next_at = 0,
                 queued_at = excluded.queued_at, changed_at = excluded.changed_at WHERE state <> 'waiting'",
        )
        .bind(claim_number)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// The next withdrawal to be sent; see [`Store::next_claims`].
    pub async fn next_withdrawal(
        &self,
        now: Timestamp,
        rest_max_ms: i64,
    ) -> Result<Option<QueuedWithdrawal>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM claim_withdrawal WHERE state = 'waiting' AND (next_at <= ?1 OR next_at > ?1 + ?2)
             ORDER BY queued_at, claim_number LIMIT 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(millis(now))
            .bind(rest_max_ms)
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Writes down what came of a withdrawal.
    pub async fn note_withdrawal(
        &self,
        claim_number: &str,
        state: WithdrawalState,
        said: &str,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin("withdrawal.note").await?;
        sqlx::query(
            "UPDATE claim_withdrawal SET state = ?2, said = ?3, next_at = ?4, tries = tries + 1, changed_at = ?5
             WHERE claim_number = ?1 AND state = 'waiting'",
        )
        .bind(claim_number)
        .bind(state.code())
        .bind(said)
        .bind(next_at.map_or(0, millis))
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// The newest withdrawals.
    pub async fn newest_withdrawals(&self, most: u32) -> Result<Vec<QueuedWithdrawal>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM claim_withdrawal ORDER BY queued_at DESC, claim_number LIMIT ?1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(most)).fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &SqliteRow) -> Result<QueuedWithdrawal, StoreError> {
    let damaged = |column| StoreError::Damaged { table: TABLE, column };
    let state: &str = row.try_get("state")?;
    let all = [WithdrawalState::Waiting, WithdrawalState::Done, WithdrawalState::Refused];
    Ok(QueuedWithdrawal {
        claim_number: row.try_get("claim_number")?,
        state: all.into_iter().find(|known| known.code() == state).ok_or_else(|| damaged("state"))?,
        said: row.try_get("said")?,
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).map_err(|_| damaged("tries"))?,
        queued_at: time(row.try_get("queued_at")?),
    })
}
