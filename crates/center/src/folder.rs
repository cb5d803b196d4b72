//! Where things lie in the data folder of a center.
//!
//! ```text
//! center.toml            settings                                  (0600)
//! center.sqlite          the register, unless it is in PostgreSQL
//! root/root.key.pem      key of the root CA: to be taken offline   (folder 0700)
//! root/root.pem          its certificate
//! keys/issuing.key.pem   key of the issuing CA                     (folder 0700)
//! keys/log.key.pem       key that signs the heads of the access log
//! keys/credential.key.pem  key that signs status lists and personal certificates
//! spool/                 uploads on their way into the register     (0700)
//! certs/root.pem         the root certificate, to be given to everybody
//! certs/issuing.pem      the issuing certificate
//! certs/issuing.crl.pem  the last revocation list
//! certs/log.pub.pem      what verifies a proof
//! certs/credential.pub.pem  what verifies a status list or a personal certificate
//! ```
//!
//! The server's own certificate is nowhere here: it is issued anew at every start and well before it ends, with a key
//! that never leaves the memory of the process.

use std::path::{Path, PathBuf};

use crate::store::{Address, StoreError};

/// The data folder, and the names in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    path: PathBuf,
}

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $relative:literal;)+) => {
        impl DataFolder {
            $($(#[$doc])* pub fn $name(&self) -> PathBuf { self.path.join($relative) })+
        }
    };
}

places! {
    /// The settings.
    config = "center.toml";
    /// What is to be taken offline.
    root_folder = "root";
    /// Key of the root CA.
    root_key = "root/root.key.pem";
    /// The root certificate, kept with its key.
    root_folder_certificate = "root/root.pem";
    /// What to do with the folder.
    root_note = "root/README.txt";
    /// Keys that the running center needs.
    keys_folder = "keys";
    /// Key of the issuing CA.
    issuing_key = "keys/issuing.key.pem";
    /// Key that signs the heads of the access log.
    log_key = "keys/log.key.pem";
    /// What everybody may read.
    certificates_folder = "certs";
    /// The root certificate.
    root_certificate = "certs/root.pem";
    /// The issuing certificate.
    issuing_certificate = "certs/issuing.pem";
    /// Uploads on their way into the register; empty between them.
    spool_folder = "spool";
    /// The last revocation list.
    revocation_list = "certs/issuing.crl.pem";
    /// What verifies a proof.
    log_public_key = "certs/log.pub.pem";
    /// Key that signs status lists and personal certificates.
    credential_key = "keys/credential.key.pem";
    /// What verifies them.
    credential_public_key = "certs/credential.pub.pem";
}

impl DataFolder {
    /// The folder at this path, whether it exists or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The address of the register: what the settings say, or the SQLite file of this folder.
    ///
    /// # Errors
    /// The settings name an address that cannot be used.
    pub fn database(&self, configured: &str) -> Result<Address, StoreError> {
        if configured.is_empty() { Ok(Address::in_folder(&self.path)) } else { Address::parse(configured) }
    }
}
