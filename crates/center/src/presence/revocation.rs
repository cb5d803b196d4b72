//! Whether the certificate of a card was given up: its issuer is asked by OCSP, and where nobody answers, the last
//! revocation list is looked into, if it is not older than a day.
//!
//! * What the issuer says counts for [`limits::CARD_STATUS_TIME`], minutes, so that a patient who registers and is then
//!   checked is asked about once.
//! * A responder that does not answer is left alone for [`limits::CARD_STATUS_REST`]: the next patients do not wait for
//!   it too.
//! * Lists are fetched by a job and kept with the data, so that a center which starts while nobody answers has them.
//! * Nothing here says which card was asked about: not in a log line, not in an error.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use domain::presence::Revocation;
use kit::client::{Client, ClientError, ClientOptions};
use kit::clock::SharedClock;
use kit::random::SharedRandom;
use tracing::{debug, info, warn};
use trust::jpki::crl::Crl;
use trust::jpki::ocsp::{Question, Status};
use trust::jpki::{JpkiTrust, PersonCertificate, RevocationError};

use super::CardSetupError;
use super::reissue::Reissues;
use crate::config::Card;
use crate::limits;
use crate::store::card::CardId;
use crate::store::presence::StoredCardCrl;
use crate::store::{Store, StoreError};

/// Asks whether certificates of cards were given up. `Debug` says how many lists there are.
pub struct CardRevocation {
    trust: Arc<JpkiTrust>,
    responder: Option<Source>,
    sources: Vec<Source>,
    lists: ArcSwap<Vec<Crl>>,
    reissues: Reissues,
    known: Mutex<HashMap<CardId, Known>>,
    /// Monotonic milliseconds before which the responder is not asked again.
    rest_until: AtomicU64,
    store: Store,
    clock: SharedClock,
    random: SharedRandom,
}

/// Where the issuer answers: the responder, a list, or what took the place of a certificate.
pub(super) struct Source {
    pub(super) url: String,
    pub(super) client: Client,
    pub(super) path: String,
}

/// What the issuer said a moment ago.
#[derive(Debug, Clone, Copy)]
struct Known {
    status: Revocation,
    at: Duration,
}

