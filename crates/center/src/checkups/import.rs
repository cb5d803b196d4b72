//! An archive of checkups, straight into the store.

use std::io::{Read, Seek};

use domain::Checkup;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tokio::sync::mpsc;
use wire::checkups::{CheckupFault, CheckupReader, CheckupReport};

use super::prepare::{Prepared, prepare};
use super::report::CheckupsReport;
use super::take;
use crate::limits;
use crate::store::{Store, StoreError};

/// Why an archive was not taken to its end. What was taken stays; the same archive given again changes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum CheckupsError {
    /// The file is no archive of checkups, or cannot be read.
    #[error("{} ({}, {})", .0.message, .0.code, .0.message_en)]
    Archive(Box<CheckupFault>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The center is stopping.
    #[error("the center is stopping; give the same archive again later")]
    Stopping,
    /// The reading thread ended without a word: a fault in this program.
    #[error("the reading thread failed")]
    Reader,
}

/// What an import works with.
#[derive(Clone)]
pub struct CheckupImporter {
    /// Where reports go.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// Runs the reading thread, and says when to stop.
    pub life: Lifecycle,
}

/// What became of one of several archives.
pub type ArchiveOutcome = Result<CheckupsReport, CheckupsError>;

impl CheckupImporter {
    /// Takes an archive (ZIP) or a single report (XML); `name` is what faults call it.
    ///
    /// # Errors
    /// See [`CheckupsError`]; people who are set aside or fit nobody are no error but part of the report.
    pub async fn import<R>(&self, archive: R, name: &str) -> ArchiveOutcome
    where
        R: Read + Seek + Send + 'static,
    {
        let mut outcome = Err(CheckupsError::Reader);
        self.import_each(std::iter::once((name.to_owned(), Ok(archive))), |_, told| outcome = told).await?;
        outcome
    }

    /// Takes archives one after the other, each to its end before the next, and tells what became of each with its place.
    /// While one is stored the next are read, so that many small ones are taken as fast as one large one. An archive that
    /// cannot be taken does not hold up the others.
    ///
    /// # Errors
    /// What ends them all: the database, or that the center is stopping. What was taken stays.
    pub async fn import_each<R, I>(
        &self,
        archives: I,
        mut told: impl FnMut(usize, ArchiveOutcome),
    ) -> Result<(), CheckupsError>
    where
        R: Read + Seek,
        I: IntoIterator<Item = (String, Result<R, CheckupsError>)> + Send + 'static,
    {
        let (pieces, read_ahead) = mpsc::channel(limits::CHECKUPS_PIECES_AHEAD);
        let (chunks, mut made) = mpsc::channel(limits::CHECKUPS_CHUNKS_AHEAD);
        let reading = self.life.spawn_blocking("checkups_read", move || {
            for (name, archive) in archives {
                let end = archive.and_then(|archive| read(archive, &name, &pieces));
                if matches!(end, Err(CheckupsError::Stopping)) || pieces.blocking_send(Step::End(end)).is_err() {
                    return;
                }
            }
        });
        let preparing = self.life.spawn_blocking("checkups_prepare", move || prepare_all(read_ahead, &chunks));
        let (mut report, mut at) = (CheckupsReport::default(), 0);
        while let Some(step) = made.recv().await {
            if self.life.is_stopping() {
                return Err(CheckupsError::Stopping);
            }
            match step {
                Step::Reports(chunk) => report.add(take(&self.store, &chunk, self.clock.now()).await?),
                Step::End(end) => {
                    let report = std::mem::take(&mut report);
                    told(at, end.map(|read| CheckupsReport { read, ..report }));
                    at += 1;
                }
            }
        }
        preparing.await.map_err(|_| CheckupsError::Reader)?;
        reading.await.map_err(|_| CheckupsError::Reader)
    }
}

/// What goes from thread to thread: reports of an archive, then its end.
enum Step<T> {
    Reports(Vec<T>),
    End(Result<CheckupReport, CheckupsError>),
}

/// A report out of an archive, with the name of its file.
type Named = (String, Checkup);

/// Reads to the end, or until nobody takes the pieces any more.
fn read<R: Read + Seek>(
    archive: R,
    name: &str,
    pieces: &mpsc::Sender<Step<Named>>,
) -> Result<CheckupReport, CheckupsError> {
    let mut reader = CheckupReader::open(archive, name).map_err(CheckupsError::Archive)?;
    let mut piece = Vec::with_capacity(limits::CHECKUPS_PIECE);
    while let Some(person) = reader.next_file() {
        let Some(checkup) = person.checkup else { continue };
        piece.push((person.file, checkup));
        if piece.len() >= limits::CHECKUPS_PIECE
            && pieces.blocking_send(Step::Reports(std::mem::take(&mut piece))).is_err()
        {
            return Err(CheckupsError::Stopping);
        }
    }
    if !piece.is_empty() && pieces.blocking_send(Step::Reports(piece)).is_err() {
        return Err(CheckupsError::Stopping);
    }
    Ok(reader.finish())
}

/// Makes reports ready beside the reading thread, until there are none any more or nobody takes the chunks: the same archive
/// given again changes nothing of what was taken.
fn prepare_all(mut pieces: mpsc::Receiver<Step<Named>>, chunks: &mpsc::Sender<Step<Prepared>>) {
    let mut chunk = Vec::with_capacity(limits::CHECKUPS_CHUNK);
    while let Some(step) = pieces.blocking_recv() {
        let (piece, end) = match step {
            Step::Reports(piece) => (piece, None),
            Step::End(end) => (Vec::new(), Some(end)),
        };
        chunk.extend(piece.into_iter().map(|(file, checkup)| prepare(file, checkup)));
        let is_full = chunk.len() >= limits::CHECKUPS_CHUNK || (end.is_some() && !chunk.is_empty());
        if is_full && chunks.blocking_send(Step::Reports(std::mem::take(&mut chunk))).is_err() {
            return;
        }
        if end.is_some_and(|end| chunks.blocking_send(Step::End(end)).is_err()) {
            return;
        }
    }
}
