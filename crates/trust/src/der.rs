//! DER (X.690), as much of it as the certificates of the card's authority, OCSP and revocation lists need.
//!
//! `rcgen` writes the certificates of this house, but no OCSP and no distribution point that is a directory name, which
//! JPKI uses throughout. Reading is strict: definite lengths in the shortest form, nothing behind the last element.
//! Nothing is copied, and nothing here recurses, so hostile input costs no more than its own length.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// BOOLEAN.
pub const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// NULL.
pub const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// ENUMERATED.
pub const ENUMERATED: u8 = 0x0a;
/// UTF8String.
pub const UTF8_STRING: u8 = 0x0c;
/// PrintableString.
pub const PRINTABLE_STRING: u8 = 0x13;
/// IA5String.
pub const IA5_STRING: u8 = 0x16;
/// UTCTime.
pub const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub const GENERALIZED_TIME: u8 = 0x18;
/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// SET.
pub const SET: u8 = 0x31;

/// The first year that a certificate writes as GeneralizedTime (RFC 5280 4.1.2.5).
const GENERALIZED_FROM_YEAR: i16 = 2050;
/// Bytes of an encoded object identifier that we hold; the longest one in use here has 10.
const OID_BYTES_MAX: usize = 24;

/// The tag of a context-specific element that holds a value of its own.
pub const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag of a context-specific element that holds other elements.
pub const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// Why bytes are not the DER that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DerError {
    /// The bytes end inside an element.
    #[error("the encoding ends too early")]
    Truncated,
    /// A length that is indefinite, not in its shortest form, or above 4 GiB.
    #[error("a length is not in the one form that DER allows")]
    Length,
    /// Another element than the one that belongs here.
    #[error("another element was expected")]
    Tag,
    /// The element is the right one, but its content is not allowed.
    #[error("an element has a value that cannot be")]
    Value,
    /// Something follows the last element.
    #[error("something follows the last element")]
    Trailing,
}

/// An object identifier, as its encoded content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid {
    bytes: [u8; OID_BYTES_MAX],
    length: usize,
}

impl Oid {
    /// An object identifier from its numbers, for constants. Panics, at compile time, when there is no such identifier.
    pub const fn new(arcs: &[u32]) -> Self {
        match Self::encode(arcs) {
            Some(oid) => oid,
            None => panic!("no such object identifier"),
        }
    }

    /// Reads the dotted form, such as `1.2.392.200149.8.5.1.3.30`. None when it is no object identifier or longer
    /// than any in use here.
    pub fn parse(text: &str) -> Option<Self> {
        let arcs: Vec<u32> =
            text.split('.').take(OID_BYTES_MAX + 2).map(|arc| arc.parse().ok()).collect::<Option<_>>()?;
        Self::encode(&arcs)
    }

    const fn encode(arcs: &[u32]) -> Option<Self> {
        if arcs.len() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39) || arcs[1] > 999 {
            return None;
        }
        let mut bytes = [0; OID_BYTES_MAX];
        let (mut length, mut index) = (0, 1);
        while index < arcs.len() {
            let arc = if index == 1 { arcs[0] * 40 + arcs[1] } else { arcs[index] };
            let mut shift = 28;
            while shift > 0 && arc >> shift == 0 {
                shift -= 7;
            }
            loop {
                if length == OID_BYTES_MAX {
                    return None;
                }
                let more = if shift > 0 { 0x80 } else { 0 };
                bytes[length] = (arc >> shift & 0x7f).to_le_bytes()[0] | more;
                length += 1;
                if shift == 0 {
                    break;
                }
                shift -= 7;
            }
            index += 1;
        }
        Some(Self { bytes, length })
    }

    /// The encoded content, without tag and length.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl std::fmt::Debug for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oid({})", domain::hex::encode(self.as_bytes()))
    }
}

