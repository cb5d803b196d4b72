//! Asking again, when the center is back, about everything that was decided without it.
//!
//! One case after another, the most important first, under the number that the question had: the center answers a number
//! once, so a stop between its answer and ours changes nothing. What differs from what staff were told waits for them on
//! the desk; what does not is settled silently.

use jiff::SignedDuration;
use kit::lifecycle::Lifecycle;
use wire::api::{CheckRequest, Verdict, japan_time};

use super::{CANNOT_TELL, LOST_SINCE, VALID_AS_OF};
use crate::asking::outcome::Outcome;
use crate::checks::{self, AskedFor, Checks};
use crate::limits;
use crate::store::StoreError;
use crate::store::answers::Way;
use crate::store::open_cases::{OpenCase, Settled};

impl Checks {
    /// Tells the desk how many cases wait and how many are to be seen.
    pub(crate) async fn count_cases(&self) -> Result<(), StoreError> {
        let (waiting, to_see) = self.store.count_cases().await?;
        self.health.cases(waiting, to_see);
        Ok(())
    }
}

/// Settles whatever waits, whenever the center answers, until the terminal stops.
pub(crate) async fn run(checks: Checks, life: Lifecycle) {
    let mut is_counted = false;
    loop {
        if !is_counted {
            is_counted = checks.count_cases().await.is_ok();
        }
        if checks.center.is_connected()
            && checks.health.waiting_cases() > 0
            && let Err(error) = settle_all(&checks, &life).await
        {
            tracing::warn!(%error, "cases wait: the store does not take what the center said");
        }
        if !life.rest(limits::SETTLE_INTERVAL).await {
            return;
        }
    }
}

async fn settle_all(checks: &Checks, life: &Lifecycle) -> Result<(), StoreError> {
    let rest_max_ms = i64::try_from(limits::SETTLE_REST_MAX.as_millis()).unwrap_or(i64::MAX);
    while let Some((case, mut request)) = checks.store.next_case(checks.center.hours().local(), rest_max_ms).await? {
        // The log shows both moments: when somebody decided, and when the center was asked.
        request.decided_at = Some(case.at);
        let outcome = checks.center.check_within(&request, limits::ASK_TIME).await;
        if !is_the_end(&outcome) {
            // Whatever it is, it would meet the next case too: one that is busy is not asked about all of them in a row.
            put_off(checks, &case).await?;
            break;
        }
        settle(checks, &case, &request, &outcome, None).await?;
        if life.is_stopping() {
            break;
        }
    }
    Ok(())
}

/// Whether there is nothing more to ask. A refusal is about this terminal, not about the patient: the case waits until the
/// terminal is let in again.
pub(super) const fn is_the_end(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Answered(_) | Outcome::Unreadable(_) => true,
        Outcome::Refused(_) | Outcome::CouldNotAsk(_) => false,
    }
}

/// Later again: twice as long after each attempt.
async fn put_off(checks: &Checks, case: &OpenCase) -> Result<(), StoreError> {
    let rest = limits::SETTLE_INTERVAL.saturating_mul(1 << case.tries.min(16)).min(limits::SETTLE_REST_MAX);
    let rest = SignedDuration::try_from(rest).unwrap_or(SignedDuration::from_secs(1));
    let next = checks.center.hours().local().checked_add(rest).unwrap_or_else(|_| checks.center.hours().local());
    checks.store.put_case_off(case.request_id, next).await
}

/// Writes down what the center said about a case. `seen_by` sees it right now.
pub(super) async fn settle(
    checks: &Checks,
    case: &OpenCase,
    request: &CheckRequest,
    outcome: &Outcome,
    seen_by: Option<&str>,
) -> Result<(), StoreError> {
    let before = checks.store.visits_of([case.request_id]).await?.remove(&case.request_id);
    let way = before.as_ref().map_or(Way::Desk, |before| before.way);
    let asked_by = seen_by.or(before.as_ref().map(|before| before.asked_by.as_str())).unwrap_or_default();
    // The line keeps its place in the list: the patient was here when nobody could be asked.
    let mut visit = checks::visit(AskedFor::of(request), outcome, way, asked_by, case.at);
    if visit.person.name.is_empty()
        && let Some(before) = before
    {
        // The center knows nobody: staff still have to know whom they saw, by the kept answer or by the patient's own word.
        visit.person = before.person;
    }
    let answer = match outcome {
        Outcome::Answered(answered) => Some(checks::kept(answered, way)),
        Outcome::Unreadable(_) | Outcome::Refused(_) | Outcome::CouldNotAsk(_) => None,
    };
    let day = &japan_time(case.at)[..8];
    let settled = Settled { day, visit: &visit, answer: answer.as_ref(), differs: differs(case, outcome), seen_by };
    checks.store.settle_case(&settled, checks.center.hours().now()).await?;
    tracing::info!(request_id = %case.request_id, differs = settled.differs, "a case was settled");
    checks.count_cases().await
}

/// Whether staff have to know. Where nothing could be said they always do, unless the patient is insured with the share
/// that was collected.
fn differs(case: &OpenCase, outcome: &Outcome) -> bool {
    let Outcome::Answered(answered) = outcome else { return true };
    let percent = answered.answer.share.as_ref().map(|share| share.percent);
    let is_valid = answered.answer.verdict == Verdict::Valid;
    match case.said.as_str() {
        VALID_AS_OF | CANNOT_TELL => !is_valid || percent != case.said_percent,
        LOST_SINCE => !matches!(answered.answer.verdict, Verdict::Invalid | Verdict::InvalidNewCoverageExists),
        _ => true,
    }
}
