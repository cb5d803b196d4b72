//! Making certificates like those of JPKI, for the model of the card's authority: of the authority itself, of people (for
//! authentication, and beside it for signatures), and of a responder.
//!
//! The profile was read from certificates of a test card and from the authority's public ones. Names say `JPKI-TEST`, as
//! those of the real test hierarchy do, so that nothing made here can be mistaken for a real card.

mod signing;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

pub use signing::{SigningLeaf, signing_ca};

use super::authority::CaCertificate;
use super::revocation::extension;
use super::rsa::RsaPublicKey;
use super::{CertificateSerial, JpkiError, RsaPrivateKey, algorithm};
use crate::certificate::Validity;
use crate::der::{self, Oid};

const COMMON_NAME: Oid = Oid::new(&[2, 5, 4, 3]);
const COUNTRY: Oid = Oid::new(&[2, 5, 4, 6]);
const ORGANIZATION: Oid = Oid::new(&[2, 5, 4, 10]);
const ORGANIZATIONAL_UNIT: Oid = Oid::new(&[2, 5, 4, 11]);

const SUBJECT_KEY_IDENTIFIER: Oid = Oid::new(&[2, 5, 29, 14]);
const KEY_USAGE: Oid = Oid::new(&[2, 5, 29, 15]);
const SUBJECT_ALT_NAME: Oid = Oid::new(&[2, 5, 29, 17]);
const ISSUER_ALT_NAME: Oid = Oid::new(&[2, 5, 29, 18]);
const BASIC_CONSTRAINTS: Oid = Oid::new(&[2, 5, 29, 19]);
const CRL_DISTRIBUTION_POINTS: Oid = Oid::new(&[2, 5, 29, 31]);
const CERTIFICATE_POLICIES: Oid = Oid::new(&[2, 5, 29, 32]);
const AUTHORITY_KEY_IDENTIFIER: Oid = Oid::new(&[2, 5, 29, 35]);
const EXTENDED_KEY_USAGE: Oid = Oid::new(&[2, 5, 29, 37]);
const AUTHORITY_INFO_ACCESS: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 1, 1]);
const CPS: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 2, 1]);
const CLIENT_AUTH: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 3, 2]);
const OCSP_SIGNING: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 3, 9]);
const OCSP: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 48, 1]);
const OCSP_NO_CHECK: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5]);
/// An extension that nobody knows: under the example arc of ISO 9834-1.
const NOBODY_KNOWS: Oid = Oid::new(&[2, 999, 1]);

const ORGANIZATION_NAME: &str = "JPKI-TEST";
const AGENCY_NAME: &str = "Japan Agency for Local Authority Information Systems";
const CPS_URL: &[u8] = b"http://www.jpki.go.jp/cps.html";
const SERVICE_NAME_JA: &str = "公的個人認証サービス（試験）";
const AGENCY_NAME_JA: &str = "地方公共団体情報システム機構";

/// What tells the two authorities of JPKI apart: the one for authentication and the one for signatures.
struct Hierarchy {
    purpose: &'static str,
    purpose_ja: &'static str,
}

const AUTHENTICATION: Hierarchy = Hierarchy {
    purpose: "JPKI for user authentication",
    purpose_ja: "公的個人認証サービス利用者証明用",
};

/// Bits of key usage as DER writes them: unused bits, then the bits (RFC 5280 4.2.1.3).
const DIGITAL_SIGNATURE: [u8; 2] = [7, 0x80];
const DIGITAL_SIGNATURE_AND_NON_REPUDIATION: [u8; 2] = [6, 0xc0];
const SIGN_CERTIFICATES_AND_LISTS: [u8; 2] = [1, 0x06];

/// Makes the self-signed certificate of one generation of the authority, DER. All generations get the same name.
///
/// # Errors
/// [`JpkiError::Key`] when the key cannot sign.
pub fn ca(serial: CertificateSerial, validity: Validity, key: &RsaPrivateKey) -> Result<Vec<u8>, JpkiError> {
    AUTHENTICATION.ca(serial, validity, key)
}

impl Hierarchy {
    fn ca(&self, serial: CertificateSerial, validity: Validity, key: &RsaPrivateKey) -> Result<Vec<u8>, JpkiError> {
        let (spki, name) = (key.public_spki()?, self.name());
        let point = name_of(&[
            (ORGANIZATIONAL_UNIT, self.purpose),
            (ORGANIZATIONAL_UNIT, "CRL Distribution Points"),
            (COMMON_NAME, "CA CRLDP"),
        ]);
        let ca_true = der::sequence([der::element(der::BOOLEAN, &[0xff])]);
        let extensions = der::sequence([
            extension(&SUBJECT_KEY_IDENTIFIER, false, &der::octets(&key_identifier(&spki)?)),
            extension(&KEY_USAGE, true, &der::element(der::BIT_STRING, &SIGN_CERTIFICATES_AND_LISTS)),
            extension(&BASIC_CONSTRAINTS, true, &ca_true),
            extension(&SUBJECT_ALT_NAME, false, &self.alternative_name()),
            extension(&CRL_DISTRIBUTION_POINTS, false, &distribution_points(&point)),
        ]);
        let parts = Parts { serial, issuer: &name, validity, subject: &name, spki: &spki, extensions: &extensions };
        certificate(key, &parts)
    }

