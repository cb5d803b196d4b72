//! One connection, from the handshake to its end.
//!
//! Slowness is judged by looking, now and then, at what happened since the last look, not by a timer per request: the
//! rules below cost a request a few atomic additions.
//!
//! | what a look finds | what is done |
//! |---|---|
//! | no request was ever begun | cut: a head that trickles in, or nothing at all |
//! | no request is open, none was begun since the last look | part: GOAWAY, or close |
//! | an answer is open, its handler is done, no byte moved | cut: nobody reads it |
//! | parting, nothing open, quiet (or a head that never ends) | cut |

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::exchange::{self, Line};
use super::stream::{Socket, Watched};
use super::{House, ServeOptions};
use crate::context::ConnectionFacts;
use crate::lifecycle::TrackedExecutor;
use crate::limits;

/// What the two sides agreed to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// What happens on a connection, written by its stream and its requests, read by the looks.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Requests taken whose answer is not yet handed over completely.
    open: AtomicUsize,
    /// Of those, the ones whose handler is still at work.
    at_work: AtomicUsize,
    /// Requests ever taken.
    begun: AtomicU64,
    moved: AtomicBool,
    unread: AtomicBool,
}

impl Activity {
    pub(super) fn bytes_moved(&self) {
        // Only written when it changes, so that the two sides of a busy connection do not fight for the cache line.
        if !self.moved.load(Ordering::Relaxed) {
            self.moved.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::AcqRel);
        self.at_work.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn work_done(&self) {
        self.at_work.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn end(&self) {
        self.open.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn leave_body_unread(&self) {
        self.unread.store(true, Ordering::Release);
    }

    pub(super) fn left_body_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }
}

/// What a look decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    Stay,
    Part,
    Cut(&'static str),
}

/// The memory from one look to the next.
#[derive(Debug)]
struct Judge {
    begun_before: u64,
    parting: bool,
    /// For how long, while parting, nothing has been open but bytes kept coming.
    trickled: Duration,
    /// For how long, while parting, an answer has been open that nobody reads.
    unread: Duration,
    options: ServeOptions,
}

impl Judge {
    fn new(options: ServeOptions) -> Self {
        Self { begun_before: 0, parting: false, trickled: Duration::ZERO, unread: Duration::ZERO, options }
    }

    /// Time until the next look.
    fn pause(&self) -> Duration {
        let half = self.options.idle_time / 2;
        if self.parting { half.min(limits::DRAIN_QUIET_TIME) } else { half }
    }

    fn look(&mut self, activity: &Activity) -> Judgement {
        let moved = activity.moved.swap(false, Ordering::Relaxed);
        let open = activity.open.load(Ordering::Acquire);
        let unread = open > 0 && activity.at_work.load(Ordering::Acquire) == 0 && !moved;
        let begun = activity.begun.load(Ordering::Relaxed);
        let begun_since = begun != std::mem::replace(&mut self.begun_before, begun);
        if self.parting {
            return self.look_while_parting(open, moved, unread);
        }
        if unread {
            return Judgement::Cut("answer_unread");
        }
        match (open, begun_since, begun) {
            (0, false, 0) => Judgement::Cut("no_request"),
            (0, false, _) => Judgement::Part,
            _ => Judgement::Stay,
        }
    }

    fn look_while_parting(&mut self, open: usize, moved: bool, unread: bool) -> Judgement {
        let pause = self.pause();
        self.unread = if unread { self.unread + pause } else { Duration::ZERO };
        self.trickled = if open == 0 { self.trickled + pause } else { Duration::ZERO };
        if self.unread >= self.options.idle_time / 2 {
            Judgement::Cut("answer_unread")
        } else if open == 0 && (!moved || self.trickled >= self.options.first_head_time) {
            Judgement::Cut("parted")
        } else {
            Judgement::Stay
        }
    }
}

/// What can happen to a connection from our side.
enum Event {
    /// Time to look. Looks come in two series, before and after parting began; those of the first then no longer count.
    Look { parting: bool },
    /// The soft step, or a configuration that ended: finish what is open.
    Part,
    /// The hard step.
    Cut,
}

/// The events of a connection. Kept in a set that polls only what has been woken: polled on every wake of the
/// connection, the tokens that all connections share would be locked by every request.
type Events = FuturesUnordered<Pin<Box<dyn Future<Output = Event> + Send>>>;

fn events(house: &House, over: CancellationToken, first_look: Duration) -> Events {
    let (soft, hard) = (house.life.soft_token(), house.life.hard_token());
    let events = Events::new();
    events.push(Box::pin(async move {
        tokio::select! {
            () = soft.cancelled() => {}
            () = over.cancelled() => {}
        }
        Event::Part
    }));
    events.push(Box::pin(async move {
        hard.cancelled().await;
        Event::Cut
    }));
    events.push(look_after(first_look, false));
    events
}

fn look_after(pause: Duration, parting: bool) -> Pin<Box<dyn Future<Output = Event> + Send>> {
    Box::pin(async move {
        tokio::time::sleep(pause).await;
        Event::Look { parting }
    })
}

/// Serves one connection to its end.
pub(super) async fn run<S>(
    stream: S,
    protocol: Protocol,
    facts: ConnectionFacts,
    over: CancellationToken,
    house: &Arc<House>,
) where
    S: AsyncRead + AsyncWrite + Socket + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::default());
    let io = TokioIo::new(Watched::new(stream, protocol, Arc::clone(&activity)));
    let line = Arc::new(Line { house: Arc::clone(house), facts: Arc::new(facts), activity: Arc::clone(&activity) });
    let service = service_fn(move |request| exchange::answer(Arc::clone(&line), request));
    let events = events(house, over, house.options.first_head_time);
    match protocol {
        Protocol::Http1 => {
            let connection = hyper::server::conn::http1::Builder::new()
                .header_read_timeout(None)
                .max_headers(limits::HEADERS_MAX)
                .max_header_size(limits::HEADER_BYTES_MAX)
                .serve_connection(io, service);
            drive(connection, events, &activity, house).await;
        }
        Protocol::Http2 => {
            let connection = hyper::server::conn::http2::Builder::new(TrackedExecutor(house.life.clone()))
                .max_concurrent_streams(limits::H2_STREAMS_MAX)
                .initial_stream_window_size(limits::H2_STREAM_WINDOW_BYTES)
                .initial_connection_window_size(limits::H2_CONNECTION_WINDOW_BYTES)
                .max_send_buf_size(limits::H2_SEND_BUFFER_BYTES)
                .max_header_list_size(u32::try_from(limits::HEADER_BYTES_MAX).unwrap_or(u32::MAX))
                .serve_connection(io, service);
            drive(connection, events, &activity, house).await;
        }
    }
}

