//! Claims that fitted nobody when they were sent: taken by themselves after a feed of the insurer, and the institution reads
//! it in the results of its file.

use std::time::Duration;

use kit::client::Client;
use wire::api::{ClaimOutcome, ClaimResult};

use crate::claim_files::{again, file, outcomes, receipt, send, status, withdraw};
use crate::people::{feed_of, row};
use crate::world::{CLINIC, World, until};

async fn insure(world: &World, people: &[u32]) {
    let path = world.folder.with_extension("more.csv");
    std::fs::write(&path, feed_of(people.iter().map(|n| row(*n)))).unwrap();
    let report = world.admin.insurer_import(&path).await.unwrap();
    assert_eq!(report.rows_accepted, people.len() as u64, "{report:?}");
}

/// Outcomes of a file as soon as the claim at `at` is taken.
async fn taken(client: &Client, number: &str, at: usize) -> Vec<ClaimOutcome> {
    until("the claim was taken", async || {
        let told = outcomes(client, number).await;
        (told[at].result == ClaimResult::Accepted).then_some(told)
    })
    .await
}

#[tokio::test]
async fn a_claim_that_fitted_nobody_is_taken_after_the_feed_and_its_file_says_so() {
    let mut world = World::with_people(1).await;
    let member = world.member(CLINIC).await;
    let client = world.client(&member);
    let wrong_sum = receipt(2, 2, 14, "").replace("HO,06139463,100,2,1,14", "HO,06139463,100,2,1,15");
    let content = file(&[receipt(1, 1, 28, ""), wrong_sum, receipt(3, 3, 7, "")]);
    let (sent, before) = send(&client, &content, 1).await;
    let number = sent.reception_number;
    assert_eq!((sent.counts.accepted, sent.counts.unmatched), (1, 2));
    assert_eq!(before[1].code.as_deref(), Some("no_such_card"));
    world.clock.advance(Duration::from_hours(1));
    insure(&world, &[2]).await;
    let after = taken(&client, &number, 1).await;
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]), "the others are told as before");
    let (then, now) = (&before[1], &after[1]);
    assert_eq!((now.routing.as_deref(), &now.code, &now.message), (Some("as_claimed"), &None, &None));
    assert_eq!((&now.claim_number, now.line, now.receipt_number), (&then.claim_number, then.line, then.receipt_number));
    assert!(!now.finding_list.is_empty() && now.finding_list == then.finding_list, "{now:?}");
    let counts = status(&client, &number).await.counts;
    assert_eq!((counts.claims, counts.accepted, counts.unmatched), (3, 2, 1));
    assert_eq!(counts.errors, sent.counts.errors);
    // Also where the feed came while the center stood.
    world.clock.advance(Duration::from_hours(1));
    world.restart().await;
    insure(&world, &[3]).await;
    let client = world.client(&member);
    assert_eq!(taken(&client, &number, 2).await[1], after[1]);
    let number = after[1].claim_number.as_deref().unwrap();
    withdraw(&client, number).await.unwrap();
}

#[tokio::test]
async fn a_claim_that_was_overtaken_while_it_waited_stays_out() {
    let world = World::with_people(2).await;
    let client = world.client(&world.member(CLINIC).await);
    let (_, first) = send(&client, &file(&[receipt(1, 1, 28, "")]), 1).await;
    let earlier = first[0].search_number.clone().unwrap();
    let content = file(&[receipt(1, 5, 28, &again(&earlier)), receipt(2, 6, 28, "")]);
    let (waits, _) = send(&client, &content, 2).await;
    assert_eq!(waits.counts.unmatched, 2);
    world.clock.advance(Duration::from_hours(1));
    let (_, later) = send(&client, &file(&[receipt(1, 2, 30, &again(&earlier))]), 3).await;
    assert_eq!(later[0].replaces, first[0].claim_number);
    insure(&world, &[5, 6]).await;
    let told = taken(&client, &waits.reception_number, 1).await;
    assert_eq!(told[0].result, ClaimResult::Unmatched, "the later one stands");
    let stands = withdraw(&client, later[0].claim_number.as_deref().unwrap()).await.unwrap();
    assert_eq!(stands.state, wire::api::ClaimWithdrawalState::Withdrawn);
}
