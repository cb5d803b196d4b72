//! Making the lists anew, and holding them for whoever fetches them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use domain::status::Replaced;
use domain::{Prefecture, RegistrationStatus, StatusIndex, date, hex};
use jiff::Timestamp;
use jiff::civil::Time;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use kit::random::{self, SharedRandom};
use tracing::info;
use trust::status_list::{self, Times};
use trust::status_places::{BLOCK_DECOYS, BLOCK_GIVEN, BLOCK_PLACES};
use trust::{CredentialSigner, ListName, PlaceKey};

use super::places::{PlaceGiver, key_of_center};
use crate::limits;
use crate::store::status::{Given, PublishedList, Struck};
use crate::store::{Result, Store, StoreError};

/// A list, ready to be sent.
#[derive(Debug)]
pub struct Published {
    /// The signed list.
    pub token: Bytes,
    /// Its name for caches (RFC 9110 8.8.3), with its quotation marks.
    pub etag: String,
}

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// When.
    pub issued_at: Timestamp,
    /// Places of the whole country.
    pub places: u64,
    /// How many of them are struck out, decoys among them.
    pub struck: u64,
    /// Length of the whole country's list, in bytes.
    pub bytes: usize,
}

/// The lists of this center.
#[derive(Debug)]
pub struct StatusLists {
    store: Store,
    signer: Arc<CredentialSigner>,
    key: PlaceKey,
    clock: SharedClock,
    random: SharedRandom,
    held: ArcSwap<Held>,
}

#[derive(Debug, Default)]
struct Held {
    newest: Option<Timestamp>,
    lists: HashMap<ListName, Arc<Published>>,
}

impl StatusLists {
    /// With the lists that were published last.
    ///
    /// # Errors
    /// The database.
    pub async fn open(
        store: Store,
        signer: Arc<CredentialSigner>,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self> {
        let key = key_of_center(&store, &*random, clock.now()).await?;
        let lists = Self { store, signer, key, clock, random, held: ArcSwap::default() };
        lists.refresh().await?;
        Ok(lists)
    }

    /// The key that verifies the lists and the personal certificates.
    pub fn signer(&self) -> &Arc<CredentialSigner> {
        &self.signer
    }

    /// The key of the shuffle, for giving places away.
    pub fn place_key(&self) -> &PlaceKey {
        &self.key
    }

    /// A list.
    pub fn get(&self, name: ListName) -> Option<Arc<Published>> {
        self.held.load().lists.get(&name).cloned()
    }

    /// Takes newer lists over that another process of this center published.
    pub(crate) async fn refresh(&self) -> Result<()> {
        let newest = self.store.read("status_newest", async |mut tx| tx.newest_status_list().await).await?;
        if newest == self.held.load().newest {
            return Ok(());
        }
        let rows = self.store.read("status_lists", async |mut tx| tx.status_lists().await).await?;
        let lists = rows.into_iter().filter_map(|list| {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &list.token);
            let etag = format!("\"{}\"", hex::encode(&digest.as_ref()[..16]));
            Some((ListName::parse(&list.name)?, Arc::new(Published { token: list.token.into(), etag })))
        });
        self.held.store(Arc::new(Held { newest, lists: lists.collect() }));
        Ok(())
    }

    /// Publishes when an hour for it has come since the last time.
    pub(crate) async fn publish_if_due(&self, life: &Lifecycle) -> Result<()> {
        self.refresh().await?;
        let due = last_hour(self.clock.now());
        if self.held.load().newest.is_some_and(|newest| newest >= due) {
            return Ok(());
        }
        self.publish(life).await.map(drop)
    }

