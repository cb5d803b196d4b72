//! Small values that claims are made of: codes of digits, decimal amounts, months, counts of a day.

use std::fmt;

pub use domain::record::Month;

/// A code of exactly `N` digits, such as a drug of 9 or a diagnosis of 7. Held without an allocation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code<const N: usize>([u8; N]);

impl<const N: usize> Code<N> {
    /// Reads `N` ASCII digits; none for anything else.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let digits: [u8; N] = raw.try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// As a number, for lookups.
    pub fn number(self) -> u64 {
        self.0.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.as_str())
    }
}

/// An amount with at most five digits after the point (使用量 is 5.5), exact. Negative amounts do not exist.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(u64);

impl Decimal {
    /// Hundred-thousandths in one.
    pub const SCALE: u64 = 100_000;

    /// From hundred-thousandths.
    pub const fn from_scaled(scaled: u64) -> Self {
        Self(scaled)
    }

    /// In hundred-thousandths.
    pub const fn scaled(self) -> u64 {
        self.0
    }

    /// Reads `12`, `12.5`, `0.00001`; none for signs, more than ten digits before or five after the point.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let (whole, fraction) = match raw.iter().position(|byte| *byte == b'.') {
            Some(point) => (&raw[..point], &raw[point + 1..]),
            None => (raw, &raw[..0]),
        };
        if whole.is_empty()
            || whole.len() > 10
            || fraction.len() > 5
            || (fraction.is_empty() && whole.len() < raw.len())
        {
            return None;
        }
        let digits =
            |raw: &[u8]| raw.iter().try_fold(0u64, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')));
        // At most five digits, so the power fits.
        let places = 10u64.pow(u32::try_from(5 - fraction.len()).unwrap_or(0));
        Some(Self(digits(whole)? * Self::SCALE + digits(fraction)? * places))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, mut fraction) = (self.0 / Self::SCALE, self.0 % Self::SCALE);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let mut width = 5;
        while fraction % 10 == 0 {
            fraction /= 10;
            width -= 1;
        }
        write!(f, "{whole}.{fraction:0width$}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

/// What stands in the cell of one day: how often, or for how many days or doses (formats.md 1.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayCount {
    /// 1 to 31.
    pub day: u8,
    /// 1 to 999.
    pub count: u16,
}
