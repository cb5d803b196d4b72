//! Why a question got no answer.

use trust::keys::KeyError;
use trust::merkle::MerkleError;

use crate::limits;
use crate::store::StoreError;

/// Why a question got no answer. Nothing was recorded as answered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CheckError {
    /// More questions wait than can be answered in a moment.
    #[error("overloaded")]
    Overloaded {
        /// When to try again.
        retry_after_seconds: u32,
    },
    /// The database is not there; the same question may be asked again in a moment.
    #[error("the store is not available")]
    Unavailable {
        /// When to try again.
        retry_after_seconds: u32,
    },
    /// The center is being shut down.
    #[error("the center is stopping")]
    Stopping {
        /// When to try again, elsewhere or here.
        retry_after_seconds: u32,
    },
    /// A fault in this program or in its data; it was logged. `code` is for metrics.
    #[error("internal fault: {code}")]
    Internal {
        /// A short stable word.
        code: &'static str,
    },
}

impl CheckError {
    /// What the asking side is told to wait, in seconds, if asking again may help.
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::Overloaded { retry_after_seconds }
            | Self::Unavailable { retry_after_seconds }
            | Self::Stopping { retry_after_seconds } => Some(*retry_after_seconds),
            Self::Internal { .. } => None,
        }
    }
}

impl From<&StoreError> for CheckError {
    fn from(error: &StoreError) -> Self {
        if error.is_retryable() {
            Self::Unavailable { retry_after_seconds: limits::RETRY_AFTER_STORE_SECONDS }
        } else {
            Self::Internal { code: error.code() }
        }
    }
}

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log in the database is another one, or was begun with another key.
    #[error("the log in the database was begun with another key: restore the key that belongs to it")]
    OtherKey,
    /// The leaves and the head of the log do not belong together.
    #[error("the access log is damaged: {0}")]
    LogDamaged(&'static str),
    /// The log can take no more leaves.
    #[error("the access log cannot be used: {0}")]
    Log(#[from] MerkleError),
    /// The key of the log does not sign.
    #[error("the key of the access log cannot be used: {0}")]
    Key(#[from] KeyError),
    /// The engine needs a thread of its own.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
}
