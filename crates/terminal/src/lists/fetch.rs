//! Fetching newer lists: by ETag, each terminal at its own time.

use std::sync::Arc;
use std::time::Duration;

use http::header::ETAG;
use jiff::Timestamp;
use kit::client::ClientError;
use kit::lifecycle::Lifecycle;
use kit::random::SharedRandom;
use trust::limits::STATUS_LIST_BYTES_MAX;
use trust::{CwtError, ListName, StatusListError};
use wire::api::CredentialKeys;

use super::Lists;
use crate::asking::Center;
use crate::limits;

/// Fetches until the terminal stops.
pub(crate) async fn run(lists: Lists, center: Arc<Center>, random: SharedRandom, life: Lifecycle) {
    loop {
        let is_whole = center.is_connected() && lists.fetch(&center).await;
        let rest = if is_whole { limits::LIST_FETCH_TIME } else { limits::LIST_RETRY_TIME };
        // Terminals that were cut off together must not come back together.
        if !life.rest(about(rest, &random)).await {
            return;
        }
    }
}

/// Between three quarters of a time and five quarters.
fn about(time: Duration, random: &SharedRandom) -> Duration {
    let [chance] = kit::random::bytes::<1>(&**random);
    time * (192 + u32::from(chance) / 2) / 256
}

impl Lists {
    /// Fetches what is newer. Gives whether every list that is wanted is held and was looked at.
    pub(crate) async fn fetch(&self, center: &Center) -> bool {
        if self.keys().is_empty() && self.fetch_keys(center).await.is_err() {
            return false;
        }
        let mut is_whole = true;
        for name in self.inner.names.clone() {
            let mut fetched = self.fetch_one(center, name).await;
            // The center may have a new key since.
            if matches!(fetched, Err(Failed::Refused(StatusListError::Token(CwtError::OtherKey))))
                && self.fetch_keys(center).await.is_ok()
            {
                fetched = self.fetch_one(center, name).await;
            }
            is_whole &= fetched.is_ok();
        }
        is_whole
    }

    async fn fetch_keys(&self, center: &Center) -> Result<(), ClientError> {
        let keys = center.client().get_json::<CredentialKeys>("/v1/credential-keys").await;
        let keys = keys.inspect_err(|error| tracing::debug!(%error, "the keys of the lists could not be fetched"))?;
        if let Err(error) = self.take_keys(&keys) {
            tracing::warn!(%error, "the keys of the lists cannot be kept");
        }
        Ok(())
    }

    async fn fetch_one(&self, center: &Center, name: ListName) -> Result<(), Failed> {
        let path = format!("/v1/status-lists/{name}");
        let etag = self.held(name).and_then(|held| held.etag).unwrap_or_default();
        let fetched = center.client().get_stream_unless(&path, &etag).await;
        let fetched = fetched.inspect_err(|error| tracing::debug!(%error, %name, "no status list could be fetched"));
        let Some(mut stream) = fetched.map_err(|_| Failed::NotFetched)? else {
            self.accept(name);
            return Ok(());
        };
        let etag = stream.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let mut token = Vec::new();
        while let Some(piece) = stream.piece().await.map_err(|_| Failed::NotFetched)? {
            if token.len() + piece.len() > STATUS_LIST_BYTES_MAX {
                self.refuse(name, StatusListError::TooLong);
                return Err(Failed::Refused(StatusListError::TooLong));
            }
            token.extend_from_slice(&piece);
        }
        self.take_aside(name, token, etag, center.hours().now()).await
    }

    /// Unpacking a whole country takes a twentieth of a second, on a thread of its own.
    async fn take_aside(
        &self,
        name: ListName,
        token: Vec<u8>,
        etag: Option<String>,
        now: Timestamp,
    ) -> Result<(), Failed> {
        let lists = self.clone();
        let taken = tokio::task::spawn_blocking(move || lists.take(name, &token, etag, now)).await;
        taken.map_err(|_| Failed::NotFetched)?.map_err(Failed::Refused)
    }
}

/// Why a list is not newer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    /// The center did not send it.
    NotFetched,
    /// It is not used.
    Refused(StatusListError),
}
