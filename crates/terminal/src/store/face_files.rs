//! `face_file`: what is to be written into the face folder. The bytes follow from the signed answer, so only the name and
//! whether it was written are kept.

use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;

use super::{Store, StoreError, Tx, millis};

/// A file that waits to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFaceFile {
    /// Number of the check.
    pub request_id: Uuid,
    /// Name of the file.
    pub file_name: String,
}

pub(super) async fn put_face_file_on(
    tx: &mut Tx,
    request_id: Uuid,
    file_name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO face_file (request_id, file_name, state, made_at) VALUES (?1, ?2, 'waiting', ?3)
         ON CONFLICT (request_id) DO NOTHING",
    )
    .bind(request_id.to_string())
    .bind(file_name)
    .bind(millis(now))
    .execute(tx.on())
    .await?;
    Ok(())
}

impl Store {
    /// Files that wait, the oldest first, at most `rows_max` of them.
    pub async fn waiting_face_files(&self, rows_max: u32) -> Result<Vec<WaitingFaceFile>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_id, file_name FROM face_file WHERE state = 'waiting' ORDER BY made_at, request_id LIMIT ?1",
        )
        .bind(i64::from(rows_max))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get("request_id")?;
                let damaged = |_| StoreError::Damaged { table: "face_file", column: "request_id" };
                Ok(WaitingFaceFile { request_id: id.parse().map_err(damaged)?, file_name: row.try_get("file_name")? })
            })
            .collect()
    }

    /// The file is in its place.
    pub async fn face_file_written(&self, request_id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.begin("face.written").await?;
        sqlx::query("UPDATE face_file SET state = 'written' WHERE request_id = ?1")
            .bind(request_id.to_string())
            .execute(tx.on())
            .await?;
        tx.commit().await
    }
}
