//! Commands and answers as bytes: short APDUs (ISO/IEC 7816-4 §5).
//!
//! A command is `CLA INS P1 P2`, then `Lc` and data if it carries any, then `Le` if it expects any. An answer is data
//! and two status bytes. Extended lengths are not used by the card.

use std::fmt;

use zeroize::Zeroizing;

use crate::limits::{ANSWER_DATA_BYTES_MAX, COMMAND_DATA_BYTES_MAX};
use crate::status::StatusWord;

/// Instruction bytes.
pub(crate) mod ins {
    pub(crate) const VERIFY: u8 = 0x20;
    pub(crate) const CHANGE_REFERENCE_DATA: u8 = 0x24;
    pub(crate) const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    pub(crate) const RESET_RETRY_COUNTER: u8 = 0x2C;
    pub(crate) const CHANGE_PIN_PROPRIETARY: u8 = 0x32;
    pub(crate) const GET_CHALLENGE: u8 = 0x84;
    pub(crate) const TERMINAL_CERTIFICATE: u8 = 0xA2;
    pub(crate) const SELECT: u8 = 0xA4;
    pub(crate) const READ_BINARY: u8 = 0xB0;
    pub(crate) const GET_RESPONSE: u8 = 0xC0;
}

/// Why bytes are not an APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    /// Fewer bytes than a header, or than a status.
    #[error("too short for an APDU: {bytes} bytes")]
    TooShort {
        /// How many there were.
        bytes: usize,
    },
    /// The length byte and the length do not agree.
    #[error("the length byte says {said} but {there} bytes of data are there")]
    LengthMismatch {
        /// `Lc`.
        said: usize,
        /// Bytes after it.
        there: usize,
    },
    /// More data than a short APDU holds.
    #[error("{bytes} bytes of data do not fit in a short APDU")]
    TooLong {
        /// How many there were.
        bytes: usize,
    },
}

/// A command to a card. Made only by the typed commands of this crate.
///
/// Its data is wiped from memory when it is dropped, and never shown by `Debug` when it is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    header: [u8; 4],
    data: Zeroizing<Vec<u8>>,
    expected: Option<u16>,
}

