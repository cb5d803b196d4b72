//! `bulk_reception`: files of many questions that the center has received from us.

use jiff::Timestamp;
use sqlx::Row;

use super::vault::Place;
use super::{Store, StoreError, millis};

/// What the file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceptionKind {
    /// 資格確認 (005–008).
    Confirm,
    /// 照会番号登録 (009–012).
    Register,
}

impl ReceptionKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Register => "register",
        }
    }
}

/// What the second step has to give back and the center does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reception {
    /// 資格確認日, `yyyyMMdd`.
    pub day: Option<String>,
    /// 任意のファイル識別子.
    pub file_identifier: Option<String>,
}

fn place(reception_number: &str) -> Place<'_> {
    Place { table: "bulk_reception", row: reception_number, column: "file_identifier" }
}

impl Store {
    /// Remembers a reception.
    pub async fn put_reception(
        &self,
        reception_number: &str,
        kind: ReceptionKind,
        reception: &Reception,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let identifier = match &reception.file_identifier {
            Some(text) => Some(self.vault().seal(place(reception_number), text.as_bytes())?),
            None => None,
        };
        let mut tx = self.begin("reception.put").await?;
        sqlx::query(
            "INSERT INTO bulk_reception (reception_number, kind, day, file_identifier, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (reception_number) DO NOTHING",
        )
        .bind(reception_number)
        .bind(kind.code())
        .bind(reception.day.as_deref())
        .bind(identifier)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// What was remembered; none when another terminal of the house sent the file.
    pub async fn reception(
        &self,
        reception_number: &str,
        kind: ReceptionKind,
    ) -> Result<Option<Reception>, StoreError> {
        let row =
            sqlx::query("SELECT day, file_identifier FROM bulk_reception WHERE reception_number = ?1 AND kind = ?2")
                .bind(reception_number)
                .bind(kind.code())
                .fetch_optional(self.pool())
                .await?;
        row.map(|row| {
            let file_identifier = match row.try_get::<Option<&[u8]>, _>("file_identifier")? {
                Some(sealed) => {
                    let text = self.vault().open(place(reception_number), sealed)?;
                    Some(String::from_utf8_lossy(&text).into_owned())
                }
                None => None,
            };
            Ok(Reception { day: row.try_get("day")?, file_identifier })
        })
        .transpose()
    }
}
