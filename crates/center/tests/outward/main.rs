//! Proves what the center promises to the outside, over real TLS on loopback sockets, asked by the client that terminals
//! use. Every test has a center of its own in a temporary folder, with a clock that moves only by hand.
//!
//! | page | proves |
//! |---|---|
//! | `checking` | answers, their proofs, and every refusal of a question |
//! | `authorization` | every operation of the OpenAPI document refuses whoever may not |
//! | `joining` | one-time codes, renewal, renewal after the end, revocation |
//! | `bulk` | files of questions and registrations, their order, limits, and a restart in the middle |
//! | `feeding` | insurers' feeds over the API |
//! | `running` | init, start, health, metrics, stop, and a database that goes away |

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod authorization;
mod bulk;
mod checking;
mod feeding;
mod joining;
mod people;
mod running;
mod world;
