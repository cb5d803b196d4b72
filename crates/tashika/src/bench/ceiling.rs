//! What this machine can do at best on the same stack: an empty handler behind mutual TLS, and raw signatures and commits.

use crate::bench::load::{self, Measured, Target};
use anyhow::Result;
use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use jiff::Timestamp;
use kit::client::ClientTls;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use kit::random::{self, SharedRandom};
use kit::serve::{Listener, Reach, Server, ServerTls};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use trust::ca::{IssuingAuthority, RootAuthority, ServerName};
use trust::tls::TlsClock;
use trust::{CertificateChain, CertificateRequest, Peer, PrivateKey, Serial, TerminalId};

/// Size of the empty handler's answer, as large as a typical answer with its proof.
const CEILING_ANSWER_BYTES: usize = 1_024;
/// Bytes of one record in the raw commit measurement.
const COMMIT_RECORD_BYTES: usize = 512;

/// Both ends of a TLS connection of ours, made for this measurement.
struct Pair {
    server: ServerTls,
    client: ClientTls,
}

/// Measures the empty handler on `connections` keep-alive connections.
pub async fn empty_handler(
    connections: usize,
    body: Bytes,
    time: Duration,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Measured> {
    let pair = pair(clock, random)?;
    let life = Lifecycle::new();
    let answer = Bytes::from(vec![b'x'; CEILING_ANSWER_BYTES]);
    let router =
        Router::new().route("/empty", post(move |_: Bytes| std::future::ready(kit::body::json_bytes(answer.clone()))));
    let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Reach::Loopback)?;
    let address = Server::new("ceiling", Arc::clone(clock), Arc::clone(random))
        .tls(pair.server)
        .start(listener, router, &life)?;
    let target = Target { address, tls: pair.client, path: "/empty" };
    let measured = load::run(&target, connections, &Arc::new(vec![body]), time, clock).await;
    life.stop("measured");
    measured
}

/// P-256 signatures a second on one core, as the log makes one for each batch.
pub fn signatures(time: Duration, clock: &SharedClock) -> Result<f64> {
    let key = PrivateKey::generate()?;
    let message = [7_u8; 128];
    rate(time, clock, || key.sign(&message).map(drop).map_err(Into::into))
}

/// Appends of 512 bytes with fdatasync a second, in the folder where the databases lie.
pub fn commits(folder: &Path, time: Duration, clock: &SharedClock) -> Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let record = [7_u8; COMMIT_RECORD_BYTES];
    rate(time, clock, || {
        file.write_all(&record)?;
        Ok(file.sync_data()?)
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn rate(time: Duration, clock: &SharedClock, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = clock.monotonic();
    let mut done = 0_u64;
    let mut now = begun;
    while now.saturating_sub(begun) < time {
        for _ in 0..16 {
            work()?;
        }
        done += 16;
        now = clock.monotonic();
    }
    Ok(done as f64 / now.saturating_sub(begun).as_secs_f64())
}

fn pair(clock: &SharedClock, random: &SharedRandom) -> Result<Pair> {
    let now = clock.now();
    let serial = || Serial::from_random(random::bytes(random.as_ref()));
    let root = RootAuthority::create("Measurement", serial(), now)?;
    let key = PrivateKey::generate()?;
    let issuing = IssuingAuthority::new(
        root.sign_issuing("Measurement issuing", key.public_key(), serial(), now)?,
        root.certificate().clone(),
        key,
    )?;
    let tls_clock = {
        let clock = Arc::clone(clock);
        TlsClock::new(move || clock.now())
    };
    let server_key = PrivateKey::generate()?;
    let server_chain =
        issuing.issue_server(&[ServerName::parse("127.0.0.1")], server_key.public_key(), serial(), now)?;
    let revocations = [issuing.issue_crl(&[], 1, now)?];
    let server = trust::tls::server_config(
        &server_chain,
        &server_key,
        std::slice::from_ref(root.certificate()),
        &revocations,
        tls_clock.clone(),
    )?;
    let (client_key, client_chain) = member(&issuing, serial(), now)?;
    let client = trust::tls::client_config(root.certificate(), &client_chain, &client_key, tls_clock)?;
    Ok(Pair { server: ServerTls::new(server), client: ClientTls::new(client) })
}

fn member(issuing: &IssuingAuthority, serial: Serial, now: Timestamp) -> Result<(PrivateKey, CertificateChain)> {
    let key = PrivateKey::generate()?;
    let request = CertificateRequest::create(&key)?;
    let peer = Peer::Facility { code: "1311111111".parse()?, terminal_id: TerminalId::parse("t1")? };
    let chain = issuing.issue_client(&peer, "Measurement", &request, serial, now)?;
    Ok((key, chain))
}
