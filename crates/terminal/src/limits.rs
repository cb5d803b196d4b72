//! Every limit of this crate, with its unit in its name.

use std::time::Duration;

/// How long one question may wait for the center, in all.
pub const ASK_TIME: Duration = Duration::from_secs(8);
/// How long the center may take to accept a file of many questions.
pub const BULK_ASK_TIME: Duration = Duration::from_mins(2);
/// How long connecting to one address of the center may take: name, TCP and TLS. Enough for a line of 300 ms and three ways
/// there and back.
pub const CONNECT_TIME: Duration = Duration::from_secs(1);
/// Rest between two looks at whether the center can be reached.
pub const PROBE_INTERVAL: Duration = Duration::from_secs(15);
/// Rest between two looks while it cannot be.
pub const PROBE_INTERVAL_DOWN: Duration = Duration::from_secs(3);
/// Rest between two looks while it answers again and the light is not yet turned.
pub const PROBE_INTERVAL_RETURNING: Duration = Duration::from_secs(1);
/// A question that has waited this long makes somebody look whether the center is still there.
pub const SUSPECT_TIME: Duration = Duration::from_millis(250);
/// How long a look on a kept connection may take.
pub const KEPT_LOOK_TIME: Duration = Duration::from_millis(550);
/// How long a look over new connections may take.
pub const FRESH_LOOK_TIME: Duration = Duration::from_millis(1_100);
/// Answers that it takes before a center that was away counts as back; see [`BACK_TIME`].
pub const BACK_SIGNS_MIN: u32 = 3;
/// How long a center that was away must have answered before it counts as back.
pub const BACK_TIME: Duration = Duration::from_secs(3);
/// Rest between two looks at this machine's own network.
pub const LOCAL_LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How long what the center said of itself, or of the issuer of the cards, is shown after it was said last.
pub const CENTER_SAID_TIME: Duration = Duration::from_mins(3);
/// How long an insurer whose data came late is shown after an answer said so.
pub const LATE_FEED_TIME: Duration = Duration::from_hours(12);
/// How long a window waits for the center where it has a kept answer to go on with, or where the center could not be
/// reached just now. A center that goes away meanwhile is noticed within this time.
pub const WINDOW_PATIENCE: Duration = Duration::from_secs(2);
/// Kept answers that are looked at for one question: the members of one card who were born on one day.
pub const COPIES_OF_ONE_CARD_MAX: i64 = 8;
/// Rest between two looks for cases that wait for the center.
pub const SETTLE_INTERVAL: Duration = Duration::from_secs(1);
/// Longest rest before a case that could not be asked about is asked about again.
pub const SETTLE_REST_MAX: Duration = Duration::from_mins(5);
/// Days within which somebody who was here more than once comes often.
pub const RECENT_DAYS: i32 = 92;
/// Different days within [`RECENT_DAYS`] that make somebody come often.
pub const RECENT_VISITS_MIN: usize = 2;
/// An answer that is older is asked for again at night for somebody who comes often, in days.
pub const RECENT_FRESH_DAYS: i32 = 7;
/// An answer that is older is asked for again at night for somebody who is booked.
pub const BOOKING_FRESH_TIME: Duration = Duration::from_hours(12);
/// Questions of one night.
pub const NIGHT_QUESTIONS_MAX: usize = 5_000;
/// Shortest rest between two questions of a night.
pub const NIGHT_REST_MIN: Duration = Duration::from_secs(1);
/// Longest one.
pub const NIGHT_REST_MAX: Duration = Duration::from_mins(1);
/// Rest between two looks at whether it is night.
pub const NIGHT_LOOK_INTERVAL: Duration = Duration::from_secs(30);
/// Days for which it is kept what came of a night.
pub const NIGHT_KEEP_DAYS: u32 = 31;
/// Rest between two looks into the folder for bookings.
pub const BOOKING_LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// Files in the folder for bookings that one look sees.
pub const BOOKING_FILES_MAX: usize = 1_000;
/// Largest file of bookings, in bytes.
pub const BOOKING_FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Bookings that are taken in with one transaction.
pub const BOOKINGS_AT_ONCE: usize = 1_000;
/// Lines of a file of bookings that are named as wrong; all are counted.
pub const BOOKING_REFUSALS_MAX: usize = 200;
/// How long it stays beside a folder's place what became of a file of bookings.
pub const BOOKING_RESULT_TIME: Duration = Duration::from_hours(7 * 24);
/// Longest field of a statement, in characters.
pub const STATEMENT_FIELD_CHARS_MAX: usize = 200;
/// Searches by name that their page lists.
pub const SEARCHES_SHOWN_MAX: u32 = 20;
/// Cases that one page shows.
pub const CASES_SHOWN_MAX: u32 = 200;
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
/// Files of the face folder that are looked at in one round.
pub const FACE_FILES_AT_ONCE: u32 = 64;
/// Pages of a document on paper; what is longer ends with a note that says so.
pub const PDF_PAGES_MAX: usize = 300;
/// How long taken files stay in the store after they were answered.
pub const BRIDGE_KEEP_TIME: Duration = Duration::from_hours(24);

