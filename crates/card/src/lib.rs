// SPDX-License-Identifier: Apache-2.0
//! The Individual Number Card (マイナンバーカード), as a reader sees it.
//!
//! # Layers
//!
//! | module | holds |
//! |---|---|
//! | [`apdu`] | commands and answers as bytes: short APDUs of ISO/IEC 7816-4 |
//! | [`status`] | what the two status bytes of an answer mean |
//! | [`channel`] | the narrow way to a card: three methods that a reader, a virtual card or a transcript implements |
//! | [`mod@file`] | reading a transparent file in pieces |
//! | [`jpki`] | the application that identifies a person by certificate (公的個人認証AP) |
//! | [`transcript`] | recording a conversation with a real card, and playing it back where there is none |
//! | [`error`] | what can go wrong, with a stable code and words for the window |
//!
//! # What this crate will not do
//!
//! The health insurance never handles the 12-digit individual number. So there is no command here that could read it:
//! a [`Command`] can only be made by this crate, the only application it selects is JPKI, and the only files it names
//! are those of [`jpki::JpkiFile`]. Whoever wants to change that has to change this page.
//!
//! # Adding a card operation
//!
//! 1. Add the command as a constructor in [`apdu`], with the source of its bytes.
//! 2. Add the status words it may answer to [`status`], if they are new.
//! 3. Write the operation as a method of the application it belongs to, mapping each status to an [`CardError`].
//! 4. Record a transcript with a test card, check that it holds no secret, and play it in a test.
//!
//! The card's own specification is not public. What is known comes from public implementations and public test cards;
//! where a fact rests on one of them alone, the code says so.
#![warn(missing_docs)]

pub mod apdu;
pub mod channel;
pub mod error;
pub mod file;
pub mod jpki;
pub mod limits;
pub mod status;
pub mod transcript;

pub use apdu::{Command, Response};
pub use channel::{CardChannel, ChannelError};
pub use error::CardError;
pub use status::{Meaning, StatusWord};
