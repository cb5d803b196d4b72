//! The one door to the database: a named transaction, tried again when it collides, measured.

use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::error::{Result, StoreError};
use super::postgres::LogConnection;
use super::primary::Server;
use super::{Connections, Engine, Store};
use crate::limits;

/// Told about every transaction; metrics hang here.
pub trait TxObserver: Send + Sync {
    /// `outcome` is `ok` or [`StoreError::code`].
    fn finished(&self, name: &'static str, outcome: &'static str, attempts: u32, took: Duration);
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl TxObserver for NoObserver {
    fn finished(&self, _name: &'static str, _outcome: &'static str, _attempts: u32, _took: Duration) {}
}

/// A connection that is used by one transaction at a time and made again when it broke.
pub(super) type Slot<C> = Arc<Mutex<Option<C>>>;

/// An open transaction, handed to the body by value; when the body is done with it, it goes back to the door, which commits
/// or rolls back. If the door is gone too (the caller was cancelled), the connection is closed, which rolls it back.
///
/// By value and not by reference, because a future that was handed a reference of any lifetime cannot be shown to be
/// `Send`, and every caller here runs on a runtime with several threads.
pub struct Tx {
    conn: Option<Conn>,
    phase: Phase,
    home: Arc<std::sync::Mutex<Option<(Conn, Phase)>>>,
}

impl Drop for Tx {
    fn drop(&mut self) {
        let left = self.conn.take().map(|conn| (conn, self.phase));
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }
}

/// How far a transaction is. On SQLite the batch of answers and a look into a record begin with their first statement and
/// end with their last one, because every statement by itself changes threads twice; all others begin and end at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The first statement is to begin it.
    ToBegin,
    Open,
    /// The last statement has committed it.
    Committed,
}

/// How a transaction that writes begins on SQLite. It takes the lock at once: one that reads first and then writes would
/// collide half-way.
pub(super) const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";

/// How a transaction that only reads begins on SQLite.
pub(super) const BEGIN_READ_SQLITE: &str = "BEGIN DEFERRED";

/// How a transaction ends on PostgreSQL. A commit that waits for the second node must not be cut short by the time limit
/// of statements: PostgreSQL then says that it is committed, although it is on one node only.
const COMMIT_POSTGRES: &str = "SET LOCAL statement_timeout = 0; COMMIT";

enum Conn {
    SqliteWriter(Held<SqliteConnection>),
    SqliteReader(Pooled<Sqlite>),
    PostgresLog(Held<LogConnection>),
    PostgresPool(Pooled<Postgres>, Arc<Server>),
}

/// A connection of a pool. It goes back only when the transaction ended in order; else it is closed.
struct Pooled<D: sqlx::Database> {
    conn: PoolConnection<D>,
    in_order: bool,
}

impl<D: sqlx::Database> Pooled<D> {
    fn new(conn: PoolConnection<D>) -> Self {
        Self { conn, in_order: false }
    }

    fn put_back(mut self) {
        self.in_order = true;
    }
}

impl<D: sqlx::Database> Drop for Pooled<D> {
    fn drop(&mut self) {
        if !self.in_order {
            self.conn.close_on_drop();
        }
    }
}

/// A connection out of its slot. It goes back only when the transaction ended in order.
struct Held<C> {
    conn: C,
    home: OwnedMutexGuard<Option<C>>,
}

impl<C> Held<C> {
    fn put_back(mut self) {
        *self.home = Some(self.conn);
    }
}

/// The connection by engine, for statements that differ.
pub(crate) enum Raw<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection),
}

/// Runs the same expression on either engine: `on_both!(tx, |c| sqlx::query("…").execute(c).await)`.
macro_rules! on_both {
    ($tx:expr, |$c:ident| $body:expr) => {
        match $tx.raw() {
            $crate::store::tx::Raw::Sqlite($c) => $body.map_err($crate::store::StoreError::from),
            $crate::store::tx::Raw::Postgres($c) => $body.map_err($crate::store::StoreError::from),
        }
    };
}
pub(crate) use on_both;

/// The same for a statement that gives no rows, up to `.execute(…)`; gives how many rows it changed.
macro_rules! execute_on_both {
    ($tx:expr, |$c:ident| $body:expr) => {
        $crate::store::tx::on_both!($tx, |$c| $body.map(|done| done.rows_affected()))
    };
}
pub(crate) use execute_on_both;

/// Which connection a transaction takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// Reads only; on SQLite it does not wait for the writer.
    Read,
    /// The same for a look into a record, which begins with its first statement.
    Look,
    /// Reads and writes.
    Write,
    /// Writes, and sees what others commit while it waits: for migrations, and for what the operator puts on the log.
    Migrate,
    /// The batch of answers: on PostgreSQL a connection of its own, prepared for its statements.
    Log,
}

