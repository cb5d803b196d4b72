//! 振替 and 分割, as an institution is told of them: the same claim, for people whose insurer changed in or before the month.

use wire::api::{ClaimOutcome, ClaimResult};
use wire::feed::FeedRow;

use crate::claim_files::{AMLODIPINE, file, send};
use crate::people::{OTHER_INSURER, feed_of, row};
use crate::world::{CLINIC, World};

/// A claim of person `n` for February 2026: the doctor was seen on the 3rd and on the 20th.
fn receipt(n: u32) -> String {
    let birthdate = row(n).birthdate;
    let days = format!("{}1{}1", ",".repeat(9), ",".repeat(17));
    format!(
        "RE,{n},1112,202602,髙橋　一,1,{birthdate}\r\nHO,06139463,100,{n},2,56\r\nSN,1,01,06139463,100,{n},00\r\n\
         SY,8833421,20240401,1\r\nIY,60,1,{AMLODIPINE},1,28,2{days}\r\n"
    )
}

/// The coverage of the claim, ended on a day.
fn until_day(n: u32, day: &str) -> FeedRow {
    FeedRow { disqualification_date: day.to_owned(), reason_of_loss: "01".to_owned(), ..row(n) }
}

/// The coverage that came after it.
fn from_day(n: u32, day: &str) -> FeedRow {
    FeedRow {
        insurer_number: OTHER_INSURER.to_owned(),
        insurer_name: "別の健康保険".to_owned(),
        insured_card_symbol: "7".to_owned(),
        qualification_date: day.to_owned(),
        ..row(n)
    }
}

async fn feed(world: &World, rows: Vec<FeedRow>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.csv");
    std::fs::write(&path, feed_of(rows)).unwrap();
    let report = world.admin.insurer_import(&path).await.unwrap();
    assert_eq!(report.rows_refused, 0, "{:?}", report.refusals);
}

/// First and last day of service, and who insured.
type Part<'a> = (&'a str, &'a str, Option<&'a str>);

/// What became of a claim: how it was taken, the code of who pays, and the days of each insurer.
fn told(outcome: &ClaimOutcome) -> (ClaimResult, &str, Vec<Part<'_>>) {
    let parts = outcome
        .part_list
        .iter()
        .map(|part| (part.first.as_str(), part.last.as_str(), part.insurer_number.as_deref()))
        .collect();
    (outcome.result, outcome.routing.as_deref().unwrap_or_default(), parts)
}

#[tokio::test]
async fn a_claim_goes_to_the_insurer_of_the_day_and_is_split_where_the_insurer_changed() {
    let world = World::new().await;
    let rows = vec![
        row(1),
        until_day(2, "20260201"),
        from_day(2, "20260201"),
        until_day(3, "20260210"),
        from_day(3, "20260210"),
        until_day(4, "20260210"),
    ];
    feed(&world, rows).await;
    let client = world.client(&world.member(CLINIC).await);
    let content = file(&(1..=4).map(receipt).collect::<Vec<_>>());
    let (status, outcomes) = send(&client, &content, 1).await;
    let accepted = ClaimResult::Accepted;
    let (here, there) = (Some("06139463"), Some(OTHER_INSURER));
    let told: Vec<_> = outcomes.iter().map(told).collect();
    assert_eq!(
        told,
        [
            (accepted, "as_claimed", vec![]),
            (accepted, "redirected", vec![("20260203", "20260220", there)]),
            (accepted, "split", vec![("20260203", "20260203", here), ("20260220", "20260220", there)]),
            (accepted, "not_insured", vec![("20260203", "20260203", here), ("20260220", "20260220", None)]),
        ]
    );
    assert_eq!((status.counts.redirected, status.counts.split, status.counts.not_insured), (1, 1, 1));
    let words = outcomes[2].message.as_deref().unwrap();
    assert!(words.contains("分割") && words.contains(OTHER_INSURER), "{words}");
    assert!(outcomes[1].message.as_deref().unwrap().contains("振り替え"), "{:?}", outcomes[1]);
}

#[tokio::test]
async fn a_loss_that_is_notified_late_changes_what_the_same_claim_is_told() {
    let world = World::new().await;
    feed(&world, vec![row(1)]).await;
    let client = world.client(&world.member(CLINIC).await);
    let content = file(&[receipt(1)]);
    let (_, before) = send(&client, &content, 1).await;
    assert_eq!(before[0].routing.as_deref(), Some("as_claimed"));
    feed(&world, vec![until_day(1, "20260115"), from_day(1, "20260115")]).await;
    let (_, after) = send(&client, &content, 2).await;
    assert_eq!(after[0].routing.as_deref(), Some("redirected"));
    assert_eq!(after[0].claim_number, before[0].claim_number, "the same claim, in one record");
}
