//! `log_head` and `access_event`: the access log, which only grows.

use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::{BEGIN_SQLITE, Raw, execute_on_both, on_both};
use super::{Tx, time};

use std::sync::LazyLock;

use domain::{MedicalInstitutionCode, PersonId, hex};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::Executor as _;
use sqlx::sqlite::SqliteQueryResult;

/// The part of the log head that every batch looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState {
    /// Leaves of the tree.
    pub tree_size: u64,
    /// SHA-256 of the whole tree.
    pub root: [u8; 32],
    /// How many facilities have registered a 照会番号.
    pub reference_facilities: u64,
}

/// The log head as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Leaves of the tree.
    pub tree_size: u64,
    /// SHA-256 of the whole tree.
    pub root: [u8; 32],
    /// The right edge of the tree.
    pub frontier: Vec<u8>,
}

/// A leaf that is to be added.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Who looked.
    pub facility: MedicalInstitutionCode,
    /// At whom, if it was one person.
    pub person: Option<PersonId>,
    /// The leaf.
    pub event: Vec<u8>,
}

/// A leaf that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the tree.
    pub leaf_index: u64,
    /// Who looked.
    pub facility: String,
    /// At whom, if it was one person.
    pub person: Option<PersonId>,
    /// When.
    pub occurred_at: Timestamp,
    /// The leaf.
    pub event: Vec<u8>,
}

// One text, three statements: the threads of SQLite change over once. Numbered parameters count for all. If the head is
// not where it was expected, no leaf is added, and committing changes nothing.
const APPEND_SQLITE: &str = "
UPDATE log_head SET tree_size = $5, root = $6, frontier = $7, updated_at = $3 WHERE log_id = $1 AND tree_size = $2;
INSERT INTO access_event (log_id, leaf_index, facility, person_id, occurred_at, event)
SELECT $1, $2 + q.key, substr(q.value, 1, 10), NULLIF(unhex(substr(q.value, 12, instr(q.value, '/') - 12)), x''), $3,
       unhex(substr(q.value, instr(q.value, '/') + 1))
FROM json_each($4) q WHERE changes() = 1;
COMMIT";

static BEGIN_AND_APPEND_SQLITE: LazyLock<String> = LazyLock::new(|| format!("{BEGIN_SQLITE};{APPEND_SQLITE}"));

const APPEND_POSTGRES: &str = "
WITH head AS (
    UPDATE log_head SET tree_size = $5, root = $6, frontier = $7, updated_at = $3
    WHERE log_id = $1 AND tree_size = $2 RETURNING log_id
)
INSERT INTO access_event (log_id, leaf_index, facility, person_id, occurred_at, event)
SELECT head.log_id, $2 + e.at - 1, e.facility, e.person_id, $3, e.event
FROM head, UNNEST($4::text[], $8::bytea[], $9::bytea[]) WITH ORDINALITY AS e (facility, person_id, event, at)";

/// The statement may have failed in its first line or in its last one, the commit.
fn commit_unknown(error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Unavailable(words) => StoreError::CommitUnknown(words),
        other => other,
    }
}

type EventRow = (i64, String, Option<Vec<u8>>, i64, Vec<u8>);

