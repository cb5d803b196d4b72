//! Check digits, computed here on purpose a second time: the nation judges the code that verifies them.

/// Modulus 10 with weights 2-1 from the right, over all digits but the check digit itself: insurers, public expense
/// payers and recipients, late-elderly numbers, medical institutions.
pub(crate) fn mod10(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            let product = if place % 2 == 0 { digit * 2 } else { digit };
            product / 10 + product % 10
        })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// Appends the check digit to a text of ASCII digits.
pub(crate) fn with_mod10(mut digits: String) -> String {
    let check = mod10(digits.as_bytes());
    digits.push(char::from(check));
    digits
}

/// True if the last digit of a text of ASCII digits is the check digit of the others.
pub(crate) fn mod10_holds(digits: &str) -> bool {
    match digits.as_bytes() {
        [body @ .., check] if !body.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            mod10(body) == *check
        }
        _ => false,
    }
}

/// Check digit of the Individual Number over its first eleven digits.
pub(crate) fn personal(digits: &[u8; 11]) -> u8 {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match sum % 11 {
        0 | 1 => b'0',
        rest => b'0' + (11 - rest) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_known_to_be_right_have_the_right_check_digit() {
        let known = [
            "06139463",
            "01130012",
            "06132013",
            "34130021",
            "31130461",
            "39131156",
            "133066",
            "54016027",
            "0110113719",
        ];
        for number in known {
            assert!(mod10_holds(number), "{number}");
        }
        assert!(!mod10_holds("83136019"));
        assert_eq!(personal(b"12345678901"), b'8');
    }
}
