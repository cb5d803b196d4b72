//! Looking into the request folder.
//!
//! Change events do not come over network shares, so the folder is listed again and again. A file is ready when its
//! size and time did not change between two looks and it ends as a message ends. A file that stays unfinished is handed
//! on after a named time, and fails as what it is. Files that are not requests of this interface are left alone.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wire::oqs::FileName;

use crate::limits;

/// A request file as it lies in the folder.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: FileName,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// Nanoseconds since 1970; 0 where the file system has no times.
    pub(crate) modified: i128,
}

/// The suffix of a name may be a patient number.
impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("api", &self.name.api()).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Candidate {
    /// Larger than any request of its kind may be.
    pub(crate) fn is_too_large(&self) -> bool {
        self.bytes > self.name.api().request_max_bytes()
    }
}

/// What the last look saw of a file.
#[derive(Debug)]
struct Seen {
    bytes: u64,
    modified: i128,
    /// Since when it is as it is.
    since: Duration,
    /// It could not be opened, and that was told.
    locked: bool,
    round: u64,
}

/// What a look found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// Ready to be taken, oldest first.
    pub(crate) ready: Vec<Candidate>,
    /// Unfinished, or cannot be opened.
    pub(crate) waiting: usize,
}

/// The memory between two looks.
#[derive(Debug)]
pub(crate) struct RequestFolder {
    path: PathBuf,
    half_written: Duration,
    seen: HashMap<String, Seen>,
    round: u64,
}

impl RequestFolder {
    pub(crate) fn new(path: PathBuf, half_written: Duration) -> Self {
        Self { path, half_written, seen: HashMap::new(), round: 0 }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lists the folder. `now` is monotonic. An error means that the folder itself cannot be used.
    pub(crate) fn look(&mut self, now: Duration) -> io::Result<Look> {
        self.round += 1;
        let mut look = Look::default();
        for entry in fs::read_dir(&self.path)? {
            let Some(candidate) = candidate(&entry?) else { continue };
            if self.seen.len() >= limits::BRIDGE_SEEN_FILES_MAX && !self.seen.contains_key(&key(&candidate)) {
                look.waiting += 1;
                continue;
            }
            if self.is_ready(&candidate, now) {
                look.ready.push(candidate);
            } else {
                look.waiting += 1;
            }
        }
        let round = self.round;
        self.seen.retain(|_, seen| seen.round == round);
        look.ready.sort_by(|a, b| (a.modified, a.name.suffix()).cmp(&(b.modified, b.name.suffix())));
        Ok(look)
    }

    fn is_ready(&mut self, candidate: &Candidate, now: Duration) -> bool {
        let seen = self.seen.entry(key(candidate)).or_insert_with(|| Seen {
            bytes: u64::MAX,
            modified: candidate.modified,
            since: now,
            locked: false,
            round: 0,
        });
        let known = seen.round != 0;
        seen.round = self.round;
        if !known || seen.bytes != candidate.bytes || seen.modified != candidate.modified {
            (seen.bytes, seen.modified, seen.since) = (candidate.bytes, candidate.modified, now);
            return false;
        }
        if candidate.is_too_large() {
            return true;
        }
        let waited = now.saturating_sub(seen.since);
        match ends_like_a_message(&candidate.path) {
            Ok(true) => true,
            Ok(false) => waited >= self.half_written,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                if !seen.locked {
                    tracing::warn!(api = candidate.name.api().as_str(), %error, "a request file cannot be opened; waiting for it");
                    seen.locked = true;
                }
                false
            }
        }
    }

    /// Forgets a file that was taken: the same name may come again.
    pub(crate) fn forget(&mut self, candidate: &Candidate) {
        self.seen.remove(&key(candidate));
    }
}

fn key(candidate: &Candidate) -> String {
    candidate.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// None for everything that is not a request of this interface, or went away meanwhile.
fn candidate(entry: &fs::DirEntry) -> Option<Candidate> {
    let name = FileName::parse(entry.file_name().to_str()?).ok().filter(FileName::is_request)?;
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    let modified = metadata.modified().map_or(0, nanoseconds);
    Some(Candidate { name, path: entry.path(), bytes: metadata.len(), modified })
}

fn nanoseconds(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
    }
}

/// Whether the last thing in the file, white space apart, is the end of the root element. Programs that set the size of
/// a file first and fill it later leave zeros there.
fn ends_like_a_message(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let tail = length.min(limits::BRIDGE_TAIL_BYTES as u64);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut end = Vec::with_capacity(limits::BRIDGE_TAIL_BYTES);
    file.take(limits::BRIDGE_TAIL_BYTES as u64).read_to_end(&mut end)?;
    Ok(is_message_end(&end))
}

fn is_message_end(end: &[u8]) -> bool {
    let end = end.trim_ascii_end();
    let Some(inside) = end.strip_suffix(b">") else { return false };
    inside.trim_ascii_end().ends_with(b"</XmlMsg")
}

