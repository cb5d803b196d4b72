//! `claim_file`, `claim_piece`, `claim_outcome`: claims that are submitted, and what the center said to each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use wire::api::{ClaimFileStatus, ProblemDocument};
use zeroize::Zeroizing;

use super::vault::Place;
use super::{Store, StoreError, millis, time};

const TABLE: &str = "claim_file";

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimFileState {
    /// Being written into the queue; a stop now leaves nothing of it.
    Storing,
    /// In the queue.
    Waiting,
    /// All of it is at the center.
    Sent,
    /// Every claim has an outcome, and it is kept here.
    Done,
    /// The center refuses it as a whole.
    Refused,
}

impl ClaimFileState {
    const ALL: [Self; 5] = [Self::Storing, Self::Waiting, Self::Sent, Self::Done, Self::Refused];

    /// As in the table, and for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Storing => "storing",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// As the window reads it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Storing => "控え中",
            Self::Waiting => "送信待ち",
            Self::Sent => "送信済み・処理中",
            Self::Done => "結果あり",
            Self::Refused => "受付不可",
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        Self::ALL.into_iter().find(|state| state.code() == code).ok_or_else(|| damaged("state"))
    }
}

/// What is known of a file since it was queued.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AboutClaims {
    /// Its name.
    pub file_name: String,
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Its length, in bytes.
    pub bytes: u64,
    /// Claims in it.
    pub claims: u64,
    /// Of them, those that the center will set aside.
    pub set_aside: u64,
}

/// The name of a file may hold one of a person.
impl std::fmt::Debug for AboutClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AboutClaims").field("bytes", &self.bytes).field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// What the center said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaidOfClaims {
    /// How far it is.
    Status(ClaimFileStatus),
    /// It refuses the file, or lets this terminal not in.
    Refused(ProblemDocument),
    /// It could not be asked: the stable code of why.
    CouldNotAsk(String),
}

/// A file in the queue, or behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedClaims {
    /// 控え番号.
    pub number: i64,
    /// Its number towards the center.
    pub request_id: Uuid,
    /// How far it is.
    pub state: ClaimFileState,
    /// What it is.
    pub about: AboutClaims,
    /// What the center said last.
    pub said: Option<SaidOfClaims>,
    /// Attempts in vain since the last that worked.
    pub tries: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When this changed last.
    pub changed_at: Timestamp,
}

impl QueuedClaims {
    /// How far the center says it is.
    pub fn status(&self) -> Option<&ClaimFileStatus> {
        match &self.said {
            Some(SaidOfClaims::Status(status)) => Some(status),
            Some(SaidOfClaims::Refused(_) | SaidOfClaims::CouldNotAsk(_)) | None => None,
        }
    }
}

pub(super) fn damaged(column: &'static str) -> StoreError {
    StoreError::Damaged { table: TABLE, column }
}

pub(super) fn place<'a>(request_id: &'a str, column: &'static str) -> Place<'a> {
    Place { table: TABLE, row: request_id, column }
}

const COLUMNS: &str = "number, request_id, state, about, said, tries, queued_at, changed_at";

impl Store {
    /// A keyed hash of a file's digest.
    pub(super) fn claims_mac(&self, digest: &str) -> Vec<u8> {
        self.vault().mac(&[b"claim file", digest.as_bytes()]).to_vec()
    }

