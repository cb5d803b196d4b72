//! How long a step takes. The only thing xtask asks the clock for.
#![expect(clippy::disallowed_methods, reason = "xtask measures its own steps; nothing of the product depends on them")]

use std::time::{Duration, Instant};

pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
