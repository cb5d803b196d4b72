//! `/v1/claim-files`, `/v1/claim-withdrawals`: an institution submits its claims.
//!
//! A file comes in pieces. Each is on the disk before it is answered, and the answer tells where the next one begins, so a
//! line that is cut costs at most the piece that was on its way. What happens with a complete file is `jobs/claim_files.rs`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::MedicalInstitutionCode;
use futures_util::stream::try_unfold;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use kit::body::{JsonAnswer, JsonBody};
use kit::problem::Problem;
use wire::api::{
    ClaimFileCounts, ClaimFileRequest, ClaimFileState, ClaimFileStatus, ClaimOutcome, ClaimWithdrawalAnswer,
    ClaimWithdrawalRequest, ClaimWithdrawalState, FieldError, ProblemCode, ProblemDocument, japan_time,
};
use wire::claims::{ClaimReader, ReadOptions, SetAside};
use wire::limits::{ARBITRARY_FILE_IDENTIFIER_MAX_CHARS, CLAIM_FILE_MAX_BYTES, CLAIM_PIECE_MAX_BYTES};

use super::Api;
use super::bulk::{ReceptionNumber, new_reception_number, unknown};
use super::caller::FacilityCaller;
use super::refuse::{too_long, unreadable};
use crate::limits;
use crate::store::claim::ClaimKey;
use crate::store::claim_file::{self, ClaimFile};
use crate::store::claim_search::Withdrawal;

const PATH: &str = "/v1/claim-files";

/// Begins a claim file and gives its 受付番号. The same request again, or the same file while it is not done, gives the
/// same number and tells how many bytes are here.
#[utoipa::path(
    post, path = "/v1/claim-files", tag = "claims", operation_id = "beginClaimFile",
    request_body = ClaimFileRequest,
    responses(
        (status = 202, description = "Send the pieces", body = ClaimFileStatus,
            headers(("Location" = String, description = "Where to ask how far it is"))),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "request-id-reused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 413, description = "body-too-large: the file", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited: too many files or requests", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn begin(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<Response, Problem> {
    api.bulk_requests.admit(&caller.code)?;
    let JsonBody(asked) = JsonBody::<ClaimFileRequest>::from_request(request, &()).await?;
    caller.must_be(&asked.medical_institution_code)?;
    if asked.file_bytes > CLAIM_FILE_MAX_BYTES {
        return Err(Problem::body_too_large(CLAIM_FILE_MAX_BYTES));
    }
    let file_digest = read_digest(&asked)?;
    let file = ClaimFile {
        facility: caller.code,
        reception_number: new_reception_number(&api),
        request_id: asked.request_id,
        file_name: asked.file_name,
        file_digest,
        file_bytes: asked.file_bytes,
        received_bytes: 0,
        state: claim_file::ClaimFileState::Receiving,
        claims_done: 0,
        results: 0,
        counts: ClaimFileCounts::default(),
        refusal: None,
        received_at: api.clock.now(),
    };
    let (most, new) = (u64::from(api.limits.bulk_files_waiting_max.get()), &file);
    let begun = api
        .store
        .tx("begin_claim_file", async |mut tx| {
            let earlier = tx.begin_claim_file(new).await?;
            Ok((earlier, tx.claim_files_open(new.facility).await? > most))
        })
        .await?;
    match begun {
        (Some(earlier), _) if earlier.file_digest != file.file_digest || earlier.file_bytes != file.file_bytes => {
            Err(Problem::new(ProblemCode::RequestIdReused, "新しいファイルには新しい RequestId を付けてください"))
        }
        (Some(earlier), _) => Ok(accepted(&earlier)),
        (None, true) => {
            give_up(&api, &file).await?;
            Err(Problem::new(
                ProblemCode::RateLimited,
                "処理待ちのファイルが多すぎます。前の結果が出てから送ってください",
            )
            .retry_after(limits::BULK_WATCH_TIME))
        }
        (None, false) => Ok(accepted(&file)),
    }
}

fn read_digest(asked: &ClaimFileRequest) -> Result<[u8; 32], Problem> {
    let error = |field: &str, code: &str, message: &str, message_en: &str| FieldError {
        field: field.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
        message_en: message_en.to_owned(),
    };
    let name = asked.file_name.as_deref();
    let mut errors: Vec<_> = too_long("FileName", name, ARBITRARY_FILE_IDENTIFIER_MAX_CHARS).into_iter().collect();
    if asked.file_bytes == 0 {
        errors.push(error("FileBytes", "empty", "空のファイルは送れません。", "The file is empty."));
    }
    let digest = domain::hex::decode::<32>(&asked.file_digest);
    if digest.is_none() {
        errors.push(error(
            "FileDigest",
            "length",
            "FileDigest は SHA-256 を表す 64 桁の 16 進数です。",
            "FileDigest is a SHA-256 of 64 hexadecimal digits.",
        ));
    }
    digest.filter(|_| errors.is_empty()).ok_or_else(|| unreadable(errors))
}

/// The place of a piece in its path.
#[derive(Debug)]
pub(crate) struct PieceOf {
    number: ReceptionNumber,
    first_byte: u64,
}

impl<S: Send + Sync> FromRequestParts<S> for PieceOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Ok(Path((number, first_byte))) = Path::<(String, u64)>::from_request_parts(parts, state).await else {
            return Err(unknown());
        };
        Ok(Self { number: ReceptionNumber::read(number)?, first_byte })
    }
}

