//! Reading a transparent file in pieces.
//!
//! The card hands out at most 256 bytes at a time, addressed by a 15-bit offset. A file may be longer than what it
//! holds, with filler behind, and an answer may be shorter than what was asked; so who reads says what it wants.

use crate::apdu::Command;
use crate::channel::{CardChannel, exchange};
use crate::error::CardError;
use crate::limits::{FILE_BYTES_MAX, READ_PIECE_BYTES};
use crate::status::Meaning;

/// How much of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// This many bytes from the beginning; fewer are an error.
    Exactly(usize),
    /// Everything up to the end of the file, at most this many bytes.
    UpTo(usize),
    /// One DER value, by the length that it says itself: certificates, behind which files have filler.
    Der,
}

/// The bytes of a DER value that must be read to know its length: tag, `82`, two bytes.
const DER_HEAD_BYTES: usize = 4;

/// Selects a file of the current application and reads it.
pub(crate) fn read<C: CardChannel + ?Sized>(channel: &mut C, file: u16, want: Want) -> Result<Vec<u8>, CardError> {
    select(channel, file)?;
    match want {
        Want::Exactly(bytes) => {
            let mut content = Vec::new();
            read_on(channel, file, 0, bytes, &mut content)?;
            whole(content, file, bytes)
        }
        Want::UpTo(bytes) => {
            let mut content = Vec::new();
            read_on(channel, file, 0, bytes.min(FILE_BYTES_MAX), &mut content)?;
            Ok(content)
        }
        Want::Der => read_der(channel, file),
    }
}

/// Selects an application by its full name; `false` if the card has none of that name.
pub(crate) fn select_application<C: CardChannel + ?Sized>(channel: &mut C, name: &[u8]) -> Result<bool, CardError> {
    let command = Command::select_application(name).map_err(|error| CardError::Channel(error.into()))?;
    let mut outcome = exchange(channel, &command)?;
    // One measured card answers the first command after power-on with a fault and the second as it should.
    if outcome.status.meaning() == Meaning::Unspecified {
        outcome = exchange(channel, &command)?;
    }
    match outcome.status.meaning() {
        Meaning::Ok => Ok(true),
        Meaning::NotFound | Meaning::InstructionUnknown | Meaning::ClassUnknown => Ok(false),
        _ => Err(CardError::Unexpected { status: outcome.status, step: "SELECT of an application" }),
    }
}

/// Reads a part of the selected file: `bytes` bytes from `start`, fewer only where the file ends.
pub(crate) fn read_part<C: CardChannel + ?Sized>(
    channel: &mut C,
    file: u16,
    start: usize,
    bytes: usize,
) -> Result<Vec<u8>, CardError> {
    let mut content = Vec::new();
    read_on(channel, file, start, bytes, &mut content)?;
    Ok(content)
}

/// Selects a file of the current application.
pub(crate) fn select<C: CardChannel + ?Sized>(channel: &mut C, file: u16) -> Result<(), CardError> {
    let outcome = exchange(channel, &Command::select_file(file))?;
    match outcome.status.meaning() {
        Meaning::Ok => Ok(()),
        Meaning::NotFound => Err(CardError::FileNotFound { file }),
        _ => Err(CardError::Unexpected { status: outcome.status, step: "SELECT of a file" }),
    }
}

fn read_der<C: CardChannel + ?Sized>(channel: &mut C, file: u16) -> Result<Vec<u8>, CardError> {
    let mut content = Vec::new();
    read_on(channel, file, 0, DER_HEAD_BYTES, &mut content)?;
    let bytes = der_bytes(&content).ok_or(CardError::FileUnreadable { file, expected: "a DER sequence" })?;
    if bytes > FILE_BYTES_MAX {
        return Err(CardError::FileTooLarge { file, bytes });
    }
    // A value shorter than its own head's room: what is behind it is filler.
    content.truncate(bytes);
    read_on(channel, file, 0, bytes, &mut content)?;
    whole(content, file, bytes)
}

/// The whole length of a DER sequence, from its first four bytes.
fn der_bytes(head: &[u8]) -> Option<usize> {
    match *head {
        [0x30, short @ 0..=0x7F, ..] => Some(2 + usize::from(short)),
        [0x30, 0x81, length, ..] => Some(3 + usize::from(length)),
        [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

fn whole(content: Vec<u8>, file: u16, bytes: usize) -> Result<Vec<u8>, CardError> {
    if content.len() < bytes { Err(CardError::FileTooShort { file, bytes: content.len() }) } else { Ok(content) }
}

/// Goes on reading the selected file until `content`, which begins at `start`, holds `bytes` bytes or the file ends.
fn read_on<C: CardChannel + ?Sized>(
    channel: &mut C,
    file: u16,
    start: usize,
    bytes: usize,
    content: &mut Vec<u8>,
) -> Result<(), CardError> {
    let too_large = CardError::FileTooLarge { file, bytes };
    while content.len() < bytes {
        let piece = u16::try_from(bytes - content.len()).unwrap_or(u16::MAX).min(READ_PIECE_BYTES);
        let offset = u16::try_from(start + content.len()).ok().filter(|offset| *offset < 0x8000);
        let command = offset.and_then(|offset| Command::read_binary(offset, piece)).ok_or_else(|| too_large.clone())?;
        let outcome = exchange(channel, &command)?;
        let more = match outcome.status.meaning() {
            // Some cards end a file by an empty answer.
            Meaning::Ok => !outcome.data.is_empty(),
            Meaning::EndOfFile | Meaning::OffsetOutside => false,
            Meaning::SecurityNotSatisfied => return Err(CardError::NotAllowed { file }),
            _ => {
                return Err(CardError::Unexpected { status: outcome.status, step: "READ BINARY" });
            }
        };
        // A card that gives more than asked must not make us believe that it is file content.
        let wanted = outcome.data.len().min(usize::from(piece));
        content.extend_from_slice(&outcome.data[..wanted]);
        if !more {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_der_value_is_read_from_its_head() {
        assert_eq!(der_bytes(&[0x30, 0x03, 1, 2]), Some(5));
        assert_eq!(der_bytes(&[0x30, 0x81, 0x80, 0]), Some(0x83));
        assert_eq!(der_bytes(&[0x30, 0x82, 0x06, 0x31]), Some(0x635));
        assert_eq!(der_bytes(&[0x30, 0x83, 0, 0]), None);
        assert_eq!(der_bytes(&[0xFF, 0xFF, 0xFF, 0xFF]), None);
        assert_eq!(der_bytes(&[0x30]), None);
        assert_eq!(der_bytes(&[]), None);
    }
}
