//! `setting`: what an administrator sets on the desk.

use jiff::Timestamp;

use super::{Store, StoreError, millis};

/// Something that is set on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The facility's password for 目視確認 at the kiosk, as argon2id in PHC form.
    FacilityPassword,
}

impl Setting {
    const fn name(self) -> &'static str {
        match self {
            Self::FacilityPassword => "facility_password",
        }
    }
}

impl Store {
    /// What is set; none when nothing is.
    pub async fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT value FROM setting WHERE name = ?1")
            .bind(setting.name())
            .fetch_optional(self.pool())
            .await?)
    }

    /// Sets it, or with none removes it.
    pub async fn set(&self, setting: Setting, value: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("setting.set").await?;
        match value {
            Some(value) => {
                sqlx::query(
                    "INSERT INTO setting (name, value, changed_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
                )
                .bind(setting.name())
                .bind(value)
                .bind(millis(now))
                .execute(tx.on())
                .await?
            }
            None => sqlx::query("DELETE FROM setting WHERE name = ?1").bind(setting.name()).execute(tx.on()).await?,
        };
        tx.commit().await
    }
}
