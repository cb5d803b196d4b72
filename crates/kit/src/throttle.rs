//! Token buckets, one per key: so that one facility cannot take the share of the others.
//!
//! Keys come from outside (a facility code, an address), so their number is bounded. When the table is full, buckets
//! that have filled up again are forgotten; when that frees nothing, all unknown keys share one bucket until it does:
//! known facilities are never hurt by a crowd of strangers.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::SharedClock;
use crate::limits;
use crate::problem::Problem;

/// How fast one key may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, over time.
    pub per_second: NonZeroU32,
    /// Requests at once after a rest.
    pub burst: NonZeroU32,
}

/// Buckets for keys of one kind.
#[derive(Debug)]
pub struct Throttle<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, Buckets<K>, Ticks, NoOpMiddleware<Duration>>,
    clock: Ticks,
    keys_max: usize,
    /// The table is only tidied when it is full, and not more than once a second.
    tidied_second: AtomicU64,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Every key at the same rate, for at most [`limits::THROTTLE_KEYS_MAX`] keys.
    pub fn new(rate: Rate, clock: SharedClock) -> Self {
        Self::with_keys_max(rate, clock, limits::THROTTLE_KEYS_MAX)
    }

    /// As [`Self::new`], for what may happen less than once a second: one request for each `rest`, over time, and `burst`
    /// at once after a long rest.
    pub fn slow(rest: Duration, burst: NonZeroU32, clock: SharedClock) -> Self {
        // Only a rest of no time has no quota.
        let quota = Quota::with_period(rest).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
        Self::with_quota(quota.allow_burst(burst), clock, limits::THROTTLE_KEYS_MAX)
    }

    /// As [`Self::new`], for another number of keys.
    pub fn with_keys_max(rate: Rate, clock: SharedClock, keys_max: usize) -> Self {
        Self::with_quota(Quota::per_second(rate.per_second).allow_burst(rate.burst), clock, keys_max)
    }

    fn with_quota(quota: Quota, clock: SharedClock, keys_max: usize) -> Self {
        let clock = Ticks(clock);
        let buckets = Buckets { keys_max, inner: Mutex::default() };
        let limiter = RateLimiter::new(quota, buckets, clock.clone());
        Self { limiter, clock, keys_max, tidied_second: AtomicU64::new(0) }
    }

    /// Takes one token of this key. Without one: the time until there is.
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        self.tidy_when_full();
        self.limiter.check_key(key).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Takes one token, or refuses with `rate-limited` and `Retry-After`.
    pub fn admit(&self, key: &K) -> Result<(), Problem> {
        self.check(key).map_err(Problem::rate_limited)
    }

    /// Takes `count` tokens at once, for a file of many questions. More than the burst can never be had at once: the
    /// time is then [`Duration::MAX`].
    pub fn check_many(&self, key: &K, count: NonZeroU32) -> Result<(), Duration> {
        self.tidy_when_full();
        match self.limiter.check_key_n(key, count) {
            Ok(outcome) => outcome.map_err(|not_until| not_until.wait_time_from(self.clock.now())),
            Err(_more_than_the_burst) => Err(Duration::MAX),
        }
    }

    /// Keys remembered at the moment.
    pub fn keys(&self) -> usize {
        self.limiter.len()
    }

    fn tidy_when_full(&self) {
        if self.limiter.len() < self.keys_max {
            return;
        }
        // +1 so that the first second of the clock differs from "never".
        let second = self.clock.now().as_secs() + 1;
        if self.tidied_second.swap(second, Ordering::Relaxed) != second {
            self.limiter.retain_recent();
        }
    }
}

/// The table of buckets, of bounded size. What governor keeps of a bucket is the time at which it will be full again.
#[derive(Debug)]
struct Buckets<K> {
    keys_max: usize,
    inner: Mutex<Table<K>>,
}

#[derive(Debug)]
struct Table<K> {
    known: HashMap<K, Nanos>,
    /// The one bucket of all keys that found no room.
    strangers: Option<Nanos>,
}

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self { known: HashMap::new(), strangers: None }
    }
}

