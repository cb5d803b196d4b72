//! `bridge_request` and `bridge_part`: files taken from the request folder.
//!
//! The states, and what a restart finds in each:
//!
//! | state | what holds | after a restart |
//! |---|---|---|
//! | `taken` | the content is here; the file may still lie in the folder | it is worked on again with the same number |
//! | `answered` | the answer is here, nothing is in the answer folder | it is written again |
//! | `delivering` | the answer is written aside, complete and flushed | aside file there: renamed; gone: it was renamed |
//! | `delivered` | the answer was renamed to its place | nothing |

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::vault::Place;
use super::{Store, StoreError, Tx, millis};

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    /// Its content is in the store.
    Taken,
    /// Its answer is in the store.
    Answered,
    /// Its answer is written aside.
    Delivering,
    /// Its answer is in its place.
    Delivered,
}

impl RequestState {
    const fn code(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Answered => "answered",
            Self::Delivering => "delivering",
            Self::Delivered => "delivered",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Taken, Self::Answered, Self::Delivering, Self::Delivered].into_iter().find(|s| s.code() == code)
    }
}

/// What an answer file is, and with that how its name ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswerKind {
    /// `….xml`
    #[default]
    Xml,
    /// `….pdf`
    Pdf,
    /// The name of the request with `.err`.
    Error,
}

impl AnswerKind {
    const fn columns(self) -> (i64, i64) {
        match self {
            Self::Xml => (0, 0),
            Self::Pdf => (0, 1),
            Self::Error => (1, 0),
        }
    }

    const fn of_columns(is_error: i64, is_pdf: i64) -> Self {
        match (is_error, is_pdf) {
            (0, 0) => Self::Xml,
            (0, _) => Self::Pdf,
            _ => Self::Error,
        }
    }
}

/// A request that is not finished.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenRequest {
    /// Its number, also towards the center.
    pub request_id: Uuid,
    /// Name of the file taken.
    pub file_name: String,
    /// How far it is.
    pub state: RequestState,
    /// What its answer is.
    pub kind: AnswerKind,
    /// Whether the file was larger than any request may be; there is no content then.
    pub too_large: bool,
}

/// A file name may hold a patient number.
impl std::fmt::Debug for OpenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenRequest")
            .field("request_id", &self.request_id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn name_place(id: &str) -> Place<'_> {
    Place { table: "bridge_request", row: id, column: "file_name" }
}

fn answer_place(id: &str) -> Place<'_> {
    Place { table: "bridge_request", row: id, column: "answer" }
}

fn part_place(row: &str) -> Place<'_> {
    Place { table: "bridge_part", row, column: "body" }
}

fn part_row(id: &str, part: i64) -> String {
    format!("{id}/{part}")
}

/// A file to be taken. Large files follow in pieces ([`Taking::part`]).
#[derive(Clone, Copy)]
pub(crate) struct NewRequest<'a> {
    pub(crate) request_id: Uuid,
    /// Prefix of the file name.
    pub(crate) kind: &'a str,
    pub(crate) file_name: &'a str,
    /// Keyed hash of name, size and time.
    pub(crate) source_mac: &'a [u8; 32],
    /// The file is larger than any request may be: there is no content.
    pub(crate) too_large: bool,
}

/// Requests on their way into the store: all become durable together, with [`Taking::commit`].
pub(crate) struct Taking<'a> {
    store: &'a Store,
    tx: Tx,
    now: Timestamp,
}

impl Taking<'_> {
    /// Adds one file.
    pub(crate) async fn request(&mut self, new: NewRequest<'_>) -> Result<(), StoreError> {
        let id = new.request_id.to_string();
        sqlx::query(
            "INSERT INTO bridge_request (request_id, kind, file_name, source_mac, too_large, state, taken_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 'taken', ?6)",
        )
        .bind(&id)
        .bind(new.kind)
        .bind(self.store.vault().seal(name_place(&id), new.file_name.as_bytes())?)
        .bind(&new.source_mac[..])
        .bind(i64::from(new.too_large))
        .bind(millis(self.now))
        .execute(self.tx.on())
        .await?;
        Ok(())
    }

    /// Adds a piece of the content of a file.
    pub(crate) async fn part(&mut self, request_id: Uuid, part: i64, body: &[u8]) -> Result<(), StoreError> {
        let id = request_id.to_string();
        let sealed = self.store.vault().seal(part_place(&part_row(&id, part)), body)?;
        sqlx::query("INSERT INTO bridge_part (request_id, part, body) VALUES (?1, ?2, ?3)")
            .bind(&id)
            .bind(part)
            .bind(sealed)
            .execute(self.tx.on())
            .await?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}

