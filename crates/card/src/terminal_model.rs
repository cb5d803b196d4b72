//! A **model** of 特定機関認証: how a maker's face reader opens the key of a card without PIN.
//!
//! What is known of the real exchange is its idea (jpki-card.md 1.8): the reader holds a certificate that J-LIS issued to
//! its maker, shows it to the card, and proves with its key that it is the one; then the card lets the key sign. Commands,
//! certificates and keys are secret. So this is an exchange of our own with the same idea, played by the
//! [`VirtualCard`](crate::virtual_card) alone. It lives behind an application name of its own, which no real card has:
//! on a real card the first step finds nothing, and whoever asks is told that the maker's reader is needed.
//!
//! | step | command | |
//! |---|---|---|
//! | is this a card of the model? | SELECT [`APPLICATION_NAME`] | real cards: not found |
//! | challenge | `00 84 00 00 20` | 32 random bytes |
//! | certificate and proof | `80 A2 00 C1 Lc` name (16) ‖ key (32) ‖ authority's signature (64) ‖ proof (64) | `9000`, or `6982` |
//!
//! Keys are Ed25519. The authority signs `"tashika model terminal 1" ‖ name ‖ key`; the terminal proves itself by signing
//! `"tashika model proof 1" ‖ challenge`. Opened so, the key signs until power goes or a reader reads something else than
//! JPKI.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use domain::hex;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Name of the model's application. It begins with F0: names that nobody registers.
pub const APPLICATION_NAME: [u8; 12] = *b"\xF0TASHIKA-TA1";

/// Bytes of a challenge.
pub(crate) const CHALLENGE_BYTES: u16 = 32;
const NAME_BYTES: usize = 16;
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
/// Bytes of certificate and proof together.
pub(crate) const SHOWN_BYTES: usize = NAME_BYTES + KEY_BYTES + 2 * SIGNATURE_BYTES;

const CERTIFICATE_PREFIX: &[u8] = b"tashika model terminal 1";
const PROOF_PREFIX: &[u8] = b"tashika model proof 1";
/// What a file of a terminal's key says it is.
const FILE_KIND: &str = "tashika-model-terminal-1";

/// Why bytes are no key of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not an Ed25519 key in PKCS #8.
    #[error("not an Ed25519 key")]
    Key,
    /// Not the file of a terminal's key.
    #[error("not a key file of a model terminal")]
    File,
    /// The certificate does not belong to the key.
    #[error("the certificate does not belong to the key")]
    Certificate,
}

/// What cards of a nation believe: the public key of the model's authority. On the card it is what file 0016 refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalAuthorityKey(pub [u8; KEY_BYTES]);

/// The model's authority, which admits terminals.
pub struct TerminalAuthority(Ed25519KeyPair);

impl fmt::Debug for TerminalAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TerminalAuthority")
    }
}

impl TerminalAuthority {
    /// A new authority, as PKCS #8.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn generate() -> Result<Zeroizing<Vec<u8>>, ModelError> {
        let made = Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8()).map_err(|_| ModelError::Key)?;
        Ok(Zeroizing::new(made.as_ref().to_vec()))
    }

    /// From its PKCS #8.
    ///
    /// # Errors
    /// [`ModelError::Key`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, ModelError> {
        Ed25519KeyPair::from_pkcs8(der).map(Self).map_err(|_| ModelError::Key)
    }

    /// What its cards believe.
    pub fn public_key(&self) -> TerminalAuthorityKey {
        TerminalAuthorityKey(fixed(self.0.public_key().as_ref()))
    }

    /// Admits a terminal: a key of its own with a certificate. At most 16 bytes of the name are kept.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn admit(&self, name: &str) -> Result<TerminalKey, ModelError> {
        let pkcs8 = Self::generate()?;
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| ModelError::Key)?;
        let mut padded = [b' '; NAME_BYTES];
        for (place, byte) in padded.iter_mut().zip(name.bytes()) {
            *place = byte;
        }
        let key: [u8; KEY_BYTES] = fixed(pair.public_key().as_ref());
        let signature = self.0.sign(&[CERTIFICATE_PREFIX, &padded, &key].concat());
        let certificate = [&padded[..], &key, signature.as_ref()].concat();
        Ok(TerminalKey { pair, pkcs8, certificate })
    }
}

/// A terminal's key and certificate. Wiped from memory when dropped; `Debug` shows neither.
pub struct TerminalKey {
    pair: Ed25519KeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
}

impl fmt::Debug for TerminalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TerminalKey")
    }
}

/// How a terminal's key is kept in a file.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct KeyFile {
    kind: String,
    certificate: String,
    private_key: String,
}

