//! Which of several PostgreSQL servers takes the writes, found and found again.
//!
//! The servers of one database replicate: one of them, the primary, takes writes, and another may become it at any
//! moment. Nobody tells a client. So whoever cannot get on asks all of them at once, and goes on with the one that takes
//! writes; of two that claim to, with the one of the newer timeline, which every promotion counts up. A server of an older
//! timeline than one seen before is never gone back to: what it says may be what was given up.
//!
//! That a primary which has been replaced unknowingly acknowledges nothing is the work of synchronous replication, not of
//! this file: see `packaging/ha/`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::error::{Result, StoreError};
use crate::limits;

/// No row value when the server takes no writes, else its timeline.
const TIMELINE: &str = "
SELECT CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean THEN NULL
            ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer END";

/// The server that is written to, as long as it is the one.
pub(super) struct Server {
    place: usize,
    /// 0 where there is no choice and nobody looked.
    timeline: i32,
    options: PgConnectOptions,
    pool: OnceLock<PgPool>,
    gone: CancellationToken,
}

impl Server {
    fn new(place: usize, timeline: i32, options: &PgConnectOptions) -> Arc<Self> {
        let (options, gone) = (options.clone(), CancellationToken::new());
        Arc::new(Self { place, timeline, options, pool: OnceLock::new(), gone })
    }

    /// Its connections. Made by whoever asks first, on whose runtime its keeper then lives.
    pub(super) fn pool(&self) -> &PgPool {
        self.pool.get_or_init(|| {
            PgPoolOptions::new()
                .max_connections(limits::POSTGRES_CONNECTIONS_MAX)
                .acquire_timeout(limits::DATABASE_CONNECT_TIME)
                .after_connect(|conn, _| Box::pin(async move { must_take_writes(conn).await.map(drop) }))
                .connect_lazy_with(for_pool(&self.options))
        })
    }

    /// Ready when another server has taken its place: what is still open here will come to nothing.
    pub(super) fn gone(&self) -> CancellationToken {
        self.gone.clone()
    }
}

/// The servers of one database, and the one that is written to.
pub(super) struct Primary {
    servers: Vec<PgConnectOptions>,
    now: ArcSwap<Server>,
    looking: Mutex<()>,
    doubted: AtomicBool,
}

impl Primary {
    /// Finds the server that takes writes. A single server is taken as it is.
    pub(super) async fn open(servers: Vec<PgConnectOptions>) -> Result<Self> {
        let first = servers.first().ok_or_else(|| StoreError::Address("no server is named".to_owned()))?;
        let (place, timeline) = if servers.len() == 1 { (0, 0) } else { find(&servers).await? };
        let now = ArcSwap::from(Server::new(place, timeline, servers.get(place).unwrap_or(first)));
        Ok(Self { servers, now, looking: Mutex::new(()), doubted: AtomicBool::new(false) })
    }

    /// The server that was last found.
    pub(super) fn now(&self) -> Arc<Server> {
        self.now.load_full()
    }

    /// Something did not go through: the next one to connect looks first.
    pub(super) fn doubt(&self) {
        self.doubted.store(true, Ordering::Release);
    }

    /// The server to use, looked for again if there is a doubt.
    pub(super) async fn settled(&self) -> Arc<Server> {
        let server = self.now();
        if self.doubted.swap(false, Ordering::AcqRel) && self.look(&server).await {
            return self.now();
        }
        server
    }

    /// Looks for the server that takes writes. Gives whether it is another than the one that was `seen`.
    pub(super) async fn look(&self, seen: &Arc<Server>) -> bool {
        if self.servers.len() == 1 {
            return false;
        }
        let _looking = self.looking.lock().await;
        if !Arc::ptr_eq(seen, &self.now()) {
            return true;
        }
        let Ok((place, timeline)) = find(&self.servers).await else { return false };
        if (place, timeline) == (seen.place, seen.timeline) {
            return false;
        }
        let Some(options) = self.servers.get(place) else { return false };
        let (host, port) = (options.get_host(), options.get_port());
        if timeline < seen.timeline {
            tracing::warn!(
                host,
                port,
                timeline,
                newer = seen.timeline,
                "a database server of an older timeline is left alone"
            );
            return false;
        }
        tracing::warn!(host, port, timeline, "another database server takes the writes now");
        self.now.store(Server::new(place, timeline, options));
        seen.gone.cancel();
        true
    }