impl Lane {
    const fn begin(self, engine: Engine) -> &'static str {
        match (engine, self) {
            (Engine::Sqlite, Self::Read | Self::Look) => BEGIN_READ_SQLITE,
            (Engine::Sqlite, Self::Write | Self::Migrate | Self::Log) => BEGIN_SQLITE,
            (Engine::Postgres, Self::Read | Self::Look) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            (Engine::Postgres, Self::Write) => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            // They wait for a lock and must then see what its holder wrote.
            (Engine::Postgres, Self::Migrate | Self::Log) => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    const fn time_max(self) -> Duration {
        match self {
            Self::Read | Self::Look | Self::Write | Self::Migrate => limits::TX_TIME_MAX,
            Self::Log => limits::BATCH_TX_TIME_MAX,
        }
    }

    /// Whether the first statement is to begin it.
    const fn begins_late(self, engine: Engine) -> bool {
        matches!((engine, self), (Engine::Sqlite, Self::Look | Self::Log))
    }
}

impl Store {
    /// Runs `body` in a transaction that may write, and commits it if `body` gives `Ok`. `body` may run several times:
    /// what it writes elsewhere must bear that.
    pub async fn tx<T, F, R>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        self.run(Lane::Write, name, body).await
    }

    /// Runs `body` in a transaction that only reads.
    pub async fn read<T, F, R>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        self.run(Lane::Read, name, body).await
    }

    /// Runs `body` as a look into a record: it begins with [`Tx::card_and_consents`] and may end with
    /// [`Tx::last_stored_record`].
    pub async fn look<T, F, R>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        self.run(Lane::Look, name, body).await
    }

    /// Runs `body` as the batch of answers: alone on its connection, with a short time limit. `body` begins with
    /// [`Tx::lock_log_and_look_up`] and ends with [`Tx::append_events`], or does only one of the two.
    pub async fn log_tx<T, F, R>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        self.note_asked();
        self.run(Lane::Log, name, body).await
    }

    /// A writing transaction that sees what others commit while it waits for a lock.
    pub(super) async fn migration_tx<T, F, R>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        self.run(Lane::Migrate, name, body).await
    }

    /// A writing transaction that sees what others commit while it waits for the log: for what the operator puts on it.
    pub async fn operator_tx<T, F, R>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        self.run(Lane::Migrate, name, body).await
    }

    async fn run<T, F, R>(&self, lane: Lane, name: &'static str, mut body: F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        let started = self.inner.clock.monotonic();
        let mut attempts = 0;
        let result = loop {
            attempts += 1;
            let attempt = tokio::time::timeout(lane.time_max(), self.attempt(lane, &mut body)).await;
            let result = attempt.unwrap_or_else(|_| Err(StoreError::Unavailable(format!("{name} took too long"))));
            match result {
                Err(error) if error.is_collision() => {
                    if attempts >= limits::TX_ATTEMPTS_MAX {
                        break Err(StoreError::Collided { name, attempts });
                    }
                    tokio::time::sleep(limits::TX_COLLISION_REST * (1 << (attempts - 1))).await;
                }
                other => break other,
            }
        };
        if let (Connections::Postgres(postgres), Err(error)) = (&self.inner.connections, &result)
            && error.is_away()
        {
            postgres.doubt();
        }
        let outcome = result.as_ref().map_or_else(StoreError::code, |_| "ok");
        let took = self.inner.clock.monotonic().saturating_sub(started);
        self.inner.observer.finished(name, outcome, attempts, took);
        result
    }

    async fn attempt<T, F, R>(&self, lane: Lane, body: &mut F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        let (conn, phase) = if lane.begins_late(self.engine()) {
            (self.connection(lane).await?, Phase::ToBegin)
        } else {
            (self.begin(lane).await?, Phase::Open)
        };
        let gone = conn.gone();
        tokio::select! {
            biased;
            result = conn.carry(phase, body) => result,
            () = gone => Err(moved()),
        }
    }

    /// A connection that has begun. One that was left standing for long may be dead without our knowing: then a new one
    /// is tried, once.
    async fn begin(&self, lane: Lane) -> Result<Conn> {
        let statement = lane.begin(self.engine());
        let mut conn = self.connection(lane).await?;
        let gone = conn.gone();
        let begun = tokio::select! {
            biased;
            begun = conn.statement(statement) => begun,
            () = gone => Err(moved()),
        };
        match begun {
            Ok(()) => return Ok(conn),
            Err(StoreError::Unavailable(_)) if self.engine() == Engine::Postgres => drop(conn),
            Err(error) => return Err(error),
        }
        let mut conn = self.connection(lane).await?;
        conn.statement(statement).await?;
        Ok(conn)
    }

    async fn connection(&self, lane: Lane) -> Result<Conn> {
        match (&self.inner.connections, lane) {
            (Connections::Sqlite(sqlite), Lane::Read | Lane::Look) => {
                Ok(Conn::SqliteReader(Pooled::new(sqlite.readers.acquire().await?)))
            }
            (Connections::Sqlite(sqlite), Lane::Write | Lane::Migrate | Lane::Log) => {
                let mut home = Arc::clone(&sqlite.writer).lock_owned().await;
                let conn = match home.take() {
                    Some(conn) => conn,
                    None => sqlite.connect_writer().await?,
                };
                Ok(Conn::SqliteWriter(Held { conn, home }))
            }
            (Connections::Postgres(postgres), Lane::Log) => {
                let mut home = Arc::clone(&postgres.log).lock_owned().await;
                let conn = postgres.log_connection(home.take()).await?;
                Ok(Conn::PostgresLog(Held { conn, home }))
            }
            (Connections::Postgres(postgres), Lane::Read | Lane::Look | Lane::Write | Lane::Migrate) => {
                let (conn, server) = postgres.pooled().await?;
                Ok(Conn::PostgresPool(Pooled::new(conn), server))
            }
        }
    }
}

