//! 医療機関コード and the institution's own patient number.

use super::{IdError, bounded, is_prefecture, text_id};
use crate::{check_digit, limits, text};

/// 医療機関コード in its full form of 10 digits: prefecture 2 + 点数表 1 (1 medical, 3 dental, 4 pharmacy, 6 home nursing)
/// + 7 digits, the last a check digit over the nine before it (formats.md 2.3).
///
/// Published sample data carries dummies that fail the check digit, so a wrong check digit is told by
/// [`MedicalInstitutionCode::has_check_digit`] and not refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MedicalInstitutionCode([u8; 10]);

impl MedicalInstitutionCode {
    /// Reads ten digits.
    ///
    /// # Errors
    /// Wrong shape, or a prefecture or 点数表 that does not exist.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let digits = text::ascii_digits(bounded(raw)?).map_err(|_| IdError::Character)?;
        let held: [u8; 10] = match digits.len() {
            0 => return Err(IdError::Empty),
            n => digits.as_bytes().try_into().map_err(|_| IdError::Length(n))?,
        };
        if !is_prefecture(&digits[..2]) || !matches!(held[2], b'1' | b'3' | b'4' | b'6') {
            return Err(IdError::Kind);
        }
        Ok(Self(held))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether the last digit is the right check digit.
    pub fn has_check_digit(&self) -> bool {
        check_digit::has_mod10_weight21(&self.0)
    }
}

impl std::fmt::Debug for MedicalInstitutionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MedicalInstitutionCode({})", self.as_str())
    }
}

text_id!(MedicalInstitutionCode);

/// 照会番号: the number that an institution uses for a patient itself, up to 50 characters, kept as written.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferenceNumber(String);

impl ReferenceNumber {
    /// Reads 1 to 50 characters without control characters; white space around is dropped.
    ///
    /// # Errors
    /// Empty, too long, or control characters.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let shown = bounded(raw)?.trim();
        let length = shown.chars().count();
        if length == 0 {
            return Err(IdError::Empty);
        }
        if length > limits::REFERENCE_NUMBER_CHARS_MAX {
            return Err(IdError::Length(length));
        }
        if shown.chars().any(char::is_control) {
            return Err(IdError::Character);
        }
        Ok(Self(shown.to_owned()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ReferenceNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReferenceNumber(…)")
    }
}

text_id!(ReferenceNumber);

#[cfg(test)]
mod tests {
    //! Proves the shapes of institution codes.
    use super::*;

    #[test]
    fn codes_are_read_and_their_check_digit_told() {
        assert!(MedicalInstitutionCode::parse("0110113719").unwrap().has_check_digit());
        assert!(!MedicalInstitutionCode::parse("1312345678").unwrap().has_check_digit());
        for (raw, error) in [
            ("", IdError::Empty),
            ("131234567", IdError::Length(9)),
            ("4811234567", IdError::Kind),
            ("1321234567", IdError::Kind),
            ("13112345A7", IdError::Character),
        ] {
            assert_eq!(MedicalInstitutionCode::parse(raw), Err(error), "{raw}");
        }
    }
}
