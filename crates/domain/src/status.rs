//! Whether something that the center said earlier still stands: places in published lists, and what a list says there.
//!
//! Each coverage has a place of its own in the list of its insurer's prefecture, drawn at random, and so has each personal
//! certificate. The list holds two bits a place (IETF Token Status List). A place is given away once: when the record of a
//! coverage changes, the coverage gets a new place, and the old one says from then on what became of it. So whoever holds an
//! answer with its place learns, without asking about the patient, whether the center would say the same today.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Coverage, Date, Prefecture, RegistrationStatus};

/// What the name of every list begins with; two digits of a prefecture follow, or `all`.
pub const LIST_URN: &str = "urn:tashika:status:";

/// What a list says about a place. The numbers are those of IETF Token Status List 7.1; 3 is left to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing has changed since the place was given away.
    Valid,
    /// It has ended: the coverage was lost or withdrawn, the certificate was taken back.
    Invalid,
    /// Set aside for a while. This center does not say it; a list of another one may.
    Suspended,
    /// The register says something else now; the coverage may go on. Ask again.
    Changed,
}

impl Status {
    /// The two bits.
    pub const fn bits(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::Changed => 3,
        }
    }

    /// From the lower two bits; the others are not looked at.
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            _ => Self::Changed,
        }
    }
}

/// A place in the list of a prefecture. It is drawn by chance and tells nothing about the person or the card.
///
/// As one number, in records and databases: prefecture times 2^32, plus the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusIndex {
    prefecture: Prefecture,
    index: u32,
}

impl StatusIndex {
    /// A place.
    pub const fn new(prefecture: Prefecture, index: u32) -> Self {
        Self { prefecture, index }
    }

    /// Whose list.
    pub const fn prefecture(self) -> Prefecture {
        self.prefecture
    }

    /// Where in the list, from 0.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// The name of the list, such as `urn:tashika:status:13`.
    pub fn list_uri(self) -> String {
        format!("{LIST_URN}{}", self.prefecture)
    }

    /// From the name of a list and an index in it.
    pub fn from_uri(uri: &str, index: u32) -> Option<Self> {
        let prefecture = uri.strip_prefix(LIST_URN).and_then(Prefecture::parse)?;
        Some(Self { prefecture, index })
    }

    /// As one number.
    pub const fn number(self) -> u64 {
        ((self.prefecture.number() as u64) << 32) | self.index as u64
    }

    /// From that number.
    pub fn from_number(number: u64) -> Option<Self> {
        let prefecture = u8::try_from(number >> 32).ok().and_then(Prefecture::new)?;
        let index = u32::try_from(number & 0xffff_ffff).ok()?;
        Some(Self { prefecture, index })
    }
}

impl Serialize for StatusIndex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number())
    }
}

impl<'de> Deserialize<'de> for StatusIndex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        Self::from_number(number).ok_or_else(|| serde::de::Error::custom("no place in a status list"))
    }
}

/// What became of a record that was replaced by another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// 資格喪失年月日 of the new record: the first day no longer insured.
    pub disqualification_date: Option<Date>,
    /// How far the insurer has come with the new record.
    pub registration_status: RegistrationStatus,
}

impl Replaced {
    /// By this record.
    pub const fn by(new: &Coverage) -> Self {
        Self { disqualification_date: new.disqualification_date, registration_status: new.registration_status }
    }

    /// What the list of `on` says at the old record's place. A loss that is only announced counts from its day on.
    pub fn status(self, on: Date) -> Status {
        let withdrawn = self.registration_status == RegistrationStatus::Deleted;
        if withdrawn || self.disqualification_date.is_some_and(|lost| lost <= on) {
            Status::Invalid
        } else {
            Status::Changed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_place_is_one_number_and_back_and_no_other_number_is_a_place() {
        for (prefecture, index) in [(1, 0), (13, 123_456), (47, u32::MAX)] {
            let place = StatusIndex::new(Prefecture::new(prefecture).unwrap(), index);
            assert_eq!(StatusIndex::from_number(place.number()), Some(place));
            let text = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<StatusIndex>(&text).unwrap(), place);
        }
        for number in [0, 5, 48 << 32, u64::MAX] {
            assert_eq!(StatusIndex::from_number(number), None, "{number}");
        }
    }

    #[test]
    fn a_replaced_record_is_lost_from_the_day_of_the_loss_and_changed_before() {
        let on = date(2026, 11, 28);
        let status = |lost: Option<Date>, registration_status| {
            Replaced { disqualification_date: lost, registration_status }.status(on)
        };
        let cases = [
            (None, RegistrationStatus::Registered, Status::Changed),
            (Some(date(2026, 11, 29)), RegistrationStatus::Registered, Status::Changed),
            (Some(date(2026, 11, 28)), RegistrationStatus::Registered, Status::Invalid),
            (Some(date(2026, 4, 1)), RegistrationStatus::Registered, Status::Invalid),
            (None, RegistrationStatus::Deleted, Status::Invalid),
            (None, RegistrationStatus::InProgress, Status::Changed),
        ];
        for (lost, registration, expected) in cases {
            assert_eq!(status(lost, registration), expected, "{lost:?} {registration:?}");
        }
    }

    #[test]
    fn the_bits_are_those_of_the_standard() {
        for bits in 0..4 {
            assert_eq!(Status::from_bits(bits).bits(), bits);
        }
        assert_eq!((Status::Valid.bits(), Status::Invalid.bits(), Status::Suspended.bits()), (0, 1, 2));
    }
}
