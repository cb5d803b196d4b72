//! `signed_answer`: what the center said, with its proof, exactly as it came.

use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;
use wire::api::Answer;
use zeroize::Zeroizing;

use super::arrivals::{NewArrival, put_arrival_on};
use super::face_files::put_face_file_on;
use super::vault::Place;
use super::visits::Visit;
use super::{Store, StoreError, Tx, millis};

/// How a question came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Typed at the desk.
    Desk,
    /// A file in the request folder.
    Folders,
    /// The JSON address of the desk.
    Api,
    /// A file of many questions, or the terminal by itself at night.
    Bulk,
    /// A card at the kiosk.
    Card,
}

impl Way {
    /// The stable word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Folders => "folders",
            Self::Api => "api",
            Self::Bulk => "bulk",
            Self::Card => "card",
        }
    }

    /// Whether the patient was here.
    pub(super) const fn is_visit(self) -> bool {
        match self {
            Self::Desk | Self::Folders | Self::Api | Self::Card => true,
            Self::Bulk => false,
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        [Self::Desk, Self::Folders, Self::Api, Self::Bulk, Self::Card].into_iter().find(|way| way.code() == code)
    }
}

/// An answer to be kept.
#[derive(Debug, Clone, Copy)]
pub struct KeptAnswer<'a> {
    /// What it says, with the number of the question.
    pub answer: &'a Answer,
    /// How the question came.
    pub way: Way,
    /// Short number of the proof.
    pub proof_number: &'a str,
    /// The saved proof file.
    pub proof_file: &'a [u8],
}

fn place(request_id: &str) -> Place<'_> {
    Place { table: "signed_answer", row: request_id, column: "proof_file" }
}

impl Store {
    /// Keeps answers, all or none. An answer that is already there stays as it is.
    pub async fn keep_answers(&self, answers: &[KeptAnswer<'_>], now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("answer.keep").await?;
        for answer in answers {
            self.keep_on(&mut tx, answer, now).await?;
        }
        tx.commit().await
    }

    /// Keeps what came of one check: its line in today's list and, if there was an answer, the answer. Both or none.
    pub async fn keep_check(
        &self,
        day: &str,
        visit: &Visit,
        answer: Option<&KeptAnswer<'_>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin("check.keep").await?;
        if let Some(answer) = answer {
            self.keep_on(&mut tx, answer, now).await?;
        }
        self.put_visit_on(&mut tx, day, visit).await?;
        tx.commit().await
    }

    /// Keeps a check by card: its line in the list, its answer, the arrival for the desk and the file for the face folder.
    /// All or nothing.
    pub async fn keep_card_check(
        &self,
        day: &str,
        visit: &Visit,
        answer: &KeptAnswer<'_>,
        arrival: &NewArrival<'_>,
        face_file: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin("card.keep").await?;
        self.keep_on(&mut tx, answer, now).await?;
        self.put_visit_on(&mut tx, day, visit).await?;
        put_arrival_on(&mut tx, answer.answer.request_id, day, arrival, now).await?;
        put_face_file_on(&mut tx, answer.answer.request_id, face_file, now).await?;
        tx.commit().await
    }

    /// Keeps an answer, and remembers whom it tells about.
    pub(super) async fn keep_on(&self, tx: &mut Tx, answer: &KeptAnswer<'_>, now: Timestamp) -> Result<(), StoreError> {
        let id = answer.answer.request_id.to_string();
        let sealed = self.vault().seal(place(&id), answer.proof_file)?;
        sqlx::query(
            "INSERT INTO signed_answer (request_id, kept_at, way, proof_number, proof_file)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (request_id) DO NOTHING",
        )
        .bind(&id)
        .bind(millis(now))
        .bind(answer.way.code())
        .bind(answer.proof_number)
        .bind(sealed)
        .execute(tx.on())
        .await?;
        self.remember_on(tx, answer.answer, answer.way).await
    }

    /// The saved proof file of a question.
    pub async fn proof_file(&self, request_id: Uuid) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = request_id.to_string();
        let row = sqlx::query("SELECT proof_file FROM signed_answer WHERE request_id = ?1")
            .bind(&id)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| Ok(self.vault().open(place(&id), row.try_get("proof_file")?)?)).transpose()
    }

    /// How many answers are kept.
    pub async fn count_answers(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM signed_answer").fetch_one(self.pool()).await?)
    }
}
