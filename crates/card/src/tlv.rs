//! BER-TLV with tags of two bytes, as the files of the card use it: the reader steps over it, the virtual card writes it.

/// Bytes of the longest head: tag of two, length of three.
pub(crate) const HEAD_BYTES_MAX: usize = 5;

/// Tag and length of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Always two bytes here.
    pub(crate) tag: u16,
    /// Bytes of tag and length.
    pub(crate) bytes: usize,
    /// Bytes of the value behind them.
    pub(crate) value_bytes: usize,
}

impl Head {
    /// Where the next value begins, if this head stands at `at`.
    pub(crate) fn end(&self, at: usize) -> usize {
        at + self.bytes + self.value_bytes
    }
}

/// Reads a head from up to [`HEAD_BYTES_MAX`] bytes.
pub(crate) fn read_head(bytes: &[u8]) -> Option<Head> {
    let (tag, rest) = bytes.split_first_chunk::<2>()?;
    let (length_bytes, value_bytes) = match *rest {
        [short @ 0..=0x7F, ..] => (1, usize::from(short)),
        [0x81, length, ..] => (2, usize::from(length)),
        [0x82, high, low, ..] => (3, usize::from(u16::from_be_bytes([high, low]))),
        _ => return None,
    };
    Some(Head { tag: u16::from_be_bytes(*tag), bytes: 2 + length_bytes, value_bytes })
}

/// Writes a value of at most 65,535 bytes; what is longer is cut, which no file of a card is.
pub(crate) fn write(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    let mut bytes = tag.to_be_bytes().to_vec();
    match length {
        0..=0x7F => bytes.push(low),
        0x80..=0xFF => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend_from_slice(&value[..usize::from(length)]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_written() {
        for bytes in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF] {
            let written = write(0xDF27, &vec![7; bytes]);
            let head = read_head(&written[..written.len().min(HEAD_BYTES_MAX)]).unwrap();
            assert_eq!((head.tag, head.value_bytes, head.end(0)), (0xDF27, bytes, written.len()));
        }
    }

    #[test]
    fn what_is_no_head_is_none() {
        for bytes in [&[][..], &[0xDF], &[0xDF, 0x27], &[0xDF, 0x27, 0x81], &[0xDF, 0x27, 0x83, 0, 0], &[0xFF; 5]] {
            assert_eq!(read_head(bytes), None, "{bytes:02X?}");
        }
    }
}
