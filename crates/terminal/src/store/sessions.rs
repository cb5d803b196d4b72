//! `session`: who is signed in. Only a hash of the cookie is kept.

use jiff::Timestamp;
use sqlx::Row;

use super::users::Role;
use super::{Store, StoreError, millis, time};
use crate::limits;

/// A session that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in.
    pub user_name: String,
    /// What they may do.
    pub role: Role,
    /// When it was last used, as written down.
    pub used_at: Timestamp,
}

impl Store {
    /// Signs somebody in.
    pub async fn begin_session(&self, token_hash: &[u8], user_name: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("session.begin").await?;
        sqlx::query("INSERT INTO session (token_hash, user_name, began_at, used_at) VALUES (?1, ?2, ?3, ?3)")
            .bind(token_hash)
            .bind(user_name)
            .bind(millis(now))
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// The session of a cookie, unless it is over or its owner is shut out.
    pub async fn session(&self, token_hash: &[u8], now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(
            "SELECT s.user_name, u.role, s.used_at FROM session s JOIN desk_user u ON u.user_name = s.user_name
             WHERE s.token_hash = ?1 AND u.disabled = 0 AND s.used_at > ?2 AND s.began_at > ?3",
        )
        .bind(token_hash)
        .bind(millis(now) - span(limits::SESSION_IDLE_TIME))
        .bind(millis(now) - span(limits::SESSION_TIME_MAX))
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| {
            let role: String = row.try_get("role")?;
            Ok(Session {
                user_name: row.try_get("user_name")?,
                role: Role::parse(&role).ok_or(StoreError::Damaged { table: "desk_user", column: "role" })?,
                used_at: time(row.try_get("used_at")?),
            })
        })
        .transpose()
    }

    /// Writes down that a session is in use.
    pub async fn touch_session(&self, token_hash: &[u8], now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE session SET used_at = ?2 WHERE token_hash = ?1")
            .bind(token_hash)
            .bind(millis(now))
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Signs out.
    pub async fn end_session(&self, token_hash: &[u8]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE token_hash = ?1").bind(token_hash).execute(self.pool()).await?;
        Ok(())
    }
}

/// A limit in the unit of the time columns.
pub(super) fn span(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
