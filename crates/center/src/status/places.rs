//! Giving places away.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Prefecture, StatusIndex};
use jiff::Timestamp;
use kit::random::Random;
use trust::PlaceKey;
use trust::status_places::{BLOCK_GIVEN, Block};

use crate::store::{Result, Store, StoreError, Tx};

const NAME: &str = "status_place_key";
const KEY_BYTES: usize = 32;

/// The key of the shuffle of this center; made at first use and kept with the data, because every place depends on it.
///
/// # Errors
/// The database.
pub async fn key_of_center(store: &Store, random: &dyn Random, now: Timestamp) -> Result<PlaceKey> {
    let made: [u8; KEY_BYTES] = kit::random::bytes(random);
    let made = &made;
    let kept =
        store.tx("status_place_key", async |mut tx| tx.keep_center_value(NAME, made.as_slice(), now).await).await?;
    if kept.len() != KEY_BYTES {
        return Err(StoreError::inconsistent("center_key", "the key of the status lists has another length"));
    }
    Ok(PlaceKey::new(&kept))
}

/// Gives places to the rows of one import or one issue. What was set aside and not used serves the next rows; at the end the rest
/// is lost, which makes the list longer by so many places and nothing else.
#[derive(Clone)]
pub struct PlaceGiver {
    key: PlaceKey,
    free: HashMap<Prefecture, Vec<StatusIndex>>,
    /// The block of each prefecture that is used now: making one takes milliseconds.
    blocks: HashMap<Prefecture, (u32, Arc<Block>)>,
}

impl PlaceGiver {
    /// With the key of the center.
    pub fn new(key: PlaceKey) -> Self {
        Self { key, free: HashMap::new(), blocks: HashMap::new() }
    }

    /// One place for each of these prefectures, in their order.
    pub async fn take(
        &mut self,
        tx: &mut Tx,
        of: impl Iterator<Item = Prefecture> + Clone,
        now: Timestamp,
    ) -> Result<Vec<StatusIndex>> {
        let mut wanted: HashMap<Prefecture, u64> = HashMap::new();
        for prefecture in of.clone() {
            *wanted.entry(prefecture).or_default() += 1;
        }
        for (prefecture, count) in wanted {
            let free = self.free.get(&prefecture).map_or(0, Vec::len) as u64;
            let missing = count.saturating_sub(free);
            if missing > 0 {
                let first = tx.reserve_places(prefecture, missing, now).await?;
                self.draw(prefecture, first, missing)?;
            }
        }
        let next = |prefecture| self.free.get_mut(&prefecture).and_then(Vec::pop);
        of.map(next).collect::<Option<_>>().ok_or(StoreError::Misused("fewer places than were set aside"))
    }

    /// Takes back what was not used.
    pub fn give_back(&mut self, places: impl Iterator<Item = StatusIndex>) {
        for place in places {
            self.free.entry(place.prefecture()).or_default().push(place);
        }
    }

    /// The places of so many numbers from `first` on.
    fn draw(&mut self, prefecture: Prefecture, first: u64, count: u64) -> Result<()> {
        let full = || StoreError::inconsistent("status_given", "the status list of a prefecture is full");
        for number in first..first + count {
            let block = u32::try_from(number / u64::from(BLOCK_GIVEN)).map_err(|_| full())?;
            let nth = u32::try_from(number % u64::from(BLOCK_GIVEN)).map_err(|_| full())?;
            let index = self.block(prefecture, block).ok_or_else(full)?.given(nth).ok_or_else(full)?;
            self.free.entry(prefecture).or_default().push(StatusIndex::new(prefecture, index));
        }
        Ok(())
    }

    fn block(&mut self, prefecture: Prefecture, block: u32) -> Option<Arc<Block>> {
        if let Some((held, shuffled)) = self.blocks.get(&prefecture)
            && *held == block
        {
            return Some(Arc::clone(shuffled));
        }
        let shuffled = Arc::new(self.key.block(prefecture, block)?);
        self.blocks.insert(prefecture, (block, Arc::clone(&shuffled)));
        Some(shuffled)
    }
}
