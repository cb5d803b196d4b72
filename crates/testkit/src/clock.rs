//! Clocks for tests: one that moves only by hand, and one that goes from another day on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kit::clock::{Clock, SystemClock};

/// The hour at which tests begin unless they say otherwise: a Tuesday in Tokyo, 10:30 in the morning.
pub const DEFAULT_NOW: &str = "2026-04-07T10:30:00+09:00";

/// Time of day and monotonic time, both set by the test. Clones share one clock.
#[derive(Debug, Clone)]
pub struct TestClock {
    times: Arc<Mutex<Times>>,
}

#[derive(Debug)]
struct Times {
    now: Timestamp,
    monotonic: Duration,
}

impl TestClock {
    /// A clock that stands at this moment.
    pub fn at(now: Timestamp) -> Self {
        Self { times: Arc::new(Mutex::new(Times { now, monotonic: Duration::ZERO })) }
    }

    /// Lets time pass: both times move.
    pub fn advance(&self, by: Duration) {
        self.with(|times| {
            times.now = times.now.checked_add(by).expect("test times stay within jiff's range");
            times.monotonic += by;
        });
    }

    /// Sets the time of day as a person or NTP does; monotonic time does not move.
    pub fn jump(&self, by: SignedDuration) {
        self.with(|times| times.now = times.now.checked_add(by).expect("test times stay within jiff's range"));
    }

    fn with<T>(&self, action: impl FnOnce(&mut Times) -> T) -> T {
        action(&mut self.times.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A clock that goes like the machine's and began at another moment: for whole systems that play on another day.
#[derive(Debug, Clone)]
pub struct RunningClock {
    machine: SystemClock,
    began: Timestamp,
    passed_ms: Arc<AtomicU64>,
}

impl RunningClock {
    /// It is this moment now, and time goes on from here.
    pub fn from(began: Timestamp) -> Self {
        Self { machine: SystemClock::new(), began, passed_ms: Arc::default() }
    }

    /// Lets time pass at once, for whoever would have to wait for it.
    pub fn pass(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).expect("a time that a test can mean");
        self.passed_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        self.began.checked_add(self.monotonic()).expect("test times stay within jiff's range")
    }

    fn monotonic(&self) -> Duration {
        self.machine.monotonic() + Duration::from_millis(self.passed_ms.load(Ordering::SeqCst))
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::at(DEFAULT_NOW.parse().expect("a valid time"))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.with(|times| times.now)
    }

    fn monotonic(&self) -> Duration {
        self.with(|times| times.monotonic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_only_by_hand_and_for_every_clone() {
        let clock = TestClock::default();
        let other = clock.clone();
        let before = clock.now();
        other.advance(Duration::from_secs(90));
        assert_eq!(clock.now().duration_since(before), SignedDuration::from_secs(90));
        assert_eq!(clock.monotonic(), Duration::from_secs(90));
    }

    #[test]
    fn setting_the_clock_back_leaves_monotonic_time_alone() {
        let clock = TestClock::default();
        let before = clock.now();
        clock.jump(SignedDuration::from_hours(-1));
        assert!(clock.now() < before);
        assert_eq!(clock.monotonic(), Duration::ZERO);
    }
}
