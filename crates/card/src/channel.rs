//! The narrow way to a card.

use crate::apdu::{ApduError, Command, Response};
use crate::limits::{ANSWER_DATA_BYTES_MAX, CONTINUATIONS_MAX};
use crate::status::{Meaning, StatusWord};
use crate::words::{self, Words};

/// Why a card could not be spoken to. What it *said* is no concern of a channel: every status word is a success here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The machine's service for readers (pcscd) does not run, or went away.
    #[error("the service for card readers does not run")]
    NoService,
    /// No reader of this name is connected, or it was unplugged.
    #[error("no card reader")]
    NoReader,
    /// No card lies on the reader.
    #[error("no card on the reader")]
    NoCard,
    /// The card was taken away in the middle.
    #[error("the card was removed")]
    CardRemoved,
    /// Another program holds the card.
    #[error("the card is in use by another program")]
    Busy,
    /// The card or the reader did not answer in time.
    #[error("the card did not answer in time")]
    TimedOut,
    /// The reader failed in another way; the text is the system's.
    #[error("the reader failed: {0}")]
    Reader(String),
    /// What came back is not an answer.
    #[error("the answer of the card cannot be read: {0}")]
    Malformed(#[from] ApduError),
    /// The card goes on promising more data without end.
    #[error("the card never comes to the end of its answer")]
    Endless,
    /// A transcript was asked something else than what it holds next.
    #[error("the transcript has {expected} at line {line}, but {asked} was asked")]
    NotInTranscript {
        /// Line of the transcript, from 1.
        line: usize,
        /// What it holds there.
        expected: String,
        /// What was asked; never the data of a PIN.
        asked: String,
    },
}

impl ChannelError {
    /// The code that vendors see; it never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoService => "card-service-down",
            Self::NoReader => "no-reader",
            Self::NoCard => "no-card",
            Self::CardRemoved => "card-removed",
            Self::Busy => "card-busy",
            Self::TimedOut => "card-timed-out",
            Self::Reader(_) => "reader-failed",
            Self::Malformed(_) | Self::Endless => "card-answer-malformed",
            Self::NotInTranscript { .. } => "not-in-transcript",
        }
    }

    /// What the patient and the staff are told.
    pub const fn words(&self) -> &'static Words {
        words::of_channel(self)
    }
}

/// A card that can be spoken to, by one speaker at a time. Calls block until the card has answered.
///
/// What a card has been shown (a PIN) lasts until [`Self::release`]: implementations take the card for themselves
/// alone, and end by cutting its power.
pub trait CardChannel {
    /// Sends a command and waits for the answer, whatever its status.
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError>;

    /// Resets the card, which forgets the selected application and, on most cards, what was verified.
    fn reset(&mut self) -> Result<(), ChannelError>;

    /// Lets go of the card and cuts its power, so that nobody after us meets it in a verified state.
    fn release(&mut self) -> Result<(), ChannelError>;
}

impl<C: CardChannel + ?Sized> CardChannel for &mut C {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        (**self).transmit(command)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        (**self).reset()
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        (**self).release()
    }
}

impl<C: CardChannel + ?Sized> CardChannel for Box<C> {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        (**self).transmit(command)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        (**self).reset()
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        (**self).release()
    }
}

/// Data and status of a command after all its continuations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) data: Vec<u8>,
    pub(crate) status: StatusWord,
}

/// Sends a command that must not reach the card twice: a wrong PIN sent twice costs two tries. Only `61xx` is followed,
/// for fetching the rest of an answer sends nothing again.
pub(crate) fn exchange_once<C: CardChannel + ?Sized>(
    channel: &mut C,
    command: &Command,
) -> Result<Outcome, ChannelError> {
    follow(channel, command, |_| None)
}

/// Sends a command and follows `6Cxx` (ask again for the right length) and `61xx` (fetch the rest). No Individual
/// Number Card is known to send them to short commands, but readers put between us and the card do.
pub(crate) fn exchange<C: CardChannel + ?Sized>(channel: &mut C, command: &Command) -> Result<Outcome, ChannelError> {
    follow(channel, command, |right| Some(command.clone().expecting(right)))
}

/// `again` says what to send when the card names another length.
fn follow<C: CardChannel + ?Sized>(
    channel: &mut C,
    command: &Command,
    again: impl Fn(u16) -> Option<Command>,
) -> Result<Outcome, ChannelError> {
    let length = |low: u8| if low == 0 { 256 } else { u16::from(low) };
    let mut answer = channel.transmit(command)?;
    let mut data = Vec::new();
    for _ in 0..CONTINUATIONS_MAX {
        let next = match answer.status().meaning() {
            Meaning::AskFor(right) if data.is_empty() => again(length(right)),
            Meaning::MoreData(more) => Some(Command::get_response(length(more))),
            _ => None,
        };
        data.extend_from_slice(answer.data());
        let Some(next) = next else {
            return Ok(Outcome { data, status: answer.status() });
        };
        answer = channel.transmit(&next)?;
    }
    debug_assert!(data.len() <= CONTINUATIONS_MAX * ANSWER_DATA_BYTES_MAX);
    Err(ChannelError::Endless)
}
