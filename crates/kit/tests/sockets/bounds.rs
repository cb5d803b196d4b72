//! Proves that nobody holds a listener by being slow, large, silent or many, with raw sockets that behave badly on purpose.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{SOON, loopback, plain_client, server, start_plain};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::StreamExt;
use kit::body::{BodyRules, BytesBody, JsonBody};
use kit::client::{Answer, ClientError};
use kit::clock::SystemClock;
use kit::lifecycle::Lifecycle;
use kit::problem::{Problem, with_fallbacks};
use kit::serve::{HttpMetrics, Listener, Reach, ServeError, ServeOptions};
use kit::throttle::{Rate, Throttle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::api::{ProblemCode, ProblemDocument};

fn router() -> Router {
    with_fallbacks(
        Router::new()
            .route("/", get(async || "here"))
            .route("/bytes", post(async |BytesBody(bytes): BytesBody| bytes.len().to_string()))
            .route("/unread", post(async || "did not look"))
            .merge(kit::body::limit(
                Router::new().route("/small", post(async |BytesBody(bytes): BytesBody| bytes.len().to_string())),
                10,
            ))
            .merge(kit::body::limit(Router::new().route("/stream", post(count_stream)), 50_000_000))
            .route("/json", post(async |JsonBody(_): JsonBody<serde_json::Value>| "read"))
            .route(
                "/slow",
                get(async || {
                    tokio::time::sleep(SOON).await;
                    "late"
                }),
            )
            .route("/panic", get(panics)),
    )
}

async fn count_stream(request: Request<Body>) -> Result<String, Problem> {
    let mut pieces = kit::body::stream_of(request);
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        length += piece?.len();
    }
    Ok(length.to_string())
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

fn quick() -> ServeOptions {
    ServeOptions {
        first_head_time: Duration::from_millis(300),
        idle_time: Duration::from_millis(600),
        request_time: Duration::from_millis(400),
        ..ServeOptions::default()
    }
}

fn problem(result: Result<Answer, ClientError>) -> ProblemDocument {
    match result {
        Err(ClientError::Problem { document, .. }) => *document,
        other => panic!("{other:?}"),
    }
}

/// Reads until the other side closes; what it said.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is an end too.
    let _ = timeout(SOON, stream.read_to_end(&mut said)).await.expect("the listener closes");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut() {
    let life = Lifecycle::new();
    let address = start_plain(router(), quick(), &life);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let trickle = async {
        for byte in b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ".iter().chain([b'a'; 200].iter()) {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody cut it");
    };
    timeout(Duration::from_secs(3), trickle).await.unwrap();
}

#[tokio::test]
async fn a_silent_connection_is_cut_and_an_idle_one_closed() {
    let life = Lifecycle::new();
    let address = start_plain(router(), quick(), &life);
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(read_to_end(&mut silent).await, "");
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let said = read_to_end(&mut idle).await;
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("here"), "{said}");
}