/// The dotted form.
impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (mut arc, mut is_first) = (0_u32, true);
        for byte in self.as_bytes() {
            arc = arc << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            if is_first {
                // The first two numbers share an element.
                let top = (arc / 40).min(2);
                write!(f, "{top}.{}", arc - top * 40)?;
                is_first = false;
            } else {
                write!(f, ".{arc}")?;
            }
            arc = 0;
        }
        Ok(())
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Opens the one element that these bytes are.
    ///
    /// # Errors
    /// Another tag, or something behind the element.
    pub fn only(bytes: &'a [u8], tag: u8) -> Result<Self, DerError> {
        let mut outer = Self::new(bytes);
        let inner = outer.inside(tag)?;
        outer.end()?;
        Ok(inner)
    }

    /// Whether everything was read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element, if there is one.
    pub fn tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element as it stands, and its content.
    fn element(&mut self) -> Result<(u8, &'a [u8], &'a [u8]), DerError> {
        let (&[tag, first], _) = self.rest.split_first_chunk::<2>().ok_or(DerError::Truncated)?;
        // Tags above 30 take more bytes; nothing here uses them.
        if tag & 0x1f == 0x1f {
            return Err(DerError::Tag);
        }
        let (head, length) = match first {
            0..=0x7f => (2, usize::from(first)),
            0x81..=0x84 => self.long_length(usize::from(first & 0x7f))?,
            _ => return Err(DerError::Length),
        };
        let end = length.checked_add(head).ok_or(DerError::Length)?;
        let (whole, rest) = self.rest.split_at_checked(end).ok_or(DerError::Truncated)?;
        self.rest = rest;
        Ok((tag, whole, &whole[head..]))
    }

    fn long_length(&self, bytes: usize) -> Result<(usize, usize), DerError> {
        let digits = self.rest.get(2..2 + bytes).ok_or(DerError::Truncated)?;
        let length = digits.iter().fold(0_u32, |all, digit| all << 8 | u32::from(*digit));
        let shortest = digits.first() != Some(&0) && length >= 0x80;
        let length = usize::try_from(length).map_err(|_| DerError::Length)?;
        if shortest { Ok((2 + bytes, length)) } else { Err(DerError::Length) }
    }

    /// The content of the next element, which must have this tag.
    ///
    /// # Errors
    /// Another tag, or damaged.
    pub fn content(&mut self, tag: u8) -> Result<&'a [u8], DerError> {
        let mut ahead = *self;
        let (found, _, content) = ahead.element()?;
        if found != tag {
            return Err(DerError::Tag);
        }
        *self = ahead;
        Ok(content)
    }

    /// The next element as it stands, header included; it must have this tag.
    ///
    /// # Errors
    /// Another tag, or damaged.
    pub fn whole(&mut self, tag: u8) -> Result<&'a [u8], DerError> {
        let mut ahead = *self;
        let (found, whole, _) = ahead.element()?;
        if found != tag {
            return Err(DerError::Tag);
        }
        *self = ahead;
        Ok(whole)
    }

    /// Passes over the next element, whatever it is.
    ///
    /// # Errors
    /// Damaged.
    pub fn skip(&mut self) -> Result<(), DerError> {
        self.element().map(drop)
    }

    /// Opens the next element, which must have this tag.
    ///
    /// # Errors
    /// Another tag, or damaged.
    pub fn inside(&mut self, tag: u8) -> Result<Self, DerError> {
        self.content(tag).map(Self::new)
    }

    /// Opens the next element if it has this tag.
    ///
    /// # Errors
    /// Damaged.
    pub fn inside_if(&mut self, tag: u8) -> Result<Option<Self>, DerError> {
        if self.tag() == Some(tag) { self.inside(tag).map(Some) } else { Ok(None) }
    }

    /// Says that nothing follows.
    ///
    /// # Errors
    /// [`DerError::Trailing`].
    pub const fn end(self) -> Result<(), DerError> {
        if self.is_empty() { Ok(()) } else { Err(DerError::Trailing) }
    }

    /// A positive INTEGER, big-endian without leading zeros; zero is no byte at all.
    ///
    /// # Errors
    /// Negative or not in its shortest form.
    pub fn positive(&mut self) -> Result<&'a [u8], DerError> {
        match self.content(INTEGER)? {
            [0] => Ok(&[]),
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Ok(rest),
            bytes @ [1..0x80, ..] => Ok(bytes),
            _ => Err(DerError::Value),
        }
    }

    /// A BOOLEAN if one stands here, else false, which is the only default in use here.
    ///
    /// # Errors
    /// A value that is written in another way than DER wants.
    pub fn boolean_or_false(&mut self) -> Result<bool, DerError> {
        match self.tag() {
            Some(BOOLEAN) => match self.content(BOOLEAN)? {
                [0xff] => Ok(true),
                _ => Err(DerError::Value),
            },
            _ => Ok(false),
        }
    }

    /// A BIT STRING of whole bytes.
    ///
    /// # Errors
    /// Bits are left over.
    pub fn bits(&mut self) -> Result<&'a [u8], DerError> {
        match self.content(BIT_STRING)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(DerError::Value),
        }
    }

    /// A UTCTime or GeneralizedTime in the form of RFC 5280: whole seconds, UTC.
    ///
    /// # Errors
    /// Another form, or a day that does not exist.
    pub fn time(&mut self) -> Result<Timestamp, DerError> {
        if self.tag() == Some(UTC_TIME) {
            let text = self.content(UTC_TIME)?;
            let year = two_digits(text, 0)?;
            // RFC 5280 4.1.2.5.1: 50 to 99 belong to the last century.
            instant(if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..).unwrap_or_default())
        } else {
            let text = self.content(GENERALIZED_TIME)?;
            let year = two_digits(text, 0)? * 100 + two_digits(text, 2)?;
            instant(year, text.get(4..).unwrap_or_default())
        }
    }
}

fn two_digits(text: &[u8], at: usize) -> Result<i16, DerError> {
    match text.get(at..at + 2) {
        Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => Ok(i16::from(tens - b'0') * 10 + i16::from(ones - b'0')),
        _ => Err(DerError::Value),
    }
}

