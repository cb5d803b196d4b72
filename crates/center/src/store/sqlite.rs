//! SQLite: one connection that writes, a few that read.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use tokio::sync::Mutex;

use super::error::{Result, StoreError};
use super::tx::Slot;
use crate::limits;

const PAGE_SIZE: u32 = 4_096;
const PAGE_BYTES: u64 = PAGE_SIZE as u64;
/// What SQLite itself allows.
const PAGES_MAX: u64 = 4_294_967_294;

pub(super) struct Sqlite {
    options: SqliteConnectOptions,
    pub(super) writer: Slot<SqliteConnection>,
    pub(super) readers: SqlitePool,
    closed: AtomicBool,
    /// The file may have as many pages; 0 leaves it to the disk.
    pages_max: AtomicU64,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .page_size(PAGE_SIZE)
            .journal_mode(SqliteJournalMode::Wal)
            // Every commit reaches the disk before anybody is answered.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(limits::SQLITE_BUSY_TIME)
            .pragma("mmap_size", limits::SQLITE_MMAP_BYTES.to_string())
            .pragma("temp_store", "MEMORY")
            // Statements and their values never show in a log: they are about people.
            .disable_statement_logging()
            // One batch of answers fits into the buffer, so that the two threads change over once.
            .row_buffer_size(limits::BATCH_QUESTIONS_MAX * 4);
        let writer_options = options
            .clone()
            .pragma("cache_size", format!("-{}", limits::SQLITE_CACHE_KIB))
            .pragma("journal_size_limit", limits::SQLITE_LOG_BYTES.to_string())
            .pragma("wal_autocheckpoint", limits::SQLITE_CHECKPOINT_PAGES.to_string());
        // The writer comes first: it makes the file and switches it to WAL.
        let writer = connect_patiently(&writer_options).await.map_err(could_not_open)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(limits::SQLITE_READERS_MAX)
            .acquire_timeout(limits::DATABASE_CONNECT_TIME)
            .test_before_acquire(false)
            .connect_lazy_with(
                options
                    .pragma("cache_size", format!("-{}", limits::SQLITE_READER_CACHE_KIB))
                    // After each commit of the writer a reader lets its map of the file go, and each page that it then
                    // touches is a fault: reading pages costs less.
                    .pragma("mmap_size", "0"),
            );
        Ok(Self {
            options: writer_options,
            writer: Arc::new(Mutex::new(Some(writer))),
            readers,
            closed: AtomicBool::new(false),
            pages_max: AtomicU64::new(0),
        })
    }

    pub(super) async fn connect_writer(&self) -> Result<SqliteConnection> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        }
        let mut conn = connect_patiently(&self.options).await?;
        self.apply_limit(&mut conn).await?;
        Ok(conn)
    }

    pub(super) async fn limit_bytes(&self, bytes: Option<u64>) -> Result<()> {
        let pages = bytes.map_or(0, |bytes| (bytes / PAGE_BYTES).max(1));
        self.pages_max.store(pages, Ordering::Release);
        match self.writer.lock().await.as_mut() {
            Some(conn) => self.apply_limit(conn).await,
            None => Ok(()),
        }
    }

    async fn apply_limit(&self, conn: &mut SqliteConnection) -> Result<()> {
        let pages = match self.pages_max.load(Ordering::Acquire) {
            0 => PAGES_MAX,
            pages => pages,
        };
        sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).execute(conn).await?;
        Ok(())
    }

    /// Copies what it can of the write-ahead log, without making the writer wait.
    pub(super) async fn checkpoint(&self) -> Result<()> {
        let mut reader = self.readers.acquire().await?;
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut *reader).await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.readers.close().await;
        if let Some(writer) = self.writer.lock().await.take() {
            // The last connection copies the write-ahead log and removes it; if it cannot, the next opening does.
            let _ = writer.close().await;
        }
    }
}

/// Opens the file, also while other programs open it for the first time. Switching a file to WAL is the one thing that
/// SQLite refuses at once, without its busy timeout, when somebody else is doing the same.
async fn connect_patiently(options: &SqliteConnectOptions) -> Result<SqliteConnection> {
    let trying = async {
        let mut rest = limits::SQLITE_OPEN_REST;
        loop {
            match options.connect().await {
                Err(error) if is_busy(&error) => tokio::time::sleep(rest).await,
                other => break other,
            }
            rest = (rest * 2).min(limits::SQLITE_OPEN_REST_MAX);
        }
    };
    let opened = tokio::time::timeout(limits::SQLITE_BUSY_TIME, trying).await;
    Ok(opened.map_err(|_| StoreError::Unavailable("another program holds the file".to_owned()))??)
}

/// SQLITE_BUSY in any of its kinds.
fn is_busy(error: &sqlx::Error) -> bool {
    let code =
        error.as_database_error().and_then(sqlx::error::DatabaseError::code).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

fn could_not_open(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(words) => {
            StoreError::Unavailable(format!("the database file cannot be opened: {words}"))
        }
        other => other,
    }
}
