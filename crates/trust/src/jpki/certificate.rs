//! A person's certificate: read, judged, and then used to check what the card signed.

use std::sync::Arc;

use jiff::Timestamp;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::prelude::X509Certificate;

use super::authority::{CaCertificate, CaKeyId, parse, positive_serial};
use super::rsa::RsaPublicKey;
use super::{CertificateSerial, JpkiError, Period};
use crate::certificate::{self, Validity};
use crate::der::Oid;
use crate::limits::JPKI_SUBJECT_ID_CHARS_MAX;

const KEY_USAGE: Oid = Oid::new(&[2, 5, 29, 15]);
const BASIC_CONSTRAINTS: Oid = Oid::new(&[2, 5, 29, 19]);
const CERTIFICATE_POLICIES: Oid = Oid::new(&[2, 5, 29, 32]);
const EXTENDED_KEY_USAGE: Oid = Oid::new(&[2, 5, 29, 37]);
const OCSP: Oid = Oid::new(&[1, 3, 6, 1, 5, 5, 7, 48, 1]);
/// Extensions whose meaning is looked at below: these alone may be critical.
const UNDERSTOOD: [Oid; 4] = [KEY_USAGE, BASIC_CONSTRAINTS, CERTIFICATE_POLICIES, EXTENDED_KEY_USAGE];
/// Bit 0, digitalSignature (RFC 5280 4.2.1.3), and no other.
const DIGITAL_SIGNATURE_ALONE: u16 = 1;

/// A 利用者証明用電子証明書 that the card's authority made for a person: everything but its validity in time, which is
/// told by [`PersonCertificate::period`], and its revocation, which [`super::ocsp`] and [`super::crl`] know.
///
/// `Debug` shows nothing of the person.
#[derive(Clone)]
pub struct PersonCertificate {
    ca: Arc<CaCertificate>,
    serial: CertificateSerial,
    subject_id: String,
    validity: Validity,
    key: RsaPublicKey,
    distribution_point: Option<Vec<u8>>,
    ocsp_url: Option<String>,
}

impl PersonCertificate {
    pub(super) fn judge(
        der: &[u8],
        cas: &[Arc<CaCertificate>],
        policies: &[Oid],
        now: Timestamp,
    ) -> Result<Self, JpkiError> {
        let read = parse(der)?;
        let ca = issuer(&read, cas)?;
        // Nothing in it is looked at more closely before the authority's signature holds.
        if !ca.signed(&read) {
            return Err(JpkiError::Signature);
        }
        let validity = certificate::validity_of(&read).map_err(|_| JpkiError::Unreadable)?;
        if !ca.covers(validity, now) {
            return Err(JpkiError::IssuerPeriod);
        }
        require_extensions(&read)?;
        require_usage(&read)?;
        require_policy(&read, policies)?;
        Ok(Self {
            ca: Arc::clone(ca),
            serial: positive_serial(&read).ok_or(JpkiError::Unreadable)?,
            subject_id: subject_id(&read).ok_or(JpkiError::Unreadable)?,
            validity,
            key: RsaPublicKey::from_spki(read.public_key().raw)?,
            distribution_point: distribution_point(&read),
            ocsp_url: ocsp_url(&read),
        })
    }

    /// The authority that made it.
    pub fn ca(&self) -> &Arc<CaCertificate> {
        &self.ca
    }

    /// Which generation of the authority made it; together with [`PersonCertificate::serial`] this names the certificate.
    pub fn ca_key_id(&self) -> &CaKeyId {
        self.ca.key_id()
    }

    /// Its serial number, which changes each time a certificate is issued anew.
    pub fn serial(&self) -> CertificateSerial {
        self.serial
    }

    /// The subject's common name: on a real card 23 characters that identify the certificate and say nothing of the person.
    pub fn subject_id(&self) -> &str {
        &self.subject_id
    }

    /// First and last second of its validity.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Where `now` lies in its life.
    pub fn period(&self, now: Timestamp) -> Period {
        Period::of(self.validity, now)
    }

    /// Whether the key of this certificate made the signature over the message: RSASSA-PKCS1-v1_5 with SHA-256.
    pub fn verify_signature(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verifies(message, signature)
    }

