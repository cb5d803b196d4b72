//! What the operator does with people's records goes into the same log as the looks of institutions, and before anything is
//! shown or let out. The operator's hand may be another process than the center that answers: the row of the log's head
//! makes them take turns, and the engine takes over the leaves that it finds ([`crate::check`]).

use jiff::Timestamp;
use kit::random::{self, Random};
use trust::event::salted_hash;
use trust::log::{LogId, LogPublicKey, opening_entry};
use trust::merkle::{Frontier, leaf_hash};
use trust::operator_event::OperatorEvent;

use crate::authority::{KeyFolderError, log_public_key};
use crate::check::access_log::{head_of, read_edge};
use crate::folder::DataFolder;
use crate::store::operator_event::NewOperatorEvent;
use crate::store::{Result, StoreError, Tx};

/// Which log, and its first leaf.
#[derive(Debug, Clone)]
pub struct OperatorLog {
    id: LogId,
    opening: Vec<u8>,
}

impl OperatorLog {
    /// The log under this number, whose heads this key signs.
    pub fn new(id: LogId, key: &LogPublicKey) -> Self {
        Self { id, opening: opening_entry(id, key) }
    }

    /// The log of a data folder.
    pub(crate) fn of(folder: &DataFolder, id: LogId) -> std::result::Result<Self, KeyFolderError> {
        Ok(Self::new(id, &log_public_key(folder)?))
    }

    /// The number of the log in the database.
    pub(crate) fn number(&self) -> i64 {
        i64::from(self.id.number())
    }

    /// Puts it on record inside a transaction of [`crate::store::Store::operator_tx`]. Gives the place of its leaf.
    ///
    /// # Errors
    /// The database.
    pub async fn put(
        &self,
        tx: &mut Tx,
        event: &NewOperatorEvent,
        file_digest: Option<[u8; 32]>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<u64> {
        let salt = random::bytes(random);
        let leaf = OperatorEvent {
            action: event.action,
            detail_hash: salted_hash(&salt, event.detail.as_bytes()),
            file_digest,
            at_ms: u64::try_from(now.as_millisecond()).unwrap_or(0),
            about: *event.about.as_bytes(),
            salt,
        };
        let leaf = leaf.encode();
        let mut edge = self.take(tx, now).await?;
        let before = edge.size();
        edge.append_batch(&[leaf_hash(&leaf)]).map_err(|e| StoreError::inconsistent("log_head", e))?;
        tx.append_operator_event(self.number(), before, event, &leaf, &head_of(&edge)?, now).await?;
        Ok(before)
    }

    /// The edge of the log, taken until the transaction ends. The log of a center that has never run is opened.
    async fn take(&self, tx: &mut Tx, now: Timestamp) -> Result<Frontier> {
        if let Some(head) = tx.take_log(self.number()).await? {
            return read_edge(&head);
        }
        let opened = Frontier::open(&self.opening);
        tx.create_log(self.number(), &self.opening, &head_of(&opened)?, now).await?;
        // Somebody else may have been faster.
        let head = tx.take_log(self.number()).await?;
        read_edge(&head.ok_or_else(|| StoreError::inconsistent("log_head", "the row of the log is missing"))?)
    }
}
