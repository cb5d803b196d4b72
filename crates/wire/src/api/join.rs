//! How a terminal gets its certificate, keeps it fresh, and learns the key that verifies proofs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/enrolments`, on the port that asks for no client certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct EnrolmentRequest {
    /// The one-time code from the operator.
    pub code: String,
    /// PKCS #10 request, PEM. Only its key and its signature are used; names come from the center's record.
    pub csr: String,
}

/// The code is a secret until it is used.
impl std::fmt::Debug for EnrolmentRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentRequest(…)")
    }
}

/// 200: the certificate and everything needed to use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Enrolled {
    /// The new certificate and the issuing certificate, PEM, leaf first.
    pub certificate_chain: String,
    /// The root certificate, PEM.
    pub root_certificate: String,
    /// Addresses of the API, the preferred one first.
    pub api_urls: Vec<String>,
    /// Public key of the transparency log, PEM.
    pub log_public_key: String,
    /// Number of the log, two digits, as in a proof number.
    pub log_id: String,
    /// 医療機関コード of the facility; the insurer number for an insurer.
    pub medical_institution_code: String,
    /// Name of the facility or insurer.
    pub name: String,
}

/// `POST /v1/certificates/renew`, over a connection that still has a valid certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalRequest {
    /// PKCS #10 request of the new key, PEM.
    pub csr: String,
}

/// `POST /v1/renewals`, for a terminal that was switched off until its certificate ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalWithOldCertificate {
    /// PKCS #10 request of the new key, PEM.
    pub csr: String,
    /// The certificate that ran out, PEM.
    pub old_certificate: String,
    /// Signature of the old key over the DER of the request, base64.
    pub signature: String,
}

/// `GET /v1/time`: the center's clock, so that a terminal can say that its own is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct TimeNow {
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
}

/// `GET /v1/log/key`: what verifies a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct LogKey {
    /// Number of the log, two digits.
    pub log_id: String,
    /// Public key, PEM (SPKI, P-256).
    pub log_public_key: String,
}
