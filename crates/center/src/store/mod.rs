//! The store of the center: one schema, two engines (SQLite and PostgreSQL), one door.
//!
//! Everything goes through [`Store::tx`] (or [`Store::read`], or [`Store::log_tx`] for the batch of answers): a *named*
//! transaction that is tried again when it collides with others, and measured. Inside it, a [`Tx`] has one method for each
//! thing that can be asked or changed; they live beside their table:
//!
//! | file | tables | for |
//! |---|---|---|
//! | [`coverage`] | `coverage` | who is insured, found by card, person, or near miss |
//! | [`insurer`] | `insurer` | names, and how fresh the data is |
//! | [`log`] | `log_head`, `access_event` | who looked; the leaves of the Merkle tree and its right edge |
//! | [`reference_number`] | `reference_number` | 照会番号 |
//! | [`card`] | `card_registration` | which person a card belongs to |
//! | [`consent`] | `consent` | what a patient allows an institution to see |
//! | [`presence`] | `presence_challenge_used`, `card_crl` | signatures that were used, lists of revoked cards |
//! | [`disaster`] | `disaster`, `disaster_request` | where people may be searched for by name |
//! | [`person_look`] | `person_look`, `notice` | searches by name, and whom they are to be told |
//! | [`record_look`] | `record_look` | looks into records |
//! | [`operator_event`] | `operator_event` | what the operator did with records |
//! | [`secondary_use`] | `officer`, `export_request`, `export_month`, `export_cell`, `export_opt_out` | counts that leave |
//! | [`facility`] | `facility`, `enrolment_code` | who may ask |
//! | [`certificate`], [`issuance`] | `certificate`, `crl_state` | what they ask with |
//! | [`bulk`], [`bulk_intake`] | `bulk_job`, `bulk_part` | files with many questions |
//! | [`import_job`] | `import_job` | how far a feed has come |
//! | [`claim`], `claim_put` | `claim`, `claim_unmatched` | what claims told of a person |
//! | [`claim_search`] | `claim_search` | which claim a 検索番号 stands for, and withdrawal |
//! | [`claim_file`] | `claim_file`, `claim_file_piece`, `claim_file_result` | files of claims that are submitted |
//! | [`checkup`] | `checkup`, `checkup_unmatched` | what checkups told of a person |
//! | [`drug`] | `drug` | what the codes of drugs mean |
//! | [`secret`] | `center_key` | small values that live as long as the data |
//!
//! How to add a table: (1) the next numbered file in `migrations/`, shared if both engines accept it, else one in each of
//! `migrations/sqlite/` and `migrations/postgres/`; every column has its comment, every rule its named CHECK, and the
//! primary key begins with the distribution key. (2) Its line in [`migrate`]. (3) A file here with `impl Tx`. (4) Tests in
//! `tests/store/conformance.rs`, which run on both engines.
//!
//! Rules: migrations only grow, and the program refuses a schema that it does not know. SQL never leaves this folder. Time
//! comes in as an argument. A value that only a person may see is never part of an error.

pub mod address;
pub mod bulk;
pub mod bulk_intake;
pub mod card;
pub mod certificate;
pub mod checkup;
pub mod claim;
pub mod claim_again;
pub mod claim_file;
pub mod claim_lease;
mod claim_put;
pub mod claim_search;
pub mod consent;
pub mod coverage;
pub mod coverage_put;
pub mod disaster;
pub mod drug;
pub mod error;
pub mod facility;
pub mod import_job;
pub mod insurer;
pub mod issuance;
pub mod log;
pub mod migrate;
pub mod operator_event;
pub mod person_look;
pub mod personal_certificate;
mod postgres;
pub mod presence;
mod primary;
pub mod record_look;
pub mod record_read;
pub mod reference_number;
pub mod secondary_use;
pub mod secret;
mod sqlite;
pub mod status;
mod time;
mod tx;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kit::clock::SharedClock;

use crate::limits;

pub use address::Address;
pub use error::{Result, StoreError};
pub use tx::{NoObserver, Tx, TxObserver};

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in this process.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// The open store. Clones are the same one.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Connections,
    clock: SharedClock,
    observer: Box<dyn TxObserver>,
    feeds_taken: AtomicU64,
    /// Monotonic milliseconds of the last batch of answers, plus one; 0: none yet.
    asked_at: AtomicU64,
}

enum Connections {
    Sqlite(Box<sqlite::Sqlite>),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(address: &Address, clock: SharedClock, observer: Box<dyn TxObserver>) -> Result<Self> {
        let connections = match address {
            Address::Sqlite(path) => Connections::Sqlite(Box::new(sqlite::Sqlite::open(path).await?)),
            Address::Postgres(servers) => Connections::Postgres(postgres::Postgres::open(servers).await?),
        };
        let store = Self {
            inner: Arc::new(Inner {
                connections,
                clock,
                observer,
                feeds_taken: AtomicU64::new(0),
                asked_at: AtomicU64::new(0),
            }),
        };
        migrate::migrate(&store, store.inner.clock.now()).await?;
        Ok(store)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match &self.inner.connections {
            Connections::Sqlite(_) => Engine::Sqlite,
            Connections::Postgres(_) => Engine::Postgres,
        }
    }

    /// Asks the database something trivial: whether it is there.
    pub async fn ping(&self) -> Result<()> {
        self.read("ping", async |mut tx| tx.ping().await).await
    }

    /// Keeps a SQLite file from growing beyond this, so that it leaves room on a disk that others need too; what does not
    /// fit is refused with [`StoreError::Full`]. PostgreSQL has its own means.
    pub async fn limit_bytes(&self, bytes: Option<u64>) -> Result<()> {
        match &self.inner.connections {
            Connections::Sqlite(sqlite) => sqlite.limit_bytes(bytes).await,
            Connections::Postgres(_) => Ok(()),
        }
    }

    /// How many feeds this process has taken: a change says that the insurers should be read again.
    pub fn feeds_taken(&self) -> u64 {
        self.inner.feeds_taken.load(Ordering::Acquire)
    }

    /// A feed was taken and committed.
    pub fn note_feed_taken(&self) {
        self.inner.feeds_taken.fetch_add(1, Ordering::Release);
    }

    /// Whether questions were answered a moment ago: then whoever stores much should do it in small parts.
    pub fn is_asked(&self) -> bool {
        let asked_at = self.inner.asked_at.load(Ordering::Relaxed);
        let quiet = millis(self.inner.clock.monotonic()).saturating_sub(asked_at.saturating_sub(1));
        asked_at != 0 && quiet < millis(limits::NOBODY_ASKS_AFTER)
    }

    fn note_asked(&self) {
        self.inner.asked_at.store(millis(self.inner.clock.monotonic()) + 1, Ordering::Relaxed);
    }

    /// Closes every connection. What is asked afterwards is refused.
    pub async fn close(&self) {
        match &self.inner.connections {
            Connections::Sqlite(sqlite) => sqlite.close().await,
            Connections::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Asks SQLite to copy its write-ahead log into the file, as far as nobody is in the way. Does nothing on PostgreSQL.
    pub async fn checkpoint(&self) -> Result<()> {
        match &self.inner.connections {
            Connections::Sqlite(sqlite) => sqlite.checkpoint().await,
            Connections::Postgres(_) => Ok(()),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

impl Tx {
    /// See [`Store::ping`].
    pub async fn ping(&mut self) -> Result<()> {
        tx::execute_on_both!(self, |c| sqlx::query("SELECT 1").execute(&mut *c).await).map(drop)
    }
}
