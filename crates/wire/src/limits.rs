//! Every limit of this crate, with its unit in its name.
//!
//! The widths of the fields come from the layout of the national interface (OQS-IF-001/003); the limits that the layout
//! leaves open are ours, wide enough for everything seen in the field and narrow enough that no message can hurt.

/// Longest XML message that carries one person (001–004, 006, 007, 010, 011), in bytes. Clients use the same figure.
pub const OQS_SINGLE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Longest XML message that carries many people (005, 008, 009, 012), in bytes.
pub const OQS_BULK_MAX_BYTES: u64 = 128 * 1024 * 1024;
/// Most people in one bulk message, in units.
pub const BULK_MAX_UNITS: usize = 100_000;
/// Deepest nesting of elements in an XML message, in levels with the root as 1. The real messages need 6.
pub const OQS_MAX_DEPTH: usize = 16;
/// Longest text of one element, in characters.
pub const OQS_MAX_TEXT_CHARS: usize = 4_000;
/// Longest single piece of markup — a tag, a comment, a stretch of text — in bytes. Bounds the reader's buffer.
pub const OQS_MAX_TOKEN_BYTES: usize = 64 * 1024;
/// Longest element name, in bytes.
pub const OQS_MAX_NAME_BYTES: usize = 128;
/// Most elements inside one person's record, in elements. The largest real one has about 300.
pub const OQS_MAX_ELEMENTS_PER_UNIT: usize = 4_000;
/// Most warnings that a reader keeps, in warnings; the rest are only counted.
pub const OQS_MAX_WARNINGS: usize = 100;
/// Most medical tickets, and most 特定疾病 certificates, in one record, in entries.
pub const OQS_MAX_LIST_ENTRIES: usize = 100;
/// Longest file name, in bytes.
pub const OQS_MAX_FILE_NAME_BYTES: usize = 200;
/// Longest suffix of a file name, in bytes.
pub const OQS_MAX_FILE_SUFFIX_BYTES: usize = 120;

/// Longest line of an insurer feed, in bytes.
pub const FEED_MAX_LINE_BYTES: usize = 32 * 1024;
/// Longest field of an insurer feed, in bytes.
pub const FEED_MAX_FIELD_BYTES: usize = 4 * 1024;
/// Most columns of a CSV file, in columns.
pub const FEED_MAX_COLUMNS: usize = 200;
/// Most entries in one list column of an insurer feed, in entries.
pub const FEED_MAX_LIST_ENTRIES: usize = domain::limits::COVERAGE_LIST_ENTRIES_MAX;
/// Longest name, kana or insurer's name of an insurer feed, in characters.
pub const FEED_MAX_NAME_CHARS: usize = domain::limits::NAME_CHARS_MAX;
/// Longest address of an insurer feed, in characters.
pub const FEED_MAX_ADDRESS_CHARS: usize = 400;
/// Most refusals listed in an import report, in refusals; all are counted.
pub const IMPORT_REPORT_MAX_REFUSALS: usize = 1_000;

/// Longest JSON body of a single message, in bytes.
pub const API_SINGLE_MAX_BYTES: usize = 64 * 1024;
/// Longest line of an NDJSON body, in bytes.
pub const API_LINE_MAX_BYTES: usize = 16 * 1024;
/// Longest file identifier (`ArbitraryFileIdentifier`), in characters.
pub const ARBITRARY_FILE_IDENTIFIER_MAX_CHARS: usize = 50;
/// Longest name of a member of staff who looks into a record (`UserIdentifier`), in characters.
pub const USER_IDENTIFIER_MAX_CHARS: usize = 64;
/// Longest identifier of one person in a request (`ArbitraryIdentifier`), in characters.
pub const ARBITRARY_IDENTIFIER_MAX_CHARS: usize = 100;
/// Longest reception number, in characters.
pub const RECEPTION_NUMBER_MAX_CHARS: usize = 100;

