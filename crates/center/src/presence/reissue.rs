//! Which certificate took the place of one that was given up (新旧シリアル番号の紐付け).
//!
//! A card that is issued anew has another serial number, and its certificate does not say which one it follows. Only the
//! authority knows, and it tells from the old one to the new one. So whenever a new revocation list is taken, those on it
//! that are registered here are asked about; whoever has a successor stays registered with it. Nothing is guessed.

use std::sync::Arc;

use kit::client::ClientError;
use kit::clock::SharedClock;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use trust::jpki::crl::Crl;
use trust::jpki::{CertificateSerial, JpkiTrust};
use wire::api::ProblemCode;

use super::CardSetupError;
use super::revocation::Source;
use crate::config::Card;
use crate::limits;
use crate::store::card::CardId;
use crate::store::{Store, StoreError};

/// Follows certificates to those that took their place.
pub(super) struct Reissues {
    authority: Option<Source>,
    trust: Arc<JpkiTrust>,
    store: Store,
    clock: SharedClock,
}

/// A certificate on the line. It stands in a body and never in an address, where logs would keep it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CertificateName {
    /// Key identifier of the authority's generation, lower-case hexadecimal.
    ca_key_id: String,
    /// Serial number, lower-case hexadecimal.
    serial: String,
}

/// Why a successor is not known.
#[derive(Debug, thiserror::Error)]
enum NotFollowed {
    #[error(transparent)]
    Line(#[from] ClientError),
    #[error("the authority names a certificate of a generation that is not believed here, or none at all")]
    Name,
}

impl Reissues {
    pub(super) fn new(
        settings: &Card,
        trust: Arc<JpkiTrust>,
        store: Store,
        clock: &SharedClock,
    ) -> Result<Self, CardSetupError> {
        let authority = match settings.successor_url.as_str() {
            "" => None,
            url => Some(Source::new(url, limits::CARD_STATUS_ANSWER_TIME, clock)?),
        };
        Ok(Self { authority, trust, store, clock: Arc::clone(clock) })
    }

    /// Looks whether somebody on the list is registered here and has a new certificate. What could not be found out is
    /// tried again with the next list.
    pub(super) async fn follow(&self, list: &Crl) -> Result<(), StoreError> {
        let Some(authority) = &self.authority else { return Ok(()) };
        let ca = list.ca_key_id();
        let cards: Vec<CardId> = list.serials().map(|serial| CardId::new(serial, ca.as_bytes())).collect();
        let serials: Vec<CertificateSerial> = list.serials().collect();
        let mut followed = 0_u64;
        for (cards, serials) in cards.chunks(limits::CARD_REISSUE_CHUNK).zip(serials.chunks(limits::CARD_REISSUE_CHUNK))
        {
            let ours = self.store.read("cards_given_up", async |mut tx| tx.persons_of_cards(cards).await).await?;
            for (at, _) in ours {
                let name = CertificateName { ca_key_id: ca.to_hex(), serial: serials[at].to_hex() };
                match self.successor(authority, &name).await {
                    Ok(None) => {}
                    Ok(Some(new)) => {
                        let (old, new, now) = (&cards[at], &new, self.clock.now());
                        let moved =
                            self.store.tx("reissue_card", async |mut tx| tx.reissue_card(old, new, now).await).await?;
                        followed += u64::from(moved.is_some());
                    }
                    Err(error) => warn!(%error, "what took the place of a certificate could not be found out"),
                }
            }
        }
        if followed > 0 {
            info!(cards = followed, "registrations went over to certificates that were issued anew");
        }
        Ok(())
    }

    async fn successor(&self, authority: &Source, old: &CertificateName) -> Result<Option<CardId>, NotFollowed> {
        let named: CertificateName = match authority.client.post_json(&authority.path, old).await {
            Ok(named) => named,
            Err(ClientError::Problem { document, .. }) if document.code == ProblemCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let ca = self.trust.cas().iter().find(|ca| ca.key_id().to_hex() == named.ca_key_id).ok_or(NotFollowed::Name)?;
        let serial = CertificateSerial::parse(&named.serial).ok_or(NotFollowed::Name)?;
        Ok(Some(CardId::new(serial, ca.key_id().as_bytes())))
    }
}
