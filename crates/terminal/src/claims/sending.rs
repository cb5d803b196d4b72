//! Brings queued claims to the center, and what became of them back.
//!
//! Every step ends with what the store says, so a stop at any moment costs at most a piece that is sent again: the center
//! tells from which byte on. A file leaves the queue only with an outcome for each claim, or with a refusal of the file.

use jiff::{SignedDuration, Timestamp};
use kit::client::AnswerStream;
use kit::lifecycle::Lifecycle;
use wire::api::{ClaimFileRequest, ClaimFileState as AtCenter, ClaimFileStatus, ProblemCode, ProblemDocument};

use super::again;
use crate::asking::claims::is_about_the_claims;
use crate::asking::outcome::Outcome;
use crate::checks::Checks;
use crate::limits;
use crate::store::StoreError;
use crate::store::claim_files::{ClaimFileState, QueuedClaims, SaidOfClaims};
use crate::store::claim_withdrawals::WithdrawalState;

/// Why a file was left for now.
pub(super) enum Left {
    /// The center said this, or could not be asked.
    Outcome(Outcome),
    /// The store.
    Store(StoreError),
    /// The terminal stops.
    Stopping,
    /// What came is not what must come; it is fetched again.
    Broken(&'static str),
}

impl From<Outcome> for Left {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl From<StoreError> for Left {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Sends whatever waits, whenever the center answers, until the terminal stops.
pub(crate) async fn run(checks: Checks, life: Lifecycle) {
    loop {
        if checks.center.is_connected()
            && let Err(error) = send_all(&checks, &life).await
        {
            tracing::warn!(%error, "claims wait: the store does not take what the center said");
        }
        if !life.rest(limits::CLAIMS_LOOK_INTERVAL).await {
            return;
        }
    }
}

async fn send_all(checks: &Checks, life: &Lifecycle) -> Result<(), StoreError> {
    let rest_max_ms = i64::try_from(limits::SETTLE_REST_MAX.as_millis()).unwrap_or(i64::MAX);
    let now = || checks.center.hours().local();
    while let Some(file) = checks.store.next_claims(now(), rest_max_ms).await? {
        let went = one(checks, &file, life).await;
        match went {
            Ok(()) => {}
            Err(Left::Stopping) => return Ok(()),
            Err(Left::Store(error)) => return Err(error),
            Err(Left::Broken(what)) => {
                tracing::warn!(number = file.number, what, "what the center said of claims does not fit");
                put_off(checks, &file, &SaidOfClaims::CouldNotAsk("answer-does-not-fit".to_owned())).await?;
                return Ok(());
            }
            Err(Left::Outcome(outcome)) => {
                if !end_or_put_off(checks, &file, outcome).await? {
                    // Whatever it is, it would meet the next file too.
                    return Ok(());
                }
            }
        }
    }
    while let Some(withdrawal) = checks.store.next_withdrawal(now(), rest_max_ms).await? {
        if life.is_stopping() || !withdraw(checks, &withdrawal.claim_number, withdrawal.tries).await? {
            return Ok(());
        }
    }
    again::look(checks, life).await
}

/// As far as a file goes now.
async fn one(checks: &Checks, file: &QueuedClaims, life: &Lifecycle) -> Result<(), Left> {
    let status = match (file.state, file.status()) {
        (ClaimFileState::Sent, Some(status)) => checks.center.claims_status(&status.reception_number).await?,
        _ => upload(checks, file, life).await?,
    };
    let now = checks.center.hours().local();
    match status.state {
        AtCenter::Receiving => Err(Left::Broken("a file that was sent is being received")),
        AtCenter::Processing => {
            let again = later(now, limits::CLAIMS_ASK_AGAIN_INTERVAL);
            let said = SaidOfClaims::Status(status);
            Ok(checks.store.note_claims(file, ClaimFileState::Sent, &said, Some(again), now).await?)
        }
        AtCenter::Refused => {
            let said = SaidOfClaims::Status(status);
            Ok(checks.store.note_claims(file, ClaimFileState::Refused, &said, None, now).await?)
        }
        AtCenter::Done => {
            let said = SaidOfClaims::Status(status.clone());
            checks.store.note_claims(file, ClaimFileState::Sent, &said, None, now).await?;
            let results = checks.center.claims_results(&status.reception_number).await?;
            let parts = fetch(checks, file.number, 0, results, status.counts.claims).await?;
            let now = checks.center.hours().local();
            checks.store.claims_done(file, &status, parts, again::next_look(file, &status, now), now).await?;
            tracing::info!(number = file.number, claims = status.counts.claims, "submitted claims have their outcomes");
            Ok(())
        }
    }
}

/// Sends what the center has not got yet.
async fn upload(checks: &Checks, file: &QueuedClaims, life: &Lifecycle) -> Result<ClaimFileStatus, Left> {
    let request = ClaimFileRequest {
        request_id: file.request_id,
        medical_institution_code: checks.center.facility(),
        file_name: Some(file.about.file_name.chars().take(wire::limits::ARBITRARY_FILE_IDENTIFIER_MAX_CHARS).collect()),
        file_digest: file.about.digest.clone(),
        file_bytes: file.about.bytes,
    };
    let mut status = checks.center.begin_claims(&request).await?;
    while status.state == AtCenter::Receiving {
        if life.is_stopping() {
            return Err(Left::Stopping);
        }
        let (at, length) = (status.received_bytes, limits::CLAIM_PIECE_BYTES as u64);
        let piece = i64::try_from(at / length).unwrap_or(i64::MAX);
        let Some(body) = checks.store.claim_piece(file.number, piece).await? else {
            return Err(Left::Broken("the center wants more than there is"));
        };
        let from = usize::try_from(at % length).unwrap_or(usize::MAX);
        let body = body.get(from..).unwrap_or_default().to_vec();
        let next = checks.center.send_claim_piece(&status.reception_number, at, body).await?;
        if next.state == AtCenter::Receiving && next.received_bytes <= at {
            return Err(Left::Broken("the center did not take a piece"));
        }
        status = next;
    }
    let now = checks.center.hours().local();
    checks.store.note_claims(file, ClaimFileState::Sent, &SaidOfClaims::Status(status.clone()), None, now).await?;
    tracing::info!(number = file.number, bytes = file.about.bytes, "claims were sent");
    Ok(status)
}

/// Keeps what became of each claim, in parts that end with a line, from a part on. Gives the first part behind them.
pub(super) async fn fetch(
    checks: &Checks,
    number: i64,
    first: i64,
    mut results: AnswerStream,
    claims: u64,
) -> Result<i64, Left> {
    let (mut held, mut part, mut lines) = (Vec::new(), first, 0_u64);
    loop {
        let piece = results.piece().await.map_err(|error| Left::Outcome(checks.center.failed(error)))?;
        let is_end = piece.is_none();
        held.extend_from_slice(piece.as_deref().unwrap_or_default());
        if held.len() >= limits::CLAIM_PIECE_BYTES || is_end {
            let end = held.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let rest = held.split_off(end);
            lines += held.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            if !held.is_empty() {
                checks.store.put_claim_outcomes(number, part, &held).await?;
                part += 1;
            }
            held = rest;
        }
        if is_end {
            break;
        }
    }
    // A body that broke off has lost claims.
    if lines == claims && held.is_empty() { Ok(part) } else { Err(Left::Broken("not an outcome for each claim")) }
}

/// What could not be done now. Says whether the next file may be looked at.
async fn end_or_put_off(checks: &Checks, file: &QueuedClaims, outcome: Outcome) -> Result<bool, StoreError> {
    let now = checks.center.hours().local();
    let document = match outcome {
        Outcome::Refused(document) => *document,
        Outcome::Unreadable(errors) => ProblemDocument::new(ProblemCode::UnreadableQuery, "").with_errors(errors),
        Outcome::CouldNotAsk(could_not) => {
            let said = SaidOfClaims::CouldNotAsk(could_not.why.code().to_owned());
            put_off(checks, file, &said).await?;
            return Ok(false);
        }
        // A file is no question about a patient.
        Outcome::Answered(_) => return Ok(false),
    };
    let said = SaidOfClaims::Refused(document.clone());
    match document.code {
        // The center does not know it any more: its store was set back, or the file lay for too long. It is sent anew.
        ProblemCode::ReceptionNumberUnknown => {
            checks
                .store
                .note_claims(file, ClaimFileState::Waiting, &said, Some(again_at(now, file.tries)), now)
                .await?;
            Ok(true)
        }
        ProblemCode::ResultNotReady => put_off(checks, file, &said).await.map(|()| true),
        _ if is_about_the_claims(&document) => {
            tracing::warn!(number = file.number, code = %document.code, "the center refuses claims");
            checks.store.note_claims(file, ClaimFileState::Refused, &said, None, now).await?;
            Ok(true)
        }
        // About this terminal: the file waits until it is let in again.
        _ => put_off(checks, file, &said).await.map(|()| false),
    }
}

async fn put_off(checks: &Checks, file: &QueuedClaims, said: &SaidOfClaims) -> Result<(), StoreError> {
    let now = checks.center.hours().local();
    // A file that was sent stays so, with its reception number.
    let said = match (file.state, &file.said) {
        (ClaimFileState::Sent, Some(status @ SaidOfClaims::Status(_))) => status,
        _ => said,
    };
    checks.store.note_claims(file, file.state, said, Some(again_at(now, file.tries)), now).await
}

/// Twice as long after each attempt.
fn again_at(now: Timestamp, tries: u32) -> Timestamp {
    later(now, limits::SETTLE_INTERVAL.saturating_mul(1 << tries.min(16)).min(limits::SETTLE_REST_MAX))
}

fn later(now: Timestamp, rest: std::time::Duration) -> Timestamp {
    let rest = SignedDuration::try_from(rest).unwrap_or(SignedDuration::from_secs(1));
    now.checked_add(rest).unwrap_or(now)
}

/// Says whether the next one may be looked at.
async fn withdraw(checks: &Checks, claim_number: &str, tries: u32) -> Result<bool, StoreError> {
    let now = checks.center.hours().local();
    let (state, said, next_at) = match checks.center.withdraw_claim(claim_number).await {
        Ok(_) => (WithdrawalState::Done, String::new(), None),
        Err(Outcome::Refused(document)) if is_about_the_claims(&document) => {
            (WithdrawalState::Refused, document.code.to_string(), None)
        }
        Err(Outcome::Refused(document)) => {
            (WithdrawalState::Waiting, document.code.to_string(), Some(again_at(now, tries)))
        }
        Err(Outcome::CouldNotAsk(could_not)) => {
            (WithdrawalState::Waiting, could_not.why.code().to_owned(), Some(again_at(now, tries)))
        }
        Err(Outcome::Unreadable(_) | Outcome::Answered(_)) => {
            (WithdrawalState::Refused, ProblemCode::UnreadableQuery.to_string(), None)
        }
    };
    checks.store.note_withdrawal(claim_number, state, &said, next_at, now).await?;
    Ok(state != WithdrawalState::Waiting)
}
