//! `visit`: today's list. One row for every check at the window, answered or not.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use uuid::Uuid;

use super::answers::Way;
use super::vault::Place;
use super::{Store, StoreError, Tx, millis, time};

/// Who it was about, for the list. Personal data: sealed in the store, blank in the log.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitPerson {
    /// 氏名, or nothing when the check found nobody.
    pub name: String,
    /// 氏名カナ.
    pub kana: String,
    /// 生年月日 as asked.
    pub birthdate: String,
    /// 保険者番号 as asked.
    pub insurer_number: String,
    /// 保険者名称.
    pub insurer_name: String,
    /// The original name where the answer file had to fold a character, else empty.
    pub folded_from: String,
}

impl std::fmt::Debug for VisitPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitPerson(…)")
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Number of the question.
    pub request_id: Uuid,
    /// When.
    pub at: Timestamp,
    /// How it came.
    pub way: Way,
    /// User name; empty for the folders.
    pub asked_by: String,
    /// A verdict, `unreadable`, `refused` or `could_not_ask`.
    pub outcome: String,
    /// Percent to collect.
    pub share_percent: Option<u8>,
    /// Short number of the proof.
    pub proof_number: Option<String>,
    /// Who.
    pub person: VisitPerson,
}

fn place(request_id: &str) -> Place<'_> {
    Place { table: "visit", row: request_id, column: "person" }
}

impl Store {
    /// Writes a line; the same question asked again replaces its line.
    pub(super) async fn put_visit_on(&self, tx: &mut Tx, day: &str, visit: &Visit) -> Result<(), StoreError> {
        let id = visit.request_id.to_string();
        let person =
            serde_json::to_vec(&visit.person).map_err(|_| StoreError::Damaged { table: "visit", column: "person" })?;
        let sealed = self.vault().seal(place(&id), &person)?;
        sqlx::query(
            "INSERT INTO visit (request_id, day, at, way, asked_by, outcome, share_percent, proof_number, person)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (request_id) DO UPDATE SET
               at = excluded.at, outcome = excluded.outcome, share_percent = excluded.share_percent,
               proof_number = excluded.proof_number, person = excluded.person",
        )
        .bind(&id)
        .bind(day)
        .bind(millis(visit.at))
        .bind(visit.way.code())
        .bind(&visit.asked_by)
        .bind(&visit.outcome)
        .bind(visit.share_percent.map(i64::from))
        .bind(visit.proof_number.as_deref())
        .bind(sealed)
        .execute(tx.on())
        .await?;
        Ok(())
    }

    /// The lines of a day, latest first, at most `rows_max` of them.
    pub async fn visits(&self, day: &str, rows_max: u32) -> Result<Vec<Visit>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_id, at, way, asked_by, outcome, share_percent, proof_number, person
             FROM visit WHERE day = ?1 ORDER BY at DESC, request_id DESC LIMIT ?2",
        )
        .bind(day)
        .bind(i64::from(rows_max))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(|row| self.read_visit(row)).collect()
    }

    /// Lines by the numbers of their checks.
    pub async fn visits_of(&self, numbers: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Visit>, StoreError> {
        let ids: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
        let ids =
            serde_json::to_string(&ids).map_err(|_| StoreError::Damaged { table: "visit", column: "request_id" })?;
        let rows = sqlx::query(
            "SELECT request_id, at, way, asked_by, outcome, share_percent, proof_number, person
             FROM visit WHERE request_id IN (SELECT value FROM json_each(?1))",
        )
        .bind(ids)
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(|row| self.read_visit(row).map(|visit| (visit.request_id, visit))).collect()
    }

    /// How many lines a day has.
    pub async fn count_visits(&self, day: &str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM visit WHERE day = ?1").bind(day).fetch_one(self.pool()).await?)
    }

    fn read_visit(&self, row: &sqlx::sqlite::SqliteRow) -> Result<Visit, StoreError> {
        let damaged = |column| StoreError::Damaged { table: "visit", column };
        let id: String = row.try_get("request_id")?;
        let way: String = row.try_get("way")?;
        let person = match row.try_get::<Option<&[u8]>, _>("person")? {
            Some(sealed) => {
                serde_json::from_slice(&self.vault().open(place(&id), sealed)?).map_err(|_| damaged("person"))?
            }
            None => VisitPerson::default(),
        };
        Ok(Visit {
            request_id: id.parse().map_err(|_| damaged("request_id"))?,
            at: time(row.try_get("at")?),
            way: Way::parse(&way).ok_or_else(|| damaged("way"))?,
            asked_by: row.try_get("asked_by")?,
            outcome: row.try_get("outcome")?,
            share_percent: row.try_get::<Option<i64>, _>("share_percent")?.and_then(|p| u8::try_from(p).ok()),
            proof_number: row.try_get("proof_number")?,
            person,
        })
    }
}
