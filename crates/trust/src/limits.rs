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

/// Generations of the card's certificate authority that are believed at once: three are in use, and a test hierarchy may
/// stand beside them.
pub const JPKI_CAS_MAX: usize = 16;

/// Certificate policies that are accepted on cards and phones.
pub const JPKI_POLICIES_MAX: usize = 16;

/// Length of the serial number of a certificate of the card's authority (RFC 5280 4.1.2.2).
pub const JPKI_SERIAL_BYTES_MAX: usize = 20;

/// Length of the subject's identifier in a certificate on a card; real ones have 23 characters.
pub const JPKI_SUBJECT_ID_CHARS_MAX: usize = 64;

/// How many months, from the end of the month of expiry, an expired certificate still shows eligibility.
pub const GRACE_MONTHS: i32 = 3;

/// Extensions in one structure of OCSP or a revocation list.
pub const JPKI_EXTENSIONS_MAX: usize = 32;

/// Length of an OCSP request or answer. One of either takes below 3 KiB, with a responder's certificate in it.
pub const OCSP_BYTES_MAX: usize = 16 * 1024;

/// Certificates asked for in one OCSP request, and answers in one response.
pub const OCSP_QUESTIONS_MAX: usize = 16;

/// Certificates that a responder may send along to prove its right.
pub const OCSP_CERTIFICATES_MAX: usize = 4;

/// Length of the nonce in our OCSP requests (RFC 9654 2.1: at least 32).
pub const OCSP_NONCE_BYTES: usize = 32;

/// Length of a nonce that our responder repeats (RFC 9654 2.1: at most 128).
pub const OCSP_NONCE_BYTES_MAX: usize = 128;

/// How old an OCSP answer may be that does not say when there will be newer news. With a nonce it is as old as the
/// exchange itself, so this bounds the difference of the clocks.
pub const OCSP_AGE_MAX: SignedDuration = SignedDuration::from_mins(5);

/// How far the clocks of an OCSP responder or an issuer of lists and ours may be apart.
pub const REVOCATION_CLOCK_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Length of a revocation list of the card's authority, DER. One entry takes about 36 bytes; this holds 1.8 million.
pub const JPKI_CRL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How old a revocation list may be that still answers when no OCSP responder does.
pub const JPKI_CRL_AGE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Names under which one revocation list of the card's authority may be published.
pub const JPKI_CRL_NAMES_MAX: usize = 16;

/// Length of a status list as published. The whole country takes below 3 MB.
pub const STATUS_LIST_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Length of the two-bit list inside, unpacked: 256 million places.
pub const STATUS_BITS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Length of a personal certificate as text, in characters: what a QR code of version 16 holds at level Q in alphanumeric
/// mode (JIS X 0510).
pub const CERTIFICATE_TEXT_CHARS_MAX: usize = 470;

/// Characters of a name that are kept at least when it is too long for a personal certificate.
pub const CERTIFICATE_NAME_CHARS_MIN: usize = 10;
