// SPDX-License-Identifier: Apache-2.0
//! The window side: it stands at the reception of a hospital, clinic, dental clinic or pharmacy, and asks the center.
//!
//! The terminal only calls out: the one port it opens is the desk page, on the loopback address.
//!
//! * [`join`] — a clinic joins with a one-time code; [`Terminal`] — run it
//! * [`config`] — `terminal.toml`
//! * [`users`] — who may use the desk, for the command line; [`charts`] — the list to match patients with;
//!   [`bookings`] — whom to ask about in the night before
//! * `asking` — the center: questions, proofs, files of many questions, renewal, the link light
//! * [`claims`] — claims that are submitted: checked, queued, sent, and what became of each
//! * `checks` — one check, whichever way it came: asked, kept, listed
//! * `noticing` — down and back without flapping, and whose fault it is
//! * `offline` — what is said while the center cannot be asked, and asking again when it is back
//! * `night` — booked and frequent patients are asked about again, so that their copies are fresh
//! * `scan` — the code of a 資格確認書: from a scanner, a camera or a photo
//! * `bridge` — the request and answer folders of the receipt computer
//! * `desk` — the page for the staff, and the JSON address for vendors
//! * `pdf` — a record on paper, for the folders and the desk
//! * `kiosk` — the page for the patients: card, face, consents
//! * [`face`] — is this the person on the photo?
//! * [`store`] — SQLite with sealed columns
//! * `health`, `hours` — how the terminal is, and what time it is at the center
//!
//! Rules of this room: an answer is shown only after its proof held; "could not ask" is a state of its own and never
//! looks like "not insured"; no personal data stands in an address or a log line; whatever was taken is answered once,
//! also after a power cut.

pub mod asking;
pub mod bookings;
mod bridge;
pub mod charts;
mod checks;
pub mod claims;
pub mod config;
mod desk;
mod equipment;
pub mod face;
mod health;
mod hours;
mod identity;
pub mod join;
mod kiosk;
mod layout;
pub mod limits;
mod lists;
mod night;
mod noticing;
pub mod offline;
mod password;
mod pdf;
mod running;
mod scan;
pub mod store;
#[cfg(test)]
mod tests;
pub mod users;

pub use config::{AnswerEncoding, Config, ConfigError, Settings};
pub use equipment::{LineSwitch, Parts};
pub use identity::IdentityError;
pub use join::{JoinError, Joined, SelfTest, join};
pub use kiosk::CardShelf;
pub use offline::recall::AtWindow;
pub use password::PasswordError;
pub use running::{Running, StartError, Terminal};
