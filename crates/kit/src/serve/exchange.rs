//! One request and its answer: everything between the connection and the router, in one function.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{DATE, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tower::Service;
use wire::api::ProblemCode;

use super::House;
use super::connection::Activity;
use crate::body::{Gathered, GuardedBody, announced_bytes};
use crate::context::{ConnectionFacts, RequestContext, RequestId};
use crate::lifecycle::panic_words;
use crate::problem::{Problem, name_request};
use crate::random::uuid_v7;
use crate::request_log::{self, RequestLine};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the requests of one connection share.
pub(super) struct Line {
    pub(super) house: Arc<House>,
    pub(super) facts: Arc<ConnectionFacts>,
    pub(super) activity: Arc<Activity>,
}

/// Takes a request, has the router answer it in time, and keeps the books.
pub(super) async fn answer(line: Arc<Line>, request: Request<Incoming>) -> Result<Response<OpenBody>, Infallible> {
    let house = &*line.house;
    let begun = house.clock.monotonic();
    let open = Open::begin(&line.activity);
    let id = RequestId::from(uuid_v7(house.clock.now(), &*house.random));
    // Cloning these counts references or copies nothing; it is not done at all when nobody reads the line.
    let noted = request_log::is_wanted().then(|| (request.method().clone(), request.uri().clone()));

    let mut at_work = AtWork(Some(&line.activity));
    let mut response = match refusal(&line, &request) {
        Some(problem) => problem.into_response(),
        None => ask_router(&line, id, request).await,
    };
    at_work.done();

    let problem = name_request(&mut response, &id);
    if let Some(value) = id_header(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let Some(date) = house.dates.of(house.clock.now()) {
        response.headers_mut().insert(DATE, date);
    }
    let time = house.clock.monotonic().saturating_sub(begun);
    house.metrics.answered(response.status(), time);
    note(&line, &id, noted, response.status(), time, problem.as_ref());
    Ok(response.map(|inner| OpenBody { inner: Gathered::new(inner), _open: open }))
}

/// Requests that the router need not see.
fn refusal(line: &Line, request: &Request<Incoming>) -> Option<Problem> {
    if let Some(Err(problem)) = &line.facts.identity {
        return Some(problem.clone());
    }
    let bytes_max = line.house.options.body.bytes_max;
    announced_bytes(request.headers()).filter(|bytes| *bytes > bytes_max).map(|_| Problem::body_too_large(bytes_max))
}

async fn ask_router(line: &Arc<Line>, id: RequestId, request: Request<Incoming>) -> Response {
    let house = &line.house;
    let limit = time_limit(house, request.uri().path());
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(RequestContext::new(id, Arc::clone(&line.facts)));
    let body = if body.is_end_stream() {
        Body::empty()
    } else {
        let activity = Arc::clone(&line.activity);
        let unread = move || activity.leave_body_unread();
        Body::new(GuardedBody::new(body, house.options.body, Arc::clone(&house.clock), unread))
    };
    let mut router = house.router.clone();
    // The call itself is inside the guard too: layers may do work before they return their future.
    let handled = async move { router.call(Request::from_parts(parts, body)).await };
    match tokio::time::timeout(limit, AssertUnwindSafe(handled).catch_unwind()).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(panic)) => {
            let words = panic_words(&*panic);
            tracing::error!(listener = house.name, request_id = %id, panic = words, "a handler panicked");
            Problem::internal("the handler panicked").into_response()
        }
        Err(_elapsed) => Problem::new(ProblemCode::Timeout, "").into_response(),
    }
}

fn time_limit(house: &House, path: &str) -> Duration {
    let special = house.options.request_time_of.and_then(|of| of(path));
    special.unwrap_or(house.options.request_time)
}

fn note(
    line: &Line,
    id: &RequestId,
    noted: Option<(Method, Uri)>,
    status: StatusCode,
    time: Duration,
    problem: Option<&Problem>,
) {
    let Some((method, uri)) = noted else { return };
    request_log::write(&RequestLine {
        listener: line.house.name,
        id,
        method: &method,
        path: uri.path(),
        status,
        time,
        peer: match &line.facts.identity {
            Some(Ok(identity)) => Some(&identity.label),
            _ => None,
        },
        problem,
    });
}

/// The number as a header value: 36 characters written without going through the formatter.
fn id_header(id: &RequestId) -> Option<HeaderValue> {
    let mut buffer = uuid::Uuid::encode_buffer();
    HeaderValue::from_str(id.uuid().hyphenated().encode_lower(&mut buffer)).ok()
}

/// A request that is open, until its answer has been handed over or dropped.
struct Open(Arc<Activity>);

impl Open {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.begin();
        Self(Arc::clone(activity))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A handler at work; also ends when the request is dropped in the middle.
struct AtWork<'a>(Option<&'a Activity>);

impl AtWork<'_> {
    fn done(&mut self) {
        if let Some(activity) = self.0.take() {
            activity.work_done();
        }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.done();
    }
}

/// The body of an answer; the request counts as open until it is dropped.
pub(super) struct OpenBody {
    inner: Gathered<Body>,
    _open: Open,
}

impl HttpBody for OpenBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
