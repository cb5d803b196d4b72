//! The log of a process: one line an event, as text or as JSON, on standard error or anywhere else.
//!
//! Lines are handed to a thread that writes them, through a queue of bounded length. A full disk or a reader that has
//! stopped must never hold up a window, so when the queue is full lines are dropped, and their number is written as soon
//! as there is room. Keep the [`LogGuard`] until the very end: dropping it writes what is still waiting.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::time::FormatTime;

use crate::clock::SharedClock;
use crate::limits;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// A log was already set up in this process.
    #[error("this process already has a log")]
    AlreadySet,
    /// The writing thread could not be started.
    #[error("the thread that writes the log could not be started: {0}")]
    Thread(#[from] io::Error),
}

/// Ends the log when dropped, after writing the lines that wait.
#[derive(Debug)]
pub struct LogGuard {
    queue: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
}

/// Sets up the log of this process on standard error. `filter` is the usual directive list, for example
/// `info,request=warn` (`request` is the one line per request, see [`crate::request_log`]).
pub fn init(format: LogFormat, filter: &str, clock: SharedClock) -> Result<LogGuard, LogError> {
    init_to(format, filter, clock, Box::new(io::stderr()))
}

/// As [`init`], written to somewhere else.
pub fn init_to(
    format: LogFormat,
    filter: &str,
    clock: SharedClock,
    output: Box<dyn Write + Send>,
) -> Result<LogGuard, LogError> {
    let filter = EnvFilter::builder().parse(filter)?;
    let (lines, guard) = start(output)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        .with_timer(ClockTime(clock))
        .with_ansi(false);
    let set = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    set.map_err(|_| LogError::AlreadySet)?;
    Ok(guard)
}

enum Message {
    Line(Vec<u8>),
    End,
}

/// Takes lines from the subscriber.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

fn start(output: Box<dyn Write + Send>) -> io::Result<(Lines, LogGuard)> {
    let (queue, waiting) = sync_channel(limits::LOG_LINES_WAITING_MAX);
    let dropped = Arc::new(AtomicU64::new(0));
    let lines = Lines { queue: queue.clone(), dropped: Arc::clone(&dropped) };
    let thread =
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&waiting, output, &dropped))?;
    Ok((lines, LogGuard { queue: Some(queue), thread: Some(thread) }))
}

fn write_lines(waiting: &Receiver<Message>, mut output: Box<dyn Write + Send>, dropped: &AtomicU64) {
    let mut together = Vec::new();
    while let Ok(mut message) = waiting.recv() {
        together.clear();
        let mut end = false;
        // Whatever arrived meanwhile is written with it: one system call for many lines when it matters.
        loop {
            match message {
                Message::Line(line) => together.extend_from_slice(&line),
                Message::End => end = true,
            }
            match waiting.try_recv() {
                Ok(next) if together.len() < 64 * 1024 => message = next,
                Ok(next) => {
                    let _ = output.write_all(&together);
                    together.clear();
                    message = next;
                }
                Err(_) => break,
            }
        }
        match dropped.swap(0, Ordering::Relaxed) {
            0 => {}
            count => {
                let _ = writeln!(together, "{{\"level\":\"WARN\",\"message\":\"{count} log lines were dropped\"}}");
            }
        }
        // A log that cannot be written has nowhere to complain.
        let _ = output.write_all(&together).and_then(|()| output.flush());
        if end {
            return;
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, bytes: Vec::new() }
    }
}

/// One line; it is handed over when it is dropped.
struct Line<'a> {
    lines: &'a Lines,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.bytes);
        if !line.is_empty()
            && let Err(TrySendError::Full(_)) = self.lines.queue.try_send(Message::Line(line))
        {
            self.lines.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let Some(queue) = self.queue.take() else { return };
        // The output may be stuck for ever; then the last lines are lost, and the process still ends.
        let (written, wait) = sync_channel::<()>(0);
        let thread = self.thread.take();
        let helper = std::thread::Builder::new().spawn(move || {
            let _ = queue.send(Message::End);
            if let Some(thread) = thread {
                let _ = thread.join();
            }
            drop(written);
        });
        if helper.is_ok() {
            let end: Result<(), RecvTimeoutError> = wait.recv_timeout(flush_time());
            debug_assert!(end.is_err(), "nothing is ever sent; the sender is dropped when all is written");
        }
    }
}

const fn flush_time() -> Duration {
    limits::LOG_FLUSH_TIME
}

/// The time of a log line, from the clock of the process, in UTC to the millisecond.
struct ClockTime(SharedClock);

impl FormatTime for ClockTime {
    fn format_time(&self, writer: &mut tracing_subscriber::fmt::format::Writer<'_>) -> std::fmt::Result {
        write!(writer, "{:.3}", self.0.now())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::clock::SystemClock;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_was_logged_is_written_when_the_guard_is_dropped() {
        let output = Shared::default();
        let (lines, guard) = start(Box::new(output.clone())).unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(lines)
            .with_timer(ClockTime(SystemClock::shared()))
            .json()
            .flatten_event(true)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..100 {
                tracing::info!(number, "counted");
            }
        });
        drop(guard);
        let text = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 100);
        for line in text.lines() {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(object["message"], "counted");
            assert!(object["timestamp"].as_str().unwrap().ends_with('Z'));
        }
    }

    /// Blocks in every write until it is let go.
    struct Stuck(std::sync::mpsc::Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_output_that_is_stuck_holds_nobody_up() {
        let (let_go, stuck) = std::sync::mpsc::channel();
        let (lines, guard) = start(Box::new(Stuck(stuck))).unwrap();
        let mut some_were_dropped = false;
        // More than the thread gathers for its first write and the queue holds behind it.
        for _ in 0..4 * limits::LOG_LINES_WAITING_MAX {
            lines.make_writer().write_all(b"line\n").unwrap();
            some_were_dropped |= lines.dropped.load(Ordering::Relaxed) > 0;
        }
        assert!(some_were_dropped);
        drop(let_go);
        drop(guard);
    }
}