impl TerminalKey {
    /// Reads the file that [`Self::to_file`] writes.
    ///
    /// # Errors
    /// [`ModelError::File`], or a key and a certificate that do not belong together.
    pub fn from_file(bytes: &[u8]) -> Result<Self, ModelError> {
        let file: KeyFile = serde_json::from_slice(bytes).map_err(|_| ModelError::File)?;
        if file.kind != FILE_KIND {
            return Err(ModelError::File);
        }
        let pkcs8 = Zeroizing::new(hex::decode_any(&file.private_key).ok_or(ModelError::File)?);
        let certificate = hex::decode_any(&file.certificate).ok_or(ModelError::File)?;
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| ModelError::Key)?;
        let is_whole = certificate.len() == NAME_BYTES + KEY_BYTES + SIGNATURE_BYTES
            && certificate[NAME_BYTES..NAME_BYTES + KEY_BYTES] == *pair.public_key().as_ref();
        if is_whole { Ok(Self { pair, pkcs8, certificate }) } else { Err(ModelError::Certificate) }
    }

    /// The file in which it is kept, readable by its owner alone.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let file = KeyFile {
            kind: FILE_KIND.to_owned(),
            certificate: hex::encode(&self.certificate),
            private_key: hex::encode(&self.pkcs8),
        };
        // Three texts always become JSON.
        Zeroizing::new(serde_json::to_vec_pretty(&file).unwrap_or_default())
    }

    /// What is shown to a card that gave this challenge.
    pub(crate) fn show(&self, challenge: &[u8]) -> Vec<u8> {
        let proof = self.pair.sign(&[PROOF_PREFIX, challenge].concat());
        [self.certificate.as_slice(), proof.as_ref()].concat()
    }
}

/// Whether a terminal that shows this was admitted by the authority and is the one that answers the challenge.
pub(crate) fn is_admitted(authority: TerminalAuthorityKey, challenge: &[u8], shown: &[u8]) -> bool {
    if shown.len() != SHOWN_BYTES {
        return false;
    }
    let (name_and_key, signatures) = shown.split_at(NAME_BYTES + KEY_BYTES);
    let (by_authority, proof) = signatures.split_at(SIGNATURE_BYTES);
    let verify = |key: &[u8], message: Vec<u8>, signature: &[u8]| {
        UnparsedPublicKey::new(&ED25519, key).verify(&message, signature).is_ok()
    };
    verify(&authority.0, [CERTIFICATE_PREFIX, name_and_key].concat(), by_authority)
        && verify(&name_and_key[NAME_BYTES..], [PROOF_PREFIX, challenge].concat(), proof)
}

fn fixed(bytes: &[u8]) -> [u8; KEY_BYTES] {
    let mut out = [0; KEY_BYTES];
    for (place, byte) in out.iter_mut().zip(bytes) {
        *place = *byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_admitted_by_its_own_authority_for_its_own_challenge() {
        let authority = TerminalAuthority::from_pkcs8(&TerminalAuthority::generate().unwrap()).unwrap();
        let other = TerminalAuthority::from_pkcs8(&TerminalAuthority::generate().unwrap()).unwrap();
        let key = authority.admit("a kiosk with a long name").unwrap();
        let shown = key.show(&[7; 32]);
        assert!(is_admitted(authority.public_key(), &[7; 32], &shown));
        assert!(!is_admitted(authority.public_key(), &[8; 32], &shown));
        assert!(!is_admitted(other.public_key(), &[7; 32], &shown));
        for at in 0..shown.len() {
            let mut changed = shown.clone();
            changed[at] ^= 1;
            assert!(!is_admitted(authority.public_key(), &[7; 32], &changed), "byte {at}");
        }
        assert!(!is_admitted(authority.public_key(), &[7; 32], &shown[1..]));
    }

    #[test]
    fn a_key_survives_its_file_and_shows_nothing() {
        let authority = TerminalAuthority::from_pkcs8(&TerminalAuthority::generate().unwrap()).unwrap();
        let key = authority.admit("kiosk").unwrap();
        let file = key.to_file();
        let read = TerminalKey::from_file(&file).unwrap();
        assert!(is_admitted(authority.public_key(), b"c", &read.show(b"c")));
        assert_eq!(format!("{key:?} {authority:?}"), "TerminalKey TerminalAuthority");
        let other = authority.admit("other").unwrap();
        let mixed =
            String::from_utf8(file.to_vec()).unwrap().replace(&hex::encode(&key.pkcs8), &hex::encode(&other.pkcs8));
        assert_eq!(TerminalKey::from_file(mixed.as_bytes()).unwrap_err(), ModelError::Certificate);
        for wrong in [&b""[..], b"{}", b"{\"Kind\":\"x\",\"Certificate\":\"\",\"PrivateKey\":\"\"}"] {
            assert_eq!(TerminalKey::from_file(wrong).unwrap_err(), ModelError::File);
        }
    }
}
