//! The folder for bookings: a file is dropped, taken in and removed, and beside it stands what became of it.
//!
//! `NAME.csv` is ready when it did not change between two looks. Afterwards `NAME.csv.result.txt` says how many lines were taken and
//! names the others by line and field, without their values. A file that is no list of bookings, or too large, is renamed to `NAME.csv.unreadable`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kit::files::{self, Access};
use kit::lifecycle::Lifecycle;

use crate::bookings::{self, Bookings};
use crate::checks::Checks;
use crate::health::Folder;
use crate::limits;

const RESULT: &str = ".result.txt";

/// A file as it was at the last look.
type Shape = (u64, Option<SystemTime>);

/// Looks into the folder until the terminal stops.
pub(crate) async fn run(folder: PathBuf, checks: Checks, life: Lifecycle) {
    let mut seen = HashMap::new();
    loop {
        let at = checks.center.hours().local();
        match look(&folder, &mut seen, at.into()) {
            Ok(ready) => {
                checks.health.folder_works(Folder::Bookings);
                for file in ready {
                    if let Err(error) = take(&file, &checks).await {
                        // It stays where it is and is taken at a later look.
                        tracing::warn!(%error, "a file of bookings waits");
                    }
                }
            }
            Err(error) => checks.health.folder_fails(Folder::Bookings, at, &error),
        }
        if !life.rest(limits::BOOKING_LOOK_INTERVAL).await {
            return;
        }
    }
}

/// Files that are complete. Old results are removed on the way.
fn look(folder: &Path, seen: &mut HashMap<PathBuf, Shape>, now: SystemTime) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let (mut ready, mut there) = (Vec::new(), HashMap::new());
    for entry in fs::read_dir(folder)?.take(limits::BOOKING_FILES_MAX) {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(facts) = entry.metadata() else { continue };
        if !facts.is_file() || name.starts_with('.') {
            continue;
        }
        if name.ends_with(RESULT) {
            let age = facts.modified().ok().and_then(|modified| now.duration_since(modified).ok());
            if age.unwrap_or(Duration::ZERO) > limits::BOOKING_RESULT_TIME {
                // Another look tries again.
                let _ = fs::remove_file(entry.path());
            }
        } else if name.to_ascii_lowercase().ends_with(".csv") {
            let shape = (facts.len(), facts.modified().ok());
            if seen.get(&entry.path()) == Some(&shape) {
                ready.push(entry.path());
            }
            there.insert(entry.path(), shape);
        }
    }
    *seen = there;
    ready.sort();
    Ok(ready)
}

/// Takes one file in: into the store, then the result beside it, then it is removed. After a stop in between it is taken once more,
/// which changes nothing.
async fn take(file: &Path, checks: &Checks) -> io::Result<()> {
    let bytes = match files::read_limited(file, limits::BOOKING_FILE_BYTES_MAX) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let words = format!(
                "ファイルが大きすぎます。{} バイト以下に分けて置き直してください。 / {error}",
                limits::BOOKING_FILE_BYTES_MAX
            );
            tracing::warn!("a file of bookings is too large");
            return put_aside(file, &words);
        }
        read => read?,
    };
    match bookings::read(&bytes) {
        Ok(read) => {
            let now = checks.center.hours().local();
            for piece in read.good.chunks(limits::BOOKINGS_AT_ONCE) {
                checks.store.put_bookings(piece, now).await.map_err(io::Error::other)?;
            }
            files::write_atomic(&beside(file, RESULT), told(&read).as_bytes(), Access::Shared)?;
            fs::remove_file(file)?;
            tracing::info!(taken = read.good.len(), refused = read.refused_count, "bookings were taken in");
        }
        Err(error) => {
            tracing::warn!(code = error.code(), "a file is no list of bookings");
            put_aside(file, &format!("{}\r\n{error}", error.message()))?;
        }
    }
    Ok(())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    file.with_file_name(format!("{name}{ending}"))
}

/// Says beside a file why it cannot be taken, and renames it.
fn put_aside(file: &Path, words: &str) -> io::Result<()> {
    files::write_atomic(&beside(file, RESULT), format!("{words}\r\n").as_bytes(), Access::Shared)?;
    fs::rename(file, beside(file, ".unreadable"))
}

/// What became of a file, for whoever dropped it.
fn told(read: &Bookings) -> String {
    let mut text = format!(
        "取り込み {} 件、取り込めない行 {} 件 / taken {}, refused {}\r\n",
        read.good.len(),
        read.refused_count,
        read.good.len(),
        read.refused_count
    );
    for refusal in &read.refused {
        // Writing to a string cannot fail.
        let _ = write!(text, "{} / {}\r\n", refusal.message, refusal.message_en);
    }
    text
}
