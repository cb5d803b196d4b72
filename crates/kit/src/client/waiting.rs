//! A request that is under way, and what it means when nobody waits for it any more.

use std::sync::Arc;
use std::time::Duration;

use super::{Inner, Pool};
use crate::limits;

/// A request at one address. One that is given up after it was waited for in vain is taken for a sign that its connection leads
/// nowhere any more, as one does whose line was cut in silence: the next request makes a new one, and tries another address
/// first where there is one. Nothing else would tell for a quarter of an hour.
pub(super) struct Waiting {
    client: Arc<Inner>,
    pool: Arc<Pool>,
    index: usize,
    /// Monotonic.
    since: Duration,
    is_over: bool,
}

impl Waiting {
    pub(super) fn begin(client: &Arc<Inner>, pool: &Arc<Pool>, index: usize) -> Self {
        let since = client.clock.monotonic();
        Self { client: Arc::clone(client), pool: Arc::clone(pool), index, since, is_over: false }
    }

    /// It was answered, or failed by itself.
    pub(super) fn is_over(&mut self) {
        self.is_over = true;
    }
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Waiting({})", self.index)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let waited = self.client.clock.monotonic().saturating_sub(self.since);
        if !self.is_over && waited >= limits::CLIENT_HANG_TIME {
            self.client.bases.failed(self.index);
            self.client.abandon(&self.pool);
        }
    }
}
