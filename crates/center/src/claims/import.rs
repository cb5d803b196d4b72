//! A file of claims, straight into the store.

use std::io::Read;

use domain::MedicalInstitutionCode;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tokio::sync::mpsc;
use wire::claims::{CheckReport, ClaimFileError, ClaimKind, ClaimReader, Finding, ReadOptions, SetAside};

use super::prepare::{Prepared, Preparer, Preparing, errors_of};
use super::report::{ClaimsReport, Outcome};
use super::take::{Routed, look_up, put_routed};
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
pub(crate) struct Chunk {
    pub(super) ready: Vec<Prepared>,
    pub(super) aside: Vec<Aside>,
}

/// A claim that does not come to the store.
pub(super) struct Aside {
    /// Its first line.
    pub(super) line: u64,
    /// レセプト番号.
    pub(super) number: Option<u32>,
    /// Errors that the check found in it.
    pub(super) errors: Vec<Finding>,
    /// Why.
    pub(super) why: Why,
}

/// Why a claim does not come to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It stood in the file before.
    Repeated,
    /// It names no institution or no month.
    WithoutSource,
    /// Its sender may not send it, or nobody knows whose it is.
    SetAside(SetAside),
}

impl Chunk {
    pub(crate) fn len(&self) -> u64 {
        (self.ready.len() + self.aside.len()) as u64
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
        let reading = self.life.spawn_blocking("claims_read", move || read(file, kind, None, 0, &chunks));
        let mut report = ClaimsReport::default();
        let mut found: Option<Found> = None;
        loop {
            let chunk = made.recv().await;
            if self.life.is_stopping() {
                return Err(ClaimsError::Stopping);
            }
            let is_last = chunk.is_none();
            // The persons of one stretch are looked up while the one before is written.
            let (put, next) = tokio::join!(self.put(found.take()), self.look_up(chunk));
            report.add(put?);
            found = next?;
            if is_last {
                break;
            }
        }
        let check = reading.await.map_err(|_| ClaimsError::Reader)??;
        report.add_check(&check);
        Ok(report)
    }

    async fn look_up(&self, chunk: Option<Chunk>) -> Result<Option<Found>, ClaimsError> {
        let Some(chunk) = chunk else { return Ok(None) };
        let routed = look_up(&self.store, &chunk.ready).await?;
        Ok(Some(Found { chunk, routed }))
    }

    async fn put(&self, found: Option<Found>) -> Result<ClaimsReport, ClaimsError> {
        let Some(Found { chunk, routed }) = found else { return Ok(ClaimsReport::default()) };
        let mut report = put_routed(&self.store, &chunk.ready, &routed, self.clock.now()).await?;
        report.claims = chunk.len();
        for aside in &chunk.aside {
            report.count(match aside.why {
                Why::Repeated => Outcome::Repeated,
                Why::WithoutSource | Why::SetAside(_) => Outcome::WithoutSource,
            });
        }
        Ok(report)
    }
}

/// A stretch whose persons are known.
struct Found {
    chunk: Chunk,
    routed: Vec<Routed>,
}

/// Reads to the end, or until nobody takes the chunks any more. Where there is a `sender`, claims that are not its own are
/// set aside. The first `skip` claims are looked at and not given.
pub(super) fn read<R: Read>(
    file: R,
    kind: Option<ClaimKind>,
    sender: Option<MedicalInstitutionCode>,
    skip: u64,
    chunks: &mpsc::Sender<Chunk>,
) -> Result<CheckReport, ClaimsError> {
    let mut claims = ClaimReader::new(file, ReadOptions { kind, master: None })?;
    let mut preparer = Preparer::default();
    let mut chunk = Chunk::default();
    let mut seen = 0;
    while let Some(receipt) = claims.next_receipt()? {
        let set_aside = sender.and_then(|sender| SetAside::of(&receipt, sender));
        let prepared = match set_aside {
            Some(why) => Err(Why::SetAside(why)),
            None => match preparer.prepare(&receipt) {
                Preparing::Ready(claim) => Ok(*claim),
                Preparing::Repeated => Err(Why::Repeated),
                Preparing::WithoutSource => Err(Why::WithoutSource),
            },
        };
        seen += 1;
        if seen <= skip {
            continue;
        }
        match prepared {
            Ok(claim) => chunk.ready.push(claim),
            Err(why) => chunk.aside.push(Aside {
                line: receipt.first_line,
                number: receipt.number,
                errors: errors_of(&receipt),
                why,
            }),
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
