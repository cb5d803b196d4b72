//! Lower-case hexadecimal, for the names and numbers of machines.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two digits for each byte.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    push(&mut out, bytes);
    out
}

/// The same, behind what `out` already says.
pub fn push(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// Reads exactly `N` bytes; lower case only, so that one value has one spelling.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode_any(text)?.try_into().ok()
}

/// Reads as many bytes as there are; lower case only.
pub fn decode_any(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect()
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        assert_eq!(encode(&[0, 0x2a, 0xff]), "002aff");
        assert_eq!(decode::<3>("002aff"), Some([0, 0x2a, 0xff]));
        assert_eq!(decode_any("002aff"), Some(vec![0, 0x2a, 0xff]));
        for wrong in ["002aff00", "002af", "002aFF", "002ag0", "日本"] {
            assert_eq!(decode::<3>(wrong), None, "{wrong}");
        }
        assert_eq!(decode_any(""), Some(Vec::new()));
    }
}
