//! Proves that a process of ours can be told to end, politely once and then for good.

use std::time::Duration;

use kit::lifecycle::{Ending, Lifecycle};

use crate::common::{SOON, spawn};

fn terminate_ourselves() {
    let status = std::process::Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status();
    assert!(status.expect("kill(1) is there").success());
}

/// Both wishes in one test: a signal reaches the whole process, so two tests would disturb each other.
#[tokio::test]
async fn the_first_signal_stops_and_the_second_cuts() {
    let life = Lifecycle::new();
    life.spawn("stuck", std::future::pending::<()>());
    let end = spawn({
        let life = life.clone();
        async move { life.run_to_the_end(SOON).await }
    });
    // The handlers must be in place, or the signal would end the test itself.
    tokio::time::sleep(Duration::from_millis(200)).await;
    terminate_ourselves();
    tokio::time::timeout(SOON, life.stopping()).await.unwrap();
    assert_eq!(life.reason(), Some("SIGTERM"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!end.is_finished(), "it waits for what is open");
    terminate_ourselves();
    let ending = tokio::time::timeout(Duration::from_secs(5), end).await.unwrap().unwrap();
    assert_eq!(ending, Ending::Forced { tasks: vec!["stuck"] });
}
