//! The key of the store, and what is done with it: sealing columns, and keyed hashes to find rows by.

use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use kit::random::SharedRandom;
use trust::seal::{self, Sealer};
use zeroize::Zeroizing;

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file cannot be read or written.
    #[error("{}: {source}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key file is not 32 bytes long.
    #[error("{} is not a key of this program", .0.display())]
    KeyShape(PathBuf),
    /// Others may read the key file.
    #[error("{} may be read by others; make it mode 0600", .0.display())]
    KeyOpen(PathBuf),
    /// The value was sealed for another row or column, with another key, or was changed.
    #[error("the sealed value in {0} does not open")]
    Broken(&'static str),
}

const KEY_BYTES: usize = 32;

/// Seals and opens columns. The key is wiped from memory when dropped.
pub struct Vault {
    sealer: Sealer,
    mac: hmac::Key,
    random: SharedRandom,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// Where a sealed value lives: it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The primary key of the row, as text.
    pub row: &'a str,
    /// The column.
    pub column: &'static str,
}

impl<'a> From<Place<'a>> for seal::Place<'a> {
    fn from(place: Place<'a>) -> Self {
        Self { table: place.table, column: place.column, row: place.row.as_bytes() }
    }
}

impl Vault {
    /// Reads the key file, or makes one where there is none yet.
    pub fn open_or_make(path: &Path, random: SharedRandom) -> Result<Self, VaultError> {
        let failed = |source| VaultError::KeyFile { path: path.to_owned(), source };
        if !path.exists() {
            let fresh = Zeroizing::new(kit::random::bytes::<KEY_BYTES>(&*random));
            kit::files::create_private(path, &*fresh).map_err(failed)?;
        }
        if kit::files::is_open_to_others(path).map_err(failed)? {
            return Err(VaultError::KeyOpen(path.to_owned()));
        }
        let held = Zeroizing::new(kit::files::read_limited(path, KEY_BYTES as u64).map_err(failed)?);
        let key: Zeroizing<[u8; KEY_BYTES]> =
            Zeroizing::new(held.as_slice().try_into().map_err(|_| VaultError::KeyShape(path.to_owned()))?);
        Ok(Self::new(&key, random))
    }

    fn new(key: &Zeroizing<[u8; KEY_BYTES]>, random: SharedRandom) -> Self {
        // Two uses, two keys: what hashes is derived and never seals.
        let root = hmac::Key::new(hmac::HMAC_SHA256, &**key);
        let mac = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, b"tashika terminal: keyed hashes").as_ref());
        Self { sealer: Sealer::new(key), mac, random }
    }

    /// Seals a value for one place.
    pub fn seal(&self, place: Place<'_>, value: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.sealer
            .seal(place.into(), kit::random::bytes(&*self.random), value)
            .map_err(|_| VaultError::Broken(place.table))
    }

    /// Opens a value at the place it was sealed for.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.sealer.open(place.into(), sealed).map_err(|_| VaultError::Broken(place.table))
    }

    /// A keyed hash: equal for equal parts, and nothing to anybody without the key.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.mac);
        for part in parts {
            // The length keeps ("ab", "c") and ("a", "bc") apart.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }
}
