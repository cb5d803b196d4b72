//! The terminal's own store: one SQLite file, columns about persons sealed.
//!
//! | page | tables |
//! |---|---|
//! | [`users`] | `desk_user`: who may use the desk |
//! | [`sessions`] | `session`: who is signed in |
//! | [`answers`] | `signed_answer`: answers with their proofs |
//! | [`visits`] | `visit`: today's list |
//! | [`requests`] | `bridge_request`, `bridge_part`: files taken from the request folder |
//! | [`receptions`] | `bulk_reception`: files of many questions at the center |
//! | [`arrivals`] | `arrival`: patients who were checked at the kiosk |
//! | [`charts`] | `chart`: the institution's charts, to match patients with |
//! | [`face_files`] | `face_file`: what is to be written into the face folder |
//! | [`copies`] | `coverage_copy`: which kept answer tells about whom |
//! | [`nights`] | `booking`, `copy_seen`, `night`, `night_question`: whom to ask about at night, and what came of it |
//! | [`open_cases`] | `open_case`: what was decided while the center could not be asked |
//! | [`statements`] | `statement`: what patients said about their insurance |
//! | [`person_searches`] | `person_search`: people who were searched for by name |
//! | [`claim_files`] | `claim_file`, `claim_piece`, `claim_outcome`: claims that are submitted, and what became of them |
//! | [`claim_withdrawals`] | `claim_withdrawal`: claims that are taken back |
//! | [`settings`] | `setting`: what an administrator sets on the desk |
//! | [`cleanup`] | what is removed when |
//!
//! Every write goes through [`Store::begin`] with a name; it takes the write lock at once, so that two writers wait for
//! each other instead of failing. A commit is on the disk when it returns (`synchronous = FULL`): a request file is
//! removed only after that.

pub mod answers;
pub mod arrivals;
pub mod charts;
mod claim_again;
pub mod claim_files;
mod claim_uploads;
pub mod claim_withdrawals;
pub mod cleanup;
pub mod copies;
pub mod face_files;
mod migrations;
pub mod nights;
pub mod open_cases;
pub mod person_searches;
pub mod receptions;
pub mod requests;
pub mod sessions;
pub mod settings;
pub mod statements;
pub mod users;
pub mod vault;
pub mod visits;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Sqlite, SqliteConnection, Transaction};

use crate::limits;
use vault::{Vault, VaultError};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full or cannot be written.
    #[error("the disk refuses to take more ({0})")]
    Disk(String),
    /// Another writer holds the store for longer than we wait.
    #[error("the store is locked by another writer")]
    Busy,
    /// The store was made by a newer program, or its migrations were edited.
    #[error("the store does not fit this program: {0}")]
    Schema(String),
    /// A sealed column does not open: the key file is another, or the row was tampered with.
    #[error("a sealed value cannot be opened: {0}")]
    Sealed(#[from] VaultError),
    /// A row holds what no version of this program writes.
    #[error("{table} holds a value that cannot be: {column}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// Anything else that SQLite says.
    #[error("the store failed: {0}")]
    Sql(sqlx::Error),
}

impl StoreError {
    /// Whether waiting can help: the disk may get room, the other writer may end.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Disk(_) | Self::Busy)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<u32>().ok());
        // The low byte is SQLite's primary result code.
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Self::Busy,
            Some(8 | 10 | 13 | 14) => Self::Disk(error.to_string()),
            _ if matches!(error, sqlx::Error::PoolTimedOut) => Self::Busy,
            _ => Self::Sql(error),
        }
    }
}

/// The store. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    vault: Arc<Vault>,
}

impl Store {
    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    pub async fn open(path: &Path, vault: Vault) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(limits::STORE_BUSY_TIME)
            .statement_cache_capacity(64)
            // A clinic's store is small: half a megabyte of cache a connection keeps the idle program small too.
            .pragma("cache_size", "-512")
            // What was deleted is overwritten: sealed, but old values have no business on the disk.
            .pragma("secure_delete", "on");
        let pool = SqlitePoolOptions::new()
            .max_connections(limits::STORE_CONNECTIONS_MAX)
            .min_connections(1)
            .acquire_timeout(limits::STORE_BUSY_TIME * 2)
            .after_release(|connection, _| Box::pin(is_in_order(connection)))
            .connect_with(options)
            .await?;
        migrations::migrator().run(&pool).await.map_err(|error| StoreError::Schema(error.to_string()))?;
        Ok(Self { pool, vault: Arc::new(vault) })
    }

    /// Ends all connections; what was committed is in the main file afterwards.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// What seals and opens columns.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Begins a transaction that writes. It is undone unless [`Tx::commit`] is called.
    pub(crate) async fn begin(&self, name: &'static str) -> Result<Tx, StoreError> {
        let inner = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx { inner, name })
    }

    /// Makes the store full, or lets it grow again: SQLite's own page limit gives the same error as a full disk.
    #[cfg(test)]
    pub(crate) async fn limit_pages(&self, pages: u32) {
        // The limit belongs to a connection; holding all of them reaches each once.
        let mut held = Vec::new();
        for _ in 0..limits::STORE_CONNECTIONS_MAX {
            let mut connection = self.pool.acquire().await.unwrap();
            let limit = format!("PRAGMA max_page_count = {}", pages.max(1));
            sqlx::query(sqlx::AssertSqlSafe(limit)).execute(&mut *connection).await.unwrap();
            held.push(connection);
        }
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }
}

/// Whether a connection may be used again. A full disk makes SQLite undo a transaction by itself; the library then goes on
/// counting it as open and refuses every later one on this connection, so the connection is closed.
async fn is_in_order(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Whatever was queued, the end of a dropped transaction among it, is done before this is.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// A transaction that writes.
pub(crate) struct Tx {
    inner: Transaction<'static, Sqlite>,
    name: &'static str,
}

impl Tx {
    pub(crate) fn on(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    /// Makes it last: on the disk when this returns.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let name = self.name;
        self.inner.commit().await.map_err(|error| {
            tracing::warn!(transaction = name, %error, "a transaction could not be committed");
            error.into()
        })
    }
}

/// Milliseconds since 1970, as every time column holds.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A time column as a time; a value outside jiff's range cannot have been written by us and reads as 1970.
pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
