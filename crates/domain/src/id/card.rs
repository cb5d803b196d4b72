//! 記号, 番号 and 枝番, and the key under which a card is found.

use super::{IdError, InsurerNumber, bounded, text_id};
use crate::{limits, text};
use sha2::{Digest, Sha256};

/// A text printed on a card, kept as printed beside its canonical form.
#[derive(Clone)]
struct Printed {
    printed: String,
    canonical: String,
}

impl Printed {
    fn parse(raw: &str) -> Result<Self, IdError> {
        let printed = bounded(raw)?.trim();
        if printed.is_empty() {
            return Err(IdError::Empty);
        }
        let length = printed.chars().count();
        if length > limits::CARD_TEXT_CHARS_MAX {
            return Err(IdError::Length(length));
        }
        if printed.chars().any(char::is_control) {
            return Err(IdError::Character);
        }
        let canonical = text::canonical_card_text(printed);
        if canonical.is_empty() {
            return Err(IdError::Character);
        }
        Ok(Self { printed: printed.to_owned(), canonical })
    }
}

macro_rules! printed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Two values are equal when their canonical forms are (width, hyphens, spaces and leading zeros apart); what
        /// was printed is kept for claims.
        #[derive(Clone)]
        pub struct $name(Printed);

        impl $name {
            /// Reads 1 to 20 characters; white space around is dropped.
            ///
            /// # Errors
            /// Empty, too long, control characters, or nothing left in canonical form.
            pub fn parse(raw: &str) -> Result<Self, IdError> {
                Printed::parse(raw).map(Self)
            }
            /// As printed.
            pub fn as_str(&self) -> &str {
                &self.0.printed
            }
            /// The canonical form for comparing.
            pub fn canonical(&self) -> &str {
                &self.0.canonical
            }
        }
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.canonical == other.0.canonical
            }
        }
        impl Eq for $name {}
        // A number on a card identifies a person: it never shows in a log by accident.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
        text_id!($name);
    };
}

printed_id! {
    /// 被保険者証記号.
    CardSymbol
}
printed_id! {
    /// 被保険者証番号; 後期高齢者: 被保険者番号; 医療扶助: 受給者番号.
    CardNumber
}

/// 枝番: two digits `00` to `99`, unique within symbol and number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BranchNumber([u8; 2]);

impl BranchNumber {
    /// Reads one or two digits; one digit is padded with a zero.
    ///
    /// # Errors
    /// Empty, not digits, or more than two.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let digits = text::ascii_digits(bounded(raw)?).map_err(|_| IdError::Character)?;
        match *digits.as_bytes() {
            [] => Err(IdError::Empty),
            [ones] => Ok(Self([b'0', ones])),
            [tens, ones] => Ok(Self([tens, ones])),
            _ => Err(IdError::Length(digits.len())),
        }
    }

    /// The two digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for BranchNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BranchNumber(…)")
    }
}

text_id!(BranchNumber);

/// What a card is found by: insurer, symbol and number in canonical form. The branch is matched apart, because a window
/// may not know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardKey([u8; 16]);

impl CardKey {
    /// The key of a card; `symbol` is none for cards that carry none (後期高齢者, 医療扶助, some 国保).
    pub fn new(insurer: &InsurerNumber, symbol: Option<&CardSymbol>, number: &CardNumber) -> Self {
        let mut hash = Sha256::new();
        hash.update(insurer.as_str());
        hash.update([0]);
        hash.update(symbol.map_or("", CardSymbol::canonical));
        hash.update([0]);
        hash.update(number.canonical());
        Self(first_16(&hash.finalize()))
    }

    /// The first 16 bytes of SHA-256 over insurer, symbol and number, each ended by a zero byte.
    pub const fn hash(&self) -> [u8; 16] {
        self.0
    }
}

impl std::fmt::Debug for CardKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardKey(…)")
    }
}

fn first_16(digest: &[u8]) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}

/// The key under which near misses are looked for: same insurer, same birth date. 8 bytes of SHA-256.
pub fn near_key(insurer: &InsurerNumber, birthdate: crate::Date) -> i64 {
    let mut hash = Sha256::new();
    hash.update(insurer.as_str());
    hash.update([0]);
    hash.update(birthdate.year().to_be_bytes());
    hash.update(birthdate.month().to_be_bytes());
    hash.update(birthdate.day().to_be_bytes());
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    //! Proves equality across spellings and that keys differ where cards differ.
    use super::*;

    #[test]
    fn a_card_typed_in_any_way_has_one_key() {
        let insurer = InsurerNumber::parse("06139463").unwrap();
        let key = |symbol: &str, number: &str| {
            CardKey::new(&insurer, CardSymbol::parse(symbol).ok().as_ref(), &CardNumber::parse(number).unwrap())
        };
        assert_eq!(key("12-34", "0042"), key("１２－３４", "４２"));
        assert_eq!(key("", "42"), key(" ", "42"));
        assert_ne!(key("12", "42"), key("1", "242"));
        assert_ne!(key("", "42"), key("4", "2"));
    }

    #[test]
    fn branches_are_padded() {
        assert_eq!(BranchNumber::parse("1").unwrap().as_str(), "01");
        assert_eq!(BranchNumber::parse("０１").unwrap().as_str(), "01");
        assert_eq!(BranchNumber::parse("100"), Err(IdError::Length(3)));
        assert_eq!(BranchNumber::parse(""), Err(IdError::Empty));
        assert_eq!(BranchNumber::parse("a"), Err(IdError::Character));
    }

    #[test]
    fn numbers_of_cards_do_not_show_in_debug_text() {
        let number = CardNumber::parse("4260").unwrap();
        assert!(!format!("{number:?}").contains("4260"));
    }

    #[test]
    fn impossible_texts_are_refused() {
        assert_eq!(CardNumber::parse("  ").unwrap_err(), IdError::Empty);
        assert_eq!(CardNumber::parse("---").unwrap_err(), IdError::Character);
        assert_eq!(CardNumber::parse("1\u{0}2").unwrap_err(), IdError::Character);
        assert_eq!(CardNumber::parse(&"1".repeat(21)).unwrap_err(), IdError::Length(21));
    }
}
