//! Claims (レセプト) that the institution submits.
//!
//! ```text
//! tashika claims submit FILE ─ inspect ─▶ sealed pieces in the store ─ sending ─▶ center
//!                                              outcomes in the store ◀─ sending ─┘
//! ```
//!
//! [`inspect`] reads the file to its end first: what cannot be sent is refused on the spot with the report, and of the rest it
//! is told which claims the center will set aside, by the function that the center judges with. Then the file is in the
//! store, whatever happens to it in its folder, and [`sending`] brings it to the center whenever that can be reached, from
//! the byte on that the center has not.
//!
//! Claims that fitted nobody are taken by the center when its register changes: [`again`] asks for that.
//!
//! The desk page does the same with a file out of a browser ([`upload`]).
//!
//! Works while the terminal runs and while it does not, as the lists of users and charts do.

mod again;
mod inspect;
pub(crate) mod sending;
pub(crate) mod upload;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use kit::clock::SharedClock;
use kit::random::SharedRandom;
use wire::claims::ClaimFileError;
use zeroize::Zeroizing;

use crate::identity::{CenterFacts, IdentityError};
use crate::layout::Layout;
use crate::limits;
pub use crate::store::claim_files::{AboutClaims, ClaimFileState, QueuedClaims, SaidOfClaims};
pub use crate::store::claim_withdrawals::{QueuedWithdrawal, WithdrawalState};
use crate::store::{Store, StoreError};
use crate::users::{UsersError, open};
pub use inspect::{Inspected, NotToSend, SetAsideClaim, inspect};

