//! Request bodies: bounded in size, bounded in slowness, and read as JSON with problems that name the fault.
//!
//! Two bounds hold at once. The listener guards every body with its own size limit and a least rate, so that a client
//! that sends one byte a second loses its connection. A route sets a size of its own with [`limit`]; without it,
//! [`JsonBody`] and [`BytesBody`] take [`limits::BODY_BYTES_MAX`].

mod gather;

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::time::Sleep;
use wire::api::ProblemCode;
use wire::fhir::serve::MEDIA_TYPE as FHIR_MEDIA_TYPE;

pub(crate) use gather::Gathered;

use crate::clock::SharedClock;
use crate::limits;
use crate::problem::Problem;

/// Why a body could not be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than the limit.
    #[error("the body is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: u64,
    },
    /// Slower than the least rate.
    #[error("the body arrives more slowly than {} bytes a second", limits::BODY_BYTES_PER_SECOND_MIN)]
    TooSlow,
    /// The connection or the stream broke.
    #[error("the body broke off")]
    Broken,
}

impl BodyError {
    /// The `BodyError` inside an error that reading an axum body gave.
    pub fn of(error: axum::Error) -> Self {
        error.into_inner().downcast::<Self>().map_or(Self::Broken, |known| *known)
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { bytes_max } => Self::body_too_large(bytes_max),
            BodyError::TooSlow => Self::new(ProblemCode::Timeout, "データの受信が遅すぎます").because(error),
            BodyError::Broken => Self::new(ProblemCode::BadRequest, "データの受信が途中で切れました").because(error),
        }
    }
}

/// What a listener asks of every request body.
#[derive(Debug, Clone, Copy)]
pub struct BodyRules {
    /// Largest body on any route.
    pub bytes_max: u64,
    /// How long we may have waited before the least rate counts.
    pub patience: Duration,
    /// The least rate after that. Only the time that we spend waiting counts, never the time that a handler takes.
    pub bytes_per_second_min: u64,
}

impl Default for BodyRules {
    fn default() -> Self {
        Self {
            bytes_max: limits::LISTENER_BODY_BYTES_MAX,
            patience: limits::BODY_PATIENCE_TIME,
            bytes_per_second_min: limits::BODY_BYTES_PER_SECOND_MIN,
        }
    }
}

impl BodyRules {
    /// How long in all we may wait for a body of which this much has come.
    fn time_for(&self, received: u64) -> Duration {
        let rate = self.bytes_per_second_min.max(1);
        self.patience.saturating_add(Duration::from_millis(received.saturating_mul(1_000) / rate))
    }
}

/// A body under [`BodyRules`]. `on_unread` is run if it is dropped before its end.
pub(crate) struct GuardedBody<B, F: FnMut()> {
    inner: B,
    rules: BodyRules,
    clock: SharedClock,
    received: u64,
    waited: Duration,
    waiting_since: Option<Duration>,
    alarm: Option<Pin<Box<Sleep>>>,
    ended: bool,
    on_unread: F,
}

impl<B: HttpBody, F: FnMut()> GuardedBody<B, F> {
    pub(crate) fn new(inner: B, rules: BodyRules, clock: SharedClock, on_unread: F) -> Self {
        let ended = inner.is_end_stream();
        Self {
            inner,
            rules,
            clock,
            received: 0,
            waited: Duration::ZERO,
            waiting_since: None,
            alarm: None,
            ended,
            on_unread,
        }
    }
}

