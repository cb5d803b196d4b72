//! What is on record about one access: for an insurer that was handed a proof number with a claim, and for tests.

use trust::ProofNumber;

use super::{Admin, AdminError};
use crate::store::log::StoredEvent;
use crate::store::operator_event::StoredOperatorEvent;

impl Admin {
    /// The access event under a proof number; none when no answer was given under it.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn access_event(&self, number: ProofNumber) -> Result<Option<StoredEvent>, AdminError> {
        let (log, index) = (i64::from(number.log().number()), number.leaf_index());
        let mut found = self.store.tx("access_event", async |mut tx| tx.events(log, index, 1).await).await?;
        // Asked "from this place on": the first one may lie further on.
        Ok(found.pop().filter(|event| event.leaf_index == index))
    }

    /// What the operator did with people's records, the newest first.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn operator_events(&self, most: u32) -> Result<Vec<StoredOperatorEvent>, AdminError> {
        let log = self.log.number();
        Ok(self.store.read("operator_events", async |mut tx| tx.operator_events(log, most).await).await?)
    }
}
