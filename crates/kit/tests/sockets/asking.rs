//! Proves that the client tells apart: could not connect, no answer in time, a broken connection, an answer that is none,
//! and a refusal by the server; and that it never sends a question twice when the first may have arrived.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{Ca, SOON, client, https, plain_client, spawn, start_plain, start_plain_at, start_tls};
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use kit::client::{Client, ClientError, ClientOptions, ClientTls, CouldNotAsk, Stage, Unreached, UrlError};
use kit::clock::{Clock, SystemClock};
use kit::lifecycle::Lifecycle;
use kit::problem::Problem;
use kit::serve::ServeOptions;
use kit::text::Lang;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

const QUICK: ClientOptions = ClientOptions {
    connect_time: Duration::from_millis(300),
    answer_time: Duration::from_millis(500),
    answer_bytes_max: 10_000,
    idle_time: Duration::from_secs(5),
    http1_only: false,
    plain_loopback: true,
};

fn why(result: Result<kit::client::Answer, ClientError>) -> CouldNotAsk {
    match result {
        Err(ClientError::CouldNotAsk(why)) => why,
        other => panic!("{other:?}"),
    }
}

async fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn quick_plain(addresses: &[SocketAddr]) -> Client {
    Client::builder(SystemClock::shared())
        .base_urls(addresses.iter().map(|address| format!("http://{address}")))
        .unwrap()
        .options(QUICK)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_closed_door_a_silent_one_and_an_unknown_name_are_told_apart() {
    let refused = why(quick_plain(&[closed_port().await]).get("/").await);
    assert!(matches!(refused, CouldNotAsk::Unreachable { how: Unreached::Refused, .. }), "{refused:?}");

    // Takes the connection and never speaks TLS.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = https(silent.local_addr().unwrap());
    let timed_out = why(client(&url, &Ca::new().anonymous_config(), QUICK).get("/").await);
    assert_eq!(timed_out, CouldNotAsk::ConnectTimedOut { after: QUICK.connect_time, at: Stage::Tls });

    let unknown = why(client("https://no-such-name.invalid", &Ca::new().anonymous_config(), QUICK).get("/").await);
    assert!(matches!(unknown, CouldNotAsk::NameNotFound(_) | CouldNotAsk::ConnectTimedOut { .. }), "{unknown:?}");

    for error in [refused, timed_out, unknown] {
        assert!(!error.may_have_arrived() && error.is_temporary(), "{error:?}");
        assert!(!error.text().of(Lang::Ja).is_empty());
    }
}

#[tokio::test]
async fn no_answer_in_time_is_not_the_same_as_not_asked() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let slow = Router::new().route(
        "/",
        get(async || {
            tokio::time::sleep(SOON).await;
            "late"
        }),
    );
    let address = start_tls(slow, &ca, &life);
    for http1_only in [true, false] {
        let options = ClientOptions { http1_only, ..QUICK };
        let late = why(client(&https(address), &ca.client_config("clinic"), options).get("/").await);
        assert!(matches!(late, CouldNotAsk::TimedOut { .. }), "{late:?}");
        assert!(late.may_have_arrived());
    }
}

#[tokio::test]
async fn a_question_that_may_have_arrived_is_never_sent_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let breaking = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = breaking.local_addr().unwrap();
    let counted = Arc::clone(&asked);
    spawn(async move {
        while let Ok((mut stream, _)) = breaking.accept().await {
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
        }
    });
    let life = Lifecycle::new();
    let second = start_plain(Router::new().route("/", get(async || "second")), ServeOptions::default(), &life);
    let broken = why(quick_plain(&[address, second]).get("/").await);
    assert!(matches!(broken, CouldNotAsk::Broken(_)), "{broken:?}");
    assert!(broken.may_have_arrived());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn when_the_first_address_is_closed_the_second_is_asked() {
    let life = Lifecycle::new();
    let second = start_plain(
        Router::new().route("/", get(async || "second")).route("/", post(async |body: Bytes| body)),
        ServeOptions::default(),
        &life,
    );
    let client = quick_plain(&[closed_port().await, second]);
    for _ in 0..3 {
        assert_eq!(client.get("/").await.unwrap().body, "second");
    }
    assert_eq!(client.post("/", "text/plain", "body").await.unwrap().body, "body");
}

