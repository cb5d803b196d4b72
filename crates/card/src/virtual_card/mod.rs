//! A card in software, for tests, demos and vendors who have no card at hand. Never a substitute for a real one.
//!
//! It holds the five applications of an Individual Number Card with their files, PINs and counters, and answers each
//! command with the status words that real cards were seen to give: the question for tries gives `63Cx` even after a
//! right PIN, the try that uses up the last one gives `63C0` and every later one `6984`, a warm reset does not make it
//! forget what it was shown, and files have filler behind their certificates.
//!
//! | played | as |
//! |---|---|
//! | SELECT, READ BINARY, READ RECORD, VERIFY, signing | above; by current file and by short file id |
//! | challenges | with randomness from outside: [`VirtualCard::with_random`] |
//! | counters | kept by whoever calls: [`CardState`], [`VirtualCard::keep_with`] |
//! | a phone | [`Form::Android`], [`Form::Iphone`]: one application, the certificate behind the PIN, another label |
//! | moods | [`Quirks`]: the first command after power-on fails; a warm reset forgets |
//!
//! Not played: changing PINs, the real exchange of keys between card and terminal (特定機関認証, whose commands are not
//! public; [`terminal_model`](crate::terminal_model) stands in for it, on cards that are given its key), signatures over the
//! texts of the 入力補助 application. The 12-digit number is twelve zeros: this house has no such
//! numbers, not even made-up ones.
//!
//! ```
//! # fn example(content: card::virtual_card::CardContent) -> Result<(), Box<dyn std::error::Error>> {
//! use card::virtual_card::VirtualCard;
//! use card::{Pin, Session};
//!
//! let mut card = VirtualCard::new(&content)?;
//! let mut session = Session::open(&mut card)?;
//! session.verify_pin(&Pin::new("1234")?)?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod content;
mod layout;
mod rsa;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use self::answer::Answer;
pub use self::content::{CardContent, ContentError, Credential, Face, Form, Secrets};
use self::layout::Application;
use crate::apdu::{Command, Response};
use crate::channel::{CardChannel, ChannelError};
use crate::status::StatusWord;
use crate::terminal_model::TerminalAuthorityKey;

/// Answer to reset of a newer Individual Number Card with contacts. No reader may decide by it.
const ATR_CARD: [u8; 19] =
    [0x3B, 0xDA, 0x13, 0xFF, 0x81, 0x31, 0xFB, 0x46, 0x80, 0x12, 0x39, 0x2F, 0x31, 0xC1, 0x73, 0xC6, 0x01, 0xC0, 0x3B];

/// Answer to reset of the old card, as OpenSC lists it.
const ATR_OLD_CARD: [u8; 9] = [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];

/// What a reader makes up for a token without contacts.
const ATR_CONTACTLESS: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F];

/// How cards differ from each other where sources do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quirks {
    /// The first command after power-on is answered with `6F00`, as one measured card does.
    pub first_command_fails: bool,
    /// A warm reset forgets what was shown. One source says that cards do not; that is the default.
    pub reset_forgets: bool,
}

/// What a card remembers without power: how often each of its secrets may still be tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CardState {
    /// Tries left by the name of the secret, such as `jpki-0018`. What is missing has all its tries.
    #[serde(default)]
    tries_left: BTreeMap<String, u8>,
}

/// Writes down the state before the answer that follows from it leaves the card.
type Keeper = Box<dyn FnMut(&CardState) -> io::Result<()> + Send>;

/// Fills a slice with randomness.
type Randomness = Box<dyn FnMut(&mut [u8]) + Send>;

/// A card in software. See the [module](self).
pub struct VirtualCard {
    form: Form,
    terminal_authority: Option<TerminalAuthorityKey>,
    applications: Vec<Application>,
    quirks: Quirks,
    state: CardState,
    keeper: Option<Keeper>,
    random: Option<Randomness>,
    session: Volatile,
}

/// What a card forgets without power.
#[derive(Default)]
struct Volatile {
    is_on: bool,
    /// Whether a command came since power-on.
    is_awake: bool,
    /// Index of the application; none is the issuer's security domain.
    application: Option<usize>,
    file: Option<u16>,
    shown: Option<Shown>,
    terminal: Terminal,
}

