//! Revocation lists, kept as long as they are true: making one goes through all people of the nation.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use nation::jpki::{Authority, Generation, Register};
use trust::jpki::RevocationError;

/// How long a list stands in which nothing would change. The authority promises the next one after a day.
const LIST_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// The list of each generation, and when it was made.
#[derive(Default)]
pub(super) struct Lists(Mutex<HashMap<Generation, (Timestamp, Bytes)>>);

impl Lists {
    /// Something was revoked since.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The list of a generation, made anew where that is needed.
    pub(super) fn of(
        &self,
        authority: &Authority,
        register: &Register,
        generation: Generation,
        now: Timestamp,
    ) -> Result<Bytes, RevocationError> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((made, list)) = lists.get(&generation)
            && (*made..*made + LIST_LIFE).contains(&now)
        {
            return Ok(list.clone());
        }
        let list = Bytes::from(authority.crl(generation, &register.revoked(generation), now)?);
        lists.insert(generation, (now, list.clone()));
        Ok(list)
    }
}
