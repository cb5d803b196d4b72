//! Every limit of the center, with its unit in its name.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::SignedDuration;

/// Most questions that are answered in one transaction, in questions.
pub const BATCH_QUESTIONS_MAX: usize = 512;
/// Most questions of bulk files among them while single questions wait too, in questions. Keeps a window from waiting
/// for somebody's appointments of tomorrow.
pub const BATCH_BULK_QUESTIONS_MAX: usize = 128;
/// Single questions that may wait for a batch, in questions. At 10,000 answers a second that is 0.4 seconds of work.
pub const WAITING_SINGLE_MAX: usize = 4_096;
/// From this many waiting single questions on, bulk work is refused, in questions.
pub const WAITING_SINGLE_BEFORE_BULK_STOPS: usize = 1_024;
/// Chunks of bulk questions that may wait, in chunks of at most [`BATCH_BULK_QUESTIONS_MAX`] questions.
pub const WAITING_BULK_CHUNKS_MAX: usize = 64;
/// How long a window's question waits for an answer, the time in which the database is away included. A failover that is
/// shorter is not seen by anybody; behind it, the terminal goes on by itself.
pub const SINGLE_WAIT_TIME: Duration = Duration::from_secs(3);
/// Rest before a batch is tried again that windows wait for while the database is away.
pub const STORE_AWAY_REST: Duration = Duration::from_millis(100);
/// What an overloaded center tells a window to wait, in seconds.
pub const RETRY_AFTER_OVERLOAD_SECONDS: u32 = 1;
/// What a center without its database tells a window to wait, in seconds.
pub const RETRY_AFTER_STORE_SECONDS: u32 = 3;
/// What an overloaded center tells bulk work to wait, in seconds.
pub const RETRY_AFTER_BULK_SECONDS: u32 = 15;
/// Near misses that one batch reads, in rows. A person's own near misses are a handful; a hostile feed could make more.
pub const NEAR_ROWS_MAX: i64 = 20_000;
/// Other coverages that one batch reads, in rows.
pub const OTHER_ROWS_MAX: i64 = 20_000;
/// How old the insurers' feed times in memory may become.
pub const INSURER_FACTS_TIME: Duration = Duration::from_secs(5);
/// How old the list of institutions that ask patients what may be seen may become in memory.
pub const CONSENT_FACTS_TIME: Duration = Duration::from_secs(5);
/// How far back of the last reading new ones are looked for: clocks of two centers, and transactions that end late.
pub const CONSENT_FACTS_OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// Leaves that are hashed again when the center starts, to see that the log and its head belong together, in leaves.
pub const LOG_VERIFY_LEAVES_MAX: u64 = 4_096;

/// How often a transaction is tried when it collides with others, in attempts.
pub const TX_ATTEMPTS_MAX: u32 = 6;
/// Rest after the first collision; it doubles with each.
pub const TX_COLLISION_REST: Duration = Duration::from_millis(4);
/// A transaction that takes longer is given up and its connection closed.
pub const TX_TIME_MAX: Duration = Duration::from_mins(1);
/// The same for a batch of answers: windows are waiting.
pub const BATCH_TX_TIME_MAX: Duration = Duration::from_secs(8);
/// How long SQLite waits for another process that holds the file.
pub const SQLITE_BUSY_TIME: Duration = Duration::from_secs(5);
/// First rest before opening a SQLite file again that another program is just making; it doubles.
pub const SQLITE_OPEN_REST: Duration = Duration::from_millis(5);
/// Longest such rest.
pub const SQLITE_OPEN_REST_MAX: Duration = Duration::from_millis(200);
/// Connections that read SQLite beside the one that writes.
pub const SQLITE_READERS_MAX: u32 = 4;
/// Memory for pages of the writing SQLite connection, in KiB.
pub const SQLITE_CACHE_KIB: u32 = 128 * 1024;
/// Memory for pages of each reading SQLite connection, in KiB.
pub const SQLITE_READER_CACHE_KIB: u32 = 8 * 1024;
/// How much of the SQLite file the writing connection maps into memory, in bytes.
pub const SQLITE_MMAP_BYTES: u64 = 2 * 1024 * 1024 * 1024 - 65_536;
/// Pages in the write-ahead log after which the writing connection itself copies what nobody has copied yet, in pages.
/// Large, because somebody else usually has: see [`SQLITE_CHECKPOINT_REST`].
pub const SQLITE_CHECKPOINT_PAGES: u32 = 60_000;
/// Rest between two copies of the write-ahead log beside the batches.
pub const SQLITE_CHECKPOINT_REST: Duration = Duration::from_secs(1);
/// The write-ahead log is cut back to this after it had to grow, in bytes.
pub const SQLITE_LOG_BYTES: u64 = 256 * 1024 * 1024;
/// Connections to PostgreSQL beside the one that writes the access log.
pub const POSTGRES_CONNECTIONS_MAX: u32 = 12;
/// How long a connection to the database may take, and how long to wait for a free one.
pub const DATABASE_CONNECT_TIME: Duration = Duration::from_secs(5);
/// Servers that the address of a database may name, in servers.
pub const DATABASE_SERVERS_MAX: usize = 9;
/// How long a connection may be waited for before all servers are asked which of them takes writes.
pub const DATABASE_LOOK_AFTER: Duration = Duration::from_millis(500);
/// How long a server may take to say whether it takes writes, connecting included.
pub const DATABASE_LOOK_TIME: Duration = Duration::from_secs(1);
/// How long the other servers are listened to when one has said yes: one of a newer timeline may be among them.
pub const DATABASE_LOOK_GRACE: Duration = Duration::from_millis(100);
/// Rows that one statement writes into SQLite, in rows.
pub const SQLITE_ROWS_PER_STATEMENT: usize = 256;