    /// Address of the OCSP responder that the certificate names, as it stands there. Whoever asks goes to a configured
    /// address; a certificate is no place from which to take orders.
    pub fn ocsp_url(&self) -> Option<&str> {
        self.ocsp_url.as_deref()
    }

    /// The directory name under which its revocation list is published, DER.
    pub fn distribution_point(&self) -> Option<&[u8]> {
        self.distribution_point.as_deref()
    }
}

impl std::fmt::Debug for PersonCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonCertificate(by {:?})", self.ca.key_id())
    }
}

/// The authority by name and key identifier. The name alone would not do: all generations have the same.
fn issuer<'a>(
    certificate: &X509Certificate<'_>,
    cas: &'a [Arc<CaCertificate>],
) -> Result<&'a Arc<CaCertificate>, JpkiError> {
    let key_id = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(held) => held.key_identifier.as_ref().map(|id| id.0),
        _ => None,
    });
    let name = certificate.issuer().as_raw();
    cas.iter().find(|ca| ca.name() == name && Some(ca.key_id().as_bytes()) == key_id).ok_or(JpkiError::IssuerUnknown)
}

/// Each extension once, each one readable, and no critical one that is not understood.
pub(super) fn require_extensions(certificate: &X509Certificate<'_>) -> Result<(), JpkiError> {
    let extensions = certificate.extensions();
    for (index, extension) in extensions.iter().enumerate() {
        let twice = extensions[..index].iter().any(|earlier| earlier.oid == extension.oid);
        if twice || matches!(extension.parsed_extension(), ParsedExtension::ParseError { .. }) {
            return Err(JpkiError::Unreadable);
        }
        if extension.critical && !UNDERSTOOD.iter().any(|oid| oid.as_bytes() == extension.oid.as_bytes()) {
            return Err(JpkiError::CriticalExtension);
        }
    }
    Ok(())
}

fn require_usage(certificate: &X509Certificate<'_>) -> Result<(), JpkiError> {
    let held = certificate.key_usage().map_err(|_| JpkiError::Unreadable)?;
    if certificate.is_ca() || held.is_none_or(|held| held.value.flags != DIGITAL_SIGNATURE_ALONE) {
        return Err(JpkiError::KeyUsage);
    }
    let held = certificate.extended_key_usage().map_err(|_| JpkiError::Unreadable)?;
    if held.is_some_and(|held| held.value.client_auth) { Ok(()) } else { Err(JpkiError::ExtendedKeyUsage) }
}

/// One of the accepted policies, in an extension that is critical, as it always is in JPKI.
fn require_policy(certificate: &X509Certificate<'_>, accepted: &[Oid]) -> Result<(), JpkiError> {
    let held = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::CertificatePolicies(held) if extension.critical => Some(held),
        _ => None,
    });
    let is_accepted = |policy: &[u8]| accepted.iter().any(|one| one.as_bytes() == policy);
    match held {
        Some(policies) if policies.iter().any(|policy| is_accepted(policy.policy_id.as_bytes())) => Ok(()),
        _ => Err(JpkiError::Policy),
    }
}

/// The one common name.
fn subject_id(certificate: &X509Certificate<'_>) -> Option<String> {
    let mut names = certificate.subject().iter_common_name();
    let name = names.next()?.as_str().ok()?;
    let plain =
        !name.is_empty() && name.len() <= JPKI_SUBJECT_ID_CHARS_MAX && name.chars().all(|c| c.is_ascii_graphic());
    (plain && names.next().is_none()).then(|| name.to_owned())
}

fn distribution_point(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::CRLDistributionPoints(held) => {
            held.points.iter().find_map(|point| match &point.distribution_point {
                Some(DistributionPointName::FullName(names)) => names.iter().find_map(directory_name),
                _ => None,
            })
        }
        _ => None,
    })
}

fn directory_name(name: &GeneralName<'_>) -> Option<Vec<u8>> {
    match name {
        GeneralName::DirectoryName(name) => Some(name.as_raw().to_vec()),
        _ => None,
    }
}

fn ocsp_url(certificate: &X509Certificate<'_>) -> Option<String> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(held) => {
            held.accessdescs.iter().find_map(|one| match &one.access_location {
                GeneralName::URI(url) if one.access_method.as_bytes() == OCSP.as_bytes() => Some((*url).to_owned()),
                _ => None,
            })
        }
        _ => None,
    })
}
