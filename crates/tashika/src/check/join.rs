//! Joins a center as a vendor's program would: one-time code in, certificate and HTTPS client out.

use anyhow::{Context as _, Result};
use kit::client::{Client, ClientOptions, ClientTls};
use kit::clock::SharedClock;
use std::sync::Arc;
use trust::enrol::OneTimeCode;
use trust::tls::TlsClock;
use trust::{Certificate, CertificateChain, CertificateRequest, PrivateKey};
use wire::api::{Enrolled, EnrolmentRequest};

/// A member of the network with its certificate.
#[derive(Clone)]
pub struct Member {
    /// 医療機関コード, or the insurer number.
    pub code: String,
    /// What the center gave.
    pub enrolled: Enrolled,
    key: Arc<PrivateKey>,
}

impl Member {
    /// Makes a key, asks for a certificate with the code and keeps both.
    pub async fn join(enrol_url: &str, code: &str, clock: &SharedClock) -> Result<Self> {
        Self::join_with_key(enrol_url, code, Arc::new(PrivateKey::generate()?), clock).await
    }

    /// The same with a key that is there already: who lost the answer asks once more with the same one.
    pub async fn join_with_key(enrol_url: &str, code: &str, key: Arc<PrivateKey>, clock: &SharedClock) -> Result<Self> {
        let typed = OneTimeCode::parse(code).context("the one-time code")?;
        let request = CertificateRequest::create(&key)?;
        let tls = trust::tls::pinned_client_config(typed.root_pin(), tls_clock(clock))?;
        let client = Client::builder(Arc::clone(clock)).base_urls([enrol_url])?.tls(ClientTls::new(tls)).build()?;
        let body = EnrolmentRequest { code: code.to_owned(), csr: request.to_pem() };
        let enrolled: Enrolled = client.post_json("/v1/enrolments", &body).await.context("joining the center")?;
        Ok(Self { code: enrolled.medical_institution_code.clone(), enrolled, key })
    }

    /// An HTTPS client that shows the certificate.
    pub fn client(&self, clock: &SharedClock, options: ClientOptions) -> Result<Client> {
        Ok(Client::builder(Arc::clone(clock))
            .base_urls(self.enrolled.api_urls.clone())?
            .tls(self.tls(clock)?)
            .options(options)
            .build()?)
    }

    /// What a connection to the center trusts and shows.
    pub fn tls(&self, clock: &SharedClock) -> Result<ClientTls> {
        let root = Certificate::from_pem(&self.enrolled.root_certificate)?;
        let chain = CertificateChain::from_pem(&self.enrolled.certificate_chain)?;
        Ok(ClientTls::new(trust::tls::client_config(&root, &chain, &self.key, tls_clock(clock))?))
    }
}

/// TLS judges certificates by the same clock as everything else.
fn tls_clock(clock: &SharedClock) -> TlsClock {
    let clock = Arc::clone(clock);
    TlsClock::new(move || clock.now())
}
