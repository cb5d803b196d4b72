//! TLS configurations. TLS 1.3 only, everywhere; what else is fixed is said at each function.
//!
//! | port | server shows | client shows | function |
//! |---|---|---|---|
//! | API | leaf, issuing | certificate of a terminal or insurer, not revoked | [`server_config`], [`client_config`] |
//! | enrolment | leaf, issuing, root | nothing | [`enrol_server_config`], [`pinned_client_config`], [`anonymous_client_config`] |
//!
//! This crate and `kit` are the only ones that name types of `rustls`; others pass the configurations on.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig, SignatureScheme,
};

use crate::ca::IssuingAuthority;
use crate::certificate::{Certificate, CertificateChain, RevocationList};
use crate::enrol::RootPin;
use crate::keys::PrivateKey;

/// HTTP/2 first, HTTP/1.1 for receipt computers that know no better.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why a configuration could not be made, or a certificate was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A certificate, key or list does not fit; the text of the TLS library.
    #[error("TLS: {0}")]
    Rustls(String),
    /// A server that asks for client certificates must know which were revoked; an empty list is a list.
    #[error("no revocation list was given")]
    NoRevocationList,
    /// No root to trust was given.
    #[error("no root certificate was given")]
    NoRoot,
}

impl From<Error> for TlsError {
    fn from(error: Error) -> Self {
        Self::Rustls(error.to_string())
    }
}

/// Where TLS takes the time from when it judges a certificate: kit's clock, or a fixed one in tests.
#[derive(Clone)]
pub struct TlsClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl TlsClock {
    /// Wraps a function that tells the time.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }
}

impl std::fmt::Debug for TlsClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsClock(…)")
    }
}

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        unix((self.0)())
    }
}

fn unix(at: Timestamp) -> Option<UnixTime> {
    let seconds = u64::try_from(at.as_second()).ok()?;
    Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
}

/// The API port: only who shows a certificate of ours that is in time and not revoked gets a connection.
///
/// Sessions are not resumed, because rustls does not look at revocation again when one is; connections are kept open
/// anyway, so a resumed handshake would save nothing that is felt. No data is accepted before the handshake ends.
///
/// Make a new configuration when the revocation list changes and swap it in (`kit::serve` can), and look at the serial
/// number of open connections yourself: they were made before.
///
/// # Errors
/// No roots, no list, or parts that do not fit together.
pub fn server_config(
    chain: &CertificateChain,
    key: &PrivateKey,
    client_roots: &[Certificate],
    revocations: &[RevocationList],
    clock: TlsClock,
) -> Result<Arc<ServerConfig>, TlsError> {
    let verifier = client_verifier(client_roots, revocations)?;
    let config = ServerConfig::builder_with_details(provider(), Arc::new(clock))
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain.for_tls(), key.for_tls())?;
    Ok(finish_server(config))
}

/// The enrolment port: whoever comes is served, because who joins has no certificate yet. `chain` must end with the root
/// ([`CertificateChain::with`]), which is how the pin in a one-time code finds it.
///
/// # Errors
/// Parts that do not fit together.
pub fn enrol_server_config(
    chain: &CertificateChain,
    key: &PrivateKey,
    clock: TlsClock,
) -> Result<Arc<ServerConfig>, TlsError> {
    let config = ServerConfig::builder_with_details(provider(), Arc::new(clock))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain.for_tls(), key.for_tls())?;
    Ok(finish_server(config))
}

fn finish_server(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.max_early_data_size = 0;
    Arc::new(config)
}

/// A terminal or insurer that has joined: trusts this root only (never the web's authorities) and shows its certificate.
///
/// # Errors
/// Parts that do not fit together.
pub fn client_config(
    root: &Certificate,
    chain: &CertificateChain,
    key: &PrivateKey,
    clock: TlsClock,
) -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_details(provider(), Arc::new(clock))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots(std::slice::from_ref(root))?)
        .with_client_auth_cert(chain.for_tls(), key.for_tls())?;
    Ok(finish_client(config))
}

/// Who knows the root but has no valid certificate: renewal after the end of the old one.
///
/// # Errors
/// A root that cannot be used.
pub fn anonymous_client_config(root: &Certificate, clock: TlsClock) -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_details(provider(), Arc::new(clock))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots(std::slice::from_ref(root))?)
        .with_no_client_auth();
    Ok(finish_client(config))
}

/// Who joins: knows only the pin in its one-time code. The server must show a root with that pin, and a chain that ends
/// there and is right in every other way.
///
/// # Errors
/// The TLS library refused the settings.
pub fn pinned_client_config(pin: RootPin, clock: TlsClock) -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_details(provider(), Arc::new(clock))
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(PinnedRoot { pin, provider: provider() }))
        .with_no_client_auth();
    Ok(finish_client(config))
}

fn finish_client(mut config: ClientConfig) -> Arc<ClientConfig> {
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    config.resumption = rustls::client::Resumption::disabled();
    config.enable_early_data = false;
    Arc::new(config)
}

/// Judges a client certificate outside of a handshake as a handshake would at the time `at`.
pub(crate) fn verify_client(
    authority: &IssuingAuthority,
    revocations: &RevocationList,
    certificate: &Certificate,
    at: Timestamp,
) -> Result<(), TlsError> {
    let verifier = client_verifier(std::slice::from_ref(authority.root()), std::slice::from_ref(revocations))?;
    let at = unix(at).ok_or(TlsError::Rustls("the time lies before 1970".to_owned()))?;
    verifier.verify_client_cert(&certificate.for_tls(), &[authority.certificate().for_tls()], at)?;
    Ok(())
}

/// Only the leaf is looked up in the lists: the issuing authority is taken back by replacing it in the configuration of
/// the one center that uses it. The end of a list's validity is not enforced, because the center makes the list itself
/// out of its own table; a job that is late must not close the windows of the country.
fn client_verifier(
    client_roots: &[Certificate],
    revocations: &[RevocationList],
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    if revocations.is_empty() {
        return Err(TlsError::NoRevocationList);
    }
    WebPkiClientVerifier::builder_with_provider(roots(client_roots)?, provider())
        .with_crls(revocations.iter().map(RevocationList::for_tls))
        .only_check_end_entity_revocation()
        .build()
        .map_err(|error| TlsError::Rustls(error.to_string()))
}

fn roots(certificates: &[Certificate]) -> Result<Arc<RootCertStore>, TlsError> {
    if certificates.is_empty() {
        return Err(TlsError::NoRoot);
    }
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store.add(certificate.for_tls())?;
    }
    Ok(Arc::new(store))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Accepts a server whose chain ends in the root with this pin.
#[derive(Debug)]
struct PinnedRoot {
    pin: RootPin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedRoot {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let root = intermediates
            .iter()
            .find(|shown| RootPin::of_der(shown) == self.pin)
            .ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let mut store = RootCertStore::empty();
        store.add(root.clone().into_owned())?;
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&self.provider))
            .build()
            .map_err(|error| Error::General(error.to_string()))?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Never reached: no version but 1.3 is offered.
        Err(Error::PeerIncompatible(rustls::PeerIncompatible::Tls12NotOffered))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
