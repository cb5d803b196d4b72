//! `person_search`: searches for people by name that the center answered, with their proofs. Kept apart from checks, so that
//! whoever was looked up so stands in no list and is recalled by no later check.

use domain::{SearchOutcome, SearchPurpose};
use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::vault::Place;
use super::{Store, StoreError, millis, time};

const TABLE: &str = "person_search";

/// A search, as the page lists it: nothing about those searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchLine {
    /// Number of the search.
    pub request_id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who searched.
    pub asked_by: String,
    /// What for.
    pub purpose: SearchPurpose,
    /// What came of it.
    pub outcome: SearchOutcome,
    /// Short number of the proof.
    pub proof_number: String,
}

fn place(request_id: &str) -> Place<'_> {
    Place { table: TABLE, row: request_id, column: "proof_file" }
}

impl Store {
    /// Keeps a search with its proof file.
    pub async fn put_person_search(&self, line: &SearchLine, proof_file: &[u8]) -> Result<(), StoreError> {
        let id = line.request_id.to_string();
        let sealed = self.vault().seal(place(&id), proof_file)?;
        let mut tx = self.begin("person_search.put").await?;
        sqlx::query(
            "INSERT INTO person_search (request_id, at, asked_by, purpose, outcome, proof_number, proof_file)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (request_id) DO NOTHING",
        )
        .bind(&id)
        .bind(millis(line.at))
        .bind(&line.asked_by)
        .bind(line.purpose.code())
        .bind(line.outcome.code())
        .bind(&line.proof_number)
        .bind(sealed)
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// The newest searches.
    pub async fn person_searches(&self, most: u32) -> Result<Vec<SearchLine>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_id, at, asked_by, purpose, outcome, proof_number FROM person_search
             ORDER BY at DESC, request_id DESC LIMIT ?1",
        )
        .bind(most)
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let damaged = |column| StoreError::Damaged { table: TABLE, column };
                let text = |column: &str| row.try_get::<String, _>(column);
                Ok(SearchLine {
                    request_id: text("request_id")?.parse().map_err(|_| damaged("request_id"))?,
                    at: time(row.try_get("at")?),
                    asked_by: text("asked_by")?,
                    purpose: SearchPurpose::parse(&text("purpose")?).ok_or_else(|| damaged("purpose"))?,
                    outcome: SearchOutcome::parse(&text("outcome")?).ok_or_else(|| damaged("outcome"))?,
                    proof_number: text("proof_number")?,
                })
            })
            .collect()
    }

    /// The saved proof file of a search.
    pub async fn search_proof_file(&self, request_id: Uuid) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = request_id.to_string();
        let row = sqlx::query("SELECT proof_file FROM person_search WHERE request_id = ?1")
            .bind(&id)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| Ok(self.vault().open(place(&id), row.try_get("proof_file")?)?)).transpose()
    }
}
