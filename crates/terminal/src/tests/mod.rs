//! The terminal as a whole against a small center of its own: real TLS, real certificates, real proofs.
//!
//! | page | proves |
//! |---|---|
//! | [`center`] | — the small center |
//! | [`clinic`] | — a terminal that has joined it, in a folder of its own |
//! | `joining` | joining, the self-test, renewal, revocation, a wrong clock |
//! | `proofs` | an answer that is not proven is never shown |
//! | `folders` | the folder bridge: names, encodings, errors, patience |
//! | `bulk` | files of many questions, 005–012 |
//! | `crash` | a stop after any step loses nothing and answers once |
//! | `sealed` | the disk shows nothing, and nothing sealed can be moved |
//! | `desk` | sign-in, forms, roles, the API token |
//! | `browser` | a real browser signs in and checks patients with keys alone |
//! | `claims` | claims at the desk: checked first, sent when somebody says so, taken back when it is meant |
//! | `faces` | the models, on pictures that are made here |
//! | `fhir` | what a program asks in FHIR, and what it is told while the center is away |
//! | `offline` | care goes on from kept answers, and everything is asked again when the center is back |
//! | `searching` | people are searched for by name, by those who may, and nothing of it is kept among checks |
//! | `night` | booked and frequent patients are asked about once a night, also over a stop |
//! | `scan` | the code of a 資格確認書: scanner, photo, camera; what it says without the center |
//! | `record_files` | YZK and TKK through the folders: shown, not consented, run out, nobody, no line |
//! | `record_hostile` | YZK and TKK that nobody should write: bombs, entities, too large, too deep, twice |
//! | `record_screen` | the records page at 1366 × 768, by keyboard, and printed |
//! | `pdf` | records on paper, read back by poppler |
//! | `pages` | every page renders for every verdict |

mod browser;
mod bulk;
mod center;
mod claims;
mod clinic;
mod crash;
mod desk;
mod faces;
mod fhir;
mod folders;
mod joining;
mod lists;
mod night;
mod offline;
mod pages;
mod pdf;
mod proofs;
mod record_files;
mod record_hostile;
mod record_screen;
mod records;
mod samples;
mod scan;
mod sealed;
mod searching;
