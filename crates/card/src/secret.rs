//! What a person types to open a card. Wiped from memory when dropped, never shown, never compared here.

use std::fmt;

use zeroize::Zeroizing;

/// Digits of the 利用者証明用 PIN.
const PIN_DIGITS: usize = 4;

/// Digits of a 照合番号B.
const NUMBER_B_DIGITS: usize = 14;

/// Why what was typed cannot be a secret of a card. It does not hold what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not exactly four digits.
    #[error("a PIN has four digits")]
    NotAPin,
    /// Not 14 digits that begin with a day and go on with a year.
    #[error("a 照合番号B has 14 digits: day of birth YYMMDD, year of expiry YYYY, security code")]
    NotANumberB,
}

/// The 利用者証明用 PIN: four digits. Sent to the card as typed, so that a wrong one is the card's to refuse; what cannot
/// be one is refused here, for it would cost a try.
///
/// ```
/// use card::Pin;
///
/// assert_eq!(format!("{:?}", Pin::new("1234")?), "Pin");
/// assert!(Pin::new("123").is_err() && Pin::new("12a4").is_err() && Pin::new("１２３４").is_err());
/// # Ok::<(), card::SecretError>(())
/// ```
pub struct Pin(Zeroizing<Vec<u8>>);

impl Pin {
    /// From four ASCII digits.
    pub fn new(digits: &str) -> Result<Self, SecretError> {
        exactly(digits, PIN_DIGITS).map(Self).ok_or(SecretError::NotAPin)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// 照合番号B, which opens the photo: day of birth YYMMDD with the year of its era, year of expiry YYYY (Western), and the
/// security code of four digits printed under the photo. Everything in it stands on the face of the card.
///
/// There is no type for 照合番号A, which opens more: it *is* the 12-digit number, which is not handled here.
pub struct NumberB(Zeroizing<Vec<u8>>);

impl NumberB {
    /// From the 14 digits as they are read off the card.
    pub fn new(digits: &str) -> Result<Self, SecretError> {
        let number = exactly(digits, NUMBER_B_DIGITS).ok_or(SecretError::NotANumberB)?;
        let two = |at: usize| (number[at] - b'0') * 10 + (number[at + 1] - b'0');
        let is_day = two(0) >= 1 && (1..=12).contains(&two(2)) && (1..=31).contains(&two(4));
        if is_day && two(6) == 20 { Ok(Self(number)) } else { Err(SecretError::NotANumberB) }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for NumberB {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberB")
    }
}

fn exactly(digits: &str, count: usize) -> Option<Zeroizing<Vec<u8>>> {
    let is_right = digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_right.then(|| Zeroizing::new(digits.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_shown_nowhere() {
        let pin = Pin::new("8642").unwrap();
        let number = NumberB::new("55021720352285").unwrap();
        assert_eq!(format!("{pin:?} {number:?}"), "Pin NumberB");
        assert!(!format!("{:?} {}", SecretError::NotAPin, SecretError::NotANumberB).contains("8642"));
    }

    #[test]
    fn a_number_b_is_a_day_a_year_and_a_code() {
        for wrong in ["5502172035228", "550217203522850", "00021720352285", "55131720352285", "55023220352285"] {
            assert_eq!(NumberB::new(wrong).unwrap_err(), SecretError::NotANumberB, "{wrong}");
        }
        assert!(NumberB::new("55021719352285").is_err(), "a card that expired last century");
        assert!(NumberB::new("5502172035228x").is_err());
    }
}