    /// The name that all generations share.
    fn name(&self) -> Vec<u8> {
        name_of(&[(ORGANIZATIONAL_UNIT, self.purpose), (ORGANIZATIONAL_UNIT, AGENCY_NAME)])
    }

    /// The same in Japanese, as general names.
    fn alternative_name(&self) -> Vec<u8> {
        let name = der::sequence([
            country(),
            attribute(&ORGANIZATION, SERVICE_NAME_JA),
            attribute(&ORGANIZATIONAL_UNIT, self.purpose_ja),
            attribute(&ORGANIZATIONAL_UNIT, AGENCY_NAME_JA),
        ]);
        der::sequence([directory_name(&name)])
    }

    fn distribution_point(&self, (prefecture, city): (&str, &str)) -> Vec<u8> {
        name_of(&[
            (ORGANIZATIONAL_UNIT, self.purpose),
            (ORGANIZATIONAL_UNIT, "CRL Distribution Points"),
            (ORGANIZATIONAL_UNIT, prefecture),
            (COMMON_NAME, &format!("{city} CRLDP")),
        ])
    }
}

/// A 利用者証明用電子証明書 before it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// Serial number; the authority's generation counts for itself.
    pub serial: CertificateSerial,
    /// Common name of the subject: 23 characters in reality.
    pub subject_id: &'a str,
    /// Until 14:59:59Z on the fifth birthday in reality.
    pub validity: Validity,
    /// [`super::TEST_POLICY`] in the model.
    pub policy: Oid,
    /// Prefecture and municipality in the name of the revocation list's distribution point.
    pub place: (&'a str, &'a str),
    /// Address of the OCSP responder.
    pub ocsp_url: &'a str,
    /// What is wrong with it, to try those who must refuse it.
    pub flaw: Option<Flaw>,
}

/// What may be wrong with a certificate that is otherwise like a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The key usage of a 署名用電子証明書.
    SigningKeyUsage,
    /// No extended key usage.
    NoExtendedKeyUsage,
    /// The policies are not critical.
    PolicyNotCritical,
    /// A critical extension that nobody knows.
    UnknownCriticalExtension,
    /// A bit of the signature is turned.
    Signature,
}

impl Leaf<'_> {
    /// Makes the certificate for the key in `spki` (SubjectPublicKeyInfo, DER) and signs it, DER.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when a key cannot be read or cannot sign.
    pub fn sign(&self, ca: &CaCertificate, ca_key: &RsaPrivateKey, spki: &[u8]) -> Result<Vec<u8>, JpkiError> {
        let subject = der::sequence([country(), attribute(&COMMON_NAME, self.subject_id)]);
        let extensions = self.extensions(ca, spki)?;
        let (serial, validity) = (self.serial, self.validity);
        let parts = Parts { serial, issuer: ca.name(), validity, subject: &subject, spki, extensions: &extensions };
        let mut signed = certificate(ca_key, &parts)?;
        if self.flaw == Some(Flaw::Signature)
            && let Some(last) = signed.last_mut()
        {
            *last ^= 1;
        }
        Ok(signed)
    }

    fn extensions(&self, ca: &CaCertificate, spki: &[u8]) -> Result<Vec<u8>, JpkiError> {
        let is = |flaw| self.flaw == Some(flaw);
        let usage = if is(Flaw::SigningKeyUsage) { DIGITAL_SIGNATURE_AND_NON_REPUDIATION } else { DIGITAL_SIGNATURE };
        let url = der::element(der::context(6), self.ocsp_url.as_bytes());
        let mut all = vec![
            extension(&KEY_USAGE, true, &der::element(der::BIT_STRING, &usage)),
            extension(&CERTIFICATE_POLICIES, !is(Flaw::PolicyNotCritical), &policies(&self.policy)),
            extension(&ISSUER_ALT_NAME, false, &AUTHENTICATION.alternative_name()),
            extension(&CRL_DISTRIBUTION_POINTS, false, &distribution_points(&distribution_point(self.place))),
            extension(&AUTHORITY_INFO_ACCESS, false, &der::sequence([der::sequence([der::oid(&OCSP), url])])),
            authority_key_identifier(ca),
            extension(&SUBJECT_KEY_IDENTIFIER, false, &der::octets(&key_identifier(spki)?)),
        ];
        if !is(Flaw::NoExtendedKeyUsage) {
            all.push(extension(&EXTENDED_KEY_USAGE, false, &der::sequence([der::oid(&CLIENT_AUTH)])));
        }
        if is(Flaw::UnknownCriticalExtension) {
            all.push(extension(&NOBODY_KNOWS, true, &der::element(der::NULL, &[])));
        }
        Ok(der::sequence(all))
    }
}

