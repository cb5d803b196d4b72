//! The two queues before the engine: windows first, files second, both bounded.

use tokio::sync::{mpsc, oneshot};

use super::answered::Answered;
use super::card::{CardMade, CardTask};
use super::error::CheckError;
use super::look::LookBeside;
use super::question::{Asked, Registered, Registration};
use crate::limits;

/// One thing to do.
pub(super) enum Task {
    Check(Box<Asked>),
    Register(Box<Registration>),
    Card(Box<CardTask>),
    Look(Box<LookBeside>),
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) enum Done {
    Answered(Answered),
    Registered(Registered),
    Card(CardMade),
}

pub(super) type Outcome = Result<Done, CheckError>;

/// A task of a window and who waits for it.
pub(super) struct Single {
    pub(super) task: Task,
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// Tasks of a file and who waits for them.
pub(super) struct Chunk {
    pub(super) tasks: Vec<Task>,
    pub(super) reply: oneshot::Sender<Vec<Outcome>>,
}

/// The side that asks.
#[derive(Clone)]
pub(super) struct Sender {
    singles: mpsc::Sender<Single>,
    chunks: mpsc::Sender<Chunk>,
}

/// The side that answers.
pub(super) struct Receiver {
    singles: mpsc::Receiver<Single>,
    chunks: mpsc::Receiver<Chunk>,
    /// A chunk that found no room in the last batch.
    held: Option<Chunk>,
}

/// What is answered in one transaction.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) singles: Vec<Single>,
    pub(super) chunks: Vec<Chunk>,
}

pub(super) fn queue() -> (Sender, Receiver) {
    let (singles, singles_out) = mpsc::channel(limits::WAITING_SINGLE_MAX);
    let (chunks, chunks_out) = mpsc::channel(limits::WAITING_BULK_CHUNKS_MAX);
    (Sender { singles, chunks }, Receiver { singles: singles_out, chunks: chunks_out, held: None })
}

const TOO_LONG: CheckError = CheckError::Unavailable { retry_after_seconds: limits::RETRY_AFTER_STORE_SECONDS };
const STOPPING: CheckError = CheckError::Stopping { retry_after_seconds: limits::RETRY_AFTER_STORE_SECONDS };

impl Sender {
    /// Single questions that wait.
    pub(super) fn waiting_singles(&self) -> usize {
        self.singles.max_capacity() - self.singles.capacity()
    }

    /// Chunks that wait.
    pub(super) fn waiting_chunks(&self) -> usize {
        self.chunks.max_capacity() - self.chunks.capacity()
    }

    /// Lines up a task of a window, and waits until it is done, or as long as a window can wait. What is not begun by then
    /// is not done at all.
    pub(super) async fn single(&self, task: Task) -> Outcome {
        let (reply, answer) = oneshot::channel();
        self.singles.try_send(Single { task, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                CheckError::Overloaded { retry_after_seconds: limits::RETRY_AFTER_OVERLOAD_SECONDS }
            }
            mpsc::error::TrySendError::Closed(_) => STOPPING,
        })?;
        match tokio::time::timeout(limits::SINGLE_WAIT_TIME, answer).await {
            Ok(outcome) => outcome.unwrap_or(Err(STOPPING)),
            Err(_) => Err(TOO_LONG),
        }
    }

    /// Lines up tasks of a file, and waits until they are done. Refused while many windows wait.
    pub(super) async fn chunk(&self, tasks: Vec<Task>) -> Result<Vec<Outcome>, CheckError> {
        let overloaded = CheckError::Overloaded { retry_after_seconds: limits::RETRY_AFTER_BULK_SECONDS };
        if self.waiting_singles() >= limits::WAITING_SINGLE_BEFORE_BULK_STOPS {
            return Err(overloaded);
        }
        let (reply, answers) = oneshot::channel();
        self.chunks.try_send(Chunk { tasks, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => overloaded,
            mpsc::error::TrySendError::Closed(_) => STOPPING,
        })?;
        answers.await.map_err(|_| STOPPING)
    }
}

impl Receiver {
    /// Refuses whatever comes from now on; what waits already is still given out.
    pub(super) fn close(&mut self) {
        self.singles.close();
        self.chunks.close();
    }

    /// Waits for something to do, then takes whatever else has arrived by now. Nothing when all is done for good.
    pub(super) async fn gather(&mut self) -> Option<Gathered> {
        let mut gathered = Gathered::default();
        if self.held.is_none() {
            tokio::select! {
                biased;
                Some(single) = self.singles.recv() => gathered.singles.push(single),
                Some(chunk) = self.chunks.recv() => self.held = Some(chunk),
                else => return None,
            }
        }
        while gathered.singles.len() < limits::BATCH_QUESTIONS_MAX {
            match self.singles.try_recv() {
                Ok(single) => gathered.singles.push(single),
                Err(_) => break,
            }
        }
        self.gather_chunks(&mut gathered);
        Some(gathered)
    }