/// Largest archive of checkups, in bytes.
pub const CHECKUP_ARCHIVE_MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Most entries in an archive of checkups, in entries: 100,000 people, each with a claim, and the schemas.
pub const CHECKUP_ARCHIVE_MAX_ENTRIES: u64 = 250_000;
/// Longest directory of an archive, in bytes.
pub const CHECKUP_DIRECTORY_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Longest name of a file in an archive, in bytes.
pub const CHECKUP_MAX_FILE_NAME_BYTES: usize = 300;
/// Most bytes that all files of an archive may have when unpacked: 100,000 people and their claims with room to spare.
pub const CHECKUP_UNPACKED_MAX_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// How many times larger than its packed form a file may be. Real reports reach 25.
pub const CHECKUP_MAX_RATIO: u64 = 150;
/// Below this many unpacked bytes the ratio is not looked at.
pub const CHECKUP_RATIO_FROM_BYTES: u64 = 256 * 1024;
/// Longest report of one person, in bytes. Real ones have about 30,000.
pub const CHECKUP_FILE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Deepest nesting of elements in a report, in levels with the root as 1. Real ones need 13.
pub const CHECKUP_MAX_DEPTH: usize = 40;
/// Most elements in a report, in elements. Real ones have about 1,000.
pub const CHECKUP_MAX_ELEMENTS: usize = 50_000;
/// Longest text or attribute in a report, in bytes.
pub const CHECKUP_MAX_TEXT_BYTES: usize = 12_000;
/// Most items in a report, in items.
pub const CHECKUP_MAX_ITEMS: usize = 2_000;
/// Longest code of an answer or a method, in bytes.
pub const CHECKUP_MAX_CODE_BYTES: usize = 64;
/// Longest unit of an item that the table does not know, in bytes.
pub const CHECKUP_MAX_UNIT_BYTES: usize = 32;
/// Most faults that are told of one person, in faults; the rest are only counted.
pub const CHECKUP_MAX_FAULTS_PER_PERSON: usize = 50;
/// Most faults in a report about a file, in faults; all are counted.
pub const CHECKUP_REPORT_MAX_FAULTS: usize = 1_000;

/// Longest line of a drug master, in bytes. Lines of today have about 250.
pub const MASTER_MAX_LINE_BYTES: usize = 8 * 1024;
/// Longest name of a drug, a diagnosis or a procedure in a master, in characters.
pub const MASTER_MAX_NAME_CHARS: usize = 200;
/// Longest text of a rule, in characters.
pub const RULE_MAX_TEXT_CHARS: usize = 400;

/// Longest line of a claim file, in bytes. The longest record of the specifications has under 4 KB.
pub const CLAIM_MAX_LINE_BYTES: usize = 16 * 1024;
/// Most fields of a record of a claim file, the three columns of the insurer side among them, in fields. KI has 113.
pub const CLAIM_MAX_FIELDS: usize = 256;
/// Most rows of one receipt, in rows.
pub const CLAIM_RECEIPT_MAX_ROWS: u32 = 20_000;
/// Longest claim file that is submitted, in bytes. A large hospital's month has some hundred megabytes.
pub const CLAIM_FILE_MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Length of one piece in which a claim file is submitted, in bytes. What a line of 1 Mbit/s carries in ten seconds.
pub const CLAIM_PIECE_MAX_BYTES: usize = 1024 * 1024;
/// Most bytes of the rows of one receipt, in bytes.
pub const CLAIM_RECEIPT_MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Most findings kept with one receipt, in findings; all are counted.
pub const CLAIM_RECEIPT_MAX_FINDINGS: usize = 100;
/// Most findings listed in the report of a claim file, in findings; all are counted.
pub const CLAIM_REPORT_MAX_FINDINGS: usize = 1_000;
/// Receipts of one file among which the same claim is looked for, in receipts. A large hospital sends 60,000 a month.
pub const CLAIM_DUPLICATES_MAX_RECEIPTS: usize = 500_000;
/// How much of a claim file is looked at to tell its charset and kind, in bytes.
pub const CLAIM_HEAD_BYTES: u64 = 64 * 1024;
/// Consecutive rows of a receipt that may stand without 診療識別, in rows (formats.md 1.2).
pub const CLAIM_ROWS_WITHOUT_SECTION_MAX: u32 = 98;

/// Entries of a page of a FHIR search where the asker names no number, in entries.
pub const FHIR_PAGE_DEFAULT_ENTRIES: usize = 200;
/// Most entries of a page of a FHIR search, in entries; also of `$everything`, which says when there are more.
pub const FHIR_PAGE_MAX_ENTRIES: usize = 1_000;
