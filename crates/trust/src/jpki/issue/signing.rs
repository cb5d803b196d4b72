//! The card's other certificate, 署名用電子証明書, and its authority. Nothing here reads it: a window must take it for what it
//! is not, and a card without it would not be like a real one.

use super::{
    CERTIFICATE_POLICIES, COMMON_NAME, CRL_DISTRIBUTION_POINTS, DIGITAL_SIGNATURE_AND_NON_REPUDIATION, Hierarchy,
    ISSUER_ALT_NAME, KEY_USAGE, Parts, SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER, attribute, authority_key_identifier,
    certificate, country, distribution_points, key_identifier, policies,
};
use crate::certificate::Validity;
use crate::der::{self, Oid};
use crate::jpki::revocation::extension;
use crate::jpki::{CaCertificate, CertificateSerial, JpkiError, RsaPrivateKey};

const SIGNATURE: Hierarchy =
    Hierarchy { purpose: "JPKI for digital signature", purpose_ja: "公的個人認証サービス署名用" };
const LOCALITY: Oid = Oid::new(&[2, 5, 4, 7]);
/// Policy of a 署名用電子証明書 on a test card.
const TEST_POLICY: Oid = Oid::new(&[1, 2, 392, 200_149, 8, 5, 1, 0, 20]);
/// The four items and which of their characters stand for others: below this arc, from 1 to 6.
const ITEMS: [Oid; 6] = [
    Oid::new(&[1, 2, 392, 200_149, 8, 5, 5, 1]),
    Oid::new(&[1, 2, 392, 200_149, 8, 5, 5, 2]),
    Oid::new(&[1, 2, 392, 200_149, 8, 5, 5, 3]),
    Oid::new(&[1, 2, 392, 200_149, 8, 5, 5, 4]),
    Oid::new(&[1, 2, 392, 200_149, 8, 5, 5, 5]),
    Oid::new(&[1, 2, 392, 200_149, 8, 5, 5, 6]),
];

/// Makes the self-signed certificate of one generation of the authority for signatures, DER.
///
/// # Errors
/// [`JpkiError::Key`] when the key cannot sign.
pub fn signing_ca(serial: CertificateSerial, validity: Validity, key: &RsaPrivateKey) -> Result<Vec<u8>, JpkiError> {
    SIGNATURE.ca(serial, validity, key)
}

/// A 署名用電子証明書 before it is signed. It holds the four items, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct SigningLeaf<'a> {
    /// Serial number; the authority counts for itself.
    pub serial: CertificateSerial,
    /// Common name of the subject: 28 characters in reality.
    pub subject_id: &'a str,
    /// As that of the certificate for authentication.
    pub validity: Validity,
    /// Prefecture and municipality, in the subject and in the name of the revocation list's distribution point.
    pub place: (&'a str, &'a str),
    /// 氏名.
    pub name: &'a str,
    /// 性別, one digit.
    pub sex: char,
    /// 生年月日: a digit for the era, then `YYYYMMDD`.
    pub birth: &'a str,
    /// 住所.
    pub address: &'a str,
}

impl SigningLeaf<'_> {
    /// Makes the certificate for the key in `spki` (SubjectPublicKeyInfo, DER) and signs it, DER.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when a key cannot be read or cannot sign.
    pub fn sign(&self, ca: &CaCertificate, ca_key: &RsaPrivateKey, spki: &[u8]) -> Result<Vec<u8>, JpkiError> {
        let (prefecture, city) = self.place;
        let subject = der::sequence([
            country(),
            attribute(&LOCALITY, prefecture),
            attribute(&LOCALITY, city),
            attribute(&COMMON_NAME, self.subject_id),
        ]);
        let usage = der::element(der::BIT_STRING, &DIGITAL_SIGNATURE_AND_NON_REPUDIATION);
        let point = distribution_points(&SIGNATURE.distribution_point(self.place));
        let extensions = der::sequence([
            extension(&KEY_USAGE, true, &usage),
            extension(&CERTIFICATE_POLICIES, true, &policies(&TEST_POLICY)),
            extension(&SUBJECT_ALT_NAME, false, &self.items()),
            extension(&ISSUER_ALT_NAME, false, &SIGNATURE.alternative_name()),
            extension(&CRL_DISTRIBUTION_POINTS, false, &point),
            authority_key_identifier(ca),
            extension(&SUBJECT_KEY_IDENTIFIER, false, &der::octets(&key_identifier(spki)?)),
        ]);
        let (serial, validity) = (self.serial, self.validity);
        let parts = Parts { serial, issuer: ca.name(), validity, subject: &subject, spki, extensions: &extensions };
        certificate(ca_key, &parts)
    }

    /// Each item as an otherName. No character of the model stands for another: one `0` for each says so.
    fn items(&self) -> Vec<u8> {
        let zeros = |text: &str| "0".repeat(text.chars().count());
        let (name, address) = (zeros(self.name), zeros(self.address));
        let sex = self.sex.to_string();
        let values = [self.name, &name, &sex, self.birth, self.address, &address];
        der::sequence(ITEMS.iter().zip(values).map(|(kind, value)| {
            let value = der::element(der::UTF8_STRING, value.as_bytes());
            let value = der::wrap(der::context_constructed(0), [value]);
            der::wrap(der::context_constructed(0), [der::oid(kind), value])
        }))
    }
}
