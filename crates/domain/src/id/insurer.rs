//! 保険者番号 and 公費負担者番号: who pays.

use super::{IdError, bounded, is_prefecture, text_id};
use crate::scheme::Scheme;
use crate::{check_digit, text};

/// 保険者番号 of 6 digits (国保) or 8 digits (all others), or 公費負担者番号 of 8 digits, with a right check digit.
///
/// Read from any spelling: padded with spaces or zeros to 8, full width, hyphens. Eight digits that begin with `00` are
/// a 6-digit number padded with zeros (formats.md 2.2). Held without padding.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InsurerNumber {
    digits: [u8; 8],
    length: usize,
    scheme: Scheme,
}

impl InsurerNumber {
    /// Reads a number.
    ///
    /// # Errors
    /// [`IdError::CheckDigit`] when a digit is misread or two are swapped; [`IdError::Kind`] when the leading digits
    /// name no scheme or prefecture; else what is wrong with the shape.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let shown: String = bounded(raw)?.chars().filter(|c| !text::is_hyphen_like(*c)).collect();
        let digits = text::ascii_digits(&shown).map_err(|_| IdError::Character)?;
        let canonical = match digits.len() {
            0 => return Err(IdError::Empty),
            8 => digits.strip_prefix("00").unwrap_or(&digits),
            6 => &digits,
            n => return Err(IdError::Length(n)),
        };
        if !check_digit::has_mod10_weight21(canonical.as_bytes()) {
            return Err(IdError::CheckDigit);
        }
        let (scheme, prefecture) = if canonical.len() == 6 {
            (Scheme::of_six(canonical), &canonical[..2])
        } else {
            (Scheme::of_eight(&canonical[..2]).ok_or(IdError::Kind)?, &canonical[2..4])
        };
        if !is_prefecture(prefecture) {
            return Err(IdError::Kind);
        }
        let mut held = [0u8; 8];
        held[..canonical.len()].copy_from_slice(canonical.as_bytes());
        Ok(Self { digits: held, length: canonical.len(), scheme })
    }

    /// The 6 or 8 digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..self.length]).unwrap_or_default()
    }

    /// Padded on the left with spaces to 8 characters, as the OQS interface and claims write it.
    pub fn padded(&self) -> String {
        format!("{:>8}", self.as_str())
    }

    /// The scheme that the number belongs to.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The prefecture of the insurer, `01` to `47`.
    pub fn prefecture(&self) -> &str {
        if self.length == 6 { &self.as_str()[..2] } else { &self.as_str()[2..4] }
    }
}

impl std::fmt::Debug for InsurerNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InsurerNumber({})", self.as_str())
    }
}

text_id!(InsurerNumber);

#[cfg(test)]
mod tests {
    //! Proves what is read, what is refused and why.
    use super::*;

    #[test]
    fn spellings_of_one_number_are_equal() {
        let plain = InsurerNumber::parse("133066").unwrap();
        for raw in ["  133066", "00133066", "１３３０６６", "13-3066", "　　133066"] {
            assert_eq!(InsurerNumber::parse(raw).unwrap(), plain, "{raw}");
        }
        assert_eq!(plain.padded(), "  133066");
        assert_eq!(plain.prefecture(), "13");
    }

    #[test]
    fn schemes_are_told_by_the_leading_digits() {
        for (raw, scheme) in [
            ("01130012", Scheme::HealthInsuranceAssociation),
            ("06139463", Scheme::HealthInsuranceSociety),
            ("31130461", Scheme::MutualAid),
            ("39131156", Scheme::LateElderly),
            ("133066", Scheme::NationalSociety),
            ("54016027", Scheme::OtherPublicExpense),
        ] {
            assert_eq!(InsurerNumber::parse(raw).unwrap().scheme(), scheme, "{raw}");
        }
    }

    #[test]
    fn wrong_numbers_are_refused_with_the_reason() {
        for (raw, error) in [
            ("", IdError::Empty),
            ("0613946", IdError::Length(7)),
            ("06139464", IdError::CheckDigit),
            ("60139463", IdError::CheckDigit),
            ("0613946X", IdError::Character),
            ("83136019", IdError::CheckDigit),
            ("990002", IdError::Kind),
        ] {
            assert_eq!(InsurerNumber::parse(raw), Err(error), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_misread_digit_is_caught(place in 0usize..8, by in 1u8..10) {
            let mut digits = *b"06139463";
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let raw = String::from_utf8(digits.to_vec()).unwrap();
            proptest::prop_assert!(InsurerNumber::parse(&raw).is_err());
        }
    }
}