impl Command {
    pub(crate) fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self { header: [cla, ins, p1, p2], data: Zeroizing::default(), expected: None }
    }

    /// The same with data, 1 to 255 bytes.
    pub(crate) fn with_data(mut self, data: &[u8]) -> Result<Self, ApduError> {
        if data.len() > COMMAND_DATA_BYTES_MAX {
            return Err(ApduError::TooLong { bytes: data.len() });
        }
        self.data = Zeroizing::new(data.to_vec());
        Ok(self)
    }

    /// The same expecting up to so many bytes, 1 to 256. Anything larger asks for 256, zero asks for nothing.
    pub(crate) fn expecting(mut self, bytes: u16) -> Self {
        self.expected = (bytes > 0).then(|| bytes.min(256));
        self
    }

    /// SELECT of an application by its full name; no answer data is asked for. (`00 A4 04 0C`)
    pub(crate) fn select_application(name: &[u8]) -> Result<Self, ApduError> {
        Self::new(0x00, ins::SELECT, 0x04, 0x0C).with_data(name)
    }

    /// SELECT of an elementary file under the current application. (`00 A4 02 0C 02`)
    pub(crate) fn select_file(id: u16) -> Self {
        let [high, low] = id.to_be_bytes();
        Self { header: [0x00, ins::SELECT, 0x02, 0x0C], data: Zeroizing::new(vec![high, low]), expected: None }
    }

    /// READ BINARY of the selected file. The offset has 15 bits; larger ones, which would mean a short file id, give
    /// none. (`00 B0 offset Le`)
    pub(crate) fn read_binary(offset: u16, bytes: u16) -> Option<Self> {
        let [high, low] = offset.to_be_bytes();
        (offset < 0x8000).then(|| Self::new(0x00, ins::READ_BINARY, high, low).expecting(bytes))
    }

    /// VERIFY without data: asks how many tries the selected PIN has left and costs none. (`00 20 00 80`)
    pub(crate) fn ask_tries() -> Self {
        Self::new(0x00, ins::VERIFY, 0x00, 0x80)
    }

    /// VERIFY of the selected PIN, as ASCII without padding. A wrong one costs a try. (`00 20 00 80 Lc`)
    pub(crate) fn verify(secret: &[u8]) -> Result<Self, ApduError> {
        Self::new(0x00, ins::VERIFY, 0x00, 0x80).with_data(secret)
    }

    /// PERFORM SECURITY OPERATION with the selected key: pads what it is given after PKCS#1 v1.5 and signs it. Of the
    /// ways to sign that public sources list, this is the only one that several implementations agree on.
    /// (`80 2A 00 80 Lc … 00`)
    pub(crate) fn sign(digest_info: &[u8]) -> Result<Self, ApduError> {
        Ok(Self::new(0x80, ins::PERFORM_SECURITY_OPERATION, 0x00, 0x80).with_data(digest_info)?.expecting(256))
    }

    /// GET CHALLENGE. (`00 84 00 00 Le`)
    pub(crate) fn get_challenge(bytes: u16) -> Self {
        Self::new(0x00, ins::GET_CHALLENGE, 0x00, 0x00).expecting(bytes)
    }

    /// A terminal's certificate and proof, in the model of 特定機関認証 ([`crate::terminal_model`]) alone.
    /// (`80 A2 00 C1 Lc`)
    pub(crate) fn show_terminal(shown: &[u8]) -> Result<Self, ApduError> {
        Self::new(0x80, ins::TERMINAL_CERTIFICATE, 0x00, 0xC1).with_data(shown)
    }

    /// GET RESPONSE: the rest of an answer that did not fit. (`00 C0 00 00 Le`)
    pub(crate) fn get_response(bytes: u16) -> Self {
        Self::new(0x00, ins::GET_RESPONSE, 0x00, 0x00).expecting(bytes)
    }

    /// The class byte.
    pub fn cla(&self) -> u8 {
        self.header[0]
    }

    /// The instruction byte.
    pub fn ins(&self) -> u8 {
        self.header[1]
    }

    /// The first parameter byte.
    pub fn p1(&self) -> u8 {
        self.header[2]
    }

    /// The second parameter byte.
    pub fn p2(&self) -> u8 {
        self.header[3]
    }

    /// The four bytes that say what is asked.
    pub fn header(&self) -> [u8; 4] {
        self.header
    }

    /// The data that goes with it; may be a secret, see [`Self::is_secret`].
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// How many bytes are expected at most, 1 to 256.
    pub fn expected(&self) -> Option<u16> {
        self.expected
    }

    /// Whether the data is a PIN or a password, which must never be written anywhere.
    pub fn is_secret(&self) -> bool {
        let carries_pin = matches!(
            self.ins(),
            ins::VERIFY | ins::CHANGE_REFERENCE_DATA | ins::RESET_RETRY_COUNTER | ins::CHANGE_PIN_PROPRIETARY
        );
        carries_pin && !self.data.is_empty()
    }

    /// The bytes to send. They are wiped when dropped, for they may hold a PIN.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Reserved in full: growing would leave a copy of the PIN behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 + 1 + self.data.len() + 1));
        bytes.extend_from_slice(&self.header);
        if let Ok(length) = u8::try_from(self.data.len())
            && length > 0
        {
            bytes.push(length);
            bytes.extend_from_slice(&self.data);
        }
        if let Some(expected) = self.expected {
            // 256 is written as 0.
            bytes.push(expected.to_be_bytes()[1]);
        }
        bytes
    }

    /// Reads the bytes of a command: what a virtual card receives, and what a transcript holds.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let Some((header, rest)) = bytes.split_first_chunk::<4>() else {
            return Err(ApduError::TooShort { bytes: bytes.len() });
        };
        let length_of = |le: u8| if le == 0 { 256 } else { u16::from(le) };
        let [cla, ins, p1, p2] = *header;
        let command = Self::new(cla, ins, p1, p2);
        let Some((&first, rest)) = rest.split_first() else {
            return Ok(command);
        };
        if rest.is_empty() {
            return Ok(command.expecting(length_of(first)));
        }
        let said = usize::from(first);
        if said == 0 {
            // Lc 00 with more behind it begins an extended length.
            return Err(ApduError::TooLong { bytes: rest.len() });
        }
        match rest.split_at_checked(said) {
            Some((data, [])) => command.with_data(data),
            Some((data, [le])) => Ok(command.with_data(data)?.expecting(length_of(*le))),
            _ => Err(ApduError::LengthMismatch { said, there: rest.len() }),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header;
        write!(f, "Command({cla:02X} {ins:02X} {p1:02X} {p2:02X}")?;
        match self.data.len() {
            0 => {}
            _ if self.is_secret() => write!(f, ", secret")?,
            bytes => write!(f, ", {bytes} bytes")?,
        }
        if let Some(expected) = self.expected {
            write!(f, ", expecting {expected}")?;
        }
        f.write_str(")")
    }
}

/// A card's answer. What a card says is about a person, so `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    data: Vec<u8>,
    status: StatusWord,
}

impl Response {
    /// An answer: at most 256 bytes of data and a status.
    pub fn new(data: Vec<u8>, status: StatusWord) -> Result<Self, ApduError> {
        if data.len() > ANSWER_DATA_BYTES_MAX {
            return Err(ApduError::TooLong { bytes: data.len() });
        }
        Ok(Self { data, status })
    }

