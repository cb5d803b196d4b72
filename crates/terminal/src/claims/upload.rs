//! A file of claims that comes from a browser, piece by piece: checked while it comes, and sealed in the store at once, so that
//! nothing of it ever lies open on the disk. It is sent when somebody who read the report says so.

use std::io::{self, Read};

use bytes::Bytes;
use domain::MedicalInstitutionCode;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use kit::body::BodyError;
use kit::random::SharedRandom;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::inspect::{Inspected, inspect_from};
use super::{AboutClaims, ClaimsError, QueuedClaims};
use crate::limits;
use crate::store::Store;

/// What came of a file from the page.
#[derive(Debug)]
pub(crate) enum Uploaded {
    /// It is here and waits for the word to send it.
    Checked {
        /// 控え番号 that it will have.
        number: i64,
        /// What was found in it.
        inspected: Box<Inspected>,
    },
    /// The same file was sent before; nothing was done.
    Same(Box<QueuedClaims>),
}

/// Takes a file. A stop half-way leaves nothing that anybody could send.
///
/// # Errors
/// It cannot be sent as it is, or did not come whole; nothing of it is kept then.
pub(crate) async fn take<S>(
    store: &Store,
    facility: MedicalInstitutionCode,
    file_name: &str,
    body: S,
    now: Timestamp,
    random: &SharedRandom,
) -> Result<Uploaded, ClaimsError>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    let about =
        AboutClaims { file_name: file_name.to_owned(), digest: String::new(), bytes: 0, claims: 0, set_aside: 0 };
    let number = store.begin_claims(kit::random::uuid_v7(now, &**random), &about, now).await?;
    match take_as(store, number, facility, about, body).await {
        checked @ Ok(Uploaded::Checked { .. }) => checked,
        other => {
            store.drop_claims(number).await?;
            other
        }
    }
}

async fn take_as<S>(
    store: &Store,
    number: i64,
    facility: MedicalInstitutionCode,
    about: AboutClaims,
    body: S,
) -> Result<Uploaded, ClaimsError>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    let (send, pieces) = mpsc::channel(limits::CLAIM_PIECES_AT_ONCE);
    let name = about.file_name.clone();
    let reading =
        tokio::task::spawn_blocking(move || inspect_from(Pieces { pieces, held: Bytes::new() }, &name, facility));
    let kept = keep(store, number, body, send).await;
    let inspected = reading.await.map_err(|_| ClaimsError::Thread)?;
    kept?;
    let inspected = inspected?;
    if inspected.why_not().is_some() {
        return Err(ClaimsError::NotToSend(Box::new(inspected)));
    }
    let about = AboutClaims {
        digest: domain::hex::encode(&inspected.digest),
        bytes: inspected.bytes,
        claims: inspected.claims,
        set_aside: inspected.set_aside_count,
        ..about
    };
    if let Some(same) = store.same_claims(&about.digest).await? {
        return Ok(Uploaded::Same(Box::new(same)));
    }
    store.claims_checked(number, &about).await?;
    Ok(Uploaded::Checked { number, inspected: Box::new(inspected) })
}

/// Seals what comes, in full pieces, and hands it to whoever reads it. Ends early where that one has read enough to refuse it.
async fn keep<S>(store: &Store, number: i64, mut body: S, send: mpsc::Sender<Bytes>) -> Result<(), ClaimsError>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    let mut held = Zeroizing::new(Vec::with_capacity(limits::CLAIM_PIECE_BYTES));
    let mut next = 0;
    while let Some(came) = body.next().await {
        let came = came.map_err(ClaimsError::Upload)?;
        let mut rest = &came[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(limits::CLAIM_PIECE_BYTES - held.len()));
            held.extend_from_slice(now);
            rest = later;
            if held.len() == limits::CLAIM_PIECE_BYTES {
                let full = std::mem::replace(&mut held, Zeroizing::new(Vec::with_capacity(limits::CLAIM_PIECE_BYTES)));
                store.put_claim_pieces(number, next, &[full]).await?;
                next += 1;
            }
        }
        if send.send(came).await.is_err() {
            return Ok(());
        }
    }
    if !held.is_empty() {
        store.put_claim_pieces(number, next, &[held]).await?;
    }
    Ok(())
}

/// What comes from the browser, read as one file on a thread that may block.
struct Pieces {
    pieces: mpsc::Receiver<Bytes>,
    held: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.held.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.held = piece,
                None => return Ok(0),
            }
        }
        let length = out.len().min(self.held.len());
        out[..length].copy_from_slice(&self.held.split_to(length));
        Ok(length)
    }
}
