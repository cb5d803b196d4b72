//! The lengths that this room accepts, each with its unit.

/// Longest 記号 or 番号 in characters, as printed (oqs-interface 4.1: up to 20).
pub const CARD_TEXT_CHARS_MAX: usize = 20;
/// Longest 照会番号 in characters (oqs-interface 4.4).
pub const REFERENCE_NUMBER_CHARS_MAX: usize = 50;
/// Longest raw text that an identifier parser looks at, in bytes; anything longer is refused unread.
pub const RAW_IDENTIFIER_BYTES_MAX: usize = 256;
/// Longest name in characters. Foreign residents' names reach well over 60.
pub const NAME_CHARS_MAX: usize = 200;
/// Most list entries (limit certificates, tickets, ratios) that one coverage carries.
pub const COVERAGE_LIST_ENTRIES_MAX: usize = 64;
/// Longest 住所 in characters.
pub const ADDRESS_CHARS_MAX: usize = 400;
/// Persons that one search by name may show. Twins and namesakes born on one day are two; more is a list of people.
pub const PERSON_CANDIDATES_MAX: usize = 5;
/// Shortest reason for a search, in characters: a word such as 地震 says nothing about the patient.
pub const SEARCH_REASON_CHARS_MIN: usize = 5;
/// Longest reason for a search, in characters.
pub const SEARCH_REASON_CHARS_MAX: usize = 200;
/// How long an institution that asked may search in a disaster, in hours. It may ask again.
pub const DISASTER_GRANT_HOURS: i64 = 72;
/// Smallest k of an export: a cell of fewer persons never leaves (the smallest number that NDB's guideline lets out).
pub const EXPORT_K_MIN: u32 = 10;
/// Largest k of an export, in persons.
pub const EXPORT_K_MAX: u32 = 10_000;
/// Fewest institutions behind a cell that leaves.
pub const EXPORT_INSTITUTIONS_MIN: usize = 3;
/// Most months of one export.
pub const EXPORT_MONTHS_MAX: i32 = 12;
/// Months before this one of which claims are still coming: a claim is sent in the month after its own.
pub const EXPORT_LAG_MONTHS: u16 = 2;
/// Longest name of who gets an export, in characters.
pub const EXPORT_RECIPIENT_CHARS_MAX: usize = 100;
