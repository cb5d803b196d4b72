//! What the card is to sign.
//!
//! A challenge is a text that holds everything needed to judge it: when it was made, for which terminal, 32 random bytes,
//! and a keyed hash over all of it. So it is stored nowhere before it is used, and any center on the same database can
//! judge one that another has made: the key lives with the data. Only when it is used is its random part kept, as long as
//! it would otherwise hold (decision 0014).
//!
//! The text begins with a name of its own, so that a signature over it can never be taken for a signature over something
//! else that this card might be asked to sign.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::MedicalInstitutionCode;
use jiff::Timestamp;
use kit::random::Random;
use trust::TerminalId;

use crate::limits;
use crate::store::presence::Nonce;
use crate::store::{Result, Store, StoreError};

const PREFIX: &str = "tashika-presence-1.";
const KEY_NAME: &str = "presence_challenge_key";
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 32;
const TIME_BYTES: usize = 8;
const NONCE_BYTES: usize = 32;
const FACILITY_BYTES: usize = 10;

/// A challenge on its way to a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What is to be signed.
    pub text: String,
    /// From when on it is refused.
    pub valid_until: Timestamp,
}

/// Why a challenge is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// Not made under the key of this center.
    #[error("the challenge was not made by this center")]
    Unknown,
    /// Made for another institution.
    #[error("the challenge was made for another institution")]
    OtherFacility,
    /// Made for another terminal of the institution.
    #[error("the challenge was made for another terminal")]
    OtherTerminal,
    /// Too old, or from the future.
    #[error("the challenge is not of this minute")]
    Expired,
}

/// Makes challenges and judges them. `Debug` shows nothing.
#[derive(Clone)]
pub struct Challenges {
    key: Arc<hmac::Key>,
}

impl Challenges {
    /// Under the key of this center, which is made at first use and kept with the data.
    pub async fn of_center(store: &Store, random: &dyn Random, now: Timestamp) -> Result<Self> {
        let made: [u8; KEY_BYTES] = kit::random::bytes(random);
        let made = &made;
        let kept = store
            .tx("challenge_key", async |mut tx| tx.keep_center_value(KEY_NAME, made.as_slice(), now).await)
            .await?;
        if kept.len() != KEY_BYTES {
            return Err(StoreError::inconsistent("center_key", "the key of the challenges has another length"));
        }
        Ok(Self::new(&kept))
    }

    /// Under this key.
    pub fn new(key: &[u8]) -> Self {
        Self { key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key)) }
    }

    /// A new challenge for a terminal.
    pub fn make(
        &self,
        facility: MedicalInstitutionCode,
        terminal: &TerminalId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Challenge {
        let nonce: Nonce = kit::random::bytes(random);
        let mut bytes = Vec::with_capacity(TIME_BYTES + NONCE_BYTES + FACILITY_BYTES + 64 + TAG_BYTES);
        bytes.extend_from_slice(&now.as_millisecond().to_be_bytes());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(facility.as_str().as_bytes());
        bytes.extend_from_slice(terminal.as_str().as_bytes());
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend_from_slice(tag.as_ref());
        let valid_until = now.saturating_add(limits::CHALLENGE_LIFE).unwrap_or(Timestamp::MAX);
        Challenge { text: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)), valid_until }
    }

    /// Judges a challenge that comes back from a terminal, and gives its random part.
    ///
    /// # Errors
    /// Why it is refused; the gravest reason of several.
    pub fn read(
        &self,
        text: &str,
        facility: MedicalInstitutionCode,
        terminal: &TerminalId,
        now: Timestamp,
    ) -> Result<Nonce, ChallengeError> {
        let bytes = self.authentic(text).ok_or(ChallengeError::Unknown)?;
        let (made_at, rest) = bytes.split_first_chunk::<TIME_BYTES>().ok_or(ChallengeError::Unknown)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(ChallengeError::Unknown)?;
        let (for_facility, for_terminal) = rest.split_first_chunk::<FACILITY_BYTES>().ok_or(ChallengeError::Unknown)?;
        if for_facility.as_slice() != facility.as_str().as_bytes() {
            return Err(ChallengeError::OtherFacility);
        }
        if for_terminal != terminal.as_str().as_bytes() {
            return Err(ChallengeError::OtherTerminal);
        }
        let made_at = Timestamp::from_millisecond(i64::from_be_bytes(*made_at)).map_err(|_| ChallengeError::Unknown)?;
        let age = now.duration_since(made_at);
        if age < limits::CHALLENGE_LIFE && age >= -limits::CHALLENGE_CLOCK_MAX {
            Ok(*nonce)
        } else {
            Err(ChallengeError::Expired)
        }
    }

    /// The bytes of a challenge that was made under this key, without the hash at their end.
    fn authentic(&self, text: &str) -> Option<Vec<u8>> {
        if text.len() > limits::CHALLENGE_CHARS_MAX {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let tag = bytes.split_off(bytes.len().checked_sub(TAG_BYTES)?);
        hmac::verify(&self.key, &bytes, &tag).ok()?;
        Some(bytes)
    }
}

