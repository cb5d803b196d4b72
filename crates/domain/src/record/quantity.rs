//! Amounts as claims write them: up to five digits before and five behind the point, never rounded.

/// An amount of a drug: 使用量, 1回用量. Exact, in hundred-thousandths of the unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity(u64);

/// Parts of one unit: five digits behind the point.
const PARTS: u64 = 100_000;
/// Digits before the point. Claims have five; totals of a month may need more.
const WHOLE_DIGITS_MAX: usize = 8;
/// Digits behind the point.
const FRACTION_DIGITS_MAX: usize = 5;

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Nothing was written.
    #[error("amount is empty")]
    Empty,
    /// A sign, a letter, a second point.
    #[error("amount has a character that is not a digit")]
    Character,
    /// More digits than an amount has.
    #[error("amount has too many digits")]
    Length,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads `1`, `1.5`, `0.00125`, `.5`.
    ///
    /// # Errors
    /// See [`QuantityError`]. Zeros beyond the fifth digit behind the point are allowed.
    pub fn parse(raw: &str) -> Result<Self, QuantityError> {
        let raw = raw.trim();
        let (whole, fraction) = raw.split_once('.').unwrap_or((raw, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(QuantityError::Empty);
        }
        if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(QuantityError::Character);
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        if whole.len() > WHOLE_DIGITS_MAX || fraction.len() > FRACTION_DIGITS_MAX {
            return Err(QuantityError::Length);
        }
        let number = |digits: &str| digits.bytes().fold(0, |n, b| n * 10 + u64::from(b - b'0'));
        let missing = FRACTION_DIGITS_MAX - fraction.len();
        Ok(Self(number(whole) * PARTS + (0..missing).fold(number(fraction), |n, _| n * 10)))
    }

    /// From a number of hundred-thousandths.
    pub const fn from_parts(parts: u64) -> Self {
        Self(parts)
    }

    /// In hundred-thousandths of the unit.
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// This many times as much; none beyond what can be held.
    pub fn times(self, count: u32) -> Option<Self> {
        self.0.checked_mul(u64::from(count)).map(Self)
    }
}

impl From<u32> for Quantity {
    fn from(units: u32) -> Self {
        Self(u64::from(units) * PARTS)
    }
}

/// Without needless zeros, as claims write it: `1.5`, `3`.
impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, fraction) = (self.0 / PARTS, self.0 % PARTS);
        if fraction == 0 && f.width().is_none() {
            return write!(f, "{whole}");
        }
        if fraction == 0 {
            return f.pad(&whole.to_string());
        }
        f.pad(format!("{whole}.{fraction:05}").trim_end_matches('0'))
    }
}

impl std::fmt::Debug for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Quantity({self})")
    }
}

impl serde::Serialize for Quantity {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Quantity {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::written::read_text(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that amounts are exact and come back as they were.
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (raw, shown) in [
            ("1", "1"),
            ("0.5", "0.5"),
            (".5", "0.5"),
            ("1.10", "1.1"),
            ("99999.99999", "99999.99999"),
            ("0.00001", "0.00001"),
            ("007", "7"),
            ("0", "0"),
            ("10", "10"),
            ("100.00000000", "100"),
        ] {
            assert_eq!(Quantity::parse(raw).unwrap().to_string(), shown, "{raw}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (raw, error) in [
            ("", QuantityError::Empty),
            (".", QuantityError::Empty),
            ("-1", QuantityError::Character),
            ("+1", QuantityError::Character),
            ("1,000", QuantityError::Character),
            ("1.2.3", QuantityError::Character),
            ("１", QuantityError::Character),
            ("0.000001", QuantityError::Length),
            ("123456789", QuantityError::Length),
        ] {
            assert_eq!(Quantity::parse(raw), Err(error), "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(parts in 0u64..9_999_999_999) {
            let quantity = Quantity::from_parts(parts);
            proptest::prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
        }

        #[test]
        fn no_text_panics(raw in "\\PC{0,40}") {
            let _ = Quantity::parse(&raw);
        }
    }
}
