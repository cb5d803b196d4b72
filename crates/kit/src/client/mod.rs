//! The asking side: HTTPS to a server of ours that may have several addresses.
//!
//! * Connections are kept and shared; HTTP/2 where the server agrees.
//! * **Several base URLs** are tried in order, but only while nothing was sent: a request that may have reached a
//!   server is never repeated here, because only the caller knows whether that is harmless. A URL that could not be
//!   reached is tried last for a minute; then one request finds out whether it works again. Whoever looks regularly
//!   ([`Client::look`]) finds out earlier, and at nobody's cost.
//! * Everything has a time limit and a size limit. A request that is given up in vain takes its connection with it: the next
//!   one does not wait on the same dead line.
//! * Failures come in two kinds, which mean different things at a window: [`ClientError::CouldNotAsk`], nobody
//!   answered, so go on offline; [`ClientError::Problem`], the server answered that it will not.
//!
//! ```no_run
//! # async fn example(tls: kit::client::ClientTls) -> Result<(), Box<dyn std::error::Error>> {
//! use kit::client::Client;
//!
//! let client = Client::builder(kit::clock::SystemClock::shared())
//!     .base_urls(["https://center-a.example", "https://center-b.example:8443"])?
//!     .tls(tls)
//!     .build()?;
//! let now: serde_json::Value = client.get_json("/v1/time").await?;
//! # let _ = now;
//! # Ok(())
//! # }
//! ```

mod answer;
mod base;
mod connect;
mod error;
mod waiting;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, IF_NONE_MATCH, USER_AGENT};
use http::{Method, Request};
use http_body::{Body as HttpBody, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::Gathered;
use crate::clock::SharedClock;
use crate::limits;

pub use answer::{Answer, AnswerStream};
pub use base::UrlError;
use base::{Base, Bases};
pub use connect::ClientTls;
use connect::Connector;
pub use error::{ClientError, CouldNotAsk, Stage, Unreached};
use waiting::Waiting;

type Http = legacy::Client<Connector, Outgoing>;

/// Times and sizes of one client. `ClientOptions { answer_time: …, ..Default::default() }`
#[derive(Debug, Clone, Copy)]
pub struct ClientOptions {
    /// To connect to one base URL: name, TCP and TLS together.
    pub connect_time: Duration,
    /// From then to the end of a small answer, to the head of a streamed one, and between two pieces of a stream.
    pub answer_time: Duration,
    /// Largest answer that is read into memory.
    pub answer_bytes_max: usize,
    /// How long an unused connection is kept. Less than the server's [`limits::IDLE_TIME`].
    pub idle_time: Duration,
    /// HTTP/1.1 only, one connection for each request that is open at the same time.
    pub http1_only: bool,
    /// Allows `http://` to loopback addresses.
    pub plain_loopback: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            connect_time: limits::CLIENT_CONNECT_TIME,
            answer_time: limits::CLIENT_ANSWER_TIME,
            answer_bytes_max: limits::ANSWER_BYTES_MAX,
            idle_time: limits::CLIENT_IDLE_TIME,
            http1_only: false,
            plain_loopback: false,
        }
    }
}

/// A client in the making.
#[must_use = "nothing is asked before `build`"]
pub struct ClientBuilder {
    urls: Vec<String>,
    tls: Option<ClientTls>,
    options: ClientOptions,
    user_agent: HeaderValue,
    clock: SharedClock,
}

