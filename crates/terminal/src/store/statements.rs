//! `statement`: 被保険者資格申立書, what a patient said about the insurance where nothing could be told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use uuid::Uuid;

use super::vault::Place;
use super::{Store, StoreError, millis};
use crate::limits;

const TABLE: &str = "statement";

/// What the patient said, as it was taken down. Personal data: sealed in the store, blank in the log.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Statement {
    /// 氏名.
    pub name: String,
    /// 氏名カナ.
    pub kana: String,
    /// 生年月日.
    pub birthdate: String,
    /// 住所.
    pub address: String,
    /// 連絡先電話番号.
    pub telephone: String,
    /// 保険種別, a word of the form.
    pub kind: String,
    /// 保険者等名称.
    pub insurer: String,
    /// 事業所名.
    pub employer: String,
    /// Since when, in the patient's words.
    pub since: String,
    /// 一部負担金の割合, a word of the form.
    pub share: String,
    /// Anything else.
    pub note: String,
}

impl Statement {
    /// Without white space around, and each field within [`limits::STATEMENT_FIELD_CHARS_MAX`].
    #[must_use]
    pub fn shortened(mut self) -> Self {
        for field in [
            &mut self.name,
            &mut self.kana,
            &mut self.birthdate,
            &mut self.address,
            &mut self.telephone,
            &mut self.kind,
            &mut self.insurer,
            &mut self.employer,
            &mut self.since,
            &mut self.share,
            &mut self.note,
        ] {
            *field = field.trim().chars().take(limits::STATEMENT_FIELD_CHARS_MAX).collect();
        }
        self
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Statement(…)")
    }
}

/// A statement with who took it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenDown {
    /// What was said.
    pub statement: Statement,
    /// By whom it was taken down.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

fn place(request_id: &str) -> Place<'_> {
    Place { table: TABLE, row: request_id, column: "body" }
}

impl Store {
    /// Keeps a statement in place of an earlier one about the same case, and gives the line of the list the name where it
    /// has none. Both or none.
    pub async fn put_statement(&self, request_id: Uuid, taken: &TakenDown) -> Result<(), StoreError> {
        let id = request_id.to_string();
        let body =
            serde_json::to_vec(&taken.statement).map_err(|_| StoreError::Damaged { table: TABLE, column: "body" })?;
        let visit = self.visits_of([request_id]).await?.remove(&request_id);
        let mut tx = self.begin("statement.put").await?;
        sqlx::query(
            "INSERT INTO statement (request_id, taken_at, taken_by, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (request_id) DO UPDATE SET taken_at = excluded.taken_at, taken_by = excluded.taken_by,
               body = excluded.body",
        )
        .bind(&id)
        .bind(millis(taken.at))
        .bind(&taken.by)
        .bind(self.vault().seal(place(&id), &body)?)
        .execute(tx.on())
        .await?;
        if let Some(mut visit) = visit.filter(|visit| visit.proof_number.is_none()) {
            taken.statement.name.clone_into(&mut visit.person.name);
            taken.statement.kana.clone_into(&mut visit.person.kana);
            taken.statement.insurer.clone_into(&mut visit.person.insurer_name);
            // The day of a line that is there stays as it is.
            self.put_visit_on(&mut tx, "", &visit).await?;
        }
        tx.commit().await
    }

    /// The statement about a case.
    pub async fn statement(&self, request_id: Uuid) -> Result<Option<TakenDown>, StoreError> {
        let id = request_id.to_string();
        let row = sqlx::query("SELECT taken_at, taken_by, body FROM statement WHERE request_id = ?1")
            .bind(&id)
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let body = self.vault().open(place(&id), row.try_get("body")?)?;
        Ok(Some(TakenDown {
            statement: serde_json::from_slice(&body)
                .map_err(|_| StoreError::Damaged { table: TABLE, column: "body" })?,
            by: row.try_get("taken_by")?,
            at: super::time(row.try_get("taken_at")?),
        }))
    }
}
