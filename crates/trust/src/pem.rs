//! PEM text (RFC 7468) in and out, with one bound on its length.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::{PemObject, SectionKind};
use zeroize::Zeroizing;

use crate::limits::PEM_BYTES_MAX;

const LINE_CHARS: usize = 64;

/// Why a PEM text could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Longer than what this kind of text may have.
    #[error("the PEM text is longer than {0} bytes")]
    TooLong(usize),
    /// No section of the kind that was asked for.
    #[error("the PEM text holds no {0}")]
    Missing(&'static str),
    /// More sections than asked for.
    #[error("the PEM text holds more than one {0}")]
    Several(&'static str),
    /// The armour or the base64 in it is broken.
    #[error("the PEM text is damaged")]
    Damaged,
}

/// Writes one section.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    encode_secret(label, der).to_string()
}

/// Writes one section into memory that is wiped when dropped, for private keys.
pub(crate) fn encode_secret(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    // Sized up front, so that no half-written copy of a key is left behind by a reallocation.
    let mut out = Zeroizing::new(String::with_capacity(body.len() + body.len() / LINE_CHARS + 2 * label.len() + 40));
    out.push_str("-----BEGIN ");
    out.push_str(label);
    out.push_str("-----\n");
    let mut rest: &str = &body;
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(LINE_CHARS));
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// Reads every section of one kind, in order; other kinds are not accepted between them.
pub(crate) fn decode_all(text: &str, kind: SectionKind, what: &'static str) -> Result<Vec<Vec<u8>>, PemError> {
    sections(text, kind, what, PEM_BYTES_MAX)
}

fn sections(text: &str, kind: SectionKind, what: &'static str, most: usize) -> Result<Vec<Vec<u8>>, PemError> {
    if text.len() > most {
        return Err(PemError::TooLong(most));
    }
    let mut found = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes()) {
        let (got, der) = section.map_err(|_| PemError::Damaged)?;
        if got != kind {
            return Err(PemError::Missing(what));
        }
        found.push(der);
    }
    if found.is_empty() { Err(PemError::Missing(what)) } else { Ok(found) }
}

/// Reads a text that holds exactly one section, of this kind.
pub(crate) fn decode_one(text: &str, kind: SectionKind, what: &'static str) -> Result<Vec<u8>, PemError> {
    decode_one_within(text, kind, what, PEM_BYTES_MAX)
}

/// As [`decode_one`] with another bound: a revocation list grows with the number of clinics.
pub(crate) fn decode_one_within(
    text: &str,
    kind: SectionKind,
    what: &'static str,
    most: usize,
) -> Result<Vec<u8>, PemError> {
    let mut found = sections(text, kind, what, most)?;
    match (found.pop(), found.is_empty()) {
        (Some(der), true) => Ok(der),
        (Some(_), false) => Err(PemError::Several(what)),
        (None, _) => Err(PemError::Missing(what)),
    }
}