/// The next piece of a file, from the byte that was told on. A piece that is here already, or that would leave a hole,
/// changes nothing; the answer tells where to go on.
#[utoipa::path(
    post, path = "/v1/claim-files/{reception_number}/pieces/{first_byte}", tag = "claims",
    operation_id = "sendClaimPiece",
    params(
        ("reception_number" = String, Path, description = "受付番号"),
        ("first_byte" = u64, Path, description = "Where the piece begins in the file, from 0"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "At most 1 MiB of the file, as it is"),
    responses(
        (status = 200, description = "Where to go on", body = ClaimFileStatus),
        (status = 403, description = "facility-mismatch: claims of another institution; role-not-allowed",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "reception-number-unknown", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 413, description = "body-too-large", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "claim-file-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn piece(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    of: PieceOf,
    request: Request,
) -> Result<JsonAnswer<ClaimFileStatus>, Problem> {
    api.claim_pieces.admit(&caller.code)?;
    let file = file_of(&api, caller.code, &of.number).await?;
    let body = kit::body::read(request.into_body(), CLAIM_PIECE_MAX_BYTES as u64).await?;
    if of.first_byte != file.received_bytes || file.state != claim_file::ClaimFileState::Receiving || body.is_empty() {
        return Ok(JsonAnswer(status_of(&file)));
    }
    if of.first_byte.saturating_add(body.len() as u64) > file.file_bytes {
        return Err(refuse(&api, &file, "申し出の長さより長いファイルです").await?);
    }
    if of.first_byte == 0
        && let Some(problem) = first_claim(&api, &file, &body).await?
    {
        return Err(problem);
    }
    let (held, bytes, now) = (&file, &body, api.clock.now());
    api.store.tx("put_claim_piece", async |mut tx| tx.put_claim_piece(held, of.first_byte, bytes, now).await).await?;
    let file = file_of(&api, caller.code, &of.number).await?;
    if file.state == claim_file::ClaimFileState::Processing {
        tracing::info!(facility = %file.facility, bytes = file.file_bytes, "a file of claims was received");
        api.claim_file_arrived.notify_one();
    }
    Ok(JsonAnswer(status_of(&file)))
}

/// Looks at the first claim, so that a file that cannot be meant is refused before all of it was sent.
async fn first_claim(api: &Api, file: &ClaimFile, body: &Bytes) -> Result<Option<Problem>, Problem> {
    let kind = file.file_name.as_deref().and_then(ReadOptions::kind_of_name);
    let read = ClaimReader::new(&body[..], ReadOptions { kind, master: None });
    let first = match read.and_then(|mut claims| claims.next_receipt()) {
        Ok(first) => first,
        Err(error) => return refuse(api, file, error.message()).await.map(Some),
    };
    match first.and_then(|receipt| SetAside::of(&receipt, file.facility)) {
        Some(why @ SetAside::OtherInstitution) => {
            give_up(api, file).await?;
            Ok(Some(Problem::new(ProblemCode::FacilityMismatch, why.message())))
        }
        Some(why @ SetAside::InsurerSide) => refuse(api, file, why.message()).await.map(Some),
        // Told claim by claim.
        Some(SetAside::NoReceiptHead | SetAside::NoInstitution | SetAside::NoMonth) | None => Ok(None),
    }
}

async fn refuse(api: &Api, file: &ClaimFile, why: &str) -> Result<Problem, Problem> {
    give_up(api, file).await?;
    Ok(Problem::new(ProblemCode::ClaimFileRefused, why))
}

async fn give_up(api: &Api, file: &ClaimFile) -> Result<(), Problem> {
    api.store.tx("give_up_claim_file", async |mut tx| tx.give_up_claim_file(file).await).await?;
    Ok(())
}

async fn file_of(api: &Api, facility: MedicalInstitutionCode, number: &ReceptionNumber) -> Result<ClaimFile, Problem> {
    let file = api.store.read("claim_file", async |mut tx| tx.claim_file(facility, &number.0).await).await?;
    file.ok_or_else(unknown)
}

fn status_of(file: &ClaimFile) -> ClaimFileStatus {
    ClaimFileStatus {
        reception_number: file.reception_number.clone(),
        reception_date_time: japan_time(file.received_at),
        state: match file.state {
            claim_file::ClaimFileState::Receiving => ClaimFileState::Receiving,
            claim_file::ClaimFileState::Processing => ClaimFileState::Processing,
            claim_file::ClaimFileState::Done => ClaimFileState::Done,
            claim_file::ClaimFileState::Refused => ClaimFileState::Refused,
        },
        received_bytes: file.received_bytes,
        counts: file.counts,
        refusal: file.refusal.clone(),
    }
}

fn accepted(file: &ClaimFile) -> Response {
    let mut response = (StatusCode::ACCEPTED, JsonAnswer(status_of(file))).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("{PATH}/{}", file.reception_number)) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// How far a file is.
#[utoipa::path(
    get, path = "/v1/claim-files/{reception_number}", tag = "claims", operation_id = "claimFileStatus",
    params(("reception_number" = String, Path, description = "受付番号")),
    responses(
        (status = 200, description = "How far it is; Retry-After while it is being worked on", body = ClaimFileStatus),
        (status = 403, description = "role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "reception-number-unknown, also for the number of another institution",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn status(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    number: ReceptionNumber,
) -> Result<Response, Problem> {
    api.bulk_requests.admit(&caller.code)?;
    let file = file_of(&api, caller.code, &number).await?;
    let mut response = JsonAnswer(status_of(&file)).into_response();
    if file.state == claim_file::ClaimFileState::Processing {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(limits::BULK_RETRY_AFTER_SECONDS));
    }
    Ok(response)
}

/// What became of each claim, one line a claim, in the order of the file.
#[utoipa::path(
    get, path = "/v1/claim-files/{reception_number}/results", tag = "claims", operation_id = "claimFileResults",
    params(("reception_number" = String, Path, description = "受付番号")),
    responses(
        (status = 200, description = "NDJSON, one ClaimOutcome a line", body = ClaimOutcome,
            content_type = "application/x-ndjson"),
        (status = 403, description = "role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "reception-number-unknown", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "result-not-ready, with Retry-After", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn results(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    number: ReceptionNumber,
) -> Result<Response, Problem> {
    api.bulk_requests.admit(&caller.code)?;
    let file = file_of(&api, caller.code, &number).await?;
    match file.state {
        claim_file::ClaimFileState::Done | claim_file::ClaimFileState::Refused => {}
        claim_file::ClaimFileState::Receiving | claim_file::ClaimFileState::Processing => {
            return Err(Problem::new(ProblemCode::ResultNotReady, "しばらくしてから結果を取り出してください")
                .retry_after(Duration::from_secs(limits::BULK_RETRY_AFTER_SECONDS)));
        }
    }
    let store = api.store.clone();
    let pieces = try_unfold((store, file, 0_u64), move |(store, file, part)| async move {
        if part >= file.results {
            return Ok::<_, std::io::Error>(None);
        }
        let found = store
            .read("claim_outcomes", async |mut tx| tx.claim_outcomes(file.facility, &file.reception_number, part).await)
            .await
            .map_err(std::io::Error::other)?;
        // A hole would lose claims; the fetcher sees a body that broke off and tries again.
        let outcomes = found.ok_or_else(|| std::io::Error::other("a part of the results is missing"))?;
        Ok(Some((Bytes::from(outcomes), (store, file, part + 1))))
    });
    let mut response = (StatusCode::OK, Body::from_stream(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Takes a claim of the institution back (取下げ): nothing of it stays in the record. Again, it changes nothing.
#[utoipa::path(
    post, path = "/v1/claim-withdrawals", tag = "claims", operation_id = "withdrawClaim",
    request_body = ClaimWithdrawalRequest,
    responses(
        (status = 200, description = "It is withdrawn", body = ClaimWithdrawalAnswer),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "reception-number-unknown, also for a claim of another institution",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn withdraw(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    request: Request,
) -> Result<JsonAnswer<ClaimWithdrawalAnswer>, Problem> {
    api.bulk_requests.admit(&caller.code)?;
    let JsonBody(asked) = JsonBody::<ClaimWithdrawalRequest>::from_request(request, &()).await?;
    caller.must_be(&asked.medical_institution_code)?;
    let unknown = || Problem::new(ProblemCode::ReceptionNumberUnknown, "この受付番号のレセプトはありません");
    let key = ClaimKey::parse(&asked.claim_number).ok_or_else(unknown)?;
    let now = api.clock.now();
    let withdrawn =
        api.store.tx("withdraw_claim", async |mut tx| tx.withdraw_claim_of(caller.code, key, now).await).await?;
    let state = match withdrawn {
        Withdrawal::Done => ClaimWithdrawalState::Withdrawn,
        Withdrawal::Before => ClaimWithdrawalState::WithdrawnBefore,
        Withdrawal::Unknown => return Err(unknown()),
    };
    tracing::info!(target: "audit", event = "claims.withdrawn", facility = %caller.code, "a claim was withdrawn");
    Ok(JsonAnswer(ClaimWithdrawalAnswer {
        claim_number: key.to_string(),
        state,
        process_execution_time: japan_time(now),
    }))
}
