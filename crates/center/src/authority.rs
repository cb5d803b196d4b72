//! The certificate authority of a running center: the issuing key in memory, and everything that is signed with it.
//!
//! Issuance is lined up before it acts: the certificate is on record before it is signed (its serial number is known by
//! then), and a line in the log before and after says who got what. A certificate that exists but is on no record cannot
//! come about.

use jiff::Timestamp;
use kit::files::{self, Access};
use kit::random::{self, Random};
use tracing::info;
use trust::ca::{CaError, IssuingAuthority, Revoked, ServerName};
use trust::keys::KeyError;
use trust::{
    Certificate, CertificateChain, CertificateRequest, CredentialSigner, LogPublicKey, Peer, PrivateKey,
    RevocationList, Serial,
};

use crate::folder::DataFolder;
use crate::limits;

/// Why the keys of a center cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFolderError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file can be read by others.
    #[error("{path} can be read by others; make it mode 0600")]
    OpenToOthers {
        /// Which file.
        path: std::path::PathBuf,
    },
    /// A file is damaged.
    #[error("{path}: {why}")]
    Damaged {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        why: String,
    },
}

/// The issuing authority and what everybody may know about it.
#[derive(Debug)]
pub struct Authority {
    issuing: IssuingAuthority,
}

impl Authority {
    /// Loads the issuing key and the two certificates.
    ///
    /// # Errors
    /// A file is missing, open to others, damaged, or does not belong to the others.
    pub fn load(folder: &DataFolder) -> Result<Self, KeyFolderError> {
        let root = read_certificate(folder.root_certificate())?;
        let certificate = read_certificate(folder.issuing_certificate())?;
        let path = folder.issuing_key();
        let key = read_key(path.clone())?;
        let issuing = IssuingAuthority::new(certificate, root, key).map_err(|error| damaged(path, error))?;
        Ok(Self { issuing })
    }

    /// The root certificate.
    pub fn root(&self) -> &Certificate {
        self.issuing.root()
    }

    /// The trust crate's own authority, for its checks.
    pub fn issuing(&self) -> &IssuingAuthority {
        &self.issuing
    }

    /// What the lists of this issuing key are filed under.
    pub fn issuer_id(&self) -> String {
        self.issuing.certificate().serial().map_or_else(|_| "unknown".to_owned(), |serial| serial.to_string())
    }

    /// A new key and a certificate for the center itself.
    ///
    /// # Errors
    /// Names that cannot stand in a certificate, or a library that fails.
    pub fn issue_server(
        &self,
        names: &[String],
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<(CertificateChain, PrivateKey), CaError> {
        let names: Vec<ServerName> = names.iter().map(|name| ServerName::parse(name)).collect();
        let key = PrivateKey::generate()?;
        let serial = new_serial(random);
        info!(target: "issuance", %serial, "server certificate: signing");
        let chain = self.issuing.issue_server(&names, key.public_key(), serial, now)?;
        info!(target: "issuance", %serial, "server certificate: signed");
        Ok((chain, key))
    }

    /// Signs a client certificate whose record is made already.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate, or a library that fails.
    pub fn issue_client(
        &self,
        peer: &Peer,
        name: &str,
        request: &CertificateRequest,
        serial: Serial,
        now: Timestamp,
    ) -> Result<CertificateChain, CaError> {
        info!(target: "issuance", %serial, holder = %peer.to_uri(), "client certificate: signing");
        let chain = self.issuing.issue_client(peer, name, request, serial, now)?;
        info!(target: "issuance", %serial, holder = %peer.to_uri(), "client certificate: signed");
        Ok(chain)
    }

    /// Signs a revocation list.
    ///
    /// # Errors
    /// A library that fails.
    pub fn issue_revocation_list(
        &self,
        revoked: &[Revoked],
        number: u64,
        now: Timestamp,
    ) -> Result<RevocationList, CaError> {
        let list = self.issuing.issue_crl(revoked, number, now)?;
        info!(target: "issuance", number, entries = revoked.len(), "revocation list: signed");
        Ok(list)
    }
}

/// A new serial number.
pub fn new_serial(random: &dyn Random) -> Serial {
    Serial::from_random(random::bytes(random))
}

/// Reads a key file, which nobody but the owner may be able to read.
pub fn read_key(path: std::path::PathBuf) -> Result<PrivateKey, KeyFolderError> {
    let text = zeroize::Zeroizing::new(read_private(&path)?);
    PrivateKey::from_pem(&text).map_err(|error| damaged(path, error))
}

/// The key that signs status lists and personal certificates. A folder of an older program has none yet: it is made.
///
/// # Errors
/// The key is open to others or damaged, or the folder cannot be written.
pub fn credential_signer(folder: &DataFolder) -> Result<CredentialSigner, KeyFolderError> {
    let path = folder.credential_key();
    let failed = |error: KeyError| damaged(folder.credential_key(), error);
    let write = |path: std::path::PathBuf| move |source| KeyFolderError::Read { path, source };
    if !path.exists() {
        let key = PrivateKey::generate().map_err(failed)?;
        files::create_private(&path, key.to_pem().as_bytes()).map_err(write(path.clone()))?;
        info!(path = %path.display(), "a key for status lists was made");
    }
    let signer = CredentialSigner::new(&read_key(path)?).map_err(failed)?;
    let public = folder.credential_public_key();
    if !public.exists() {
        let text = signer.public_key().to_pem();
        files::write_atomic(&public, text.as_bytes(), Access::Shared).map_err(write(public.clone()))?;
    }
    Ok(signer)
}

/// The key that verifies the access log.
///
/// # Errors
/// The file is missing or damaged.
pub fn log_public_key(folder: &DataFolder) -> Result<LogPublicKey, KeyFolderError> {
    let path = folder.log_public_key();
    let text = read_text(&path)?;
    LogPublicKey::from_pem(&text).map_err(|error| damaged(path, error))
}

/// Reads a text file that nobody but the owner may be able to read.
pub fn read_private(path: &std::path::Path) -> Result<String, KeyFolderError> {
    let read = |source| KeyFolderError::Read { path: path.to_owned(), source };
    if files::is_open_to_others(path).map_err(read)? {
        return Err(KeyFolderError::OpenToOthers { path: path.to_owned() });
    }
    read_text(path)
}

fn read_certificate(path: std::path::PathBuf) -> Result<Certificate, KeyFolderError> {
    Certificate::from_pem(&read_text(&path)?).map_err(|error| damaged(path, error))
}

fn read_text(path: &std::path::Path) -> Result<String, KeyFolderError> {
    let bytes = files::read_limited(path, limits::KEY_FILE_BYTES_MAX)
        .map_err(|source| KeyFolderError::Read { path: path.to_owned(), source })?;
    String::from_utf8(bytes).map_err(|error| damaged(path.to_owned(), error))
}

fn damaged(path: std::path::PathBuf, why: impl std::fmt::Display) -> KeyFolderError {
    KeyFolderError::Damaged { path, why: why.to_string() }
}