/// How far a terminal is in the model of 特定機関認証.
#[derive(Default)]
enum Terminal {
    /// Nothing was said.
    #[default]
    Unknown,
    /// The model's application is selected.
    Greeted,
    /// The card gave this challenge.
    Challenged(Vec<u8>),
    /// The terminal was admitted: the user's key signs without PIN.
    Admitted,
}

/// The secrets that were shown, and the application whose they are.
struct Shown {
    application: usize,
    secrets: BTreeSet<u16>,
}

impl fmt::Debug for VirtualCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualCard").field("form", &self.form).field("state", &self.state).finish_non_exhaustive()
    }
}

impl VirtualCard {
    /// A card that was never used: all tries are left.
    pub fn new(content: &CardContent) -> Result<Self, ContentError> {
        Ok(Self {
            form: content.form,
            terminal_authority: content.terminal_authority,
            applications: layout::applications(content)?,
            quirks: Quirks::default(),
            state: CardState::default(),
            keeper: None,
            random: None,
            session: Volatile::default(),
        })
    }

    /// The same card with the memory of an earlier use.
    #[must_use]
    pub fn with_state(self, state: CardState) -> Self {
        Self { state, ..self }
    }

    /// The same card with other moods.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// The same card, with `keeper` called whenever its memory changes, before the answer leaves. If it fails, the card
    /// answers `6581` (its memory failed) and remembers nothing.
    #[must_use]
    pub fn keep_with(self, keeper: impl FnMut(&CardState) -> io::Result<()> + Send + 'static) -> Self {
        Self { keeper: Some(Box::new(keeper)), ..self }
    }

    /// The same card with a source for the challenges that it gives. Without one it gives none.
    #[must_use]
    pub fn with_random(self, random: impl FnMut(&mut [u8]) + Send + 'static) -> Self {
        Self { random: Some(Box::new(random)), ..self }
    }

    /// What it remembers without power.
    pub fn state(&self) -> &CardState {
        &self.state
    }

    /// Which kind of token it plays.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its answer to reset.
    pub fn atr(&self) -> &'static [u8] {
        match self.form {
            Form::Card => &ATR_CARD,
            Form::OldCard => &ATR_OLD_CARD,
            Form::Android | Form::Iphone => &ATR_CONTACTLESS,
        }
    }

    /// Power comes on. If it was on, nothing happens.
    pub fn power_on(&mut self) {
        self.session.is_on = true;
    }

    /// Power goes: everything but the counters is forgotten.
    pub fn power_off(&mut self) {
        self.session = Volatile::default();
    }

    /// A warm reset: the application is left. Whether what was shown is forgotten too, [`Quirks`] say.
    pub fn warm_reset(&mut self) {
        let shown = self.session.shown.take().filter(|_| !self.quirks.reset_forgets);
        self.session = Volatile { is_on: true, is_awake: true, shown, ..Volatile::default() };
    }

    /// Answers the bytes of a command with the bytes of an answer. A card without power is powered first.
    pub fn transmit(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.power_on();
        let is_first = !std::mem::replace(&mut self.session.is_awake, true);
        let answer = if is_first && self.quirks.first_command_fails {
            Err(answer::UNSPECIFIED)
        } else {
            // Nothing longer than a short command, and nothing malformed, gets past its length.
            Command::parse(bytes).map_err(|_| answer::WRONG_LENGTH).and_then(|command| self.answer(&command))
        };
        let (mut bytes, status) = match answer {
            Ok(data) => (data, StatusWord::OK.value()),
            Err(status) => (Vec::new(), status),
        };
        bytes.extend(status.to_be_bytes());
        bytes
    }

    /// Changes what is remembered, unless it cannot be kept.
    fn remember(&mut self, secret: &str, tries_left: u8, tries_max: u8) -> Answer {
        let mut state = self.state.clone();
        if tries_left == tries_max {
            state.tries_left.remove(secret);
        } else {
            state.tries_left.insert(secret.to_owned(), tries_left);
        }
        if state == self.state {
            return Ok(Vec::new());
        }
        if let Some(keeper) = &mut self.keeper {
            keeper(&state).map_err(|_| answer::MEMORY_FAILED)?;
        }
        self.state = state;
        Ok(Vec::new())
    }
}

/// Without a reader between: what tests and the demo use.
impl CardChannel for VirtualCard {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        Ok(Response::parse(&Self::transmit(self, &command.to_bytes()))?)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.warm_reset();
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        self.power_off();
        Ok(())
    }
}