async fn drive<C>(connection: C, mut events: Events, activity: &Activity, house: &House)
where
    C: GracefulConnection,
    C::Error: std::fmt::Display,
{
    let mut connection = pin!(connection);
    let mut judge = Judge::new(house.options);
    loop {
        let event = tokio::select! {
            biased;
            end = connection.as_mut() => {
                if let Err(error) = end {
                    debug!(listener = house.name, %error, "a connection broke");
                }
                return;
            }
            Some(event) = events.next() => event,
        };
        let judgement = match event {
            Event::Look { parting } if parting != judge.parting => continue,
            Event::Look { .. } => judge.look(activity),
            Event::Part if judge.parting => continue,
            Event::Part => Judgement::Part,
            Event::Cut => Judgement::Cut("hard_stop"),
        };
        match judgement {
            Judgement::Stay => {}
            Judgement::Part => {
                connection.as_mut().graceful_shutdown();
                judge.parting = true;
            }
            Judgement::Cut(why) => {
                if why != "parted" {
                    house.metrics.cut(why);
                }
                debug!(listener = house.name, why, "a connection was cut");
                return;
            }
        }
        events.push(look_after(judge.pause(), judge.parting));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge() -> Judge {
        Judge::new(ServeOptions::default())
    }

    #[test]
    fn a_connection_that_never_asks_is_cut_even_while_bytes_trickle() {
        let activity = Activity::default();
        activity.bytes_moved();
        assert_eq!(judge().look(&activity), Judgement::Cut("no_request"));
    }

    #[test]
    fn a_connection_with_work_stays_however_long_the_work_takes() {
        let (activity, mut judge) = (Activity::default(), judge());
        activity.begin();
        for _ in 0..10 {
            assert_eq!(judge.look(&activity), Judgement::Stay);
        }
    }

    #[test]
    fn an_idle_connection_is_parted_from_and_then_cut() {
        let (activity, mut judge) = (Activity::default(), judge());
        activity.begin();
        activity.work_done();
        activity.end();
        assert_eq!(judge.look(&activity), Judgement::Stay, "a request was begun since the last look");
        assert_eq!(judge.look(&activity), Judgement::Part);
        judge.parting = true;
        assert_eq!(judge.look(&activity), Judgement::Cut("parted"));
    }

    #[test]
    fn an_answer_that_nobody_reads_is_cut_and_one_that_flows_is_not() {
        let (activity, mut judge) = (Activity::default(), judge());
        activity.begin();
        activity.work_done();
        activity.bytes_moved();
        assert_eq!(judge.look(&activity), Judgement::Stay);
        activity.bytes_moved();
        assert_eq!(judge.look(&activity), Judgement::Stay);
        assert_eq!(judge.look(&activity), Judgement::Cut("answer_unread"));
    }

    #[test]
    fn parting_waits_for_work_and_for_bytes_but_not_for_a_head_without_end() {
        let (activity, mut judge) = (Activity::default(), judge());
        activity.begin();
        judge.parting = true;
        for _ in 0..100 {
            assert_eq!(judge.look(&activity), Judgement::Stay);
        }
        activity.work_done();
        activity.end();
        let mut looks = 0;
        loop {
            activity.bytes_moved();
            if judge.look(&activity) != Judgement::Stay {
                break;
            }
            looks += 1;
        }
        assert!((5..=15).contains(&looks), "{looks}");
    }
}
