//! Our own rules for a certificate, checked on the rehearsed one before the real key signs.
//!
//! The lint reads the bytes with another library than the one that wrote them, so it also catches what the writer
//! misunderstood. Each rule is one line here, with the reason where it is not plain.

use rcgen::SanType;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::X509Certificate;
use x509_parser::x509::X509Version;

use super::CaError;
use super::profile::{Profile, Role};
use crate::certificate::{self, Certificate};
use crate::limits::CERTIFICATE_BYTES_MAX;

/// The rule that a certificate breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says it; the variants are only matched in tests")]
pub enum Finding {
    #[error("it is longer than {CERTIFICATE_BYTES_MAX} bytes")]
    TooLong,
    #[error("it is not version 3")]
    Version,
    #[error("the serial number is not the one that was given")]
    Serial,
    #[error("it is not signed with ECDSA and SHA-256")]
    SignatureAlgorithm,
    #[error("the key is not the one that was given")]
    SubjectKey,
    #[error("the subject is not the one common name that was given")]
    Subject,
    #[error("the issuer is not the authority")]
    Issuer,
    #[error("the validity is not the one that was given")]
    Validity,
    #[error("it would outlast its issuer")]
    OutlastsIssuer,
    #[error("basic constraints do not fit the role")]
    BasicConstraints,
    #[error("key usage does not fit the role")]
    KeyUsage,
    #[error("extended key usage does not fit the role")]
    ExtendedKeyUsage,
    #[error("the alternative names are not those that were given")]
    AlternativeNames,
    #[error("the key identifiers are missing or do not lead to the issuer")]
    KeyIdentifier,
    #[error("an extension is there that no profile asks for, or one is there twice")]
    Extension,
    #[error("it asks to certify the key of its own issuer")]
    IssuerKey,
}