    /// Fills up with chunks: a little beside windows, all there is room for when no window waits.
    fn gather_chunks(&mut self, gathered: &mut Gathered) {
        let singles = gathered.singles.len();
        let room = if singles == 0 {
            limits::BATCH_QUESTIONS_MAX
        } else {
            limits::BATCH_BULK_QUESTIONS_MAX.min(limits::BATCH_QUESTIONS_MAX - singles)
        };
        let mut taken = 0;
        while let Some(chunk) = self.held.take().or_else(|| self.chunks.try_recv().ok()) {
            if taken + chunk.tasks.len() > room {
                self.held = Some(chunk);
                return;
            }
            taken += chunk.tasks.len();
            gathered.chunks.push(chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    //! Proves who goes first and who is refused first.
    use super::*;
    use domain::{CardNumber, InsurerNumber, MedicalInstitutionCode, ReferenceNumber};

    fn task() -> Task {
        Task::Register(Box::new(Registration {
            facility: MedicalInstitutionCode::parse("1310000017").unwrap(),
            request_id: uuid::Uuid::nil(),
            insurer_number: InsurerNumber::parse("06139463").unwrap(),
            insured_card_symbol: None,
            insured_identification_number: CardNumber::parse("1").unwrap(),
            insured_branch_number: None,
            reference_number: ReferenceNumber::parse("1").unwrap(),
        }))
    }

    fn line_up(sender: &Sender, singles: usize, chunks: usize, size: usize) {
        for _ in 0..singles {
            let (reply, _) = oneshot::channel();
            sender.singles.try_send(Single { task: task(), reply }).map_err(|_| "full").unwrap();
        }
        for _ in 0..chunks {
            let (reply, _) = oneshot::channel();
            let tasks = (0..size).map(|_| task()).collect();
            sender.chunks.try_send(Chunk { tasks, reply }).map_err(|_| "full").unwrap();
        }
    }

    #[tokio::test]
    async fn windows_go_first_and_files_fill_a_little_room_beside_them() {
        let (sender, mut receiver) = queue();
        line_up(&sender, 3, 5, 100);
        let first = receiver.gather().await.unwrap();
        assert_eq!((first.singles.len(), first.chunks.len()), (3, 1));
        let second = receiver.gather().await.unwrap();
        assert_eq!((second.singles.len(), second.chunks.len()), (0, 4), "nobody waits at a window");
    }

    #[tokio::test]
    async fn a_full_batch_of_windows_leaves_the_files_waiting_and_loses_none() {
        let (sender, mut receiver) = queue();
        line_up(&sender, limits::BATCH_QUESTIONS_MAX + 1, 1, limits::BATCH_BULK_QUESTIONS_MAX);
        let first = receiver.gather().await.unwrap();
        assert_eq!((first.singles.len(), first.chunks.len()), (limits::BATCH_QUESTIONS_MAX, 0));
        let second = receiver.gather().await.unwrap();
        assert_eq!((second.singles.len(), second.chunks.len()), (1, 1));
    }

    #[tokio::test]
    async fn files_are_refused_before_windows_and_windows_when_nothing_more_fits() {
        let (sender, _receiver) = queue();
        line_up(&sender, limits::WAITING_SINGLE_BEFORE_BULK_STOPS, 0, 0);
        let refused = sender.chunk(vec![task()]).await.unwrap_err();
        assert_eq!(refused.retry_after_seconds(), Some(limits::RETRY_AFTER_BULK_SECONDS));
        line_up(&sender, limits::WAITING_SINGLE_MAX - limits::WAITING_SINGLE_BEFORE_BULK_STOPS, 0, 0);
        let refused = sender.single(task()).await.unwrap_err();
        assert_eq!(refused.retry_after_seconds(), Some(limits::RETRY_AFTER_OVERLOAD_SECONDS));
    }

    #[tokio::test]
    async fn a_closed_queue_gives_out_what_waits_and_then_ends() {
        let (sender, mut receiver) = queue();
        line_up(&sender, 2, 1, 4);
        receiver.close();
        assert!(matches!(sender.single(task()).await, Err(CheckError::Stopping { .. })));
        assert_eq!(receiver.gather().await.unwrap().singles.len(), 2);
        assert!(receiver.gather().await.is_none());
    }
}