impl Tx {
    /// Opens a log with its first leaf, if it is not there. Gives whether it is new.
    pub async fn create_log(&mut self, log_id: i64, opening: &[u8], head: &LogHead, now: Timestamp) -> Result<bool> {
        let made = execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO log_head (log_id, tree_size, root, frontier, reference_facilities, updated_at)
                 VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (log_id) DO NOTHING",
            )
            .bind(log_id)
            .bind(time::signed(head.tree_size))
            .bind(head.root.to_vec())
            .bind(head.frontier.clone())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        if made == 0 {
            return Ok(false);
        }
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO access_event (log_id, leaf_index, facility, person_id, occurred_at, event)
                 VALUES ($1, 0, '', NULL, $2, $3)",
            )
            .bind(log_id)
            .bind(time::ms(now))
            .bind(opening.to_vec())
            .execute(&mut *c)
            .await
        })?;
        Ok(true)
    }

    /// The log head.
    pub async fn log_head(&mut self, log_id: i64) -> Result<Option<LogHead>> {
        let row: Option<(i64, Vec<u8>, Vec<u8>)> = on_both!(self, |c| {
            sqlx::query_as("SELECT tree_size, root, frontier FROM log_head WHERE log_id = $1")
                .bind(log_id)
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(|(size, root, frontier)| {
            Ok(LogHead { tree_size: time::count("log_head", size)?, root: time::fixed("log_head", &root)?, frontier })
        })
        .transpose()
    }

    /// Adds leaves behind the tree of `before` leaves and stores the new head. On SQLite this commits: nothing can follow.
    ///
    /// # Errors
    /// [`StoreError::RowsAffected`] when the tree has grown meanwhile: another center was faster.
    pub async fn append_events(
        &mut self,
        log_id: i64,
        before: u64,
        events: &[NewEvent],
        head: &LogHead,
        now: Timestamp,
    ) -> Result<()> {
        let added = events.len() as u64;
        let (raw, beginning) = self.raw_beginning();
        let (expected, found, committed) = match raw {
            Raw::Sqlite(c) => {
                let rows = json_of(events, |event, out| {
                    out.push_str(event.facility.as_str());
                    out.push(' ');
                    if let Some(person) = event.person {
                        hex::push(out, &person.0);
                    }
                    out.push('/');
                    hex::push(out, &event.event);
                });
                let query = sqlx::query(if beginning { BEGIN_AND_APPEND_SQLITE.as_str() } else { APPEND_SQLITE })
                    .bind(log_id)
                    .bind(time::signed(before))
                    .bind(time::ms(now))
                    .bind(rows)
                    .bind(time::signed(head.tree_size))
                    .bind(head.root.to_vec())
                    .bind(head.frontier.clone());
                let done = c.fetch_many(query).try_filter_map(|either| std::future::ready(Ok(either.left())));
                let done: Vec<SqliteQueryResult> = done.try_collect().await.map_err(commit_unknown)?;
                let [.., head, leaves, _commit] = done.as_slice() else {
                    return Err(StoreError::CommitUnknown("too few results".to_owned()));
                };
                // The head is one more row.
                (added + 1, head.rows_affected() + leaves.rows_affected(), true)
            }
            Raw::Postgres(c) => {
                let facilities: Vec<&str> = events.iter().map(|e| e.facility.as_str()).collect();
                let persons: Vec<Option<&[u8]>> =
                    events.iter().map(|e| e.person.as_ref().map(|p| p.0.as_slice())).collect();
                let leaves: Vec<&[u8]> = events.iter().map(|e| e.event.as_slice()).collect();
                let done = sqlx::query(APPEND_POSTGRES)
                    .bind(log_id)
                    .bind(time::signed(before))
                    .bind(time::ms(now))
                    .bind(facilities)
                    .bind(time::signed(head.tree_size))
                    .bind(head.root.as_slice())
                    .bind(head.frontier.as_slice())
                    .bind(persons)
                    .bind(leaves)
                    .execute(&mut *c)
                    .await?;
                (added, done.rows_affected(), false)
            }
        };
        if committed {
            self.note_committed();
        }
        if expected == found {
            Ok(())
        } else {
            Err(StoreError::RowsAffected { what: "append access events", expected, found })
        }
    }

    /// Leaves from `first` on, in order.
    pub async fn events(&mut self, log_id: i64, first: u64, most: u64) -> Result<Vec<StoredEvent>> {
        let rows: Vec<EventRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT leaf_index, facility, person_id, occurred_at, event FROM access_event
                 WHERE log_id = $1 AND leaf_index >= $2 ORDER BY leaf_index LIMIT $3",
            )
            .bind(log_id)
            .bind(time::signed(first))
            .bind(time::signed(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(leaf_index, facility, person, occurred_at, event)| {
                Ok(StoredEvent {
                    leaf_index: time::count("access_event", leaf_index)?,
                    facility,
                    person: person.map(|p| time::fixed("access_event", &p).map(PersonId)).transpose()?,
                    occurred_at: time::time("access_event", occurred_at)?,
                    event,
                })
            })
            .collect()
    }

    /// Place of the newest leaf.
    pub async fn last_event_index(&mut self, log_id: i64) -> Result<Option<u64>> {
        let (last,): (Option<i64>,) = on_both!(self, |c| {
            sqlx::query_as("SELECT MAX(leaf_index) FROM access_event WHERE log_id = $1")
                .bind(log_id)
                .fetch_one(&mut *c)
                .await
        })?;
        last.map(|index| time::count("access_event", index)).transpose()
    }
}
