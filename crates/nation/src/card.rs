//! How insurers number and print cards.
//!
//! Within one insurer the n-th card gets numbers by a permutation of n: no two cards share symbol and number by
//! construction, and neighbours in time are far apart in number. Symbol and number are kept as integers and become
//! text, in the insurer's own style, when they are written.

use crate::check_digit;

/// Primes above every modulus used, hence coprime to it.
const MULTIPLIERS: [u64; 4] = [15_485_863, 32_452_843, 49_979_687, 86_028_121];
/// Employees whom 協会けんぽ numbers under one employer's symbol.
const CARDS_PER_OFFICE: u32 = 40;

/// 記号.
#[derive(Clone, Debug)]
pub(crate) enum Symbol {
    /// The card has none.
    None,
    /// One for all members.
    Fixed(&'static str),
    /// A prefix and a number of `width` digits, out of `offices` different ones.
    Office { prefix: &'static str, width: u8, offices: u32, full_width: bool, joint: Option<(u8, char)> },
    /// 協会けんぽ: the prefecture and six digits for the employer, under which the number counts from one.
    Employer { prefecture: u8 },
}

/// 番号.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    /// Digits that vary; the insurer can have one card less than ten to this power.
    pub(crate) digits: u8,
    /// Printed with leading zeros to this many digits; 0 = without.
    pub(crate) width: u8,
    pub(crate) full_width: bool,
    /// A hyphen in this look before this many last digits.
    pub(crate) joint: Option<(u8, char)>,
    /// One more digit is a check digit.
    pub(crate) checked: bool,
}

/// How one insurer's cards look.
#[derive(Clone, Debug)]
pub(crate) struct CardStyle {
    pub(crate) symbol: Symbol,
    pub(crate) number: Number,
    /// 枝番 of the first member of a family; `None` = this insurer prints none.
    pub(crate) first_branch: Option<u8>,
    /// Chosen per insurer, so that two insurers do not number alike.
    pub(crate) salt: u32,
}

impl CardStyle {
    /// Symbol and number of the n-th card.
    pub(crate) fn issue(&self, nth: u32) -> (u32, u32) {
        match self.symbol {
            Symbol::Employer { prefecture } => {
                let office = self.permute(nth / CARDS_PER_OFFICE, 999_999) + 1;
                let number = (nth % CARDS_PER_OFFICE * 241 + self.salt) % 9973 + 1;
                (u32::from(prefecture) * 1_000_000 + office, number)
            }
            Symbol::Office { width, offices, .. } => {
                (self.permute(nth % offices, 10_u32.pow(u32::from(width)) - 1) + 1, self.number_of(nth))
            }
            Symbol::None | Symbol::Fixed(_) => (0, self.number_of(nth)),
        }
    }

    fn number_of(&self, nth: u32) -> u32 {
        let body = self.permute(nth, 10_u32.pow(u32::from(self.number.digits)) - 1) + 1;
        if !self.number.checked {
            return body;
        }
        let text = format!("{body:0width$}", width = usize::from(self.number.digits));
        body * 10 + u32::from(check_digit::mod10(text.as_bytes()) - b'0')
    }

    fn permute(&self, n: u32, modulus: u32) -> u32 {
        let multiplier = MULTIPLIERS[(self.salt % 4) as usize];
        ((u64::from(n) * multiplier + u64::from(self.salt)) % u64::from(modulus)) as u32
    }

    /// 記号 as printed.
    pub(crate) fn push_symbol(&self, out: &mut String, symbol: u32) {
        match self.symbol {
            Symbol::None => {}
            Symbol::Fixed(text) => out.push_str(text),
            Symbol::Office { prefix, width, full_width, joint, .. } => {
                out.push_str(prefix);
                push_digits(out, symbol, width, full_width, joint);
            }
            Symbol::Employer { .. } => push_digits(out, symbol, 8, false, None),
        }
    }

    /// 番号 as printed.
    pub(crate) fn push_number(&self, out: &mut String, number: u32) {
        push_digits(out, number, self.number.width, self.number.full_width, self.number.joint);
    }
}

/// Digits with leading zeros to `width`, in full or half width, with a joint before the last digits.
fn push_digits(out: &mut String, number: u32, width: u8, full_width: bool, joint: Option<(u8, char)>) {
    let mut digits = [0_u8; 12];
    let mut len = 0;
    let mut left = number;
    while left > 0 || len < usize::from(width).max(1) {
        digits[len] = (left % 10) as u8;
        left /= 10;
        len += 1;
    }
    for place in (0..len).rev() {
        let digit = u32::from(digits[place]);
        out.push(char::from_u32(if full_width { 0xFF10 } else { 0x30 } + digit).unwrap_or('0'));
        if let Some((last, look)) = joint
            && place == usize::from(last)
        {
            out.push(look);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn style(symbol: Symbol, digits: u8, checked: bool) -> CardStyle {
        let number = Number { digits, width: 8, full_width: false, joint: None, checked };
        CardStyle { symbol, number, first_branch: Some(0), salt: 12_345 }
    }

    #[test]
    fn no_two_cards_of_an_insurer_have_the_same_symbol_and_number() {
        let office = Symbol::Office { prefix: "", width: 3, offices: 90, full_width: false, joint: None };
        for style in [
            style(Symbol::Employer { prefecture: 13 }, 5, false),
            style(office, 5, false),
            style(Symbol::None, 5, true),
        ] {
            let cards: HashSet<_> = (0..99_000).map(|nth| style.issue(nth)).collect();
            assert_eq!(cards.len(), 99_000, "{style:?}");
        }
    }

    #[test]
    fn digits_are_printed_in_the_style_of_the_insurer() {
        let mut out = String::new();
        push_digits(&mut out, 123_001, 7, true, Some((3, '‐')));
        assert_eq!(out, "０１２３‐００１");
        out.clear();
        push_digits(&mut out, 1234, 0, false, Some((2, '-')));
        assert_eq!(out, "12-34");
    }
}
