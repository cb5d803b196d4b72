//! Randomness that is the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use kit::random::Random;

/// A seeded source (SplitMix64). The same seed gives the same bytes in the same order of calls; two seeds give
/// different ones. Fit for ids, salts and jitter in tests, never for keys that must stay secret.
#[derive(Debug)]
pub struct SeededRandom {
    state: AtomicU64,
}

impl SeededRandom {
    /// A source that begins at this seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut word = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

impl Default for SeededRandom {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_bytes(seed: u64) -> [u8; 20] {
        let mut bytes = [0; 20];
        SeededRandom::new(seed).fill(&mut bytes);
        bytes
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        assert_eq!(first_bytes(7), first_bytes(7));
        assert_ne!(first_bytes(7), first_bytes(8));
    }

    #[test]
    fn later_bytes_differ_from_earlier_ones() {
        let source = SeededRandom::default();
        let (mut first, mut second) = ([0; 16], [0; 16]);
        source.fill(&mut first);
        source.fill(&mut second);
        assert_ne!(first, second);
    }
}
