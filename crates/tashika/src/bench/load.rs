//! The load: a number of keep-alive connections, each asking one question after another for a time, without a rest or at a
//! pace.
//!
//! It writes HTTP/1.1 itself on a bare TLS connection and reads no more of an answer than its status and length: load
//! generator and server share this machine, and a window's own program does not run in the center.

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use kit::client::ClientTls;
use kit::clock::SharedClock;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::task::JoinSet;

/// Questions that every connection asks before counting begins.
const WARM_UP_QUESTIONS: usize = 50;
/// Most samples that one connection keeps.
const SAMPLES_MAX: usize = 4_000_000;
/// Room for an answer and its head.
const ANSWER_BYTES: usize = 1024 * 1024;

/// Where the request number stands in a body: it is the first member.
const REQUEST_ID_AT: std::ops::Range<usize> = 14..50;

/// Who is asked.
#[derive(Clone)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// What connections trust and show.
    pub tls: ClientTls,
    /// The path of every request.
    pub path: &'static str,
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

/// Asks on `connections` connections for `time`, each again as soon as it is answered; `bodies` are taken in turn, from another
/// place for each connection.
pub async fn run(
    target: &Target,
    connections: usize,
    bodies: &Arc<Vec<Bytes>>,
    time: Duration,
    clock: &SharedClock,
) -> Result<Measured> {
    run_at_pace(target, connections, bodies, time, Duration::ZERO, clock).await
}

/// The same, but each connection asks once `every` so long, whatever became of the question before. What is measured begins
/// when a question was due: who could not ask because an answer was late has waited as well.
pub async fn run_at_pace(
    target: &Target,
    connections: usize,
    bodies: &Arc<Vec<Bytes>>,
    time: Duration,
    every: Duration,
    clock: &SharedClock,
) -> Result<Measured> {
    if bodies.is_empty() {
        bail!("there is nothing to ask");
    }
    let mut asking = JoinSet::new();
    let barrier = Arc::new(tokio::sync::Barrier::new(connections));
    for index in 0..connections {
        let (bodies, clock, barrier) = (Arc::clone(bodies), Arc::clone(clock), Arc::clone(&barrier));
        let stream = target.tls.open(target.address, "127.0.0.1").await.context("connecting")?;
        let path = target.path;
        asking.spawn(async move {
            let place = Place { index, first: index * bodies.len() / connections };
            let share = u32::try_from(connections).unwrap_or(u32::MAX);
            let pace = Pace { every, first: every / share * u32::try_from(index).unwrap_or_default() };
            ask(Asker::new(stream, path), place, pace, &bodies, time, &clock, &barrier).await
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

/// Which connection it is and where in the list of questions it begins.
struct Place {
    index: usize,
    first: usize,
}

/// When a connection asks: zero is without a rest.
#[derive(Clone, Copy)]
struct Pace {
    every: Duration,
    /// How long after the others began.
    first: Duration,
}

impl Pace {
    /// Waits until a question is due and gives when that was, since the beginning.
    async fn due(self, question: usize, since_begun: Duration) -> Duration {
        if self.every.is_zero() {
            return since_begun;
        }
        let due = self.first + self.every * u32::try_from(question).unwrap_or(u32::MAX);
        tokio::time::sleep(due.saturating_sub(since_begun)).await;
        due
    }
}

/// One connection's work: microseconds of every answer, and how long it all took.
async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    mut asker: Asker<S>,
    place: Place,
    pace: Pace,
    bodies: &[Bytes],
    time: Duration,
    clock: &SharedClock,
    barrier: &tokio::sync::Barrier,
) -> Result<(Vec<u32>, Duration)> {
    let run = u64::try_from(clock.monotonic().as_nanos()).unwrap_or(u64::MAX);
    let mut turns = bodies.iter().cycle().skip(place.first).enumerate();
    let mut next = || {
        let (turn, body) = turns.next().unwrap_or((0, &bodies[0]));
        (body, (u128::from(run) << 64) | ((place.index as u128) << 40) | turn as u128)
    };
    for _ in 0..WARM_UP_QUESTIONS {
        let (body, number) = next();
        asker.ask(body, number).await?;
    }
    barrier.wait().await;
    let begun = clock.monotonic();
    let mut samples = Vec::with_capacity(100_000);
    let mut now = begun;
    while now.saturating_sub(begun) < time && samples.len() < SAMPLES_MAX {
        let (body, number) = next();
        let due = begun + pace.due(samples.len(), now.saturating_sub(begun)).await;
        asker.ask(body, number).await?;
        now = clock.monotonic();
        samples.push(u32::try_from(now.saturating_sub(due).as_micros()).unwrap_or(u32::MAX));
    }
    Ok((samples, now.saturating_sub(begun)))
}

/// One keep-alive connection and its buffers.
struct Asker<S> {
    stream: S,
    path: &'static str,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Asker<S> {
    fn new(stream: S, path: &'static str) -> Self {
        Self { stream, path, outgoing: Vec::new(), incoming: vec![0; ANSWER_BYTES] }
    }

    /// Sends a body with a request number of its own, so that no question is taken for one asked before, and waits for
    /// the whole answer.
    async fn ask(&mut self, body: &[u8], number: u128) -> Result<()> {
        use std::io::Write as _;
        self.outgoing.clear();
        write!(
            self.outgoing,
            "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.path,
            body.len()
        )?;
        let start = self.outgoing.len();
        self.outgoing.extend_from_slice(body);
        if let Some(place) = self.outgoing.get_mut(start + REQUEST_ID_AT.start..start + REQUEST_ID_AT.end) {
            let id = uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid();
            id.hyphenated().encode_lower(place);
        }
        self.stream.write_all(&self.outgoing).await?;
        self.stream.flush().await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<()> {
        let (mut have, mut whole) = (0, None);
        loop {
            let room = self.incoming.get_mut(have..).filter(|room| !room.is_empty()).context("too long an answer")?;
            match self.stream.read(room).await? {
                0 => bail!("the center closed the connection"),
                more => have += more,
            }
            if whole.is_none() {
                whole = answer_length(&self.incoming[..have])?;
            }
            match whole {
                Some(whole) if have == whole => return Ok(()),
                Some(whole) if have > whole => bail!("more came than one answer"),
                _ => {}
            }
        }
    }
}

/// Bytes of the answer with its head, once the head is there.
///
/// # Errors
/// Any status but 200, or no length.
fn answer_length(bytes: &[u8]) -> Result<Option<usize>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..head])?;
    if !text.starts_with("HTTP/1.1 200 ") {
        bail!("the center answered: {}", text.lines().next().unwrap_or_default());
    }
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(Some(head + 4 + length.context("an answer without its length")??))
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
