//! Proves what the center promises to the outside, over real TLS on loopback sockets, asked by the client that terminals
//! use. Every test has a center of its own in a temporary folder, with a clock that moves only by hand.
//!
//! | page | proves |
//! |---|---|
//! | `checking` | answers, their proofs, and every refusal of a question |
//! | `authorization` | every operation of the OpenAPI document refuses whoever may not |
//! | `cards` | cards: challenges, certificates, revocation, 利用登録, and every refusal |
//! | `consents` | what a card tells before its PIN, consents by number, and what is told of them later |
//! | `joining` | one-time codes, renewal, renewal after the end, revocation |
//! | `bulk` | files of questions and registrations, their order, limits, and a restart in the middle |
//! | `claim_files` | claims that institutions submit: pieces, outcomes, refusals, claims made again and taken back |
//! | `claim_routing` | 振替, 分割 and 資格なし, as the institution is told of them |
//! | `claims_again` | claims that fitted nobody, taken after a feed, and what their institution reads of it |
//! | `fhir` | the FHIR façade: scopes bound to consent, ids of patients, looks on record |
//! | `fhir_consent` | what each search gives under each of the sixteen choices of consent |
//! | `fhir_reads` | the FHIR façade does what its capability statement tells, and refuses the rest by name |
//! | `feeding` | insurers' feeds over the API |
//! | `personal_certificates` | 資格確認書 with a code, for insurers |
//! | `overload` | more questions than fit |
//! | `searching` | people are searched for by name: who may, whom it finds, who is told |
//! | `secondary_use` | a patient refuses secondary use with the card, and sees what has left |
//! | `running` | init, start, health, metrics, stop, and a database that goes away |

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod authorization;
mod bulk;
mod cards;
mod checking;
mod claim_files;
mod claim_routing;
mod claims_again;
mod consents;
mod feeding;
mod fhir;
mod fhir_consent;
mod fhir_reads;
mod issuer;
mod joining;
mod overload;
mod people;
mod personal_certificates;
mod records;
mod running;
mod searching;
mod secondary_use;
mod world;
