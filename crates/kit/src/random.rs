//! Randomness, as an argument, and the ids that are made from it.
//!
//! [`SystemRandom`] is the only place that asks the machine for randomness. Tests hand in a seeded source, so that a
//! failing seed is a reproduction.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

/// Where randomness comes from. In production every byte must be fit for keys.
pub trait Random: Send + Sync + Debug {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source that is handed around.
pub type SharedRandom = Arc<dyn Random>;

/// The machine's randomness, through the generator of aws-lc (one per thread, reseeded by it).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl SystemRandom {
    /// One, ready to be handed around.
    pub fn shared() -> SharedRandom {
        Arc::new(Self)
    }
}

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        // Going on without randomness would make keys and salts that anybody can guess.
        aws_lc_rs::rand::fill(bytes).expect("the machine gives randomness");
    }
}

/// An array of random bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut out = [0; N];
    random.fill(&mut out);
    out
}

/// A UUID of version 7: sorted by time to the millisecond, random in the rest (74 bits).
/// A time before 1970 counts as 1970.
pub fn uuid_v7(now: Timestamp, random: &dyn Random) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes(random)).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let early = uuid_v7(Timestamp::from_millisecond(1_000).unwrap(), &SystemRandom);
        let late = uuid_v7(Timestamp::from_millisecond(2_000).unwrap(), &SystemRandom);
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
    }

    #[test]
    fn two_ids_of_the_same_millisecond_differ() {
        let now = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        assert_ne!(uuid_v7(now, &SystemRandom), uuid_v7(now, &SystemRandom));
    }

    #[test]
    fn a_time_before_1970_still_makes_an_id() {
        let before = Timestamp::from_millisecond(-5).unwrap();
        assert_eq!(uuid_v7(before, &SystemRandom).get_version_num(), 7);
    }
}
