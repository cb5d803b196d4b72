//! What crosses a wall, and nothing else: bytes on one side, words of [`domain`] on the other.
//!
//! * [`api`] — the JSON messages between terminal, center, insurer and everybody who calls them over HTTP.
//! * [`checkups`] — reports of 特定健診 (CDA R2), one by one or in archives.
//! * [`claims`] — the monthly bills of institutions and pharmacies (レセプト電算処理, UKE).
//! * [`feed`] — the CSV files of an insurer, of the facilities and of the insurers.
//! * [`fhir`] — FHIR R4 with JP Core.
//! * [`history`] — from a claim to entries of a health record.
//! * [`master`] — what the codes of claims mean: drugs, ingredients, diagnoses; and the rules about them.
//! * [`oqs`] — the XML files of the national interface (OQS-IF-001 to 012) and their names.
//! * [`text`] — character sets: Shift_JIS in and out, and how a character that the target lacks is folded.
//! * [`limits`] — every limit by name, with its unit.
//!
//! Nothing here opens a file, a socket or a clock. Readers take any `Read`/`BufRead`, writers any `Write`, and every
//! reader says *where* it stopped and *why* in Japanese and English, with a code that does not change.
#![warn(missing_docs)]

pub mod api;
pub mod checkups;
pub mod claims;
mod entity;
pub mod feed;
pub mod fhir;
pub mod history;
pub mod limits;
pub mod master;
pub mod oqs;
pub mod text;
