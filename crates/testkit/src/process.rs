//! The real binary as a process that can be killed and started again.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

const EXIT_POLL: Duration = Duration::from_millis(20);
const SHOWN_LINES: usize = 40;

/// A running program whose output is read line by line. Dropping it kills the program.
///
/// Use it with `Command::new(env!("CARGO_BIN_EXE_tashika"))` in the tests of the crate that builds the binary.
#[derive(Debug)]
pub struct Process {
    command: Command,
    child: Option<Child>,
    printed: Arc<Mutex<Vec<String>>>,
    arrivals: Receiver<String>,
}

impl Process {
    /// Starts the program and waits until a line of its output (either stream) contains `ready`.
    pub fn start(mut command: Command, ready: &str, limit: Duration) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (_, arrivals) = channel();
        let mut process = Self { command, child: None, printed: Arc::default(), arrivals };
        process.start_again(ready, limit)?;
        Ok(process)
    }

    /// Sets variables of its environment from the next start on.
    pub fn set_environment(&mut self, variables: impl IntoIterator<Item = (&'static str, String)>) {
        self.command.envs(variables);
    }

    /// Starts the program once more with the same arguments, after it was killed or ended.
    pub fn start_again(&mut self, ready: &str, limit: Duration) -> Result<()> {
        self.kill();
        lock(&self.printed).clear();
        let mut child =
            self.command.spawn().with_context(|| format!("cannot start {}", self.command.get_program().display()))?;
        let (sender, arrivals) = channel();
        read_lines(child.stdout.take(), &sender, &self.printed);
        read_lines(child.stderr.take(), &sender, &self.printed);
        // From here on only the reading threads hold a sender: when both streams end, so does waiting.
        drop(sender);
        self.child = Some(child);
        self.arrivals = arrivals;
        self.wait_for_line(ready, limit).map(drop)
    }

    /// Waits for a line that contains `text`, among those printed already and those to come, and gives it.
    pub fn wait_for_line(&self, text: &str, limit: Duration) -> Result<String> {
        loop {
            if let Some(line) = self.line_with(text) {
                return Ok(line);
            }
            match self.arrivals.recv_timeout(limit) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => bail!("no line with {text:?} within {limit:?}:\n{}", self.tail()),
                Err(RecvTimeoutError::Disconnected) => {
                    // Both streams have ended; the line may have been the last one.
                    return self.line_with(text).with_context(|| format!("ended before {text:?}:\n{}", self.tail()));
                }
            }
        }
    }

    /// First printed line that contains `text`.
    pub fn line_with(&self, text: &str) -> Option<String> {
        lock(&self.printed).iter().find(|line| line.contains(text)).cloned()
    }

    /// Everything printed since the last start.
    pub fn output(&self) -> String {
        lock(&self.printed).join("\n")
    }

    /// Number of the process, if it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// `kill -9`: no destructor runs, no buffer is written.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, then waits for the program to end by itself.
    pub fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        let id = self.id().context("it does not run")?;
        // The shell has `kill` built in; the program of that name is an optional package.
        let sent = Command::new("/bin/sh").args(["-c", "kill -TERM \"$1\"", "kill", &id.to_string()]).status()?;
        anyhow::ensure!(sent.success(), "cannot signal process {id}");
        self.wait_for_exit(limit)
    }

    /// Waits for the program to end by itself.
    pub fn wait_for_exit(&mut self, limit: Duration) -> Result<ExitStatus> {
        let child = self.child.as_mut().context("it does not run")?;
        let mut waited = Duration::ZERO;
        while waited < limit {
            if let Some(status) = child.try_wait()? {
                self.child = None;
                return Ok(status);
            }
            thread::sleep(EXIT_POLL);
            waited += EXIT_POLL;
        }
        bail!("still running after {limit:?}:\n{}", self.tail())
    }

    fn tail(&self) -> String {
        let printed = lock(&self.printed);
        printed[printed.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lock(printed: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    printed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a stream on a thread of its own, so that the program never waits for a full pipe.
fn read_lines(stream: Option<impl Read + Send + 'static>, sender: &Sender<String>, printed: &Arc<Mutex<Vec<String>>>) {
    let Some(stream) = stream else { return };
    let (sender, printed) = (sender.clone(), Arc::clone(printed));
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            lock(&printed).push(line.clone());
            // Nobody listens any more once the process was started again.
            let _ = sender.send(line);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn it_waits_for_the_ready_line_and_can_be_killed_and_started_again() {
        let mut process =
            Process::start(shell("echo one; echo ready at 7 >&2; sleep 60"), "ready", LIMIT).expect("starts");
        assert_eq!(process.line_with("ready").as_deref(), Some("ready at 7"));
        let first = process.id();
        process.kill();
        assert!(!process.is_running());
        process.start_again("ready", LIMIT).expect("starts again");
        assert!(process.is_running());
        assert_ne!(process.id(), first);
    }

    #[test]
    fn a_program_that_ends_early_is_an_error_with_its_output() {
        let error = Process::start(shell("echo broken; exit 3"), "ready", LIMIT).expect_err("never ready");
        assert!(format!("{error:#}").contains("broken"), "{error:#}");
    }

    #[test]
    fn a_polite_end_gives_the_exit_status() {
        let script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
        let mut process = Process::start(shell(script), "ready", LIMIT).expect("starts");
        assert_eq!(process.terminate(LIMIT).expect("ends").code(), Some(5));
    }
}
