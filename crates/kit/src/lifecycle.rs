//! How a process of ours ends: in two steps, and waiting for everybody.
//!
//! 1. **Stopping** (the soft step): nothing new is taken. Listeners stop accepting and drain, periodic jobs end after
//!    the round they are in. Started by a signal, by [`Lifecycle::stop`], or by the end of a task that the process
//!    cannot live without.
//! 2. **Stopped** (the hard step), after a time of grace or at a second signal: whatever still runs is dropped.
//!
//! Every task is started here, with a name, so that none is lost at the end and a stuck one can be named. A task that
//! panics is reported, never silent.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use hyper::rt::Executor;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::limits;

/// The tasks of one process (or of one center or terminal inside a test) and its wish to end. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tracker: TaskTracker,
    soft: CancellationToken,
    hard: CancellationToken,
    /// How many tasks of each name are running.
    running: Mutex<BTreeMap<&'static str, usize>>,
    reason: OnceLock<String>,
    /// What was running when the hard step came.
    cut: OnceLock<Vec<&'static str>>,
}

/// What a task on a thread of its own mostly waits for, and so how it is woken fastest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// Other threads: it is woken by them, and its timers and sockets are looked after by the runtime that it came from.
    Threads,
    /// Its own sockets: it looks after them itself.
    Sockets,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every task came to its own end.
    Clean,
    /// These were still running when the grace was over, or when somebody insisted.
    Forced {
        /// Names of the tasks, each once.
        tasks: Vec<&'static str>,
    },
}

impl Lifecycle {
    /// Nothing runs yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task. It should end by itself soon after [`Self::stopping`]; at the hard step it is dropped.
    /// The handle yields nothing if it panicked or was dropped.
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<Option<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.inner.tracker.spawn(self.guarded(name, future))
    }

    /// The same on a thread of its own, for the one task that everybody waits for: on a busy runtime it would stand in
    /// line behind the tasks that its last answers woke, while the system runs a thread that has been asleep at once.
    ///
    /// # Errors
    /// The system gives no thread or no timer.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn spawn_on_own_thread<F>(&self, name: &'static str, waits_for: WaitsFor, future: F) -> io::Result<()>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = self.inner.tracker.track_future(self.guarded(name, future));
        let thread = std::thread::Builder::new().name(name.to_owned());
        match waits_for {
            WaitsFor::Threads => {
                let runtime = tokio::runtime::Handle::current();
                thread.spawn(move || runtime.block_on(task))?;
            }
            WaitsFor::Sockets => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                thread.spawn(move || runtime.block_on(task))?;
            }
        }
        Ok(())
    }

    /// The task, counted under its name, dropped at the hard step, its panic reported.
    fn guarded<F: Future>(&self, name: &'static str, future: F) -> impl Future<Output = Option<F::Output>> + use<F> {
        let running = Running::enter(&self.inner, name);
        let hard = self.inner.hard.clone();
        async move {
            let _running = running;
            tokio::select! {
                biased;
                end = AssertUnwindSafe(future).catch_unwind() => match end {
                    Ok(output) => Some(output),
                    Err(panic) => {
                        error!(task = name, panic = panic_words(&*panic), "a task panicked");
                        None
                    }
                },
                () = hard.cancelled() => None,
            }
        }
    }

    /// Starts a task that the process cannot do without: when it ends before it was asked to, however it ends,
    /// everything stops.
    pub fn spawn_vital<F>(&self, name: &'static str, future: F) -> JoinHandle<Option<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let this = self.clone();
        let inner = self.spawn(name, future);
        self.inner.tracker.spawn(async move {
            let output = inner.await.ok().flatten();
            if !this.is_stopping() {
                error!(task = name, "a task that everything depends on has ended");
                this.stop(name);
            }
            output
        })
    }

    /// Runs something that blocks on a thread made for that. It cannot be interrupted: at the hard step it is left alone.
    pub fn spawn_blocking<F, T>(&self, name: &'static str, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let running = Running::enter(&self.inner, name);
        self.inner.tracker.spawn_blocking(move || {
            let _running = running;
            work()
        })
    }

    /// Starts a task that is waited for but not named: one of very many, such as a connection.
    pub(crate) fn spawn_one_of_many<F>(&self, future: F)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.inner.tracker.spawn(future);
    }

    /// Becomes ready at the soft step.
    pub fn stopping(&self) -> WaitForCancellationFuture<'_> {
        self.inner.soft.cancelled()
    }

    /// Whether the soft step has come.
    pub fn is_stopping(&self) -> bool {
        self.inner.soft.is_cancelled()
    }

    /// The token of the soft step, for what wants to hold one.
    pub fn soft_token(&self) -> CancellationToken {
        self.inner.soft.clone()
    }

    /// The token of the hard step.
    pub fn hard_token(&self) -> CancellationToken {
        self.inner.hard.clone()
    }

    /// Rests, but not longer than until the soft step. False when it is time to stop: `while life.rest(d).await { … }`
    /// is a periodic job.
    pub async fn rest(&self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stopping() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// Takes the soft step. The first reason given is the one that is remembered.
    pub fn stop(&self, reason: &str) {
        if self.inner.reason.set(reason.to_owned()).is_ok() {
            info!(reason, "stopping: nothing new is taken, what is open is finished");
        }
        self.inner.soft.cancel();
    }

    /// Why it is stopping, if it is.
    pub fn reason(&self) -> Option<&str> {
        self.inner.reason.get().map(String::as_str)
    }

    /// Takes the hard step, at once.
    pub fn stop_hard(&self) {
        self.inner.soft.cancel();
        // Written down first: the tasks begin to end as soon as the token is cancelled.
        self.inner.cut.get_or_init(|| self.running());
        self.inner.hard.cancel();
    }

    /// Waits for a wish to stop (SIGINT, SIGTERM, [`Self::stop`]), gives what is open the time of grace, and ends the
    /// rest. A second signal ends the grace.
    pub async fn run_to_the_end(&self, grace: Duration) -> Ending {
        let mut signals = Signals::new();
        tokio::select! {
            name = signals.next() => self.stop(name),
            () = self.stopping() => {}
        }
        let life = self.clone();
        let insist = async move {
            let name = signals.next().await;
            warn!(signal = name, "a second signal: what is open is cut");
            life.stop_hard();
        };
        tokio::select! {
            ending = self.shut_down(grace) => ending,
            () = async { insist.await; std::future::pending().await } => unreachable!("never ready"),
        }
    }

    /// Both steps with the time of grace between them, and the wait for every task.
    pub async fn shut_down(&self, grace: Duration) -> Ending {
        self.stop("asked to");
        self.inner.tracker.close();
        tokio::select! {
            biased;
            () = self.inner.tracker.wait() => {}
            () = self.inner.hard.cancelled() => {}
            () = tokio::time::sleep(grace) => {
                warn!(tasks = ?self.running(), grace_seconds = grace.as_secs(), "the grace is over; what is still open is cut");
                self.stop_hard();
            }
        }
        if tokio::time::timeout(limits::HARD_STOP_TIME, self.inner.tracker.wait()).await.is_err() {
            warn!(tasks = ?self.running(), "some tasks do not end; leaving them");
        }
        match self.inner.cut.get() {
            None => Ending::Clean,
            Some(tasks) => Ending::Forced { tasks: tasks.clone() },
        }
    }

    /// Names of the tasks that are running, each once.
    pub fn running(&self) -> Vec<&'static str> {
        let running = self.inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.keys().copied().collect()
    }
}