fn moved() -> StoreError {
    StoreError::Unavailable("another server takes the writes now".to_owned())
}

impl Tx {
    /// The connection by engine.
    pub(crate) fn raw(&mut self) -> Raw<'_> {
        assert!(
            self.phase == Phase::Open,
            "what begins late begins with its look-up, and nothing follows its last statement"
        );
        self.conn_raw()
    }

    /// The connection for the first statement, and whether that statement is to begin the transaction.
    pub(super) fn raw_beginning(&mut self) -> (Raw<'_>, bool) {
        let beginning = self.phase == Phase::ToBegin;
        if beginning {
            self.phase = Phase::Open;
        }
        (self.raw(), beginning)
    }

    /// Notes that the last statement has committed.
    pub(super) fn note_committed(&mut self) {
        self.phase = Phase::Committed;
    }

    fn conn_raw(&mut self) -> Raw<'_> {
        self.conn.as_mut().expect("a transaction has its connection until it is dropped").raw()
    }
}

impl Conn {
    fn raw(&mut self) -> Raw<'_> {
        match self {
            Self::SqliteWriter(held) => Raw::Sqlite(&mut held.conn),
            Self::SqliteReader(pooled) => Raw::Sqlite(&mut pooled.conn),
            Self::PostgresLog(held) => Raw::Postgres(&mut held.conn.conn),
            Self::PostgresPool(pooled, _) => Raw::Postgres(&mut pooled.conn),
        }
    }

    /// Runs the body and ends the transaction as the body wishes.
    async fn carry<T, F, R>(self, phase: Phase, body: &mut F) -> Result<T>
    where
        F: FnMut(Tx) -> R,
        R: Future<Output = Result<T>>,
    {
        let home = Arc::new(std::sync::Mutex::new(None));
        let tx = Tx { conn: Some(self), phase, home: Arc::clone(&home) };
        let result = body(tx).await;
        let left = home.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (conn, phase) = left.ok_or(StoreError::Misused("the transaction outlived its body"))?;
        match result {
            Ok(value) => {
                match phase {
                    Phase::Open => conn.commit().await?,
                    // Nothing was asked at all, or the last statement has committed.
                    Phase::ToBegin | Phase::Committed => conn.release(),
                }
                Ok(value)
            }
            Err(error) => {
                conn.roll_back(&error).await;
                Err(error)
            }
        }
    }

    /// Ready when the server behind it is no longer the one that takes the writes.
    fn gone(&self) -> impl Future<Output = ()> + use<> {
        let gone = match self {
            Self::SqliteWriter(_) | Self::SqliteReader(_) => None,
            Self::PostgresLog(held) => Some(held.conn.server.gone()),
            Self::PostgresPool(_, server) => Some(server.gone()),
        };
        async move {
            match gone {
                Some(gone) => gone.cancelled().await,
                None => std::future::pending().await,
            }
        }
    }

    async fn statement(&mut self, sql: &'static str) -> Result<()> {
        execute_on_both!(self, |c| sqlx::query(sql).execute(&mut *c).await).map(drop)
    }

    async fn commit(mut self) -> Result<()> {
        let committed = match self.raw() {
            Raw::Sqlite(c) => sqlx::query("COMMIT").execute(&mut *c).await.map(drop),
            Raw::Postgres(c) => sqlx::raw_sql(COMMIT_POSTGRES).execute(&mut *c).await.map(drop),
        };
        match committed.map_err(StoreError::from) {
            Ok(()) => {
                self.release();
                Ok(())
            }
            // A full disk or a lock is a clear "no": SQLite has kept the transaction open and we end it.
            Err(error @ (StoreError::Full(_) | StoreError::Collided { .. })) => {
                self.roll_back(&error).await;
                Err(error)
            }
            // Dropping the connection closes it.
            Err(StoreError::Unavailable(words)) => Err(StoreError::CommitUnknown(words)),
            Err(error) => Err(error),
        }
    }

    async fn roll_back(mut self, because: &StoreError) {
        let broken = matches!(because, StoreError::Unavailable(_) | StoreError::Damaged(_));
        // SQLite rolls back by itself on a full disk; a second ROLLBACK then fails, and the connection is closed.
        if !broken && self.statement("ROLLBACK").await.is_ok() {
            self.release();
        }
    }

    fn release(self) {
        match self {
            Self::SqliteWriter(held) => held.put_back(),
            Self::PostgresLog(held) => held.put_back(),
            Self::SqliteReader(pooled) => pooled.put_back(),
            Self::PostgresPool(pooled, _) => pooled.put_back(),
        }
    }
}