    /// A connection out of the pool of the server that takes writes.
    pub(super) async fn pooled(&self) -> Result<(sqlx::pool::PoolConnection<sqlx::Postgres>, Arc<Server>)> {
        let mut server = self.settled().await;
        loop {
            let acquired = {
                let mut acquiring = std::pin::pin!(server.pool().acquire());
                loop {
                    tokio::select! {
                        biased;
                        acquired = &mut acquiring => break Some(acquired),
                        // The server may be one that says nothing any more, or all connections are in use.
                        () = tokio::time::sleep(limits::DATABASE_LOOK_AFTER) => if self.look(&server).await { break None },
                    }
                }
            };
            match acquired.map(|acquired| acquired.map_err(StoreError::from)) {
                Some(Ok(conn)) => return Ok((conn, server)),
                Some(Err(error @ StoreError::Unavailable(_))) if !self.look(&server).await => return Err(error),
                Some(Err(StoreError::Unavailable(_))) | None => server = self.now(),
                Some(Err(error)) => return Err(error),
            }
        }
    }

    /// A connection of its own for the batch of answers.
    pub(super) async fn connect_log(&self) -> Result<(PgConnection, Arc<Server>)> {
        let patience = if self.servers.len() == 1 { limits::DATABASE_CONNECT_TIME } else { limits::DATABASE_LOOK_TIME };
        let mut server = self.settled().await;
        loop {
            let connecting = async {
                let mut conn = for_log(&server.options).connect().await?;
                must_take_writes(&mut conn).await.map(|_| conn)
            };
            let error = match tokio::time::timeout(patience, connecting).await {
                Ok(Ok(conn)) => return Ok((conn, server)),
                Ok(Err(error)) => StoreError::from(error),
                Err(_) => StoreError::Unavailable("connecting took too long".to_owned()),
            };
            if !self.look(&server).await {
                return Err(error);
            }
            server = self.now();
        }
    }
}

/// Asks all servers at once. The first that takes writes wins, unless one of a newer timeline answers right behind it.
async fn find(servers: &[PgConnectOptions]) -> Result<(usize, i32)> {
    let mut asked: FuturesUnordered<_> = servers.iter().enumerate().map(ask).collect();
    let mut refused = StoreError::Unavailable("none of the servers takes writes".to_owned());
    let mut best = loop {
        match asked.next().await {
            Some(Ok(found)) => break found,
            // A wrong password is more worth telling than a server that is away.
            Some(Err(error)) if !error.is_away() => refused = error,
            Some(Err(_)) => {}
            None => return Err(refused),
        }
    };
    let others = async {
        while let Some(answer) = asked.next().await {
            best = answer.ok().filter(|(_, timeline)| *timeline > best.1).unwrap_or(best);
        }
    };
    let _ = tokio::time::timeout(limits::DATABASE_LOOK_GRACE, others).await;
    Ok(best)
}

async fn ask((place, options): (usize, &PgConnectOptions)) -> Result<(usize, i32)> {
    let asking = async {
        let mut conn = options.connect().await?;
        let timeline = must_take_writes(&mut conn).await?;
        let _ = conn.close().await;
        Ok((place, timeline))
    };
    let asked = tokio::time::timeout(limits::DATABASE_LOOK_TIME, asking).await;
    asked.map_err(|_| StoreError::Unavailable("a server said nothing".to_owned()))?
}

async fn timeline(conn: &mut PgConnection) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar(TIMELINE).persistent(false).fetch_one(conn).await
}

/// A server that was primary may have come back as a standby: reading there would show what was true once.
async fn must_take_writes(conn: &mut PgConnection) -> sqlx::Result<i32> {
    timeline(conn).await?.ok_or_else(|| sqlx::Error::Io(std::io::Error::other("the server takes no writes")))
}

// Durable even where the server was set up otherwise: no answer leaves before its access event is on the disk.
fn for_pool(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().options([
        ("synchronous_commit", "on".to_owned()),
        ("statement_timeout", limits::TX_TIME_MAX.as_millis().to_string()),
        ("idle_in_transaction_session_timeout", limits::TX_TIME_MAX.as_millis().to_string()),
    ])
}

// The batch's look-ups are always a handful of rows by index out of millions. Freed from weighing other plans, the server
// plans them once, and no missing statistics can lead it to read the whole table.
fn for_log(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().options([
        ("synchronous_commit", "on".to_owned()),
        ("statement_timeout", limits::BATCH_TX_TIME_MAX.as_millis().to_string()),
        ("idle_in_transaction_session_timeout", limits::BATCH_TX_TIME_MAX.as_millis().to_string()),
        ("plan_cache_mode", "force_generic_plan".to_owned()),
        ("enable_seqscan", "off".to_owned()),
        ("enable_hashjoin", "off".to_owned()),
        ("enable_mergejoin", "off".to_owned()),
        ("jit", "off".to_owned()),
    ])
}
