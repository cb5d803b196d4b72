//! Answers bulk files behind the windows.
//!
//! One part of each open file in turn, so that a small file is not held up by a large one. The engine lets windows go
//! first; when it is full, this rests. A part is kept with its answers in one transaction, so after a crash the work goes
//! on with the first part that has none, and at most that part is asked again. Of several centers on one database, one works
//! on a file: it claims it before each part, and another takes over what was left standing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::MedicalInstitutionCode;
use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use tokio::sync::Notify;
use tracing::{error, info, warn};

use super::bulk_part::{Outcome, Results};
use crate::check::{CheckError, Engine};
use crate::limits;
use crate::store::bulk::{BulkJob, FinishedPart};
use crate::store::{Engine as Database, Store, StoreError};

/// Answers bulk files.
#[derive(Debug, Clone)]
pub(crate) struct BulkWorker {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) clock: SharedClock,
    pub(crate) arrived: Arc<Notify>,
    pub(crate) life: Lifecycle,
}

/// The files that this center works on, with the moment of what it did to each last.
type Claims = HashMap<(MedicalInstitutionCode, String), Timestamp>;

/// How a round over the open files went.
enum Round {
    /// Something was done: there may be more.
    Progress,
    /// Nothing is open.
    Idle,
    /// Something is in the way; it may be gone in a moment.
    Blocked,
}

impl BulkWorker {
    /// Works until the soft step.
    pub(crate) async fn run(self) {
        let mut claims = Claims::new();
        while !self.life.is_stopping() {
            let going_on = match self.round(&mut claims).await {
                Round::Progress => true,
                Round::Blocked => self.life.rest(limits::BULK_REST_TIME).await,
                Round::Idle => tokio::select! {
                    () = self.arrived.notified() => true,
                    going_on = self.life.rest(limits::BULK_WATCH_TIME) => going_on,
                },
            };
            if !going_on {
                return;
            }
        }
    }

    /// One part of each open file.
    async fn round(&self, claims: &mut Claims) -> Round {
        let open =
            self.store.read("open_bulk_jobs", async |mut tx| tx.open_bulk_jobs(limits::BULK_OPEN_FILES).await).await;
        let jobs = match open {
            Ok(jobs) if jobs.is_empty() => return Round::Idle,
            Ok(jobs) => jobs,
            Err(error) => {
                warn!(%error, "open bulk files could not be read");
                return Round::Blocked;
            }
        };
        claims.retain(|claimed, _| jobs.iter().any(|job| *claimed == key(job)));
        let mut progress = false;
        for job in &jobs {
            if self.life.is_stopping() {
                return Round::Idle;
            }
            match self.part(job, claims).await {
                Ok(true) => progress = true,
                Ok(false) => {}
                Err(error) => warn!(%error, facility = %job.facility, "a part of a bulk file must wait"),
            }
        }
        if progress { Round::Progress } else { Round::Blocked }
    }

    /// Takes a file for its next part. False if another center works on it.
    async fn claim(&self, job: &BulkJob, claims: &mut Claims) -> Result<bool, StoreError> {
        let (now, mine) = (self.clock.now(), claims.remove(&key(job)));
        // A SQLite file has one center: whatever was left standing was left by an earlier run of this one.
        let idle_since = match self.store.engine() {
            Database::Sqlite => now,
            Database::Postgres => now.saturating_sub(limits::BULK_CLAIM_TIME).unwrap_or(now),
        };
        let claimed = self
            .store
            .tx("claim_bulk", async |mut tx| {
                tx.claim_bulk(job.facility, &job.reception_number, mine, idle_since, now).await
            })
            .await?;
        if claimed {
            claims.insert(key(job), now);
        }
        Ok(claimed)
    }

    /// The first open part of a file. False if there is none, if it must be tried again, or if another center is at it.
    async fn part(&self, job: &BulkJob, claims: &mut Claims) -> Result<bool, StoreError> {
        if !self.claim(job, claims).await? {
            return Ok(false);
        }
        let next = self
            .store
            .read("next_bulk_part", async |mut tx| tx.next_bulk_part(job.facility, &job.reception_number).await)
            .await?;
        let Some((part, lines)) = next else {
            error!(facility = %job.facility, "a bulk file is open although all its parts are answered");
            return Ok(false);
        };
        let Some(results) = self.answer(job, part, &lines).await else { return Ok(false) };
        let now = self.clock.now();
        let done = FinishedPart {
            facility: job.facility,
            reception_number: &job.reception_number,
            part,
            results: &results.bytes,
            normal: results.normal,
            errors: results.errors,
        };
        let kept = self.store.tx("finish_bulk_part", async |mut tx| tx.finish_bulk_part(&done, now).await).await?;
        if kept {
            claims.insert(key(job), now);
        }
        if kept && part + 1 == job.parts {
            info!(facility = %job.facility, units = job.units, "a bulk file is answered");
        }
        Ok(true)
    }

    /// The results of a part; nothing if the center is stopping.
    async fn answer(&self, job: &BulkJob, part: u64, lines: &[u8]) -> Option<Results> {
        let mut results = Results::new(job, part, lines);
        while let Some(chunk) = results.next_chunk() {
            let outcome = self.ask(chunk).await?;
            results.take(outcome);
        }
        Some(results)
    }

    /// Asks the engine until it answers. A chunk that it cannot answer for a reason of its own is asked one by one, so
    /// that one bad record does not hold up a file for ever.
    async fn ask(&self, chunk: super::bulk_part::Chunk) -> Option<Vec<Outcome>> {
        loop {
            let error = match chunk.ask(&self.engine).await {
                Ok(outcomes) => return Some(outcomes),
                Err(error) => error,
            };
            match error {
                CheckError::Overloaded { .. } | CheckError::Unavailable { .. } => {
                    if !self.life.rest(rest_of(&error)).await {
                        return None;
                    }
                }
                CheckError::Stopping { .. } => return None,
                CheckError::Internal { code } => {
                    warn!(code, "a chunk of a bulk file is asked one by one");
                    return self.ask_one_by_one(&chunk).await;
                }
            }
        }
    }

    async fn ask_one_by_one(&self, chunk: &super::bulk_part::Chunk) -> Option<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(chunk.len());
        for single in chunk.singles() {
            loop {
                match single.ask(&self.engine).await {
                    Ok(answered) => outcomes.extend(answered),
                    Err(CheckError::Internal { .. }) => outcomes.push(Outcome::Failed),
                    Err(CheckError::Stopping { .. }) => return None,
                    Err(error @ (CheckError::Overloaded { .. } | CheckError::Unavailable { .. })) => {
                        if !self.life.rest(rest_of(&error)).await {
                            return None;
                        }
                        continue;
                    }
                }
                break;
            }
        }
        Some(outcomes)
    }
}

fn key(job: &BulkJob) -> (MedicalInstitutionCode, String) {
    (job.facility, job.reception_number.clone())
}

/// Nobody stands and waits for a file, so it rests as long as it is told, or at least a moment.
fn rest_of(error: &CheckError) -> Duration {
    let told = error.retry_after_seconds().map(|seconds| Duration::from_secs(u64::from(seconds)));
    told.unwrap_or(limits::BULK_REST_TIME).min(limits::BULK_REST_TIME_MAX)
}
