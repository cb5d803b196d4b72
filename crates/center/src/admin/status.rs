//! Status lists by hand: beside the hours at which a running center publishes them.

use std::sync::Arc;

use super::{Admin, AdminError};
use crate::authority::credential_signer;
use crate::status::{Publication, StatusLists};

impl Admin {
    /// Makes the status lists anew and publishes them; a running center serves them within seconds.
    ///
    /// # Errors
    /// The key of the lists or the database.
    pub async fn publish_status_lists(&self) -> Result<Publication, AdminError> {
        let signer = Arc::new(credential_signer(&self.folder)?);
        let (clock, random) = (Arc::clone(&self.clock), Arc::clone(&self.random));
        let lists = StatusLists::open(self.store.clone(), signer, clock, random).await?;
        Ok(lists.publish(&self.life).await?)
    }
}
