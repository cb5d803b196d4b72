//! Who this terminal is: its key, its certificate, and the center it belongs to.
//!
//! The key is made here and never leaves. Key and certificate lie in one file, replaced as a whole, so that a power cut
//! during a renewal leaves the old pair or the new one, never a mixture.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use domain::MedicalInstitutionCode;
use kit::clock::SharedClock;
use kit::files::{self, Access};
use serde::{Deserialize, Serialize};
use trust::certificate::{Certificate, CertificateChain, Validity};
use trust::keys::PrivateKey;
use trust::log::{LogId, LogPublicKey};
use trust::tls::{self, TlsClock};
use wire::api::Enrolled;
use zeroize::Zeroizing;

use crate::layout::Layout;
use crate::limits;

/// Why the terminal does not know who it is.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The folder was never joined to a center.
    #[error("{} has not joined a center yet", .0.display())]
    NotJoined(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else than this program wrote.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Others may read the private key.
    #[error("{} may be read by others; make it mode 0600", .0.display())]
    Open(PathBuf),
    /// What the center sent does not fit what we asked or know.
    #[error("the center's certificate cannot be used: {0}")]
    Unfit(String),
}

/// What is remembered about the center; `center.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CenterRecord {
    /// Where the terminal joined, and where it renews when its certificate has run out.
    pub(crate) enrol_url: String,
    /// Addresses of the API, the preferred one first.
    pub(crate) api_urls: Vec<String>,
    /// The root that the one-time code named.
    pub(crate) root_certificate: String,
    /// What proofs are verified with.
    pub(crate) log_public_key: String,
    /// Number of the log.
    pub(crate) log_id: String,
    /// 医療機関コード.
    pub(crate) medical_institution_code: String,
    /// Name of the institution.
    pub(crate) name: String,
}

impl CenterRecord {
    pub(crate) fn of(enrolled: &Enrolled, enrol_url: &str) -> Self {
        Self {
            enrol_url: enrol_url.to_owned(),
            api_urls: enrolled.api_urls.clone(),
            root_certificate: enrolled.root_certificate.clone(),
            log_public_key: enrolled.log_public_key.clone(),
            log_id: enrolled.log_id.clone(),
            medical_institution_code: enrolled.medical_institution_code.clone(),
            name: enrolled.name.clone(),
        }
    }
}

/// The center, read and checked.
#[derive(Debug, Clone)]
pub(crate) struct CenterFacts {
    pub(crate) record: CenterRecord,
    pub(crate) root: Certificate,
    pub(crate) log_key: LogPublicKey,
    pub(crate) log_id: LogId,
    pub(crate) facility: MedicalInstitutionCode,
}

impl CenterFacts {
    pub(crate) fn read(record: CenterRecord) -> Result<Self, String> {
        Ok(Self {
            root: Certificate::from_pem(&record.root_certificate).map_err(|e| format!("root certificate: {e}"))?,
            log_key: LogPublicKey::from_pem(&record.log_public_key).map_err(|e| format!("key of the log: {e}"))?,
            log_id: LogId::parse(&record.log_id).ok_or("number of the log")?,
            facility: MedicalInstitutionCode::parse(&record.medical_institution_code)
                .map_err(|e| format!("institution code: {e}"))?,
            record,
        })
    }

    pub(crate) fn load(layout: &Layout) -> Result<Self, IdentityError> {
        let path = layout.center();
        let bytes = read(&path, layout)?;
        let damaged = |why: String| IdentityError::Damaged { path: path.clone(), why };
        let record = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        Self::read(record).map_err(damaged)
    }

    pub(crate) fn save(&self, layout: &Layout) -> Result<(), IdentityError> {
        let path = layout.center();
        let text = serde_json::to_vec_pretty(&self.record).map_err(|e| IdentityError::Unfit(e.to_string()))?;
        files::write_atomic(&path, &text, Access::Private).map_err(|source| IdentityError::File { path, source })
    }
}

/// Key and certificate.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) key: Arc<PrivateKey>,
    pub(crate) chain: CertificateChain,
    pub(crate) validity: Validity,
}

