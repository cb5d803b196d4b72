//! RSA as the card does it: PKCS#1 v1.5 around whatever it is given, with a key of 2,048 bits.
//!
//! Done here because a card pads any bytes, while libraries for good reasons sign only what they have hashed themselves.
//! It takes no care to hide its timing: the keys of a virtual card protect nothing.

use num_bigint::BigUint;

use crate::limits::SIGNATURE_BYTES;

/// Bits of every key of a card.
const MODULUS_BITS: u64 = 2_048;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;

/// A private key, in the form of the Chinese remainder theorem.
pub(super) struct RsaKey {
    p: BigUint,
    q: BigUint,
    dp: BigUint,
    dq: BigUint,
    q_inverse: BigUint,
}

impl RsaKey {
    /// Reads PKCS#8 (RFC 5958) with an RSA key of 2,048 bits (RFC 8017 A.1.2) in it.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let (info, _) = value(der, SEQUENCE)?;
        let (_version, rest) = value(info, INTEGER)?;
        let (_algorithm, rest) = value(rest, SEQUENCE)?;
        let (key, _) = value(rest, OCTET_STRING)?;
        let (mut numbers, _) = value(key, SEQUENCE)?;
        let mut next = || {
            let (number, rest) = value(numbers, INTEGER)?;
            numbers = rest;
            Some(BigUint::from_bytes_be(number))
        };
        let (_version, modulus) = (next()?, next()?);
        let (_public, _private) = (next()?, next()?);
        let key = Self { p: next()?, q: next()?, dp: next()?, dq: next()?, q_inverse: next()? };
        let is_whole = modulus.bits() == MODULUS_BITS && &key.p * &key.q == modulus;
        is_whole.then_some(key)
    }

    /// Pads and signs at most 245 bytes; more are cut, which the caller has refused before.
    pub(super) fn sign(&self, data: &[u8]) -> Vec<u8> {
        let data = &data[..data.len().min(SIGNATURE_BYTES - 11)];
        let mut padded = vec![0xFF; SIGNATURE_BYTES];
        padded[0] = 0x00;
        padded[1] = 0x01;
        padded[SIGNATURE_BYTES - data.len() - 1] = 0x00;
        padded[SIGNATURE_BYTES - data.len()..].copy_from_slice(data);
        let signature = self.power(&BigUint::from_bytes_be(&padded)).to_bytes_be();
        [vec![0; SIGNATURE_BYTES - signature.len()], signature].concat()
    }

    /// RFC 8017 §5.1.2, second form.
    fn power(&self, message: &BigUint) -> BigUint {
        let of_p = message.modpow(&self.dp, &self.p);
        let of_q = message.modpow(&self.dq, &self.q);
        let difference = (of_p + &self.p - (&of_q % &self.p)) % &self.p;
        (difference * &self.q_inverse) % &self.p * &self.q + of_q
    }
}

/// The contents of the DER value that `bytes` begin with, if it has this tag, and what follows it.
fn value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match *bytes {
        [found, length @ 0..=0x7F, ref rest @ ..] if found == tag => (usize::from(length), rest),
        [found, 0x81, length, ref rest @ ..] if found == tag => (usize::from(length), rest),
        [found, 0x82, high, low, ref rest @ ..] if found == tag => (usize::from(u16::from_be_bytes([high, low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x02, 0x02, 0x00], &[0x30, 0x82, 0xFF, 0xFF, 0x02], &[0x04; 40]] {
            assert!(RsaKey::from_pkcs8(bytes).is_none(), "{bytes:02X?}");
        }
    }
}
