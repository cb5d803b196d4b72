//! Bytes of a field as values.

use domain::{Date, date};

use super::finding::ClaimFault;
use super::value::Month;

/// Digits as a number; none for anything else, also for nothing and for more than nine digits.
pub(super) fn number(raw: &[u8]) -> Option<u32> {
    if raw.is_empty() || raw.len() > 9 {
        return None;
    }
    raw.iter().try_fold(0u32, |n, byte| byte.is_ascii_digit().then(|| n * 10 + u32::from(byte - b'0')))
}

/// A value that may have been written with an era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated<T> {
    pub(super) value: T,
    pub(super) era: bool,
    pub(super) outside_era: bool,
}

/// Decides by length: 8 digits are Western, 7 begin with an era (formats.md 1.1).
pub(super) fn day(raw: &[u8]) -> Result<Dated<Date>, ClaimFault> {
    let era = match raw.len() {
        8 => false,
        7 => true,
        _ => return Err(shape(raw)),
    };
    if !raw.iter().all(u8::is_ascii_digit) {
        return Err(ClaimFault::Character);
    }
    let text = std::str::from_utf8(raw).map_err(|_| ClaimFault::Character)?;
    let read = date::read(text).map_err(|_| ClaimFault::NoSuchDay)?;
    Ok(Dated { value: read.date, era, outside_era: read.outside_era })
}

/// Decides by length: 6 digits are Western, 5 begin with an era.
pub(super) fn month(raw: &[u8]) -> Result<Dated<Month>, ClaimFault> {
    if !matches!(raw.len(), 5 | 6) {
        return Err(shape(raw));
    }
    let digits = number(raw).ok_or(ClaimFault::Character)?;
    if raw.len() == 6 {
        let (year, month) = (i16::try_from(digits / 100), i8::try_from(digits % 100));
        let value = year.ok().zip(month.ok()).and_then(|(year, month)| Month::new(year, month));
        return value.map(|value| Dated { value, era: false, outside_era: false }).ok_or(ClaimFault::NoSuchDay);
    }
    // A month belongs to an era when its first or its last days do: 平成1年1月 began on the 8th.
    let day = |day: &[u8]| self::day(&[raw, day].concat());
    let (first, late) = (day(b"01")?, day(b"28")?);
    let outside_era = first.outside_era && late.outside_era;
    Ok(Dated { value: Month::of(first.value), era: true, outside_era })
}

fn shape(raw: &[u8]) -> ClaimFault {
    if raw.iter().all(u8::is_ascii_digit) { ClaimFault::Length } else { ClaimFault::Character }
}

/// The payers that a 負担区分 names, as bits: 1 the health insurance, 2 to 16 the first to fourth public expense. None for
/// what is no such code (formats.md 1.7).
pub(super) const fn payers(burden: u8) -> Option<u8> {
    Some(match burden {
        b'1' => 1,
        b'5' => 2,
        b'6' => 4,
        b'B' => 8,
        b'C' => 16,
        b'2' => 1 | 2,
        b'3' => 1 | 4,
        b'E' => 1 | 8,
        b'G' => 1 | 16,
        b'7' => 2 | 4,
        b'H' => 2 | 8,
        b'I' => 2 | 16,
        b'J' => 4 | 8,
        b'K' => 4 | 16,
        b'L' => 8 | 16,
        b'4' => 1 | 2 | 4,
        b'M' => 1 | 2 | 8,
        b'N' => 1 | 2 | 16,
        b'O' => 1 | 4 | 8,
        b'P' => 1 | 4 | 16,
        b'Q' => 1 | 8 | 16,
        b'R' => 2 | 4 | 8,
        b'S' => 2 | 4 | 16,
        b'T' => 2 | 8 | 16,
        b'U' => 4 | 8 | 16,
        b'V' => 1 | 2 | 4 | 8,
        b'W' => 1 | 2 | 4 | 16,
        b'X' => 1 | 2 | 8 | 16,
        b'Y' => 1 | 4 | 8 | 16,
        b'Z' => 2 | 4 | 8 | 16,
        b'9' => 31,
        _ => return None,
    })
}

/// Whether 診療識別 is one of the table (formats.md 1.7), of any kind of claim.
pub(super) const fn is_section(number: u32) -> bool {
    matches!(number, 1 | 11..=14 | 21..=28 | 31..=33 | 39..=44 | 50 | 54 | 60..=64 | 70 | 80 | 90 | 92 | 93 | 97 | 99)
}

#[cfg(test)]
mod tests {
    //! Proves the two forms of dates, the edges of eras and the burden codes.
    use super::*;

    #[test]
    fn dates_are_told_by_their_length() {
        assert_eq!(day(b"20240331").unwrap().value, jiff::civil::date(2024, 3, 31));
        let era = day(b"4310501").unwrap();
        assert_eq!((era.value, era.era, era.outside_era), (jiff::civil::date(2019, 5, 1), true, true));
        assert_eq!(day(b"20240230"), Err(ClaimFault::NoSuchDay));
        assert_eq!(day(b"-2024031"), Err(ClaimFault::Character));
        assert_eq!(day(b"202403"), Err(ClaimFault::Length));
        assert_eq!(day(b"9010101"), Err(ClaimFault::NoSuchDay));
    }

    #[test]
    fn months_too() {
        assert_eq!(month(b"202403").unwrap().value, Month::new(2024, 3).unwrap());
        assert_eq!(month(b"202413"), Err(ClaimFault::NoSuchDay));
        for (raw, outside) in
            [(b"40101", false), (b"36401", false), (b"43105", true), (b"50105", false), (b"43104", false)]
        {
            let read = month(raw).unwrap();
            assert_eq!((read.era, read.outside_era), (true, outside), "{raw:?}");
        }
    }

    #[test]
    fn every_set_of_payers_has_one_code() {
        let sets: Vec<_> = (0..=255).filter_map(payers).collect();
        let distinct: std::collections::BTreeSet<_> = sets.iter().collect();
        assert_eq!((sets.len(), distinct.len()), (31, 31));
    }
}
