//! Proves that stopping loses nothing: whatever a handler began is answered, idle connections close, and only what is
//! still open after the time of grace is cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{Ca, SOON, client, https, plain_client, spawn, start_plain, start_tls};
use axum::Router;
use axum::routing::get;
use kit::client::{ClientError, ClientOptions, CouldNotAsk};
use kit::lifecycle::{Ending, Lifecycle};
use kit::serve::ServeOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn counting(handled: &Arc<AtomicUsize>, work: Duration) -> Router {
    let handled = Arc::clone(handled);
    Router::new().route(
        "/",
        get(async move || {
            handled.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(work).await;
            "answered"
        }),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_that_was_begun_is_answered() {
    for http1_only in [true, false] {
        let (ca, life) = (Ca::new(), Lifecycle::new());
        let handled = Arc::new(AtomicUsize::new(0));
        let address = start_tls(counting(&handled, Duration::from_millis(5)), &ca, &life);
        let options = ClientOptions { http1_only, ..ClientOptions::default() };
        let client = client(&https(address), &ca.client_config("clinic"), options);
        let askers: Vec<_> = (0..32)
            .map(|_| {
                let client = client.clone();
                spawn(async move {
                    let mut answered = 0;
                    loop {
                        match client.get("/").await {
                            Ok(answer) => assert_eq!(answer.body, "answered"),
                            Err(end) => return (answered, end),
                        }
                        answered += 1;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(life.shut_down(SOON).await, Ending::Clean);
        let (mut answered, mut ends) = (0, Vec::new());
        for asker in askers {
            let (answers, end) = asker.await.unwrap();
            answered += answers;
            ends.push(end);
        }
        assert!(answered > 100, "{answered}");
        assert_eq!(answered, handled.load(Ordering::SeqCst), "http1_only: {http1_only}, {ends:#?}");
    }
}

#[tokio::test]
async fn a_long_answer_is_finished_and_an_idle_connection_closed_at_once() {
    let life = Lifecycle::new();
    let handled = Arc::default();
    let address = start_plain(counting(&handled, Duration::from_millis(400)), ServeOptions::default(), &life);
    let busy = spawn({
        let client = plain_client(address);
        async move { client.get("/").await }
    });
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut half = TcpStream::connect(address).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nhost: loc").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = spawn({
        let life = life.clone();
        async move { life.shut_down(SOON).await }
    });
    let mut said = String::new();
    tokio::time::timeout(Duration::from_secs(3), idle.read_to_string(&mut said)).await.unwrap().unwrap();
    assert!(said.ends_with("answered"), "{said}");
    assert_eq!(busy.await.unwrap().unwrap().body, "answered");
    assert_eq!(stopping.await.unwrap(), Ending::Clean);
    let after = plain_client(address).get("/").await.unwrap_err();
    assert!(matches!(after, ClientError::CouldNotAsk(CouldNotAsk::Unreachable { .. })), "{after:?}");
}

#[tokio::test]
async fn what_does_not_end_within_the_grace_is_cut() {
    for http1_only in [true, false] {
        let (ca, life) = (Ca::new(), Lifecycle::new());
        let handled = Arc::default();
        let address = start_tls(counting(&handled, Duration::from_secs(20)), &ca, &life);
        let options = ClientOptions { http1_only, answer_time: Duration::from_secs(15), ..ClientOptions::default() };
        let client = client(&https(address), &ca.client_config("clinic"), options);
        let asked = spawn(async move { client.get("/").await });
        while handled.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let ending = tokio::time::timeout(Duration::from_secs(5), life.shut_down(Duration::from_millis(200))).await;
        assert!(matches!(ending, Ok(Ending::Forced { .. })), "{ending:?}");
        let error = asked.await.unwrap().unwrap_err();
        assert!(matches!(&error, ClientError::CouldNotAsk(CouldNotAsk::Broken(_))), "{error:?}");
        assert!(error.may_have_arrived());
    }
}
