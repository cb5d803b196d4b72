//! Files whose claims did not all fit somebody: whether the center took more of them since.
//!
//! The center looks at such claims again when the register of their card changes. So it is asked how many came out how, often
//! in the beginning and less and less, and where that changed all outcomes are fetched anew. When the center has forgotten the
//! file, what is kept here stays as it is.

use jiff::{SignedDuration, Timestamp};
use kit::lifecycle::Lifecycle;
use wire::api::{ClaimFileState as AtCenter, ClaimFileStatus, ProblemCode};

use super::sending::{Left, fetch};
use crate::asking::outcome::Outcome;
use crate::checks::Checks;
use crate::limits;
use crate::store::StoreError;
use crate::store::claim_files::QueuedClaims;

/// When to ask for the outcomes of a file that is done; none where every claim fitted somebody.
pub(super) fn next_look(file: &QueuedClaims, status: &ClaimFileStatus, now: Timestamp) -> Option<Timestamp> {
    (status.counts.unmatched > 0).then(|| {
        let age = now.duration_since(file.queued_at).max(SignedDuration::ZERO);
        let shortest = SignedDuration::try_from(limits::CLAIMS_UNMATCHED_LOOK_MIN).unwrap_or(SignedDuration::ZERO);
        let longest = SignedDuration::try_from(limits::CLAIMS_UNMATCHED_LOOK_MAX).unwrap_or(SignedDuration::MAX);
        now.saturating_add((age / 8).clamp(shortest, longest)).unwrap_or(now)
    })
}

/// Asks for those that are due. Whatever goes wrong, they are asked for again later.
pub(super) async fn look(checks: &Checks, life: &Lifecycle) -> Result<(), StoreError> {
    let rest_max_ms = i64::try_from(limits::CLAIMS_UNMATCHED_LOOK_MAX.as_millis()).unwrap_or(i64::MAX);
    while !life.is_stopping() {
        let now = checks.center.hours().local();
        let Some(file) = checks.store.next_unmatched(now, rest_max_ms).await? else { return Ok(()) };
        match one(checks, &file).await {
            Ok(()) => {}
            Err(Left::Store(error)) => return Err(error),
            Err(Left::Outcome(Outcome::Refused(document))) if document.code == ProblemCode::ReceptionNumberUnknown => {
                checks.store.look_again_at(file.number, None).await?;
            }
            Err(Left::Outcome(_) | Left::Stopping | Left::Broken(_)) => {
                let later = file.status().and_then(|status| next_look(&file, status, now));
                return checks.store.look_again_at(file.number, later).await;
            }
        }
    }
    Ok(())
}

async fn one(checks: &Checks, file: &QueuedClaims) -> Result<(), Left> {
    let Some(held) = file.status() else { return Ok(checks.store.look_again_at(file.number, None).await?) };
    let status = checks.center.claims_status(&held.reception_number).await?;
    let now = checks.center.hours().local();
    let next = next_look(file, &status, now);
    if status.state != AtCenter::Done || status.counts == held.counts {
        return Ok(checks.store.look_again_at(file.number, next).await?);
    }
    let results = checks.center.claims_results(&status.reception_number).await?;
    let first = checks.store.beside_outcomes(file.number).await?;
    let end = fetch(checks, file.number, first, results, status.counts.claims).await?;
    let taken = held.counts.unmatched.saturating_sub(status.counts.unmatched);
    checks.store.claims_told_anew(file, &status, first..end, next, now).await?;
    tracing::info!(number = file.number, taken, "claims that fitted nobody were taken at the center");
    Ok(())
}
