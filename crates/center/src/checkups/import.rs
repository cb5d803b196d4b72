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

impl CheckupImporter {
    /// Takes an archive (ZIP) or a single report (XML); `name` is what faults call it.
    ///
    /// # Errors
    /// See [`CheckupsError`]; people who are set aside or fit nobody are no error but part of the report.
    pub async fn import<R>(&self, archive: R, name: &str) -> Result<CheckupsReport, CheckupsError>
    where
        R: Read + Seek + Send + 'static,
    {
        let (pieces, read_ahead) = mpsc::channel(limits::CHECKUPS_PIECES_AHEAD);
        let (chunks, mut made) = mpsc::channel(limits::CHECKUPS_CHUNKS_AHEAD);
        let name = name.to_owned();
        let reading = self.life.spawn_blocking("checkups_read", move || read(archive, &name, &pieces));
        let preparing = self.life.spawn_blocking("checkups_prepare", move || prepare_all(read_ahead, &chunks));
        let mut report = CheckupsReport::default();
        while let Some(chunk) = made.recv().await {
            if self.life.is_stopping() {
                return Err(CheckupsError::Stopping);
            }
            report.add(take(&self.store, &chunk, self.clock.now()).await?);
        }
        preparing.await.map_err(|_| CheckupsError::Reader)?;
        report.read = reading.await.map_err(|_| CheckupsError::Reader)??;
        Ok(report)
    }
}

/// Reports out of an archive, each with the name of its file.
type Piece = Vec<(String, Checkup)>;

/// Reads to the end, or until nobody takes the pieces any more.
fn read<R: Read + Seek>(archive: R, name: &str, pieces: &mpsc::Sender<Piece>) -> Result<CheckupReport, CheckupsError> {
    let mut reader = CheckupReader::open(archive, name).map_err(CheckupsError::Archive)?;
    let mut piece = Vec::with_capacity(limits::CHECKUPS_PIECE);
    while let Some(person) = reader.next_file() {
        let Some(checkup) = person.checkup else { continue };
        piece.push((person.file, checkup));
        if piece.len() >= limits::CHECKUPS_PIECE && pieces.blocking_send(std::mem::take(&mut piece)).is_err() {
            return Err(CheckupsError::Stopping);
        }
    }
    if !piece.is_empty() && pieces.blocking_send(piece).is_err() {
        return Err(CheckupsError::Stopping);
    }
    Ok(reader.finish())
}

/// Makes reports ready beside the reading thread, until there are none any more or nobody takes the chunks.
fn prepare_all(mut pieces: mpsc::Receiver<Piece>, chunks: &mpsc::Sender<Vec<Prepared>>) {
    let mut chunk = Vec::with_capacity(limits::CHECKUPS_CHUNK);
    while let Some(piece) = pieces.blocking_recv() {
        chunk.extend(piece.into_iter().map(|(file, checkup)| prepare(file, checkup)));
        if chunk.len() >= limits::CHECKUPS_CHUNK && chunks.blocking_send(std::mem::take(&mut chunk)).is_err() {
            return;
        }
    }
    if !chunk.is_empty() {
        // Nobody takes it when the center stops: the same archive given again changes nothing of what was taken.
        let _ = chunks.blocking_send(chunk);
    }
}
