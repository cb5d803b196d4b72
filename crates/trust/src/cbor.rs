//! Writing deterministic CBOR (RFC 8949 4.2.1): shortest heads, definite lengths. Map keys are written in order by
//! the caller.
//!
//! Reading is left to `ciborium` and `coset`. Whoever reads writes again what was read and compares, so that only the
//! one deterministic form is ever accepted; that is why writing has its own small code and is the judge.

const UNSIGNED: u8 = 0 << 5;
const NEGATIVE: u8 = 1 << 5;
const BYTES: u8 = 2 << 5;
const TEXT: u8 = 3 << 5;
const ARRAY: u8 = 4 << 5;
const MAP: u8 = 5 << 5;
const TAG: u8 = 6 << 5;
/// The simple value null.
pub(crate) const NULL: u8 = 0xf6;
/// The simple value true.
pub(crate) const TRUE: u8 = 0xf5;

#[expect(clippy::cast_possible_truncation, reason = "each arm bounds the number")]
fn head(out: &mut Vec<u8>, major: u8, number: u64) {
    match number {
        0..=23 => out.push(major | number as u8),
        24..=0xff => out.extend_from_slice(&[major | 0x18, number as u8]),
        0x100..=0xffff => {
            out.push(major | 0x19);
            out.extend_from_slice(&(number as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 0x1a);
            out.extend_from_slice(&(number as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 0x1b);
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

/// Bytes that the head of this number takes.
pub(crate) const fn head_len(number: usize) -> usize {
    match number {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 5,
    }
}

pub(crate) fn unsigned(out: &mut Vec<u8>, number: u64) {
    head(out, UNSIGNED, number);
}

pub(crate) fn integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        // -1 - n, which is the complement and cannot overflow.
        head(out, NEGATIVE, (!number).unsigned_abs());
    } else {
        head(out, UNSIGNED, number.unsigned_abs());
    }
}

pub(crate) fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    bytes_head(out, value.len());
    out.extend_from_slice(value);
}

pub(crate) fn bytes_head(out: &mut Vec<u8>, length: usize) {
    head(out, BYTES, length as u64);
}

pub(crate) fn text(out: &mut Vec<u8>, value: &str) {
    head(out, TEXT, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}

pub(crate) fn array(out: &mut Vec<u8>, length: usize) {
    head(out, ARRAY, length as u64);
}

pub(crate) fn map(out: &mut Vec<u8>, length: usize) {
    head(out, MAP, length as u64);
}

pub(crate) fn tag(out: &mut Vec<u8>, number: u64) {
    head(out, TAG, number);
}
