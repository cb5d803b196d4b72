//! Takes the claims of submitted files, behind the windows.
//!
//! One file at a time, a stretch of claims in one transaction together with what became of them, so that after a crash the
//! work goes on with the first claim that has no outcome: nothing twice, nothing lost. The file is read anew from its first
//! byte then, because what is the same claim depends on those before it. Of several centers on one database, one works on a
//! file: it takes it for a time and renews that while it works, however long reading takes; a center that is killed is followed by
//! another one when its time is over, and what it does late is refused.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tokio::sync::{Notify, mpsc};
use tracing::{info, warn};
use uuid::Uuid;
use wire::api::{ClaimFileCounts, ClaimRefusal};
use wire::claims::{CheckReport, ClaimFileError, ReadOptions};

use crate::claims::ClaimsError;
use crate::claims::submitted::{self, Chunk};
use crate::limits;
use crate::store::claim_file::ClaimFile;
use crate::store::claim_lease::Lease;
use crate::store::{Engine as Database, Store, StoreError};

/// Takes submitted claims.
#[derive(Debug, Clone)]
pub(crate) struct ClaimFileWorker {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) arrived: Arc<Notify>,
    pub(crate) life: Lifecycle,
    /// This run of the center, towards others on the same database.
    pub(crate) owner: Uuid,
}

impl ClaimFileWorker {
    /// Works until the soft step, and then gives back what it held.
    pub(crate) async fn run(self) {
        self.rounds().await;
        let owner = self.owner;
        if let Err(error) =
            self.store.tx("claim_file_release", async |mut tx| tx.release_claim_files(owner).await).await
        {
            info!(%error, "files of claims are held until their time is over");
        }
    }

    async fn rounds(&self) {
        while !self.life.is_stopping() {
            let going_on = match self.round().await {
                Ok(true) => true,
                Ok(false) => tokio::select! {
                    () = self.arrived.notified() => true,
                    going_on = self.life.rest(limits::BULK_WATCH_TIME) => going_on,
                },
                Err(error) => {
                    warn!(%error, "submitted claims must wait");
                    self.life.rest(limits::BULK_REST_TIME).await
                }
            };
            if !going_on {
                return;
            }
        }
    }

    /// The files that wait now. Says whether there was one.
    async fn round(&self) -> Result<bool, ClaimsError> {
        let most = limits::BULK_OPEN_FILES;
        let waiting = self.store.read("claim_files_waiting", async |mut tx| tx.claim_files_waiting(most).await).await?;
        let mut done_any = false;
        for file in &waiting {
            if self.life.is_stopping() {
                return Ok(false);
            }
            if !self.lease(file).await? {
                continue;
            }
            // What another center did before is in the row.
            let held = self
                .store
                .read("claim_file", async |mut tx| tx.claim_file(file.facility, &file.reception_number).await);
            if let Some(held) = held.await? {
                self.file(&held).await?;
                done_any = true;
            }
        }
        Ok(done_any)
    }

    fn lease_from(&self, now: Timestamp) -> Lease {
        Lease {
            owner: self.owner,
            now,
            until: now.saturating_add(limits::BULK_CLAIM_TIME).unwrap_or(Timestamp::MAX),
            alone: self.store.engine() == Database::Sqlite,
        }
    }

    async fn lease(&self, file: &ClaimFile) -> Result<bool, StoreError> {
        let lease = self.lease_from(self.clock.now());
        self.store.tx("claim_file_lease", async |mut tx| tx.lease_claim_file(file, lease).await).await
    }

    /// Renews the lease of a file again and again; ends when that does not work any more.
    async fn hold(&self, file: &ClaimFile) -> StoreError {
        loop {
            tokio::time::sleep(limits::CLAIM_FILE_RENEWAL).await;
            let lease = self.lease_from(self.clock.now());
            match self.store.tx("claim_file_renew", async |mut tx| tx.renew_claim_file(file, lease).await).await {
                Ok(true) => {}
                Ok(false) => {
                    return StoreError::RowsAffected { what: "a file of claims that is held", expected: 1, found: 0 };
                }
                Err(error) => return error,
            }
        }
    }

    /// One file to its end, as long as it is held.
    async fn file(&self, file: &ClaimFile) -> Result<(), ClaimsError> {
        tokio::select! {
            done = Box::pin(self.work(file)) => done,
            lost = Box::pin(self.hold(file)) => Err(lost.into()),
        }
    }

