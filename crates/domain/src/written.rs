//! Values as text: read and written in place, because a health record is made of thousands of them.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// The last `N` decimal digits of a number, zeros before them.
pub(crate) struct Digits<const N: usize>([u8; N]);

impl<const N: usize> Digits<N> {
    pub(crate) const fn of(mut number: u32) -> Self {
        let mut digits = [b'0'; N];
        let mut at = N;
        while at > 0 {
            at -= 1;
            digits[at] = b"0123456789"[(number % 10) as usize];
            number /= 10;
        }
        Self(digits)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Reads a value out of a text without keeping the text.
pub(crate) fn read_text<'de, D, T, E, P>(deserializer: D, parse: P) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: Display,
    P: FnOnce(&str) -> Result<T, E>,
{
    deserializer.deserialize_str(Text { parse, value: PhantomData })
}

struct Text<T, P> {
    parse: P,
    value: PhantomData<T>,
}

impl<T, E, P> Visitor<'_> for Text<T, P>
where
    E: Display,
    P: FnOnce(&str) -> Result<T, E>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<F: Error>(self, text: &str) -> Result<T, F> {
        (self.parse)(text).map_err(F::custom)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that digits are padded and cut, and that a text is read whether it has escapes or not.
    use super::*;

    #[test]
    fn digits_have_zeros_before_them() {
        assert_eq!(Digits::<6>::of(202_609).as_str(), "202609");
        assert_eq!(Digits::<8>::of(101).as_str(), "00000101");
        assert_eq!(Digits::<2>::of(123).as_str(), "23");
    }

    #[test]
    fn a_text_is_read_in_place_or_with_escapes() {
        for json in ["\"20260901\"", "\"2026\\u0030901\""] {
            let mut reader = serde_json::Deserializer::from_str(json);
            let read = read_text(&mut reader, str::parse::<u32>);
            assert_eq!(read.unwrap(), 20_260_901, "{json}");
        }
        let mut reader = serde_json::Deserializer::from_str("5");
        assert!(read_text(&mut reader, str::parse::<u32>).is_err());
    }
}
