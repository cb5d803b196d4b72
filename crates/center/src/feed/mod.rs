//! Takes in what insurers send: streamed, in chunks, each chunk one transaction.
//!
//! Three things work at the same time: the file is read and its rows are made ready on a thread of their own; up to
//! [`limits::FEED_CHUNKS_AHEAD`] chunks wait; one chunk is being stored. So memory does not grow with the file, and
//! the database never waits for the parser nor the parser for the database.
//!
//! What holds, and is tested:
//!
//! * A row that cannot be taken is named with line, column and reason; the good ones around it are taken.
//! * How far a file has come is written in the same transaction as its rows. When an import is interrupted — by a crash,
//!   a full disk, a stop — the same file given again goes on behind the last chunk that was stored.
//! * A file given again after it was finished changes nothing and says so. (If another feed came in between, its rows are
//!   compared one by one, because that feed may have replaced some of them.)
//! * A row that says what is known changes nothing. Of two rows with the same natural key the later one counts.
//! * With an insurer's certificate only that insurer's rows are taken.
//! * The 個人番号 becomes a keyed person id as soon as it is read, and is stored nowhere.

mod chunk;
mod person_key;
mod reading;

use std::collections::HashSet;
use std::io::{Read, Seek};

use domain::{InsurerNumber, StatusIndex};
use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tokio::sync::mpsc;
use trust::PlaceKey;
use wire::api::ImportReport;
use wire::feed::{CsvEncoding, FeedError};

pub use person_key::PersonKey;

use crate::limits;
use crate::status::places::PlaceGiver;
use crate::store::coverage_put::RowsToPut;
use crate::store::import_job::ImportJob;
use crate::store::{Store, StoreError, Tx};
use chunk::Chunk;

/// Who sends a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The operator of the center: rows of every insurer.
    Operator,
    /// An insurer with its certificate: only its own rows.
    Insurer(InsurerNumber),
}

impl Source {
    fn name(&self) -> &str {
        match self {
            Self::Operator => "operator",
            Self::Insurer(number) => number.as_str(),
        }
    }
}

/// What an import works with.
#[derive(Clone)]
pub struct Importer {
    /// Where the rows go.
    pub store: Store,
    /// Makes person ids.
    pub person_key: PersonKey,
    /// Gives coverages their places in the status lists.
    pub place_key: PlaceKey,
    /// The time.
    pub clock: SharedClock,
    /// Runs the reading thread, and says when to stop.
    pub life: Lifecycle,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// For its sender.
    pub report: ImportReport,
    /// The file was finished before, and nothing was done now.
    pub known_already: bool,
    /// From which line on it was taken, when an earlier import of it was interrupted.
    pub resumed_at_line: Option<u64>,
}

/// A copy of the write-ahead log under way. What it cannot do now is done by the next one, or by the writer itself.
type Copying = tokio::task::JoinHandle<Option<crate::store::Result<()>>>;

/// Why a file was not taken to its end. What was taken stays; the same file given again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is no feed, or cannot be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The same file is being taken by somebody else at this moment.
    #[error("the same file is being imported by somebody else")]
    Concurrent,
    /// The center is stopping.
    #[error("the center is stopping; give the same file again later")]
    Stopping,
    /// The reading thread ended without a word: a fault in this program.
    #[error("the reading thread failed")]
    Reader,
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        Self::Feed(FeedError::Io(error))
    }
}

impl Importer {
    /// Takes a feed. The file is read twice: once for its digest, once for its rows.
    ///
    /// # Errors
    /// See [`ImportError`]; rows that cannot be taken are no error but part of the report.
    pub async fn import<R>(&self, file: R, encoding: CsvEncoding, source: &Source) -> Result<Imported, ImportError>
    where
        R: Read + Seek + Send + 'static,
    {
        let (digest, file) = self
            .life
            .spawn_blocking("feed_digest", move || reading::digest(file))
            .await
            .map_err(|_| ImportError::Reader)??;
        let job = self.begin(digest, source).await?;
        if job.finished {
            return Ok(Imported { report: nothing_new(&job), known_already: true, resumed_at_line: None });
        }
        let resumed_at_line = (job.next_line > 2).then_some(job.next_line);
        let (chunks, mut made) = mpsc::channel(limits::FEED_CHUNKS_AHEAD);
        let reader = reading::Reading {
            next_line: job.next_line,
            source: source.clone(),
            person_key: self.person_key.clone(),
            chunks,
        };
        let reading = self.life.spawn_blocking("feed_read", move || reader.run(file, encoding));
        let mut job = job;
        let mut run =
            Run { insurers: HashSet::new(), fed_before: false, places: PlaceGiver::new(self.place_key.clone()) };
        let mut copying = None;
        while let Some(chunk) = self.next_chunk(&mut made).await {
            if self.life.is_stopping() {
                return Err(ImportError::Stopping);
            }
            job = self.store_chunk(job, chunk, &mut run).await?;
            copying = self.copy_log(copying);
        }
        reading.await.map_err(|_| ImportError::Reader)??;
        let job = self.finish(job).await?;
        Ok(Imported { report: job.report(), known_already: false, resumed_at_line })
    }

