//! Check digits of the numbers in Japanese health insurance.

/// The check digit "modulus 10, weights 2 and 1" (M10W21) over `digits` without the check digit.
///
/// From the right the weights are 2, 1, 2, 1 …; the digits of each product are added; the check digit completes the
/// sum to a multiple of ten. Used by 保険者番号, 公費負担者番号, 受給者番号, 後期高齢者の被保険者番号 and 医療機関コード
/// (formats.md 2.1). Bytes that are not ASCII digits count as zero; callers pass digits only.
pub fn mod10_weight21(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0') % 10);
            let product = if place % 2 == 0 { digit * 2 } else { digit };
            product / 10 + product % 10
        })
        .sum();
    // The remainder is below ten, so it fits.
    ((10 - sum % 10) % 10) as u8
}

/// Whether the last digit of `digits` is the M10W21 check digit of the others.
pub fn has_mod10_weight21(digits: &[u8]) -> bool {
    match digits.split_last() {
        Some((last, rest)) => last.wrapping_sub(b'0') == mod10_weight21(rest),
        None => false,
    }
}

/// The check digit of a 個人番号 over its first eleven digits (ministerial ordinance 85 of 2014, article 5).
///
/// Weights 6 5 4 3 2 7 6 5 4 3 2 from the left; remainder of the sum by 11; 0 when the remainder is at most 1, else
/// 11 minus it.
pub fn personal_number(first_eleven: &[u8]) -> u8 {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = WEIGHTS.iter().zip(first_eleven).map(|(w, b)| w * u32::from(b.wrapping_sub(b'0') % 10)).sum();
    match sum % 11 {
        0 | 1 => 0,
        // Between 1 and 9.
        r => (11 - r).to_le_bytes()[0],
    }
}

#[cfg(test)]
mod tests {
    //! Proves the routines against numbers that are known to be right in public data.
    use super::*;

    #[test]
    fn known_numbers_carry_the_right_check_digit() {
        for number in
            ["06139463", "01130012", "06132013", "34130021", "31130461", "39131156", "133066", "54016027", "0110113719"]
        {
            assert!(has_mod10_weight21(number.as_bytes()), "{number}");
        }
    }

    #[test]
    fn a_known_false_number_is_told() {
        assert!(!has_mod10_weight21(b"83136019"));
        assert!(!has_mod10_weight21(b""));
    }

    #[test]
    fn personal_number_of_the_example() {
        assert_eq!(personal_number(b"12345678901"), 8);
    }
}
