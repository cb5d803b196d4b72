//! `import_job`: how far a feed has come.

use jiff::Timestamp;
use wire::api::{ImportReport, Refusal};

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "import_job";

/// A feed that is being taken, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportJob {
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// `operator`, or the insurer's number.
    pub source: String,
    /// Whether everything was taken.
    pub finished: bool,
    /// The first line that was not taken yet; the header is line 1.
    pub next_line: u64,
    /// Rows seen.
    pub rows_read: u64,
    /// Rows that were new or changed something.
    pub rows_accepted: u64,
    /// Rows that said what was known.
    pub rows_unchanged: u64,
    /// Rows that were not taken.
    pub rows_refused: u64,
    /// The first of those.
    pub refusals: Vec<Refusal>,
    /// When its last part was taken; none before the first.
    pub updated_at: Option<Timestamp>,
}

impl ImportJob {
    /// A feed of which nothing was taken yet.
    pub fn new(digest: [u8; 32], source: String) -> Self {
        Self {
            digest,
            source,
            finished: false,
            next_line: 2,
            rows_read: 0,
            rows_accepted: 0,
            rows_unchanged: 0,
            rows_refused: 0,
            refusals: Vec::new(),
            updated_at: None,
        }
    }

    /// What its sender is told.
    pub fn report(&self) -> ImportReport {
        let mut feed_digest = String::with_capacity(64);
        domain::hex::push(&mut feed_digest, &self.digest);
        ImportReport {
            feed_digest,
            rows_read: self.rows_read,
            rows_accepted: self.rows_accepted,
            rows_unchanged: self.rows_unchanged,
            rows_refused: self.rows_refused,
            refusals: self.refusals.clone(),
        }
    }
}

type JobRow = (String, i64, i64, i64, i64, i64, String, i64);

impl Tx {
    /// A feed by its digest and sender.
    pub async fn import_job(&mut self, digest: [u8; 32], source: &str) -> Result<Option<ImportJob>> {
        let row: Option<JobRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT state, next_line, rows_read, rows_accepted, rows_unchanged, rows_refused, refusals,
                     updated_at
                 FROM import_job WHERE feed_digest = $1 AND source = $2",
            )
            .bind(digest.to_vec())
            .bind(source)
            .fetch_optional(&mut *c)
            .await
        })?;
        row.map(|(state, next_line, read, accepted, unchanged, refused, refusals, updated_at)| {
            Ok(ImportJob {
                digest,
                source: source.to_owned(),
                finished: state == "finished",
                next_line: time::count(TABLE, next_line)?,
                rows_read: time::count(TABLE, read)?,
                rows_accepted: time::count(TABLE, accepted)?,
                rows_unchanged: time::count(TABLE, unchanged)?,
                rows_refused: time::count(TABLE, refused)?,
                refusals: serde_json::from_str(&refusals)
                    .map_err(|_| StoreError::inconsistent(TABLE, "refusals cannot be read"))?,
                updated_at: Some(time::time(TABLE, updated_at)?),
            })
        })
        .transpose()
    }

    /// When any other feed was taken last.
    pub async fn other_import_at(&mut self, digest: [u8; 32], source: &str) -> Result<Option<Timestamp>> {
        let (newest,): (Option<i64>,) = on_both!(self, |c| {
            sqlx::query_as("SELECT MAX(updated_at) FROM import_job WHERE NOT (feed_digest = $1 AND source = $2)")
                .bind(digest.to_vec())
                .bind(source)
                .fetch_one(&mut *c)
                .await
        })?;
        time::time_opt(TABLE, newest)
    }

    /// Writes down how far a feed has come. Belongs into the transaction that stores its rows.
    pub async fn put_import_job(&mut self, job: &ImportJob, now: Timestamp) -> Result<()> {
        let refusals = serde_json::to_string(&job.refusals).map_err(|e| StoreError::inconsistent(TABLE, e))?;
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO import_job (feed_digest, source, state, next_line, rows_read, rows_accepted,
                     rows_unchanged, rows_refused, refusals, started_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
                 ON CONFLICT (feed_digest, source) DO UPDATE SET state = excluded.state,
                     next_line = excluded.next_line, rows_read = excluded.rows_read,
                     rows_accepted = excluded.rows_accepted, rows_unchanged = excluded.rows_unchanged,
                     rows_refused = excluded.rows_refused, refusals = excluded.refusals,
                     updated_at = excluded.updated_at",
            )
            .bind(job.digest.to_vec())
            .bind(&job.source)
            .bind(if job.finished { "finished" } else { "running" })
            .bind(time::signed(job.next_line))
            .bind(time::signed(job.rows_read))
            .bind(time::signed(job.rows_accepted))
            .bind(time::signed(job.rows_unchanged))
            .bind(time::signed(job.rows_refused))
            .bind(&refusals)
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }
}
