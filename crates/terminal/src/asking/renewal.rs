//! A fresh certificate, by itself: in the last third of the life of the old one, at a moment that differs from terminal
//! to terminal, over the running connection; or, when the terminal was switched off too long, by a signature of the old
//! key. The new certificate is used from the next request on.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kit::client::{Client, ClientError, ClientOptions, ClientTls};
use kit::lifecycle::Lifecycle;
use kit::random::SharedRandom;
use trust::certificate::{CertificateRequest, Validity};
use trust::{renewal, tls};
use wire::api::{Enrolled, ProblemCode, RenewalRequest, RenewalWithOldCertificate};

use super::Center;
use crate::identity::{self, CenterFacts, CenterRecord, Identity, IdentityError};
use crate::layout::Layout;
use crate::limits;

/// Why there is no new certificate yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenewError {
    #[error(transparent)]
    Asking(#[from] ClientError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("{0}")]
    Trust(String),
}

/// The certificate in use and when it is renewed.
pub(crate) struct Renewal {
    center: Arc<Center>,
    layout: Layout,
    identity: Identity,
    jitter: u64,
}

impl Renewal {
    pub(crate) fn new(center: Arc<Center>, layout: Layout, identity: Identity, random: &SharedRandom) -> Self {
        let jitter = u64::from_be_bytes(kit::random::bytes(&**random));
        Self { center, layout, identity, jitter }
    }

    /// Looks again and again until the terminal stops.
    pub(crate) async fn run(mut self, life: Lifecycle) {
        loop {
            let rest = self.look().await;
            if !life.rest(rest).await {
                return;
            }
        }
    }

    /// One look; the time until the next.
    pub(crate) async fn look(&mut self) -> Duration {
        let now = self.center.hours.now();
        self.tell(now);
        let due = now >= renewal::renew_at(self.identity.validity, self.jitter);
        // The center's clock decides, also when ours is behind and cannot be compared because nobody lets us in.
        if !due && !self.center.health.is_expired_at_center() {
            return limits::RENEWAL_LOOK_INTERVAL;
        }
        match self.renew(now).await {
            Ok(()) => {
                tracing::info!(until = %self.identity.validity.not_after, "the certificate was renewed");
                self.tell(now);
                limits::RENEWAL_LOOK_INTERVAL
            }
            Err(error) => {
                tracing::warn!(%error, until = %self.identity.validity.not_after, "the certificate could not be renewed yet");
                self.note_refusal(&error);
                limits::RENEWAL_RETRY_INTERVAL
            }
        }
    }

    fn tell(&self, now: Timestamp) {
        let Validity { not_after, .. } = self.identity.validity;
        self.center.health.certificate(not_after, now);
    }

    fn note_refusal(&self, error: &RenewError) {
        if let RenewError::Asking(asking) = error
            && let Some(code @ (ProblemCode::RenewalRefused | ProblemCode::CertificateRevoked)) = asking.problem_code()
        {
            self.center.health.center_refused(code);
        }
    }

    async fn renew(&mut self, now: Timestamp) -> Result<(), RenewError> {
        let key = identity::next_key(&self.layout)?;
        let request = CertificateRequest::create(&key).map_err(|error| RenewError::Trust(error.to_string()))?;
        let in_time = now < self.identity.validity.not_after && !self.center.health.is_expired_at_center();
        let enrolled = if in_time { self.by_connection(&request).await? } else { self.by_old_key(&request).await? };
        let fresh = Identity::new(key, &enrolled.certificate_chain)?;
        let facts = self.facts_after(&enrolled)?;
        fresh.save(&self.layout)?;
        facts.save(&self.layout)?;
        identity::forget_next_key(&self.layout);
        self.center.renewed(&fresh, facts)?;
        self.identity = fresh;
        Ok(())
    }

    /// What is known about the center may move with a renewal, except what was pinned when we joined.
    fn facts_after(&self, enrolled: &Enrolled) -> Result<CenterFacts, RenewError> {
        let before = self.center.facts();
        let mut record = CenterRecord::of(enrolled, &before.record.enrol_url);
        record.root_certificate.clone_from(&before.record.root_certificate);
        let facts = CenterFacts::read(record).map_err(RenewError::Trust)?;
        if facts.facility != before.facility {
            return Err(RenewError::Trust("the new certificate is for another facility".to_owned()));
        }
        Ok(facts)
    }

    async fn by_connection(&self, request: &CertificateRequest) -> Result<Enrolled, RenewError> {
        let body = RenewalRequest { csr: request.to_pem() };
        Ok(self.center.client.post_json("/v1/certificates/renew", &body).await?)
    }

    async fn by_old_key(&self, request: &CertificateRequest) -> Result<Enrolled, RenewError> {
        let trust = |error: &dyn std::fmt::Display| RenewError::Trust(error.to_string());
        let facts = self.center.facts();
        let clock = self.center.hours.clock();
        let config =
            tls::anonymous_client_config(&facts.root, identity::tls_clock(clock)).map_err(|error| trust(&error))?;
        let client = Client::builder(Arc::clone(clock))
            .base_urls([&facts.record.enrol_url])
            .and_then(|builder| {
                builder
                    .tls(ClientTls::new(config))
                    .options(ClientOptions { answer_time: limits::ASK_TIME, ..ClientOptions::default() })
                    .build()
            })
            .map_err(|error| trust(&error))?;
        let signature = renewal::prove(&self.identity.key, request).map_err(|error| trust(&error))?;
        let body = RenewalWithOldCertificate {
            csr: request.to_pem(),
            old_certificate: self.identity.chain.leaf().to_pem(),
            signature: STANDARD.encode(signature),
        };
        Ok(client.post_json("/v1/renewals", &body).await?)
    }
}
