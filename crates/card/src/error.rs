//! What can go wrong with a card, with a stable code and words for the people at the window.

use crate::apdu::Response;
use crate::channel::ChannelError;
use crate::status::StatusWord;
use crate::words::{self, Words};

/// Why an operation on a card did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card could not be spoken to.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The card has no JPKI application: a transit card, a driving licence, a card for paying.
    #[error("not an Individual Number Card")]
    NotThisCard,
    /// A Basic Resident Register card (住基カード). All their certificates have expired.
    #[error("an old Basic Resident Register card")]
    OldCard,
    /// The file is not on the card: the person has no such certificate.
    #[error("file {file:04X} is not on the card")]
    FileNotFound {
        /// Identifier of the file.
        file: u16,
    },
    /// The file or key needs a PIN first.
    #[error("file {file:04X} needs a PIN first")]
    NotAllowed {
        /// Identifier of the file.
        file: u16,
    },
    /// The PIN was wrong, and may be tried again.
    #[error("the PIN is wrong; {left} tries left")]
    PinWrong {
        /// Tries left, never 0.
        left: u8,
    },
    /// The PIN is locked. The municipality unlocks it; the window offers another way in.
    #[error("the PIN is locked")]
    PinLocked,
    /// The digits from the face of the card (照合番号B) were wrong, and may be tried again.
    #[error("the digits from the face of the card are wrong; {left} tries left")]
    NumberBWrong {
        /// Tries left, never 0.
        left: u8,
    },
    /// Too many wrong digits: the photo cannot be opened any more.
    #[error("the photo is locked")]
    NumberBLocked,
    /// The card has no photo: it is a phone, or the file does not hold one.
    #[error("no photo is on the card")]
    NoPhoto,
    /// The key opens without PIN only for a maker's reader (特定機関認証), and this is none, or the card knows no model of
    /// one.
    #[error("the key opens without PIN only for a maker's reader")]
    MakersReaderNeeded,
    /// The card does not accept the certificate of the terminal.
    #[error("the card does not accept the certificate of the terminal")]
    TerminalRefused,
    /// The file ends too early.
    #[error("file {file:04X} ends after {bytes} bytes")]
    FileTooShort {
        /// Identifier of the file.
        file: u16,
        /// Bytes that were there.
        bytes: usize,
    },
    /// The file claims to be longer than any file can be.
    #[error("file {file:04X} claims to hold {bytes} bytes")]
    FileTooLarge {
        /// Identifier of the file.
        file: u16,
        /// Bytes that it claims.
        bytes: usize,
    },
    /// The file does not hold what it should.
    #[error("file {file:04X} does not hold {expected}")]
    FileUnreadable {
        /// Identifier of the file.
        file: u16,
        /// What was expected, in English.
        expected: &'static str,
    },
    /// What the card gave as a signature cannot be one.
    #[error("a signature of {bytes} bytes")]
    NotASignature {
        /// Bytes that came.
        bytes: usize,
    },
    /// The card answered something that this step does not provide for.
    #[error("the card answered {status} to {step}")]
    Unexpected {
        /// What it answered.
        status: StatusWord,
        /// What it was asked, in English.
        step: &'static str,
    },
}

impl CardError {
    /// One of each, with made-up particulars: for tables of codes and sentences, and for those who test them.
    pub fn one_of_each() -> Vec<Self> {
        let malformed = Response::parse(&[]).err().map(ChannelError::Malformed);
        let channel = [
            ChannelError::NoService,
            ChannelError::NoReader,
            ChannelError::NoCard,
            ChannelError::CardRemoved,
            ChannelError::Busy,
            ChannelError::TimedOut,
            ChannelError::Reader("failed".to_owned()),
            ChannelError::Endless,
            ChannelError::NotInTranscript { line: 2, expected: "a".to_owned(), asked: "b".to_owned() },
        ];
        let card = [
            Self::NotThisCard,
            Self::OldCard,
            Self::FileNotFound { file: 0x000A },
            Self::NotAllowed { file: 0x0017 },
            Self::PinWrong { left: 2 },
            Self::PinLocked,
            Self::NumberBWrong { left: 9 },
            Self::NumberBLocked,
            Self::NoPhoto,
            Self::MakersReaderNeeded,
            Self::TerminalRefused,
            Self::FileTooShort { file: 0x000A, bytes: 4 },
            Self::FileTooLarge { file: 0x000A, bytes: 70_000 },
            Self::FileUnreadable { file: 0x0006, expected: "a label" },
            Self::NotASignature { bytes: 0 },
            Self::Unexpected { status: StatusWord::new(0x1234), step: "SELECT" },
        ];
        channel.into_iter().chain(malformed).map(Self::Channel).chain(card).collect()
    }

    /// The code that vendors see; it never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Channel(error) => error.code(),
            Self::NotThisCard => "not-an-individual-number-card",
            Self::OldCard => "old-resident-card",
            Self::FileNotFound { .. } => "card-file-not-found",
            Self::NotAllowed { .. } => "card-pin-needed",
            Self::PinWrong { .. } => "card-pin-wrong",
            Self::PinLocked => "card-pin-locked",
            Self::NumberBWrong { .. } => "card-face-digits-wrong",
            Self::NumberBLocked => "card-face-digits-locked",
            Self::NoPhoto => "card-has-no-photo",
            Self::MakersReaderNeeded => "makers-reader-needed",
            Self::TerminalRefused => "terminal-not-admitted",
            Self::FileTooShort { .. } | Self::FileTooLarge { .. } | Self::FileUnreadable { .. } => {
                "card-file-unreadable"
            }
            Self::NotASignature { .. } => "card-answer-malformed",
            Self::Unexpected { .. } => "card-answer-unexpected",
        }
    }

    /// What the patient and the staff are told.
    pub const fn words(&self) -> &'static Words {
        words::of_card(self)
    }
}
