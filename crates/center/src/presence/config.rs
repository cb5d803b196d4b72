//! Which authorities are believed, from the settings.

use std::path::{Path, PathBuf};

use kit::client::UrlError;
use trust::CertificateChain;
use trust::der::Oid;
use trust::jpki::{JpkiError, JpkiTrust};

use crate::config::Card;
use crate::limits;
use crate::store::StoreError;

/// Why cards cannot be judged as the settings say.
#[derive(Debug, thiserror::Error)]
pub enum CardSetupError {
    /// A certificate of an authority cannot be read.
    #[error("card.authorities: {path}: {why}")]
    Authority {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The certificates or policies together cannot be used.
    #[error("card: the authorities and policies cannot be used: {0}")]
    Trust(#[from] JpkiError),
    /// A policy that is no object identifier.
    #[error("card.policies: {0} is no object identifier")]
    Policy(String),
    /// An address that cannot be asked.
    #[error("card: {0}")]
    Url(#[from] UrlError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The authorities of the settings; none when there are none. File names are taken from the data folder.
///
/// # Errors
/// A file that cannot be read or holds no certificate of an authority, or a policy that is no object identifier.
pub fn trust_of(settings: &Card, folder: &Path) -> Result<Option<JpkiTrust>, CardSetupError> {
    if settings.authorities.is_empty() {
        return Ok(None);
    }
    let mut authorities = Vec::new();
    for name in &settings.authorities {
        let path = folder.join(name);
        let wrong = |why: String| CardSetupError::Authority { path: path.clone(), why };
        let bytes = kit::files::read_limited(&path, limits::KEY_FILE_BYTES_MAX).map_err(|e| wrong(e.to_string()))?;
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.contains("-----BEGIN") => {
                let chain = CertificateChain::from_pem(text).map_err(|e| wrong(e.to_string()))?;
                authorities.extend(chain.iter().map(|certificate| certificate.der().to_vec()));
            }
            _ => authorities.push(bytes),
        }
    }
    let policies = settings
        .policies
        .iter()
        .map(|text| Oid::parse(text).ok_or_else(|| CardSetupError::Policy(text.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(JpkiTrust::new(authorities, &policies)?))
}
