//! A measured number as it was written.

use std::cmp::Ordering;

/// Most digits of a number, before and behind the point together.
const DIGITS_MAX: usize = 12;
/// Most digits behind the point.
const SCALE_MAX: usize = 6;

/// A decimal number that keeps the digits behind its point: `1.10` is written as `1.10` and equals `1.1`. At most twelve
/// digits, six of them behind the point.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    units: i64,
    scale: u8,
}

impl Decimal {
    /// `units` × 10^-`scale`.
    pub const fn new(units: i32, scale: u8) -> Self {
        Self { units: units as i64, scale }
    }

    /// Reads an optional sign, digits, and digits behind a point. None for anything else: no exponent, no thousands
    /// separator, no comparison sign.
    pub fn parse(raw: &str) -> Option<Self> {
        let (negative, digits) = match raw.as_bytes() {
            [b'-', ..] => (true, &raw[1..]),
            [b'+', ..] => (false, &raw[1..]),
            _ => (false, raw),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let written = whole.len() + fraction.len();
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let point_alone = digits.ends_with('.') || whole.is_empty();
        if written == 0 || written > DIGITS_MAX || fraction.len() > SCALE_MAX || point_alone {
            return None;
        }
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let units = whole.bytes().chain(fraction.bytes()).fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        let scale = u8::try_from(fraction.len()).ok()?;
        Some(Self { units: if negative { -units } else { units }, scale })
    }

    /// The number for arithmetic. Exact as far as 15 digits go.
    #[expect(clippy::cast_precision_loss, reason = "twelve digits fit into the 53 bits of a double")]
    pub fn to_f64(self) -> f64 {
        self.units as f64 / 10_f64.powi(i32::from(self.scale))
    }

    /// Whether it lies below zero.
    pub const fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Twelve digits and six more zeros are 18, which an `i128` holds with ease.
    fn aligned(self) -> i128 {
        i128::from(self.units) * 10_i128.pow(u32::try_from(SCALE_MAX).unwrap_or(6) - u32::from(self.scale))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.aligned() == other.aligned()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.aligned().cmp(&other.aligned())
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let scale = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::written::read_text(d, |raw| Self::parse(raw).ok_or("not a decimal number"))
    }
}

#[cfg(test)]
mod tests {
    //! Proves that a number is written as it was read, and what is no number.
    use super::*;

    #[test]
    fn a_number_is_written_as_it_was_read() {
        for raw in ["0", "0.74", "1.10", "120", "-0.05", "999999999999", "0.000001"] {
            assert_eq!(Decimal::parse(raw).unwrap().to_string(), raw);
        }
        assert_eq!(Decimal::parse("+5").unwrap().to_string(), "5");
        assert_eq!(Decimal::parse("1.10"), Decimal::parse("1.1"));
        assert!(Decimal::parse("0.9") < Decimal::parse("0.90001"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for raw in ["", ".", "-", "1.", ".5", "1e3", "1,000", "<0.1", " 1", "１", "1.0000001", "1234567890123", "NaN"]
        {
            assert_eq!(Decimal::parse(raw), None, "{raw}");
        }
    }
}
