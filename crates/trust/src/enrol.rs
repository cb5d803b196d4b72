//! The one-time code with which a terminal joins.
//!
//! The code is 32 letters that the operator hands to the clinic (by post, phone or mail) and somebody types. It holds
//! two things: a **secret** of 80 bits, which the center knows only by its hash and accepts once, and the first 80 bits
//! of SHA-256 over the **root certificate**, with which the terminal knows that it talks to the right center before it
//! sends the secret ([`crate::tls::pinned_client_config`]). So joining needs no certificate to be installed first and
//! no trust in the line.
//!
//! The letters are Crockford's base32: no I, L, O or U, and whoever types them by mistake is understood.

use aws_lc_rs::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::limits::ONE_TIME_CODE_CHARS_MAX;

const SECRET_BYTES: usize = 10;
const PIN_BYTES: usize = 10;
const CODE_LETTERS: usize = (SECRET_BYTES + PIN_BYTES) * 8 / 5;
const GROUP_LETTERS: usize = 4;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What is wrong with a code as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too few or too many letters; how many there were.
    #[error("the code has {CODE_LETTERS} letters and digits, but {0} were typed")]
    Length(usize),
    /// A character that never stands in a code, and its place counted from 1 without dashes and spaces.
    #[error("{found:?} at place {place} cannot stand in a code")]
    Letter {
        /// The character.
        found: char,
        /// Its place, from 1.
        place: usize,
    },
}

impl CodeError {
    /// The words for the person who typed the code.
    pub fn message_ja(&self) -> String {
        match self {
            Self::Length(typed) => format!(
                "登録コードは英数字{CODE_LETTERS}文字です（入力されたのは{typed}文字）。お手元のコードをもう一度ご確認ください。"
            ),
            Self::Letter { found, place } => {
                format!(
                    "登録コードの{place}文字目「{found}」は使われない文字です。お手元のコードをもう一度ご確認ください。"
                )
            }
        }
    }
}

/// The beginning of SHA-256 over a root certificate: enough to know it by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RootPin([u8; PIN_BYTES]);

impl RootPin {
    /// The pin of a root certificate.
    pub fn of(root: &Certificate) -> Self {
        Self::of_der(root.der())
    }

    pub(crate) fn of_der(der: &[u8]) -> Self {
        let mut pin = [0; PIN_BYTES];
        pin.copy_from_slice(&digest(&SHA256, der).as_ref()[..PIN_BYTES]);
        Self(pin)
    }
}

impl std::fmt::Debug for RootPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootPin({})", domain::hex::encode(&self.0))
    }
}

/// A code: a secret to be used once, and the pin of the root certificate. `Debug` is blank; `Display` shows the code in
/// groups of four, for the letter to the clinic.
pub struct OneTimeCode {
    secret: Zeroizing<[u8; SECRET_BYTES]>,
    pin: RootPin,
}

impl OneTimeCode {
    /// Makes a code out of 10 random bytes.
    pub fn new(secret: [u8; SECRET_BYTES], root: &Certificate) -> Self {
        Self { secret: Zeroizing::new(secret), pin: RootPin::of(root) }
    }

    /// Reads a code as typed: dashes, dots and white space anywhere, full-width or lower-case letters, O for 0, I and L
    /// for 1.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        if typed.len() > ONE_TIME_CODE_CHARS_MAX * char::MAX_LEN_UTF8 {
            return Err(CodeError::Length(typed.chars().count()));
        }
        let letters: Vec<char> = typed.chars().filter(|c| !is_separator(*c)).collect();
        let mut bytes = Zeroizing::new([0u8; SECRET_BYTES + PIN_BYTES]);
        // Letters first: "a letter cannot stand here" tells more than "one too many".
        let mut bits = Zeroizing::new(Vec::with_capacity(CODE_LETTERS));
        for (index, found) in letters.iter().enumerate() {
            bits.push(value(*found).ok_or(CodeError::Letter { found: *found, place: index + 1 })?);
        }
        if letters.len() != CODE_LETTERS {
            return Err(CodeError::Length(letters.len()));
        }
        // Eight letters are five bytes.
        for (five, eight) in bytes.chunks_exact_mut(5).zip(bits.chunks_exact(8)) {
            let number = eight.iter().fold(0u64, |all, bits| all << 5 | u64::from(*bits));
            five.copy_from_slice(&number.to_be_bytes()[3..]);
        }
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        let mut pin = [0; PIN_BYTES];
        secret.copy_from_slice(&bytes[..SECRET_BYTES]);
        pin.copy_from_slice(&bytes[SECRET_BYTES..]);
        Ok(Self { secret, pin: RootPin(pin) })
    }

    /// SHA-256 of the secret part: all that the center keeps, and what it looks an offered code up by.
    pub fn secret_hash(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, self.secret.as_slice()).as_ref());
        out
    }

    /// The root certificate that the code belongs to.
    pub fn root_pin(&self) -> RootPin {
        self.pin
    }
}

impl std::fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut letters = 0;
        for five in self.secret.chunks_exact(5).chain(self.pin.0.chunks_exact(5)) {
            let number = five.iter().fold(0u64, |all, byte| all << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                if letters > 0 && letters % GROUP_LETTERS == 0 {
                    f.write_str("-")?;
                }
                let five_bits = usize::try_from(number >> (5 * place) & 31).unwrap_or_default();
                write!(f, "{}", char::from(ALPHABET[five_bits]))?;
                letters += 1;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '−' | '－' | 'ー' | 'ｰ' | '.' | '_')
}

fn value(typed: char) -> Option<u8> {
    // Full-width forms stand 0xFEE0 above ASCII.
    let narrow = match typed {
        '！'..='～' => char::from_u32(u32::from(typed) - 0xFEE0)?,
        other => other,
    };
    let letter = match narrow.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(place).ok()
}
