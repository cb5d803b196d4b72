//! Numbers of the health-insurance world. A value of one of these types is right by construction: it was parsed once,
//! from any spelling that people and programs use, and is held in canonical form.

mod card;
mod institution;
mod insurer;
mod personal;

pub use card::{BranchNumber, CardKey, CardNumber, CardSymbol, near_key};
pub use institution::{MedicalInstitutionCode, ReferenceNumber};
pub use insurer::InsurerNumber;
pub use personal::PersonalNumber;

/// Why a text is not the number it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing was written.
    #[error("empty")]
    Empty,
    /// A character that cannot stand in this number.
    #[error("a character that does not belong into this number")]
    Character,
    /// Too few or too many digits or characters; the count found.
    #[error("wrong length: {0}")]
    Length(usize),
    /// The check digit does not fit: one digit is misread or two are swapped.
    #[error("check digit does not fit")]
    CheckDigit,
    /// The leading digits name no known scheme, prefecture or kind of institution.
    #[error("unknown kind: the leading digits name nothing that exists")]
    Kind,
}

impl IdError {
    /// The stable code for vendors.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Character => "character",
            Self::Length(_) => "length",
            Self::CheckDigit => "check_digit",
            Self::Kind => "kind",
        }
    }
}

/// Implements text conversions (Display, FromStr, serde) for a newtype with `parse` and `as_str`.
macro_rules! text_id {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;
            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                Self::parse(raw)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::written::read_text(d, Self::parse)
            }
        }
    };
}
pub(crate) use text_id;

/// Prefecture codes 01 to 47 (JIS X 0401).
pub(crate) fn is_prefecture(two: &str) -> bool {
    matches!(two.parse::<u8>(), Ok(1..=47))
}

/// Checks the raw length before anything else looks at the text.
pub(crate) fn bounded(raw: &str) -> Result<&str, IdError> {
    if raw.len() > crate::limits::RAW_IDENTIFIER_BYTES_MAX { Err(IdError::Length(raw.len())) } else { Ok(raw) }
}
