//! What breaks in practice: a full disk, a file that somebody else holds, a database that goes away and comes back.
//! Each is told with a time to try again, nobody is answered without an event, and everything goes on without a restart.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use center::check::{CheckError, Engine};
use center::store::coverage::CoverageRow;
use center::store::{Address, Store, StoreError};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use testkit::PrivatePostgres;

use crate::world::{self, World, ask, behind_its_back, search, someone};

fn retry_after(result: Result<center::check::Answered, CheckError>) -> Option<u32> {
    result.unwrap_err().retry_after_seconds()
}

async fn events(store: &Store) -> u64 {
    store.read("count", async |mut tx| tx.last_event_index(1).await).await.unwrap().unwrap()
}

async fn with_one_person(world: &World) -> (Store, Engine) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    (store.clone(), world.engine(store).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_answers_and_recovers_by_itself() {
    let world = World::sqlite();
    let (store, engine) = with_one_person(&world).await;
    engine.check(ask(search(&someone(1).0), 1)).await.unwrap();
    // Not less than it has: what is free in its pages is still used.
    store.limit_bytes(Some(1)).await.unwrap();
    let mut given = 1;
    let mut refused = 0;
    for request in 2..2_000 {
        match engine.check(ask(search(&someone(1).0), request)).await {
            Ok(_) => given += 1,
            Err(error) => {
                refused += 1;
                assert!(error.retry_after_seconds().is_some(), "{error}");
                break;
            }
        }
    }
    assert_eq!(refused, 1, "the disk is full at some time");
    assert_eq!(events(&store).await, given, "no event without its answer, no answer without its event");
    store.limit_bytes(None).await.unwrap();
    engine.check(ask(search(&someone(1).0), 5_000)).await.unwrap();
    assert_eq!(events(&store).await, given + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_process_holds_is_waited_for_then_told_and_recovers() {
    let world = World::sqlite();
    let (store, engine) = with_one_person(&world).await;
    let Address::Sqlite(path) = &world.address else { unreachable!("a SQLite world") };
    let mut other = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let refused = engine.check(ask(search(&someone(1).0), 1)).await;
    assert!(retry_after(refused).is_some());
    other.execute("ROLLBACK").await.unwrap();
    other.close().await.unwrap();
    engine.check(ask(search(&someone(1).0), 2)).await.unwrap();
    assert_eq!(events(&store).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_answers_nobody() {
    let world = World::sqlite();
    let (store, engine) = with_one_person(&world).await;
    engine.check(ask(search(&someone(1).0), 1)).await.unwrap();
    store.close().await;
    assert!(retry_after(engine.check(ask(search(&someone(1).0), 2)).await).is_some());
    let reopened = world.store().await;
    assert_eq!(events(&reopened).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_goes_away_is_told_and_used_again_when_it_is_back() {
    let mut server = PrivatePostgres::start().unwrap();
    let url = server.create_database().unwrap();
    let world = World::new(Address::parse(&url).unwrap(), tempfile::tempdir().unwrap());
    let (store, engine) = with_one_person(&world).await;
    let mut given = 0;
    let mut request = 0;
    for crash in [false, true] {
        for _ in 0..3 {
            request += 1;
            engine.check(ask(search(&someone(1).0), request)).await.unwrap();
            given += 1;
        }
        let gone = if crash { server.crash() } else { server.stop() };
        gone.unwrap();
        let asked = (0..3).map(|_| {
            request += 1;
            engine.check(ask(search(&someone(1).0), request))
        });
        for refused in futures_util::future::join_all(asked).await {
            assert!(retry_after(refused).is_some());
        }
        assert!(store.ping().await.unwrap_err().is_retryable());
        server.resume().unwrap();
        request += 1;
        engine.check(ask(search(&someone(1).0), request)).await.unwrap();
        given += 1;
        store.ping().await.unwrap();
        assert_eq!(events(&store).await, given);
    }
    engine.shut_down().await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_during_a_batch_forks_nothing() {
    let world = World::postgres();
    let (store, engine) = with_one_person(&world).await;
    let engine = Arc::new(engine);
    let mut given = 0;
    for round in 0..10_u128 {
        let asked = (0..50).map(|n| {
            let engine = Arc::clone(&engine);
            async move { engine.check(ask(search(&someone(1).0), round * 100 + n)).await }
        });
        let cut = async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            behind_its_back(
                &world.address,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = 'tashika-center' AND datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await;
        };
        let (answers, ()) = tokio::join!(futures_util::future::join_all(asked), cut);
        for answer in answers {
            match answer {
                Ok(_) => given += 1,
                Err(error) => assert!(error.retry_after_seconds().is_some(), "{error}"),
            }
        }
    }
    engine.check(ask(search(&someone(1).0), 9_999)).await.unwrap();
    // Where the end of a commit was not known, it was looked up: nobody is on record twice, and nobody without an answer.
    assert_eq!(events(&store).await, given + 1);
    engine.shut_down().await;
    // Opening hashes the leaves again.
    world.engine(store).await.shut_down().await;
}

async fn fault_a_database_that_has_lost_what_was_answered_answers_nobody(world: World) {
    let (store, engine) = with_one_person(&world).await;
    let ask = async |request| engine.check(ask(search(&someone(1).0), request)).await;
    ask(1).await.unwrap();
    behind_its_back(&world.address, "CREATE TABLE older AS SELECT * FROM log_head").await;
    ask(2).await.unwrap();
    behind_its_back(
        &world.address,
        "UPDATE log_head SET tree_size = (SELECT tree_size FROM older), root = (SELECT root FROM older),
             frontier = (SELECT frontier FROM older)",
    )
    .await;
    for request in 3..6 {
        let refused = ask(request).await.unwrap_err();
        assert!(matches!(refused, CheckError::Internal { code: "inconsistent" }), "{refused}");
    }
    assert_eq!(events(&store).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_of_several_servers_one_that_is_gone_is_passed_over() {
    let server = PrivatePostgres::start().unwrap();
    let url = server.create_database().unwrap();
    let (before, place) = url.split_once("@127.0.0.1").unwrap();
    let gone = testkit::free_port();
    let address = Address::parse(&format!("{before}@127.0.0.1:{gone},127.0.0.1{place}")).unwrap();
    let world = World::new(address, tempfile::tempdir().unwrap());
    let (store, engine) = with_one_person(&world).await;
    engine.check(ask(search(&someone(1).0), 1)).await.unwrap();
    assert_eq!(events(&store).await, 1);
    engine.shut_down().await;
    store.close().await;
    let nobody = format!("{before}@127.0.0.1:{gone},127.0.0.1:{}/x", testkit::free_port());
    let address = Address::parse(&nobody).unwrap();
    let error =
        Store::open(&address, Arc::new(world.clock.clone()), Box::new(center::store::NoObserver)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_waits_three_seconds_for_a_database_and_no_longer() {
    let mut server = PrivatePostgres::start().unwrap();
    let url = server.create_database().unwrap();
    let world = World::new(Address::parse(&url).unwrap(), tempfile::tempdir().unwrap());
    let (store, engine) = with_one_person(&world).await;
    server.crash().unwrap();
    let waited = center::limits::SINGLE_WAIT_TIME;
    let mut refused = pin!(engine.check(ask(search(&someone(1).0), 1)));
    let early = tokio::time::timeout(waited / 2, &mut refused).await;
    assert!(early.is_err(), "a database that comes back within the time is not missed by anybody");
    let refused = tokio::time::timeout(waited, refused).await.expect("told in time");
    assert!(retry_after(refused).is_some());
    server.resume().unwrap();
    assert_eq!(events(&store).await, 0, "whoever was told to ask again is not on record");
    engine.check(ask(search(&someone(1).0), 1)).await.unwrap();
    engine.shut_down().await;
    store.close().await;
}

crate::on_both_engines!(fault_a_database_that_has_lost_what_was_answered_answers_nobody);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_its_own_error() {
    let world = World::sqlite();
    let store = world.store().await;
    store.limit_bytes(Some(1)).await.unwrap();
    let now = world.now();
    let rows: Vec<CoverageRow> = (0..2_000).map(someone).map(|(c, p)| CoverageRow::new(&c, p).unwrap()).collect();
    let rows = &rows;
    let error = store.tx("put", async |mut tx| world::put_rows(&mut tx, rows, now).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    assert!(error.is_retryable());
    store.ping().await.unwrap();
    let held = store.read("count", async |mut tx| tx.count_coverages().await).await.unwrap();
    assert_eq!(held, 0);
}
