//! One field against its shape.

use domain::check_digit::has_mod10_weight21;

use crate::claims::charset::{Seen, look};
use crate::claims::finding::ClaimFault;
use crate::claims::kind::ClaimKind;
use crate::claims::layout::{FieldSpec, Shape};
use crate::claims::read;
use crate::claims::record::Charset;
use crate::claims::value::Decimal;

/// What a field is checked with.
#[derive(Clone, Copy)]
pub(super) struct With {
    pub(super) kind: ClaimKind,
    pub(super) charset: Charset,
}

/// Tells every fault of a value that is not empty.
pub(super) fn check(spec: &FieldSpec, raw: &[u8], with: With, tell: &mut impl FnMut(ClaimFault)) {
    match spec.shape {
        Shape::Any => characters(raw, with, tell),
        Shape::Digits(length) => digits(raw, usize::from(length), true, tell),
        Shape::Code(longest) => digits(raw, usize::from(longest), false, tell),
        Shape::Number(longest) => number(raw, usize::from(longest), tell),
        Shape::Signed(longest) => {
            let unsigned = raw.strip_prefix(b"-").unwrap_or(raw);
            number(unsigned, usize::from(longest), tell);
        }
        Shape::Decimal(whole, fraction) => decimal(raw, usize::from(whole), usize::from(fraction), tell),
        Shape::Alnum(longest) => text(raw, usize::from(longest), Width::Half, with, tell),
        Shape::Kanji(longest) => text(raw, usize::from(longest), Width::Full, with, tell),
        Shape::Either(longest) => text(raw, usize::from(longest), Width::Either, with, tell),
        Shape::Date => dated(read::day(raw).map(|read| (read.era, read.outside_era)), tell),
        Shape::Month => dated(read::month(raw).map(|read| (read.era, read.outside_era)), tell),
        Shape::OneOf(allowed) => match raw {
            [one] if *one != b' ' && allowed.contains(one) => {}
            _ => tell(ClaimFault::UnknownCode),
        },
        Shape::Prefecture => match (raw.len(), read::number(raw)) {
            (2, Some(1..=47)) => {}
            (2, Some(_)) => tell(ClaimFault::UnknownCode),
            _ => digits(raw, 2, true, tell),
        },
        Shape::Payer => payer(raw, tell),
        Shape::Recipient => {
            digits(raw, 7, true, tell);
            if raw.len() == 7 && raw.iter().all(u8::is_ascii_digit) && !has_mod10_weight21(raw) {
                tell(ClaimFault::CheckDigit);
            }
        }
        Shape::Burden => match raw {
            [burden] if read::payers(*burden).is_some() => {}
            _ => tell(ClaimFault::UnknownCode),
        },
        Shape::Section => match read::number(raw) {
            Some(section) if read::is_section(section) => {}
            _ => tell(ClaimFault::UnknownCode),
        },
        Shape::ReceiptType => receipt_type(raw, with.kind, tell),
        Shape::Modifiers => {
            digits(raw, 80, false, tell);
            if raw.len() % 4 != 0 {
                tell(ClaimFault::Length);
            }
        }
        Shape::Day => number(raw, 3, tell),
    }
}

fn digits(raw: &[u8], length: usize, exactly: bool, tell: &mut impl FnMut(ClaimFault)) {
    if !raw.iter().all(u8::is_ascii_digit) {
        tell(ClaimFault::Character);
    } else if exactly && raw.len() != length {
        tell(ClaimFault::Length);
    } else if raw.len() > length {
        tell(ClaimFault::TooLong);
    }
}

fn number(raw: &[u8], longest: usize, tell: &mut impl FnMut(ClaimFault)) {
    digits(raw, longest, false, tell);
    if raw.len() > 1 && raw[0] == b'0' {
        tell(ClaimFault::NotTrimmed);
    }
}

fn decimal(raw: &[u8], whole: usize, fraction: usize, tell: &mut impl FnMut(ClaimFault)) {
    if Decimal::parse(raw).is_none() {
        let shaped = raw.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        return tell(if shaped { ClaimFault::TooLong } else { ClaimFault::Character });
    }
    let point = raw.iter().position(|byte| *byte == b'.');
    let digits = (point.unwrap_or(raw.len()), point.map_or(0, |point| raw.len() - point - 1));
    if digits.0 > whole || digits.1 > fraction {
        tell(ClaimFault::TooLong);
    }
    let leading = digits.0 > 1 && raw[0] == b'0';
    if leading || point.is_some() && raw.last() == Some(&b'0') {
        tell(ClaimFault::NotTrimmed);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Half,
    Full,
    Either,
}

fn text(raw: &[u8], longest: usize, width: Width, with: With, tell: &mut impl FnMut(ClaimFault)) {
    let seen = characters_of(raw, with, tell);
    if seen.invalid() {
        return;
    }
    match width {
        _ if seen.half() && seen.full() => tell(ClaimFault::MixedWidth),
        Width::Half if seen.full() => tell(ClaimFault::Character),
        Width::Full if seen.half() => tell(ClaimFault::Character),
        _ => {}
    }
    if seen.bytes > longest {
        tell(ClaimFault::TooLong);
    }
    if raw.ends_with(b" ") || with.charset == Charset::ShiftJis && raw.ends_with(b"\x81\x40") {
        tell(ClaimFault::NotTrimmed);
    }
}

fn characters(raw: &[u8], with: With, tell: &mut impl FnMut(ClaimFault)) {
    characters_of(raw, with, tell);
}

fn characters_of(raw: &[u8], with: With, tell: &mut impl FnMut(ClaimFault)) -> Seen {
    let seen = look(raw, with.charset);
    if seen.invalid() {
        tell(ClaimFault::Undecodable);
    }
    if seen.private() {
        tell(ClaimFault::Gaiji);
    }
    if seen.outside_jis() {
        tell(ClaimFault::OutsideJis);
    }
    if seen.quote() {
        tell(ClaimFault::Quote);
    }
    seen
}

fn dated(read: Result<(bool, bool), ClaimFault>, tell: &mut impl FnMut(ClaimFault)) {
    match read {
        Ok((era, outside)) => {
            // Told once for the whole file.
            if era {
                tell(ClaimFault::EraDates);
            }
            if outside {
                tell(ClaimFault::OutsideEra);
            }
        }
        Err(fault) => tell(fault),
    }
}

/// Eight digits, or six and two spaces before them.
fn payer(raw: &[u8], tell: &mut impl FnMut(ClaimFault)) {
    let digits = raw.trim_ascii();
    if !digits.iter().all(u8::is_ascii_digit) {
        return tell(ClaimFault::Character);
    }
    if digits.is_empty() {
        return tell(ClaimFault::Empty);
    }
    // Eight digits that begin with two zeros are six that another system padded.
    let canonical = if digits.len() == 8 { digits.strip_prefix(b"00").unwrap_or(digits) } else { digits };
    if !matches!(canonical.len(), 6 | 8) || raw.len() != 8 || raw.ends_with(b" ") {
        tell(ClaimFault::Length);
    }
    if matches!(canonical.len(), 6 | 8) && !has_mod10_weight21(canonical) {
        tell(ClaimFault::CheckDigit);
    }
}

fn receipt_type(raw: &[u8], kind: ClaimKind, tell: &mut impl FnMut(ClaimFault)) {
    match *raw {
        [first, b'1'..=b'4', b'1'..=b'5', b'0'..=b'9'] if first == kind.fee_table() => {}
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] => tell(ClaimFault::UnknownCode),
        _ => digits(raw, 4, true, tell),
    }
}