/// Bytes of a claim file that are kept as one sealed piece, and sent as one: two seconds of a line of 1 Mbit/s.
pub const CLAIM_PIECE_BYTES: usize = 256 * 1024;
/// Such pieces that are kept in one transaction.
pub const CLAIM_PIECES_AT_ONCE: usize = 8;
/// Rest between two looks for claims that wait for the center.
pub const CLAIMS_LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Rest before the center is asked again whether it is done with a file of claims.
pub const CLAIMS_ASK_AGAIN_INTERVAL: Duration = Duration::from_secs(2);
/// Rest before the center is asked whether claims that fitted nobody were taken since: an eighth of the age of their file, and
/// no shorter than this,
pub const CLAIMS_UNMATCHED_LOOK_MIN: Duration = Duration::from_secs(5);
/// and no longer than this.
pub const CLAIMS_UNMATCHED_LOOK_MAX: Duration = Duration::from_hours(1);
/// A claim file that is not in the queue after so many days was being stored by a program that was stopped.
pub const CLAIMS_STORING_DAYS: u32 = 1;
/// Claims of a file that are named as set aside before it is sent; all are counted.
pub const CLAIMS_SET_ASIDE_LISTED_MAX: usize = 1_000;
/// Files of claims that are read from browsers at once.
pub const CLAIM_UPLOADS_AT_ONCE: usize = 1;
/// Claims that a page shows of one kind; the file for spreadsheets has all.
pub const CLAIM_ROWS_SHOWN: usize = 100;
/// Places that a page shows of one fault of a check.
pub const CLAIM_PLACES_SHOWN: usize = 5;
/// Claim files, and withdrawals, that one list shows.
pub const CLAIM_FILES_LISTED_MAX: u32 = 50;

/// Connections to the store. SQLite has one writer; two more let pages read meanwhile.
pub const STORE_CONNECTIONS_MAX: u32 = 3;
/// How long a writer waits for another one.
pub const STORE_BUSY_TIME: Duration = Duration::from_secs(5);
/// Rest between two rounds of cleaning up.
pub const CLEANUP_INTERVAL: Duration = Duration::from_hours(1);

/// Longest desk form, in bytes.
pub const FORM_BYTES_MAX: u64 = 16 * 1024;
/// Largest question of a program in FHIR, in bytes.
pub const FHIR_BODY_BYTES_MAX: u64 = 64 * 1024;
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

