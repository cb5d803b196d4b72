//! The id under which a patient is read after a check: opaque, of one check at one institution, and soon over.
//!
//! It is the proof number of the check and the first half of a hash over its access event. The event holds a random salt that
//! only the center and the asking institution know, so an id cannot be guessed from a number, nor made out of the public log,
//! whose leaves are another hash. Whoever holds the answer can make the id; nothing has to be stored for it. To whom it opens,
//! and how long, is read out of the event that it names (decision 0031).

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use crate::proof_number::ProofNumber;

const NAME: &[u8] = b"tashika patient id 1";
const TAG_BYTES: usize = 16;
/// `01-00000012345-7`.
const NUMBER_CHARS: usize = 16;

/// `01-00000012345-7-` and 32 hexadecimal digits: within the 64 characters of `id` in FHIR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PatientId {
    number: ProofNumber,
    tag: [u8; TAG_BYTES],
}

impl PatientId {
    /// The id that the check with this number and event gives.
    pub fn of(number: ProofNumber, event: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(NAME);
        context.update(event);
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&context.finish().as_ref()[..TAG_BYTES]);
        Self { number, tag }
    }

    /// Reads an id; none for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, tag) = text.split_at_checked(NUMBER_CHARS)?;
        let number = ProofNumber::parse(number).ok().filter(|read| read.to_string() == number)?;
        let digits = tag.strip_prefix('-').filter(|tag| tag.len() == 2 * TAG_BYTES)?;
        let mut tag = [0; TAG_BYTES];
        for (byte, pair) in tag.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let digit = |at: usize| match pair[at] {
                digit @ b'0'..=b'9' => Some(digit - b'0'),
                letter @ b'a'..=b'f' => Some(letter - b'a' + 10),
                _ => None,
            };
            *byte = digit(0)? * 16 + digit(1)?;
        }
        Some(Self { number, tag })
    }

    /// Which check gave it.
    pub const fn number(&self) -> ProofNumber {
        self.number
    }

    /// Whether this is the event of that check.
    pub fn is_of(&self, event: &[u8]) -> bool {
        Self::of(self.number, event) == *self
    }
}

impl fmt::Display for PatientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, domain::hex::encode(&self.tag))
    }
}

/// It opens a person's record at one institution.
impl fmt::Debug for PatientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PatientId({}…)", self.number)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that an id names one event and that no other text is taken for one.
    use super::*;
    use crate::log::LogId;

    #[test]
    fn an_id_names_one_event_and_reads_back() {
        let number = ProofNumber::new(LogId::FIRST, 12_345).unwrap();
        let id = PatientId::of(number, b"event");
        let text = id.to_string();
        assert_eq!(text.len(), 49);
        assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        assert_eq!(PatientId::parse(&text), Some(id));
        assert!(id.is_of(b"event") && !id.is_of(b"event2"));
        let swapped = text.replace('-', "");
        for no in ["", "1", &text[..48], &format!("{text}0"), &text.to_uppercase().replace('0', "G"), &swapped] {
            assert_eq!(PatientId::parse(no), None, "{no}");
        }
        assert!(!format!("{id:?}").contains(&text[20..]));
    }
}
