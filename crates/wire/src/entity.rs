//! References inside XML text: the five of XML and numeric ones, and nothing that a document could define itself.

/// Why a reference stands for no character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferenceFault {
    /// Neither one of the five nor a number of a character.
    Unknown,
    /// A control character, or one of the two that are no characters.
    Control,
}

/// The character of `&reference;`.
pub(crate) fn resolve(reference: &str) -> Result<char, ReferenceFault> {
    let number = match reference {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => reference.strip_prefix('#').ok_or(ReferenceFault::Unknown)?,
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    // `from_str_radix` would take a sign.
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(ReferenceFault::Unknown);
    }
    let code = u32::from_str_radix(digits, radix).map_err(|_| ReferenceFault::Unknown)?;
    match char::from_u32(code) {
        Some(c) if c < ' ' && !matches!(c, '\t' | '\r' | '\n') => Err(ReferenceFault::Control),
        Some('\u{FFFE}' | '\u{FFFF}') => Err(ReferenceFault::Control),
        Some(c) => Ok(c),
        None => Err(ReferenceFault::Unknown),
    }
}
