//! Every limit of this crate, with its unit in its name.

use std::time::Duration;

/// How long one question may wait for the center, in all.
pub const ASK_TIME: Duration = Duration::from_secs(8);
/// How long the center may take to accept a file of many questions.
pub const BULK_ASK_TIME: Duration = Duration::from_mins(2);
/// Rest between two looks at whether the center can be reached.
pub const PROBE_INTERVAL: Duration = Duration::from_secs(15);
/// First rest before a question that could not be asked is asked again; doubled up to [`RETRY_REST_MAX`].
pub const RETRY_REST_MIN: Duration = Duration::from_millis(250);
/// Longest rest between two attempts.
pub const RETRY_REST_MAX: Duration = Duration::from_secs(5);

/// Difference to the center's clock above which the desk is warned.
pub const CLOCK_SKEW_WARN: Duration = Duration::from_mins(2);
/// Rest between two looks at the certificate.
pub const RENEWAL_LOOK_INTERVAL: Duration = Duration::from_mins(1);
/// Rest after a renewal that failed.
pub const RENEWAL_RETRY_INTERVAL: Duration = Duration::from_mins(1);

/// Requests from the folder that are worked on at once, files of many questions apart.
pub const BRIDGE_SINGLE_TASKS_MAX: usize = 16;
/// Files of many questions that are worked on at once.
pub const BRIDGE_BULK_TASKS_MAX: usize = 1;
/// Files taken in one round of looking.
pub const BRIDGE_TAKE_FILES_MAX: usize = 256;
/// Requests that are taken and not answered; more wait in the folder.
pub const BRIDGE_OPEN_MAX: usize = 4_096;
/// Files of the request folder that one look remembers; more wait.
pub const BRIDGE_SEEN_FILES_MAX: usize = 20_000;
/// Bytes of a file that are kept as one sealed piece.
pub const BRIDGE_PART_BYTES: usize = 64 * 1024;
/// Bytes at the end of a file that are looked at to see whether it is complete.
pub const BRIDGE_TAIL_BYTES: usize = 256;
/// Rest after a step that the disk refused.
pub const BRIDGE_DISK_REST: Duration = Duration::from_secs(1);
/// Answers of a bulk file that are kept in one transaction.
pub const BULK_KEEP_ANSWERS: usize = 256;
/// Lines of a bulk file that wait between two stages.
pub const BULK_LINES_WAITING_MAX: usize = 64;
/// Longest line of the results of a bulk file, in bytes.
pub const BULK_RESULT_LINE_BYTES_MAX: u64 = 1024 * 1024;
/// How long taken files stay in the store after they were answered.
pub const BRIDGE_KEEP_TIME: Duration = Duration::from_hours(24);

/// Connections to the store. SQLite has one writer; two more let pages read meanwhile.
pub const STORE_CONNECTIONS_MAX: u32 = 3;
/// How long a writer waits for another one.
pub const STORE_BUSY_TIME: Duration = Duration::from_secs(5);
/// Rest between two rounds of cleaning up.
pub const CLEANUP_INTERVAL: Duration = Duration::from_hours(1);

/// Longest desk form, in bytes.
pub const FORM_BYTES_MAX: u64 = 16 * 1024;
/// Open connections of the desk listener: a few browsers and a vendor's program.
pub const DESK_CONNECTIONS_MAX: usize = 64;
/// Rows of today's list on one page.
pub const TODAY_ROWS_MAX: u32 = 300;
/// A session ends when nothing was done for this long.
pub const SESSION_IDLE_TIME: Duration = Duration::from_hours(4);
/// A session ends after this long in any case.
pub const SESSION_TIME_MAX: Duration = Duration::from_hours(14);
/// How often a session's last use is written down.
pub const SESSION_TOUCH_INTERVAL: Duration = Duration::from_mins(1);
/// Wrong passwords in a row for one name before it has to wait.
pub const LOGIN_FAILURES_MAX: u32 = 5;
/// Wrong passwords for all names together before everybody has to wait.
pub const LOGIN_FAILURES_ALL_MAX: u32 = 50;
/// How long a name has to wait after [`LOGIN_FAILURES_MAX`].
pub const LOGIN_WAIT_TIME: Duration = Duration::from_mins(1);
/// Names whose failures are remembered.
pub const LOGIN_NAMES_MAX: usize = 1_000;
/// Shortest password that a person may choose, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password, in bytes: what argon2 is asked to read.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Longest user name, in characters.
pub const USER_NAME_CHARS_MAX: usize = 32;
/// People who may use one desk.
pub const USERS_MAX: i64 = 500;

/// How long a start waits for the data folder: a program that was just killed lets go of it a moment later.
pub const LOCK_WAIT_TIME: Duration = Duration::from_secs(2);
/// From the wish to stop until what is still open is cut.
pub const GRACE_TIME: Duration = Duration::from_secs(10);
/// Longest `terminal.toml`, and any other file of the data folder that is read whole, in bytes.
pub const SETTINGS_BYTES_MAX: u64 = 256 * 1024;
