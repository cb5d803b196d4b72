//! The engine that answers: whatever arrived while the last batch was committed becomes the next batch.
//!
//! A question waits in one of two bounded queues: windows in one, files in the other. One worker takes all that wait (up
//! to a limit; windows first), and does everything in **one transaction**: take the log, look up every card in one
//! statement, decide ([`domain::decide`]), make the answers, append one access event for each with one more statement, and
//! commit. Then the head of the log is signed once for the whole batch, and the answers leave. Without load a batch is one
//! question and waits for nothing; under load the batches grow by themselves, because a commit costs nearly the same
//! whatever it holds.
//!
//! What holds at any moment, and is tested:
//!
//! * **No answer leaves before its access event is on the disk.** If the commit fails, nobody is answered.
//! * **The log never forks.** The transaction holds the row of the log head; if it is not where this process left it —
//!   another center was faster, or the end of the last commit is not known — the edge is read from the database first.
//! * **A question asked again under its number** within the last moments gets the same answer, not a second look.
//! * **Overload is told, not suffered**: files are refused first, windows when the queue is full, both with a time to try
//!   again.
//! * **The database may go away and come back**, or be another server: windows wait for it up to
//!   [`limits::SINGLE_WAIT_TIME`], then they are told when to try again, and are answered again afterwards without a restart.
//!   A batch whose commit ended unknown is looked up before it is tried again. A database whose log does not go on from
//!   what was answered last is not answered from.
//!
//! ```text
//! question.rs   what can be asked            access_log.rs  the log, opened and checked
//! queue.rs      who goes first               memory.rs      what is remembered between batches
//! worker.rs     batch after batch            answered.rs    an answer and the way to its proof
//! batch.rs      one transaction              recent.rs      questions that are asked again
//! card.rs       what is asked with a card    card_batch.rs  its part of the transaction
//! decided.rs    a question by number          consents.rs    what patients allow
//! look.rs       a search by name, put on record
//! ```

pub(crate) mod access_log;
mod answered;
mod batch;
pub mod card;
mod card_batch;
mod consents;
mod decided;
mod error;
pub mod look;
mod memory;
pub mod question;
mod queue;
mod recent;
mod worker;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Purpose;
use kit::clock::SharedClock;
use kit::lifecycle::{Ending, Lifecycle, WaitsFor};
use kit::random::SharedRandom;
use trust::log::LogSigner;

pub use answered::Answered;
pub(crate) use batch::whose;
pub use card::{CardAnswer, CardAsk, CardQuestion, CardRefused};
pub use error::{CheckError, StartError};
pub use look::{AskedBeside, LookBeside, LookNote};
pub use question::{AskedByStaff, Question, Registered, Registration, canonical_query};

use crate::limits;
use crate::store::Store;
use answered::AskedFor;
use card::{CardMade, CardTask};
use memory::Memory;
use question::Asked;
use queue::{Done, Sender, Task};
use recent::Recent;
use worker::Worker;

/// What an engine is made of.
#[derive(Clone)]
pub struct Parts {
    /// Where coverages are read and events are written.
    pub store: Store,
    /// Signs the heads of the log.
    pub signer: Arc<LogSigner>,
    /// The time.
    pub clock: SharedClock,
    /// For the salts of the events.
    pub random: SharedRandom,
}

