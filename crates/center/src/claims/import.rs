//! A file of claims, straight into the store.

use std::io::Read;

use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tokio::sync::mpsc;
use wire::claims::{CheckReport, ClaimFileError, ClaimKind, ClaimReader, ReadOptions};

use super::prepare::{Prepared, Preparer, Preparing};
use super::report::{ClaimsReport, Outcome};
use super::take;
use crate::limits;
use crate::store::{Store, StoreError};

/// Why a file was not taken to its end. What was taken stays; the same file given again changes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsError {
    /// The file is no file of claims, or cannot be read.
    #[error(transparent)]
    File(#[from] ClaimFileError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The center is stopping.
    #[error("the center is stopping; give the same file again later")]
    Stopping,
    /// The reading thread ended without a word: a fault in this program.
    #[error("the reading thread failed")]
    Reader,
}

/// What an import works with.
#[derive(Clone)]
pub struct ClaimImporter {
    /// Where claims go.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// Runs the reading thread, and says when to stop.
    pub life: Lifecycle,
}

/// A stretch of a file.
#[derive(Default)]
struct Chunk {
    ready: Vec<Prepared>,
    repeated: u64,
    without_source: u64,
}

impl Chunk {
    fn len(&self) -> u64 {
        self.ready.len() as u64 + self.repeated + self.without_source
    }
}

impl ClaimImporter {
    /// Takes a file of claims of any of the four kinds; `kind` where its name tells it.
    ///
    /// # Errors
    /// See [`ClaimsError`]; claims that cannot be given to anybody are no error but part of the report.
    pub async fn import<R>(&self, file: R, kind: Option<ClaimKind>) -> Result<ClaimsReport, ClaimsError>
    where
        R: Read + Send + 'static,
    {
        let (chunks, mut made) = mpsc::channel(limits::CLAIMS_CHUNKS_AHEAD);
        let reading = self.life.spawn_blocking("claims_read", move || read(file, kind, &chunks));
        let mut report = ClaimsReport::default();
        while let Some(chunk) = made.recv().await {
            if self.life.is_stopping() {
                return Err(ClaimsError::Stopping);
            }
            report.add(self.take_chunk(&chunk).await?);
        }
        let check = reading.await.map_err(|_| ClaimsError::Reader)??;
        report.add_check(&check);
        Ok(report)
    }

    async fn take_chunk(&self, chunk: &Chunk) -> Result<ClaimsReport, ClaimsError> {
        let mut report = take(&self.store, &chunk.ready, self.clock.now()).await?;
        report.claims = chunk.len();
        for (outcome, count) in [(Outcome::Repeated, chunk.repeated), (Outcome::WithoutSource, chunk.without_source)] {
            (0..count).for_each(|_| report.count(outcome));
        }
        Ok(report)
    }
}

/// Reads to the end, or until nobody takes the chunks any more.
fn read<R: Read>(file: R, kind: Option<ClaimKind>, chunks: &mpsc::Sender<Chunk>) -> Result<CheckReport, ClaimsError> {
    let mut claims = ClaimReader::new(file, ReadOptions { kind, master: None })?;
    let mut preparer = Preparer::default();
    let mut chunk = Chunk::default();
    while let Some(receipt) = claims.next_receipt()? {
        match preparer.prepare(&receipt) {
            Preparing::Ready(claim) => chunk.ready.push(*claim),
            Preparing::Repeated => chunk.repeated += 1,
            Preparing::WithoutSource => chunk.without_source += 1,
        }
        if chunk.len() >= limits::CLAIMS_CHUNK as u64 && chunks.blocking_send(std::mem::take(&mut chunk)).is_err() {
            return Err(ClaimsError::Stopping);
        }
    }
    if chunk.len() > 0 && chunks.blocking_send(chunk).is_err() {
        return Err(ClaimsError::Stopping);
    }
    Ok(claims.report().clone())
}
