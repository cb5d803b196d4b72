//! Every bound of this crate, with its unit in the name.

use jiff::SignedDuration;

/// Length of a PEM text (certificate, chain, request, key, CRL) that we are willing to read.
pub const PEM_BYTES_MAX: usize = 64 * 1024;

/// Length of a revocation list in PEM. One entry takes about 60 characters; this holds 250,000 of them, more than all
/// terminals of the country.
pub const CRL_PEM_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Length of one certificate or certificate request in DER. Ours are below 1 KiB.
pub const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;

/// Length of a saved proof file. An answer with every list filled stays below 64 KiB.
pub const PROOF_FILE_BYTES_MAX: usize = 1024 * 1024;

/// Length of an encoded access event; a real one is about 200 bytes.
pub const EVENT_BYTES_MAX: usize = 1024;

/// Length of an encoded receipt: headers, signature and [`PATH_HASHES_MAX`] hashes of 34 bytes.
pub const RECEIPT_BYTES_MAX: usize = 2048;

/// Leaves that one log holds: as many as the eleven digits of a proof number can name.
pub const LOG_LEAVES_MAX: u64 = 100_000_000_000;

/// Levels of the tree above [`LOG_LEAVES_MAX`] leaves, and so the hashes in the longest path: 2^37 > 10^11.
pub const PATH_HASHES_MAX: usize = 37;

/// Leaves that may be appended at once. The center takes what arrived while the last batch committed; this is far above.
pub const BATCH_LEAVES_MAX: usize = 65_536;

/// Length of a terminal id in a certificate, in ASCII characters.
pub const TERMINAL_ID_CHARS_MAX: usize = 64;

/// Length of a subject common name: the upper bound `ub-common-name` of RFC 5280.
pub const COMMON_NAME_CHARS_MAX: usize = 64;

/// Names in one server certificate.
pub const SERVER_NAMES_MAX: usize = 32;

/// Length of a one-time code as typed, with any dashes and spaces around its 32 letters.
pub const ONE_TIME_CODE_CHARS_MAX: usize = 128;

/// Length of a table or column name that is bound into a sealed value.
pub const SEAL_NAME_BYTES_MAX: usize = 255;

/// How far behind a clock at a clinic may be and still accept a certificate that was made just now.
pub const CLOCK_BEHIND_MAX: SignedDuration = SignedDuration::from_hours(26);

/// Life of the root certificate: 20 years of 365.25 days.
pub const ROOT_LIFE: SignedDuration = SignedDuration::from_hours(20 * 8766);

/// Life of an issuing certificate: 5 years of 365.25 days.
pub const ISSUING_LIFE: SignedDuration = SignedDuration::from_hours(5 * 8766);

/// Life of a server or terminal certificate: 90 days.
pub const LEAF_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How long after the end of its certificate a terminal that was switched off may still renew by the old key. A clinic
/// that was closed for a season comes back without a visit or a letter.
pub const RENEWAL_GRACE: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Time from one revocation list to the end of its validity. It is renewed long before.
pub const CRL_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
