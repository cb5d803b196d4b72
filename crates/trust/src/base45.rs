//! Base45 (RFC 9285): bytes in the 45 characters that a QR code packs tightest. One spelling.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fn push(out: &mut String, mut number: u32, digits: usize) {
    for _ in 0..digits {
        out.push(char::from(ALPHABET[(number % 45) as usize]));
        number /= 45;
    }
}

/// Two bytes become three characters, one left over two.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(2) * 3);
    let (pairs, rest) = bytes.as_chunks::<2>();
    for pair in pairs {
        push(&mut out, u32::from(u16::from_be_bytes(*pair)), 3);
    }
    if let [last] = rest {
        push(&mut out, u32::from(*last), 2);
    }
    out
}

/// The characters that bytes of this length take.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    bytes / 2 * 3 + bytes % 2 * 2
}

/// None where it is no base45.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        let mut number = 0_u32;
        for character in group.iter().rev() {
            let digit = ALPHABET.iter().position(|held| held == character)?;
            number = number * 45 + u32::try_from(digit).ok()?;
        }
        match group.len() {
            3 => out.extend_from_slice(&u16::try_from(number).ok()?.to_be_bytes()),
            2 => out.push(u8::try_from(number).ok()?),
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_read_both_ways() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0"), ("", "")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
            assert_eq!(encoded_len(bytes.len()), text.len());
        }
    }

    #[test]
    fn what_no_bytes_are_written_as_is_refused() {
        for text in ["A", "BB8A", "GGW", ":::", "::", "bb8", "BB８", "BB\n"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
