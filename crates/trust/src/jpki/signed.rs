//! The shape that certificates, revocation lists and OCSP answers share: a signed part, the algorithm, the signature.

use super::rsa::{RsaPublicKey, SHA256_WITH_RSA};
use crate::der::{self, DerError, Reader};

/// Something signed whose signature was not looked at yet.
pub(super) struct Signed<'a> {
    /// What was signed, header included.
    pub(super) part: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Reads a structure that has these three parts and no other.
    pub(super) fn only(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = Reader::only(der, der::SEQUENCE)?;
        let signed = Self::read(&mut outer)?;
        outer.end()?;
        Ok(signed)
    }

    /// Reads the three parts; more may follow.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        Ok(Self {
            part: reader.whole(der::SEQUENCE)?,
            algorithm: reader.whole(der::SEQUENCE)?,
            signature: reader.bits()?,
        })
    }

    /// The algorithm as it stands in the unsigned place, to be compared with the signed one.
    pub(super) fn algorithm(&self) -> &'a [u8] {
        self.algorithm
    }

    /// Whether the unsigned place says RSA with SHA-256. Some programs leave the NULL parameters out (RFC 4055 5 tells
    /// readers to take both).
    pub(super) fn says_rsa(&self) -> bool {
        let Ok(mut inside) = Reader::only(self.algorithm, der::SEQUENCE) else {
            return false;
        };
        let is_rsa = inside.content(der::OBJECT_IDENTIFIER) == Ok(SHA256_WITH_RSA.as_bytes());
        let parameters = inside.is_empty() || inside.content(der::NULL).is_ok_and(<[u8]>::is_empty);
        is_rsa && parameters && inside.is_empty()
    }

    /// Whether the key made the signature, with RSA and SHA-256.
    pub(super) fn is_by(&self, key: &RsaPublicKey) -> bool {
        self.says_rsa() && key.verifies(self.part, self.signature)
    }
}