/// Rows of a feed that are taken in one transaction, in rows. Windows wait for it on SQLite, so it stays below 100 ms.
pub const FEED_CHUNK_ROWS: usize = 5_000;
/// Chunks of a feed that are read ahead of the database, in chunks.
pub const FEED_CHUNKS_AHEAD: usize = 4;
/// Chunks that are stored in one transaction while nobody asks at a window, in chunks.
pub const FEED_CHUNKS_TOGETHER: usize = 4;
/// Claims that are taken in one transaction, in claims. Windows wait for it on SQLite, so it stays below 100 ms.
pub const CLAIMS_CHUNK: usize = 1_000;
/// Chunks of claims that are read ahead of the database, in chunks.
pub const CLAIMS_CHUNKS_AHEAD: usize = 4;
/// Claims of one file among which the same claim is looked for, in claims; behind them only within a chunk.
pub const CLAIMS_REMEMBERED: usize = 200_000;
/// Claims that are named in a report, in claims; all are counted.
pub const CLAIMS_REPORT_MAX: usize = 1_000;
/// A claim file of which no piece arrived for this long was given up by its sender. A terminal may be without its line for
/// a long week-end and more.
pub const CLAIM_FILE_RECEIVING_TIME: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long it is told what became of a claim file: claims come back for two months, and the terminal keeps it longer.
pub const CLAIM_FILE_RESULT_TIME: SignedDuration = SignedDuration::from_hours(92 * 24);
/// How long a claim that fits nobody is looked at again when the register of its card changes. Insurers enrol within days,
/// and late enrolments reach back for a year at most; by then the institution has claimed anew. Behind it, what the claim says
/// of its patient is forgotten.
pub const CLAIM_AGAIN_TIME: SignedDuration = SignedDuration::from_hours(366 * 24);
/// How often such a claim is looked at in vain, in looks. A register changes some times a year for one card; one that changes
/// daily has another fault.
pub const CLAIM_AGAIN_TRIES_MAX: u32 = 100;
/// How much earlier than the last look a change of the register may say it was: it was being written, or another clock says so.
pub const CLAIM_AGAIN_OVERLAP: SignedDuration = SignedDuration::from_mins(2);
/// Such claims that are passed in one read, in claims: some 20 ms.
pub const CLAIM_AGAIN_PASSED: u32 = 5_000;
/// Such claims that are looked at in one transaction, in claims. Windows wait for it on SQLite, so it stays below 100 ms.
pub const CLAIM_AGAIN_CHUNK: usize = 500;
/// How often it is looked whether a feed came in since.
pub const CLAIM_AGAIN_WATCH_TIME: Duration = Duration::from_secs(2);
/// Rest behind a round over many such claims.
pub const CLAIM_AGAIN_REST: Duration = Duration::from_secs(30);
/// One facility may send a piece of a claim file once in this time, over time: 50 MB a second.
pub const CLAIM_PIECE_REST: Duration = Duration::from_millis(20);
/// Pieces of claim files of one facility at once after a rest.
pub const CLAIM_PIECES_BURST: NonZeroU32 = nonzero(500);
/// Reports of checkups that are taken in one transaction, in reports. Windows wait for it on SQLite, so it stays below 100 ms.
pub const CHECKUPS_CHUNK: usize = 500;
/// Reports that the reading thread hands on together, in reports.
pub const CHECKUPS_PIECE: usize = 32;
/// Such pieces that are read before they are made ready for the database, in pieces.
pub const CHECKUPS_PIECES_AHEAD: usize = 16;
/// Chunks of checkups that are made ready ahead of the database, in chunks.
pub const CHECKUPS_CHUNKS_AHEAD: usize = 4;
/// Reports that are named in what is told about an import, in reports; all are counted.
pub const CHECKUPS_REPORT_MAX: usize = 1_000;
/// Longest report of a person out of the store, in bytes of JSON: a report of the longest form that the reader takes.
pub const CHECKUP_STORED_MAX_BYTES: u64 = 32 * 1024 * 1024;
/// Drugs of a master that are stored in one transaction, in drugs.
pub const DRUGS_CHUNK: usize = 5_000;
/// How often the center looks whether a master was loaded.
pub const MASTER_WATCH_TIME: Duration = Duration::from_secs(2);
/// Months of a record that are shown: five years, as the national system.
pub const RECORD_MONTHS: u16 = 60;
/// How long after the last question nobody is asking.
pub const NOBODY_ASKS_AFTER: Duration = Duration::from_secs(2);

