//! What the socket tests share: a throw-away CA, a listener, a client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use kit::client::{Client, ClientOptions, ClientTls};
use kit::clock::SystemClock;
use kit::lifecycle::Lifecycle;
use kit::random::SystemRandom;
use kit::serve::{Listener, Reach, ServeOptions, Server, ServerTls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

/// A CA that lives as long as a test.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

pub struct Leaf {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
}

impl Ca {
    pub fn new() -> Self {
        Self::named("Test CA")
    }

    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    pub fn leaf(&self, name: &str) -> Leaf {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Leaf { certificate, key: PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())) }
    }

    pub fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// A server for `localhost` that asks clients of this CA for a certificate.
    pub fn server_config(&self) -> ServerConfig {
        let leaf = self.leaf("localhost");
        let verifier = WebPkiClientVerifier::builder_with_provider(self.roots(), provider()).build().unwrap();
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![leaf.certificate], leaf.key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }

    /// A client that trusts this CA and shows a certificate of it.
    pub fn client_config(&self, name: &str) -> ClientConfig {
        let leaf = self.leaf(name);
        let mut config = client_builder(self.roots()).with_client_auth_cert(vec![leaf.certificate], leaf.key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }

    /// A client that trusts this CA and shows nothing.
    pub fn anonymous_config(&self) -> ClientConfig {
        client_builder(self.roots()).with_no_client_auth()
    }
}

fn client_builder(roots: Arc<RootCertStore>) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

pub fn server(name: &'static str) -> Server {
    Server::new(name, SystemClock::shared(), SystemRandom::shared())
}

pub fn loopback() -> Listener {
    Listener::bind("127.0.0.1:0".parse().unwrap(), Reach::Loopback).unwrap()
}

/// A router on a loopback port without TLS.
pub fn start_plain(router: Router, options: ServeOptions, life: &Lifecycle) -> SocketAddr {
    server("plain").options(options).start(loopback(), router, life).unwrap()
}

/// The same at an address that was free a moment ago.
pub fn start_plain_at(address: SocketAddr, router: Router, life: &Lifecycle) -> SocketAddr {
    server("plain").start(Listener::bind(address, Reach::Loopback).unwrap(), router, life).unwrap()
}

/// A router behind mutual TLS.
pub fn start_tls(router: Router, ca: &Ca, life: &Lifecycle) -> SocketAddr {
    server("tls").tls(ServerTls::new(ca.server_config())).start(loopback(), router, life).unwrap()
}

pub fn https(address: SocketAddr) -> String {
    format!("https://localhost:{}", address.port())
}

pub fn http(address: SocketAddr) -> String {
    format!("http://localhost:{}", address.port())
}

pub fn client(url: &str, tls: &ClientConfig, options: ClientOptions) -> Client {
    Client::builder(SystemClock::shared())
        .base_urls([url])
        .unwrap()
        .tls(ClientTls::new(tls.clone()))
        .options(options)
        .build()
        .unwrap()
}

pub fn plain_client(address: SocketAddr) -> Client {
    Client::builder(SystemClock::shared())
        .base_urls([http(address)])
        .unwrap()
        .options(ClientOptions { plain_loopback: true, ..ClientOptions::default() })
        .build()
        .unwrap()
}

pub const SOON: Duration = Duration::from_secs(10);

/// A task of a test, which waits for it or outlives it by a moment.
#[expect(clippy::disallowed_methods, reason = "what plays the other side must not be among the tasks under test")]
pub fn spawn<F>(task: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(task)
}