impl ClientBuilder {
    /// The addresses of the server, the preferred one first. A path in them stands before every path asked.
    pub fn base_urls<I>(mut self, urls: I) -> Result<Self, UrlError>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.urls = urls.into_iter().map(Into::into).collect();
        // Parsed once more in `build`, when it is known whether plain loopback is allowed.
        Bases::parse(&self.urls, true, Arc::clone(&self.clock))?;
        Ok(self)
    }

    /// Roots that are trusted and, where the server asks, our certificate.
    pub fn tls(mut self, tls: ClientTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Other limits.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// What we call ourselves, for instance `tashika-terminal/0.1.0`. Ignored if it cannot stand in a header.
    pub fn user_agent(mut self, name: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(name) {
            self.user_agent = value;
        }
        self
    }

    /// Ready; nothing is connected before the first request.
    pub fn build(self) -> Result<Client, UrlError> {
        let bases = Bases::parse(&self.urls, self.options.plain_loopback, Arc::clone(&self.clock))?;
        let pool = Pool::new(self.tls, &self.options);
        Ok(Client {
            inner: Arc::new(Inner {
                pool: ArcSwap::from_pointee(pool),
                bases,
                options: self.options,
                user_agent: self.user_agent,
                clock: self.clock,
            }),
        })
    }
}

/// Kept connections, and what new ones are made with.
struct Pool {
    http: Http,
    tls: Option<ClientTls>,
}

impl Pool {
    fn new(tls: Option<ClientTls>, options: &ClientOptions) -> Self {
        Self { http: make_http(tls.as_ref(), options), tls }
    }
}

fn make_http(tls: Option<&ClientTls>, options: &ClientOptions) -> Http {
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(options.idle_time)
        .pool_max_idle_per_host(limits::CLIENT_IDLE_CONNECTIONS_MAX)
        .http2_initial_stream_window_size(limits::H2_STREAM_WINDOW_BYTES)
        .http2_initial_connection_window_size(limits::H2_CONNECTION_WINDOW_BYTES)
        .build(Connector::new(tls, options))
}

/// Asks one server. Clones share connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    pool: ArcSwap<Pool>,
    bases: Bases,
    options: ClientOptions,
    user_agent: HeaderValue,
    clock: SharedClock,
}

impl Inner {
    /// Makes new connections from the next request on, unless somebody has seen to that already.
    fn abandon(&self, pool: &Arc<Pool>) {
        let fresh = Arc::new(Pool::new(pool.tls.clone(), &self.options));
        self.pool.compare_and_swap(pool, fresh);
    }
}

/// What came of looking at one address.
#[derive(Debug)]
pub struct Looked {
    /// Host and port.
    pub address: String,
    /// Its answer, or why there is none.
    pub came: Result<Answer, ClientError>,
}

impl Client {
    /// A client in the making.
    pub fn builder(clock: SharedClock) -> ClientBuilder {
        ClientBuilder {
            urls: Vec::new(),
            tls: None,
            options: ClientOptions::default(),
            user_agent: HeaderValue::from_static(concat!("tashika/", env!("CARGO_PKG_VERSION"))),
            clock,
        }
    }

    /// Uses another certificate or other roots from the next request on. Requests that are open end on the connections
    /// they have.
    pub fn replace_tls(&self, tls: &ClientTls) {
        self.inner.pool.store(Arc::new(Pool::new(Some(tls.clone()), &self.inner.options)));
    }

    /// GET of a path from one address that works and, at the same time, from each that failed not long ago, at most `time`.
    /// Whoever asks regularly thus finds out at nobody's cost which of them work again. `is_fresh` makes new connections: whether
    /// a line is there is not asked on a connection that may be dead.
    pub async fn look(&self, path: &str, time: Duration, is_fresh: bool) -> Vec<Looked> {
        if is_fresh {
            self.inner.abandon(&self.inner.pool.load_full());
        }
        let looks = self.inner.bases.to_look_at().into_iter().map(|(index, base)| async move {
            let asked = async {
                let stream = self.send_to(index, base, Ask::get(path, time)).await;
                stream.map_err(|(error, _)| error)?.whole(self.inner.options.answer_bytes_max).await
            };
            let came = in_time(time, asked).await;
            match &came {
                Ok(_) | Err(ClientError::Problem { .. }) => self.inner.bases.worked(index),
                Err(ClientError::CouldNotAsk(_)) => self.inner.bases.failed(index),
            }
            Looked { address: base.address().to_owned(), came }
        });
        futures_util::future::join_all(looks).await
    }