impl<B, F> GuardedBody<B, F>
where
    B: HttpBody<Data = Bytes> + Unpin,
    F: FnMut() + Unpin,
{
    fn arrived(&mut self, frame: Option<Result<Frame<Bytes>, B::Error>>) -> Option<Result<Frame<Bytes>, BodyError>> {
        if let Some(since) = self.waiting_since.take() {
            self.waited += self.clock.monotonic().saturating_sub(since);
            self.alarm = None;
        }
        let Some(frame) = frame else {
            self.ended = true;
            return None;
        };
        let Ok(frame) = frame else {
            return Some(Err(BodyError::Broken));
        };
        self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
        if self.received > self.rules.bytes_max {
            return Some(Err(BodyError::TooLarge { bytes_max: self.rules.bytes_max }));
        }
        self.ended = self.inner.is_end_stream();
        Some(Ok(frame))
    }

    /// Ready when the client has used up its time. The alarm is only set while there is nothing to read, so a small
    /// body that came with its head costs no timer.
    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.clock.monotonic();
        let since = *self.waiting_since.get_or_insert(now);
        let waited = self.waited + now.saturating_sub(since);
        let left = self.rules.time_for(self.received).saturating_sub(waited);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(left)));
        alarm.as_mut().poll(cx)
    }
}

impl<B, F> HttpBody for GuardedBody<B, F>
where
    B: HttpBody<Data = Bytes> + Unpin,
    F: FnMut() + Unpin,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(self.arrived(frame)),
            Poll::Pending => {
                ready!(self.poll_alarm(cx));
                Poll::Ready(Some(Err(BodyError::TooSlow)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B, F: FnMut()> Drop for GuardedBody<B, F> {
    fn drop(&mut self) {
        if !self.ended {
            (self.on_unread)();
        }
    }
}

/// The size that a route asked for with [`limit`].
#[derive(Debug, Clone, Copy)]
struct RouteLimit(u64);

/// Sets the size of request bodies on these routes, smaller or larger than [`limits::BODY_BYTES_MAX`]. A body that
/// says it is larger is refused before it is read; one that turns out larger is cut there.
pub fn limit<S>(router: Router<S>, bytes_max: u64) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router.route_layer(from_fn(move |mut request: Request, next: Next| async move {
        if announced_bytes(request.headers()).is_some_and(|announced| announced > bytes_max) {
            return Problem::body_too_large(bytes_max).into_response();
        }
        request.extensions_mut().insert(RouteLimit(bytes_max));
        next.run(request).await
    }))
}

/// The length that a request says its body has.
pub(crate) fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The size limit of this request's route.
fn limit_of(request: &Request) -> u64 {
    request.extensions().get::<RouteLimit>().map_or(limits::BODY_BYTES_MAX, |limit| limit.0)
}

/// Reads a whole body of at most `bytes_max` bytes.
pub async fn read(body: Body, bytes_max: u64) -> Result<Bytes, BodyError> {
    let too_large = BodyError::TooLarge { bytes_max };
    if body.size_hint().lower() > bytes_max {
        return Err(too_large);
    }
    let mut body = body;
    let mut first = None;
    let mut rest = BytesMut::new();
    let mut length = 0_u64;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(BodyError::of)?.into_data() else {
            continue;
        };
        length += data.len() as u64;
        if length > bytes_max {
            return Err(too_large);
        }
        // Nearly every body is one frame, which is handed on as it is.
        match &first {
            None => first = Some(data),
            Some(first) => {
                if rest.is_empty() {
                    rest.extend_from_slice(first);
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    Ok(if rest.is_empty() { first.unwrap_or_default() } else { rest.freeze() })
}

/// A body as a stream of pieces that fails when it grows larger than `bytes_max`: for files that do not fit in memory.
pub fn stream(body: Body, bytes_max: u64) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + Unpin {
    let state = (body, 0_u64, false);
    Box::pin(futures_util::stream::unfold(state, move |(mut body, mut length, failed)| async move {
        if failed {
            return None;
        }
        loop {
            let piece = match body.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => data,
                    Err(_) => continue,
                },
                Err(error) => return Some((Err(BodyError::of(error)), (body, length, true))),
            };
            length += piece.len() as u64;
            if length > bytes_max {
                return Some((Err(BodyError::TooLarge { bytes_max }), (body, length, true)));
            }
            return Some((Ok(piece), (body, length, false)));
        }
    }))
}

/// A request body as a stream, under the size limit of its route ([`limit`]).
pub fn stream_of(request: Request) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + Unpin {
    let bytes_max = limit_of(&request);
    stream(request.into_body(), bytes_max)
}

/// A whole body, under the size limit of its route.
#[derive(Debug, Clone)]
pub struct BytesBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for BytesBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes_max = limit_of(&request);
        Ok(Self(read(request.into_body(), bytes_max).await?))
    }
}

/// A JSON body, under the size limit of its route. Refuses other content types, bodies that are not JSON, and JSON of
/// another shape, each with a problem that says where.
#[derive(Debug, Clone)]
pub struct JsonBody<T>(pub T);

impl<S, T> FromRequest<S> for JsonBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, "application/json で送ってください"));
        }
        let BytesBody(bytes) = BytesBody::from_request(request, state).await?;
        parse_json(&bytes).map(Self)
    }
}