/// Why claims were not queued.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsError {
    /// This terminal has not joined.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The file cannot be read, or is no claim file.
    #[error(transparent)]
    File(#[from] ClaimFileError),
    /// It cannot be sent as it is; the report says what was found.
    #[error("{}", .0.why_not().map_or("", NotToSend::message_en))]
    NotToSend(Box<Inspected>),
    /// It is longer than [`wire::limits::CLAIM_FILE_MAX_BYTES`].
    #[error("the file is longer than {} bytes", wire::limits::CLAIM_FILE_MAX_BYTES)]
    TooLarge,
    /// It changed while it was read.
    #[error("the file changed while it was read")]
    Changed,
    /// No number of a claim.
    #[error("a claim number has 32 hexadecimal digits")]
    Number,
    /// It did not come whole from the page.
    #[error(transparent)]
    Upload(#[from] kit::body::BodyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] UsersError),
    /// The reading thread ended without a word.
    #[error("the reading thread failed")]
    Thread,
}

impl From<StoreError> for ClaimsError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl From<io::Error> for ClaimsError {
    fn from(error: io::Error) -> Self {
        Self::File(error.into())
    }
}

impl ClaimsError {
    /// The words for the person at the desk.
    pub fn message_ja(&self) -> String {
        match self {
            Self::Identity(_) => {
                "この端末はまだ登録されていません。先に「tashika terminal join」を実行してください。".to_owned()
            }
            Self::File(error) => error.message().to_owned(),
            Self::NotToSend(inspected) => inspected.why_not().map_or("", NotToSend::message).to_owned(),
            Self::TooLarge | Self::Upload(kit::body::BodyError::TooLarge { .. }) => {
                "ファイルが大きすぎます（上限 2 GB）。分けて作り直してください。".to_owned()
            }
            Self::Upload(_) => "ファイルが途中で切れました。もう一度選んでください。".to_owned(),
            Self::Changed => {
                "読み取り中にファイルが変わりました。レセコンの出力が終わってから、もう一度実行してください。"
                    .to_owned()
            }
            Self::Number => {
                "受付番号は 32 桁の 16 進数です。「tashika claims status 控え番号」で確かめてください。".to_owned()
            }
            Self::Store(error) => error.message_ja(),
            Self::Thread => "ファイルを読み取れませんでした。もう一度お試しください。".to_owned(),
        }
    }
}

/// What came of submitting a file.
#[derive(Debug)]
pub struct Submitted {
    /// The file in the queue.
    pub queued: QueuedClaims,
    /// What was found in it.
    pub inspected: Inspected,
    /// Whether it was queued before, and nothing was done now.
    pub was_there: bool,
}

/// Checks a file and puts it into the queue. A file that is there already, or was taken, is not queued again unless `again`
/// says so: for claims that fitted nobody when they came.
///
/// # Errors
/// See [`ClaimsError`]; nothing was queued then.
pub async fn submit(
    data_dir: &Path,
    path: &Path,
    again: bool,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Submitted, ClaimsError> {
    let facility = CenterFacts::load(&Layout::new(data_dir))?.facility;
    let from = path.to_owned();
    let inspected = tokio::task::spawn_blocking(move || inspect(&from, facility));
    let inspected = inspected.await.map_err(|_| ClaimsError::Thread)??;
    if inspected.bytes > wire::limits::CLAIM_FILE_MAX_BYTES {
        return Err(ClaimsError::TooLarge);
    }
    if inspected.why_not().is_some() {
        return Err(ClaimsError::NotToSend(Box::new(inspected)));
    }
    let store = open(data_dir, random).await?;
    let queued = queue(&store, path, &inspected, again, clock, random).await;
    store.close().await;
    let (queued, was_there) = queued?;
    Ok(Submitted { queued, inspected, was_there })
}

async fn queue(
    store: &Store,
    path: &Path,
    inspected: &Inspected,
    again: bool,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<(QueuedClaims, bool), ClaimsError> {
    let about = AboutClaims {
        file_name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        digest: domain::hex::encode(&inspected.digest),
        bytes: inspected.bytes,
        claims: inspected.claims,
        set_aside: inspected.set_aside_count,
    };
    if let Some(same) = store.same_claims(&about.digest).await?
        && (!again || same.state != ClaimFileState::Done)
    {
        return Ok((same, true));
    }
    let request_id = kit::random::uuid_v7(clock.now(), &**random);
    let number = store.begin_claims(request_id, &about, clock.now()).await?;
    match store_pieces(store, number, path, inspected).await {
        Ok(()) => store.claims_stored(number, clock.now()).await?,
        Err(error) => {
            store.drop_claims(number).await?;
            return Err(error);
        }
    }
    let queued = store.claims(number).await?.ok_or(ClaimsError::Thread)?;
    Ok((queued, false))
}

async fn store_pieces(store: &Store, number: i64, path: &Path, inspected: &Inspected) -> Result<(), ClaimsError> {
    let (mut digest, mut bytes, mut next) = (Context::new(&SHA256), 0_u64, 0_i64);
    let mut file = File::open(path)?;
    loop {
        let read = tokio::task::spawn_blocking(move || read_pieces(&mut file).map(|pieces| (file, pieces)));
        let pieces;
        (file, pieces) = read.await.map_err(|_| ClaimsError::Thread)??;
        if pieces.is_empty() {
            break;
        }
        for piece in &pieces {
            digest.update(piece);
            bytes += piece.len() as u64;
        }
        if bytes > inspected.bytes {
            return Err(ClaimsError::Changed);
        }
        store.put_claim_pieces(number, next, &pieces).await?;
        next += i64::try_from(pieces.len()).unwrap_or(i64::MAX);
    }
    let same = bytes == inspected.bytes && digest.finish().as_ref() == inspected.digest;
    if same { Ok(()) } else { Err(ClaimsError::Changed) }
}

/// Some pieces of a file, each but the last of the file full.
fn read_pieces(file: &mut File) -> io::Result<Vec<Zeroizing<Vec<u8>>>> {
    let mut pieces = Vec::with_capacity(limits::CLAIM_PIECES_AT_ONCE);
    while pieces.len() < limits::CLAIM_PIECES_AT_ONCE {
        let mut piece = Zeroizing::new(Vec::with_capacity(limits::CLAIM_PIECE_BYTES));
        file.take(limits::CLAIM_PIECE_BYTES as u64).read_to_end(&mut piece)?;
        let is_full = piece.len() == limits::CLAIM_PIECE_BYTES;
        if !piece.is_empty() {
            pieces.push(piece);
        }
        if !is_full {
            break;
        }
    }
    Ok(pieces)
}

/// The newest files and withdrawals, the newest first.
///
/// # Errors
/// The store.
pub async fn list(
    data_dir: &Path,
    random: &SharedRandom,
) -> Result<(Vec<QueuedClaims>, Vec<QueuedWithdrawal>), ClaimsError> {
    let store = open(data_dir, random).await?;
    let files = store.newest_claims(limits::CLAIM_FILES_LISTED_MAX).await;
    let withdrawals = store.newest_withdrawals(limits::CLAIM_FILES_LISTED_MAX).await;
    store.close().await;
    Ok((files?, withdrawals?))
}

/// A file by its 控え番号, and what became of its claims: each part of the results, NDJSON of [`wire::api::ClaimOutcome`], is
/// handed to `part`.
///
/// # Errors
/// The store, or what `part` says.
pub async fn show<E>(
    data_dir: &Path,
    number: i64,
    random: &SharedRandom,
    mut part: impl FnMut(&QueuedClaims, &[u8]) -> Result<(), E>,
) -> Result<Result<Option<QueuedClaims>, E>, ClaimsError> {
    let store = open(data_dir, random).await?;
    let Some(file) = store.claims(number).await? else { return Ok(Ok(None)) };
    for at in 0.. {
        let Some(lines) = store.claim_outcomes(number, at).await? else { break };
        if let Err(error) = part(&file, &lines) {
            return Ok(Err(error));
        }
    }
    store.close().await;
    Ok(Ok(Some(file)))
}

/// Reads 受付番号 of a claim: 32 hexadecimal digits, as typed.
pub(crate) fn read_claim_number(raw: &str) -> Result<String, ClaimsError> {
    let number = raw.trim().to_ascii_lowercase();
    let fits = number.len() == 32 && number.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(number) } else { Err(ClaimsError::Number) }
}

/// Queues the withdrawal (取下げ) of a claim by its 受付番号.
///
/// # Errors
/// The number is none, or the store.
pub async fn withdraw(
    data_dir: &Path,
    claim_number: &str,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<(), ClaimsError> {
    let number = read_claim_number(claim_number)?;
    CenterFacts::load(&Layout::new(data_dir))?;
    let store = open(data_dir, random).await?;
    let put = store.put_withdrawal(&number, clock.now()).await;
    store.close().await;
    Ok(put?)
}
