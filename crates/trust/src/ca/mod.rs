//! The center's certificate authority.
//!
//! Two keys. The **root** lives 20 years, signs issuing authorities and nothing else, and can be taken off the machine
//! as soon as one is signed ([`RootAuthority`]). The **issuing** key lives 5 years on the center, signs server and
//! client certificates of 90 days and the revocation list ([`IssuingAuthority`]).
//!
//! Before the real key touches a certificate, the same certificate is signed by a key that is thrown away, and our own
//! lint reads it back; the two must then agree in every byte that was signed. So a mistake in a profile is found while it
//! is still worthless (the way Boulder does it).

mod lint;
mod profile;

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use rcgen::{BasicConstraints, IsCa};

pub use self::lint::Finding;
use self::profile::{Profile, Role};
use crate::certificate::{Certificate, CertificateChain, CertificateError, CertificateRequest, RevocationList, Serial};
use crate::keys::{KeyError, PrivateKey, PublicKey};
use crate::limits::{
    CLOCK_BEHIND_MAX, COMMON_NAME_CHARS_MAX, CRL_LIFE, ISSUING_LIFE, LEAF_LIFE, ROOT_LIFE, SERVER_NAMES_MAX,
};
use crate::peer::Peer;

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaError {
    /// A certificate or request that was given.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A key that was given or had to be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The certificate library refused to write.
    #[error("the certificate could not be written")]
    Write,
    /// The rehearsed certificate breaks our own rules, so the real one was never signed.
    #[error("the certificate breaks our own rules: {0}")]
    Lint(Finding),
    /// The real certificate differs from the rehearsed one. It must not leave the house.
    #[error("the signed certificate is not the one that was rehearsed")]
    NotAsRehearsed,
    /// The key does not belong to the certificate of the authority.
    #[error("the key does not belong to the certificate of the authority")]
    WrongKey,
    /// The certificate of the issuing authority is not signed by this root.
    #[error("the issuing certificate is not signed by this root")]
    WrongRoot,
    /// A common name that is empty, too long, or holds control characters.
    #[error("the name must have 1 to {COMMON_NAME_CHARS_MAX} characters and no control characters")]
    Name,
    /// No or too many names for a server, or one that is no DNS name.
    #[error("a server needs 1 to {SERVER_NAMES_MAX} DNS names or IP addresses")]
    ServerNames,
    /// The time lies outside what a certificate can hold.
    #[error("the time lies outside what a certificate can hold")]
    Time,
}

/// A name that a server answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerName {
    /// A DNS name in ASCII, such as `center.example`.
    Dns(String),
    /// An address.
    Ip(IpAddr),
}

impl ServerName {
    /// Reads an address if it is one, else a DNS name.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Dns(text.to_ascii_lowercase()), Self::Ip)
    }
}

/// The root of trust. Load it for the moment of signing an issuing authority, and drop it.
#[derive(Debug)]
pub struct RootAuthority {
    certificate: Certificate,
    key: PrivateKey,
}

impl RootAuthority {
    /// Makes a root: a new key and a certificate that it signs itself.
    ///
    /// # Errors
    /// A bad name or time, or no randomness.
    pub fn create(name: &str, serial: Serial, now: Timestamp) -> Result<Self, CaError> {
        let key = PrivateKey::generate()?;
        let profile = Profile {
            role: Role::Root,
            common_name: checked_name(name)?,
            names: Vec::new(),
            subject_key: *key.public_key(),
            serial,
            validity: profile::validity(now, ROOT_LIFE)?,
        };
        let certificate = profile::sign(&profile, None, &key)?;
        Ok(Self { certificate, key })
    }

    /// Loads a root that was made before.
    ///
    /// # Errors
    /// [`CaError::WrongKey`] when the two do not belong together.
    pub fn load(certificate: Certificate, key: PrivateKey) -> Result<Self, CaError> {
        if certificate.public_key()? == *key.public_key() {
            Ok(Self { certificate, key })
        } else {
            Err(CaError::WrongKey)
        }
    }

    /// Signs an issuing authority, the only thing that a root ever signs.
    ///
    /// # Errors
    /// A bad name or time.
    pub fn sign_issuing(
        &self,
        name: &str,
        key: &PublicKey,
        serial: Serial,
        now: Timestamp,
    ) -> Result<Certificate, CaError> {
        let profile = Profile {
            role: Role::Issuing,
            common_name: checked_name(name)?,
            names: Vec::new(),
            subject_key: *key,
            serial,
            validity: profile::validity(now, ISSUING_LIFE)?,
        };
        profile::sign(&profile, Some(&self.certificate), &self.key)
    }