/// Parses JSON from outside. The problem names line and column but repeats nothing of the content, which may be personal.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "項目の型または名前が正しくありません",
            serde_json::error::Category::Eof => "途中で終わっています",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "JSON として読めません",
        };
        Problem::new(ProblemCode::MalformedJson, format!("{} 行 {} 文字目: {what}", error.line(), error.column()))
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json") || essence.eq_ignore_ascii_case(FHIR_MEDIA_TYPE)
    })
}

/// JSON as an answer, through one buffer.
#[derive(Debug, Clone)]
pub struct JsonAnswer<T>(pub T);

impl<T: serde::Serialize> IntoResponse for JsonAnswer<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => json_bytes(bytes),
            Err(error) => Problem::internal(format_args!("an answer has no JSON form: {error}")).into_response(),
        }
    }
}

/// Bytes that are JSON already, as an answer.
pub fn json_bytes(bytes: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(bytes.into()));
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, TryStreamExt};

    use super::*;

    fn pieces(pieces: &'static [&'static [u8]]) -> Body {
        Body::from_stream(futures_util::stream::iter(
            pieces.iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from_static(piece))),
        ))
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
        assert_eq!(read(pieces(&[b"ab", b"cd", b"e"]), 5).await.unwrap(), "abcde");
        assert_eq!(read(pieces(&[b"abcde"]), 5).await.unwrap(), "abcde");
        assert_eq!(read(pieces(&[]), 5).await.unwrap(), "");
        assert_eq!(read(pieces(&[b"abc", b"def"]), 5).await, Err(BodyError::TooLarge { bytes_max: 5 }));
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_error() {
        let good: Vec<_> = stream(pieces(&[b"ab", b"cd"]), 4).try_collect().await.unwrap();
        assert_eq!(good, ["ab", "cd"]);
        let all: Vec<_> = stream(pieces(&[b"ab", b"cd", b"ef"]), 3).collect().await;
        assert_eq!(all.len(), 2);
        assert_eq!(all[1], Err(BodyError::TooLarge { bytes_max: 3 }));
    }

    #[test]
    fn a_json_problem_says_where_and_repeats_nothing() {
        #[derive(Debug, serde::Deserialize)]
        struct Shape {
            #[expect(dead_code, reason = "only parsing is tested")]
            number: u32,
        }
        let problem = parse_json::<Shape>(b"{\n \"number\": \"12345678\"}").unwrap_err();
        assert_eq!(problem.code(), ProblemCode::MalformedJson);
        assert!(problem.document().detail.starts_with("2 行"), "{}", problem.document().detail);
        assert!(!problem.document().detail.contains("12345678"));
        assert!(parse_json::<Shape>(b"{").unwrap_err().document().detail.contains("途中"));
    }

    #[test]
    fn the_least_rate_gives_a_large_body_more_time() {
        let rules = BodyRules { bytes_max: 1, patience: Duration::from_secs(10), bytes_per_second_min: 1_000 };
        assert_eq!(rules.time_for(0), Duration::from_secs(10));
        assert_eq!(rules.time_for(5_000), Duration::from_secs(15));
    }
}
