//! Takes a file in, part by part, and tells its reception number when all of it is on the disk.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use domain::MedicalInstitutionCode;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use kit::body::{BodyError, JsonAnswer, stream};
use kit::problem::Problem;
use kit::random;
use uuid::Uuid;
use wire::api::{BulkReception, ProblemCode, japan_time};
use wire::limits::{API_LINE_MAX_BYTES, BULK_MAX_UNITS};

use super::super::Api;
use super::lines::{Line, Lines};
use crate::limits;
use crate::store::bulk::{BulkJob, BulkJobState, BulkKind};
use crate::store::{StoreError, Tx};

/// What the first line of a file says, whatever kind it is.
pub(super) struct Header {
    pub(super) request_id: Uuid,
    /// The line as it is kept for the job.
    pub(super) text: String,
}

/// A line of a stored part that stands for one that was too long to keep. It is no JSON, so no line that could be
/// answered can be mistaken for it.
pub(crate) const TOO_LONG_MARK: &[u8] = b"!too-long";

/// Refuses bodies that are not NDJSON.
pub(super) fn must_be_ndjson(headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(()),
        _ => Err(Problem::new(ProblemCode::UnsupportedMediaType, "application/x-ndjson で送ってください")),
    }
}

/// Takes the file in. `read_header` looks at the first line and refuses what must be refused as a whole.
pub(super) async fn take_in(
    api: &Api,
    facility: MedicalInstitutionCode,
    kind: BulkKind,
    body: Body,
    path: &str,
    read_header: impl FnOnce(&[u8]) -> Result<Header, Problem>,
) -> Result<Response, Problem> {
    let mut lines = Lines::new(stream(body, limits::BULK_FILE_BYTES_MAX), API_LINE_MAX_BYTES);
    let header = match lines.next().await? {
        Some(Line::Text(line)) => read_header(&line)?,
        Some(Line::TooLong) => return Err(Problem::body_too_large(API_LINE_MAX_BYTES as u64)),
        None => return Err(Problem::new(ProblemCode::MalformedJson, "1 行目に照会の見出しがありません")),
    };
    let job = BulkJob {
        facility,
        reception_number: new_reception_number(api),
        kind,
        request_id: header.request_id,
        header: header.text,
        state: BulkJobState::Receiving,
        parts: 0,
        units: 0,
        units_normal: 0,
        units_error: 0,
        received_at: api.clock.now(),
    };
    let most = u64::from(api.limits.bulk_files_waiting_max.get());
    let begun = api.store.tx("begin_bulk", async |mut tx| begin(&mut tx, &job, most).await).await?;
    match begun {
        Begun::TooMany => Err(too_many_files()),
        Begun::Before(earlier) => taken_before(api, &earlier, lines, path).await,
        Begun::New => match fill(api, &job, lines).await {
            Ok(()) => Ok(received(&job.reception_number, job.received_at, path)),
            Err(problem) => {
                give_up(api, &job).await;
                Err(problem)
            }
        },
    }
}

enum Begun {
    New,
    Before(BulkJob),
    TooMany,
}

async fn begin(tx: &mut Tx, job: &BulkJob, most: u64) -> Result<Begun, StoreError> {
    // A file that was taken before is answered even when too many wait: it may be one of them.
    let room = tx.bulk_files_open(job.facility).await? < most;
    if !room {
        return Ok(match tx.bulk_of_request(job.facility, job.kind, job.request_id).await? {
            Some(earlier) if earlier.state != BulkJobState::Receiving => Begun::Before(earlier),
            Some(_) | None => Begun::TooMany,
        });
    }
    Ok(match tx.begin_bulk(job).await? {
        Some(earlier) => Begun::Before(earlier),
        None => Begun::New,
    })
}

fn too_many_files() -> Problem {
    Problem::new(ProblemCode::RateLimited, "処理待ちの一括照会が多すぎます。前の結果が出てから送ってください")
        .retry_after(limits::BULK_WATCH_TIME)
}

