//! A status list as long as the whole country's.

use crate::check::private::World;
use anyhow::{Context as _, Result};
use domain::{Prefecture, Status};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use trust::status_list::{self, Places, Times};
use trust::status_places::BLOCK_PLACES;
use trust::{CredentialSigner, ListName, PrivateKey, StatusList};

/// Everybody in Japan.
const PLACES: u32 = 125_000_000;
/// One of so many is struck out.
const LOST: u32 = 100;
/// One stroke of so many is a change and no loss.
const CHANGED: u64 = 4;

/// The list and what it costs.
pub struct Country {
    /// As published.
    pub token: Vec<u8>,
    /// Places in it.
    pub places: u64,
    /// Of these, struck out.
    pub struck: u64,
    /// From the bytes to a list that can be asked: signature, unpacking.
    pub load_ms: f64,
    /// What it takes in memory.
    pub memory_bytes: usize,
}

/// Makes one, signed by the key of a center. The first block of each prefecture is left without strokes: people of a small
/// nation have their places there.
pub fn make(center: &Path, world: &World) -> Result<Country> {
    let pem = std::fs::read_to_string(center.join("keys/credential.key.pem")).context("the center's key")?;
    let signer = CredentialSigner::new(&PrivateKey::from_pem(&pem)?)?;
    // The next full second, so that it is newer than every answer until now.
    let issued_at = Timestamp::from_second(world.clock.now().as_second() + 1)?;
    let times = Times { issued_at, expires_at: issued_at + SignedDuration::from_hours(24), ttl_s: 3_600 };
    let each = PLACES.div_ceil(u32::from(domain::prefecture::PREFECTURES));
    let parts: Vec<_> = Prefecture::all().map(|prefecture| (prefecture, prefecture_of(each, world))).collect();
    let token = status_list::sign_whole(&signer, &parts, times)?;
    drop(parts);
    let keys = [signer.public_key().clone()];
    let begun = world.clock.monotonic();
    let list = StatusList::read(&token, &keys, ListName::Whole, world.clock.now(), None)?;
    let load_ms = world.since(begun).as_secs_f64() * 1000.0;
    let (places, struck) = list.counts();
    let memory_bytes = list.memory_bytes();
    Ok(Country { token, places, struck, load_ms, memory_bytes })
}

fn prefecture_of(length: u32, world: &World) -> Places {
    let mut places = Places::new(length);
    let mut strokes = 0;
    while strokes < length / LOST {
        let chance = u64::from_le_bytes(kit::random::bytes(&*world.random));
        // The lower half chooses the place, the upper one what it says; a place that is drawn twice is struck out once.
        let index = u32::try_from(((chance & 0xffff_ffff) * u64::from(length)) >> 32).unwrap_or(u32::MAX);
        if index >= BLOCK_PLACES {
            let changed = (chance >> 32) % CHANGED == 0;
            places.set(index, if changed { Status::Changed } else { Status::Invalid });
            strokes += 1;
        }
    }
    places
}
