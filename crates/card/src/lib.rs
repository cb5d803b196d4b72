// SPDX-License-Identifier: Apache-2.0
//! The Individual Number Card (マイナンバーカード), as a reader sees it.
//!
//! # Layers
//!
//! | module | holds |
//! |---|---|
//! | [`session`] | a person's card from taking it up to letting go of it: what a terminal uses |
//! | [`jpki`] | the application that identifies a person by certificate (公的個人認証AP) |
//! | [`surface`] | the application that holds the photo (券面事項確認AP) |
//! | [`mod@file`] | reading a transparent file in pieces |
//! | [`apdu`], [`status`] | commands and answers as bytes, and what the two status bytes of an answer mean |
//! | [`secret`] | PIN and 照合番号B, which are shown to the card and to nobody else |
//! | [`channel`] | the narrow way to a card: three methods that a reader, a virtual card or a transcript implements |
//! | [`watchdog`] | a limit on the time of every call |
//! | [`readers`] | where cards come from, and what happens there |
//! | `pcsc` | card readers of this machine, behind the feature of that name |
//! | [`chip`], [`virtual_card`] | what a reader sees of a card, and a card in software |
//! | [`tray`], [`vpcd`] | putting it into readers in this process, or into a virtual reader of the machine |
//! | [`terminal_model`] | a *model* of how a maker's reader opens a key without PIN (特定機関認証) |
//! | [`transcript`] | recording a conversation with a real card, and playing it back where there is none |
//! | [`error`], [`words`] | what can go wrong, with a stable code, and what patient and staff are told |
//!
//! # What this crate will not do
//!
//! The health insurance never handles the 12-digit individual number. So there is no command here that could read it. A
//! [`Command`] can only be made by this crate. The only applications it selects are JPKI and the one with the photo; the
//! only files it names are those of [`jpki::JpkiFile`], the PIN, the key and, of the face of the card, the photo's file,
//! in which the number does not occur. The two places where the number lies are another application, which is never
//! selected, and a file that opens only with 照合番号A, for which there is no type. A test counts the commands of a whole
//! session. Whoever wants to change that has to change this page.
//!
//! It changes nothing on a card, except the counters of PINs that are shown to it. Every command that could cost a try is
//! sent exactly once: a command is repeated only where the card asks for another length, or answers the first SELECT
//! after power-on with a fault, and never one that carries a secret.
//!
//! # Adding a card operation
//!
//! 1. Add the command as a constructor in [`apdu`], with the source of its bytes.
//! 2. Add the status words it may answer to [`status`], if they are new.
//! 3. Write the operation as a method of the application it belongs to, mapping each status to an [`CardError`], and offer
//!    it in [`session`].
//! 4. A new error gets its code in [`error`], its sentences in [`words`], and a row in `docs/CARD.md`.
//! 5. Teach the [`virtual_card`] to answer it as cards do; record a transcript with a test card, check that it holds no
//!    secret, and play it in a test.
//!
//! The card's own specification is not public. What is known comes from public implementations and public test cards;
//! where a fact rests on one of them alone, the code says so.
#![warn(missing_docs)]

pub mod apdu;
pub mod channel;
pub mod chip;
pub mod error;
pub mod file;
pub mod jpki;
pub mod limits;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod readers;
pub mod secret;
pub mod session;
pub mod status;
pub mod surface;
pub mod terminal_model;
mod tlv;
pub mod transcript;
pub mod tray;
pub mod virtual_card;
#[cfg(target_os = "linux")]
pub mod vpcd;
pub mod watchdog;
pub mod words;

pub use apdu::{Command, Response};
pub use channel::{CardChannel, ChannelError};
pub use chip::Chip;
pub use error::CardError;
#[cfg(feature = "pcsc")]
pub use pcsc::PcscReaders;
pub use readers::{CardReaders, Event, Reader, Watch};
pub use secret::{NumberB, Pin, SecretError};
pub use session::Session;
pub use status::{Meaning, StatusWord};
pub use tray::Tray;
pub use watchdog::Watched;
pub use words::Words;