    /// The latest file with this digest that was not refused.
    pub async fn same_claims(&self, digest: &str) -> Result<Option<QueuedClaims>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM claim_file WHERE digest_mac = ?1 AND state IN ('waiting', 'sent', 'done')
             ORDER BY number DESC LIMIT 1"
        );
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.claims_mac(digest)).fetch_optional(self.pool()).await?;
        row.as_ref().map(|row| self.read_claims(row)).transpose()
    }

    /// Begins a file: its pieces follow, and nothing is sent before [`Store::claims_stored`]. Gives its number.
    pub async fn begin_claims(&self, request_id: Uuid, about: &AboutClaims, now: Timestamp) -> Result<i64, StoreError> {
        let id = request_id.to_string();
        let json = serde_json::to_vec(about).map_err(|_| damaged("about"))?;
        let mut tx = self.begin("claims.begin").await?;
        let number = sqlx::query_scalar(
            "INSERT INTO claim_file (request_id, state, digest_mac, about, queued_at, changed_at)
             VALUES (?1, 'storing', ?2, ?3, ?4, ?4) RETURNING number",
        )
        .bind(&id)
        .bind(self.claims_mac(&about.digest))
        .bind(self.vault().seal(place(&id, "about"), &json)?)
        .bind(millis(now))
        .fetch_one(tx.on())
        .await?;
        tx.commit().await?;
        Ok(number)
    }

    /// Keeps pieces of a file; `first` is the number of the first of them.
    pub async fn put_claim_pieces(
        &self,
        number: i64,
        first: i64,
        pieces: &[Zeroizing<Vec<u8>>],
    ) -> Result<(), StoreError> {
        let mut tx = self.begin("claims.pieces").await?;
        for (piece, body) in (first..).zip(pieces) {
            let row = format!("{number}/{piece}");
            let at = Place { table: "claim_piece", row: &row, column: "body" };
            sqlx::query("INSERT INTO claim_piece (number, piece, body) VALUES (?1, ?2, ?3)")
                .bind(number)
                .bind(piece)
                .bind(self.vault().seal(at, body)?)
                .execute(tx.on())
                .await?;
        }
        tx.commit().await
    }

    /// All pieces are here: from now on the file is in the queue.
    pub async fn claims_stored(&self, number: i64, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("claims.stored").await?;
        sqlx::query("UPDATE claim_file SET state = 'waiting', changed_at = ?2 WHERE number = ?1 AND state = 'storing'")
            .bind(number)
            .bind(millis(now))
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// Nothing of a file that was begun is kept.
    pub async fn drop_claims(&self, number: i64) -> Result<(), StoreError> {
        let mut tx = self.begin("claims.drop").await?;
        sqlx::query("DELETE FROM claim_file WHERE number = ?1 AND state = 'storing'")
            .bind(number)
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// The next file to do something about, the oldest first. One whose time lies further ahead than `rest_max_ms` was put
    /// off by a clock that was wrong, and is due.
    pub async fn next_claims(&self, now: Timestamp, rest_max_ms: i64) -> Result<Option<QueuedClaims>, StoreError> {
        self.next_due("state IN ('waiting', 'sent')", now, rest_max_ms).await
    }

    /// The next of the files of which this is true.
    pub(super) async fn next_due(
        &self,
        is_true: &'static str,
        now: Timestamp,
        rest_max_ms: i64,
    ) -> Result<Option<QueuedClaims>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM claim_file WHERE {is_true} AND (next_at <= ?1 OR next_at > ?1 + ?2)
             ORDER BY next_at, number LIMIT 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(millis(now))
            .bind(rest_max_ms)
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(|row| self.read_claims(row)).transpose()
    }

    /// A piece of a file.
    pub async fn claim_piece(&self, number: i64, piece: i64) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row = sqlx::query("SELECT body FROM claim_piece WHERE number = ?1 AND piece = ?2")
            .bind(number)
            .bind(piece)
            .fetch_optional(self.pool())
            .await?;
        let at = format!("{number}/{piece}");
        let at = Place { table: "claim_piece", row: &at, column: "body" };
        row.map(|row| Ok(self.vault().open(at, row.try_get("body")?)?)).transpose()
    }

    /// Writes down what the center said and how far the file is now. With `next_at` it is put off, and that counts as an
    /// attempt in vain where the center could not be asked.
    pub async fn note_claims(
        &self,
        file: &QueuedClaims,
        state: ClaimFileState,
        said: &SaidOfClaims,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = file.request_id.to_string();
        let json = serde_json::to_vec(said).map_err(|_| damaged("said"))?;
        let in_vain = !matches!(said, SaidOfClaims::Status(_));
        let mut tx = self.begin("claims.note").await?;
        sqlx::query(
            "UPDATE claim_file SET state = ?2, said = ?3, next_at = ?4, tries = CASE WHEN ?5 THEN tries + 1 ELSE 0 END,
                 changed_at = ?6 WHERE number = ?1 AND state IN ('waiting', 'sent')",
        )
        .bind(file.number)
        .bind(state.code())
        .bind(self.vault().seal(place(&id, "said"), &json)?)
        .bind(next_at.map_or(0, millis))
        .bind(in_vain)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        if state == ClaimFileState::Refused {
            sqlx::query("DELETE FROM claim_piece WHERE number = ?1").bind(file.number).execute(tx.on()).await?;
        }
        tx.commit().await
    }

    /// Keeps a part of what became of the claims.
    pub async fn put_claim_outcomes(&self, number: i64, part: i64, lines: &[u8]) -> Result<(), StoreError> {
        let row = format!("{number}/{part}");
        let at = Place { table: "claim_outcome", row: &row, column: "body" };
        let mut tx = self.begin("claims.outcomes").await?;
        sqlx::query("INSERT OR REPLACE INTO claim_outcome (number, part, body) VALUES (?1, ?2, ?3)")
            .bind(number)
            .bind(part)
            .bind(self.vault().seal(at, lines)?)
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// What became of all claims is kept, in this many parts: the file itself is not needed any more. `next_at` is when the
    /// center is asked for them again.
    pub async fn claims_done(
        &self,
        file: &QueuedClaims,
        status: &ClaimFileStatus,
        parts: i64,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = file.request_id.to_string();
        let json = serde_json::to_vec(&SaidOfClaims::Status(status.clone())).map_err(|_| damaged("said"))?;
        let mut tx = self.begin("claims.done").await?;
        sqlx::query(
            "UPDATE claim_file SET state = 'done', said = ?2, changed_at = ?3, tries = 0, next_at = ?4
             WHERE number = ?1 AND state = 'sent'",
        )
        .bind(file.number)
        .bind(self.vault().seal(place(&id, "said"), &json)?)
        .bind(millis(now))
        .bind(next_at.map_or(0, millis))
        .execute(tx.on())
        .await?;
        for statement in [
            "DELETE FROM claim_piece WHERE number = ?1 AND ?2 >= 0",
            // What an earlier attempt left that fetched more.
            "DELETE FROM claim_outcome WHERE number = ?1 AND part >= ?2",
        ] {
            sqlx::query(statement).bind(file.number).bind(parts).execute(tx.on()).await?;
        }
        tx.commit().await
    }

    /// A part of what became of the claims of a file, from 0.
    pub async fn claim_outcomes(&self, number: i64, part: i64) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row = sqlx::query(
            "SELECT o.part, o.body FROM claim_file f JOIN claim_outcome o ON o.number = f.number AND o.part = f.first_part + ?2
             WHERE f.number = ?1",
        )
        .bind(number)
        .bind(part)
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| {
            let at = format!("{number}/{}", row.try_get::<i64, _>("part")?);
            let at = Place { table: "claim_outcome", row: &at, column: "body" };
            Ok(self.vault().open(at, row.try_get("body")?)?)
        })
        .transpose()
    }

    /// A file by its number.
    pub async fn claims(&self, number: i64) -> Result<Option<QueuedClaims>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM claim_file WHERE number = ?1 AND state <> 'storing'");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(number).fetch_optional(self.pool()).await?;
        row.as_ref().map(|row| self.read_claims(row)).transpose()
    }

    /// The newest files.
    pub async fn newest_claims(&self, most: u32) -> Result<Vec<QueuedClaims>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM claim_file WHERE state <> 'storing' ORDER BY number DESC LIMIT ?1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(most)).fetch_all(self.pool()).await?;
        rows.iter().map(|row| self.read_claims(row)).collect()
    }

    pub(super) fn read_claims(&self, row: &SqliteRow) -> Result<QueuedClaims, StoreError> {
        let id: String = row.try_get("request_id")?;
        let about = self.vault().open(place(&id, "about"), row.try_get("about")?)?;
        let said: Option<&[u8]> = row.try_get("said")?;
        let said = said.map(|said| self.vault().open(place(&id, "said"), said)).transpose()?;
        Ok(QueuedClaims {
            number: row.try_get("number")?,
            request_id: id.parse().map_err(|_| damaged("request_id"))?,
            state: ClaimFileState::read(row.try_get("state")?)?,
            about: serde_json::from_slice(&about).map_err(|_| damaged("about"))?,
            said: said.map(|said| serde_json::from_slice(&said)).transpose().map_err(|_| damaged("said"))?,
            tries: u32::try_from(row.try_get::<i64, _>("tries")?).map_err(|_| damaged("tries"))?,
            queued_at: time(row.try_get("queued_at")?),
            changed_at: time(row.try_get("changed_at")?),
        })
    }
}
