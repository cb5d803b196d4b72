//! 個人番号, which enters in an insurer's feed, becomes a keyed person id at once, and is kept nowhere.

use super::{IdError, bounded};
use crate::{check_digit, text};

/// 個人番号 of 12 digits with a right check digit. It has no `Serialize`, and `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalNumber([u8; 12]);

impl PersonalNumber {
    /// Reads twelve digits.
    ///
    /// # Errors
    /// Wrong shape or wrong check digit.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let digits = text::ascii_digits(bounded(raw)?).map_err(|_| IdError::Character)?;
        let held: [u8; 12] = match digits.len() {
            0 => return Err(IdError::Empty),
            n => digits.as_bytes().try_into().map_err(|_| IdError::Length(n))?,
        };
        if held[11] - b'0' != check_digit::personal_number(&held[..11]) {
            return Err(IdError::CheckDigit);
        }
        Ok(Self(held))
    }

    /// The digits, for deriving the person id under the center's key and for nothing else.
    pub const fn expose(&self) -> &[u8; 12] {
        &self.0
    }
}

impl std::fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    //! Proves the check digit and the silence of Debug.
    use super::*;

    #[test]
    fn only_a_right_number_is_read_and_it_never_shows() {
        let number = PersonalNumber::parse("123456789018").unwrap();
        assert_eq!(format!("{number:?}"), "PersonalNumber(…)");
        assert_eq!(PersonalNumber::parse("123456789012"), Err(IdError::CheckDigit));
        assert_eq!(PersonalNumber::parse("12345678901"), Err(IdError::Length(11)));
    }
}