/// Length of `center.toml`, in bytes.
pub const CONFIG_FILE_BYTES_MAX: u64 = 256 * 1024;
/// Length of a key or certificate file, in bytes.
pub const KEY_FILE_BYTES_MAX: u64 = 64 * 1024;
/// Single checks of one facility in a second, where the settings say nothing else. A large hospital has one patient a
/// second at its windows.
pub const SINGLE_CHECKS_PER_SECOND: NonZeroU32 = nonzero(200);
/// Single checks of one facility at once after a rest: what a terminal asks again when the line returns.
pub const SINGLE_CHECKS_BURST: NonZeroU32 = nonzero(2_000);
/// One facility may search for a person by name once in this time, over time. Who receives people in a disaster needs some
/// minutes for each; ten a minute are several windows.
pub const PERSON_SEARCH_REST: Duration = Duration::from_secs(6);
/// Such searches at once after a rest.
pub const PERSON_SEARCHES_BURST: NonZeroU32 = nonzero(20);
/// Searches by name that read at once, in searches. Each holds up to [`NEAR_ROWS_MAX`] rows in memory.
pub const PERSON_SEARCHES_AT_ONCE: usize = 2;

/// Looks into health records that are under way at once (up to some hundred KB each); more are told to try again.
pub const RECORD_LOOKS_AT_ONCE: usize = 128;
/// Disasters, and requests of institutions, that are read at once, in rows. More than are ever open.
pub const DISASTERS_MAX: i64 = 1_000;
/// Longest time for which a disaster is opened, in days. It can be opened again.
pub const DISASTER_DAYS_MAX: i64 = 90;
/// Searches by name that an operator lists, in searches.
pub const LOOKS_LISTED_MAX: u32 = 1_000;
/// Looks into one person's record that are listed for the operator, in looks.
pub const RECORD_LOOKS_LISTED_MAX: u32 = 1_000;
/// Length of the name under which somebody of the operator is on record, in characters.
pub const OPERATOR_NAME_CHARS_MAX: usize = 64;
/// For how long an approved export may be made, in days.
pub const EXPORT_APPROVAL_DAYS: i64 = 30;
/// Requests for exports that are listed, in requests.
pub const EXPORTS_LISTED_MAX: u32 = 1_000;
/// Exports that an institution is told of, in exports: what fits a few pages of paper.
pub const EXPORTS_SHOWN_MAX: u32 = 200;
/// Claims that are read at once for counting, in claims.
pub const EXPORT_CLAIMS_PER_PAGE: u32 = 2_000;
/// Cells of one month that are counted, in cells: some 100 MB.
pub const EXPORT_CELLS_MAX: usize = 1_000_000;
/// Cells that one statement stores, in cells.
pub const EXPORT_CELLS_PER_STATEMENT: usize = 2_000;
/// Cells that are read at once for the file, in cells.
pub const EXPORT_CELLS_PER_PAGE: u32 = 2_000;
/// Requests about bulk files of one facility in a second.
pub const BULK_REQUESTS_PER_SECOND: NonZeroU32 = nonzero(10);
/// Such requests at once after a rest.
pub const BULK_REQUESTS_BURST: NonZeroU32 = nonzero(100);
/// Bulk files of one facility that may wait to be worked on.
pub const BULK_FILES_WAITING_MAX: NonZeroU32 = nonzero(20);
/// Attempts to enrol or renew from one address in a second.
pub const ENROLMENT_ATTEMPTS_PER_SECOND: NonZeroU32 = nonzero(1);
/// Such attempts at once after a rest. A clinic group behind one address joins a dozen terminals in a row.
pub const ENROLMENT_ATTEMPTS_BURST: NonZeroU32 = nonzero(30);
/// Open connections of the API port.
pub const API_CONNECTIONS_MAX: NonZeroU32 = nonzero(10_000);
/// Open connections of the enrolment port.
pub const ENROL_CONNECTIONS_MAX: usize = 500;
/// Open connections of the ops port.
pub const OPS_CONNECTIONS_MAX: usize = 50;
/// Days that a bulk result can be fetched.
pub const BULK_RETENTION_DAYS: NonZeroU32 = nonzero(14);
/// Seconds that open requests are given when the center stops.
pub const SHUTDOWN_GRACE_SECONDS: NonZeroU32 = nonzero(20);

