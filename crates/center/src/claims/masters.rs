//! The masters that a running center names things by: those that were loaded last, without a restart.

use std::sync::{Arc, PoisonError, RwLock};

use kit::lifecycle::Lifecycle;
use tracing::{info, warn};

use super::records::Masters;
use crate::limits;
use crate::store::{Result, Store};

/// The masters in use. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct MastersInUse {
    store: Store,
    held: Arc<RwLock<Held>>,
}

#[derive(Debug, Clone)]
struct Held {
    /// The number under which the store had them; 0 where none was loaded ever.
    version: u64,
    masters: Masters,
}

impl MastersInUse {
    /// Those that the store has now.
    ///
    /// # Errors
    /// The database.
    pub async fn load(store: &Store) -> Result<Self> {
        let held = read(store).await?;
        Ok(Self { store: store.clone(), held: Arc::new(RwLock::new(held)) })
    }

    /// The newest that this center has read. Whoever names a whole record by it names all of it by the same masters.
    pub fn now(&self) -> Masters {
        self.held.read().unwrap_or_else(PoisonError::into_inner).masters.clone()
    }

    /// Takes newer ones into use, if there are any. Says whether there were.
    ///
    /// # Errors
    /// The database; the earlier ones stay in use.
    pub async fn refresh(&self) -> Result<bool> {
        let version = self.store.read("master_version", async |mut tx| tx.drug_version().await).await?;
        if version == self.held.read().unwrap_or_else(PoisonError::into_inner).version {
            return Ok(false);
        }
        let held = read(&self.store).await?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(true)
    }

    /// Looks for newer ones again and again, until the soft step.
    pub(crate) async fn watch(self, life: Lifecycle) {
        while life.rest(limits::MASTER_WATCH_TIME).await {
            match self.refresh().await {
                Ok(true) => info!("masters that were loaded are in use now"),
                Ok(false) => {}
                Err(error) => warn!(%error, "whether masters were loaded could not be found out"),
            }
        }
    }
}

/// The number first: what is loaded in between is read again under the next one.
async fn read(store: &Store) -> Result<Held> {
    let version = store.read("master_version", async |mut tx| tx.drug_version().await).await?;
    Ok(Held { version, masters: Masters::load(store).await? })
}
