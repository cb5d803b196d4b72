//! Certificates that no longer count: known to TLS, and looked up again at every request.
//!
//! The table is the truth; this is its copy in memory. It is read again when anything was revoked, by this process or by
//! another one (the command line, a second center), and a new list is signed then, at start, and once a day. A
//! handshake with a revoked certificate fails; a connection that was open before is answered 403 from then on.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::files::{self, Access};
use tracing::{info, warn};
use trust::ca::{CaError, RevocationReason, Revoked};
use trust::{RevocationList, Serial};

use crate::authority::Authority;
use crate::folder::DataFolder;
use crate::limits;
use crate::store::certificate::StoredCrl;
use crate::store::issuance::RevocationStamp;
use crate::store::{Store, StoreError};

/// Why there is no revocation list.
#[derive(Debug, thiserror::Error)]
pub enum RevocationError {
    /// The table cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The list cannot be signed.
    #[error("the revocation list: {0}")]
    Sign(#[from] CaError),
}

/// The words of RFC 5280 5.3.1 that are in use, and back.
pub fn reason_word(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Unspecified => "unspecified",
        RevocationReason::KeyCompromise => "keyCompromise",
        RevocationReason::Superseded => "superseded",
        RevocationReason::CessationOfOperation => "cessationOfOperation",
        RevocationReason::PrivilegeWithdrawn => "privilegeWithdrawn",
    }
}

/// Reads a word; what is not known is [`RevocationReason::Unspecified`].
pub fn reason_of(word: &str) -> RevocationReason {
    match word {
        "keyCompromise" => RevocationReason::KeyCompromise,
        "superseded" => RevocationReason::Superseded,
        "cessationOfOperation" => RevocationReason::CessationOfOperation,
        "privilegeWithdrawn" => RevocationReason::PrivilegeWithdrawn,
        _ => RevocationReason::Unspecified,
    }
}

/// The copy in memory.
#[derive(Debug)]
pub struct Revocations {
    store: Store,
    authority: Arc<Authority>,
    folder: DataFolder,
    clock: SharedClock,
    serials: ArcSwap<HashSet<Serial>>,
    list: ArcSwap<RevocationList>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    stamp: RevocationStamp,
    issued_at: Timestamp,
}

impl Revocations {
    /// Reads the table and signs a list.
    ///
    /// # Errors
    /// The table cannot be read, or the list cannot be signed.
    pub async fn load(
        store: Store,
        authority: Arc<Authority>,
        folder: DataFolder,
        clock: SharedClock,
    ) -> Result<Self, RevocationError> {
        let now = clock.now();
        let stamp = store.read("revocation_stamp", async |mut tx| tx.revocation_stamp().await).await?;
        let (serials, list) = make_list(&store, &authority, now).await?;
        publish(&folder, &list);
        Ok(Self {
            store,
            authority,
            folder,
            clock,
            serials: ArcSwap::from_pointee(serials),
            list: ArcSwap::from_pointee(list),
            state: Mutex::new(State { stamp, issued_at: now }),
        })
    }

    /// Whether this certificate was revoked, as far as is known here.
    pub fn contains(&self, serial: &Serial) -> bool {
        let serials = self.serials.load();
        !serials.is_empty() && serials.contains(serial)
    }

    /// The list signed last.
    pub fn list(&self) -> Arc<RevocationList> {
        self.list.load_full()
    }

    /// Looks whether anything changed, or the list is a day old. Gives the new list then.
    ///
    /// # Errors
    /// As [`Self::load`]; what was known stays known.
    pub async fn refresh(&self) -> Result<Option<Arc<RevocationList>>, RevocationError> {
        let now = self.clock.now();
        let before = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.store.read("revocation_stamp", async |mut tx| tx.revocation_stamp().await).await?;
        let old = now.duration_since(before.issued_at) >= limits::REVOCATION_LIST_AGE_MAX;
        if stamp == before.stamp && !old {
            return Ok(None);
        }
        let (serials, list) = make_list(&self.store, &self.authority, now).await?;
        publish(&self.folder, &list);
        info!(revoked = serials.len(), "the revocation list was renewed");
        let list = Arc::new(list);
        self.serials.store(Arc::new(serials));
        self.list.store(Arc::clone(&list));
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State { stamp, issued_at: now };
        Ok(Some(list))
    }
}

/// Reads the table, signs, and keeps the list under the next number.
async fn make_list(
    store: &Store,
    authority: &Authority,
    now: Timestamp,
) -> Result<(HashSet<Serial>, RevocationList), RevocationError> {
    let issuer = authority.issuer_id();
    // A certificate that ran out may still renew for a while, so for that long its revocation must be known.
    let ended_after = now.saturating_sub(trust::limits::RENEWAL_GRACE).unwrap_or(Timestamp::MIN);
    let next_update = now.saturating_add(trust::limits::CRL_LIFE).unwrap_or(Timestamp::MAX);
    let signed = store
        .tx("issue_crl", async |mut tx| {
            let revoked: Vec<Revoked> =
                tx.revocations(ended_after).await?.into_iter().filter_map(|row| entry(&row)).collect();
            let number = tx.crl(&issuer).await?.map_or(1, |last| last.number + 1);
            let list = match authority.issue_revocation_list(&revoked, number, now) {
                Ok(list) => list,
                Err(error) => return Ok(Err(error)),
            };
            let stored = StoredCrl { number, issued_at: now, next_update, der: list.der().to_vec() };
            tx.put_crl(&issuer, &stored).await?;
            Ok(Ok((revoked.iter().map(|entry| entry.serial).collect(), list)))
        })
        .await?;
    Ok(signed?)
}

fn entry((serial, at, reason): &(Vec<u8>, Timestamp, String)) -> Option<Revoked> {
    Some(Revoked { serial: Serial::from_bytes(serial)?, at: *at, reason: reason_of(reason) })
}

/// Leaves a copy where other programs find it. The center itself does not need it.
fn publish(folder: &DataFolder, list: &RevocationList) {
    let path = folder.revocation_list();
    if let Err(error) = files::write_atomic(&path, list.to_pem().as_bytes(), Access::Shared) {
        warn!(path = %path.display(), %error, "the revocation list could not be written to its file");
    }
}