    async fn work(&self, file: &ClaimFile) -> Result<(), ClaimsError> {
        if file.claims_done == 0 && !self.digest_fits(file).await? {
            let refusal = ClaimRefusal {
                code: "digest_differs".to_owned(),
                message: "届いた内容が、申し出のハッシュ（SHA-256）とちがいます。もう一度送ってください。".to_owned(),
                message_en: "What arrived has another SHA-256 than was announced. Send it again.".to_owned(),
            };
            self.refuse(file, &refusal).await?;
            return Ok(());
        }
        match self.claims(file).await {
            Ok((0, _)) => {
                let refusal = ClaimRefusal {
                    code: "no_claims".to_owned(),
                    message: "ファイルにレセプトがありません。レセコンで作り直して、もう一度送ってください。"
                        .to_owned(),
                    message_en: "There is no claim in the file. Make it again and send it again.".to_owned(),
                };
                Ok(self.refuse(file, &refusal).await?)
            }
            Ok((claims, check)) => {
                let now = self.clock.now();
                self.store
                    .tx("claim_file_done", async |mut tx| {
                        let mut counts = submitted::counts_of(&mut tx, file).await?;
                        submitted::add_check(&mut counts, &check);
                        tx.close_claim_file(file, &counts, None, now).await
                    })
                    .await?;
                info!(facility = %file.facility, claims, "a file of claims was taken");
                Ok(())
            }
            Err(ClaimsError::File(error)) if !matches!(error, ClaimFileError::Io(_)) => {
                let (code, message, message_en) = (error.code().to_owned(), error.message(), error.to_string());
                self.refuse(file, &ClaimRefusal { code, message: message.to_owned(), message_en }).await?;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn refuse(&self, file: &ClaimFile, refusal: &ClaimRefusal) -> Result<(), StoreError> {
        info!(facility = %file.facility, code = refusal.code, "a file of claims was refused");
        let (now, counts) = (self.clock.now(), ClaimFileCounts::default());
        self.store
            .tx("claim_file_refused", async |mut tx| tx.close_claim_file(file, &counts, Some(refusal), now).await)
            .await
    }

    async fn digest_fits(&self, file: &ClaimFile) -> Result<bool, StoreError> {
        let mut digest = Context::new(&SHA256);
        let mut at = 0;
        while let Some(piece) = piece(&self.store, file, at).await? {
            digest.update(&piece);
            at += piece.len() as u64;
        }
        Ok(at == file.file_bytes && digest.finish().as_ref() == file.file_digest)
    }

    /// Takes the claims that have no outcome yet. Gives how many there are in the file.
    async fn claims(&self, file: &ClaimFile) -> Result<(u64, CheckReport), ClaimsError> {
        let kind = file.file_name.as_deref().and_then(ReadOptions::kind_of_name);
        let (chunks, mut made) = mpsc::channel(limits::CLAIMS_CHUNKS_AHEAD);
        let (send, pieces) = mpsc::channel(1);
        let (sender, skip) = (file.facility, file.claims_done);
        let reading = self.life.spawn_blocking("claim_file_read", move || {
            submitted::read(Pieces { pieces, held: VecDeque::new() }, kind, sender, skip, &chunks)
        });
        let feeding = async {
            let (send, mut at) = (send, 0);
            loop {
                let next = piece(&self.store, file, at).await;
                at += next.as_ref().map_or(0, |piece| piece.as_ref().map_or(0, Vec::len)) as u64;
                let next = next.map_err(io::Error::other).transpose();
                let Some(next) = next else { return };
                if send.send(next).await.is_err() {
                    return;
                }
            }
        };
        let taking = async {
            let mut file = file.clone();
            while let Some(chunk) = made.recv().await {
                if self.life.is_stopping() {
                    return Err(ClaimsError::Stopping);
                }
                self.take(&mut file, &chunk).await?;
            }
            Ok(file.claims_done)
        };
        tokio::pin!(taking);
        let claims = tokio::select! {
            claims = &mut taking => claims?,
            () = feeding => taking.await?,
        };
        let check = reading.await.map_err(|_| ClaimsError::Reader)??;
        Ok((claims, check))
    }

    /// A stretch of claims, with what became of them, in one transaction.
    async fn take(&self, file: &mut ClaimFile, chunk: &Chunk) -> Result<(), ClaimsError> {
        let (now, held, owner) = (self.clock.now(), &*file, self.owner);
        self.store
            .tx("claim_file_take", async |mut tx| submitted::take(&mut tx, held, owner, chunk, now).await)
            .await?;
        file.claims_done += chunk.len();
        file.results += 1;
        Ok(())
    }
}

async fn piece(store: &Store, file: &ClaimFile, at: u64) -> Result<Option<Vec<u8>>, StoreError> {
    store.read("claim_piece", async |mut tx| tx.claim_piece(file.facility, &file.reception_number, at).await).await
}

/// Pieces that come over a channel, read as one file on a thread that may block.
struct Pieces {
    pieces: mpsc::Receiver<io::Result<Vec<u8>>>,
    held: VecDeque<u8>,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.held.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.held = piece?.into(),
                None => return Ok(0),
            }
        }
        self.held.read(out)
    }
}
