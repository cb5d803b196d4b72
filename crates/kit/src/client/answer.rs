//! What a server answered.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use wire::api::ProblemDocument;
use wire::api::problem::PROBLEM_MEDIA_TYPE;

use super::waiting::Waiting;
use super::{ClientError, CouldNotAsk};
use crate::problem::retry_after_of;

/// A whole answer of success.
#[derive(Debug, Clone)]
pub struct Answer {
    /// A 2xx.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, byte by byte as it came.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = format_args!("line {} column {}", error.line(), error.column()).to_string();
            CouldNotAsk::unreadable(self.status, what).into()
        })
    }
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub struct AnswerStream {
    /// HTTP status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    body: Incoming,
    piece_time: Duration,
    waiting: Waiting,
}

impl AnswerStream {
    pub(super) fn new(response: Response<Incoming>, piece_time: Duration, waiting: Waiting) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body, piece_time, waiting }
    }

    /// From here on the caller sets the pace: one that stops reading says nothing about the connection.
    pub(super) fn handed_out(mut self) -> Self {
        self.waiting.is_over();
        self
    }

    /// The next piece; none at the end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, ClientError> {
        loop {
            let Ok(frame) = tokio::time::timeout(self.piece_time, self.body.frame()).await else {
                return Err(CouldNotAsk::TimedOut { after: self.piece_time }.into());
            };
            match frame {
                None => {
                    self.waiting.is_over();
                    return Ok(None);
                }
                Some(Err(error)) => {
                    self.waiting.is_over();
                    return Err(CouldNotAsk::from_broken(&error).into());
                }
                // What is no data are trailers, which tell us nothing.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// The pieces as a stream of the kind that `tokio_util::io::StreamReader` reads lines from.
    pub fn into_pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        futures_util::stream::try_unfold(self, async |mut this| match this.piece().await {
            Ok(Some(piece)) => Ok(Some((piece, this))),
            Ok(None) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        })
    }

    /// The same if it is a success; else the problem that it tells of.
    pub(super) async fn or_problem(self, bytes_max: usize) -> Result<Self, ClientError> {
        if self.status.is_success() { Ok(self) } else { Err(self.into_problem(bytes_max).await) }
    }

    /// Reads all of it.
    pub(super) async fn whole(mut self, bytes_max: usize) -> Result<Answer, ClientError> {
        if !self.status.is_success() {
            return Err(self.into_problem(bytes_max).await);
        }
        let body = self.bytes(bytes_max).await?;
        Ok(Answer { status: self.status, headers: self.headers, body })
    }

    async fn into_problem(mut self, bytes_max: usize) -> ClientError {
        let is_problem = self.headers.get(CONTENT_TYPE).is_some_and(|value| value == PROBLEM_MEDIA_TYPE);
        if !is_problem {
            self.waiting.is_over();
            return CouldNotAsk::unreadable(self.status, "not a problem document").into();
        }
        let bytes = match self.bytes(bytes_max).await {
            Ok(bytes) => bytes,
            Err(error) => return error,
        };
        match serde_json::from_slice::<ProblemDocument>(&bytes) {
            Ok(document) => ClientError::Problem {
                retry_after: retry_after_of(&self.headers)
                    .or_else(|| document.retry_after_seconds.map(|seconds| Duration::from_secs(seconds.into()))),
                document: Box::new(document),
            },
            Err(error) => CouldNotAsk::unreadable(self.status, error).into(),
        }
    }

    async fn bytes(&mut self, bytes_max: usize) -> Result<Bytes, ClientError> {
        let too_large = || ClientError::from(CouldNotAsk::AnswerTooLarge { bytes_max });
        if self.body.size_hint().lower() > bytes_max as u64 {
            self.waiting.is_over();
            return Err(too_large());
        }
        let Some(first) = self.piece().await? else {
            return Ok(Bytes::new());
        };
        let mut rest = BytesMut::new();
        while let Some(piece) = self.piece().await? {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&piece);
            if rest.len() > bytes_max {
                self.waiting.is_over();
                return Err(too_large());
            }
        }
        let whole = if rest.is_empty() { first } else { rest.freeze() };
        if whole.len() > bytes_max { Err(too_large()) } else { Ok(whole) }
    }
}
