//! Store, engine and feed of the center against real databases: SQLite in a temporary folder, and a PostgreSQL server of
//! the tests' own. What both engines promise is tested on both (`on_both_engines!`).
//!
//! | file | proves |
//! |---|---|
//! | `conformance.rs` | what every table and the door to the database promise |
//! | `engine.rs` | questions in batches: decisions, proofs, order, repetition, restarts, two centers on one database |
//! | `cards.rs` | cards: challenges once, registrations, consents, checks by card in batches |
//! | `claims.rs` | claims: to their persons, replaced, withdrawn, redirected, fitting nobody; masters of drugs |
//! | `claim_files.rs` | files of claims: one center works on each, another takes over |
//! | `checkups.rs` | reports of checkups: to their persons, replaced, deleted, fitting nobody; damaged archives |
//! | `feed.rs` | feeds: good and bad rows, the same file twice, interruption, other insurers |
//! | `record_reads.rs` | what a look into a record reads, and how its transaction ends |
//! | `record_looks.rs` | looks into records, by person, institution and time |
//! | `operator_events.rs` | what the operator does stands in the same log, between the answers |
//! | `exports_made.rs` | exports that were made, as institutions are told |
//! | `secondary_use.rs` | exports: officers, requests, numbers kept once, who is not counted |
//! | `status.rs` | status lists: places given away once, struck out by whatever changes a record, published |
//! | `personal_certificates.rs` | 資格確認書 with a code: given out, struck out, taken back, forgotten |
//! | `faults.rs` | a full disk, a locked file, a database that goes away: told, survived, nothing lost |
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod cards;
mod checkups;
mod claim_files;
mod claims;
mod conformance;
mod engine;
mod exports_made;
mod faults;
mod feed;
mod operator_events;
mod personal_certificates;
mod record_looks;
mod record_reads;
mod secondary_use;
mod status;
mod world;