/// Rows of a register of institutions or insurers that are taken in one transaction, in rows.
pub const REGISTER_CHUNK_ROWS: usize = 1_000;
/// Life of a one-time code.
pub const ENROLMENT_CODE_LIFE: SignedDuration = SignedDuration::from_hours(10 * 24);
/// How often the center looks whether another process (the command line, another center) revoked a certificate.
pub const REVOCATION_WATCH_TIME: Duration = Duration::from_secs(2);
/// A revocation list is made anew after this, long before its validity ends.
pub const REVOCATION_LIST_AGE_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How often the center counts the certificates that end soon.
pub const CERTIFICATE_WATCH_TIME: Duration = Duration::from_mins(10);
/// A certificate that ends within this is counted as expiring.
pub const CERTIFICATE_EXPIRING_WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How often the center looks whether its database is there, for `/ready`.
pub const STORE_WATCH_TIME: Duration = Duration::from_secs(2);

/// How long a card may take to sign a challenge.
pub const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// How far the clocks of two centers on one database may be apart, for challenges.
pub const CHALLENGE_CLOCK_MAX: SignedDuration = SignedDuration::from_secs(5);
/// Length of a challenge, in characters. The longest has 214.
pub const CHALLENGE_CHARS_MAX: usize = 256;
/// How long a used challenge is remembered. Longer than it could be used, by any clock.
pub const CHALLENGE_USED_TIME: SignedDuration = SignedDuration::from_mins(10);
/// Length of a card's certificate or signature in base64, in characters. Real certificates take about 2,200.
pub const CARD_FIELD_CHARS_MAX: usize = 8 * 1024;
/// How long what the issuer said about a card counts.
pub const CARD_STATUS_TIME: Duration = Duration::from_mins(2);
/// Cards about which it is remembered, in cards. Half of that in a minute is more than a prefecture has.
pub const CARD_STATUS_MAX: usize = 100_000;
/// How long a patient waits for the issuer before its last list is looked into.
pub const CARD_STATUS_ANSWER_TIME: Duration = Duration::from_millis(1_500);
/// How long an issuer that did not answer is left alone.
pub const CARD_STATUS_REST: Duration = Duration::from_secs(5);
/// What a terminal is told to wait that wants to register a card meanwhile, in seconds.
pub const RETRY_AFTER_CARD_STATUS_SECONDS: u32 = 60;
/// Revoked certificates that are looked up at once among those registered here, in certificates.
pub const CARD_REISSUE_CHUNK: usize = 2_000;
/// How often the revocation lists of cards are fetched.
pub const CARD_LIST_WATCH_TIME: Duration = Duration::from_mins(10);
/// How long fetching one of them may take.
pub const CARD_LIST_ANSWER_TIME: Duration = Duration::from_mins(1);
/// Length of a revocation list of cards, in bytes.
pub const CARD_LIST_BYTES_MAX: usize = trust::limits::JPKI_CRL_BYTES_MAX;

