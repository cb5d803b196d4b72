//! Init, start, health, metrics, stop, and a database that goes away.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use center::{Center, Config, InitError, InitOptions};
use kit::client::ClientError;
use kit::lifecycle::{Ending, Lifecycle};
use kit::random::SystemRandom;
use testkit::{PrivatePostgres, TestClock};
use wire::api::{CheckResponse, ProblemCode, Verdict};

use crate::people::question;
use crate::world::{CLINIC, Wish, World, problem_code, shared, until};

#[tokio::test]
async fn a_new_center_is_for_its_owner_alone_and_never_made_over_another() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("center");
    let clock = shared(&TestClock::default());
    let make = async || center::init(&folder, InitOptions::default(), clock.clone(), SystemRandom::shared()).await;
    let made = make().await.unwrap();
    assert_eq!(Config::load(&folder).unwrap(), made.config);
    for private in ["", "root", "keys", "root/root.key.pem", "keys/issuing.key.pem", "keys/log.key.pem", "center.toml"]
    {
        let mode = std::fs::metadata(folder.join(private)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{private}");
    }
    assert!(folder.join("root/README.txt").exists());
    let key = std::fs::read(folder.join("root/root.key.pem")).unwrap();
    assert!(matches!(make().await, Err(InitError::Exists(_))));
    assert_eq!(std::fs::read(folder.join("root/root.key.pem")).unwrap(), key);
}

#[tokio::test]
async fn an_init_that_fails_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("center");
    let options = InitOptions { names: vec!["not a name!".to_owned()], ..InitOptions::default() };
    let clock = shared(&TestClock::default());
    assert!(center::init(&folder, options, clock, SystemRandom::shared()).await.is_err());
    assert!(!folder.exists());
}

#[tokio::test]
async fn the_center_runs_without_the_root_key_and_not_with_keys_that_others_can_read() {
    let mut world = World::with_people(1).await;
    let member = world.member(CLINIC).await;
    std::fs::remove_dir_all(world.folder.join("root")).unwrap();
    world.restart().await;
    let response: CheckResponse =
        world.client(&member).post_json("/v1/eligibility-checks", &question(CLINIC, 1, 1)).await.unwrap();
    assert_eq!(response.parse_answer().unwrap().verdict, Verdict::Valid);

    world.running.take().unwrap().shutdown().await;
    let key = world.folder.join("keys/issuing.key.pem");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let config = Config::load(&world.folder).unwrap();
    let refused = Center::start(config, shared(&world.clock), SystemRandom::shared()).await.unwrap_err();
    assert!(refused.to_string().contains("issuing.key.pem"), "{refused}");
}

#[tokio::test]
async fn health_readiness_and_metrics_are_told_on_loopback() {
    let world = World::with_people(1).await;
    let client = world.client(&world.member(CLINIC).await);
    client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &question(CLINIC, 1, 1)).await.unwrap();
    assert!(world.ops("/health").await.unwrap().contains("alive"));
    assert!(world.ops("/ready").await.unwrap().contains("ready"));
    let metrics = world.ops("/metrics").await.unwrap();
    for name in [
        "tashika_center_requests_total{route=\"/v1/eligibility-checks\",status=\"200\"} 1",
        "tashika_center_batch_size",
        "tashika_center_batch_seconds",
        "tashika_center_store_seconds",
        "tashika_center_http_request_seconds",
    ] {
        assert!(metrics.contains(name), "{name} is missing in\n{metrics}");
    }
    assert!(!metrics.contains(CLINIC));
}

#[tokio::test]
async fn whoever_was_being_answered_is_answered_when_the_center_stops() {
    let mut world = World::with_people(20).await;
    let member = world.member(CLINIC).await;
    let client = world.client(&member);
    client.get("/v1/time").await.unwrap();
    let windows = Lifecycle::new();
    let asked: Vec<_> = (0..100_u32)
        .map(|n| {
            let client = client.clone();
            windows.spawn("window", async move {
                let message = question(CLINIC, n % 20 + 1, n.into());
                client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &message).await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(world.running.take().unwrap().shutdown().await, Ending::Clean);
    let mut answered = 0;
    for ask in asked {
        match ask.await.unwrap().unwrap() {
            Ok(response) => {
                assert_eq!(response.parse_answer().unwrap().verdict, Verdict::Valid);
                answered += 1;
            }
            // Not taken: nothing was recorded, and the terminal asks again.
            Err(ClientError::CouldNotAsk(_)) => {}
            Err(ClientError::Problem { document, .. }) => assert_eq!(document.code, ProblemCode::ShuttingDown),
        }
    }
    assert!(answered > 0);
}

#[tokio::test]
async fn a_database_that_goes_away_is_told_and_comes_back_without_a_person() {
    let mut postgres = PrivatePostgres::start().unwrap();
    let database_url = postgres.create_database().unwrap();
    let world = World::with(Wish { database_url, ..Wish::default() }).await;
    world.insure(1).await;
    let client = world.client(&world.member(CLINIC).await);
    let number = std::sync::atomic::AtomicU32::new(0);
    let ask = async || {
        let n = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &question(CLINIC, 1, n.into())).await
    };
    ask().await.unwrap();
    postgres.crash().unwrap();
    assert_eq!(problem_code(ask().await), ProblemCode::StoreUnavailable);
    until("the center says that it is not ready", async || world.ops("/ready").await.err()).await;
    postgres.resume().unwrap();
    until("questions are answered again", async || ask().await.ok()).await;
    until("the center says that it is ready", async || world.ops("/ready").await.ok()).await;
}