    /// Publishes now.
    ///
    /// # Errors
    /// The database, or a key that cannot sign.
    pub async fn publish(&self, life: &Lifecycle) -> Result<Publication> {
        // What is struck out from this moment on is in the next list and counted there.
        let made_at = self.clock.now();
        self.give_first_places(made_at).await?;
        self.strike_decoys(made_at).await?;
        let given = self.store.read("status_given", async |mut tx| tx.places_given().await).await?;
        let mut parts = Vec::with_capacity(given.len());
        for given in &given {
            parts.push((given.prefecture, self.struck_out(given, made_at).await?));
        }
        let signer = Arc::clone(&self.signer);
        let signed = life.spawn_blocking("status_sign", move || sign_all(&signer, &parts, made_at)).await;
        let (lists, publication) = signed.map_err(|_| StoreError::Misused("the task that signs lists failed"))??;
        for list in &lists {
            self.store.tx("status_publish", async |mut tx| tx.put_status_list(list).await).await?;
        }
        let forget = async |mut tx: crate::store::Tx| {
            tx.forget_struck(made_at).await?;
            tx.forget_personal_certificates(made_at).await
        };
        self.store.tx("status_forget", forget).await?;
        self.refresh().await?;
        info!(places = publication.places, struck = publication.struck, bytes = publication.bytes, "status lists");
        Ok(publication)
    }

    /// Coverages of older programs get their places.
    async fn give_first_places(&self, now: Timestamp) -> Result<()> {
        let mut places = PlaceGiver::new(self.key.clone());
        loop {
            let kept = &places;
            let (next, done) = self
                .store
                .tx("status_first_places", async |mut tx| {
                    let mut places = kept.clone();
                    let rows = tx.coverages_without_place(limits::STATUS_ROWS_AT_ONCE).await?;
                    let given = places.take(&mut tx, rows.iter().map(|(_, prefecture)| *prefecture), now).await?;
                    for ((key, _), place) in rows.iter().zip(given) {
                        tx.set_first_place(key, place).await?;
                    }
                    Ok((places, rows.is_empty()))
                })
                .await?;
            if done {
                return Ok(());
            }
            places = next;
        }
    }

    /// Strikes decoys out, so that the number of new strokes since the last list is always a multiple of
    /// [`limits::STATUS_DECOY_STEP`] and tells nobody how many people lost their insurance.
    async fn strike_decoys(&self, made_at: Timestamp) -> Result<()> {
        let since = self.held.load().newest.unwrap_or(Timestamp::MIN);
        self.store
            .tx("status_decoys", async |mut tx| {
                let real: HashMap<Prefecture, u64> = tx.struck_between(since, made_at).await?.into_iter().collect();
                for given in tx.places_given().await? {
                    let decoys = decoys_for(real.get(&given.prefecture).copied().unwrap_or(0));
                    let first = tx.reserve_decoys(given.prefecture, decoys, made_at).await?;
                    let struck = self.decoys(&given, first, decoys, made_at);
                    // Before the list, so that they are in it and the next one does not count them as new.
                    tx.strike(&struck, made_at.saturating_sub(limits::MILLISECOND).unwrap_or(made_at)).await?;
                }
                Ok(())
            })
            .await
    }

    /// Decoys of a prefecture: free places of its blocks, round and round. They look like losses and changes.
    fn decoys(&self, given: &Given, first: u64, count: u64, now: Timestamp) -> Vec<Struck> {
        let (per_block, blocks) = (u64::from(BLOCK_DECOYS), blocks(given));
        let keep_until = now.saturating_add(limits::STATUS_STRUCK_TIME).unwrap_or(Timestamp::MAX);
        let mut shuffled = None;
        let mut decoy = |nth: u64| {
            let block = u32::try_from((nth / per_block) % blocks).ok()?;
            if shuffled.as_ref().is_none_or(|(held, _)| *held != block) {
                shuffled = Some((block, self.key.block(given.prefecture, block)?));
            }
            let (_, order) = shuffled.as_ref()?;
            let index = order.decoy(u32::try_from(nth % per_block).ok()?)?;
            let [chance] = random::bytes::<1>(&*self.random);
            let disqualification_date = (chance % 2 == 0).then(|| date::in_japan(now).date());
            let replaced = Replaced { disqualification_date, registration_status: RegistrationStatus::Registered };
            Some(Struck { place: StatusIndex::new(given.prefecture, index), replaced, keep_until })
        };
        (first..first + count).filter_map(&mut decoy).collect()
    }

