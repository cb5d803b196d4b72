//! `face_file`: what is to be written into the face folder. The bytes follow from the signed answer, so only the name and
//! whether it was written are kept.

use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;

use super::{Store, StoreError, Tx, millis};

/// A file that is not in its place yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFaceFile {
    /// Number of the check.
    pub request_id: Uuid,
    /// Name of the file.
    pub file_name: String,
    /// It is written aside, and may have been renamed.
    pub is_delivering: bool,
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
    /// Files that are not in their place, the oldest first, at most `rows_max` of them.
    pub async fn open_face_files(&self, rows_max: u32) -> Result<Vec<OpenFaceFile>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_id, file_name, state FROM face_file WHERE state <> 'written'
             ORDER BY made_at, request_id LIMIT ?1",
        )
        .bind(i64::from(rows_max))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get("request_id")?;
                let state: String = row.try_get("state")?;
                let damaged = |_| StoreError::Damaged { table: "face_file", column: "request_id" };
                Ok(OpenFaceFile {
                    request_id: id.parse().map_err(damaged)?,
                    file_name: row.try_get("file_name")?,
                    is_delivering: state == "delivering",
                })
            })
            .collect()
    }

    /// The file is written aside.
    pub async fn face_file_delivering(&self, request_id: Uuid) -> Result<(), StoreError> {
        self.set_face_file(request_id, "delivering").await
    }

    /// The file is in its place.
    pub async fn face_file_written(&self, request_id: Uuid) -> Result<(), StoreError> {
        self.set_face_file(request_id, "written").await
    }

    async fn set_face_file(&self, request_id: Uuid, state: &'static str) -> Result<(), StoreError> {
        let mut tx = self.begin("face.state").await?;
        sqlx::query("UPDATE face_file SET state = ?2 WHERE request_id = ?1")
            .bind(request_id.to_string())
            .bind(state)
            .execute(tx.on())
            .await?;
        tx.commit().await
    }
}