    /// GET, and the answer as JSON.
    pub async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.get(path).await?.json()
    }

    /// POST of JSON, and the answer as JSON.
    pub async fn post_json<B, T>(&self, path: &str, body: &B) -> Result<T, ClientError>
    where
        B: Serialize + ?Sized,
        T: DeserializeOwned,
    {
        self.post_json_for_answer(path, body).await?.json()
    }

    /// POST of JSON, and the answer as it came: for what is kept byte by byte.
    pub async fn post_json_for_answer<B: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<Answer, ClientError> {
        let bytes = serde_json::to_vec(body).map_err(CouldNotAsk::unwritable)?;
        self.post(path, "application/json", bytes).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        self.whole(self.send(Ask::get(path, self.inner.options.answer_time))).await
    }

    /// GET with a token that opens more than the certificate does (RFC 6750).
    pub async fn get_with_token(&self, path: &str, token: &str) -> Result<Answer, ClientError> {
        let ask = Ask { bearer: Some(bearer(token)?), ..Ask::get(path, self.inner.options.answer_time) };
        self.whole(self.send(ask)).await
    }

    /// POST of bytes.
    pub async fn post(
        &self,
        path: &str,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Result<Answer, ClientError> {
        self.whole(self.send(Ask::post(path, content_type, body.into(), self.inner.options.answer_time))).await
    }

    /// POST of bytes with a token that opens more than the certificate does (RFC 6750).
    pub async fn post_with_token(
        &self,
        path: &str,
        content_type: &'static str,
        body: impl Into<Bytes>,
        token: &str,
    ) -> Result<Answer, ClientError> {
        let ask = Ask::post(path, content_type, body.into(), self.inner.options.answer_time);
        self.whole(self.send(Ask { bearer: Some(bearer(token)?), ..ask })).await
    }

    /// POST of a body that does not fit in memory. It may take `time` in all. It is sent to one base URL only: what was
    /// taken from a stream cannot be sent again.
    pub async fn post_stream<S>(
        &self,
        path: &str,
        content_type: &'static str,
        body: S,
        time: Duration,
    ) -> Result<Answer, ClientError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let body = Outgoing::Stream(Gathered::new(StreamBody::new(body.map_ok(Frame::data)).boxed_unsync()));
        let (index, base) = self.inner.bases.in_order().next().ok_or(CouldNotAsk::NoAddress)?;
        let request = self.request(Method::POST, base.uri(path)?, Some(content_type), body);
        let asked = async {
            let pool = self.inner.pool.load_full();
            let response = pool.http.request(request).await.map_err(|error| ClientError::from_http(&error))?;
            // What takes as long as a stream of any length says nothing about its connection.
            let mut waiting = Waiting::begin(&self.inner, &pool, index);
            waiting.is_over();
            let answer = AnswerStream::new(response, self.inner.options.answer_time, waiting);
            answer.whole(self.inner.options.answer_bytes_max).await
        };
        in_time(time, asked).await
    }

    /// GET of an answer that does not fit in memory. The time limit holds for its head and between any two pieces.
    pub async fn get_stream(&self, path: &str) -> Result<AnswerStream, ClientError> {
        let time = self.inner.options.answer_time;
        let stream = in_time(time, self.send(Ask::get(path, time))).await?;
        stream.handed_out().or_problem(self.inner.options.answer_bytes_max).await
    }

    /// The same for what is held already under this name (RFC 9110 13.1.2, with its quotation marks): none where the server
    /// has nothing newer.
    pub async fn get_stream_unless(&self, path: &str, etag: &str) -> Result<Option<AnswerStream>, ClientError> {
        let time = self.inner.options.answer_time;
        let held = HeaderValue::from_str(etag).map_err(CouldNotAsk::unwritable)?;
        let ask = Ask { held: Some(held), ..Ask::get(path, time) };
        let stream = in_time(time, self.send(ask)).await?.handed_out();
        if stream.status == http::StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        stream.or_problem(self.inner.options.answer_bytes_max).await.map(Some)
    }

    async fn whole(
        &self,
        asked: impl Future<Output = Result<AnswerStream, ClientError>>,
    ) -> Result<Answer, ClientError> {
        // One limit over sending and reading; connecting has its own and may happen once per base URL.
        let tries = u32::try_from(self.inner.bases.count()).unwrap_or(1);
        let time = self.inner.options.answer_time + self.inner.options.connect_time * tries;
        in_time(time, async { asked.await?.whole(self.inner.options.answer_bytes_max).await }).await
    }

    /// Sends to the first base URL that can be reached.
    async fn send(&self, ask: Ask<'_>) -> Result<AnswerStream, ClientError> {
        let mut last = ClientError::from(CouldNotAsk::NoAddress);
        for (index, base) in self.inner.bases.in_order() {
            match self.send_to(index, base, ask.clone()).await {
                Ok(stream) => {
                    self.inner.bases.worked(index);
                    return Ok(stream);
                }
                Err((error, Sent::No)) => {
                    self.inner.bases.failed(index);
                    last = error;
                }
                Err((error, Sent::Maybe)) => return Err(error),
            }
        }
        Err(last)
    }

    async fn send_to(&self, index: usize, base: &Base, ask: Ask<'_>) -> Result<AnswerStream, (ClientError, Sent)> {
        let uri = base.uri(ask.path).map_err(|error| (error.into(), Sent::Maybe))?;
        let mut request = self.request(ask.method, uri, ask.content_type, Outgoing::Whole(Full::new(ask.body)));
        if let Some(held) = ask.held {
            request.headers_mut().insert(IF_NONE_MATCH, held);
        }
        if let Some(bearer) = ask.bearer {
            request.headers_mut().insert(http::header::AUTHORIZATION, bearer);
        }
        let pool = self.inner.pool.load_full();
        let mut waiting = Waiting::begin(&self.inner, &pool, index);
        match pool.http.request(request).await {
            Ok(response) => Ok(AnswerStream::new(response, ask.piece_time, waiting)),
            Err(error) => {
                waiting.is_over();
                let sent = if error.is_connect() { Sent::No } else { Sent::Maybe };
                Err((ClientError::from_http(&error), sent))
            }
        }
    }

    fn request(
        &self,
        method: Method,
        uri: http::Uri,
        content_type: Option<&'static str>,
        body: Outgoing,
    ) -> Request<Outgoing> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.inner.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/problem+json, */*;q=0.1"));
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        request
    }
}

/// A request, wherever it is sent.
#[derive(Clone)]
struct Ask<'a> {
    method: Method,
    path: &'a str,
    content_type: Option<&'static str>,
    body: Bytes,
    piece_time: Duration,
    /// What is held already.
    held: Option<HeaderValue>,
    /// A token beside the certificate.
    bearer: Option<HeaderValue>,
}

impl<'a> Ask<'a> {
    const fn get(path: &'a str, piece_time: Duration) -> Self {
        Self { method: Method::GET, path, content_type: None, body: Bytes::new(), piece_time, held: None, bearer: None }
    }

    const fn post(path: &'a str, content_type: &'static str, body: Bytes, piece_time: Duration) -> Self {
        let content_type = Some(content_type);
        Self { method: Method::POST, path, content_type, body, piece_time, held: None, bearer: None }
    }
}

/// A token as it is sent, and never printed.
fn bearer(token: &str) -> Result<HeaderValue, ClientError> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(CouldNotAsk::unwritable)?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

/// Whether a request that failed may have reached the server.
enum Sent {
    No,
    Maybe,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({:?})", self.inner.bases)
    }
}

async fn in_time<T>(time: Duration, asked: impl Future<Output = Result<T, ClientError>>) -> Result<T, ClientError> {
    match tokio::time::timeout(time, asked).await {
        Ok(answered) => answered,
        Err(_elapsed) => Err(CouldNotAsk::TimedOut { after: time }.into()),
    }
}

/// The body of a request.
pub(crate) enum Outgoing {
    Whole(Full<Bytes>),
    Stream(Gathered<UnsyncBoxBody<Bytes, io::Error>>),
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => std::pin::Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::Stream(body) => std::pin::Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Stream(body) => body.size_hint(),
        }
    }
}