    /// Reads the bytes that came from a card.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        match bytes.split_last_chunk::<2>() {
            Some((data, status)) => Self::new(data.to_vec(), StatusWord::new(u16::from_be_bytes(*status))),
            None => Err(ApduError::TooShort { bytes: bytes.len() }),
        }
    }

    /// The bytes as a card sends them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.data.clone();
        bytes.extend_from_slice(&self.status.value().to_be_bytes());
        bytes
    }

    /// The data, without the status.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The data by value.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// How it went.
    pub fn status(&self) -> StatusWord {
        self.status
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {})", self.data.len(), self.status)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_typed_commands_have_the_bytes_of_the_card() {
        let bytes = |command: Command| command.to_bytes().to_vec();
        assert_eq!(
            bytes(Command::select_application(&[0xD3, 0x92, 0xF0]).unwrap()),
            [0x00, 0xA4, 0x04, 0x0C, 0x03, 0xD3, 0x92, 0xF0]
        );
        assert_eq!(bytes(Command::select_file(0x000A)), [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A]);
        assert_eq!(bytes(Command::read_binary(0x0100, 256).unwrap()), [0x00, 0xB0, 0x01, 0x00, 0x00]);
        assert_eq!(bytes(Command::read_binary(0x7FFF, 7).unwrap()), [0x00, 0xB0, 0x7F, 0xFF, 0x07]);
        assert_eq!(bytes(Command::ask_tries()), [0x00, 0x20, 0x00, 0x80]);
        assert_eq!(bytes(Command::get_response(16)), [0x00, 0xC0, 0x00, 0x00, 0x10]);
        assert_eq!(bytes(Command::verify(b"1234").unwrap()), *b"\x00\x20\x00\x80\x041234");
        assert_eq!(bytes(Command::sign(&[7, 8]).unwrap()), [0x80, 0x2A, 0x00, 0x80, 0x02, 7, 8, 0x00]);
    }

    #[test]
    fn an_offset_of_sixteen_bits_cannot_be_asked_for() {
        assert!(Command::read_binary(0x8000, 1).is_none());
    }

    #[test]
    fn a_pin_is_never_shown() {
        let verify = Command::new(0x00, ins::VERIFY, 0x00, 0x80).with_data(b"1234").unwrap();
        assert!(verify.is_secret());
        assert_eq!(format!("{verify:?}"), "Command(00 20 00 80, secret)");
        assert!(!Command::ask_tries().is_secret());
        assert_eq!(
            format!("{:?}", Response::new(b"name".to_vec(), StatusWord::OK).unwrap()),
            "Response(4 bytes, 9000)"
        );
    }

    #[test]
    fn bytes_that_are_no_command_are_refused() {
        let parse = |bytes: &[u8]| Command::parse(bytes).unwrap_err();
        assert_eq!(parse(&[0x00, 0xA4, 0x04]), ApduError::TooShort { bytes: 3 });
        assert_eq!(parse(&[0, 0xA4, 4, 0, 3, 1, 2]), ApduError::LengthMismatch { said: 3, there: 2 });
        assert_eq!(parse(&[0, 0xA4, 4, 0, 1, 1, 2, 3]), ApduError::LengthMismatch { said: 1, there: 3 });
        assert_eq!(parse(&[0, 0xA4, 4, 0, 0, 1, 2]), ApduError::TooLong { bytes: 2 });
        assert_eq!(Response::parse(&[0x90]).unwrap_err(), ApduError::TooShort { bytes: 1 });
        assert_eq!(Response::parse(&[0; 259]).unwrap_err(), ApduError::TooLong { bytes: 257 });
        assert!(Command::new(0, 0, 0, 0).with_data(&[0; 256]).is_err());
    }

    proptest! {
        #[test]
        fn a_command_survives_the_way_to_bytes_and_back(
            header: [u8; 4],
            data in prop::collection::vec(any::<u8>(), 0..=255),
            expected in 0_u16..=256,
        ) {
            let [cla, ins, p1, p2] = header;
            let command = Command::new(cla, ins, p1, p2).with_data(&data).unwrap().expecting(expected);
            prop_assert_eq!(Command::parse(&command.to_bytes()).unwrap(), command);
        }

        #[test]
        fn any_bytes_are_parsed_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(command) = Command::parse(&bytes) {
                prop_assert_eq!(command.to_bytes().to_vec(), bytes.clone());
            }
            if let Ok(response) = Response::parse(&bytes) {
                prop_assert_eq!(response.to_bytes(), bytes);
            }
        }
    }
}
