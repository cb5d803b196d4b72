//! ES256 signatures as COSE wants them, with one spelling: of the two values of s that sign the same message, only the lower
//! one is made and accepted, so that a third party cannot turn one valid signature into another.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey};

use crate::keys::{KeyError, PrivateKey, PublicKey};

/// Order of the P-256 group (FIPS 186-4 D.1.2.3).
const GROUP_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
/// Half of it, rounded down.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d,
    0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// Length of a signature: r and s.
pub(crate) const SIGNATURE_BYTES: usize = 64;
/// Length of a key's name.
pub(crate) const KEY_ID_BYTES: usize = 8;

/// A private key that signs COSE structures.
pub(crate) struct Signer {
    pair: EcdsaKeyPair,
    public: VerifyingKey,
}

impl Signer {
    pub(crate) fn new(key: &PrivateKey) -> Result<Self, KeyError> {
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.pkcs8()).map_err(|_| KeyError::NotP256)?;
        Ok(Self { pair, public: VerifyingKey::new(*key.public_key())? })
    }

    pub(crate) const fn public_key(&self) -> &VerifyingKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], KeyError> {
        let signature = self.pair.sign_digest(&digest(&SHA256, message)).map_err(|_| KeyError::Library)?;
        let mut out: [u8; SIGNATURE_BYTES] = signature.as_ref().try_into().map_err(|_| KeyError::Library)?;
        if !has_low_s(&out) {
            negate_s(&mut out);
        }
        Ok(out)
    }
}

fn has_low_s(signature: &[u8; SIGNATURE_BYTES]) -> bool {
    signature[32..] <= HALF_ORDER[..]
}

/// s becomes n - s, which signs the same message.
fn negate_s(signature: &mut [u8; SIGNATURE_BYTES]) {
    let mut borrow = 0u16;
    for (s, n) in signature[32..].iter_mut().zip(&GROUP_ORDER).rev() {
        let difference = 0x100 + u16::from(*n) - u16::from(*s) - borrow;
        borrow = u16::from(difference < 0x100);
        *s = difference.to_be_bytes()[1];
    }
}

/// A public key with its name.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    key: PublicKey,
    parsed: ParsedPublicKey,
    key_id: [u8; KEY_ID_BYTES],
}

impl VerifyingKey {
    fn new(key: PublicKey) -> Result<Self, KeyError> {
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.point()).map_err(|_| KeyError::NotP256)?;
        let mut key_id = [0; KEY_ID_BYTES];
        key_id.copy_from_slice(&digest(&SHA256, &key.to_spki_der()).as_ref()[..KEY_ID_BYTES]);
        Ok(Self { key, parsed, key_id })
    }

    pub(crate) fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::new(PublicKey::from_pem(text)?)
    }

    pub(crate) fn to_pem(&self) -> String {
        self.key.to_pem()
    }

    /// The first 8 bytes of SHA-256 over its SubjectPublicKeyInfo.
    pub(crate) const fn key_id(&self) -> &[u8; KEY_ID_BYTES] {
        &self.key_id
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        has_low_s(signature) && self.parsed.verify_sig(message, signature).is_ok()
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", domain::hex::encode(&self.key_id))
    }
}

/// A public key for one purpose: a type of its own, so that a key that signs one kind of thing is never asked about another.
macro_rules! public_key_for {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(pub(crate) $crate::es256::VerifyingKey);

        impl $name {
            /// Reads PEM (`PUBLIC KEY`).
            ///
            /// # Errors
            /// Damaged, or not on P-256.
            pub fn from_pem(text: &str) -> Result<Self, $crate::keys::KeyError> {
                $crate::es256::VerifyingKey::from_pem(text).map(Self)
            }

            /// PEM (`PUBLIC KEY`).
            pub fn to_pem(&self) -> String {
                self.0.to_pem()
            }

            /// The key's name in what it signs (`kid`): the first 8 bytes of SHA-256 over its SubjectPublicKeyInfo.
            pub const fn key_id(&self) -> &[u8; $crate::es256::KEY_ID_BYTES] {
                self.0.key_id()
            }

            pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; $crate::es256::SIGNATURE_BYTES]) -> bool {
                self.0.verifies(message, signature)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), domain::hex::encode(self.key_id()))
            }
        }
    };
}
pub(crate) use public_key_for;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_order_is_half() {
        let mut carry = 1u16; // 2 * half + 1 = n
        let mut doubled = [0u8; 32];
        for (out, half) in doubled.iter_mut().zip(&HALF_ORDER).rev() {
            let sum = 2 * u16::from(*half) + carry;
            *out = sum.to_be_bytes()[1];
            carry = sum >> 8;
        }
        assert_eq!(doubled, GROUP_ORDER);
    }

    #[test]
    fn every_signature_has_the_low_s_and_its_twin_is_refused() {
        let key = PrivateKey::generate().expect("a key");
        let signer = Signer::new(&key).expect("a signer");
        for round in 0..64u8 {
            let mut signature = signer.sign(&[round]).expect("a signature");
            assert!(has_low_s(&signature));
            assert!(signer.public_key().verifies(&[round], &signature));
            negate_s(&mut signature);
            assert!(signer.public_key().parsed.verify_sig(&[round], &signature).is_ok(), "the twin is a signature too");
            assert!(!signer.public_key().verifies(&[round], &signature), "but not ours");
        }
    }
}
