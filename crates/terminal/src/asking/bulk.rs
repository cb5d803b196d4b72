//! Files of many questions: sent as lines, asked about, fetched as lines. Nothing here holds a whole file.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use kit::client::{AnswerStream, ClientError};
use wire::api::{BulkReception, BulkStatus, ProblemCode};

use super::Center;
use super::outcome::{CouldNotAsk, Outcome, Why};
use crate::limits;

/// Which of the two kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BulkKind {
    /// 資格確認.
    Confirm,
    /// 照会番号登録.
    Register,
}

impl BulkKind {
    const fn path(self) -> &'static str {
        match self {
            Self::Confirm => "/v1/bulk-eligibility-checks",
            Self::Register => "/v1/bulk-reference-numbers",
        }
    }
}

/// What the center knows about a file that was sent.
#[derive(Debug)]
pub(crate) enum BulkProgress {
    /// It is there.
    Known(BulkStatus),
    /// No file of ours has this number.
    Unknown,
    /// Never `Outcome::Answered`.
    Not(Outcome),
}

impl Center {
    /// Sends a file. Sending it again with the same request number gives the same reception.
    pub(crate) async fn send_bulk<S>(&self, kind: BulkKind, lines: S) -> Result<BulkReception, Outcome>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let answer = self
            .client()
            .post_stream(kind.path(), "application/x-ndjson", lines, limits::BULK_ASK_TIME)
            .await
            .map_err(|error| self.failed(error))?;
        answer.json().map_err(|error| self.failed(error))
    }

    /// Asks how far a file is.
    pub(crate) async fn bulk_status(&self, kind: BulkKind, reception_number: &str) -> BulkProgress {
        let Some(number) = path_segment(reception_number) else { return BulkProgress::Unknown };
        match self.client().get_json::<BulkStatus>(&format!("{}/{number}", kind.path())).await {
            Ok(status) if status.reception_number == reception_number => BulkProgress::Known(status),
            Ok(_) => BulkProgress::Not(Outcome::CouldNotAsk(CouldNotAsk::new(
                Why::AnswerDoesNotFit,
                "the status is about another reception number",
            ))),
            Err(error) if error.problem_code() == Some(ProblemCode::ReceptionNumberUnknown) => BulkProgress::Unknown,
            Err(error) => BulkProgress::Not(self.failed(error)),
        }
    }

    /// Fetches the results, piece by piece.
    pub(crate) async fn bulk_results(
        &self,
        kind: BulkKind,
        reception_number: &str,
    ) -> Result<AnswerStream, ClientError> {
        let number = path_segment(reception_number).unwrap_or_default();
        self.client().get_stream(&format!("{}/{number}/results", kind.path())).await
    }
}

/// A reception number comes out of a file; only what needs no escaping is put into an address.
pub(super) fn path_segment(number: &str) -> Option<&str> {
    let plain = !number.is_empty()
        && number.len() <= wire::limits::RECEPTION_NUMBER_MAX_CHARS
        && number.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && number.bytes().any(|b| b.is_ascii_alphanumeric());
    plain.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn a_reception_number_never_leaves_its_place_in_an_address() {
        assert_eq!(path_segment("20260407-0001"), Some("20260407-0001"));
        for bad in ["", "..", "../x", "a/b", "a?b", "a b", "受付", "a%2Fb"] {
            assert_eq!(path_segment(bad), None, "{bad}");
        }
    }
}
