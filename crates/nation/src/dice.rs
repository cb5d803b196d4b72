//! Seeded chance. Everything random in a nation comes from here, by integer arithmetic only, so that the same seed
//! gives the same bytes on every machine and with every release of the generator's own dependencies.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One independent stream of chance. Separate subjects use separate streams, so that a change in how facilities are
/// drawn does not change the people.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Insurers = 1,
    Facilities = 2,
    People = 3,
    Oracle = 4,
    Story = 5,
    Cards = 6,
    CardSecrets = 7,
    Health = 8,
    Episodes = 9,
    Claims = 10,
    Checkups = 11,
}

pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, stream: Stream) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"nation-1");
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream as u64);
        Dice(rng)
    }

    /// A stream of one person's own: the same however many people there are, and without drawing for those before.
    pub(crate) fn of_person(seed: u64, stream: Stream, person: u32) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"person-1");
        key[16..20].copy_from_slice(&person.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream as u64);
        Dice(rng)
    }

    /// A stream for one occasion in one person's life: a month, a year, a claim. What happens on it does not depend on
    /// what was drawn for any other.
    pub(crate) fn of_occasion(seed: u64, stream: Stream, person: u32, occasion: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"occasion");
        key[16..20].copy_from_slice(&person.to_le_bytes());
        key[20..28].copy_from_slice(&occasion.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream as u64);
        Dice(rng)
    }

    pub(crate) fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number in `0..n`. The bias of the multiplication is below one in four million for the ranges used here.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number in `0..n` as an index.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        ((u64::from(self.u32()) * n as u64) >> 32) as usize
    }

    /// A number in `0..n` that leans to the small ones, as common names are more common than rare ones.
    pub(crate) fn leaning(&mut self, n: usize) -> usize {
        self.index(n).min(self.index(n))
    }

    /// A number in `lo..=hi`.
    pub(crate) fn between(&mut self, lo: i32, hi: i32) -> i32 {
        lo + self.below((hi - lo + 1).cast_unsigned()).cast_signed()
    }

    /// True in `n` of a thousand.
    pub(crate) fn permille(&mut self, n: u32) -> bool {
        self.below(1000) < n
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    pub(crate) fn word(&mut self, from: &[&'static str]) -> &'static str {
        from[self.index(from.len())]
    }

    /// An index, each with its weight. The weights' sum must not be zero.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        weights.len() - 1
    }
}
