//! PostgreSQL: a pool, and one connection for the batch of answers, both on the server that takes the writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::Mutex;

use super::error::{Result, StoreError};
use super::primary::{Primary, Server};
use super::tx::Slot;
use crate::limits;

pub(super) struct Postgres {
    primary: Primary,
    pub(super) log: Slot<LogConnection>,
    closed: AtomicBool,
}

/// The connection of the batch of answers, and where it leads.
pub(super) struct LogConnection {
    pub(super) conn: PgConnection,
    pub(super) server: Arc<Server>,
}

impl Postgres {
    pub(super) async fn open(servers: &[PgConnectOptions]) -> Result<Self> {
        // Statements and their values never show in a log: they are about people.
        let quiet =
            |options: &PgConnectOptions| options.clone().application_name("tashika-center").disable_statement_logging();
        let primary = Primary::open(servers.iter().map(quiet).collect()).await?;
        Ok(Self { primary, log: Arc::new(Mutex::new(None)), closed: AtomicBool::new(false) })
    }

    /// See [`Primary::doubt`].
    pub(super) fn doubt(&self) {
        self.primary.doubt();
    }

    pub(super) async fn pooled(&self) -> Result<(PoolConnection<sqlx::Postgres>, Arc<Server>)> {
        self.must_be_open()?;
        let pooled = tokio::time::timeout(limits::DATABASE_CONNECT_TIME, self.primary.pooled()).await;
        pooled.map_err(|_| StoreError::Unavailable("no connection was to be had in time".to_owned()))?
    }

    /// The connection of before if it still leads to the server that takes the writes, else a new one.
    pub(super) async fn log_connection(&self, held: Option<LogConnection>) -> Result<LogConnection> {
        self.must_be_open()?;
        let server = self.primary.settled().await;
        match held {
            Some(held) if Arc::ptr_eq(&held.server, &server) => Ok(held),
            Some(_) | None => {
                let (conn, server) = self.primary.connect_log().await?;
                Ok(LogConnection { conn, server })
            }
        }
    }

    fn must_be_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.primary.now().pool().close().await;
        if let Some(held) = self.log.lock().await.take() {
            let _ = held.conn.close().await;
        }
    }
}