/// `MMDDHHMMSSZ` of a year.
fn instant(year: i16, text: &[u8]) -> Result<Timestamp, DerError> {
    if text.len() != 11 || text.last() != Some(&b'Z') {
        return Err(DerError::Value);
    }
    let mut parts = [0_i8; 5];
    for (index, part) in parts.iter_mut().enumerate() {
        *part = i8::try_from(two_digits(text, 2 * index)?).map_err(|_| DerError::Value)?;
    }
    let [month, day, hour, minute, second] = parts;
    let read = DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| DerError::Value)?;
    read.to_zoned(TimeZone::UTC).map(|at| at.timestamp()).map_err(|_| DerError::Value)
}

/// Writes one element.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    let digits = length.to_be_bytes();
    let used = digits.len() - digits.iter().take_while(|digit| **digit == 0).count();
    if length >= 0x80 {
        out.push(0x80 | used.to_le_bytes()[0]);
        out.extend_from_slice(&digits[digits.len() - used..]);
    } else {
        out.push(length.to_le_bytes()[0]);
    }
    out.extend_from_slice(content);
    out
}

/// Writes one element that holds others.
pub fn wrap<P: AsRef<[u8]>>(tag: u8, parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    let mut content = Vec::new();
    for part in parts {
        content.extend_from_slice(part.as_ref());
    }
    element(tag, &content)
}

/// Writes a SEQUENCE.
pub fn sequence<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    wrap(SEQUENCE, parts)
}

/// Writes an OBJECT IDENTIFIER.
pub fn oid(oid: &Oid) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, oid.as_bytes())
}

/// Writes a positive INTEGER from big-endian bytes; leading zeros are dropped, and the one that keeps it positive is added.
pub fn positive(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[zeros..];
    let sign = usize::from(digits.first().is_none_or(|first| *first >= 0x80));
    element(INTEGER, &[&[0][..sign], digits].concat())
}

/// Writes an OCTET STRING.
pub fn octets(bytes: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, bytes)
}

/// Writes a BIT STRING of whole bytes.
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

/// Writes a time as certificates and revocation lists do: UTCTime until 2049, GeneralizedTime after it.
pub fn time(at: Timestamp) -> Vec<u8> {
    if at.to_zoned(TimeZone::UTC).year() < GENERALIZED_FROM_YEAR {
        element(UTC_TIME, at.strftime("%y%m%d%H%M%SZ").to_string().as_bytes())
    } else {
        generalized_time(at)
    }
}

/// Writes a time as OCSP does: always GeneralizedTime.
pub fn generalized_time(at: Timestamp) -> Vec<u8> {
    element(GENERALIZED_TIME, at.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_have_the_bytes_of_the_standard() {
        assert_eq!(Oid::new(&[1, 2, 840, 113_549, 1, 1, 11]).as_bytes(), b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b");
        let policy = Oid::parse("1.2.392.200149.8.5.1.3.30").expect("an identifier");
        assert_eq!(policy.to_string(), "1.2.392.200149.8.5.1.3.30");
        assert_eq!(Oid::new(&[2, 999, 3]).to_string(), "2.999.3");
        assert_eq!(policy.as_bytes(), b"\x2a\x83\x08\x8c\x9b\x55\x08\x05\x01\x03\x1e");
        for wrong in ["", "1", "3.1", "1.40", "1.2.x", "1.2.4294967296", "1.2.-1"] {
            assert_eq!(Oid::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_are_written_and_read_in_their_shortest_form() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let written = octets(&vec![7; length]);
            assert_eq!(Reader::only(&written, OCTET_STRING).expect("one element").rest.len(), length);
        }
        for wrong in
            [&b"\x04\x81\x01\x00"[..], b"\x04\x80\x00\x00", b"\x04\x82\x00\x81", b"\x04\x85\x00\x00\x00\x00\x01"]
        {
            assert!(Reader::only(wrong, OCTET_STRING).is_err(), "{wrong:x?}");
        }
    }

    #[test]
    fn numbers_are_positive_and_without_needless_zeros() {
        for (bytes, written) in
            [(&[][..], &b"\x02\x01\x00"[..]), (&[0, 1], b"\x02\x01\x01"), (&[0x80], b"\x02\x02\x00\x80")]
        {
            assert_eq!(positive(bytes), written);
            assert_eq!(Reader::new(written).positive().expect("a number"), bytes.strip_prefix(&[0]).unwrap_or(bytes));
        }
        for wrong in [&b"\x02\x01\x80"[..], b"\x02\x02\x00\x01", b"\x02\x00"] {
            assert_eq!(Reader::new(wrong).positive(), Err(DerError::Value), "{wrong:x?}");
        }
    }

    #[test]
    fn times_come_back_as_they_went_and_no_other_form_is_read() {
        for text in ["2026-11-22T14:59:59Z", "1999-12-31T00:00:00Z", "2050-01-01T00:00:00Z"] {
            let at: Timestamp = text.parse().expect("a time");
            assert_eq!(Reader::new(&time(at)).time(), Ok(at));
            assert_eq!(Reader::new(&generalized_time(at)).time(), Ok(at));
        }
        for wrong in
            ["2611221459Z", "261122145959+0900", "261322145959Z", "260230000000Z", "261122145959z", "２6112214"]
        {
            assert_eq!(Reader::new(&element(UTC_TIME, wrong.as_bytes())).time(), Err(DerError::Value), "{wrong}");
        }
    }
}