impl<K> Buckets<K> {
    fn lock(&self) -> MutexGuard<'_, Table<K>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> StateStore for Buckets<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut table = self.lock();
        if let Some(bucket) = table.known.get_mut(key) {
            let (outcome, next) = decide(Some(*bucket))?;
            *bucket = next;
            return Ok(outcome);
        }
        if table.known.len() >= self.keys_max {
            let (outcome, next) = decide(table.strangers)?;
            table.strangers = Some(next);
            return Ok(outcome);
        }
        let (outcome, next) = decide(None)?;
        table.known.insert(key.clone(), next);
        Ok(outcome)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Buckets<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.lock().known.retain(|_, bucket| *bucket > drop_below);
    }

    fn len(&self) -> usize {
        self.lock().known.len()
    }

    fn is_empty(&self) -> bool {
        self.lock().known.is_empty()
    }
}

/// Our clock, in the form that governor asks for.
#[derive(Debug, Clone)]
struct Ticks(SharedClock);

impl GovernorClock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::HandClock;

    fn rate(per_second: u32, burst: u32) -> Rate {
        Rate { per_second: NonZeroU32::new(per_second).unwrap(), burst: NonZeroU32::new(burst).unwrap() }
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_counts() {
        let clock = Arc::new(HandClock::default());
        let throttle = Throttle::new(rate(2, 3), clock.clone());
        for _ in 0..3 {
            throttle.check(&"1310000001").unwrap();
        }
        let wait = throttle.check(&"1310000001").unwrap_err();
        assert!(wait <= Duration::from_millis(500) && wait > Duration::ZERO, "{wait:?}");
        throttle.check(&"1310000002").expect("another key has its own bucket");
        clock.advance(Duration::from_millis(500));
        throttle.check(&"1310000001").expect("half a second brings one token");
        assert_eq!(throttle.admit(&"1310000001").unwrap_err().document().retry_after_seconds, Some(1));
    }

    #[test]
    fn what_is_rare_has_one_token_for_each_rest() {
        let clock = Arc::new(HandClock::default());
        let throttle = Throttle::slow(Duration::from_secs(6), NonZeroU32::new(2).unwrap(), clock.clone());
        throttle.check(&1).unwrap();
        throttle.check(&1).unwrap();
        assert_eq!(throttle.check(&1), Err(Duration::from_secs(6)));
        clock.advance(Duration::from_secs(6));
        throttle.check(&1).unwrap();
        assert!(throttle.check(&1).is_err());
    }

    #[test]
    fn a_crowd_of_strangers_does_not_grow_the_table() {
        let clock = Arc::new(HandClock::default());
        let throttle = Throttle::with_keys_max(rate(1, 1), clock.clone(), 10);
        for key in 0..1_000 {
            let _ = throttle.check(&key);
        }
        assert!(throttle.keys() <= 10);
        clock.advance(Duration::from_mins(1));
        throttle.check(&5_000).expect("rested buckets are forgotten, which makes room");
    }

    #[test]
    fn a_known_key_keeps_its_bucket_while_the_table_is_full() {
        let clock = Arc::new(HandClock::default());
        let throttle = Throttle::with_keys_max(rate(1, 5), clock, 3);
        for key in 0..3 {
            throttle.check(&key).unwrap();
        }
        for stranger in 100..200 {
            let _ = throttle.check(&stranger);
        }
        throttle.check(&0).expect("four tokens are left in its own bucket");
    }

    #[test]
    fn more_than_the_burst_can_never_be_had_at_once() {
        let throttle = Throttle::new(rate(10, 10), Arc::new(HandClock::default()));
        assert_eq!(throttle.check_many(&1, NonZeroU32::new(11).unwrap()), Err(Duration::MAX));
        throttle.check_many(&1, NonZeroU32::new(10).unwrap()).unwrap();
        assert!(throttle.check(&1).is_err());
    }
}
