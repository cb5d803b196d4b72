//! Keys of status lists and personal certificates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/credential-keys`: what verifies status lists and personal certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CredentialKeys {
    /// The keys; any of them may have signed.
    pub keys: Vec<CredentialKeyInfo>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CredentialKeyInfo {
    /// Its name in tokens (`kid`), 16 hexadecimal digits.
    pub key_id: String,
    /// Public key, PEM (SPKI, P-256).
    pub public_key: String,
}
