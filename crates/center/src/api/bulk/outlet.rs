//! Tells how far a file is, and gives its results out, part by part.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::MedicalInstitutionCode;
use futures_util::stream::try_unfold;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use kit::body::JsonAnswer;
use kit::problem::Problem;
use wire::api::{BulkState, BulkStatus, ProblemCode};

use super::super::Api;
use super::{ReceptionNumber, unknown};
use crate::limits;
use crate::store::bulk::{BulkJob, BulkJobState, BulkKind};

/// The file, if it is the caller's and of this kind.
async fn file_of(
    api: &Api,
    facility: MedicalInstitutionCode,
    kind: BulkKind,
    number: &ReceptionNumber,
) -> Result<BulkJob, Problem> {
    api.bulk_requests.admit(&facility)?;
    let job = api.store.read("bulk_job", async |mut tx| tx.bulk_job(facility, &number.0).await).await?;
    job.filter(|job| job.kind == kind && job.state != BulkJobState::Receiving).ok_or_else(unknown)
}

/// How far a file is.
pub(super) async fn status(
    api: &Api,
    facility: MedicalInstitutionCode,
    kind: BulkKind,
    number: &ReceptionNumber,
) -> Result<Response, Problem> {
    let job = file_of(api, facility, kind, number).await?;
    let done = job.state == BulkJobState::Done;
    let mut response = JsonAnswer(BulkStatus {
        reception_number: job.reception_number,
        state: if done { BulkState::Done } else { BulkState::Processing },
        number_of_processing_result: job.units_normal + job.units_error,
        number_of_normal_processing: job.units_normal,
        number_of_error: job.units_error,
    })
    .into_response();
    if !done {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(limits::BULK_RETRY_AFTER_SECONDS));
    }
    Ok(response)
}

/// The results, in the order of the questions.
pub(super) async fn results(
    api: &Api,
    facility: MedicalInstitutionCode,
    kind: BulkKind,
    number: &ReceptionNumber,
) -> Result<Response, Problem> {
    let job = file_of(api, facility, kind, number).await?;
    if job.state != BulkJobState::Done {
        return Err(Problem::new(ProblemCode::ResultNotReady, "しばらくしてから結果を取り出してください")
            .retry_after(std::time::Duration::from_secs(limits::BULK_RETRY_AFTER_SECONDS)));
    }
    let store = api.store.clone();
    let pieces = try_unfold((store, job, 0_u64), move |(store, job, part)| async move {
        if part >= job.parts {
            return Ok::<_, std::io::Error>(None);
        }
        let found = store
            .read("bulk_results", async |mut tx| tx.bulk_results(job.facility, &job.reception_number, part).await)
            .await
            .map_err(std::io::Error::other)?;
        // A hole would shift every later line; the fetcher sees a body that broke off and tries again.
        let results = found.ok_or_else(|| std::io::Error::other("a part of the results is missing"))?;
        Ok(Some((Bytes::from(results), (store, job, part + 1))))
    });
    let mut response = (StatusCode::OK, Body::from_stream(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
