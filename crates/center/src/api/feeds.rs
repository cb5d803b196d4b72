//! `POST /v1/insurer-feeds`: an insurer registers members and losses.
//!
//! The file is written to the disk first and taken in from there: its digest must be known before its first row, and an
//! import must not depend on the insurer's line. It has no name there, so nothing of it is left when the process ends.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

use axum::extract::{Request, State};
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kit::body::{JsonAnswer, stream};
use kit::problem::Problem;
use wire::api::{ImportReport, ProblemCode, ProblemDocument};
use wire::feed::CsvEncoding;

use super::Api;
use super::caller::InsurerCaller;
use crate::feed::Source;
use crate::limits;

/// Takes a feed. Rows that cannot be taken are named in the report, the others count at once. The same file again
/// changes nothing; one whose import broke off goes on where it stopped.
#[utoipa::path(
    post, path = "/v1/insurer-feeds", tag = "insurer", operation_id = "sendFeed",
    request_body(
        content = String, content_type = "text/csv",
        description = "CSV (RFC 4180) in UTF-8 with a header line that names the columns of wire::feed::FEED_COLUMNS, in any order"
    ),
    responses(
        (status = 200, description = "What was taken, and what was not and why", body = ImportReport),
        (status = 403, description = "role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 413, description = "body-too-large", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 415, description = "unsupported-media-type", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "feed-refused: the file as a whole", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("insurer_certificate" = []))
)]
pub(super) async fn send(
    State(api): State<Arc<Api>>,
    caller: InsurerCaller,
    request: Request,
) -> Result<JsonAnswer<ImportReport>, Problem> {
    let encoding = encoding_of(request.headers())?;
    let _leave = Arc::clone(&api.feeds).try_acquire_owned().map_err(|_| {
        Problem::overloaded(std::time::Duration::from_secs(u64::from(limits::RETRY_AFTER_BULK_SECONDS)))
    })?;
    let file = spool(&api, request).await?;
    let imported = api.importer.import(file, encoding, &Source::Insurer(caller.number.clone())).await?;
    let report = imported.report;
    tracing::info!(
        insurer = %caller.number, read = report.rows_read, accepted = report.rows_accepted,
        unchanged = report.rows_unchanged, refused = report.rows_refused, "an insurer's feed was taken"
    );
    Ok(JsonAnswer(report))
}

fn encoding_of(headers: &HeaderMap) -> Result<CsvEncoding, Problem> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let csv = parts.next().is_some_and(|essence| essence == "text/csv");
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|name| name.trim_matches('"').to_owned()));
    match (csv, charset.as_deref()) {
        (true, None | Some("utf-8" | "utf8")) => Ok(CsvEncoding::Utf8),
        (true, Some("shift_jis" | "windows-31j")) => Ok(CsvEncoding::ShiftJis),
        (true | false, _) => {
            Err(Problem::new(ProblemCode::UnsupportedMediaType, "text/csv; charset=utf-8 で送ってください"))
        }
    }
}

/// Writes the body into a file without a name. Pieces are written on the threads for blocking work.
async fn spool(api: &Api, request: Request) -> Result<File, Problem> {
    let mut pieces = stream(request.into_body(), limits::FEED_BYTES_MAX);
    let folder = api.spool.clone();
    let opened = blocking(move || tempfile::tempfile_in(folder)).await?;
    let mut file = opened;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        file = blocking(move || file.write_all(&piece).map(|()| file)).await?;
    }
    blocking(move || file.seek(SeekFrom::Start(0)).map(|_| file)).await
}

async fn blocking<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> std::io::Result<T> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?;
    // A full disk is the usual reason: nothing of the feed was taken, and it may be sent again.
    done.map_err(|error| {
        Problem::new(ProblemCode::StoreUnavailable, "")
            .retry_after(std::time::Duration::from_secs(u64::from(limits::RETRY_AFTER_BULK_SECONDS)))
            .because(format_args!("the spool folder: {error}"))
    })
}
