//! A terminal that has joined the small center, in a folder of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kit::clock::{Clock, SharedClock, SystemClock};
use kit::random::{SharedRandom, SystemRandom};
use tempfile::TempDir;

use super::center::FakeCenter;
use crate::bridge::{Step, Steps};
use crate::config::{Config, ReaderSource};
use crate::equipment::Parts;
use crate::join::{Joined, join};
use crate::running::{Running, Terminal};

/// How long a test waits for something that should come.
pub(super) const SOON: Duration = Duration::from_secs(20);

/// The machine's clock, set wrong by a number of milliseconds.
#[derive(Debug)]
pub(super) struct WrongClock {
    right: SystemClock,
    ahead_ms: AtomicI64,
}

impl WrongClock {
    pub(super) fn ahead_by(&self, time: SignedDuration) {
        self.ahead_ms.store(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        self.right.now() + SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        self.right.monotonic()
    }
}

pub(super) struct Clinic {
    dir: TempDir,
    pub(super) config: Config,
    pub(super) joined: Joined,
    pub(super) clock: Arc<WrongClock>,
    /// Readers and cards in software.
    pub(super) parts: Parts,
    running: Option<Running>,
}

impl Clinic {
    /// Joins; nothing runs yet.
    pub(super) async fn join(center: &FakeCenter) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(WrongClock { right: SystemClock::new(), ahead_ms: AtomicI64::new(0) });
        let data = dir.path().join("terminal");
        let joined = join(&center.enrol_url, &center.code, &data, clock.clone(), random()).await.unwrap();
        let mut config = joined.config.clone();
        config.settings.desk.address = "127.0.0.1:0".parse().unwrap();
        config.settings.kiosk.address = "127.0.0.1:0".parse().unwrap();
        config.settings.kiosk.readers = ReaderSource::None;
        // Whatever the hour of the test is, nothing is asked that it does not ask.
        config.settings.night.enabled = false;
        config.settings.bridge.poll_interval_ms = 20;
        config.settings.bridge.give_up_after_seconds = 2;
        config.settings.bridge.half_written_seconds = 1;
        Self { dir, config, joined, clock, parts: Parts::default(), running: None }
    }

    /// Joins and starts.
    pub(super) async fn open(center: &FakeCenter) -> Self {
        let mut clinic = Self::join(center).await;
        clinic.start().await;
        clinic
    }

    pub(super) async fn start(&mut self) {
        self.start_until(None).await;
    }

    /// Starts a terminal that stops for good after a step, as if killed there.
    pub(super) async fn start_until(&mut self, step: Option<Step>) {
        let steps = Steps { stop_after: step };
        let clock: SharedClock = self.clock.clone();
        let running =
            Terminal::start_with(self.config.clone(), clock, random(), self.parts.clone(), steps).await.unwrap();
        self.running = Some(running);
    }

    pub(super) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown().await;
        }
    }

    pub(super) fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    pub(super) fn desk(&self) -> String {
        self.running().desk_addr.to_string()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.dir.path().join("terminal")
    }

    /// Drops a request as a careful program does: written aside, renamed.
    pub(super) fn drop_request(&self, name: &str, content: impl AsRef<[u8]>) {
        let aside = self.config.req().join(format!(".{name}.tmp"));
        std::fs::write(&aside, content).unwrap();
        std::fs::rename(aside, self.config.req().join(name)).unwrap();
    }

    /// The content of a file of the answer folder, as soon as it is there.
    pub(super) async fn answer(&self, name: &str) -> Vec<u8> {
        let path = self.config.res().join(name);
        until(|| path.exists()).await;
        std::fs::read(path).unwrap()
    }

    /// As [`Clinic::answer`], as text.
    pub(super) async fn answer_text(&self, name: &str) -> String {
        String::from_utf8(self.answer(name).await).unwrap()
    }

    pub(super) fn requests_left(&self) -> Vec<String> {
        names(&self.config.req())
    }

    pub(super) fn answers(&self) -> Vec<String> {
        names(&self.config.res())
    }
}

pub(super) fn random() -> SharedRandom {
    SystemRandom::shared()
}

/// Names in a folder, those with a leading dot too.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits until something is so.
pub(super) async fn until(mut is_so: impl FnMut() -> bool) {
    let waited = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, waited).await.expect("it should be so by now");
}

/// The text of an element that stands once.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}