impl Store {
    /// Begins to take files.
    pub(crate) async fn begin_taking(&self, now: Timestamp) -> Result<Taking<'_>, StoreError> {
        Ok(Taking { store: self, tx: self.begin("bridge.take").await?, now })
    }

    /// Hashes of files that were taken and may still lie in the folder.
    pub(crate) async fn sources_left(&self) -> Result<Vec<[u8; 32]>, StoreError> {
        let rows: Vec<Vec<u8>> = sqlx::query_scalar("SELECT source_mac FROM bridge_request WHERE source_gone = 0")
            .fetch_all(self.pool())
            .await?;
        Ok(rows.into_iter().filter_map(|mac| mac.try_into().ok()).collect())
    }

    /// Notes that the files with these hashes are gone from the folder: the same file may come again as a new request.
    pub(crate) async fn sources_gone(&self, source_macs: &[[u8; 32]]) -> Result<(), StoreError> {
        if source_macs.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin("bridge.source_gone").await?;
        for mac in source_macs {
            sqlx::query("UPDATE bridge_request SET source_gone = 1 WHERE source_mac = ?1 AND source_gone = 0")
                .bind(&mac[..])
                .execute(tx.on())
                .await?;
        }
        tx.commit().await
    }

    /// Every request that is not delivered, oldest first. A row that does not open is told in the log and left alone:
    /// it must not hold up the others.
    pub async fn open_requests(&self) -> Result<Vec<OpenRequest>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_id, file_name, state, is_error, is_pdf, too_large FROM bridge_request
             WHERE state <> 'delivered' ORDER BY taken_at, request_id",
        )
        .fetch_all(self.pool())
        .await?;
        let mut open = Vec::with_capacity(rows.len());
        for row in &rows {
            match self.read_request(row) {
                Ok(request) => open.push(request),
                Err(error) => tracing::error!(%error, "a taken request cannot be read back"),
            }
        }
        Ok(open)
    }

    fn read_request(&self, row: &SqliteRow) -> Result<OpenRequest, StoreError> {
        let damaged = |column| StoreError::Damaged { table: "bridge_request", column };
        let id: String = row.try_get("request_id")?;
        let state: String = row.try_get("state")?;
        let name = self.vault().open(name_place(&id), row.try_get("file_name")?)?;
        Ok(OpenRequest {
            request_id: id.parse().map_err(|_| damaged("request_id"))?,
            file_name: String::from_utf8_lossy(&name).into_owned(),
            state: RequestState::parse(&state).ok_or_else(|| damaged("state"))?,
            kind: AnswerKind::of_columns(row.try_get("is_error")?, row.try_get("is_pdf")?),
            too_large: row.try_get::<i64, _>("too_large")? != 0,
        })
    }

    /// One piece of the content, none after the last.
    pub async fn request_part(&self, request_id: Uuid, part: i64) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = request_id.to_string();
        let row = sqlx::query("SELECT body FROM bridge_part WHERE request_id = ?1 AND part = ?2")
            .bind(&id)
            .bind(part)
            .fetch_optional(self.pool())
            .await?;
        let at = part_row(&id, part);
        row.map(|row| Ok(self.vault().open(part_place(&at), row.try_get("body")?)?)).transpose()
    }

    /// Keeps the bytes of the answer file.
    pub async fn put_answer(&self, request_id: Uuid, answer: &[u8], kind: AnswerKind) -> Result<(), StoreError> {
        let id = request_id.to_string();
        let sealed = self.vault().seal(answer_place(&id), answer)?;
        let (is_error, is_pdf) = kind.columns();
        let mut tx = self.begin("bridge.answered").await?;
        sqlx::query(
            "UPDATE bridge_request SET state = 'answered', answer = ?2, is_error = ?3, is_pdf = ?4
             WHERE request_id = ?1 AND state IN ('taken', 'answered')",
        )
        .bind(&id)
        .bind(sealed)
        .bind(is_error)
        .bind(is_pdf)
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// The bytes of the answer file.
    pub async fn answer(&self, request_id: Uuid) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = request_id.to_string();
        let row = sqlx::query("SELECT answer FROM bridge_request WHERE request_id = ?1 AND answer IS NOT NULL")
            .bind(&id)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| Ok(self.vault().open(answer_place(&id), row.try_get("answer")?)?)).transpose()
    }

    /// The answer is written aside and flushed.
    pub async fn mark_delivering(&self, request_id: Uuid) -> Result<(), StoreError> {
        self.mark(request_id, RequestState::Delivering, None).await
    }

    /// The answer is in its place. The sealed content is not needed any more and goes.
    pub async fn mark_delivered(&self, request_id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        self.mark(request_id, RequestState::Delivered, Some(now)).await
    }

    async fn mark(&self, request_id: Uuid, state: RequestState, at: Option<Timestamp>) -> Result<(), StoreError> {
        let id = request_id.to_string();
        let mut tx = self.begin("bridge.mark").await?;
        sqlx::query("UPDATE bridge_request SET state = ?2, delivered_at = ?3 WHERE request_id = ?1")
            .bind(&id)
            .bind(state.code())
            .bind(at.map(millis))
            .execute(tx.on())
            .await?;
        if state == RequestState::Delivered {
            sqlx::query("UPDATE bridge_request SET answer = NULL WHERE request_id = ?1")
                .bind(&id)
                .execute(tx.on())
                .await?;
            sqlx::query("DELETE FROM bridge_part WHERE request_id = ?1").bind(&id).execute(tx.on()).await?;
        }
        tx.commit().await
    }

    /// How many requests are open.
    pub async fn count_open_requests(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM bridge_request WHERE state <> 'delivered'")
            .fetch_one(self.pool())
            .await?)
    }
}
