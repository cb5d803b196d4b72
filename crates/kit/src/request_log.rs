//! One line per request.
//!
//! The line is an event of target `request`, so that it can be turned off (`request=off`) or kept apart. It has:
//!
//! | field | meaning | absent when |
//! |---|---|---|
//! | `listener` | which port | |
//! | `request_id` | the number that the answer carries too | |
//! | `method`, `path` | path without query; `-` for addresses that do not exist, for their text is anybody's | |
//! | `status` | | |
//! | `ms` | time to the head of the answer | |
//! | `peer` | owner of the certificate: a facility or an insurer | no certificate |
//! | `code` | of the problem document | the answer is none |
//! | `reason` | its inner face | there is none |
//!
//! Nothing here identifies a person: no query, no body, no address, no account. Paths of this house never hold
//! identifiers of persons.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use tracing::{Level, enabled, info, warn};

use crate::context::RequestId;
use crate::limits;
use crate::problem::Problem;

/// What the line says.
pub(crate) struct RequestLine<'a> {
    pub(crate) listener: &'static str,
    pub(crate) id: &'a RequestId,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) time: Duration,
    pub(crate) peer: Option<&'a Arc<str>>,
    pub(crate) problem: Option<&'a Problem>,
}

/// Whether any line would be written. Failures are written one level higher, so this asks for that one.
pub(crate) fn is_wanted() -> bool {
    enabled!(target: "request", Level::WARN)
}

pub(crate) fn write(line: &RequestLine<'_>) {
    let (id, method, path, status) = (line.id, line.method, ShownPath::of(line), line.status.as_u16());
    let ms = line.time.as_secs_f64() * 1_000.0;
    let peer = line.peer.map(|peer| &**peer);
    let code = line.problem.map(|problem| problem.code().as_str());
    let reason = line.problem.and_then(Problem::inner);
    let listener = line.listener;
    if line.status.is_server_error() {
        warn!(target: "request", listener, request_id = %id, %method, %path, status, ms, peer, code, reason);
    } else {
        info!(target: "request", listener, request_id = %id, %method, %path, status, ms, peer, code, reason);
    }
}

/// The path as the log shows it.
struct ShownPath<'a>(&'a str);

impl<'a> ShownPath<'a> {
    fn of(line: &RequestLine<'a>) -> Self {
        // An address that does not exist is whatever somebody typed, a patient's name included.
        let unknown = matches!(line.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
        Self(if unknown { "-" } else { line.path })
    }
}

impl fmt::Display for ShownPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(limits::LOG_PATH_CHARACTERS_MAX) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}