/// Makes a certificate with which somebody else may answer OCSP for the authority, DER.
///
/// # Errors
/// [`JpkiError::Key`] when a key cannot be read or cannot sign.
pub fn responder(
    ca: &CaCertificate,
    ca_key: &RsaPrivateKey,
    serial: CertificateSerial,
    validity: Validity,
    spki: &[u8],
) -> Result<Vec<u8>, JpkiError> {
    let subject = name_of(&[(ORGANIZATIONAL_UNIT, AUTHENTICATION.purpose), (COMMON_NAME, "OCSP responder")]);
    let extensions = der::sequence([
        extension(&KEY_USAGE, true, &der::element(der::BIT_STRING, &DIGITAL_SIGNATURE)),
        extension(&EXTENDED_KEY_USAGE, false, &der::sequence([der::oid(&OCSP_SIGNING)])),
        extension(&OCSP_NO_CHECK, false, &der::element(der::NULL, &[])),
        authority_key_identifier(ca),
        extension(&SUBJECT_KEY_IDENTIFIER, false, &der::octets(&key_identifier(spki)?)),
    ]);
    let issuer = ca.name();
    certificate(ca_key, &Parts { serial, issuer, validity, subject: &subject, spki, extensions: &extensions })
}

/// The directory name under which the revocation list of a municipality is published, DER.
pub fn distribution_point(place: (&str, &str)) -> Vec<u8> {
    AUTHENTICATION.distribution_point(place)
}

/// What decides the bytes of a certificate.
struct Parts<'a> {
    serial: CertificateSerial,
    issuer: &'a [u8],
    validity: Validity,
    subject: &'a [u8],
    spki: &'a [u8],
    extensions: &'a [u8],
}

fn certificate(key: &RsaPrivateKey, parts: &Parts<'_>) -> Result<Vec<u8>, JpkiError> {
    let to_be_signed = der::sequence([
        // Version 3 is written as 2.
        der::wrap(der::context_constructed(0), [der::positive(&[2])]),
        der::positive(parts.serial.as_bytes()),
        algorithm(),
        parts.issuer.to_vec(),
        der::sequence([der::time(parts.validity.not_before), der::time(parts.validity.not_after)]),
        parts.subject.to_vec(),
        parts.spki.to_vec(),
        der::wrap(der::context_constructed(3), [parts.extensions]),
    ]);
    key.sign_structure(&to_be_signed)
}

/// SHA-1 of the key, as RFC 5280 4.2.1.2 (1) proposes and JPKI does. It only tells keys apart.
fn key_identifier(spki: &[u8]) -> Result<Vec<u8>, JpkiError> {
    let key = RsaPublicKey::from_spki(spki)?;
    Ok(digest(&SHA1_FOR_LEGACY_USE_ONLY, key.pkcs1()).as_ref().to_vec())
}

/// One policy with the address of the practice statement.
fn policies(policy: &Oid) -> Vec<u8> {
    let qualifier = der::sequence([der::oid(&CPS), der::element(der::IA5_STRING, CPS_URL)]);
    der::sequence([der::sequence([der::oid(policy), der::sequence([qualifier])])])
}

fn authority_key_identifier(ca: &CaCertificate) -> Vec<u8> {
    let mut serial = der::positive(ca.serial().as_bytes());
    serial[0] = der::context(2);
    let value = der::sequence([
        der::element(der::context(0), ca.key_id().as_bytes()),
        der::wrap(der::context_constructed(1), [directory_name(ca.name())]),
        serial,
    ]);
    extension(&AUTHORITY_KEY_IDENTIFIER, false, &value)
}

/// C=JP, O=JPKI-TEST, then these.
fn name_of(attributes: &[(Oid, &str)]) -> Vec<u8> {
    let more = attributes.iter().map(|(kind, value)| attribute(kind, value));
    der::sequence([country(), attribute(&ORGANIZATION, ORGANIZATION_NAME)].into_iter().chain(more))
}

fn country() -> Vec<u8> {
    let value = der::element(der::PRINTABLE_STRING, b"JP");
    der::wrap(der::SET, [der::sequence([der::oid(&COUNTRY), value])])
}

fn attribute(kind: &Oid, value: &str) -> Vec<u8> {
    der::wrap(der::SET, [der::sequence([der::oid(kind), der::element(der::UTF8_STRING, value.as_bytes())])])
}

/// A general name: `[4]`, explicit, because Name is a choice.
fn directory_name(name: &[u8]) -> Vec<u8> {
    der::element(der::context_constructed(4), name)
}

/// One point with one full name.
fn distribution_points(name: &[u8]) -> Vec<u8> {
    let full_name = der::wrap(der::context_constructed(0), [directory_name(name)]);
    der::sequence([der::sequence([der::wrap(der::context_constructed(0), [full_name])])])
}
