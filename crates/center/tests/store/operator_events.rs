//! Proves that what the operator does stands in the same log as the answers, without a fork, on both engines; also while a
//! center answers, and before any has.

use center::operator_log::OperatorLog;
use center::store::operator_event::NewOperatorEvent;
use center::store::{Store, Tx};
use trust::event::salted_hash;
use trust::log::LogId;
use trust::operator_event::{OperatorAction, OperatorEvent};
use uuid::Uuid;

use crate::engine::assert_whole;
use crate::on_both_engines;
use crate::world::{World, answer_of, ask, person, search, someone};

on_both_engines!(
    what_the_operator_does_stands_between_the_answers,
    the_operator_opens_the_log_of_a_center_that_never_ran,
    several_of_the_operators_hands_take_turns,
);

async fn put(world: &World, store: &Store, n: u128, digest: Option<[u8; 32]>) -> u64 {
    let log = OperatorLog::new(LogId::FIRST, world.signer.public_key());
    let event = &NewOperatorEvent {
        action: OperatorAction::RecordLooksAsked,
        about: Uuid::from_u128(n),
        operator: "山田".to_owned(),
        person: Some(person(1)),
        detail: format!("{{\"reason\":\"本人からの照会 {n}\"}}"),
    };
    let (log, now) = (&log, world.now());
    let random = &*world.random;
    store.operator_tx("test_put", async |mut tx: Tx| log.put(&mut tx, event, digest, now, random).await).await.unwrap()
}

async fn what_the_operator_does_stands_between_the_answers(world: World) {
    let store = world.store().await;
    let one = someone(1);
    world.put(&store, std::slice::from_ref(&one)).await;
    let engine = world.engine(store.clone()).await;
    answer_of(&engine.check(ask(search(&one.0), 1)).await.unwrap());
    assert_eq!(put(&world, &store, 7, Some([9; 32])).await, 2);
    let second = engine.check(ask(search(&one.0), 2)).await.unwrap();
    assert_eq!(second.proof_number().leaf_index(), 3, "the engine goes on behind it");

    let leaves = assert_whole(&store).await;
    let leaf = OperatorEvent::decode(&leaves[2].event).unwrap();
    assert_eq!((leaf.action, leaf.file_digest), (OperatorAction::RecordLooksAsked, Some([9; 32])));
    assert_eq!((leaves[2].person, leaves[2].facility.as_str()), (Some(person(1)), ""));
    let rows = store.read("test_rows", async |mut tx| tx.operator_events(1, 10).await).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].leaf, rows[0].operator.as_str(), rows[0].person), (2, "山田", Some(person(1))));
    assert_eq!(leaf.detail_hash, salted_hash(&leaf.salt, rows[0].detail.as_bytes()), "the leaf stands for the row");
    assert_eq!(leaf.about, *rows[0].about.as_bytes());
}

async fn the_operator_opens_the_log_of_a_center_that_never_ran(world: World) {
    let store = world.store().await;
    assert_eq!(put(&world, &store, 1, None).await, 1);
    let engine = world.engine(store.clone()).await;
    let one = someone(1);
    world.put(&store, std::slice::from_ref(&one)).await;
    assert_eq!(engine.check(ask(search(&one.0), 1)).await.unwrap().proof_number().leaf_index(), 2);
    assert_whole(&store).await;
}

async fn several_of_the_operators_hands_take_turns(world: World) {
    let store = world.store().await;
    let one = someone(1);
    world.put(&store, std::slice::from_ref(&one)).await;
    let engine = world.engine(store.clone()).await;
    let hands = futures_util::future::join_all((0..8).map(|n| put(&world, &store, n, None)));
    let answers = futures_util::future::join_all((0..8).map(|n| engine.check(ask(search(&one.0), n))));
    let (mut places, answers) = futures_util::future::join(hands, answers).await;
    places.extend(answers.into_iter().map(|answered| answered.unwrap().proof_number().leaf_index()));
    places.sort_unstable();
    assert_eq!(places, (1..17).collect::<Vec<u64>>());
    assert_whole(&store).await;
}
