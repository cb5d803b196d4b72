//! The short number of a proof, for claims and for the telephone.

use std::fmt;

use crate::limits::LOG_LEAVES_MAX;
use crate::log::LogId;

/// Longest text that is looked at; the number itself has 16 characters.
const TYPED_CHARS_MAX: usize = 64;
const DIGITS: usize = 14;

/// Which leaf of which log: `01-00000012345-7`, two digits of the log, eleven of the leaf's place from 0, and a check
/// digit.
///
/// The check digit is the one of Japanese insurer numbers (mod 10, weights 2 and 1 from the right, digits of each
/// product added), which finds every single wrong digit and nearly every swap of neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProofNumber {
    log: LogId,
    leaf_index: u64,
}

/// Why a text is no proof number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofNumberError {
    /// Not fourteen digits, or a character that cannot stand there.
    #[error("a proof number has 14 digits, as in 01-00000012345-7")]
    Shape,
    /// A digit is misread or two are swapped.
    #[error("the check digit does not fit")]
    CheckDigit,
    /// There is no log 00.
    #[error("there is no log 00")]
    Log,
}

impl ProofNumber {
    /// The number of a leaf; none when its place has more than eleven digits.
    pub const fn new(log: LogId, leaf_index: u64) -> Option<Self> {
        if leaf_index < LOG_LEAVES_MAX { Some(Self { log, leaf_index }) } else { None }
    }

    /// Reads a number with or without its dashes; white space around it is dropped.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, ProofNumberError> {
        if typed.len() > TYPED_CHARS_MAX {
            return Err(ProofNumberError::Shape);
        }
        let mut digits = [0u8; DIGITS];
        let mut count = 0;
        for byte in typed.trim().bytes().filter(|b| *b != b'-') {
            let place = digits.get_mut(count).ok_or(ProofNumberError::Shape)?;
            *place = byte.checked_sub(b'0').filter(|d| *d < 10).ok_or(ProofNumberError::Shape)?;
            count += 1;
        }
        if count != DIGITS {
            return Err(ProofNumberError::Shape);
        }
        let (body, check) = (&digits[..DIGITS - 1], digits[DIGITS - 1]);
        if check_digit(body) != check {
            return Err(ProofNumberError::CheckDigit);
        }
        let log = LogId::new(body[0] * 10 + body[1]).ok_or(ProofNumberError::Log)?;
        let leaf_index = body[2..].iter().fold(0, |all, digit| all * 10 + u64::from(*digit));
        Ok(Self { log, leaf_index })
    }

    /// Which log.
    pub const fn log(self) -> LogId {
        self.log
    }

    /// Place of the leaf in the log, from 0.
    pub const fn leaf_index(self) -> u64 {
        self.leaf_index
    }
}

impl fmt::Display for ProofNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = [0u8; DIGITS - 1];
        let mut rest = u64::from(self.log.number()) * LOG_LEAVES_MAX + self.leaf_index;
        for digit in body.iter_mut().rev() {
            *digit = (rest % 10).to_le_bytes()[0];
            rest /= 10;
        }
        write!(f, "{}-{:011}-{}", self.log, self.leaf_index, check_digit(&body))
    }
}

impl fmt::Debug for ProofNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProofNumber({self})")
    }
}

fn check_digit(digits: &[u8]) -> u8 {
    let weighted = digits.iter().rev().enumerate().map(|(place, digit)| {
        let product = if place % 2 == 0 { 2 * digit } else { *digit };
        product / 10 + product % 10
    });
    (10 - weighted.sum::<u8>() % 10) % 10
}
