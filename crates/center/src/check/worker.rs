//! The one task that answers: batch after batch, without a timer.

use std::sync::{Arc, Mutex, PoisonError};

use kit::lifecycle::Lifecycle;
use trust::proof::ProofNumber;

use super::access_log;
use super::answered::{Answered, AskedFor, Committed, Inner as AnsweredInner};
use super::batch::{self, Batch, Made};
use super::error::CheckError;
use super::look::LookBeside;
use super::memory::Memory;
use super::queue::{Done, Gathered, Outcome, Receiver, Task};
use super::recent::Recent;
use super::{BatchObserver, MIXED_UP, Parts};
use crate::limits;
use crate::store::StoreError;

pub(super) struct Worker {
    pub(super) parts: Parts,
    /// Locked by nobody else: a transaction that is tried again takes it again.
    pub(super) memory: tokio::sync::Mutex<Memory>,
    pub(super) receiver: Receiver,
    pub(super) recent: Arc<Mutex<Recent>>,
    pub(super) observer: Arc<dyn BatchObserver>,
}

impl Worker {
    /// Answers until everybody who asks is gone, or until it is told to stop and nothing waits any more.
    pub(super) async fn run(mut self, life: Lifecycle) {
        let mut told = false;
        loop {
            let gathered = tokio::select! {
                biased;
                () = life.stopping(), if !told => {
                    told = true;
                    self.receiver.close();
                    continue;
                }
                gathered = self.receiver.gather() => gathered,
            };
            match gathered {
                Some(gathered) => self.answer(gathered, &life).await,
                None => return,
            }
        }
    }

    async fn answer(&mut self, gathered: Gathered, life: &Lifecycle) {
        let (tasks, waiting) = taken_apart(gathered);
        if tasks.is_empty() {
            return;
        }
        let started = self.parts.clock.monotonic();
        let size = tasks.len();
        let result = self.commit_or_wait(&tasks, &waiting, life).await;
        let took = self.parts.clock.monotonic().saturating_sub(started);
        let outcomes = match result {
            Ok(batch) => self.given(tasks, batch),
            Err(error) => {
                tracing::error!(questions = size, code = error.code(), %error, "a batch could not be answered");
                Err(CheckError::from(&error))
            }
        };
        self.observer.batch(size, took, outcomes.as_ref().map_or_else(|_| "failed", |_| "ok"));
        waiting.reply(outcomes);
    }

    /// Commits a batch; while the database is away, tries again for as long as a window waits. Where it is not known
    /// whether a commit went through, the next attempt sees first, so that nobody is put on record twice.
    async fn commit_or_wait(
        &mut self,
        tasks: &[Task],
        waiting: &Waiting,
        life: &Lifecycle,
    ) -> Result<Batch, StoreError> {
        let mut unsettled = None;
        loop {
            let error = match Box::pin(self.commit(tasks, waiting, &mut unsettled)).await {
                Ok(batch) => return Ok(batch),
                Err(error) => error,
            };
            if !error.is_away() || !waiting.has_window() || life.is_stopping() {
                return Err(error);
            }
            tracing::warn!(questions = tasks.len(), code = error.code(), %error, "a batch waits for the database");
            tokio::time::sleep(limits::STORE_AWAY_REST).await;
        }
    }

    async fn commit(
        &mut self,
        tasks: &[Task],
        waiting: &Waiting,
        unsettled: &mut Option<Batch>,
    ) -> Result<Batch, StoreError> {
        let tasks: Vec<&Task> = tasks.iter().collect();
        let tasks = tasks.as_slice();
        let now = self.parts.clock.now();
        let random = self.parts.random.as_ref();
        let memory = &self.memory;
        let made = tokio::sync::Mutex::new(unsettled.take());
        let result = self
            .parts
            .store
            .log_tx("answer_batch", async |mut tx| {
                let mut made = made.lock().await;
                let mut memory = memory.lock().await;
                memory.begin();
                if let Some(earlier) = made.as_ref() {
                    if access_log::is_on_record(&mut tx, memory.log_id, earlier.first.as_ref()).await? {
                        return Ok(());
                    }
                    *made = None;
                }
                let wanted = || waiting.is_wanted();
                *made = Some(batch::answer(&mut tx, &mut memory, tasks, now, random, wanted).await?);
                Ok(())
            })
            .await;
        let made = made.into_inner();
        match (result, made) {
            (Ok(()), Some(batch)) => {
                self.memory.get_mut().committed(batch.edge.clone());
                Ok(batch)
            }
            (Ok(()), None) => Err(StoreError::Misused("a batch was committed and is not there")),
            (Err(error), made) => {
                *unsettled = made;
                Err(error)
            }
        }
    }

