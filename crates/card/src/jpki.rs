//! The application that identifies a person by certificate: 公的個人認証AP (JPKI).
//!
//! ```
//! use card::jpki::{Jpki, TokenKind};
//! use card::transcript::{Replay, Transcript};
//!
//! # let lines = r#"{"Transcript":"tashika-card-1","Card":"example"}
//! # {"Command":"00A4040C0AD392F000260100000001","Answer":"9000"}
//! # {"Command":"00A4020C020006","Answer":"9000"}
//! # {"Command":"00B0000020","Answer":"4A504B494150494343544F4B454E3220202020202020202020202020202020209000"}
//! # "#;
//! let mut card = Replay::new(Transcript::parse(lines)?);
//! let mut jpki = Jpki::select(&mut card)?;
//! assert_eq!(jpki.token_kind()?, TokenKind::Card);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use crate::apdu::Command;
use crate::channel::{CardChannel, exchange};
use crate::error::CardError;
use crate::file::{self, Want};
use crate::status::Meaning;

/// Name of the application. Always sent in full: a prefix of it would also be accepted, and might select another.
pub const APPLICATION_NAME: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

/// Bytes of the label at the beginning of file 0006, padded with spaces.
const LABEL_BYTES: usize = 32;

/// The files of the application that may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JpkiFile {
    /// 0002: certificate of the CA that issued the 署名用電子証明書.
    SigningCa,
    /// 0006: what the token says it is; 160 bytes, of which the first 32 are the label.
    TokenInfo,
    /// 0008: which certificates are there. Known from one source.
    Presence,
    /// 000A: 利用者証明用電子証明書, which identifies a person. Free on a card, behind the PIN on a phone.
    UserCertificate,
    /// 000B: certificate of the CA that issued it.
    UserCa,
}

impl JpkiFile {
    /// Identifier of the file.
    pub const fn id(self) -> u16 {
        match self {
            Self::SigningCa => 0x0002,
            Self::TokenInfo => 0x0006,
            Self::Presence => 0x0008,
            Self::UserCertificate => 0x000A,
            Self::UserCa => 0x000B,
        }
    }
}

/// The PINs of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JpkiPin {
    /// 利用者証明用 PIN: 4 digits, 3 tries.
    User,
    /// 署名用パスワード: 6 to 16 letters and digits, 5 tries.
    Signing,
}

impl JpkiPin {
    const fn file(self) -> u16 {
        match self {
            Self::User => 0x0018,
            Self::Signing => 0x001B,
        }
    }
}

/// How often a PIN may still be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// This often, at least once.
    Left(u8),
    /// Without limit.
    Unlimited,
    /// No more.
    Locked,
}

/// What holds the application, by the label of file 0006.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// An Individual Number Card: `JPKIAPICCTOKEN2`.
    Card,
    /// The old Basic Resident Register card (住基カード), whose certificates have long expired: `JPKIAPICCTOKEN`.
    OldCard,
    /// An Android phone: `JPKIAPGPSETOKEN`. Its certificate can only be read after the PIN.
    Android,
    /// An iPhone: `JPKIAPIOSTOKEN`.
    Iphone,
    /// A label that is not known yet.
    Unknown(String),
}

impl TokenKind {
    /// By the label, without the spaces behind it.
    pub fn from_label(label: &str) -> Self {
        match label {
            "JPKIAPICCTOKEN2" => Self::Card,
            "JPKIAPICCTOKEN" => Self::OldCard,
            "JPKIAPGPSETOKEN" => Self::Android,
            "JPKIAPIOSTOKEN" => Self::Iphone,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// The application, selected. It borrows the channel, so nothing else can be selected while it is in use.
pub struct Jpki<'c, C: CardChannel + ?Sized> {
    channel: &'c mut C,
}

impl<C: CardChannel + ?Sized> fmt::Debug for Jpki<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jpki")
    }
}

impl<'c, C: CardChannel + ?Sized> Jpki<'c, C> {
    /// Selects the application. A card that has none is [`CardError::NotThisCard`].
    pub fn select(channel: &'c mut C) -> Result<Self, CardError> {
        let command =
            Command::select_application(&APPLICATION_NAME).map_err(|error| CardError::Channel(error.into()))?;
        let mut outcome = exchange(channel, &command)?;
        // One measured card answers the first command after power-on with a fault and the second as it should.
        if outcome.status.meaning() == Meaning::Unspecified {
            outcome = exchange(channel, &command)?;
        }
        match outcome.status.meaning() {
            Meaning::Ok => Ok(Self { channel }),
            Meaning::NotFound | Meaning::InstructionUnknown | Meaning::ClassUnknown => Err(CardError::NotThisCard),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "SELECT of the JPKI application" }),
        }
    }

    /// The label that says what kind of token this is, without the spaces behind it.
    pub fn token_label(&mut self) -> Result<String, CardError> {
        let file = JpkiFile::TokenInfo;
        let bytes = self.read(file, Want::Exactly(LABEL_BYTES))?;
        let unreadable = CardError::FileUnreadable { file: file.id(), expected: "a label" };
        let label = String::from_utf8(bytes).map_err(|_| unreadable.clone())?;
        let label = label.trim_end_matches([' ', '\0']);
        if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unreadable);
        }
        Ok(label.to_owned())
    }

    /// What kind of token this is.
    pub fn token_kind(&mut self) -> Result<TokenKind, CardError> {
        Ok(TokenKind::from_label(&self.token_label()?))
    }

    /// The certificate that identifies the person, as DER, without the filler behind it.
    pub fn user_certificate(&mut self) -> Result<Vec<u8>, CardError> {
        self.read(JpkiFile::UserCertificate, Want::Der)
    }

    /// The certificate of the CA that issued it, as DER.
    pub fn user_ca(&mut self) -> Result<Vec<u8>, CardError> {
        self.read(JpkiFile::UserCa, Want::Der)
    }

    /// Reads any of the files.
    pub fn read(&mut self, file: JpkiFile, want: Want) -> Result<Vec<u8>, CardError> {
        file::read(self.channel, file.id(), want)
    }

    /// How often a PIN may still be tried. Asking costs no try. The card answers with a number even after the PIN was
    /// verified, unlike the standard.
    pub fn tries(&mut self, pin: JpkiPin) -> Result<Tries, CardError> {
        let selected = exchange(self.channel, &Command::select_file(pin.file()))?;
        match selected.status.meaning() {
            Meaning::Ok => {}
            Meaning::NotFound => return Err(CardError::FileNotFound { file: pin.file() }),
            _ => {
                return Err(CardError::Unexpected { status: selected.status, step: "SELECT of a PIN" });
            }
        }
        let outcome = exchange(self.channel, &Command::ask_tries())?;
        match outcome.status.meaning() {
            Meaning::TriesLeft(left) => Ok(Tries::Left(left)),
            Meaning::TriesUnlimited => Ok(Tries::Unlimited),
            Meaning::Locked => Ok(Tries::Locked),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "VERIFY without data" }),
        }
    }
}
