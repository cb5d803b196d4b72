//! What the listener costs beside a bare hyper over the same TLS: `cargo bench -p kit`.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on may end with a panic")]
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "measures real time and prints it")]

#[path = "../tests/sockets/common.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod common;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use kit::body::{BytesBody, json_bytes};
use kit::lifecycle::Lifecycle;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use common::{Ca, spawn, start_tls};

const CONNECTIONS: usize = 64;
const TIME: Duration = Duration::from_secs(3);
const QUESTION: &[u8] = &[b'q'; 400];
const ANSWER: &[u8] = &[b'a'; 1_024];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (ca, life) = (Ca::new(), Lifecycle::new());
        let router = Router::new().route(
            "/v1/eligibility-checks",
            post(async |BytesBody(body): BytesBody| {
                assert_eq!(body.len(), QUESTION.len());
                json_bytes(ANSWER)
            }),
        );
        let ours = start_tls(router, &ca, &life);
        let bare = start_bare(&ca).await;
        for round in 1..=3 {
            for (name, address) in [("bare hyper", bare), ("kit + axum", ours)] {
                let (count, elapsed) = ask_for_a_while(address, &ca).await;
                let per_second = f64::from(count) / elapsed.as_secs_f64();
                println!("round {round}: {name}: {per_second:.0} requests/s over {CONNECTIONS} connections");
            }
        }
    });
}

async fn ask_for_a_while(address: SocketAddr, ca: &Ca) -> (u32, Duration) {
    let mut config = ca.client_config("load");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    let mut askers = Vec::new();
    let began = Instant::now();
    for _ in 0..CONNECTIONS {
        let connector = connector.clone();
        askers.push(spawn(async move {
            let tcp = TcpStream::connect(address).await.unwrap();
            tcp.set_nodelay(true).unwrap();
            let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await.unwrap();
            let mut question = format!(
                "POST /v1/eligibility-checks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n",
                QUESTION.len()
            )
            .into_bytes();
            question.extend_from_slice(QUESTION);
            let mut count = 0_u32;
            let mut buffer = vec![0; 8 * 1024];
            while began.elapsed() < TIME {
                stream.write_all(&question).await.unwrap();
                let mut length = 0;
                while !buffer[..length].ends_with(&ANSWER[..64]) || length < ANSWER.len() {
                    length += stream.read(&mut buffer[length..]).await.unwrap();
                }
                count += 1;
            }
            count
        }));
    }
    let mut count = 0;
    for asker in askers {
        count += asker.await.unwrap();
    }
    (count, began.elapsed())
}

async fn start_bare(ca: &Ca) -> SocketAddr {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(ca.server_config()));
    spawn(async move {
        loop {
            let (stream, _) = tcp.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let acceptor = acceptor.clone();
            spawn(async move {
                let stream = acceptor.accept(stream).await.unwrap();
                let service = hyper::service::service_fn(async |request: http::Request<hyper::body::Incoming>| {
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    assert_eq!(body.len(), QUESTION.len());
                    Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from_static(ANSWER))))
                });
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}
