//! Files of the authority: keys that only we may read, and a state that is either the old or the new.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Error, Result};

/// Turns an error of the system into one that names the file.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    |source| Error::File { path: path.to_owned(), source }
}

/// Writes aside and renames, mode 0600.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<()> {
    let aside = aside(path, content)?;
    fs::rename(&aside, path).map_err(at(path))
}

/// As [`write`], but leaves a file that another process made meanwhile, and gives what is there in the end: a key that
/// somebody uses already must stay the one.
pub(super) fn create(path: &Path, content: &[u8]) -> Result<Vec<u8>> {
    let aside = aside(path, content)?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside).map_err(at(&aside))?;
    match linked {
        Ok(()) => Ok(content.to_vec()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path).map_err(at(path)),
        Err(error) => Err(at(path)(error)),
    }
}

fn aside(path: &Path, content: &[u8]) -> Result<PathBuf> {
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(&aside).and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    written.map(|()| aside.clone()).map_err(at(&aside))
}

/// Reads a file; none when it is not there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

/// Makes a folder and those above it.
pub(super) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(at(path))
}
