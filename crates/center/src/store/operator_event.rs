//! `operator_event`: what the operator did with people's records, with its leaf of the access log.

use domain::PersonId;
use jiff::Timestamp;
use trust::operator_event::OperatorAction;
use uuid::Uuid;

use super::error::{Result, StoreError};
use super::log::LogHead;
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "operator_event";

type HeadRow = (i64, Vec<u8>, Vec<u8>);
type EventRow = (i64, String, Vec<u8>, String, Option<Vec<u8>>, String, i64);

/// What the operator did, ready to be put on record.
#[derive(Clone)]
pub struct NewOperatorEvent {
    /// What was done.
    pub action: OperatorAction,
    /// The matter.
    pub about: Uuid,
    /// Who did it.
    pub operator: String,
    /// About whom; none: nobody, or several.
    pub person: Option<PersonId>,
    /// For what and with what outcome, JSON.
    pub detail: String,
}

/// What the operator did, as it is on record.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredOperatorEvent {
    /// Place of its leaf.
    pub leaf: u64,
    /// What was done, and the rest of it.
    pub action: OperatorAction,
    /// The matter.
    pub about: Uuid,
    /// Who did it.
    pub operator: String,
    /// About whom; none: nobody, or several.
    pub person: Option<PersonId>,
    /// For what and with what outcome, JSON.
    pub detail: String,
    /// When.
    pub done_at: Timestamp,
}

impl Tx {
    /// The log head, which nobody else can move until this transaction ends. On PostgreSQL only a transaction of
    /// [`super::Store::operator_tx`] sees what whoever held it has written.
    pub(crate) async fn take_log(&mut self, log_id: i64) -> Result<Option<LogHead>> {
        let row: Option<HeadRow> = match self.raw() {
            // A writing transaction is alone.
            Raw::Sqlite(c) => {
                let query = sqlx::query_as("SELECT tree_size, root, frontier FROM log_head WHERE log_id = $1");
                query.bind(log_id).fetch_optional(&mut *c).await?
            }
            Raw::Postgres(c) => {
                let query =
                    sqlx::query_as("SELECT tree_size, root, frontier FROM log_head WHERE log_id = $1 FOR UPDATE");
                query.bind(log_id).fetch_optional(&mut *c).await?
            }
        };
        row.map(|(size, root, frontier)| {
            Ok(LogHead { tree_size: time::count("log_head", size)?, root: time::fixed("log_head", &root)?, frontier })
        })
        .transpose()
    }

    /// Adds the leaf behind the tree of `before` leaves, its row, and stores the new head.
    ///
    /// # Errors
    /// [`StoreError::RowsAffected`] when the tree has grown meanwhile: it was not taken.
    pub(crate) async fn append_operator_event(
        &mut self,
        log_id: i64,
        before: u64,
        event: &NewOperatorEvent,
        leaf: &[u8],
        head: &LogHead,
        now: Timestamp,
    ) -> Result<()> {
        let person = event.person.map(|person| person.0.to_vec());
        let moved = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE log_head SET tree_size = $3, root = $4, frontier = $5, updated_at = $6
                 WHERE log_id = $1 AND tree_size = $2",
            )
            .bind(log_id)
            .bind(time::signed(before))
            .bind(time::signed(head.tree_size))
            .bind(head.root.to_vec())
            .bind(head.frontier.clone())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        if moved != 1 {
            return Err(StoreError::RowsAffected { what: "append an operator's event", expected: 1, found: moved });
        }
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO access_event (log_id, leaf_index, facility, person_id, occurred_at, event)
                 VALUES ($1, $2, '', $3, $4, $5)",
            )
            .bind(log_id)
            .bind(time::signed(before))
            .bind(person.clone())
            .bind(time::ms(now))
            .bind(leaf.to_vec())
            .execute(&mut *c)
            .await
        })?;
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO operator_event (log_id, leaf, action, about, operator, person_id, detail, done_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(log_id)
            .bind(time::signed(before))
            .bind(event.action.code())
            .bind(event.about.as_bytes().to_vec())
            .bind(event.operator.as_str())
            .bind(person)
            .bind(event.detail.as_str())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(())
    }

    /// What the operator did, the newest first.
    pub async fn operator_events(&mut self, log_id: i64, most: u32) -> Result<Vec<StoredOperatorEvent>> {
        let rows: Vec<EventRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT leaf, action, about, operator, person_id, detail, done_at FROM operator_event
                 WHERE log_id = $1 ORDER BY leaf DESC LIMIT $2",
            )
            .bind(log_id)
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(read).collect()
    }
}

fn read((leaf, action, about, operator, person, detail, done_at): EventRow) -> Result<StoredOperatorEvent> {
    Ok(StoredOperatorEvent {
        leaf: time::count(TABLE, leaf)?,
        action: OperatorAction::parse(&action).ok_or_else(|| StoreError::inconsistent(TABLE, "action"))?,
        about: Uuid::from_bytes(time::fixed(TABLE, &about)?),
        operator,
        person: person.map(|person| time::fixed(TABLE, &person).map(PersonId)).transpose()?,
        detail,
        done_at: time::time(TABLE, done_at)?,
    })
}

/// Its words may name people.
impl std::fmt::Debug for StoredOperatorEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredOperatorEvent({}, {})", self.leaf, self.action.code())
    }
}