impl std::fmt::Debug for Challenges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenges(…)")
    }
}

#[cfg(test)]
mod tests {
    //! Proves that a challenge holds for its terminal and its minute and that no character of it can be changed.
    use super::*;
    use jiff::SignedDuration;
    use testkit::SeededRandom;

    fn clinic() -> MedicalInstitutionCode {
        MedicalInstitutionCode::parse("1310000017").unwrap()
    }

    fn terminal(name: &str) -> TerminalId {
        TerminalId::parse(name).unwrap()
    }

    fn made() -> (Challenges, Challenge, Timestamp) {
        let (challenges, now) = (Challenges::new(&[7; 32]), Timestamp::from_second(1_800_000_000).unwrap());
        let challenge = challenges.make(clinic(), &terminal("T1"), now, &SeededRandom::default());
        (challenges, challenge, now)
    }

    #[test]
    fn it_holds_for_its_terminal_and_its_minute() {
        let (challenges, challenge, now) = made();
        let pharmacy = MedicalInstitutionCode::parse("1340000012").unwrap();
        let after = |seconds: f64| now + SignedDuration::from_secs_f64(seconds);
        assert_eq!(challenge.valid_until, after(60.0));
        for (facility, name, at, expected) in [
            (clinic(), "T1", after(0.0), None),
            (clinic(), "T1", after(59.9), None),
            (clinic(), "T1", after(-4.9), None),
            (clinic(), "T1", after(60.0), Some(ChallengeError::Expired)),
            (clinic(), "T1", after(-5.1), Some(ChallengeError::Expired)),
            (clinic(), "T2", after(0.0), Some(ChallengeError::OtherTerminal)),
            (clinic(), "T1x", after(0.0), Some(ChallengeError::OtherTerminal)),
            (pharmacy, "T1", after(0.0), Some(ChallengeError::OtherFacility)),
            (pharmacy, "T1", after(99.0), Some(ChallengeError::OtherFacility)),
        ] {
            let read = challenges.read(&challenge.text, facility, &terminal(name), at);
            assert_eq!(read.err(), expected, "{name} {at}");
        }
        let other_key = Challenges::new(&[8; 32]).read(&challenge.text, clinic(), &terminal("T1"), now);
        assert_eq!(other_key, Err(ChallengeError::Unknown));
    }

    #[test]
    fn no_character_can_be_changed_and_nothing_else_is_taken_for_one() {
        let (challenges, challenge, now) = made();
        let read = |text: &str| challenges.read(text, clinic(), &terminal("T1"), now);
        for at in 0..challenge.text.len() {
            let mut changed = challenge.text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(read(&changed), Err(ChallengeError::Unknown), "{changed}");
        }
        let long = format!("{PREFIX}{}", "A".repeat(limits::CHALLENGE_CHARS_MAX));
        for text in ["", PREFIX, "tashika-presence-1.AAAA", "確か", &challenge.text[1..], &long] {
            assert_eq!(read(text), Err(ChallengeError::Unknown), "{text}");
        }
    }

    #[test]
    fn no_two_are_the_same() {
        let (challenges, now) = (Challenges::new(&[7; 32]), Timestamp::from_second(1_800_000_000).unwrap());
        let random = SeededRandom::default();
        let made = || challenges.make(clinic(), &terminal("T1"), now, &random);
        assert_ne!(made(), made());
        let longest = terminal(&"x".repeat(64));
        let challenge = challenges.make(clinic(), &longest, now, &random);
        assert!(challenge.text.len() <= limits::CHALLENGE_CHARS_MAX);
        challenges.read(&challenge.text, clinic(), &longest, now).unwrap();
    }
}
