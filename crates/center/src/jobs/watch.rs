//! Small things that are looked at again and again.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use kit::ops::ReadyFlag;
use kit::random::SharedRandom;
use tracing::{error, info, warn};

use crate::authority::Authority;
use crate::check::Engine;
use crate::config::Config;
use crate::limits;
use crate::metrics::CenterMetrics;
use crate::presence::Presence;
use crate::revocation::Revocations;
use crate::status::StatusLists;
use crate::store::Store;
use crate::tls::Ports;

/// What the small jobs look at.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) authority: Arc<Authority>,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) ports: Arc<Ports>,
    pub(crate) presence: Option<Arc<Presence>>,
    pub(crate) status: Arc<StatusLists>,
    pub(crate) metrics: Arc<CenterMetrics>,
    pub(crate) config: Arc<Config>,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
}

impl Watch {
    /// Starts all of them.
    pub(crate) fn start(self, life: &Lifecycle, store_ready: ReadyFlag) {
        let (watch, end) = (self.clone(), life.clone());
        life.spawn("watch_revocations", async move {
            while end.rest(limits::REVOCATION_WATCH_TIME).await {
                watch.revocations().await;
                // Asked this often because a machine that slept wakes up weeks later.
                watch.server_certificate();
            }
        });
        let (watch, end) = (self.clone(), life.clone());
        life.spawn("watch_store", async move {
            while end.rest(limits::STORE_WATCH_TIME).await {
                watch.store(&store_ready).await;
            }
        });
        let (watch, end) = (self.clone(), life.clone());
        life.spawn("watch_certificates", async move {
            loop {
                watch.count_certificates().await;
                if !end.rest(limits::CERTIFICATE_WATCH_TIME).await {
                    return;
                }
            }
        });
        if let Some(presence) = self.presence.clone() {
            let end = life.clone();
            life.spawn("watch_card_lists", async move {
                loop {
                    if let Err(error) = presence.refresh_lists().await {
                        warn!(%error, "the revocation lists of cards could not be kept");
                    }
                    if !end.rest(limits::CARD_LIST_WATCH_TIME).await {
                        return;
                    }
                }
            });
        }
        let (status, end) = (Arc::clone(&self.status), life.clone());
        life.spawn("status_lists", async move {
            loop {
                if let Err(error) = status.publish_if_due(&end).await {
                    warn!(%error, "the status lists could not be made anew");
                }
                if !end.rest(limits::STATUS_WATCH_TIME).await {
                    return;
                }
            }
        });
        let end = life.clone();
        life.spawn("cleaning", async move {
            loop {
                self.clean().await;
                if !end.rest(limits::BULK_WATCH_TIME).await {
                    return;
                }
            }
        });
    }

    async fn revocations(&self) {
        match self.revocations.refresh().await {
            Ok(None) => {}
            Ok(Some(list)) => {
                if let Err(error) = self.ports.take_revocations(&self.authority, (*list).clone()) {
                    // Requests are still refused one by one.
                    error!(%error, "the new revocation list could not be taken into use by TLS");
                }
            }
            Err(error) => warn!(%error, "whether anything was revoked could not be found out"),
        }
    }

    async fn store(&self, ready: &ReadyFlag) {
        match self.store.ping().await {
            Ok(()) => ready.up(),
            Err(error) => ready.down(error.code()),
        }
        self.metrics.waiting(self.engine.waiting());
    }

    fn server_certificate(&self) {
        if !self.ports.is_renewal_due(self.clock.now()) {
            return;
        }
        let names = &self.config.public.names;
        match self.authority.issue_server(names, &*self.random, self.clock.now()) {
            Ok(server) => match self.ports.take_server(&self.authority, server) {
                Ok(()) => {
                    self.metrics.server_certificate_renewed();
                    info!("the server certificate was renewed");
                }
                Err(error) => error!(%error, "the new server certificate could not be taken into use"),
            },
            Err(error) => error!(%error, "the server certificate could not be renewed"),
        }
    }

    async fn count_certificates(&self) {
        let now = self.clock.now();
        let until = now.saturating_add(limits::CERTIFICATE_EXPIRING_WITHIN).unwrap_or(Timestamp::MAX);
        let counted =
            self.store.read("certificates_ending", async |mut tx| tx.certificates_ending(now, until).await).await;
        match counted {
            Ok(count) => self.metrics.certificates_expiring(count),
            Err(error) => warn!(%error, "certificates that end soon could not be counted"),
        }
    }

    async fn clean(&self) {
        let now = self.clock.now();
        let days = i64::from(self.config.limits.bulk_retention_days.get());
        let ago = |time: SignedDuration| now.saturating_sub(time).unwrap_or(Timestamp::MIN);
        let (old, unfinished) = (ago(SignedDuration::from_hours(days * 24)), ago(limits::BULK_RECEIVING_TIME));
        let codes = ago(limits::ENROLMENT_CODE_LIFE);
        let challenges = ago(limits::CHALLENGE_USED_TIME);
        let (claims_begun, claims_ended) =
            (ago(limits::CLAIM_FILE_RECEIVING_TIME), ago(limits::CLAIM_FILE_RESULT_TIME));
        let unmatched = ago(limits::CLAIM_AGAIN_TIME);
        let cleaned = self
            .store
            .tx("clean", async |mut tx| {
                let forgotten = tx.forget_bulk(old, limits::BULK_DELETE_FILES).await?;
                let given_up = tx.forget_unfinished_bulk(unfinished).await?;
                let codes = tx.forget_enrolment_codes(codes).await?;
                tx.forget_challenges(challenges).await?;
                tx.forget_claim_files(claims_begun, claims_ended).await?;
                tx.leave_old_unmatched(unmatched).await?;
                Ok((forgotten, given_up, codes))
            })
            .await;
        match cleaned {
            Ok((0, 0, 0)) => {}
            Ok((forgotten, given_up, codes)) => info!(forgotten, given_up, codes, "old things were forgotten"),
            Err(error) => warn!(%error, "old things could not be forgotten"),
        }
        match self.store.read("bulk_units_waiting", async |mut tx| tx.bulk_units_waiting().await).await {
            Ok(units) => self.metrics.bulk_units_waiting(units),
            Err(error) => warn!(%error, "what waits in bulk files could not be counted"),
        }
    }
}