/// Removes answer files that nobody fetched: only names of ours, only older than `age`. How many went.
pub(crate) fn remove_old_answers(res: &Path, now: SystemTime, age: Duration) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(res)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().and_then(|name| FileName::parse(name).ok()) else { continue };
        let ours = match name.direction() {
            wire::oqs::Direction::Response => match name.extension() {
                "xml" => true,
                "pdf" => name.api().may_be_pdf(),
                _ => false,
            },
            wire::oqs::Direction::Request => name.extension() == "err",
        };
        let old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| now.duration_since(modified).is_ok_and(|passed| passed > age));
        if ours && old && fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    //! Proves when a file is ready and that nothing else is touched. Time is a number that the test moves.
    use super::*;

    const NAME: &str = "OQSsiquc01req_1.xml";
    const WAIT: Duration = Duration::from_secs(10);

    struct Bench {
        dir: tempfile::TempDir,
        folder: RequestFolder,
        now: Duration,
    }

    impl Bench {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let folder = RequestFolder::new(dir.path().to_owned(), WAIT);
            Self { dir, folder, now: Duration::ZERO }
        }

        fn write(&self, name: &str, content: &str) {
            fs::write(self.dir.path().join(name), content).unwrap();
        }

        fn look(&mut self) -> (usize, usize) {
            self.now += Duration::from_millis(200);
            let look = self.folder.look(self.now).unwrap();
            (look.ready.len(), look.waiting)
        }
    }

    #[test]
    fn a_complete_file_is_ready_at_the_second_look() {
        let mut bench = Bench::new();
        bench.write(NAME, "<XmlMsg></XmlMsg>\r\n");
        assert_eq!(bench.look(), (0, 1));
        assert_eq!(bench.look(), (1, 0));
    }

    #[test]
    fn a_file_that_grows_is_waited_for() {
        let mut bench = Bench::new();
        bench.write(NAME, "<XmlMsg>");
        assert_eq!(bench.look(), (0, 1));
        assert_eq!(bench.look(), (0, 1));
        bench.write(NAME, "<XmlMsg><a/></XmlMsg>");
        assert_eq!(bench.look(), (0, 1), "it changed since the last look");
        assert_eq!(bench.look(), (1, 0));
    }

    #[test]
    fn a_file_that_stays_unfinished_is_given_up_after_the_named_time() {
        for content in ["", "<XmlMsg><Message", "<XmlMsg></XmlMsg>\0\0\0"] {
            let mut bench = Bench::new();
            bench.write(NAME, content);
            bench.look();
            bench.now += Duration::from_millis(9_700);
            assert_eq!(bench.look(), (0, 1), "{content:?}");
            bench.now += Duration::from_millis(300);
            assert_eq!(bench.look(), (1, 0), "{content:?}");
        }
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let mut bench = Bench::new();
        for name in [
            ".OQSsiquc01req_1.xml.tmp",
            "OQSsiquc01res_1.xml",
            "OQSmuhvq01req_1.xml",
            "EPSsiPIR01req_1.xml",
            "OQSsiquc01req_1.zip",
            "readme.txt",
        ] {
            bench.write(name, "<XmlMsg></XmlMsg>");
        }
        fs::create_dir(bench.dir.path().join("OQSsiquc01req_9.xml")).unwrap();
        assert_eq!(bench.look(), (0, 0));
        assert_eq!(bench.look(), (0, 0));
    }

    #[test]
    fn the_oldest_is_taken_first() {
        let mut bench = Bench::new();
        for (name, second) in [("OQSsiquc01req_a.xml", 20), ("OQSsiquc01req_b.xml", 10)] {
            bench.write(name, "<XmlMsg></XmlMsg>");
            let file = File::options().write(true).open(bench.dir.path().join(name)).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(second)).unwrap();
        }
        bench.look();
        let ready = bench.folder.look(bench.now).unwrap().ready;
        let suffixes: Vec<_> = ready.iter().map(|c| c.name.suffix()).collect();
        assert_eq!(suffixes, ["b", "a"]);
    }

    #[test]
    fn the_end_of_a_message_is_recognised_with_white_space_in_it() {
        for end in ["</XmlMsg>", "</XmlMsg >\n", "x</XmlMsg\t>\r\n  "] {
            assert!(is_message_end(end.as_bytes()), "{end:?}");
        }
        for end in ["", "</XmlMsg", "</XmlMsgs>", "<XmlMsg>", "</XmlMsg>x"] {
            assert!(!is_message_end(end.as_bytes()), "{end:?}");
        }
    }

    #[test]
    fn only_old_answers_with_our_names_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let day = Duration::from_hours(24);
        for name in [
            "OQSsiquc01res_old.xml",
            "OQSsiquc01req_old.err",
            "OQSsiquc01res_old.pdf",
            "YZKsiquc01res_old.xml",
            "TKKsiquc01res_old.pdf",
            "CIPsiquc01res_old.xml",
            "notes.txt",
        ] {
            fs::write(dir.path().join(name), "x").unwrap();
            let file = File::options().write(true).open(dir.path().join(name)).unwrap();
            file.set_modified(UNIX_EPOCH + day).unwrap();
        }
        fs::write(dir.path().join("OQSsiquc01res_new.xml"), "x").unwrap();
        let now = fs::metadata(dir.path().join("OQSsiquc01res_new.xml")).unwrap().modified().unwrap();
        assert_eq!(remove_old_answers(dir.path(), now, 7 * day).unwrap(), 4);
        let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["CIPsiquc01res_old.xml", "OQSsiquc01res_new.xml", "OQSsiquc01res_old.pdf", "notes.txt"]);
    }
}
