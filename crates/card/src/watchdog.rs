//! A limit on the time of every call.
//!
//! Neither the service for readers nor its drivers have one: a card that stops answering blocks whoever asked, for ever.
//! So the card is spoken to on a thread of its own, and the speaker waits only so long. A thread that is given up lets go
//! of the card as soon as the call comes back, if it ever does.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::apdu::{Command, Response};
use crate::channel::{CardChannel, ChannelError};

enum Job {
    Transmit(Command),
    Reset,
    Release,
}

type Done = Result<Option<Response>, ChannelError>;

/// A channel whose calls end in time. After one has not, the card is given up: every further call is
/// [`ChannelError::TimedOut`] at once, and nothing is sent any more.
pub struct Watched {
    /// Dropped when the card is given up, which tells the thread to let go of it.
    jobs: Option<Sender<Job>>,
    done: Receiver<Done>,
    limit: Duration,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("limit", &self.limit)
            .field("given_up", &self.jobs.is_none())
            .finish_non_exhaustive()
    }
}

impl Watched {
    /// Opens a channel on a thread of its own; the opening has the same limit as every later call.
    pub fn open<C: CardChannel>(
        limit: Duration,
        open: impl FnOnce() -> Result<C, ChannelError> + Send + 'static,
    ) -> Result<Self, ChannelError> {
        let (jobs, waiting) = channel();
        let (finished, done) = channel();
        thread::Builder::new()
            .name("card".to_owned())
            .spawn(move || work(open, &waiting, &finished))
            .map_err(|error| ChannelError::Reader(error.to_string()))?;
        let mut watched = Self { jobs: Some(jobs), done, limit };
        watched.wait()?;
        Ok(watched)
    }

    fn call(&mut self, job: Job) -> Done {
        let jobs = self.jobs.as_ref().ok_or(ChannelError::TimedOut)?;
        // A thread that is gone is noticed while waiting.
        let _ = jobs.send(job);
        self.wait()
    }

    fn wait(&mut self) -> Done {
        match self.done.recv_timeout(self.limit) {
            Ok(done) => done,
            Err(RecvTimeoutError::Timeout) => {
                self.jobs = None;
                Err(ChannelError::TimedOut)
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.jobs = None;
                Err(ChannelError::Reader("the thread that speaks to the card has ended".to_owned()))
            }
        }
    }
}

fn work<C: CardChannel>(
    open: impl FnOnce() -> Result<C, ChannelError>,
    waiting: &Receiver<Job>,
    finished: &Sender<Done>,
) {
    let mut card = match open() {
        Ok(card) => card,
        Err(error) => {
            let _ = finished.send(Err(error));
            return;
        }
    };
    let mut is_held = true;
    // Nobody listens to an answer that came too late; then nothing more is asked either.
    let mut is_heard = finished.send(Ok(None)).is_ok();
    while is_heard && let Ok(job) = waiting.recv() {
        let done = match job {
            Job::Transmit(command) => card.transmit(&command).map(Some),
            Job::Reset => card.reset().map(|()| None),
            Job::Release => {
                is_held = false;
                card.release().map(|()| None)
            }
        };
        is_heard = finished.send(done).is_ok();
    }
    if is_held {
        // Whoever opened the card has gone without a word.
        let _ = card.release();
    }
}

impl CardChannel for Watched {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        let answer = self.call(Job::Transmit(command.clone()))?;
        answer.ok_or_else(|| ChannelError::Reader("no answer to a command".to_owned()))
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.call(Job::Reset).map(drop)
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        self.call(Job::Release).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::status::StatusWord;

    const LIMIT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(10);

    /// Answers once `gate` gives way, and counts what it was asked.
    struct Slow {
        gate: Arc<Mutex<()>>,
        asked: Arc<AtomicUsize>,
        released: Sender<()>,
    }

    impl CardChannel for Slow {
        fn transmit(&mut self, _: &Command) -> Result<Response, ChannelError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let _gate = self.gate.lock().unwrap();
            Ok(Response::new(Vec::new(), StatusWord::OK)?)
        }

        fn reset(&mut self) -> Result<(), ChannelError> {
            Ok(())
        }

        fn release(&mut self) -> Result<(), ChannelError> {
            self.released.send(()).map_err(|_| ChannelError::NoCard)
        }
    }

    fn slow() -> (Arc<Mutex<()>>, Arc<AtomicUsize>, Receiver<()>, Watched) {
        let (gate, asked) = (Arc::<Mutex<()>>::default(), Arc::<AtomicUsize>::default());
        let (released, release) = channel();
        let card = Slow { gate: Arc::clone(&gate), asked: Arc::clone(&asked), released };
        let watched = Watched::open(LIMIT, move || Ok(card)).unwrap();
        (gate, asked, release, watched)
    }

    #[test]
    fn fault_a_card_that_does_not_answer_is_given_up_and_let_go_of_when_it_comes_back() {
        let (gate, asked, release, mut watched) = slow();
        watched.transmit(&Command::ask_tries()).unwrap();
        let held = gate.lock().unwrap();
        assert_eq!(watched.transmit(&Command::ask_tries()), Err(ChannelError::TimedOut));
        assert_eq!(watched.transmit(&Command::ask_tries()), Err(ChannelError::TimedOut));
        assert_eq!(watched.release(), Err(ChannelError::TimedOut));
        assert_eq!(asked.load(Ordering::SeqCst), 2, "nothing is sent after the card was given up");
        drop(held);
        release.recv_timeout(LONG).expect("the card is let go of");
    }

    #[test]
    fn a_card_that_nobody_released_is_released_when_its_speaker_goes() {
        let (_, _, release, watched) = slow();
        drop(watched);
        release.recv_timeout(LONG).expect("the card is let go of");
    }

    #[test]
    fn a_card_is_released_once() {
        let (_, _, release, mut watched) = slow();
        watched.release().unwrap();
        drop(watched);
        release.recv_timeout(LONG).expect("the first time");
        release.recv_timeout(LONG).expect_err("the thread has ended without a second one");
    }

    #[test]
    fn a_channel_that_does_not_open_says_why() {
        let open = || Err::<Watched, _>(ChannelError::NoCard);
        assert_eq!(Watched::open(LONG, open).unwrap_err(), ChannelError::NoCard);
    }
}
