//! Proves that of several centers on one database one works on a file of claims, that another takes it over when its time is
//! over, and that what the first does late is refused.

use std::time::Duration;

use center::store::claim_file::{ClaimFile, ClaimFileState};
use center::store::claim_lease::Lease;
use center::store::{Store, StoreError};
use domain::MedicalInstitutionCode;
use jiff::SignedDuration;
use uuid::Uuid;
use wire::api::ClaimFileCounts;

use crate::on_both_engines;
use crate::world::{CLINIC, World};

on_both_engines!(one_center_works_on_a_file_and_another_takes_it_over_when_its_time_is_over);

const CONTENT: &[u8] = b"a file of claims";

async fn received(world: &World, store: &Store) -> ClaimFile {
    let file = ClaimFile {
        facility: MedicalInstitutionCode::parse(CLINIC).unwrap(),
        reception_number: "1".to_owned(),
        request_id: Uuid::from_u128(1),
        file_name: None,
        file_digest: [0; 32],
        file_bytes: CONTENT.len() as u64,
        received_bytes: 0,
        state: ClaimFileState::Receiving,
        claims_done: 0,
        results: 0,
        counts: ClaimFileCounts::default(),
        refusal: None,
        received_at: world.now(),
    };
    let (new, now) = (&file, world.now());
    assert!(!lease(world, store, new, 1, false).await, "nothing to work on yet");
    let put = store.tx("receive", async |mut tx| {
        tx.begin_claim_file(new).await?;
        tx.put_claim_piece(new, 0, CONTENT, now).await
    });
    assert!(put.await.unwrap());
    file
}

fn until(world: &World, owner: u128, alone: bool) -> Lease {
    let now = world.now();
    Lease { owner: Uuid::from_u128(owner), now, until: now + SignedDuration::from_secs(20), alone }
}

async fn lease(world: &World, store: &Store, file: &ClaimFile, owner: u128, alone: bool) -> bool {
    let lease = until(world, owner, alone);
    store.tx("lease", async |mut tx| tx.lease_claim_file(file, lease).await).await.unwrap()
}

async fn renew(world: &World, store: &Store, file: &ClaimFile, owner: u128) -> bool {
    let lease = until(world, owner, false);
    store.tx("renew", async |mut tx| tx.renew_claim_file(file, lease).await).await.unwrap()
}

async fn take_one(world: &World, store: &Store, file: &ClaimFile, owner: u128) -> Result<(), StoreError> {
    let (counts, now) = (ClaimFileCounts { claims: 1, ..ClaimFileCounts::default() }, world.now());
    let owner = Uuid::from_u128(owner);
    store.tx("take", async |mut tx| tx.put_claim_outcomes(file, owner, 1, &counts, b"{}\n", now).await).await
}

async fn one_center_works_on_a_file_and_another_takes_it_over_when_its_time_is_over(world: World) {
    let (first, second) = (world.store().await, world.store().await);
    let file = received(&world, &first).await;
    assert!(lease(&world, &first, &file, 1, false).await);
    assert!(!lease(&world, &second, &file, 2, false).await, "the first is at it");
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(15));
        assert!(renew(&world, &first, &file, 1).await);
        assert!(!lease(&world, &second, &file, 2, false).await, "and says so");
    }
    take_one(&world, &second, &file, 2).await.unwrap_err();
    world.clock.advance(Duration::from_secs(21));
    assert!(lease(&world, &second, &file, 2, false).await, "the first was killed");
    assert!(!renew(&world, &first, &file, 1).await);
    let late = take_one(&world, &first, &file, 1).await.unwrap_err();
    assert!(matches!(late, StoreError::RowsAffected { found: 0, .. }), "{late}");
    take_one(&world, &second, &file, 2).await.unwrap();
    assert!(!lease(&world, &first, &file, 1, false).await);
    let released = second.tx("release", async |mut tx| tx.release_claim_files(Uuid::from_u128(2)).await).await.unwrap();
    assert_eq!(released, 1);
    assert!(lease(&world, &first, &file, 1, false).await, "at once, because the second stopped in order");
    assert!(lease(&world, &second, &file, 3, true).await, "who is alone takes what an earlier run left");
}