impl Identity {
    /// Puts together the key that was asked for and the certificate that came; refuses a certificate for another key.
    pub(crate) fn new(key: Arc<PrivateKey>, chain_pem: &str) -> Result<Self, IdentityError> {
        let unfit = |why: &dyn std::fmt::Display| IdentityError::Unfit(why.to_string());
        let chain = CertificateChain::from_pem(chain_pem).map_err(|e| unfit(&e))?;
        if chain.leaf().public_key().map_err(|e| unfit(&e))? != *key.public_key() {
            return Err(unfit(&"it is for another key"));
        }
        let validity = chain.leaf().validity().map_err(|e| unfit(&e))?;
        Ok(Self { key, chain, validity })
    }

    pub(crate) fn load(layout: &Layout) -> Result<Self, IdentityError> {
        let path = layout.identity();
        let bytes = Zeroizing::new(read(&path, layout)?);
        if files::is_open_to_others(&path).map_err(|source| IdentityError::File { path: path.clone(), source })? {
            return Err(IdentityError::Open(path));
        }
        let damaged = |why: String| IdentityError::Damaged { path: path.clone(), why };
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged("not text".to_owned()))?;
        let at = text.find("-----BEGIN CERTIFICATE").ok_or_else(|| damaged("no certificate".to_owned()))?;
        let key = PrivateKey::from_pem(&text[..at]).map_err(|error| damaged(error.to_string()))?;
        Self::new(Arc::new(key), &text[at..]).map_err(|error| damaged(error.to_string()))
    }

    pub(crate) fn save(&self, layout: &Layout) -> Result<(), IdentityError> {
        let path = layout.identity();
        let mut text = self.key.to_pem();
        text.push_str(&self.chain.to_pem());
        files::write_atomic(&path, text.as_bytes(), Access::Private)
            .map_err(|source| IdentityError::File { path, source })
    }

    /// What the client shows and trusts.
    pub(crate) fn tls(&self, root: &Certificate, clock: &SharedClock) -> Result<kit::client::ClientTls, IdentityError> {
        let config = tls::client_config(root, &self.chain, &self.key, tls_clock(clock))
            .map_err(|error| IdentityError::Unfit(error.to_string()))?;
        Ok(kit::client::ClientTls::new(config))
    }
}

pub(crate) fn tls_clock(clock: &SharedClock) -> TlsClock {
    let clock = Arc::clone(clock);
    TlsClock::new(move || clock.now())
}

/// The key of a join or renewal that was begun. It is kept until the certificate is safe, so that a center that has
/// answered already is not asked with another key after a power cut.
pub(crate) fn next_key(layout: &Layout) -> Result<Arc<PrivateKey>, IdentityError> {
    let path = layout.next_key();
    let failed = |source| IdentityError::File { path: path.clone(), source };
    if path.exists() {
        let text = Zeroizing::new(files::read_limited(&path, limits::SETTINGS_BYTES_MAX).map_err(failed)?);
        if let Some(key) = std::str::from_utf8(&text).ok().and_then(|text| PrivateKey::from_pem(text).ok()) {
            return Ok(Arc::new(key));
        }
    }
    let key = PrivateKey::generate().map_err(|error| IdentityError::Unfit(error.to_string()))?;
    files::write_atomic(&path, key.to_pem().as_bytes(), Access::Private).map_err(failed)?;
    Ok(Arc::new(key))
}

/// The key is in `terminal.pem` now.
pub(crate) fn forget_next_key(layout: &Layout) {
    // A leftover key does no harm: it is overwritten or used by the next renewal.
    let _ = std::fs::remove_file(layout.next_key());
}

fn read(path: &std::path::Path, layout: &Layout) -> Result<Vec<u8>, IdentityError> {
    files::read_limited(path, limits::SETTINGS_BYTES_MAX).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IdentityError::NotJoined(layout.dir().to_owned()),
        _ => IdentityError::File { path: path.to_owned(), source },
    })
}
