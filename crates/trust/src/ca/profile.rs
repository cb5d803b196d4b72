//! What a certificate of each role holds, and how it is signed: rehearsal, lint, then the real key.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, Issuer,
    KeyIdMethod, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber, SigningKey, date_time_ymd,
};
use rustls::pki_types::CertificateDer;

use super::{CaError, RevocationReason, Revoked, ServerName, earlier, is_ca, later, lint};
use crate::certificate::{Certificate, RevocationList, Serial, Validity};
use crate::keys::{PrivateKey, PublicKey};
use crate::peer::Peer;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Root,
    Issuing,
    Server,
    Client,
}

/// Everything that decides the bytes of a certificate, apart from its issuer.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) role: Role,
    pub(super) common_name: String,
    pub(super) names: Vec<SanType>,
    pub(super) subject_key: PublicKey,
    pub(super) serial: Serial,
    pub(super) validity: Validity,
}

pub(super) fn validity(now: Timestamp, life: SignedDuration) -> Result<Validity, CaError> {
    let whole = Timestamp::from_second(now.as_second()).map_err(|_| CaError::Time)?;
    Ok(Validity { not_before: earlier(whole)?, not_after: later(whole, life)? })
}

pub(super) fn server_san(name: &ServerName) -> Result<SanType, CaError> {
    match name {
        ServerName::Ip(address) => Ok(SanType::IpAddress(*address)),
        ServerName::Dns(name) => {
            // The same judge that the client will use, so that no certificate is made which nobody accepts.
            rustls::pki_types::DnsName::try_from(name.as_str()).map_err(|_| CaError::ServerNames)?;
            Ok(SanType::DnsName(name.as_str().try_into().map_err(|_| CaError::ServerNames)?))
        }
    }
}

pub(super) fn peer_san(peer: &Peer) -> Result<SanType, CaError> {
    Ok(SanType::URI(peer.to_uri().try_into().map_err(|_| CaError::Write)?))
}

/// Signs the certificate that the profile describes: first with a key that is thrown away, for the lint, then with the
/// real one. `issuer` is none for a root, which signs itself.
pub(super) fn sign(profile: &Profile, issuer: Option<&Certificate>, key: &PrivateKey) -> Result<Certificate, CaError> {
    let params = params(profile)?;
    let throwaway = PrivateKey::generate()?;
    let rehearsed = signed(&params, profile, issuer, &throwaway)?;
    lint::check(&rehearsed, profile, issuer)?;
    let real = signed(&params, profile, issuer, key)?;
    if real.x509()?.tbs_certificate.as_ref() == rehearsed.x509()?.tbs_certificate.as_ref() {
        Ok(real)
    } else {
        Err(CaError::NotAsRehearsed)
    }
}

fn signed(
    params: &CertificateParams,
    profile: &Profile,
    issuer: Option<&Certificate>,
    key: &impl SigningKey,
) -> Result<Certificate, CaError> {
    let issuer = match issuer {
        Some(certificate) => Issuer::from_ca_cert_der(&CertificateDer::from(certificate.der()), key),
        None => Ok(Issuer::from_params(params, key)),
    }
    .map_err(|_| CaError::Write)?;
    let written = params.signed_by(&profile.subject_key, &issuer).map_err(|_| CaError::Write)?;
    Ok(Certificate::from_der(written.der().to_vec())?)
}

fn params(profile: &Profile) -> Result<CertificateParams, CaError> {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, profile.common_name.as_str());
    let (key_usages, extended) = usages(profile.role);
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(1970, 1, 1) + since_epoch(profile.validity.not_before)?;
    params.not_after = date_time_ymd(1970, 1, 1) + since_epoch(profile.validity.not_after)?;
    params.serial_number = Some(SerialNumber::from_slice(profile.serial.as_bytes()));
    params.subject_alt_names.clone_from(&profile.names);
    params.distinguished_name = subject;
    params.is_ca = is_ca(profile.role);
    params.key_usages = key_usages;
    params.extended_key_usages = extended;
    params.use_authority_key_identifier_extension = profile.role != Role::Root;
    Ok(params)
}

fn usages(role: Role) -> (Vec<KeyUsagePurpose>, Vec<ExtendedKeyUsagePurpose>) {
    let leaf = vec![KeyUsagePurpose::DigitalSignature];
    match role {
        Role::Root | Role::Issuing => (vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign], Vec::new()),
        Role::Server => (leaf, vec![ExtendedKeyUsagePurpose::ServerAuth]),
        Role::Client => (leaf, vec![ExtendedKeyUsagePurpose::ClientAuth]),
    }
}

pub(super) fn sign_crl(
    issuer: &Certificate,
    key: &PrivateKey,
    revoked: &[Revoked],
    number: u64,
    (this_update, next_update): (Timestamp, Timestamp),
) -> Result<RevocationList, CaError> {
    let revoked_certs = revoked
        .iter()
        .map(|one| {
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(one.serial.as_bytes()),
                revocation_time: date_time_ymd(1970, 1, 1) + since_epoch(one.at)?,
                // RFC 5280 5.3.1: "unspecified" is said by leaving the reason out.
                reason_code: reason(one.reason),
                invalidity_date: None,
            })
        })
        .collect::<Result<_, CaError>>()?;
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(1970, 1, 1) + since_epoch(this_update)?,
        next_update: date_time_ymd(1970, 1, 1) + since_epoch(next_update)?,
        crl_number: SerialNumber::from_slice(&number.to_be_bytes()),
        issuing_distribution_point: None,
        revoked_certs,
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let issuer = Issuer::from_ca_cert_der(&CertificateDer::from(issuer.der()), key).map_err(|_| CaError::Write)?;
    let written = params.signed_by(&issuer).map_err(|_| CaError::Write)?;
    Ok(RevocationList::from_trusted_der(written.der().to_vec()))
}

const fn reason(reason: RevocationReason) -> Option<rcgen::RevocationReason> {
    match reason {
        RevocationReason::Unspecified => None,
        RevocationReason::KeyCompromise => Some(rcgen::RevocationReason::KeyCompromise),
        RevocationReason::Superseded => Some(rcgen::RevocationReason::Superseded),
        RevocationReason::CessationOfOperation => Some(rcgen::RevocationReason::CessationOfOperation),
        RevocationReason::PrivilegeWithdrawn => Some(rcgen::RevocationReason::PrivilegeWithdrawn),
    }
}

/// Seconds since 1970, to be added to [`date_time_ymd`]: the certificate library has a time type of its own.
fn since_epoch(at: Timestamp) -> Result<Duration, CaError> {
    u64::try_from(at.as_second()).map(Duration::from_secs).map_err(|_| CaError::Time)
}
