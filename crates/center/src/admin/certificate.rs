//! Certificates, one by one.

use std::sync::Arc;

use tracing::info;
use trust::ca::RevocationReason;
use trust::{RevocationList, Serial};

use super::{Admin, AdminError};
use crate::revocation::{RevocationError, Revocations, reason_word};

impl Admin {
    /// Revokes one certificate, by its serial number in hexadecimal. Gives whether it counted until now.
    ///
    /// # Errors
    /// No such certificate, or the database.
    pub async fn certificate_revoke(&self, serial: &str, reason: RevocationReason) -> Result<bool, AdminError> {
        let unknown = || AdminError::CertificateUnknown(serial.to_owned());
        let wanted: String = serial.chars().filter(|c| *c != ':').collect::<String>().to_ascii_lowercase();
        let found = Serial::parse(&wanted).ok_or_else(unknown)?;
        let now = self.clock.now();
        let revoked = self
            .store
            .tx("certificate_revoke", async |mut tx| {
                if tx.certificate(found.as_bytes()).await?.is_none() {
                    return Ok(None);
                }
                let revoked = tx.revoke_certificate(found.as_bytes(), now).await?;
                if revoked {
                    tx.note_revocation_reason(found.as_bytes(), reason_word(reason)).await?;
                }
                Ok(Some(revoked))
            })
            .await?
            .ok_or_else(unknown)?;
        info!(target: "issuance", serial = %found, revoked, reason = reason_word(reason), "revoked");
        Ok(revoked)
    }

    /// Signs a new revocation list, leaves it in the data folder, and gives it.
    ///
    /// # Errors
    /// The database, or the list cannot be signed.
    pub async fn revocation_list(&self) -> Result<Arc<RevocationList>, RevocationError> {
        let revocations = Revocations::load(
            self.store.clone(),
            Arc::clone(&self.authority),
            self.folder.clone(),
            Arc::clone(&self.clock),
        )
        .await?;
        Ok(revocations.list())
    }
}