/// Longest form of the kiosk page, in bytes.
pub const KIOSK_FORM_BYTES_MAX: u64 = 16 * 1024;
/// Open connections of the kiosk listener: one browser, and whoever looks after it.
pub const KIOSK_CONNECTIONS_MAX: usize = 16;
/// How long a page waits for something to change before it asks again. Shorter than the time of one request.
pub const WAIT_FOR_CHANGE_TIME: Duration = Duration::from_secs(20);
/// Things that people and readers did and that wait for the kiosk.
pub const KIOSK_INPUTS_WAITING_MAX: usize = 64;
/// How long the kiosk hears nothing of a reader before it looks whether it should stop.
pub const READER_WATCH_TIME: Duration = Duration::from_millis(500);
/// Rest before readers that could not be watched are watched again.
pub const READER_RETRY_TIME: Duration = Duration::from_secs(2);
/// Wrong facility passwords in a row before the kiosk makes everybody wait.
pub const FACILITY_FAILURES_MAX: u32 = 5;
/// How long a patient who called staff is waited with.
pub const KIOSK_STAFF_TIME: Duration = Duration::from_mins(5);
/// How long a result stays after the card was taken.
pub const KIOSK_CARD_TAKEN_TIME: Duration = Duration::from_secs(6);
/// People who were checked at the kiosk that the strip of the desk shows; all are in today's list.
pub const KIOSK_ARRIVALS_MAX: u32 = 3;

/// Sides of a picture, in pixels.
pub const PICTURE_SIDE_PIXELS_MIN: usize = 16;
/// See [`PICTURE_SIDE_PIXELS_MIN`].
pub const PICTURE_SIDE_PIXELS_MAX: usize = 2_048;
/// Bytes of a photo as it is on a card, or of a frame of the camera.
pub const PICTURE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a model file.
pub const FACE_MODEL_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Faces that are looked at in one picture.
pub const FACES_MAX: usize = 16;
/// Faces unlike the photo, in a row, before the face is locked for a card.
pub const FACE_TRIES_MAX: u8 = 10;
/// Rest between two tries that are counted.
pub const FACE_TRY_REST: Duration = Duration::from_millis(700);
/// How long a face stays locked for a card.
pub const FACE_LOCK_TIME: Duration = Duration::from_mins(30);
/// Cards for which a locked face is remembered.
pub const FACE_LOCKS_MAX: usize = 256;

/// Bytes of a photo of a code: what phones make.
pub const PHOTO_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Pixels of a photo of a code. Most phones make 12 million; in colour this takes 128 MB for a moment.
pub const PHOTO_PIXELS_MAX: usize = 32_000_000;
/// Photos that are looked at at once.
pub const PHOTOS_AT_ONCE: usize = 1;

/// Bytes of charts that one message of a vendor's program may bring.
pub const CHART_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Rows of charts that one file may bring.
pub const CHART_ROWS_MAX: usize = 500_000;
/// Charts that are taken in with one transaction.
pub const CHARTS_AT_ONCE: usize = 1_000;
/// Charts that are shown for one patient.
pub const CHART_CANDIDATES_MAX: i64 = 10;

/// How long a start waits for the data folder: a program that was just killed lets go of it a moment later.
pub const LOCK_WAIT_TIME: Duration = Duration::from_secs(2);
/// From the wish to stop until what is still open is cut.
pub const GRACE_TIME: Duration = Duration::from_secs(10);
/// Longest `terminal.toml`, and any other file of the data folder that is read whole, in bytes.
pub const SETTINGS_BYTES_MAX: u64 = 256 * 1024;

/// Rest between two looks for newer status lists, about.
pub const LIST_FETCH_TIME: Duration = Duration::from_mins(30);
/// The same while one is missing, about.
pub const LIST_RETRY_TIME: Duration = Duration::from_secs(20);
/// Length of the file with the keys of the lists, in bytes.
pub const CREDENTIAL_KEYS_BYTES_MAX: u64 = 64 * 1024;
/// Keys of lists and personal certificates that are believed at once.
pub const CREDENTIAL_KEYS_MAX: usize = 16;
/// Lists that a terminal may want.
pub const LISTS_MAX: usize = 48;

/// Entries of the gravest finding of a record up to which it lies open; a longer one is opened by hand.
pub const OPEN_FINDING_ENTRIES_MAX: usize = 5;

/// Ingredients that the timeline of a record shows, in rows; the list below it has all drugs.
pub const TIMELINE_ROWS_MAX: usize = 60;

/// Lanes of one row of that timeline: so many institutions that give the same drug at once are told apart; the table has all.
pub const TIMELINE_LANES_MAX: usize = 8;
