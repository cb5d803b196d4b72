//! RSA keys as JPKI uses them: PKCS #1 v1.5 with SHA-256, nothing else.
//!
//! This house signs with P-256 ([`crate::keys`]); RSA is here because the cards and their authority have it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use super::JpkiError;
use crate::der::{self, Oid, Reader};

/// Bytes of the modulus of a 2048-bit key: of every key on a card, and of the authority's.
const MODULUS_BYTES: usize = 256;

pub(super) const RSA_ENCRYPTION: Oid = Oid::new(&[1, 2, 840, 113_549, 1, 1, 1]);
pub(super) const SHA256_WITH_RSA: Oid = Oid::new(&[1, 2, 840, 113_549, 1, 1, 11]);

/// AlgorithmIdentifier of sha256WithRSAEncryption, DER (RFC 4055 5: the parameters are NULL).
pub fn algorithm() -> Vec<u8> {
    der::sequence([der::oid(&SHA256_WITH_RSA), der::element(der::NULL, &[])])
}

/// A public key, ready to verify with.
#[derive(Clone)]
pub(super) struct RsaPublicKey {
    key: ParsedPublicKey,
    /// `RSAPublicKey`, the content of the bit string in a certificate; OCSP names an authority by the hash of it.
    pkcs1: Vec<u8>,
}

impl RsaPublicKey {
    /// Reads a SubjectPublicKeyInfo of an RSA key of exactly 2048 bits.
    pub(super) fn from_spki(spki: &[u8]) -> Result<Self, JpkiError> {
        let pkcs1 = pkcs1_of(spki).map_err(|_| JpkiError::Key)?;
        let mut numbers = Reader::only(pkcs1, der::SEQUENCE).map_err(|_| JpkiError::Key)?;
        let modulus = numbers.positive().map_err(|_| JpkiError::Key)?;
        if modulus.len() != MODULUS_BYTES || modulus[0] < 0x80 {
            return Err(JpkiError::Key);
        }
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1).map_err(|_| JpkiError::Key)?;
        Ok(Self { key, pkcs1: pkcs1.to_vec() })
    }

    pub(super) fn pkcs1(&self) -> &[u8] {
        &self.pkcs1
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

fn pkcs1_of(spki: &[u8]) -> Result<&[u8], der::DerError> {
    let mut info = Reader::only(spki, der::SEQUENCE)?;
    let mut algorithm = info.inside(der::SEQUENCE)?;
    if algorithm.content(der::OBJECT_IDENTIFIER)? != RSA_ENCRYPTION.as_bytes() {
        return Err(der::DerError::Value);
    }
    let key = info.bits()?;
    info.end()?;
    Ok(key)
}

/// A private key of 2048 bits: of a virtual card, or of the model of the card's authority. Wiped when dropped; `Debug`
/// shows nothing.
pub struct RsaPrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    pair: RsaKeyPair,
}

impl RsaPrivateKey {
    /// Makes a key with the cryptographic library's own randomness, for the reason given in [`crate::keys`]. Takes a
    /// tenth of a second.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when the operating system gives no randomness.
    pub fn generate() -> Result<Self, JpkiError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| JpkiError::Key)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| JpkiError::Key)?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        Ok(Self { pkcs8, pair })
    }

    /// Reads a PKCS #8 key, DER.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when it is not an RSA key of 2048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, JpkiError> {
        let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| JpkiError::Key)?;
        if pair.public_modulus_len() != MODULUS_BYTES {
            return Err(JpkiError::Key);
        }
        Ok(Self { pkcs8: Zeroizing::new(der.to_vec()), pair })
    }

    /// The key as PKCS #8 DER. It belongs on a virtual card or into a file of mode 0600.
    pub fn to_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public half as SubjectPublicKeyInfo, DER.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when the library cannot write it.
    pub fn public_spki(&self) -> Result<Vec<u8>, JpkiError> {
        let spki: PublicKeyX509Der<'_> = self.pair.public_key().as_der().map_err(|_| JpkiError::Key)?;
        Ok(spki.as_ref().to_vec())
    }

    /// A signature over the message, RSASSA-PKCS1-v1_5 with SHA-256: 256 bytes.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when the library fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JpkiError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign_digest(&RSA_PKCS1_SHA256, &digest(&SHA256, message), &mut signature)
            .map_err(|_| JpkiError::Key)?;
        Ok(signature)
    }

    /// Signs what stands before a signature in a certificate, a revocation list or an OCSP answer, and puts the three
    /// parts together: SEQUENCE { signed part, algorithm, signature }.
    ///
    /// # Errors
    /// As [`RsaPrivateKey::sign`].
    pub fn sign_structure(&self, to_be_signed: &[u8]) -> Result<Vec<u8>, JpkiError> {
        let signature = der::bits(&self.sign(to_be_signed)?);
        Ok(der::sequence([to_be_signed, &algorithm(), &signature]))
    }
}

impl std::fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RsaPrivateKey(…)")
    }
}