/// A listener whose queue is full: who connects hears nothing at all, as from behind a line that was cut in silence.
async fn black_hole() -> (TcpListener, Vec<TcpStream>, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) = timeout(Duration::from_millis(50), TcpStream::connect(address)).await {
        waiting.push(stream);
    }
    (listener, waiting, address)
}

#[tokio::test]
async fn fault_an_address_behind_which_nothing_answers_costs_one_question_its_time_not_all() {
    let life = Lifecycle::new();
    let second = start_plain(Router::new().route("/", get(async || "second")), ServeOptions::default(), &life);
    let (_held, _waiting, first) = black_hole().await;
    let client = quick_plain(&[first, second]);
    let clock = SystemClock::new();
    let took = async |client: &Client| {
        let begun = clock.monotonic();
        assert_eq!(client.get("/").await.unwrap().body, "second");
        clock.monotonic().saturating_sub(begun)
    };
    let once = took(&client).await;
    assert!(once >= QUICK.connect_time && once < QUICK.connect_time * 2, "{once:?}");
    for _ in 0..5 {
        let again = took(&client).await;
        assert!(again < QUICK.connect_time / 3, "{again:?}");
    }
    // And a look by somebody else tells of each.
    let looked = client.look("/", Duration::from_millis(600), false).await;
    let came: Vec<_> = looked.iter().map(|look| (look.address.clone(), look.came.is_ok())).collect();
    assert_eq!(came, [(first.to_string(), false), (second.to_string(), true)]);
    let Err(ClientError::CouldNotAsk(why)) = &looked[0].came else { panic!("{looked:?}") };
    assert!(matches!(why, CouldNotAsk::ConnectTimedOut { at: Stage::Tcp, .. }), "{why:?}");
}

#[tokio::test]
async fn fault_a_look_finds_out_that_an_address_works_again() {
    let life = Lifecycle::new();
    let serve = |name: &'static str| Router::new().route("/", get(async move || name));
    let second = start_plain(serve("second"), ServeOptions::default(), &life);
    let first = closed_port().await;
    let client = quick_plain(&[first, second]);
    assert_eq!(client.get("/").await.unwrap().body, "second");
    start_plain_at(first, serve("first"), &life);
    assert_eq!(client.get("/").await.unwrap().body, "second", "nobody has looked yet");
    let looked = client.look("/", Duration::from_millis(600), false).await;
    assert_eq!(looked.iter().filter(|look| look.came.is_ok()).count(), 2, "{looked:?}");
    assert_eq!(client.get("/").await.unwrap().body, "first");
}

/// Carries bytes both ways until told to be silent; connections stay open then, and nothing comes any more.
async fn relay(to: SocketAddr) -> (SocketAddr, tokio::sync::watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (silence, is_silent) = tokio::sync::watch::channel(false);
    spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            let mut is_silent = is_silent.clone();
            spawn(async move {
                let mut there = TcpStream::connect(to).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut here, &mut there) => return,
                    _ = is_silent.wait_for(|is| *is) => {}
                }
                tokio::time::sleep(SOON).await;
                drop((here, there));
            });
        }
    });
    (address, silence)
}

#[tokio::test]
async fn fault_a_connection_that_went_silent_is_given_up_and_the_next_question_is_answered() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let center = start_tls(Router::new().route("/", get(async || "here")), &ca, &life);
    let (first, silence) = relay(center).await;
    let (second, _open) = relay(center).await;
    let options = ClientOptions { answer_time: Duration::from_millis(1_100), ..QUICK };
    let client = Client::builder(SystemClock::shared())
        .base_urls([https(first), https(second)])
        .unwrap()
        .tls(ClientTls::new(ca.client_config("clinic")))
        .options(options)
        .build()
        .unwrap();
    assert_eq!(client.get("/").await.unwrap().body, "here");
    silence.send(true).unwrap();
    // Whoever waits with less patience than the client says the same by giving up.
    assert!(timeout(Duration::from_millis(1_050), client.get("/")).await.is_err(), "it hangs");
    let clock = SystemClock::new();
    let begun = clock.monotonic();
    assert_eq!(client.get("/").await.unwrap().body, "here", "by the other address");
    let took = clock.monotonic().saturating_sub(begun);
    assert!(took < Duration::from_millis(300), "{took:?}");
}

