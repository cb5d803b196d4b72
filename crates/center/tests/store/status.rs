//! Status lists: each coverage has a place of its own, keeps it while nothing changes, and has it struck out in the list
//! after whatever changed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use center::feed::{Imported, Importer, PersonKey, Source};
use center::status::{Publication, StatusLists};
use center::store::Store;
use domain::{Status, StatusIndex};
use kit::lifecycle::Lifecycle;
use trust::{CredentialSigner, ListName, PrivateKey, StatusList};
use wire::feed::{CsvEncoding, FeedRow};

use crate::feed::{feed, row};
use crate::on_both_engines;
use crate::world::{World, behind_its_back, someone};

on_both_engines!(
    every_coverage_gets_a_place_of_its_own_and_keeps_it,
    a_loss_and_a_change_are_in_the_next_list,
    a_loss_that_is_announced_counts_from_its_day_on,
    the_number_of_new_strokes_tells_nothing,
    rows_of_older_programs_get_their_places,
    another_process_of_the_center_serves_the_same_list,
);

pub async fn lists(world: &World, store: &Store) -> StatusLists {
    let signer = Arc::new(CredentialSigner::new(&PrivateKey::generate().unwrap()).unwrap());
    let (clock, random) = (Arc::new(world.clock.clone()), world.random.clone());
    StatusLists::open(store.clone(), signer, clock, random).await.unwrap()
}

pub async fn import(
    world: &World,
    store: &Store,
    lists: &StatusLists,
    rows: impl IntoIterator<Item = FeedRow>,
) -> Imported {
    world.clock.advance(Duration::from_secs(1));
    let importer = Importer {
        store: store.clone(),
        person_key: PersonKey::of_center(store, world.random.as_ref(), world.now()).await.unwrap(),
        place_key: lists.place_key().clone(),
        clock: Arc::new(world.clock.clone()),
        life: Lifecycle::new(),
    };
    importer.import(std::io::Cursor::new(feed(rows)), CsvEncoding::Utf8, &Source::Operator).await.unwrap()
}

pub async fn publish(world: &World, lists: &StatusLists) -> Publication {
    world.clock.advance(Duration::from_secs(1));
    lists.publish(&Lifecycle::new()).await.unwrap()
}

/// The place of a person's coverage, as answers tell it.
async fn place(store: &Store, number: u64) -> StatusIndex {
    let card = someone(number).0.card_key();
    let found = store.read("see", async |mut tx| tx.coverages_of_cards(&[card]).await).await.unwrap();
    let recorded = center::store::coverage::read_record(found[0].person, &found[0].record).unwrap();
    recorded.coverage.status_index.expect("a place")
}

pub fn read(world: &World, lists: &StatusLists, name: ListName) -> StatusList {
    let token = lists.get(name).expect("a list");
    let keys = [lists.signer().public_key().clone()];
    StatusList::read(&token.token, &keys, name, world.now(), None).unwrap()
}

pub fn lost(number: u64, day: &str) -> FeedRow {
    let mut row = row(number);
    day.clone_into(&mut row.disqualification_date);
    row
}

pub fn moved(number: u64) -> FeedRow {
    let mut row = row(number);
    "大阪府大阪市".clone_into(&mut row.address);
    row
}

async fn every_coverage_gets_a_place_of_its_own_and_keeps_it(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..300).map(row)).await;
    let mut places = HashSet::new();
    for number in 0..300 {
        places.insert(place(&store, number).await);
    }
    assert_eq!(places.len(), 300);
    let before = place(&store, 7).await;
    // A feed that says the same of it, and something else of another: most places that were set aside are used again.
    import(&world, &store, &lists, (0..300).map(|n| if n == 9 { moved(n) } else { row(n) })).await;
    assert_eq!(place(&store, 7).await, before);
    assert!(!places.contains(&place(&store, 9).await), "a place is given away once");
}

async fn a_loss_and_a_change_are_in_the_next_list(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..50).map(row)).await;
    let old = [place(&store, 1).await, place(&store, 2).await, place(&store, 3).await];
    publish(&world, &lists).await;
    let names = [ListName::Prefecture(old[0].prefecture()), ListName::Whole];
    for name in names {
        let list = read(&world, &lists, name);
        assert_eq!(old.map(|place| list.status(place)), [Some(Status::Valid); 3], "{name}");
    }
    import(&world, &store, &lists, [lost(1, "20260101"), moved(2)]).await;
    publish(&world, &lists).await;
    for name in names {
        let list = read(&world, &lists, name);
        let expected = [Some(Status::Invalid), Some(Status::Changed), Some(Status::Valid)];
        assert_eq!(old.map(|place| list.status(place)), expected, "{name}");
        for number in [1, 2] {
            assert_eq!(list.status(place(&store, number).await), Some(Status::Valid), "what is answered now stands");
        }
    }
}

async fn a_loss_that_is_announced_counts_from_its_day_on(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..5).map(row)).await;
    let old = place(&store, 1).await;
    let name = ListName::Prefecture(old.prefecture());
    let day = domain::date::in_japan(world.now()).date().saturating_add(jiff::Span::new().days(2));
    import(&world, &store, &lists, [lost(1, &domain::date::format(day))]).await;
    publish(&world, &lists).await;
    assert_eq!(read(&world, &lists, name).status(old), Some(Status::Changed));
    world.clock.advance(Duration::from_hours(48));
    publish(&world, &lists).await;
    assert_eq!(read(&world, &lists, name).status(old), Some(Status::Invalid));
}

async fn the_number_of_new_strokes_tells_nothing(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..100).map(row)).await;
    let mut struck = vec![publish(&world, &lists).await.struck];
    for losses in [0_u64, 1, 31] {
        let first = losses;
        import(&world, &store, &lists, (first..first + losses).map(|n| lost(n, "20260101"))).await;
        struck.push(publish(&world, &lists).await.struck);
    }
    assert_eq!(struck, [32, 64, 96, 128], "32 more each time, whatever happened");
}

async fn rows_of_older_programs_get_their_places(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..20).map(row)).await;
    behind_its_back(&world.address, "UPDATE coverage SET status_index = NULL").await;
    publish(&world, &lists).await;
    let mut places = HashSet::new();
    for number in 0..20 {
        places.insert(place(&store, number).await);
    }
    assert_eq!(places.len(), 20);
    let list = read(&world, &lists, ListName::Whole);
    assert!(places.iter().all(|place| list.status(*place) == Some(Status::Valid)));
}

async fn another_process_of_the_center_serves_the_same_list(world: World) {
    let store = world.store().await;
    let one = lists(&world, &store).await;
    import(&world, &store, &one, (0..20).map(row)).await;
    publish(&world, &one).await;
    let other = lists(&world, &world.store().await).await;
    let (ours, theirs) = (one.get(ListName::Whole).unwrap(), other.get(ListName::Whole).unwrap());
    assert_eq!((&ours.token, &ours.etag), (&theirs.token, &theirs.etag));
}