/// Questions in one stored part of a bulk file, in lines.
pub const BULK_PART_UNITS: usize = 500;
/// Length of one stored part of a bulk file, in bytes; a part ends early when its lines are long.
pub const BULK_PART_BYTES_MAX: usize = 1024 * 1024;
/// Length of a whole bulk file, in bytes: 100,000 of the longest lines that mean anything.
pub const BULK_FILE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// How long taking in a bulk file may last.
pub const BULK_UPLOAD_TIME: Duration = Duration::from_mins(10);
/// A file that has not arrived completely after this was given up by its sender.
pub const BULK_RECEIVING_TIME: SignedDuration = SignedDuration::from_hours(1);
/// How often the center looks for bulk files that another center or an earlier run left, and for old ones.
pub const BULK_WATCH_TIME: Duration = Duration::from_secs(30);
/// Of several centers on one database, one works on a bulk file or a file of claims; another takes it over when nothing was done to it for
/// this long.
pub const BULK_CLAIM_TIME: SignedDuration = SignedDuration::from_secs(20);
/// How often a center says that it still works on a file of claims: several times before [`BULK_CLAIM_TIME`] is over.
pub const CLAIM_FILE_RENEWAL: Duration = Duration::from_secs(5);
/// Rest after a bulk file met an overloaded engine or a store that is gone.
pub const BULK_REST_TIME: Duration = Duration::from_millis(500);
/// The longest such rest.
pub const BULK_REST_TIME_MAX: Duration = Duration::from_secs(2);
/// Bulk files that are worked on in turn.
pub const BULK_OPEN_FILES: u32 = 16;
/// Bulk files that are deleted in one transaction.
pub const BULK_DELETE_FILES: u32 = 20;
/// What the asker of an unfinished bulk file is told to wait, in seconds.
pub const BULK_RETRY_AFTER_SECONDS: u64 = 2;
/// Length of an insurer's feed over the API, in bytes.
pub const FEED_BYTES_MAX: u64 = 8 * 1024 * 1024 * 1024;
/// Feeds that are taken in over the API at once.
pub const FEEDS_AT_ONCE: usize = 2;
/// How long taking in an insurer's feed may last.
pub const FEED_TIME: Duration = Duration::from_hours(1);

/// How long a patient may be read in FHIR under the id that a check gave: no longer than a consent given at that check.
pub const PATIENT_ID_LIFE: SignedDuration = domain::consent::CONSENT_LIFE;
/// How long a token of the FHIR façade holds.
pub const FHIR_TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Longest token that is looked at, in characters.
pub const FHIR_TOKEN_CHARS_MAX: usize = 2_048;
/// Most scopes that one token is asked for, in scopes.
pub const FHIR_SCOPES_MAX: usize = 64;
/// Looks of an institution at one patient that are told, the newest first, in looks.
pub const FHIR_AUDIT_EVENTS_MAX: u32 = 1_000;

const fn nonzero(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}
/// Answers that are remembered so that a question asked again under its number gets the same one, in answers (about
/// 3 KB each).
pub const RECENT_ANSWERS_MAX: usize = 4_096;
/// The longest answer that is remembered, in bytes: a health record is looked up anew.
pub const RECENT_ANSWER_BYTES_MAX: usize = 16 * 1024;
/// How long the engine may take to answer what still waits when the center stops.
pub const ENGINE_DRAIN_TIME: Duration = Duration::from_secs(15);

/// Hours of the day in Japan at which status lists are made anew, in order: the first before any window opens.
pub const STATUS_HOURS: [i8; 5] = [5, 9, 13, 17, STATUS_HOURS_LAST];
/// The last of them.
pub const STATUS_HOURS_LAST: i8 = 21;
/// How often it is looked whether such an hour has come, or another process has published.
pub const STATUS_WATCH_TIME: Duration = Duration::from_secs(10);
/// How long a list is believed. Windows stay open over a long week-end without the center.
pub const STATUS_LIST_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// After this a newer list may be there, in seconds.
pub const STATUS_LIST_TTL_SECONDS: u32 = 4 * 3_600;
/// How long a place that was given for an answer stays struck out: longer than any kept answer is believed
/// ([`domain::offline::COPY_GOOD_DAYS_LISTED`]). Migration 0007 says the same.
pub const STATUS_STRUCK_TIME: SignedDuration = SignedDuration::from_hours(100 * 24);
/// New strokes of a list come in multiples of this, in places.
pub const STATUS_DECOY_STEP: u64 = 32;
/// Rows that are read at once while lists are made, in rows.
pub const STATUS_ROWS_AT_ONCE: i64 = 5_000;
/// The smallest step of a time in the database.
pub const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);
/// How long whoever fetched a list need not ask for a newer one, in seconds.
pub const STATUS_LIST_CACHE_SECONDS: u32 = 600;
