//! P-256 keys: the only kind of key in this house.
//!
//! New keys come from the generator inside aws-lc and from nowhere else. Everything else random in this crate is an
//! argument, but a private key that a test could set is a private key that somebody will set.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use rustls::pki_types::pem::SectionKind;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::pem::{self, PemError};

/// The bytes before the point in a SubjectPublicKeyInfo of a P-256 key (RFC 5480): they are always the same.
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const POINT_BYTES: usize = 65;
const SPKI_BYTES: usize = SPKI_PREFIX.len() + POINT_BYTES;

/// Why a key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The PEM text around the key.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// Not a P-256 key in the form we write.
    #[error("not a P-256 key")]
    NotP256,
    /// The cryptographic library refused to make a key or a signature.
    #[error("the cryptographic library failed")]
    Library,
}

/// A private key on P-256. Wiped when dropped; `Debug` shows nothing.
pub struct PrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    pair: EcdsaKeyPair,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a new key with the cryptographic library's own randomness.
    ///
    /// # Errors
    /// [`KeyError::Library`] when the operating system gives no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| KeyError::Library)?;
        let der = pair.to_pkcs8v1().map_err(|_| KeyError::Library)?;
        Self::from_pkcs8(Zeroizing::new(der.as_ref().to_vec()))
    }

    /// Reads a PKCS #8 key, PEM.
    ///
    /// # Errors
    /// Another kind of section, or a key that is not on P-256.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::decode_one(text, SectionKind::PrivateKey, "PRIVATE KEY")?;
        Self::from_pkcs8(Zeroizing::new(der))
    }

    fn from_pkcs8(pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).map_err(|_| KeyError::NotP256)?;
        let point = pair.public_key().as_ref().try_into().map_err(|_| KeyError::NotP256)?;
        Ok(Self { pkcs8, pair, public: PublicKey { point } })
    }

    /// The key as PKCS #8 PEM. Write it to a file of mode 0600 and nowhere else.
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::encode_secret("PRIVATE KEY", &self.pkcs8)
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// A signature over the message, ECDSA with SHA-256, DER (`ECDSA-Sig-Value`).
    ///
    /// # Errors
    /// [`KeyError::Library`] when the operating system gives no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.pair.sign_digest(&digest(&SHA256, message)).map_err(|_| KeyError::Library)?;
        Ok(signature.as_ref().to_vec())
    }

    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(crate) fn for_tls(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pkcs8.to_vec()))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

impl rcgen::PublicKeyData for PrivateKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for PrivateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Self::sign(self, message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

/// A public key on P-256, as an uncompressed point.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey {
    point: [u8; POINT_BYTES],
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// [`KeyError::NotP256`] for any other kind of key, a compressed point, or a point that is not on the curve.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let point = der.strip_prefix(&SPKI_PREFIX).ok_or(KeyError::NotP256)?;
        Self::from_point(point)
    }

    /// Reads a SubjectPublicKeyInfo in PEM (`PUBLIC KEY`).
    ///
    /// # Errors
    /// As [`PublicKey::from_spki_der`], or a damaged PEM text.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_spki_der(&pem::decode_one(text, SectionKind::PublicKey, "PUBLIC KEY")?)
    }

    pub(crate) fn from_point(point: &[u8]) -> Result<Self, KeyError> {
        let point: [u8; POINT_BYTES] = point.try_into().map_err(|_| KeyError::NotP256)?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).parse().map_err(|_| KeyError::NotP256)?;
        // The library also reads compressed and hybrid points; one form only, so that equal keys have equal bytes.
        if point[0] == 4 { Ok(Self { point }) } else { Err(KeyError::NotP256) }
    }

    /// SubjectPublicKeyInfo, DER.
    pub fn to_spki_der(&self) -> [u8; SPKI_BYTES] {
        let mut out = [0; SPKI_BYTES];
        out[..SPKI_PREFIX.len()].copy_from_slice(&SPKI_PREFIX);
        out[SPKI_PREFIX.len()..].copy_from_slice(&self.point);
        out
    }

    /// SubjectPublicKeyInfo, PEM (`PUBLIC KEY`).
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.to_spki_der())
    }

    /// Whether `signature` (DER) is this key's signature over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.point).verify(message, signature).is_ok()
    }

    pub(crate) fn point(&self) -> &[u8; POINT_BYTES] {
        &self.point
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = digest(&SHA256, &self.to_spki_der());
        write!(f, "PublicKey({})", domain::hex::encode(&id.as_ref()[..8]))
    }
}

impl rcgen::PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}
