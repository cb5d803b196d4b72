//! What can go wrong with a card, with a stable code and words for the window.

use crate::channel::ChannelError;
use crate::status::{Meaning, StatusWord};

/// Why an operation on a card did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card could not be spoken to.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The card has no JPKI application: it is not an Individual Number Card.
    #[error("not an Individual Number Card")]
    NotThisCard,
    /// The file is not on the card: the person has no such certificate.
    #[error("file {file:04X} is not on the card")]
    FileNotFound {
        /// Identifier of the file.
        file: u16,
    },
    /// The file needs a PIN first.
    #[error("file {file:04X} needs a PIN first")]
    NotAllowed {
        /// Identifier of the file.
        file: u16,
    },
    /// The PIN is locked. The municipality unlocks it; the window offers another way in.
    #[error("the PIN is locked")]
    PinLocked,
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
    /// The code that vendors see; it never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Channel(error) => error.code(),
            Self::NotThisCard => "not-an-individual-number-card",
            Self::FileNotFound { .. } => "card-file-not-found",
            Self::NotAllowed { .. } => "card-pin-needed",
            Self::PinLocked => "card-pin-locked",
            Self::FileTooShort { .. } | Self::FileTooLarge { .. } | Self::FileUnreadable { .. } => {
                "card-file-unreadable"
            }
            Self::Unexpected { .. } => "card-answer-unexpected",
        }
    }

    /// In words for the window.
    pub fn text_ja(&self) -> &'static str {
        match self {
            Self::Channel(error) => error.text_ja(),
            Self::NotThisCard => "マイナンバーカードではないカードです",
            Self::FileNotFound { .. } => "電子証明書がカードに入っていません",
            Self::NotAllowed { .. } => Meaning::SecurityNotSatisfied.text_ja(),
            Self::PinLocked => Meaning::Locked.text_ja(),
            Self::FileTooShort { .. } | Self::FileTooLarge { .. } | Self::FileUnreadable { .. } => {
                "カードの内容を読み取れません"
            }
            Self::Unexpected { status, .. } => status.meaning().text_ja(),
        }
    }
}
