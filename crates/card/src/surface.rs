//! The application that holds the face of the card as data: 券面事項確認AP. Only the photo is read from it.
//!
//! File 0002 is one BER-TLV value `FF20` with the parts of the card's face, among them `DF27`, the photo (JPEG 2000, grey).
//! The parts before it are stepped over without being read: pictures of name and address are no concern of a face check.
//! File 0005, the picture of the 12-digit number, has no name here, and the secret that opens it cannot be sent.

use std::fmt;

use zeroize::Zeroizing;

use crate::apdu::Command;
use crate::channel::{CardChannel, exchange_once};
use crate::error::CardError;
use crate::file;
use crate::limits::{FILE_BYTES_MAX, VALUES_BEFORE_PHOTO_MAX};
use crate::secret::NumberB;
use crate::status::Meaning;
use crate::tlv::{self, Head};

/// Name of the application, always sent in full.
pub const APPLICATION_NAME: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];

/// The parts of the card's face; opens with 照合番号B.
const FACE_FILE: u16 = 0x0002;

/// 照合番号B: 14 digits, 10 tries.
const NUMBER_B_FILE: u16 = 0x0012;

/// Tag of the whole of file 0002.
const FACE_TAG: u16 = 0xFF20;

/// Tag of the photo in it.
const PHOTO_TAG: u16 = 0xDF27;

/// The person's photo as it is on the card: JPEG 2000. Wiped from memory when dropped; `Debug` shows its size only.
pub struct Photo(Zeroizing<Vec<u8>>);

impl Photo {
    /// The bytes of the picture.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Photo({} bytes)", self.0.len())
    }
}

/// The application, selected.
pub struct Surface<'c, C: CardChannel + ?Sized> {
    channel: &'c mut C,
}

impl<C: CardChannel + ?Sized> fmt::Debug for Surface<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surface")
    }
}

impl<'c, C: CardChannel + ?Sized> Surface<'c, C> {
    /// Selects the application. Phones have none: [`CardError::NoPhoto`].
    pub fn select(channel: &'c mut C) -> Result<Self, CardError> {
        if file::select_application(channel, &APPLICATION_NAME)? {
            Ok(Self { channel })
        } else {
            Err(CardError::NoPhoto)
        }
    }

    /// Shows 照合番号B to the card, once. A wrong one costs one of ten tries.
    pub fn verify(&mut self, number: &NumberB) -> Result<(), CardError> {
        file::select(self.channel, NUMBER_B_FILE)?;
        let command = Command::verify(number.bytes()).map_err(|error| CardError::Channel(error.into()))?;
        let outcome = exchange_once(self.channel, &command)?;
        match outcome.status.meaning() {
            Meaning::Ok => Ok(()),
            Meaning::TriesLeft(left) => Err(CardError::NumberBWrong { left }),
            Meaning::Locked => Err(CardError::NumberBLocked),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "VERIFY of the digits on the face" }),
        }
    }

    /// The photo, after [`Self::verify`].
    pub fn photo(&mut self) -> Result<Photo, CardError> {
        file::select(self.channel, FACE_FILE)?;
        let whole = self.head_at(0)?;
        if whole.tag != FACE_TAG {
            return Err(unreadable("the face of a card"));
        }
        let (mut at, end) = (whole.bytes, whole.end(0));
        for _ in 0..=VALUES_BEFORE_PHOTO_MAX {
            if at >= end {
                return Err(CardError::NoPhoto);
            }
            let part = self.head_at(at)?;
            if part.end(at) > end {
                return Err(unreadable("parts that fit in it"));
            }
            if part.tag == PHOTO_TAG {
                return self.picture(at + part.bytes, part.value_bytes);
            }
            at = part.end(at);
        }
        Err(unreadable("a photo among its first parts"))
    }

    fn head_at(&mut self, at: usize) -> Result<Head, CardError> {
        if at >= FILE_BYTES_MAX {
            return Err(CardError::FileTooLarge { file: FACE_FILE, bytes: at });
        }
        let bytes = file::read_part(self.channel, FACE_FILE, at, tlv::HEAD_BYTES_MAX)?;
        tlv::read_head(&bytes).ok_or_else(|| unreadable("tags and lengths"))
    }

    fn picture(&mut self, start: usize, bytes: usize) -> Result<Photo, CardError> {
        let picture = Zeroizing::new(file::read_part(self.channel, FACE_FILE, start, bytes)?);
        match picture.len() {
            0 => Err(CardError::NoPhoto),
            read if read < bytes => Err(CardError::FileTooShort { file: FACE_FILE, bytes: start + read }),
            _ => Ok(Photo(picture)),
        }
    }
}

fn unreadable(expected: &'static str) -> CardError {
    CardError::FileUnreadable { file: FACE_FILE, expected }
}