/// Told about every batch; metrics hang here.
pub trait BatchObserver: Send + Sync {
    /// `outcome` is `ok` or `failed`; `took` is the time of the transaction.
    fn batch(&self, questions: usize, took: Duration, outcome: &'static str);
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBatchObserver;

impl BatchObserver for NoBatchObserver {
    fn batch(&self, _questions: usize, _took: Duration, _outcome: &'static str) {}
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Questions of windows.
    pub singles: usize,
    /// Chunks of files.
    pub chunks: usize,
}

impl Waiting {
    /// Whether work of files is refused at the moment.
    pub const fn refuses_bulk(&self) -> bool {
        self.singles >= limits::WAITING_SINGLE_BEFORE_BULK_STOPS || self.chunks >= limits::WAITING_BULK_CHUNKS_MAX
    }
}

/// The engine. Clones are the same one.
#[derive(Clone)]
pub struct Engine {
    sender: Sender,
    recent: Arc<Mutex<Recent>>,
    life: Lifecycle,
}

impl Engine {
    /// Opens the log (or makes it), checks it, and begins to answer.
    ///
    /// # Errors
    /// The log belongs to another key or is damaged, or the database cannot be used.
    pub async fn start(parts: Parts, observer: Arc<dyn BatchObserver>) -> Result<Self, StartError> {
        let edge = access_log::open(&parts.store, &parts.signer, parts.clock.now()).await?;
        let log_id = access_log::log_id(&parts.signer);
        let memory = tokio::sync::Mutex::new(Memory::new(log_id, edge, parts.store.clone(), Arc::clone(&parts.clock)));
        let recent = Arc::new(Mutex::new(Recent::new(limits::RECENT_ANSWERS_MAX)));
        let (sender, receiver) = queue::queue();
        // A life of its own: it must outlive everybody who asks.
        let life = Lifecycle::new();
        life.spawn("check_checkpoint", copy_log(parts.store.clone(), life.clone()));
        let worker = Worker { parts, memory, receiver, recent: Arc::clone(&recent), observer };
        let waits_for = match worker.parts.store.engine() {
            crate::store::Engine::Sqlite => WaitsFor::Threads,
            crate::store::Engine::Postgres => WaitsFor::Sockets,
        };
        life.spawn_on_own_thread("check_engine", waits_for, worker.run(life.clone()))?;
        Ok(Self { sender, recent, life })
    }

    /// Answers a window's question.
    ///
    /// # Errors
    /// Overload, no database, stopping; nothing was recorded as answered.
    pub async fn check(&self, question: Question) -> Result<Answered, CheckError> {
        let (facility, request_id) = (question.query.medical_institution_code, question.request_id);
        let is_same = |held: &AskedFor| matches!(held, AskedFor::Numbers(held) if held.asks_the_same(&question));
        if let Some(answered) = self.recent().get(facility, request_id, is_same) {
            return Ok(answered);
        }
        match self.sender.single(Task::Check(Box::new(Asked::new(question)))).await? {
            Done::Answered(answered) => Ok(answered),
            Done::Registered(_) | Done::Card(_) => Err(MIXED_UP),
        }
    }

    /// Takes back what the patient whom a question names has allowed the institution to see, at their wish. Gives how many
    /// answers that were.
    ///
    /// # Errors
    /// As [`Engine::check`].
    pub async fn withdraw(&self, question: Question) -> Result<Result<u64, CardRefused>, CheckError> {
        let question = Question { withdraws: true, purpose: Purpose::ConsentWithdrawal, ..question };
        match self.sender.single(Task::Check(Box::new(Asked::new(question)))).await? {
            Done::Card(CardMade::Withdrawn(answers)) => Ok(Ok(answers)),
            Done::Card(CardMade::Refused(why)) => Ok(Err(why)),
            Done::Card(_) | Done::Registered(_) | Done::Answered(_) => Err(MIXED_UP),
        }
    }

    /// Answers somebody who is here with a card. The inner error says why nothing came of it; then nothing was looked up
    /// about a person, or the attempt to register is on record.
    ///
    /// # Errors
    /// As [`Engine::check`]; the challenge is not used then.
    pub async fn card(&self, question: CardQuestion) -> Result<Result<CardAnswer, CardRefused>, CheckError> {
        let is_same = |held: &AskedFor| matches!(held, AskedFor::Card(held) if held.asks_the_same(&question));
        if let Some(answered) = self.recent().get(question.facility, question.request_id, is_same) {
            return Ok(Ok(CardAnswer::Checked(answered)));
        }
        match self.sender.single(Task::Card(Box::new(CardTask::new(question)))).await? {
            Done::Answered(answered) => Ok(Ok(CardAnswer::Checked(answered))),
            Done::Card(CardMade::Registered { new }) => Ok(Ok(CardAnswer::Registered { new })),
            Done::Card(CardMade::Ended) => Ok(Ok(CardAnswer::Ended)),
            Done::Card(CardMade::Withdrawn(answers)) => Ok(Ok(CardAnswer::Withdrawn(answers))),
            Done::Card(CardMade::SecondaryUse { new }) => Ok(Ok(CardAnswer::SecondaryUse { new })),
            Done::Card(CardMade::Refused(why)) => Ok(Err(why)),
            Done::Registered(_) => Err(MIXED_UP),
        }
    }

    /// The answer that was given to a search by name under its number a moment ago.
    pub fn looked_before(&self, asked: &AskedBeside) -> Option<Answered> {
        let is_same = |held: &AskedFor| matches!(held, AskedFor::Beside(held) if held == asked);
        self.recent().get(asked.facility, asked.request_id, is_same)
    }

    /// Puts a look that was made beside the batches on record, and gives its answer.
    ///
    /// # Errors
    /// As [`Engine::check`]; nobody was shown then.
    pub async fn look(&self, look: LookBeside) -> Result<Answered, CheckError> {
        match self.sender.single(Task::Look(Box::new(look))).await? {
            Done::Answered(answered) => Ok(answered),
            Done::Registered(_) | Done::Card(_) => Err(MIXED_UP),
        }
    }

    /// Answers questions of a file, in their order. Windows go first.
    ///
    /// # Errors
    /// Overload, no database, stopping. Questions of earlier chunks may have been recorded as answered.
    pub async fn check_many(&self, questions: Vec<Question>) -> Result<Vec<Answered>, CheckError> {
        let tasks = questions.into_iter().map(|question| Task::Check(Box::new(Asked::new(question))));
        let done = self.many(tasks).await?;
        done.into_iter()
            .map(|done| match done {
                Done::Answered(answered) => Ok(answered),
                Done::Registered(_) | Done::Card(_) => Err(MIXED_UP),
            })
            .collect()
    }

    /// Registers a 照会番号.
    ///
    /// # Errors
    /// As [`Engine::check`].
    pub async fn register(&self, registration: Registration) -> Result<Registered, CheckError> {
        match self.sender.single(Task::Register(Box::new(registration))).await? {
            Done::Registered(registered) => Ok(registered),
            Done::Answered(_) | Done::Card(_) => Err(MIXED_UP),
        }
    }

    /// Registers the 照会番号 of a file, in their order.
    ///
    /// # Errors
    /// As [`Engine::check_many`].
    pub async fn register_many(&self, registrations: Vec<Registration>) -> Result<Vec<Registered>, CheckError> {
        let tasks = registrations.into_iter().map(|registration| Task::Register(Box::new(registration)));
        let done = self.many(tasks).await?;
        done.into_iter()
            .map(|done| match done {
                Done::Registered(registered) => Ok(registered),
                Done::Answered(_) | Done::Card(_) => Err(MIXED_UP),
            })
            .collect()
    }

    /// How much waits at the moment.
    pub fn waiting(&self) -> Waiting {
        Waiting { singles: self.sender.waiting_singles(), chunks: self.sender.waiting_chunks() }
    }

    /// Takes nothing new, answers what waits, and ends. Call it when nobody asks any more: behind the listeners.
    pub async fn shut_down(&self) -> Ending {
        self.life.shut_down(limits::ENGINE_DRAIN_TIME).await
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn many(&self, tasks: impl Iterator<Item = Task>) -> Result<Vec<Done>, CheckError> {
        let mut tasks = tasks.peekable();
        let mut done = Vec::new();
        while tasks.peek().is_some() {
            let chunk: Vec<Task> = tasks.by_ref().take(limits::BATCH_BULK_QUESTIONS_MAX).collect();
            for outcome in self.sender.chunk(chunk).await? {
                done.push(outcome?);
            }
        }
        Ok(done)
    }
}

/// Lets SQLite copy its write-ahead log into the file beside the batches, bit by bit: left to itself it does so in the
/// middle of a commit, and windows wait for it.
async fn copy_log(store: Store, life: Lifecycle) {
    while life.rest(limits::SQLITE_CHECKPOINT_REST).await {
        if store.engine() == crate::store::Engine::Postgres {
            return;
        }
        if let Err(error) = store.checkpoint().await {
            tracing::debug!(code = error.code(), "the write-ahead log could not be copied; the next round tries again");
        }
    }
}

const MIXED_UP: CheckError = CheckError::Internal { code: "mixed_up" };

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}
