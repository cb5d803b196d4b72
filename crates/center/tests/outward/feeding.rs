//! Insurers' feeds over the API.

use kit::client::{Client, ClientError};
use wire::api::{CheckResponse, ImportReport, ProblemCode, Verdict};

use crate::people::{self, OTHER_INSURER, feed_of, question, row};
use crate::world::{CLINIC, World, problem_code};

async fn send(client: &Client, file: Vec<u8>) -> Result<ImportReport, ClientError> {
    client.post("/v1/insurer-feeds", "text/csv; charset=utf-8", file).await?.json()
}

#[tokio::test]
async fn a_feed_counts_at_once_and_the_same_feed_again_changes_nothing() {
    let world = World::new().await;
    let insurer = world.client(&world.insurer().await);
    let report = send(&insurer, people::feed(100)).await.unwrap();
    assert_eq!((report.rows_read, report.rows_accepted, report.rows_refused), (100, 100, 0));
    let clinic = world.client(&world.member(CLINIC).await);
    let response: CheckResponse = clinic.post_json("/v1/eligibility-checks", &question(CLINIC, 100, 1)).await.unwrap();
    assert_eq!(response.parse_answer().unwrap().verdict, Verdict::Valid);
    let again = send(&insurer, people::feed(100)).await.unwrap();
    assert_eq!((again.rows_accepted, again.rows_unchanged), (0, 100));
    assert_eq!(again.feed_digest, report.feed_digest);
}

#[tokio::test]
async fn bad_and_foreign_rows_are_named_and_the_good_ones_are_taken() {
    let world = World::new().await;
    let insurer = world.client(&world.insurer().await);
    let mut rows: Vec<_> = (1..=5).map(row).collect();
    rows[1].insurer_number = OTHER_INSURER.to_owned();
    rows[3].birthdate = "19800231".to_owned();
    let report = send(&insurer, feed_of(rows)).await.unwrap();
    assert_eq!((report.rows_read, report.rows_accepted, report.rows_refused), (5, 3, 2));
    let named: Vec<(u64, &str)> = report.refusals.iter().map(|r| (r.line, r.field.as_str())).collect();
    assert_eq!(named, [(3, "InsurerNumber"), (5, "Birthdate")]);
    assert!(!serde_json::to_string(&report).unwrap().contains("19800231"));
}

#[tokio::test]
async fn what_is_no_feed_is_refused_as_a_whole() {
    let world = World::new().await;
    let insurer = world.client(&world.insurer().await);
    for bad in [&b""[..], b"A,B,C\n1,2,3\n", b"\x00\x01\x02"] {
        assert_eq!(problem_code(send(&insurer, bad.to_vec()).await), ProblemCode::FeedRefused);
    }
    let json = insurer.post("/v1/insurer-feeds", "application/json", "{}").await;
    assert_eq!(problem_code(json), ProblemCode::UnsupportedMediaType);
}