/// The rest of the file, in parts.
async fn fill<S>(api: &Api, job: &BulkJob, mut lines: Lines<S>) -> Result<(), Problem>
where
    S: futures_util::Stream<Item = Result<bytes::Bytes, BodyError>> + Unpin,
{
    let mut part = Part::default();
    let (mut parts, mut units) = (0_u64, 0_usize);
    while let Some(line) = lines.next().await? {
        units += 1;
        if units > BULK_MAX_UNITS {
            return Err(Problem::new(
                ProblemCode::TooManyUnits,
                format!("一度に照会できるのは {BULK_MAX_UNITS} 件までです。分けて送ってください"),
            ));
        }
        part.push(&line);
        if part.is_full() {
            put(api, job, parts, &mut part).await?;
            parts += 1;
        }
    }
    if !part.is_empty() {
        put(api, job, parts, &mut part).await?;
        parts += 1;
    }
    let (digest, now) = (lines.digest(), api.clock.now());
    api.store
        .tx("bulk_received", async |mut tx| {
            tx.bulk_received(job.facility, &job.reception_number, parts, units as u64, now).await?;
            tx.note_bulk_digest(job.facility, &job.reception_number, &digest).await
        })
        .await?;
    tracing::info!(facility = %job.facility, units, parts, "a bulk file was taken");
    api.bulk_arrived.notify_one();
    Ok(())
}

async fn put(api: &Api, job: &BulkJob, number: u64, part: &mut Part) -> Result<(), Problem> {
    let bytes = part.take();
    api.store
        .tx("put_bulk_part", async |mut tx| tx.put_bulk_part(job.facility, &job.reception_number, number, &bytes).await)
        .await?;
    Ok(())
}

/// Nobody was told the number, so nobody misses the file. If the store is gone too, the cleaning job does it.
async fn give_up(api: &Api, job: &BulkJob) {
    let given_up = api
        .store
        .tx("give_up_bulk", async |mut tx| tx.give_up_bulk(job.facility, &job.reception_number, job.kind).await)
        .await;
    if let Err(error) = given_up {
        tracing::warn!(%error, "what came of a broken bulk file stays until it is cleaned away");
    }
}

/// The same request number came before: with the same file it has the same answer, with another it is a mistake.
async fn taken_before<S>(api: &Api, earlier: &BulkJob, mut lines: Lines<S>, path: &str) -> Result<Response, Problem>
where
    S: futures_util::Stream<Item = Result<bytes::Bytes, BodyError>> + Unpin,
{
    lines.drain().await?;
    let kept = api
        .store
        .read("bulk_digest", async |mut tx| tx.bulk_digest(earlier.facility, &earlier.reception_number).await)
        .await?;
    if kept.as_deref() == Some(lines.digest().as_slice()) {
        Ok(received(&earlier.reception_number, earlier.received_at, path))
    } else {
        Err(Problem::new(ProblemCode::RequestIdReused, "新しいファイルには新しい RequestId を付けてください"))
    }
}

fn received(reception_number: &str, received_at: Timestamp, path: &str) -> Response {
    let reception =
        BulkReception { reception_number: reception_number.to_owned(), reception_date_time: japan_time(received_at) };
    let mut response = (StatusCode::ACCEPTED, JsonAnswer(reception)).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("{path}/{reception_number}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// 26 letters and digits that mean nothing: the time would tell how busy we are, a counter how many files there are.
pub(crate) fn new_reception_number(api: &Api) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bytes: [u8; 26] = random::bytes(&*api.random);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// Lines that will be one row.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    units: usize,
}

impl Part {
    fn push(&mut self, line: &Line) {
        match line {
            Line::Text(text) => self.bytes.extend_from_slice(text),
            Line::TooLong => self.bytes.extend_from_slice(TOO_LONG_MARK),
        }
        self.bytes.push(b'\n');
        self.units += 1;
    }

    fn is_full(&self) -> bool {
        self.units >= limits::BULK_PART_UNITS || self.bytes.len() >= limits::BULK_PART_BYTES_MAX
    }

    fn is_empty(&self) -> bool {
        self.units == 0
    }

    fn take(&mut self) -> Vec<u8> {
        self.units = 0;
        std::mem::take(&mut self.bytes)
    }
}
