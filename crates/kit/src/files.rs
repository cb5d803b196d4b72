//! Files that are either whole or not there, and files that only we may read.
//!
//! Everything here blocks; inside the runtime use [`crate::lifecycle::Lifecycle::spawn_blocking`] or
//! `tokio::task::spawn_blocking`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Who may read a file that we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever the folder and the umask let in: answers for the receipt computer.
    Shared,
    /// Mode 0600: keys, secrets, anything about persons. On systems without modes it is the folder that must protect it.
    Private,
}

/// Writes a file so that a reader sees the old content or the new, never a part: written aside in the same folder,
/// flushed to the disk, renamed, and the folder flushed too. When it fails, nothing is left behind.
pub fn write_atomic(path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    write_atomic_via(folder_of(path), path, content, access)
}

/// As [`write_atomic`], with the unfinished file in `aside`: for a folder that other programs watch and whose file
/// names they read. `aside` must be on the same file system.
pub fn write_atomic_via(aside: &Path, path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let mut file = AtomicFile::create_via(aside, path, access)?;
    file.write_all(content)?;
    file.finish()
}

/// A file that is written piece by piece and is there only once it is whole: as [`write_atomic`], for what is too long to
/// be held in memory. Dropped before [`AtomicFile::finish`], nothing is left of it.
#[derive(Debug)]
pub struct AtomicFile {
    // Closed before the other is removed.
    file: BufWriter<File>,
    unfinished: Unfinished,
    path: PathBuf,
}

impl AtomicFile {
    /// Begins a file aside in the same folder.
    pub fn create(path: &Path, access: Access) -> io::Result<Self> {
        Self::create_via(folder_of(path), path, access)
    }

    fn create_via(aside: &Path, path: &Path, access: Access) -> io::Result<Self> {
        let name = aside.join(aside_name(path));
        let file = BufWriter::new(create_new(&name, access)?);
        Ok(Self { file, unfinished: Unfinished { path: name, armed: true }, path: path.to_owned() })
    }

    /// Makes what was written last through a power cut; it is not there under its name yet.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }

    /// Puts the file into its place.
    pub fn finish(mut self) -> io::Result<()> {
        self.sync()?;
        let Self { file, unfinished, path } = self;
        drop(file);
        fs::rename(&unfinished.path, &path)?;
        unfinished.disarm();
        sync_folder(folder_of(&path))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Creates a file that must not exist yet and writes it to the disk: for keys, which nobody may overwrite by mistake.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = create_new(path, Access::Private)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if let Err(error) = written {
        drop(file);
        // Half a key would be refused at every later start; a missing one is made anew.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    sync_folder(folder_of(path))
}

/// Makes a folder, and those above it, that only we may enter (mode 0700 for those that are new). An existing folder
/// is left as it is.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Reads a whole file of at most `bytes_max` bytes; a larger one is an error of kind `FileTooLarge` and is not read.
pub fn read_limited(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut content = Vec::new();
    // One byte more than allowed tells "full" from "too large" even while another program is still writing.
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut content)?;
    if content.len() as u64 > bytes_max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {bytes_max} bytes")));
    }
    Ok(content)
}

/// Whether anybody but the owner may read or write the file. Never, on systems without modes.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(metadata.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        Ok(false)
    }
}

/// Makes a rename or a removal in this folder last through a power cut.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        match File::open(folder)?.sync_all() {
            // Network shares often cannot flush a folder; the content itself is already safe.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            other => other,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

/// Removes its file unless the rename succeeded.
#[derive(Debug)]
struct Unfinished {
    path: PathBuf,
    armed: bool,
}

impl Unfinished {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.armed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn create_new(path: &Path, access: Access) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = access;
    options.open(path)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A leading dot hides it from listings; process and counter keep two writers of one file apart.
fn aside_name(path: &Path) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.{}-{}.part", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_atomic_write_replaces_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.xml");
        write_atomic(&path, b"first", Access::Shared).unwrap();
        write_atomic(&path, b"second", Access::Shared).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["answer.xml"]);
    }

    #[test]
    fn a_file_written_in_pieces_is_there_only_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut file = AtomicFile::create(&path, Access::Private).unwrap();
        file.write_all(b"a").unwrap();
        file.sync().unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(names(folder.path()), [""; 0], "nothing is left of one that was given up");
        let mut file = AtomicFile::create(&path, Access::Private).unwrap();
        file.write_all(b"a").unwrap();
        file.write_all(b"b").unwrap();
        file.finish().unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(folder.path())), (b"ab".to_vec(), vec!["out.csv".to_owned()]));
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file_and_no_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write_atomic(&path, b"content", Access::Shared).is_err());
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn the_unfinished_file_can_live_in_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (aside, res) = (folder.path().join("work"), folder.path().join("res"));
        fs::create_dir(&aside).unwrap();
        fs::create_dir(&res).unwrap();
        write_atomic_via(&aside, &res.join("a.xml"), b"x", Access::Shared).unwrap();
        assert_eq!(names(&res), ["a.xml"]);
        assert!(names(&aside).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("key.pem");
        create_private(&made, b"secret").unwrap();
        let written = folder.path().join("store.key");
        write_atomic(&written, b"secret", Access::Private).unwrap();
        assert!(!is_open_to_others(&made).unwrap());
        assert!(!is_open_to_others(&written).unwrap());
        let nested = folder.path().join("data/keys");
        create_private_folder(&nested).unwrap();
        assert!(!is_open_to_others(&nested).unwrap());
    }

    #[test]
    fn a_private_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        create_private(&path, b"first").unwrap();
        assert_eq!(create_private(&path, b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[test]
    fn a_file_one_byte_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("request.xml");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert_eq!(read_limited(&path, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