/// One rule: what it finds, and whether the certificate keeps it.
type Rule = (Finding, fn(&Case<'_>) -> bool);

struct Case<'a> {
    certificate: &'a X509Certificate<'a>,
    profile: &'a Profile,
    issuer: Option<&'a X509Certificate<'a>>,
}

const RULES: &[Rule] = &[
    (Finding::Version, |c| c.certificate.version() == X509Version::V3),
    (Finding::Serial, |c| c.certificate.raw_serial() == c.profile.serial.as_bytes()),
    (Finding::SignatureAlgorithm, signature_algorithm),
    (Finding::SubjectKey, |c| c.certificate.public_key().raw == c.profile.subject_key.to_spki_der()),
    (Finding::Subject, subject),
    (Finding::Issuer, |c| c.certificate.issuer() == c.issuer.unwrap_or(c.certificate).subject()),
    (Finding::Validity, |c| certificate::validity_of(c.certificate) == Ok(c.profile.validity)),
    (Finding::OutlastsIssuer, within_issuer),
    (Finding::BasicConstraints, basic_constraints),
    (Finding::KeyUsage, key_usage),
    (Finding::ExtendedKeyUsage, extended_key_usage),
    (Finding::AlternativeNames, alternative_names),
    (Finding::KeyIdentifier, key_identifiers),
    (Finding::Extension, extensions),
    (Finding::IssuerKey, |c| c.issuer.is_none_or(|i| i.public_key().raw != c.certificate.public_key().raw)),
];

pub(super) fn check(rehearsed: &Certificate, profile: &Profile, issuer: Option<&Certificate>) -> Result<(), CaError> {
    if rehearsed.der().len() > CERTIFICATE_BYTES_MAX {
        return Err(CaError::Lint(Finding::TooLong));
    }
    let certificate = rehearsed.x509()?;
    let issuer = issuer.map(Certificate::x509).transpose()?;
    let case = Case { certificate: &certificate, profile, issuer: issuer.as_ref() };
    match RULES.iter().find(|(_, kept)| !kept(&case)) {
        Some((finding, _)) => Err(CaError::Lint(*finding)),
        None => Ok(()),
    }
}

fn signature_algorithm(case: &Case<'_>) -> bool {
    const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
    let inner = &case.certificate.tbs_certificate.signature;
    let outer = &case.certificate.signature_algorithm;
    inner == outer && inner.algorithm.to_id_string() == ECDSA_WITH_SHA256
}

fn subject(case: &Case<'_>) -> bool {
    let subject = case.certificate.subject();
    let mut names = subject.iter_common_name();
    let only = names.next().and_then(|name| name.as_str().ok());
    names.next().is_none() && subject.iter_attributes().count() == 1 && only == Some(case.profile.common_name.as_str())
}

fn within_issuer(case: &Case<'_>) -> bool {
    case.issuer.is_none_or(|issuer| {
        certificate::validity_of(issuer).is_ok_and(|held| case.profile.validity.not_after <= held.not_after)
    })
}

fn basic_constraints(case: &Case<'_>) -> bool {
    let (ca, path_len) = match case.profile.role {
        Role::Root => (true, Some(1)),
        Role::Issuing => (true, Some(0)),
        Role::Server | Role::Client => (false, None),
    };
    matches!(
        case.certificate.basic_constraints(),
        Ok(Some(held)) if held.critical && held.value.ca == ca && held.value.path_len_constraint == path_len
    )
}

fn key_usage(case: &Case<'_>) -> bool {
    /// Bit 0, digitalSignature (RFC 5280 4.2.1.3).
    const DIGITAL_SIGNATURE: u16 = 1;
    /// Bits 5 and 6, keyCertSign and cRLSign.
    const SIGN_CERTIFICATES_AND_LISTS: u16 = 1 << 5 | 1 << 6;
    let wanted = match case.profile.role {
        Role::Root | Role::Issuing => SIGN_CERTIFICATES_AND_LISTS,
        Role::Server | Role::Client => DIGITAL_SIGNATURE,
    };
    matches!(case.certificate.key_usage(), Ok(Some(held)) if held.critical && held.value.flags == wanted)
}

fn extended_key_usage(case: &Case<'_>) -> bool {
    let (server, client) = match case.profile.role {
        Role::Root | Role::Issuing => return matches!(case.certificate.extended_key_usage(), Ok(None)),
        Role::Server => (true, false),
        Role::Client => (false, true),
    };
    matches!(case.certificate.extended_key_usage(), Ok(Some(held))
        if held.value.server_auth == server && held.value.client_auth == client
            && !(held.value.any || held.value.code_signing || held.value.email_protection)
            && !(held.value.time_stamping || held.value.ocsp_signing) && held.value.other.is_empty())
}

fn alternative_names(case: &Case<'_>) -> bool {
    let Ok(held) = case.certificate.subject_alternative_name() else {
        return false;
    };
    let held = held.map(|names| names.value.general_names.as_slice()).unwrap_or_default();
    let wanted = &case.profile.names;
    // A leaf without a name is for nobody.
    let leaf = matches!(case.profile.role, Role::Server | Role::Client);
    wanted.is_empty() != leaf && held.len() == wanted.len() && held.iter().zip(wanted).all(same_name)
}

fn same_name((held, wanted): (&GeneralName<'_>, &SanType)) -> bool {
    match (held, wanted) {
        (GeneralName::URI(held), SanType::URI(wanted)) | (GeneralName::DNSName(held), SanType::DnsName(wanted)) => {
            *held == wanted.as_str()
        }
        (GeneralName::IPAddress(held), SanType::IpAddress(wanted)) => match wanted {
            std::net::IpAddr::V4(address) => *held == address.octets(),
            std::net::IpAddr::V6(address) => *held == address.octets(),
        },
        _ => false,
    }
}

fn key_identifiers(case: &Case<'_>) -> bool {
    let Some(own) = subject_key_identifier(case.certificate) else {
        return false;
    };
    let above = case.certificate.iter_extensions().find_map(|e| match e.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(held) => held.key_identifier.as_ref().map(|id| id.0),
        _ => None,
    });
    !own.is_empty() && above == case.issuer.and_then(subject_key_identifier)
}

fn subject_key_identifier<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate.iter_extensions().find_map(|e| match e.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(held) => Some(held.0),
        _ => None,
    })
}

/// What each role has, in any order, and each once. A new extension means a new rule here.
fn extensions(case: &Case<'_>) -> bool {
    const KEY_IDENTIFIER: &str = "2.5.29.14";
    const KEY_USAGE: &str = "2.5.29.15";
    const ALTERNATIVE_NAME: &str = "2.5.29.17";
    const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
    const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
    let mut wanted = vec![KEY_IDENTIFIER, KEY_USAGE, BASIC_CONSTRAINTS];
    match case.profile.role {
        Role::Root => {}
        Role::Issuing => wanted.push(AUTHORITY_KEY_IDENTIFIER),
        Role::Server | Role::Client => {
            wanted.extend([AUTHORITY_KEY_IDENTIFIER, ALTERNATIVE_NAME, EXTENDED_KEY_USAGE]);
        }
    }
    let mut held: Vec<String> = case.certificate.iter_extensions().map(|e| e.oid.to_id_string()).collect();
    held.sort_unstable();
    wanted.sort_unstable();
    held == wanted
}
