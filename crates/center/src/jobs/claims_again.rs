//! Looks again at claims that fitted nobody, when a feed came in.
//!
//! A round passes all of them in the order of their key, a stretch at a time, and looks at those whose card changed in the
//! register since they were looked at last. How far it came is not kept: a claim that was looked at says so itself, so a
//! round that was cut off begins anew and does nothing twice. Of several centers on one database each may make rounds; a
//! claim that one of them looks at is passed over by the others.

use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tracing::{info, warn};

use crate::claims::again::{self, LookedAgain};
use crate::limits;
use crate::store::{Store, StoreError};

/// Looks again at claims that fitted nobody.
#[derive(Debug, Clone)]
pub(crate) struct ClaimsAgain {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) life: Lifecycle,
}

impl ClaimsAgain {
    /// Works until the soft step.
    pub(crate) async fn run(self) {
        let mut last_round = None;
        loop {
            let rest = match self.round_if_due(&mut last_round).await {
                Ok(true) => limits::CLAIM_AGAIN_REST,
                Ok(false) => limits::CLAIM_AGAIN_WATCH_TIME,
                Err(error) => {
                    warn!(%error, "claims that fitted nobody must wait");
                    limits::CLAIM_AGAIN_REST
                }
            };
            if !self.life.rest(rest).await {
                return;
            }
        }
    }

    /// A round, where anything may have come in since the last one began. Says whether it passed many claims.
    async fn round_if_due(&self, last_round: &mut Option<Timestamp>) -> Result<bool, StoreError> {
        let newest = self.store.read("newest_import", async |mut tx| tx.newest_import_at().await).await?;
        let Some(newest) = newest else { return Ok(false) };
        let settled = newest.saturating_add(limits::CLAIM_AGAIN_OVERLAP).unwrap_or(Timestamp::MAX);
        if last_round.is_some_and(|last| last > settled) {
            return Ok(false);
        }
        let began = self.clock.now();
        let (many, came) = self.round(began).await?;
        // One that was stopped is not counted.
        if !self.life.is_stopping() {
            *last_round = Some(began);
        }
        if came.taken > 0 {
            info!(looked_at = came.looked_at, taken = came.taken, "claims that fitted nobody were taken");
        }
        Ok(many || came.looked_at > limits::CLAIM_AGAIN_CHUNK as u64)
    }

    async fn round(&self, began: Timestamp) -> Result<(bool, LookedAgain), StoreError> {
        let (rule, most) = (again::rule(began), limits::CLAIM_AGAIN_PASSED);
        let (mut after, mut many, mut came) = (None, false, LookedAgain::default());
        loop {
            let (due, last) =
                self.store.read("claims_due_again", async |mut tx| tx.unmatched_due(after, rule, most).await).await?;
            for some in due.chunks(limits::CLAIM_AGAIN_CHUNK) {
                if self.life.is_stopping() {
                    return Ok((many, came));
                }
                let now = self.clock.now();
                let looked =
                    self.store.tx("claims_again", async |mut tx| again::look(&mut tx, some, now).await).await?;
                came.looked_at += looked.looked_at;
                came.taken += looked.taken;
            }
            if last.is_none() || self.life.is_stopping() {
                return Ok((many, came));
            }
            (after, many) = (last, true);
        }
    }
}
