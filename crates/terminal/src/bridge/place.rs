//! Files for other programs: written aside, then renamed, so that each appears once and complete. In between the store is
//! told; a file aside that is gone after a power cut was renamed before it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// Where a file is written before it is renamed. The leading dot and the ending keep every program away from it; one
/// name per request, so a second attempt writes over the first.
pub(super) fn aside(folder: &Path, request_id: Uuid) -> PathBuf {
    folder.join(format!(".tashika-{request_id}.tmp"))
}

/// Writes a file aside, flushed to the disk.
pub(super) fn write(aside: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(aside)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Renames it to its place, unless that was done before a power cut.
pub(super) fn rename(folder: &Path, aside: &Path, place: &Path) -> io::Result<()> {
    // Without the folder nothing can be said about the file in it: a share that is away for a while.
    fs::metadata(folder)?;
    match fs::rename(aside, place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !aside.exists() => Ok(()),
        other => other,
    }?;
    kit::files::sync_folder(folder)
}
