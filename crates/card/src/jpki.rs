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

use sha2::{Digest as _, Sha256};

use crate::apdu::Command;
use crate::channel::{CardChannel, exchange, exchange_once};
use crate::error::CardError;
use crate::file::{self, Want};
use crate::limits::SIGNATURE_BYTES;
use crate::secret::Pin;
use crate::status::Meaning;

/// Name of the application. Always sent in full: a prefix of it would also be accepted, and might select another.
pub const APPLICATION_NAME: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

/// Bytes of the label at the beginning of file 0006, padded with spaces.
const LABEL_BYTES: usize = 32;

/// 0017: the key whose certificate identifies a person. It signs after the PIN.
const USER_KEY: u16 = 0x0017;

/// What stands before a SHA-256 in the DigestInfo that the card pads and signs (RFC 8017 §9.2, note 1).
const SHA256_DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// What is padded and signed for a SHA-256.
pub(crate) fn digest_info(sha256: &[u8]) -> Vec<u8> {
    [&SHA256_DIGEST_INFO[..], sha256].concat()
}

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

    /// Whether it is a phone: its certificate is behind the PIN, and it holds no photo.
    pub const fn is_phone(&self) -> bool {
        matches!(self, Self::Android | Self::Iphone)
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
        if file::select_application(channel, &APPLICATION_NAME)? {
            Ok(Self { channel })
        } else {
            Err(CardError::NotThisCard)
        }
    }

    /// The application that is selected already.
    pub(crate) fn selected(channel: &'c mut C) -> Self {
        Self { channel }
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
        file::select(self.channel, pin.file())?;
        let outcome = exchange(self.channel, &Command::ask_tries())?;
        match outcome.status.meaning() {
            Meaning::TriesLeft(left) => Ok(Tries::Left(left)),
            Meaning::TriesUnlimited => Ok(Tries::Unlimited),
            Meaning::Locked => Ok(Tries::Locked),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "VERIFY without data" }),
        }
    }

    /// Shows the 利用者証明用 PIN to the card, once. A right one sets its tries back to three; a wrong one costs a try.
    pub fn verify(&mut self, pin: &Pin) -> Result<(), CardError> {
        file::select(self.channel, JpkiPin::User.file())?;
        let command = Command::verify(pin.bytes()).map_err(|error| CardError::Channel(error.into()))?;
        let outcome = exchange_once(self.channel, &command)?;
        match outcome.status.meaning() {
            Meaning::Ok => Ok(()),
            Meaning::TriesLeft(left) => Err(CardError::PinWrong { left }),
            Meaning::Locked => Err(CardError::PinLocked),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "VERIFY" }),
        }
    }

    /// Signs a message with the person's key (RSA PKCS#1 v1.5 with SHA-256), after [`Self::verify`]. 256 bytes.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, CardError> {
        file::select(self.channel, USER_KEY)?;
        let command =
            Command::sign(&digest_info(&Sha256::digest(message))).map_err(|error| CardError::Channel(error.into()))?;
        let outcome = exchange_once(self.channel, &command)?;
        match outcome.status.meaning() {
            Meaning::Ok if outcome.data.len() == SIGNATURE_BYTES => Ok(outcome.data),
            Meaning::Ok => Err(CardError::NotASignature { bytes: outcome.data.len() }),
            Meaning::SecurityNotSatisfied => Err(CardError::NotAllowed { file: USER_KEY }),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "signing" }),
        }
    }
}
