//! Which place of a list is given away next.
//!
//! Places are given away in the order of a shuffle, block by block, so that neither the age of an enrolment nor its number
//! shows in its place beyond the block. The shuffle comes from a key of the center; nobody else can tell which places were
//! given away, which are still free, and which are decoys: places that belong to nobody and are struck out now and then, so
//! that the number of new strokes in a list does not tell how many people lost their insurance since the last one.

use aws_lc_rs::hmac;
use domain::Prefecture;

/// Places of a block.
pub const BLOCK_PLACES: u32 = 65_536;
/// Of these, how many are decoys.
pub const BLOCK_DECOYS: u32 = 2_048;
/// And how many are given away.
pub const BLOCK_GIVEN: u32 = BLOCK_PLACES - BLOCK_DECOYS;

/// The key of the shuffle. `Debug` shows nothing.
#[derive(Clone)]
pub struct PlaceKey(hmac::Key);

/// The shuffle of one block.
#[derive(Debug, Clone)]
pub struct Block {
    first: u32,
    order: Vec<u16>,
}

impl PlaceKey {
    /// From its bytes.
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The shuffle of a block (Fisher and Yates). Takes some milliseconds: keep it while it is used. None where the list
    /// would become longer than an index can name.
    pub fn block(&self, prefecture: Prefecture, block: u32) -> Option<Block> {
        let first = block.checked_mul(BLOCK_PLACES)?;
        let mut order: Vec<u16> = (0..=u16::MAX).collect();
        let mut stream = Stream { key: &self.0, prefecture, block, counter: 0, left: Vec::new() };
        for upper in (1..order.len()).rev() {
            // A product instead of a remainder: uneven by less than 2^-47.
            let chance = (u128::from(stream.next()) * (upper as u128 + 1)) >> 64;
            order.swap(upper, usize::try_from(chance).expect("below the length of the block"));
        }
        Some(Block { first, order })
    }
}

impl std::fmt::Debug for PlaceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlaceKey(…)")
    }
}

impl Block {
    /// The index of the number `nth` that is given away from this block, below [`BLOCK_GIVEN`].
    pub fn given(&self, nth: u32) -> Option<u32> {
        (nth < BLOCK_GIVEN).then(|| self.at(nth))
    }

    /// The index of decoy `nth` of this block, below [`BLOCK_DECOYS`].
    pub fn decoy(&self, nth: u32) -> Option<u32> {
        (nth < BLOCK_DECOYS).then(|| self.at(BLOCK_GIVEN + nth))
    }

    fn at(&self, place: u32) -> u32 {
        self.first + u32::from(self.order[place as usize])
    }
}

/// Numbers that only the key can tell from chance: HMAC in counter mode.
struct Stream<'a> {
    key: &'a hmac::Key,
    prefecture: Prefecture,
    block: u32,
    counter: u32,
    left: Vec<u64>,
}

impl Stream<'_> {
    fn next(&mut self) -> u64 {
        if let Some(number) = self.left.pop() {
            return number;
        }
        let mut input = [0; 9];
        input[0] = self.prefecture.number();
        input[1..5].copy_from_slice(&self.block.to_be_bytes());
        input[5..].copy_from_slice(&self.counter.to_be_bytes());
        self.counter += 1;
        let tag = hmac::sign(self.key, &input);
        let (numbers, _) = tag.as_ref().as_chunks::<8>();
        self.left.extend(numbers.iter().map(|bytes| u64::from_be_bytes(*bytes)));
        self.left.pop().expect("an HMAC has 32 bytes")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_place_of_a_block_is_given_away_once_or_is_a_decoy() {
        let tokyo = Prefecture::new(13).unwrap();
        let block = PlaceKey::new(&[7; 32]).block(tokyo, 3).unwrap();
        let given = (0..BLOCK_GIVEN).map(|nth| block.given(nth).unwrap());
        let decoys = (0..BLOCK_DECOYS).map(|nth| block.decoy(nth).unwrap());
        let places: HashSet<u32> = given.chain(decoys).collect();
        assert_eq!(places.len(), BLOCK_PLACES as usize);
        assert!(places.iter().all(|place| place / BLOCK_PLACES == 3));
        assert_eq!((block.given(BLOCK_GIVEN), block.decoy(BLOCK_DECOYS)), (None, None));
    }

    #[test]
    fn another_key_prefecture_or_block_has_another_order() {
        let (tokyo, osaka) = (Prefecture::new(13).unwrap(), Prefecture::new(27).unwrap());
        let key = PlaceKey::new(&[7; 32]);
        let first = |block: Block| (0..8).map(|nth| block.at(nth) % BLOCK_PLACES).collect::<Vec<_>>();
        let orders = [
            first(key.block(tokyo, 0).unwrap()),
            first(key.block(tokyo, 1).unwrap()),
            first(key.block(osaka, 0).unwrap()),
            first(PlaceKey::new(&[8; 32]).block(tokyo, 0).unwrap()),
        ];
        assert_eq!(orders.iter().collect::<HashSet<_>>().len(), orders.len());
        assert_eq!(orders[0], first(key.block(tokyo, 0).unwrap()), "the same again is the same");
        assert!(key.block(tokyo, 65_535).is_some() && key.block(tokyo, 65_536).is_none());
    }
}
