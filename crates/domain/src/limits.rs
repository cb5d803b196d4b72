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
