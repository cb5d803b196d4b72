//! Files of many questions (一括照会) and of many registrations (照会番号一括登録).
//!
//! Both are the same three steps — send, ask how far it is, fetch — so they share everything but their names: [`intake`]
//! takes a file in, [`outlet`] tells about it and gives it out; [`checks`] and [`references`] are the routes. What happens
//! in between is `jobs/bulk.rs`.
//!
//! A file is streamed in both directions: whatever its size, a part of some hundred lines is in memory. It is taken when
//! all of it is on the disk, and only then is its reception number told.

pub(crate) mod checks;
mod intake;
mod lines;
mod outlet;
pub(crate) mod references;

pub(crate) use intake::{TOO_LONG_MARK, new_reception_number};

use axum::extract::FromRequestParts;
use axum::extract::Path;
use http::request::Parts;
use kit::problem::Problem;
use wire::api::ProblemCode;
use wire::limits::RECEPTION_NUMBER_MAX_CHARS;

/// A reception number in a path. What cannot be one is unknown, like every other that is not the caller's.
#[derive(Debug, Clone)]
pub(crate) struct ReceptionNumber(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for ReceptionNumber {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Ok(Path(number)) = Path::<String>::from_request_parts(parts, state).await else { return Err(unknown()) };
        Self::read(number)
    }
}

impl ReceptionNumber {
    /// Reads one.
    pub(crate) fn read(number: String) -> Result<Self, Problem> {
        let fits = !number.is_empty() && number.len() <= RECEPTION_NUMBER_MAX_CHARS;
        if fits && number.bytes().all(|b| b.is_ascii_alphanumeric()) { Ok(Self(number)) } else { Err(unknown()) }
    }
}

/// No such file, or not of this institution, or too old: one answer for all, so that nobody can find out which.
pub(crate) fn unknown() -> Problem {
    Problem::new(
        ProblemCode::ReceptionNumberUnknown,
        "受付番号を確認してください。保存期間を過ぎた結果は取り出せません",
    )
}
