//! A look through FHIR as the center proves it: the resource, and around it what its access event repeats.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::check::{Proof, Verdict};

/// What a proof of a look through FHIR covers. A terminal asks for it with its proof and hands on the resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FhirAnswer {
    /// 資格有効性 that the check told under whose id the patient is read.
    pub verdict: Verdict,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the look.
    pub request_id: Uuid,
    /// HTTP status of the answer: 200, or 403 or 404 with an `OperationOutcome`.
    pub status: u16,
    /// What is served, byte by byte.
    pub resource: Box<RawValue>,
}

/// The answer and the proof that it was given.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FhirResponse {
    /// The [`FhirAnswer`] as JSON text: the bytes that the proof covers.
    pub answer: Box<RawValue>,
    /// The proof.
    pub proof: Proof,
}
