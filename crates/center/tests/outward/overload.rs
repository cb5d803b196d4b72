//! Proves that a center with more questions than it can hold says so at once, with the time to try again, answers the
//! ones it holds when it can, and is itself again afterwards.

use std::num::NonZeroU32;
use std::sync::Arc;

use center::config::Limits;
use center::store::{Address, NoObserver, Store};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use wire::api::{CheckResponse, ProblemCode, TimeNow};

use crate::people::question;
use crate::world::{CLINIC, Wish, World, shared};

/// Connections, each with as many questions at once as HTTP/2 allows here.
const CONNECTIONS: u32 = 24;
const QUESTIONS_EACH: u32 = 250;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_questions_than_fit_are_refused_with_the_time_to_try_again() {
    let plenty = NonZeroU32::new(1_000_000).unwrap();
    let limits = Limits { single_checks_per_second: plenty, single_checks_burst: plenty, ..Limits::default() };
    let world = World::with(Wish { limits, ..Wish::default() }).await;
    world.insure(1).await;
    let member = world.member(CLINIC).await;

    // Another program writes into the database and takes its time: nothing can be answered meanwhile.
    let address = Address::Sqlite(world.folder.join("center.sqlite"));
    let other = Store::open(&address, shared(&world.clock), Box::new(NoObserver)).await.unwrap();
    let (begun, enough) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut holding = JoinSet::new();
    holding.spawn({
        let (begun, enough) = (Arc::clone(&begun), Arc::clone(&enough));
        async move {
            let (begun, enough) = (&*begun, &*enough);
            let held = other.tx("hold", async |mut tx| {
                tx.ping().await?;
                begun.notify_one();
                enough.notified().await;
                Ok(())
            });
            held.await.unwrap();
            other.close().await;
        }
    });
    begun.notified().await;

    let mut asking = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let client = world.client(&member);
        // The connection is made before many want it at once.
        let _: TimeNow = client.get_json("/v1/time").await.unwrap();
        for turn in 0..QUESTIONS_EACH {
            let client = client.clone();
            let number = u128::from(connection * QUESTIONS_EACH + turn);
            asking.spawn(async move {
                client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &question(CLINIC, 1, number)).await
            });
        }
    }
    let (mut answered, mut overloaded) = (0, 0);
    while let Some(asked) = asking.join_next().await {
        match asked.unwrap() {
            Ok(_) => answered += 1,
            Err(error) => {
                assert_eq!(error.problem_code(), Some(ProblemCode::Overloaded), "{error}");
                let kit::client::ClientError::Problem { retry_after, .. } = &error else {
                    unreachable!("it has a code")
                };
                assert!(retry_after.is_some(), "it must say when to try again");
                overloaded += 1;
                enough.notify_one();
            }
        }
    }
    holding.join_next().await.unwrap().unwrap();
    assert!(overloaded > 0 && answered >= 4_096, "{answered} answered, {overloaded} refused");
    let client = world.client(&member);
    client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &question(CLINIC, 1, 1_000_000)).await.unwrap();
}
