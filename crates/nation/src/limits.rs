//! Every limit of this crate, with its unit in the name.

/// Fewest people a nation may have: the cast of the story and one card of every kind of insurer must fit.
pub const PEOPLE_MIN: u32 = 200;
/// Most people a nation may have: the number spaces of the largest insurers are sized for it.
pub const PEOPLE_MAX: u32 = 20_000_000;
/// Fewest queries the oracle aims at.
pub const ORACLE_CASES_MIN: u32 = 1_000;
/// Most queries the oracle aims at.
pub const ORACLE_CASES_MAX: u32 = 12_000;
/// Queries the oracle aims at for every thousand people, between the two bounds above.
pub const ORACLE_CASES_PER_THOUSAND_PEOPLE: u32 = 120;
/// How often a kind of query may fail to find a suitable person before it gives up, per query wanted.
pub const ORACLE_TRIES_PER_CASE: u32 = 40;
/// The oracle asks on behalf of this many facilities, so that a checker needs no more certificates than this.
pub const ORACLE_FACILITIES: usize = 16;
/// People per facility; Japan has about 226,000 hospitals, clinics, dental clinics and pharmacies.
pub const PEOPLE_PER_FACILITY: u32 = 550;
/// A symbol or a number has at most this many characters, full-width or half-width (OQS-IF-001).
pub const CARD_FIELD_CHARS_MAX: usize = 20;
/// Bytes buffered in front of each file that is being written.
pub const WRITE_BUFFER_BYTES: usize = 1 << 20;
/// Years in which `as_of` may lie: the periods of certificates are computed around it.
pub const AS_OF_YEAR_MIN: i32 = 2024;
/// See [`AS_OF_YEAR_MIN`].
pub const AS_OF_YEAR_MAX: i32 = 2060;
/// Certificates that one person can be issued, one after the other, in the model of the card's authority.
pub const JPKI_ISSUES_MAX: u32 = 16;
/// Hours until the next revocation list is promised. A new one is made every day; the rest is for a night on which none is.
pub const JPKI_CRL_LIFE_HOURS: i64 = 30;
/// Months of claims that can be written: five years.
pub const CLAIMS_MONTHS_MAX: u32 = 60;
/// Years of checkups that can be written.
pub const CHECKUP_YEARS_MAX: u32 = 10;
/// Insurers of each kind whose own view of their claims is written.
pub const INSURER_SIDES_PER_KIND: usize = 2;
/// Bytes buffered in front of each claim file that is being written.
pub const CLAIM_BUFFER_BYTES: usize = 1 << 16;