    /// The list of a prefecture, not signed yet.
    async fn struck_out(&self, given: &Given, made_at: Timestamp) -> Result<status_list::Places> {
        let length = u32::try_from(blocks(given) * u64::from(BLOCK_PLACES)).unwrap_or(u32::MAX);
        let (mut places, today) = (status_list::Places::new(length), date::in_japan(made_at).date());
        let mut after = None;
        loop {
            let rows = self
                .store
                .read("status_struck", async |mut tx| {
                    tx.struck_places(given.prefecture, made_at, after, limits::STATUS_ROWS_AT_ONCE).await
                })
                .await?;
            for row in &rows {
                places.set(row.place.index(), row.replaced.status(today));
            }
            match rows.last() {
                Some(last) => after = Some(last.place),
                None => return Ok(places),
            }
        }
    }
}

/// Blocks that the places of a prefecture take.
fn blocks(given: &Given) -> u64 {
    given.given.div_ceil(u64::from(BLOCK_GIVEN)).max(1)
}

/// How many decoys go with so many places that were really struck out: at least one.
fn decoys_for(real: u64) -> u64 {
    let step = limits::STATUS_DECOY_STEP;
    step - real % step
}

fn sign_all(
    signer: &CredentialSigner,
    parts: &[(Prefecture, status_list::Places)],
    made_at: Timestamp,
) -> Result<(Vec<PublishedList>, Publication)> {
    // A token says its time in seconds.
    let issued_at = Timestamp::from_second(made_at.as_second()).unwrap_or(made_at);
    let expires_at = issued_at.saturating_add(limits::STATUS_LIST_LIFE).unwrap_or(Timestamp::MAX);
    let times = Times { issued_at, expires_at, ttl_s: limits::STATUS_LIST_TTL_SECONDS };
    let failed = |_| StoreError::Misused("a status list could not be signed");
    let mut lists = Vec::with_capacity(parts.len() + 1);
    for (prefecture, places) in parts {
        let token = status_list::sign(signer, *prefecture, places, times).map_err(failed)?;
        lists.push(PublishedList { name: ListName::Prefecture(*prefecture).to_string(), token, made_at });
    }
    let token = status_list::sign_whole(signer, parts, times).map_err(failed)?;
    let publication = Publication {
        issued_at,
        places: parts.iter().map(|(_, places)| places.len() as u64).sum(),
        struck: parts.iter().map(|(_, places)| places.struck()).sum(),
        bytes: token.len(),
    };
    lists.push(PublishedList { name: ListName::Whole.to_string(), token, made_at });
    Ok((lists, publication))
}

/// The last of [`limits::STATUS_HOURS`] that has come.
fn last_hour(now: Timestamp) -> Timestamp {
    let local = date::in_japan(now);
    let hour = limits::STATUS_HOURS.iter().rev().find(|hour| **hour <= local.hour());
    let (day, hour) = match hour {
        Some(hour) => (local.date(), *hour),
        None => (local.date().saturating_sub(jiff::Span::new().days(1)), limits::STATUS_HOURS_LAST),
    };
    let at = day.to_datetime(Time::constant(hour, 0, 0, 0));
    date::from_japan(at).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hour_for_a_list_is_found_across_midnight() {
        let cases = [
            ("2026-11-28T05:00:00+09", "2026-11-28T05:00:00+09"),
            ("2026-11-28T04:59:59+09", "2026-11-27T21:00:00+09"),
            ("2026-11-28T12:00:00+09", "2026-11-28T09:00:00+09"),
            ("2026-11-28T23:59:59+09", "2026-11-28T21:00:00+09"),
        ];
        for (now, due) in cases {
            assert_eq!(last_hour(now.parse().unwrap()), due.parse::<Timestamp>().unwrap(), "{now}");
        }
    }

    #[test]
    fn new_strokes_are_always_a_multiple_and_never_none() {
        for (real, decoys) in [(0, 32), (1, 31), (31, 1), (32, 32), (33, 31)] {
            assert_eq!(decoys_for(real), decoys, "{real}");
        }
    }
}
