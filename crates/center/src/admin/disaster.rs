//! Searches for people by name: where they are open, who asked for it, who looked and why.

use domain::disaster::{Area, Disaster};
use domain::person_search::read_reason;
use jiff::{SignedDuration, Timestamp};
use tracing::info;

use super::{Admin, AdminError};
use crate::limits;
use crate::store::disaster::StoredRequest;
use crate::store::person_look::{LookWaiting, Looks, Notice};

/// What an operator sees of disasters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisasterView {
    /// Those that are open, the newest first.
    pub open: Vec<Disaster>,
    /// What institutions asked since the time given, the newest first.
    pub requests: Vec<StoredRequest>,
}

impl Admin {
    /// Opens the search for an area until a time. Gives the number of the disaster.
    ///
    /// # Errors
    /// The time is over or further away than [`limits::DISASTER_DAYS_MAX`], the reason says nothing, or the database.
    pub async fn disaster_open(
        &self,
        area: &Area,
        reason: &str,
        elsewhere: bool,
        until: Timestamp,
    ) -> Result<u64, AdminError> {
        let now = self.clock.now();
        let reason = &read_reason(reason).map_err(|_| AdminError::Reason)?;
        let most = SignedDuration::from_hours(24 * limits::DISASTER_DAYS_MAX);
        if until <= now || until.duration_since(now) > most {
            return Err(AdminError::Until);
        }
        let opened = async |mut tx: crate::store::Tx| tx.open_disaster(area, reason, elsewhere, until, now).await;
        let number = self.store.tx("disaster_open", opened).await?;
        info!(target: "audit", event = "center.disaster_opened", disaster = number, %area, elsewhere, %until, "searches by name are open");
        Ok(number)
    }

    /// Closes a disaster before its time. Gives whether it was open.
    ///
    /// # Errors
    /// The database.
    pub async fn disaster_close(&self, number: u64) -> Result<bool, AdminError> {
        let now = self.clock.now();
        let closed = self.store.tx("disaster_close", async |mut tx| tx.close_disaster(number, now).await).await?;
        info!(target: "audit", event = "center.disaster_closed", disaster = number, closed, "searches by name are closed");
        Ok(closed)
    }

    /// What is open, and what institutions asked in the last days.
    ///
    /// # Errors
    /// The database.
    pub async fn disasters(&self) -> Result<DisasterView, AdminError> {
        let now = self.clock.now();
        let since = now.saturating_sub(SignedDuration::from_hours(24 * limits::DISASTER_DAYS_MAX));
        let since = since.unwrap_or(Timestamp::MIN);
        let view = self
            .store
            .read("disasters", async |mut tx| {
                let open = tx.disasters(now).await?;
                Ok(DisasterView { open, requests: tx.disaster_requests(since).await? })
            })
            .await?;
        Ok(view)
    }

    /// Searches by name, the newest first: who looked when and why, what came of it, and how many have not been told. Nothing
    /// about the persons.
    ///
    /// # Errors
    /// The database.
    pub async fn person_looks(&self, which: Looks) -> Result<Vec<LookWaiting>, AdminError> {
        let listed = async |mut tx: crate::store::Tx| tx.person_looks(which, limits::LOOKS_LISTED_MAX).await;
        Ok(self.store.read("person_looks", listed).await?)
    }

    /// What the person of some coverage is to be told, found by the card: for tests, and for whoever answers a letter.
    ///
    /// # Errors
    /// The database.
    pub async fn notices_by_card(&self, card: domain::CardKey) -> Result<Vec<Notice>, AdminError> {
        let found = self
            .store
            .read("notices", async |mut tx| {
                let mut notices = Vec::new();
                let mut seen = Vec::new();
                for found in tx.coverages_of_cards(&[card]).await? {
                    if !seen.contains(&found.person) {
                        seen.push(found.person);
                        notices.extend(tx.notices_of(found.person).await?);
                    }
                }
                Ok(notices)
            })
            .await?;
        Ok(found)
    }
}
