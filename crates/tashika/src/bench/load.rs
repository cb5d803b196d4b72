//! The load: a number of keep-alive connections, each asking one question after another for a time.

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use kit::client::{Client, ClientError};
use kit::clock::SharedClock;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Questions that every connection asks before counting begins.
const WARM_UP_QUESTIONS: usize = 50;
/// Most samples that one connection keeps.
const SAMPLES_MAX: usize = 4_000_000;

/// Where the request number stands in a body: it is the first member.
const REQUEST_ID_AT: std::ops::Range<usize> = 14..50;

/// A body with a request number of its own, so that no question is taken for one asked before.
fn fresh(body: &Bytes, connection: usize, turn: usize, begun: Duration) -> Bytes {
    let mut bytes = body.to_vec();
    if let Some(place) = bytes.get_mut(REQUEST_ID_AT) {
        let run = u64::try_from(begun.as_nanos()).unwrap_or(u64::MAX);
        let number = uuid::Builder::from_random_bytes(
            ((u128::from(run) << 64) | ((connection as u128) << 40) | turn as u128).to_be_bytes(),
        );
        number.into_uuid().hyphenated().encode_lower(place);
    }
    bytes.into()
}

/// What one run of load measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Answers a second.
    pub per_s: f64,
    /// Median time from question to answer, milliseconds.
    pub p50_ms: f64,
    /// 99th percentile, milliseconds.
    pub p99_ms: f64,
    /// Slowest, milliseconds.
    pub max_ms: f64,
}

/// Asks on every client of `clients` for `time`; `bodies` are taken in turn, from another place for each connection.
pub async fn run(
    clients: Vec<Client>,
    path: &'static str,
    bodies: Arc<Vec<Bytes>>,
    time: Duration,
    clock: &SharedClock,
) -> Result<Measured> {
    if bodies.is_empty() {
        bail!("there is nothing to ask");
    }
    let connections = clients.len();
    let mut asking = JoinSet::new();
    let barrier = Arc::new(tokio::sync::Barrier::new(connections));
    for (index, client) in clients.into_iter().enumerate() {
        let (bodies, clock, barrier) = (Arc::clone(&bodies), Arc::clone(clock), Arc::clone(&barrier));
        let first = index * bodies.len() / connections;
        asking.spawn(async move {
            let connection = Connection { client, path, index, first };
            ask(connection, &bodies, time, &clock, &barrier).await
        });
    }
    let (mut samples, mut spent) = (Vec::new(), Duration::ZERO);
    while let Some(done) = asking.join_next().await {
        let (mine, took) = done.context("a connection's task ended early")??;
        samples.extend(mine);
        spent = spent.max(took);
    }
    summary(&mut samples, spent)
}

/// One keep-alive connection: which it is and where in the list of questions it begins.
struct Connection {
    client: Client,
    path: &'static str,
    index: usize,
    first: usize,
}

/// One connection's work: microseconds of every answer, and how long it all took.
async fn ask(
    connection: Connection,
    bodies: &[Bytes],
    time: Duration,
    clock: &SharedClock,
    barrier: &tokio::sync::Barrier,
) -> Result<(Vec<u32>, Duration), ClientError> {
    let Connection { client, path, index, first } = connection;
    let run = clock.monotonic();
    let mut turns = bodies.iter().cycle().skip(first).enumerate();
    let mut next = || turns.next().map(|(turn, body)| fresh(body, index, turn, run)).unwrap_or_default();
    for _ in 0..WARM_UP_QUESTIONS {
        client.post(path, "application/json", next()).await?;
    }
    barrier.wait().await;
    let begun = clock.monotonic();
    let mut samples = Vec::with_capacity(100_000);
    let mut now = begun;
    while now.saturating_sub(begun) < time && samples.len() < SAMPLES_MAX {
        client.post(path, "application/json", next()).await?;
        let answered = clock.monotonic();
        samples.push(u32::try_from(answered.saturating_sub(now).as_micros()).unwrap_or(u32::MAX));
        now = answered;
    }
    Ok((samples, now.saturating_sub(begun)))
}

#[expect(clippy::cast_precision_loss, reason = "counts and microseconds stay far below 2^52")]
fn summary(samples: &mut [u32], spent: Duration) -> Result<Measured> {
    samples.sort_unstable();
    let at = |share: f64| -> Option<f64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within the samples")]
        let rank = ((samples.len() - 1) as f64 * share) as usize;
        samples.get(rank).map(|us| f64::from(*us) / 1000.0)
    };
    if samples.is_empty() {
        bail!("no answer came within the time");
    }
    Ok(Measured {
        per_s: samples.len() as f64 / spent.as_secs_f64(),
        p50_ms: at(0.5).unwrap_or_default(),
        p99_ms: at(0.99).unwrap_or_default(),
        max_ms: at(1.0).unwrap_or_default(),
    })
}