/// Why the issuer could not be asked.
#[derive(Debug, thiserror::Error)]
enum NotAsked {
    #[error("no responder is configured")]
    NoResponder,
    #[error("the responder did not answer a moment ago")]
    Resting,
    #[error(transparent)]
    Line(#[from] ClientError),
    #[error(transparent)]
    Answer(#[from] RevocationError),
}

impl CardRevocation {
    /// Nothing is asked before it has to be.
    ///
    /// # Errors
    /// An address that cannot be asked.
    pub fn new(
        settings: &Card,
        trust: Arc<JpkiTrust>,
        store: Store,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self, CardSetupError> {
        let responder = match settings.ocsp_url.as_str() {
            "" => None,
            url => Some(Source::new(url, limits::CARD_STATUS_ANSWER_TIME, &clock)?),
        };
        let list = |url: &String| Source::new(url, limits::CARD_LIST_ANSWER_TIME, &clock);
        let sources = settings.crl_urls.iter().map(list).collect::<Result<_, _>>()?;
        let reissues = Reissues::new(settings, Arc::clone(&trust), store.clone(), &clock)?;
        Ok(Self {
            trust,
            responder,
            sources,
            lists: ArcSwap::default(),
            reissues,
            known: Mutex::default(),
            rest_until: AtomicU64::new(0),
            store,
            clock,
            random,
        })
    }

    /// What is known about this certificate now.
    pub async fn of(&self, certificate: &PersonCertificate) -> Revocation {
        let card = CardId::from(certificate);
        if let Some(status) = self.said_before(&card) {
            return status;
        }
        match self.ask(certificate).await {
            Ok(status) => {
                self.remember(card, status);
                status
            }
            Err(error) => {
                match &error {
                    NotAsked::NoResponder | NotAsked::Resting => debug!(%error, "the issuer of cards was not asked"),
                    NotAsked::Line(_) | NotAsked::Answer(_) => {
                        self.rest();
                        warn!(%error, "the issuer of cards could not be asked; its last list is looked into");
                    }
                }
                self.by_list(certificate)
            }
        }
    }

    async fn ask(&self, certificate: &PersonCertificate) -> Result<Revocation, NotAsked> {
        let responder = self.responder.as_ref().ok_or(NotAsked::NoResponder)?;
        if millis(self.clock.monotonic()) < self.rest_until.load(Ordering::Relaxed) {
            return Err(NotAsked::Resting);
        }
        let question = Question::new(certificate, kit::random::bytes(&*self.random));
        let answer = responder.client.post(&responder.path, "application/ocsp-request", question.to_der()).await?;
        Ok(match question.read_answer(&answer.body, self.clock.now())?.status {
            Status::Good => Revocation::Good,
            Status::Revoked(_) => Revocation::Revoked,
            Status::Unknown => Revocation::Unknown,
        })
    }

    /// What the lists say. One that is too old says nothing, not even that a certificate was revoked: it is then the
    /// business of whoever reads [`Revocation::CannotTell`].
    fn by_list(&self, certificate: &PersonCertificate) -> Revocation {
        let now = self.clock.now();
        let mut answered = false;
        for list in self.lists.load().iter().filter(|list| list.is_usable(now)) {
            match list.look_up(certificate) {
                Ok(Some(_)) => return Revocation::Revoked,
                Ok(None) => answered = true,
                Err(_) => {}
            }
        }
        if answered { Revocation::NotOnRecentList } else { Revocation::CannotTell }
    }

    fn said_before(&self, card: &CardId) -> Option<Revocation> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.monotonic();
        known
            .get(card)
            .filter(|known| now.saturating_sub(known.at) < limits::CARD_STATUS_TIME)
            .map(|known| known.status)
    }

    fn remember(&self, card: CardId, status: Revocation) {
        let at = self.clock.monotonic();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= limits::CARD_STATUS_MAX {
            known.retain(|_, known| at.saturating_sub(known.at) < limits::CARD_STATUS_TIME);
        }
        // Still full: everybody is asked about anew, which is slower and as right.
        if known.len() < limits::CARD_STATUS_MAX {
            known.insert(card, Known { status, at });
        }
    }

    fn rest(&self) {
        self.rest_until.store(millis(self.clock.monotonic() + limits::CARD_STATUS_REST), Ordering::Relaxed);
    }

    /// Takes the lists that are kept with the data.
    ///
    /// # Errors
    /// The database.
    pub async fn load(&self) -> Result<(), StoreError> {
        let stored = self.store.read("card_crls", async |mut tx| tx.card_crls().await).await?;
        let mut lists = Vec::with_capacity(stored.len());
        for stored in stored {
            match Crl::read(&stored.crl, &self.trust) {
                Ok(list) => lists.push(list),
                // Of an authority that is believed no longer, perhaps.
                Err(error) => {
                    warn!(%error, source = %stored.source, "a revocation list of cards that was kept is no use");
                }
            }
        }
        self.lists.store(Arc::new(lists));
        Ok(())
    }

    /// Fetches every list, keeps what is new, and takes over what other centers have kept. Whoever is on a new list and
    /// registered here gets a look whether another certificate took the place of theirs.
    ///
    /// # Errors
    /// The database.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        for source in &self.sources {
            match self.fetch(source).await {
                Ok((list, crl)) => {
                    let stored = StoredCardCrl { source: source.url.clone(), this_update: list.this_update(), crl };
                    let (stored, now) = (&stored, self.clock.now());
                    if self.store.tx("put_card_crl", async |mut tx| tx.put_card_crl(stored, now).await).await? {
                        info!(source = %source.url, made_at = %stored.this_update, "a new revocation list of cards was taken");
                        self.reissues.follow(&list).await?;
                    }
                }
                Err(error) => warn!(%error, source = %source.url, "a revocation list of cards could not be fetched"),
            }
        }
        self.load().await
    }

    async fn fetch(&self, source: &Source) -> Result<(Crl, Vec<u8>), NotAsked> {
        let answer = source.client.get(&source.path).await?;
        let list = Crl::read(&answer.body, &self.trust)?;
        Ok((list, answer.body.to_vec()))
    }
}

impl std::fmt::Debug for CardRevocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardRevocation").field("lists", &self.lists.load().len()).finish_non_exhaustive()
    }
}

impl Source {
    /// What an issuer says is signed, so plain HTTP does no harm; it stays on this machine all the same, and a proxy there
    /// carries it on.
    pub(super) fn new(url: &str, answer_time: Duration, clock: &SharedClock) -> Result<Self, CardSetupError> {
        let options = ClientOptions {
            connect_time: limits::CARD_STATUS_ANSWER_TIME,
            answer_time,
            answer_bytes_max: limits::CARD_LIST_BYTES_MAX,
            plain_loopback: true,
            ..ClientOptions::default()
        };
        // The path is not part of the base, which would put a slash behind it.
        let (base, path) = split(url);
        let client = Client::builder(Arc::clone(clock)).base_urls([base])?.options(options).build()?;
        Ok(Self { url: url.to_owned(), client, path: path.to_owned() })
    }
}

/// The address without its path, and the path.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    match url[host..].find('/') {
        Some(at) => url.split_at(host + at),
        None => (url, "/"),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_split_behind_its_host() {
        assert_eq!(split("http://127.0.0.1:80/crl/1.crl"), ("http://127.0.0.1:80", "/crl/1.crl"));
        assert_eq!(split("http://127.0.0.1:80"), ("http://127.0.0.1:80", "/"));
        assert_eq!(split(""), ("", "/"));
    }
}