    /// The next chunk. While nobody asks at a window, several are taken together: every transaction writes most pages of
    /// the indexes, however few rows it has.
    async fn next_chunk(&self, made: &mut mpsc::Receiver<Chunk>) -> Option<Chunk> {
        let mut chunk = made.recv().await?;
        let mut together = 1;
        while together < limits::FEED_CHUNKS_TOGETHER && !self.store.is_asked() {
            match made.recv().await {
                Some(next) => chunk = chunk.followed_by(next),
                None => break,
            }
            together += 1;
        }
        if together > 1 {
            chunk.put_in_order();
        }
        Some(chunk)
    }

    /// Lets SQLite copy its write-ahead log into the file on another thread, while the next chunk is stored.
    fn copy_log(&self, copying: Option<Copying>) -> Option<Copying> {
        if copying.as_ref().is_some_and(|copying| !copying.is_finished()) {
            return copying;
        }
        let store = self.store.clone();
        Some(self.life.spawn("feed_checkpoint", async move { store.checkpoint().await }))
    }

    /// The job of the file: a new one, or the earlier one where it can go on.
    async fn begin(&self, digest: [u8; 32], source: &Source) -> Result<ImportJob, ImportError> {
        let name = source.name();
        let (earlier, other) = self
            .store
            .read("import_begin", async |mut tx| {
                Ok((tx.import_job(digest, name).await?, tx.other_import_at(digest, name).await?))
            })
            .await?;
        let fresh = ImportJob::new(digest, name.to_owned());
        let Some(earlier) = earlier else { return Ok(fresh) };
        // Another feed since then may have replaced rows of this one.
        let overtaken = other.is_some_and(|other| earlier.updated_at.is_none_or(|mine| other >= mine));
        if overtaken { Ok(ImportJob { updated_at: earlier.updated_at, ..fresh }) } else { Ok(earlier) }
    }

    /// Stores a chunk and how far the file has come, in one transaction.
    async fn store_chunk(&self, job: ImportJob, chunk: Chunk, run: &mut Run) -> Result<ImportJob, ImportError> {
        let now = self.clock.now();
        let new: Vec<_> = chunk.insurers.iter().filter(|(number, _)| !run.insurers.contains(number)).collect();
        let (new, job, chunk, kept) = (&new, &job, &chunk, &*run);
        let stored = self
            .store
            .tx("import_chunk", async |mut tx| {
                let held = tx.import_job(job.digest, &job.source).await?;
                if held.as_ref().and_then(|held| held.updated_at) != job.updated_at {
                    return Ok(None);
                }
                let numbers: Vec<InsurerNumber> = new.iter().map(|(number, _)| number.clone()).collect();
                let fed_before = kept.fed_before || tx.is_any_fed(&numbers).await?;
                for (number, name) in new {
                    tx.put_insurer(number, name, true, now).await?;
                }
                let mut places = kept.places.clone();
                let changed = put(&mut tx, chunk, &mut places, fed_before, now).await?;
                let mut next = chunk.counted_into(job.clone(), changed);
                tx.put_import_job(&next, now).await?;
                next.updated_at = tx.import_job(job.digest, &job.source).await?.and_then(|held| held.updated_at);
                Ok(Some((next, places, fed_before)))
            })
            .await?;
        let Some((next, places, fed_before)) = stored else { return Err(ImportError::Concurrent) };
        (run.places, run.fed_before) = (places, fed_before);
        run.insurers.extend(new.iter().map(|(number, _)| number.clone()));
        self.store.note_feed_taken();
        Ok(next)
    }

    async fn finish(&self, mut job: ImportJob) -> Result<ImportJob, ImportError> {
        let now = self.clock.now();
        job.finished = true;
        let finished = &job;
        self.store.tx("import_finish", async |mut tx| tx.put_import_job(finished, now).await).await?;
        self.store.note_feed_taken();
        Ok(job)
    }
}

/// What an import remembers from chunk to chunk.
struct Run {
    /// Insurers that occurred already.
    insurers: HashSet<InsurerNumber>,
    /// Whether one of them sent a feed before this one: then most rows say what is known, and keep their places.
    fed_before: bool,
    places: PlaceGiver,
}

/// Stores the rows of a chunk, each with a place for the case that it needs one.
async fn put(
    tx: &mut Tx,
    chunk: &Chunk,
    places: &mut PlaceGiver,
    fed_before: bool,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let taken = places.take(tx, chunk.rows.iter().map(|row| row.prefecture), now).await?;
    let put = RowsToPut { rows: &chunk.rows, places: &taken, tell_places: fed_before };
    let put = tx.put_coverages(put, now).await?;
    if fed_before {
        let used: HashSet<StatusIndex> = put.used.into_iter().collect();
        places.give_back(taken.into_iter().filter(|place| !used.contains(place)));
    }
    Ok(put.changed)
}

/// The report of a file that was finished before: every row says what is known.
fn nothing_new(job: &ImportJob) -> ImportReport {
    ImportReport { rows_accepted: 0, rows_unchanged: job.rows_accepted + job.rows_unchanged, ..job.report() }
}
