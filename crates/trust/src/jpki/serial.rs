//! Serial numbers of certificates on cards.

use crate::limits::JPKI_SERIAL_BYTES_MAX;

/// Serial number of a certificate of JPKI: positive, at most 20 bytes (RFC 5280 4.1.2.2); real ones have three or four.
///
/// It names a certificate only together with its authority: the generations of one authority share a name and count
/// for themselves. It stands for a person, so `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateSerial {
    // The length first, so that the derived order is that of the numbers.
    length: usize,
    bytes: [u8; JPKI_SERIAL_BYTES_MAX],
}

impl CertificateSerial {
    /// Takes big-endian bytes; leading zeros are dropped. None for zero and for more than 20 bytes.
    pub fn from_bytes(given: &[u8]) -> Option<Self> {
        let zeros = given.iter().take_while(|byte| **byte == 0).count();
        let digits = &given[zeros..];
        let mut bytes = [0; JPKI_SERIAL_BYTES_MAX];
        bytes.get_mut(..digits.len())?.copy_from_slice(digits);
        (!digits.is_empty()).then_some(Self { length: digits.len(), bytes })
    }

    /// Reads lower-case hexadecimal digits, two for a byte, as [`CertificateSerial::to_hex`] writes them.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 2 * JPKI_SERIAL_BYTES_MAX {
            return None;
        }
        let serial = Self::from_bytes(&domain::hex::decode_any(text)?)?;
        (serial.to_hex() == text).then_some(serial)
    }

    /// Big-endian bytes without leading zeros.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Lower-case hexadecimal digits, two for a byte: for stores and the line between machines, not for logs.
    pub fn to_hex(self) -> String {
        domain::hex::encode(self.as_bytes())
    }
}

impl std::fmt::Debug for CertificateSerial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CertificateSerial(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_has_one_spelling_and_is_never_shown() {
        let serial = CertificateSerial::from_bytes(&[0, 0, 1, 0x2a]).expect("a number");
        assert_eq!(serial.as_bytes(), [1, 0x2a]);
        assert_eq!(serial.to_hex(), "012a");
        assert_eq!(CertificateSerial::parse("012a"), Some(serial));
        assert_eq!(format!("{serial:?}"), "CertificateSerial(…)");
        for wrong in ["", "00", "0001", "012A", "12a", "0x1", &"11".repeat(21), "ああ"] {
            assert_eq!(CertificateSerial::parse(wrong), None, "{wrong}");
        }
        assert!(CertificateSerial::from_bytes(&[]).is_none() && CertificateSerial::from_bytes(&[0]).is_none());
    }

    #[test]
    fn serial_numbers_are_ordered_as_numbers() {
        let number = |bytes: &[u8]| CertificateSerial::from_bytes(bytes).expect("a number");
        assert!(number(&[0xff]) < number(&[1, 0]) && number(&[1, 0]) < number(&[1, 1]));
    }
}
