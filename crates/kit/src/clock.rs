//! The time, as an argument.
//!
//! Nothing in this house asks the machine for the hour, except [`SystemClock`]. Whoever needs the time is handed an
//! `Arc<dyn Clock>` (at the edge) or a `Timestamp` (in the pure rooms), so that a test can set the hour and a clinic
//! whose clock is an hour off can be played.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync + Debug {
    /// The time of day. It may jump, forwards and backwards, when the machine's clock is set.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment of this process. It never goes back; use it for durations and deadlines.
    fn monotonic(&self) -> Duration;
}

/// A clock that is handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the machine.
#[derive(Debug, Clone)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts counting monotonic time from here.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }

    /// A new one, ready to be handed around.
    pub fn shared() -> SharedClock {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_never_goes_back() {
        let clock = SystemClock::new();
        let mut last = clock.monotonic();
        for _ in 0..1_000 {
            let next = clock.monotonic();
            assert!(next >= last);
            last = next;
        }
        assert!(clock.now() > Timestamp::UNIX_EPOCH);
    }
}
