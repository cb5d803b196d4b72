//! What the two TLS ports show and accept, and how it is replaced while they run.
//!
//! The server certificate and its key live in memory only: they are made at start and again in the last third of their
//! life. The revocation list comes from [`crate::revocation`].

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::serve::ServerTls;
use trust::ca::CaError;
use trust::tls::{TlsClock, TlsError, enrol_server_config, server_config};
use trust::{CertificateChain, PrivateKey, RevocationList, Validity};

use crate::authority::Authority;

/// Why the ports cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum CenterTlsError {
    /// The server certificate could not be made.
    #[error("the server certificate: {0}")]
    Certificate(#[from] CaError),
    /// The parts do not fit together.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Both TLS ports.
#[derive(Debug)]
pub struct Ports {
    /// The API: client certificate required.
    pub api: ServerTls,
    /// Enrolment: no client certificate.
    pub enrol: ServerTls,
    clock: TlsClock,
    shown: Mutex<Shown>,
}

#[derive(Debug)]
struct Shown {
    chain: CertificateChain,
    key: PrivateKey,
    validity: Validity,
    revocations: RevocationList,
}

/// A certificate of the center and its key.
pub type ServerCertificate = (CertificateChain, PrivateKey);

impl Ports {
    /// Configurations for both ports.
    ///
    /// # Errors
    /// Parts that do not fit together.
    pub fn new(
        authority: &Authority,
        (chain, key): ServerCertificate,
        revocations: RevocationList,
        clock: SharedClock,
    ) -> Result<Self, CenterTlsError> {
        let clock = TlsClock::new(move || clock.now());
        let roots = std::slice::from_ref(authority.root());
        let api = server_config(&chain, &key, roots, std::slice::from_ref(&revocations), clock.clone())?;
        let enrol = enrol_server_config(&with_root(&chain, authority), &key, clock.clone())?;
        let validity = chain.leaf().validity().map_err(CaError::from)?;
        let shown = Mutex::new(Shown { chain, key, validity, revocations });
        Ok(Self { api: ServerTls::new(api), enrol: ServerTls::new(enrol), clock, shown })
    }

    /// Takes a new revocation list. Open connections stay: every request looks at its own serial number, and the
    /// terminal of a clinic that was not revoked must not be parted because another one was.
    ///
    /// # Errors
    /// Parts that do not fit together; nothing changes then.
    pub fn take_revocations(&self, authority: &Authority, list: RevocationList) -> Result<(), CenterTlsError> {
        let mut shown = self.lock();
        let roots = std::slice::from_ref(authority.root());
        let clock = self.clock.clone();
        self.api.replace(server_config(&shown.chain, &shown.key, roots, std::slice::from_ref(&list), clock)?);
        shown.revocations = list;
        Ok(())
    }

    /// Takes a new server certificate. Open connections stay.
    ///
    /// # Errors
    /// Parts that do not fit together; nothing changes then.
    pub fn take_server(&self, authority: &Authority, (chain, key): ServerCertificate) -> Result<(), CenterTlsError> {
        let mut shown = self.lock();
        let roots = std::slice::from_ref(authority.root());
        let revocations = shown.revocations.clone();
        let api = server_config(&chain, &key, roots, std::slice::from_ref(&revocations), self.clock.clone())?;
        let enrol = enrol_server_config(&with_root(&chain, authority), &key, self.clock.clone())?;
        let validity = chain.leaf().validity().map_err(CaError::from)?;
        *shown = Shown { chain, key, validity, revocations };
        self.api.replace(api);
        self.enrol.replace(enrol);
        Ok(())
    }

    /// Whether the server certificate is in the last third of its life.
    pub fn is_renewal_due(&self, now: Timestamp) -> bool {
        let validity = self.lock().validity;
        let life = validity.not_after.duration_since(validity.not_before);
        validity.not_after.duration_since(now) < life / 3
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who joins knows the root by its fingerprint only, so the enrolment port shows it.
fn with_root(chain: &CertificateChain, authority: &Authority) -> CertificateChain {
    chain.clone().with(authority.root().clone())
}
