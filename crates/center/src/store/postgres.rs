//! PostgreSQL: a pool, and one connection for the batch of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::sync::Mutex;

use super::error::{Result, StoreError};
use super::tx::Slot;
use crate::limits;

pub(super) struct Postgres {
    log_options: PgConnectOptions,
    pub(super) log: Slot<PgConnection>,
    pub(super) pool: PgPool,
    closed: AtomicBool,
}

impl Postgres {
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self> {
        // Statements and their values never show in a log: they are about people.
        let options = options.clone().application_name("tashika-center").disable_statement_logging();
        // Durable even where the server was set up otherwise: no answer leaves before its access event is on the disk.
        let pool_options = options.clone().options([
            ("synchronous_commit", "on".to_owned()),
            ("statement_timeout", limits::TX_TIME_MAX.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", limits::TX_TIME_MAX.as_millis().to_string()),
        ]);
        // The batch's look-ups are always a handful of rows by index out of millions. Freed from weighing other plans,
        // the server plans them once, and no missing statistics can lead it to read the whole table.
        let log_options = options.options([
            ("synchronous_commit", "on".to_owned()),
            ("statement_timeout", limits::BATCH_TX_TIME_MAX.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", limits::BATCH_TX_TIME_MAX.as_millis().to_string()),
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            ("enable_seqscan", "off".to_owned()),
            ("enable_hashjoin", "off".to_owned()),
            ("enable_mergejoin", "off".to_owned()),
            ("jit", "off".to_owned()),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(limits::POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(limits::DATABASE_CONNECT_TIME)
            .connect_with(pool_options)
            .await?;
        Ok(Self { log_options, log: Arc::new(Mutex::new(None)), pool, closed: AtomicBool::new(false) })
    }

    pub(super) async fn connect_log(&self) -> Result<PgConnection> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        }
        let connecting = tokio::time::timeout(limits::DATABASE_CONNECT_TIME, self.log_options.connect()).await;
        Ok(connecting.map_err(|_| StoreError::Unavailable("connecting took too long".to_owned()))??)
    }

    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.pool.close().await;
        if let Some(conn) = self.log.lock().await.take() {
            let _ = conn.close().await;
        }
    }
}