    /// The batch is on the disk: its head is signed once, and the answers may leave.
    fn given(&self, tasks: Vec<Task>, batch: Batch) -> Result<Vec<Outcome>, CheckError> {
        let committed = match batch.proofs {
            Some(proofs) => {
                let head = self.parts.signer.sign_head(proofs.head(), self.parts.clock.now()).map_err(|error| {
                    tracing::error!(%error, "the head of the access log could not be signed");
                    CheckError::Internal { code: "sign" }
                })?;
                Some(Arc::new(Committed { proofs, head }))
            }
            None => None,
        };
        let log = self.parts.signer.id();
        let outcomes = tasks
            .into_iter()
            .zip(batch.outcomes)
            .map(|(task, (made, index))| {
                let (asked, answer, event, verdict) = match (task, made) {
                    (Task::Check(asked), Made::Answer { answer, event, verdict }) => {
                        (AskedFor::Numbers(asked.question), answer, event, verdict)
                    }
                    (Task::Card(card), Made::Answer { answer, event, verdict }) => {
                        (AskedFor::Card(card.question), answer, event, verdict)
                    }
                    (Task::Look(look), Made::Beside { event, verdict }) => {
                        let LookBeside { asked, answer, .. } = *look;
                        (AskedFor::Beside(asked), answer, event, verdict)
                    }
                    (Task::Card(_) | Task::Check(_), Made::Card(outcome)) => return Ok(Done::Card(outcome)),
                    (Task::Register(_), Made::Registered(outcome)) => return Ok(Done::Registered(outcome)),
                    (Task::Check(_) | Task::Card(_), Made::Registered(_) | Made::Beside { .. })
                    | (Task::Look(_), Made::Answer { .. } | Made::Registered(_) | Made::Card(_))
                    | (Task::Register(_), Made::Answer { .. } | Made::Beside { .. } | Made::Card(_)) => {
                        return Err(MIXED_UP);
                    }
                };
                let (Some(index), Some(committed)) = (index, &committed) else { return Err(MIXED_UP) };
                let number = ProofNumber::new(log, index).ok_or(CheckError::Internal { code: "log_full" })?;
                let committed = Arc::clone(committed);
                let inner = AnsweredInner { asked, verdict: verdict.into(), answer, event, number, committed };
                Ok(Done::Answered(Answered { inner: Arc::new(inner) }))
            })
            .collect::<Vec<Outcome>>();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        for outcome in &outcomes {
            // A record may be long, and is looked up anew: what was allowed then may be allowed no longer.
            if let Ok(Done::Answered(answered)) = outcome
                && answered.answer().len() <= limits::RECENT_ANSWER_BYTES_MAX
            {
                recent.put(answered);
            }
        }
        Ok(outcomes)
    }
}

/// Who waits for the tasks of a batch, in their order.
struct Waiting {
    singles: Vec<tokio::sync::oneshot::Sender<Outcome>>,
    chunks: Vec<(usize, tokio::sync::oneshot::Sender<Vec<Outcome>>)>,
}

fn taken_apart(gathered: Gathered) -> (Vec<Task>, Waiting) {
    let chunked: usize = gathered.chunks.iter().map(|chunk| chunk.tasks.len()).sum();
    let mut tasks = Vec::with_capacity(gathered.singles.len() + chunked);
    let mut waiting = Waiting { singles: Vec::with_capacity(gathered.singles.len()), chunks: Vec::new() };
    // Whoever has given up is not looked for.
    for single in gathered.singles.into_iter().filter(|single| !single.reply.is_closed()) {
        tasks.push(single.task);
        waiting.singles.push(single.reply);
    }
    for chunk in gathered.chunks {
        waiting.chunks.push((chunk.tasks.len(), chunk.reply));
        tasks.extend(chunk.tasks);
    }
    (tasks, waiting)
}

impl Waiting {
    /// Whether a window waits.
    fn has_window(&self) -> bool {
        self.singles.iter().any(|reply| !reply.is_closed())
    }

    /// Whether anybody waits.
    fn is_wanted(&self) -> bool {
        self.has_window() || self.chunks.iter().any(|(_, reply)| !reply.is_closed())
    }

    /// Whoever has gone away meanwhile is not missed: the look is on record all the same.
    fn reply(self, outcomes: Result<Vec<Outcome>, CheckError>) {
        let (mut given, failed) = match outcomes {
            Ok(outcomes) => (outcomes.into_iter(), CheckError::Internal { code: "too_few_answers" }),
            Err(error) => (Vec::new().into_iter(), error),
        };
        for single in self.singles {
            let _ = single.send(given.next().unwrap_or_else(|| Err(failed.clone())));
        }
        for (size, reply) in self.chunks {
            let outcomes = (0..size).map(|_| given.next().unwrap_or_else(|| Err(failed.clone()))).collect();
            let _ = reply.send(outcomes);
        }
    }
}