/// One running task, counted under its name.
struct Running {
    inner: Arc<Inner>,
    name: &'static str,
}

impl Running {
    fn enter(inner: &Arc<Inner>, name: &'static str) -> Self {
        let mut running = inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running.entry(name).or_insert(0) += 1;
        Self { inner: Arc::clone(inner), name }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = self.inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}

/// Lets hyper start the tasks of an HTTP/2 connection among ours.
#[derive(Debug, Clone)]
pub(crate) struct TrackedExecutor(pub(crate) Lifecycle);

impl<F> Executor<F> for TrackedExecutor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn_one_of_many(future);
    }
}

/// The words of a panic, as far as it has any.
pub(crate) fn panic_words(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}

/// SIGINT and SIGTERM (on Windows: Ctrl-C). A signal that cannot be watched never comes.
struct Signals {
    #[cfg(unix)]
    interrupt: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let watch = |kind, name| match signal(kind) {
            Ok(signal) => Some(signal),
            Err(error) => {
                warn!(%error, signal = name, "cannot watch for this signal");
                None
            }
        };
        Self {
            interrupt: watch(SignalKind::interrupt(), "SIGINT"),
            terminate: watch(SignalKind::terminate(), "SIGTERM"),
        }
    }

    #[cfg(unix)]
    async fn next(&mut self) -> &'static str {
        async fn come(signal: Option<&mut tokio::signal::unix::Signal>) {
            if let Some(signal) = signal
                && signal.recv().await.is_some()
            {
                return;
            }
            std::future::pending::<()>().await;
        }
        tokio::select! {
            () = come(self.interrupt.as_mut()) => "SIGINT",
            () = come(self.terminate.as_mut()) => "SIGTERM",
        }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_listens_to_the_soft_step_ends_cleanly() {
        let life = Lifecycle::new();
        let seen = life.clone();
        life.spawn("job", async move { while seen.rest(Duration::from_millis(1)).await {} });
        assert_eq!(life.running(), ["job"]);
        assert_eq!(life.shut_down(Duration::from_secs(5)).await, Ending::Clean);
        assert!(life.running().is_empty());
    }

    #[tokio::test]
    async fn a_task_that_will_not_end_is_cut_and_named() {
        let life = Lifecycle::new();
        life.spawn("stuck", std::future::pending::<()>());
        let ending = life.shut_down(Duration::from_millis(20)).await;
        assert_eq!(ending, Ending::Forced { tasks: vec!["stuck"] });
    }

    #[tokio::test]
    async fn a_panicking_task_takes_nobody_with_it() {
        let life = Lifecycle::new();
        let output = life.spawn("panics", async { panic!("on purpose") }).await.unwrap();
        assert!(output.is_none());
        assert!(!life.is_stopping());
    }

    #[tokio::test]
    async fn the_end_of_a_vital_task_stops_everything() {
        let life = Lifecycle::new();
        life.spawn_vital("batcher", async {});
        tokio::time::timeout(Duration::from_secs(5), life.stopping()).await.unwrap();
        assert_eq!(life.reason(), Some("batcher"));
        assert_eq!(life.run_to_the_end(Duration::from_secs(5)).await, Ending::Clean);
    }

    #[tokio::test]
    async fn blocking_work_is_waited_for() {
        let life = Lifecycle::new();
        let (done, waits) = std::sync::mpsc::channel();
        life.spawn_blocking("disk", move || {
            std::thread::sleep(Duration::from_millis(50));
            done.send(()).unwrap();
        });
        assert_eq!(life.shut_down(Duration::from_secs(5)).await, Ending::Clean);
        assert!(waits.try_recv().is_ok());
    }
}