#[tokio::test]
async fn a_body_that_trickles_in_is_refused_in_words() {
    let life = Lifecycle::new();
    let options = ServeOptions {
        body: BodyRules { patience: Duration::from_millis(200), ..BodyRules::default() },
        ..ServeOptions::default()
    };
    let address = start_plain(router(), options, &life);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /bytes HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n").await.unwrap();
    let (mut read, mut write) = stream.split();
    let trickle = async {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut said = [0_u8; 1024];
    let answered = async { read.read(&mut said).await.unwrap() };
    let length = tokio::select! {
        length = answered => length,
        () = trickle => panic!("closed without a word"),
        () = tokio::time::sleep(SOON) => panic!("never refused"),
    };
    let said = String::from_utf8_lossy(&said[..length]).into_owned();
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(said.contains(r#""code":"timeout""#), "{said}");
}

#[tokio::test]
async fn a_body_larger_than_the_limit_gets_a_problem_however_it_is_sent() {
    let life = Lifecycle::new();
    let address = start_plain(router(), ServeOptions::default(), &life);
    let client = plain_client(address);
    let type_ = "application/octet-stream";
    assert_eq!(client.post("/small", type_, vec![0; 10]).await.unwrap().body, "10");
    assert_eq!(problem(client.post("/small", type_, vec![0; 11]).await).code, ProblemCode::BodyTooLarge);
    let limit = usize::try_from(kit::limits::BODY_BYTES_MAX).unwrap();
    assert_eq!(client.post("/bytes", type_, vec![0; limit]).await.unwrap().body, limit.to_string());
    let document = problem(client.post("/bytes", type_, vec![0; limit + 1]).await);
    assert_eq!(document.code, ProblemCode::BodyTooLarge);
    assert!(document.request_id.is_some() && document.detail.contains("65536"), "{document:?}");
    // Of unknown length: found out on the way.
    let unknown = |pieces: usize| futures_util::stream::iter((0..pieces).map(|_| Ok(Bytes::from_static(&[0; 10_000]))));
    let sent = client.post_stream("/bytes", type_, unknown(100), SOON).await;
    assert_eq!(problem(sent).code, ProblemCode::BodyTooLarge);
    assert_eq!(client.post_stream("/stream", type_, unknown(3_000), SOON).await.unwrap().body, "30000000");
}

#[tokio::test]
async fn whoever_is_refused_in_the_middle_of_sending_can_read_why() {
    let life = Lifecycle::new();
    let address = start_plain(router(), ServeOptions::default(), &life);
    let client = plain_client(address);
    for _ in 0..5 {
        let refused = client.post("/small", "application/octet-stream", vec![0; 8_000_000]).await;
        assert_eq!(problem(refused).code, ProblemCode::BodyTooLarge);
        let unread = client.post("/unread", "application/octet-stream", vec![0; 8_000_000]).await;
        assert_eq!(unread.unwrap().body, "did not look");
    }
}

#[tokio::test]
async fn too_many_connections_wait_and_none_is_refused() {
    let life = Lifecycle::new();
    let options = ServeOptions { connections_max: 2, ..ServeOptions::default() };
    let address = start_plain(router(), options, &life);
    let ask = async || {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        stream
    };
    let read = async |stream: &mut TcpStream| stream.read(&mut [0; 1024]).await.unwrap();
    let (mut first, mut second, mut third) = (ask().await, ask().await, ask().await);
    assert!(read(&mut first).await > 0 && read(&mut second).await > 0);
    assert!(timeout(Duration::from_millis(200), read(&mut third)).await.is_err(), "the third has to wait");
    drop(first);
    assert!(timeout(SOON, read(&mut third)).await.unwrap() > 0, "and then has its turn");
}

/// Counts its own end.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_cut() {
    let life = Lifecycle::new();
    let dropped = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&dropped);
    let endless = Router::new().route(
        "/endless",
        get(async move || {
            let guard = Counted(counted);
            Body::from_stream(futures_util::stream::repeat_with(move || {
                let _ = &guard;
                Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 16_384]))
            }))
        }),
    );
    let address = start_plain(endless, quick(), &life);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    timeout(SOON, async {
        while dropped.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the answer is dropped");
}

#[tokio::test]
async fn a_handler_that_takes_too_long_or_panics_gets_a_problem() {
    let life = Lifecycle::new();
    let address = start_plain(router(), quick(), &life);
    let client = plain_client(address);
    assert_eq!(problem(client.get("/slow").await).code, ProblemCode::Timeout);
    let document = problem(client.get("/panic").await);
    assert_eq!(document.code, ProblemCode::Internal);
    assert!(!format!("{document:?}").contains("on purpose"), "the inner words stay inside");
    assert_eq!(client.get("/").await.unwrap().body, "here");
}

#[tokio::test]
async fn other_paths_can_have_other_times() {
    let life = Lifecycle::new();
    let options = ServeOptions {
        request_time: Duration::from_secs(5),
        request_time_of: Some(|path| (path == "/slow").then_some(Duration::from_millis(100))),
        ..ServeOptions::default()
    };
    let client = plain_client(start_plain(router(), options, &life));
    assert_eq!(problem(client.get("/slow").await).code, ProblemCode::Timeout);
}

#[tokio::test]
async fn what_cannot_be_read_or_found_gets_a_problem() {
    let life = Lifecycle::new();
    let client = plain_client(start_plain(router(), ServeOptions::default(), &life));
    assert_eq!(problem(client.post("/json", "text/plain", "{}").await).code, ProblemCode::UnsupportedMediaType);
    assert_eq!(problem(client.post("/json", "application/json", "{").await).code, ProblemCode::MalformedJson);
    assert_eq!(client.post("/json", "application/json; charset=utf-8", "{}").await.unwrap().body, "read");
    assert_eq!(problem(client.get("/nowhere").await).code, ProblemCode::NotFound);
    assert_eq!(problem(client.get("/json").await).code, ProblemCode::MethodNotAllowed);
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_come_back() {
    let life = Lifecycle::new();
    let one = NonZeroU32::new(1).unwrap();
    let throttle = Arc::new(Throttle::new(Rate { per_second: one, burst: one }, SystemClock::shared()));
    let router = Router::new().route(
        "/",
        get(async move || -> Result<&'static str, Problem> {
            throttle.admit(&"facility")?;
            Ok("passed")
        }),
    );
    let client = plain_client(start_plain(router, ServeOptions::default(), &life));
    client.get("/").await.unwrap();
    let error = client.get("/").await.unwrap_err();
    let ClientError::Problem { document, retry_after } = &error else { panic!("{error:?}") };
    assert_eq!(document.code, ProblemCode::RateLimited);
    assert_eq!(*retry_after, Some(Duration::from_secs(1)));
    assert!(error.is_temporary());
}

#[tokio::test]
async fn nothing_is_shown_to_the_network_by_mistake() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(Listener::bind(everywhere, Reach::Loopback), Err(ServeError::NotLoopback(_))));
    let life = Lifecycle::new();
    let open = Listener::bind(everywhere, Reach::Network).unwrap();
    assert!(matches!(server("desk").start(open, router(), &life), Err(ServeError::PlainOnNetwork(_))));
    let asked_for = ServeOptions { plain_on_network: true, ..ServeOptions::default() };
    let open = Listener::bind(everywhere, Reach::Network).unwrap();
    server("desk").options(asked_for).start(open, router(), &life).unwrap();
    let taken = loopback();
    assert!(matches!(Listener::bind(taken.local_addr(), Reach::Loopback), Err(ServeError::Bind { .. })));
}

#[tokio::test]
async fn a_listener_counts_what_it_does() {
    let life = Lifecycle::new();
    let metrics = kit::metrics::Metrics::new("t");
    let http = HttpMetrics::new(&metrics);
    let address = server("desk").measure(&http).start(loopback(), router(), &life).unwrap();
    let client = plain_client(address);
    client.get("/").await.unwrap();
    client.get("/").await.unwrap();
    let _ = client.get("/nowhere").await;
    let page = metrics.encode();
    for line in [
        r#"t_http_requests_total{listener="desk",status="2xx"} 2"#,
        r#"t_http_requests_total{listener="desk",status="4xx"} 1"#,
        r#"t_http_connections_accepted_total{listener="desk"} 1"#,
        r#"t_http_connections_open{listener="desk"} 1"#,
        r#"t_http_request_seconds_count{listener="desk"} 3"#,
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}
