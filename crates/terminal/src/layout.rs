//! Names of the files in the data folder.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The data folder of one terminal, mode 0700.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    dir: PathBuf,
}

impl Layout {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the clinic sets.
    pub(crate) fn settings(&self) -> PathBuf {
        self.dir.join(crate::config::SETTINGS_FILE)
    }

    /// Private key and certificate chain, in one file so that they change together. Mode 0600.
    pub(crate) fn identity(&self) -> PathBuf {
        self.dir.join("terminal.pem")
    }

    /// The key of a join or renewal that is under way. Mode 0600.
    pub(crate) fn next_key(&self) -> PathBuf {
        self.dir.join("next-key.pem")
    }

    /// Who the center is: addresses, root certificate, key of the log.
    pub(crate) fn center(&self) -> PathBuf {
        self.dir.join("center.json")
    }

    /// The store.
    pub(crate) fn store(&self) -> PathBuf {
        self.dir.join("terminal.db")
    }

    /// Status lists and the keys that verify them.
    pub(crate) fn lists(&self) -> PathBuf {
        self.dir.join("status-lists")
    }

    /// The key of the store's sealed columns. Mode 0600.
    pub(crate) fn store_key(&self) -> PathBuf {
        self.dir.join("store.key")
    }

    /// Takes the folder for one process: two programs would answer each file twice. The lock ends with the process.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let file = File::options().create(true).truncate(false).write(true).open(self.dir.join("terminal.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
