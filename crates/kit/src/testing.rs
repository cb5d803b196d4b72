//! What the tests of this crate share.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;

/// A clock that only goes when told.
#[derive(Debug, Default)]
pub(crate) struct HandClock(Mutex<Duration>);

impl HandClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_763_000_000).unwrap() + *self.0.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}
