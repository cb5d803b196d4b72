//! Asking again while the center cannot be asked, up to a named time; then an honest answer that says so.

use std::time::Duration;

use wire::oqs::{Told, codes};

use super::{Bridge, BridgeError};
use crate::asking::outcome::{CouldNotAsk, Outcome};
use crate::limits;

/// How long it is worth going on. Counted from when the work on the request began, so that a request taken before a
/// restart is asked at least once.
pub(super) struct Patience {
    until: Duration,
    rest: Duration,
}

impl Bridge {
    pub(super) fn patience(&self) -> Patience {
        let now = self.checks.center.hours().clock().monotonic();
        Patience { until: now + self.config.settings.bridge.give_up_after(), rest: limits::RETRY_REST_MIN }
    }

    /// Rests before the next attempt. False when the time is used up.
    pub(super) async fn once_more(&self, patience: &mut Patience, why: &CouldNotAsk) -> Result<bool, BridgeError> {
        let now = self.checks.center.hours().clock().monotonic();
        let left = patience.until.saturating_sub(now);
        let rest = why.retry_after.unwrap_or_default().max(patience.rest);
        if left.is_zero() || rest > left {
            return Ok(false);
        }
        patience.rest = (patience.rest * 2).min(limits::RETRY_REST_MAX);
        if self.life.rest(rest).await { Ok(true) } else { Err(BridgeError::Stopping) }
    }
}

/// What an answer file says about an outcome that is no answer.
pub(super) fn told(outcome: &Outcome) -> Told {
    match outcome {
        Outcome::CouldNotAsk(could_not) => {
            Told { code: codes::error_code(could_not.why.code()), message: could_not.message() }
        }
        Outcome::Refused(problem) => Told {
            code: codes::problem_code(problem.code),
            message: match problem.detail.as_str() {
                "" => problem.title.clone(),
                detail => format!("{}（{detail}）", problem.title),
            },
        },
        Outcome::Unreadable(errors) => wire::oqs::unreadable(errors),
        // Never asked for: an answer is written as an answer.
        Outcome::Answered(answered) => {
            Told { code: codes::UNDETERMINED.to_owned(), message: answered.answer.reason.clone() }
        }
    }
}