#[tokio::test]
async fn a_refusal_is_read_with_its_time_to_wait() {
    let life = Lifecycle::new();
    let refusing =
        Router::new().route("/", get(async || Problem::overloaded(Duration::from_secs(7)).because("the inner face")));
    let error = plain_client(start_plain(refusing, ServeOptions::default(), &life)).get("/").await.unwrap_err();
    let ClientError::Problem { document, retry_after } = &error else { panic!("{error:?}") };
    assert_eq!(document.code.as_str(), "overloaded");
    assert_eq!(*retry_after, Some(Duration::from_secs(7)));
    assert!(document.request_id.is_some());
    assert!(!format!("{error:?}").contains("inner face"));
}

#[tokio::test]
async fn an_answer_that_is_none_is_named() {
    let life = Lifecycle::new();
    let strange = Router::new()
        .route("/proxy", get(async || (StatusCode::BAD_GATEWAY, "<html>proxy</html>").into_response()))
        .route("/not-json", get(async || "hello"))
        .route("/large", get(async || vec![0_u8; 10_001]))
        .route(
            "/larger-than-said",
            get(async || {
                Body::from_stream(futures_util::stream::repeat_with(|| {
                    Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1_000]))
                }))
            }),
        );
    let client = quick_plain(&[start_plain(strange, ServeOptions::default(), &life)]);
    let proxy = why(client.get("/proxy").await);
    assert!(matches!(&proxy, CouldNotAsk::Unreadable { status: 502, .. }), "{proxy:?}");
    let error = client.get_json::<serde_json::Value>("/not-json").await.unwrap_err();
    assert!(matches!(error, ClientError::CouldNotAsk(CouldNotAsk::Unreadable { status: 200, .. })), "{error:?}");
    for path in ["/large", "/larger-than-said"] {
        assert_eq!(why(client.get(path).await), CouldNotAsk::AnswerTooLarge { bytes_max: 10_000 });
    }
}

#[tokio::test]
async fn large_files_are_streamed_both_ways() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let router = kit::body::limit(
        Router::new().route(
            "/double",
            post(async |request: axum::extract::Request| {
                Body::from_stream(
                    kit::body::stream_of(request).map(|piece| piece.map(|bytes| [bytes.clone(), bytes].concat())),
                )
            })
            .get(async || {
                Body::from_stream(futures_util::stream::iter(
                    (0..5_000_u32).map(|line| Ok::<_, std::io::Error>(format!("{{\"line\":{line}}}\n"))),
                ))
            }),
        ),
        100_000_000,
    );
    let address = start_tls(router, &ca, &life);
    for http1_only in [true, false] {
        let options = ClientOptions { http1_only, answer_bytes_max: 100_000_000, ..ClientOptions::default() };
        let client = client(&https(address), &ca.client_config("clinic"), options);
        let pieces = futures_util::stream::iter((0..500).map(|_| Ok(Bytes::from(vec![b'x'; 10_000]))));
        let answer = client.post_stream("/double", "application/x-ndjson", pieces, SOON).await.unwrap();
        assert_eq!(answer.body.len(), 10_000_000);
        let mut stream = client.get_stream("/double").await.unwrap();
        let mut text = Vec::new();
        while let Some(piece) = stream.piece().await.unwrap() {
            text.extend_from_slice(&piece);
        }
        assert_eq!(String::from_utf8(text).unwrap().lines().count(), 5_000);
        let refused = client.get_stream("/nowhere").await.unwrap_err();
        assert!(
            matches!(refused, ClientError::CouldNotAsk(CouldNotAsk::Unreadable { status: 404, .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_client_for_the_network_speaks_tls_or_not_at_all() {
    let tls = ClientTls::new(Ca::new().anonymous_config());
    let build =
        |url: &str| Client::builder(SystemClock::shared()).base_urls([url])?.tls(tls.clone()).build().map(|_| ());
    assert!(matches!(build("http://127.0.0.1:1"), Err(UrlError::NotHttps(_))));
    assert!(matches!(build("http://center.example"), Err(UrlError::NotHttps(_))));
    assert!(matches!(Client::builder(SystemClock::shared()).build(), Err(UrlError::None)));
    build("https://center.example").unwrap();
}