    /// The root certificate, which everybody may have.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The root key. Keep it off the machine.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

/// Why a certificate was revoked (RFC 5280 5.3.1; those that can happen here).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// Nothing is said.
    Unspecified,
    /// The key may be in other hands: a stolen terminal.
    KeyCompromise,
    /// A newer certificate took its place.
    Superseded,
    /// The facility or the terminal is closed.
    CessationOfOperation,
    /// The operator took the right away.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::Unspecified,
        Self::KeyCompromise,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The stable name, for the store and the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key_compromise",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation_of_operation",
            Self::PrivilegeWithdrawn => "privilege_withdrawn",
        }
    }

    /// Reads a stable name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// A certificate that must not be accepted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Which.
    pub serial: Serial,
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// The authority that works every day.
#[derive(Debug)]
pub struct IssuingAuthority {
    certificate: Certificate,
    root: Certificate,
    key: PrivateKey,
}

impl IssuingAuthority {
    /// Puts the authority together.
    ///
    /// # Errors
    /// [`CaError::WrongKey`] or [`CaError::WrongRoot`] when the parts do not belong together.
    pub fn new(certificate: Certificate, root: Certificate, key: PrivateKey) -> Result<Self, CaError> {
        if certificate.public_key()? != *key.public_key() {
            return Err(CaError::WrongKey);
        }
        let signed = {
            let held = certificate.x509()?;
            let by = root.x509()?;
            held.issuer() == by.subject()
                && root.public_key()?.verifies(held.tbs_certificate.as_ref(), &held.signature_value.data)
        };
        if signed { Ok(Self { certificate, root, key }) } else { Err(CaError::WrongRoot) }
    }

    /// Signs a server certificate. The chain does not hold the root; add it with [`CertificateChain::with`] on the
    /// enrolment port.
    ///
    /// # Errors
    /// Bad names or time, or a life that would outlast the authority's own.
    pub fn issue_server(
        &self,
        names: &[ServerName],
        key: &PublicKey,
        serial: Serial,
        now: Timestamp,
    ) -> Result<CertificateChain, CaError> {
        if names.is_empty() || names.len() > SERVER_NAMES_MAX {
            return Err(CaError::ServerNames);
        }
        let common_name = match names {
            [ServerName::Dns(name), ..] if name.len() <= COMMON_NAME_CHARS_MAX => name.as_str(),
            _ => "Tashika center",
        };
        let names = names.iter().map(profile::server_san).collect::<Result<Vec<_>, _>>()?;
        self.issue(&Profile {
            role: Role::Server,
            common_name: checked_name(common_name)?,
            names,
            subject_key: *key,
            serial,
            validity: profile::validity(now, LEAF_LIFE)?,
        })
    }

    /// Signs a client certificate for a terminal or an insurer. `name` is for people; of the request only the key is
    /// used.
    ///
    /// # Errors
    /// A bad name or time, or a life that would outlast the authority's own.
    pub fn issue_client(
        &self,
        peer: &Peer,
        name: &str,
        request: &CertificateRequest,
        serial: Serial,
        now: Timestamp,
    ) -> Result<CertificateChain, CaError> {
        self.issue(&Profile {
            role: Role::Client,
            common_name: checked_name(name)?,
            names: vec![profile::peer_san(peer)?],
            subject_key: *request.public_key(),
            serial,
            validity: profile::validity(now, LEAF_LIFE)?,
        })
    }

    fn issue(&self, profile: &Profile) -> Result<CertificateChain, CaError> {
        let leaf = profile::sign(profile, Some(&self.certificate), &self.key)?;
        Ok(CertificateChain::new(leaf, vec![self.certificate.clone()]))
    }

    /// Signs the list of revoked certificates. `number` must grow from list to list; the caller keeps it.
    ///
    /// # Errors
    /// A time outside what a list can hold.
    pub fn issue_crl(&self, revoked: &[Revoked], number: u64, now: Timestamp) -> Result<RevocationList, CaError> {
        profile::sign_crl(&self.certificate, &self.key, revoked, number, (earlier(now)?, later(now, CRL_LIFE)?))
    }

    /// The certificate of the authority.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The root above it.
    pub fn root(&self) -> &Certificate {
        &self.root
    }
}

/// A certificate starts in the past, because the clock of the clinic that gets it may be behind.
fn earlier(now: Timestamp) -> Result<Timestamp, CaError> {
    now.checked_sub(CLOCK_BEHIND_MAX).map_err(|_| CaError::Time)
}

fn later(now: Timestamp, life: SignedDuration) -> Result<Timestamp, CaError> {
    now.checked_add(life).map_err(|_| CaError::Time)
}

/// Cuts a name that is too long for a certificate at a character, because a clinic may have any name; refuses only
/// what cannot be shown.
fn checked_name(name: &str) -> Result<String, CaError> {
    let shown: String = name.trim().chars().take(COMMON_NAME_CHARS_MAX).collect();
    if shown.is_empty() || shown.chars().any(char::is_control) { Err(CaError::Name) } else { Ok(shown) }
}

const fn is_ca(role: Role) -> IsCa {
    match role {
        // root -> issuing -> leaf: one authority below the root, none below the issuing one.
        Role::Root => IsCa::Ca(BasicConstraints::Constrained(1)),
        Role::Issuing => IsCa::Ca(BasicConstraints::Constrained(0)),
        Role::Server | Role::Client => IsCa::ExplicitNoCa,
    }
}
