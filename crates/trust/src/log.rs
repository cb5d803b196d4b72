//! The log's name and keys. A log keeps one key for its life: to change the key, open the next log.

use std::fmt;

use crate::cbor;
use crate::es256::{Signer, public_key_for};
use crate::keys::{KeyError, PrivateKey};

pub(crate) use crate::es256::{KEY_ID_BYTES, SIGNATURE_BYTES};

/// Which log: 01 to 99, the first two digits of its proof numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(u8);

impl LogId {
    /// The first log of a center.
    pub const FIRST: Self = Self(1);

    /// A log id from its number, 1 to 99.
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= 99 { Some(Self(number)) } else { None }
    }

    /// Reads two digits.
    pub fn parse(text: &str) -> Option<Self> {
        let two = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        if two { text.parse().ok().and_then(Self::new) } else { None }
    }

    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The name of the log as issuer of receipts: `urn:tashika:log:01`.
    pub fn to_uri(self) -> String {
        format!("urn:tashika:log:{self}")
    }

    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        uri.strip_prefix("urn:tashika:log:").and_then(Self::parse)
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// The key that signs the heads of one log.
pub struct LogSigner {
    id: LogId,
    signer: Signer,
    public: LogPublicKey,
}

impl LogSigner {
    /// Takes a key into use for a log.
    ///
    /// # Errors
    /// The library refuses the key.
    pub fn new(id: LogId, key: &PrivateKey) -> Result<Self, KeyError> {
        let signer = Signer::new(key)?;
        let public = LogPublicKey(signer.public_key().clone());
        Ok(Self { id, signer, public })
    }

    /// Which log.
    pub const fn id(&self) -> LogId {
        self.id
    }

    /// What verifies the signatures.
    pub const fn public_key(&self) -> &LogPublicKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], KeyError> {
        self.signer.sign(message)
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogSigner(log {})", self.id)
    }
}

public_key_for! {
    /// The key that verifies the receipts of a log. Everybody may have it; whoever verifies must have it from somebody they
    /// trust.
    LogPublicKey
}

/// The entry of a log's first leaf: CBOR `{1: 0, 2: "urn:tashika:log:01", 3: key id}`. Version 0 keeps it apart from
/// every access event.
pub fn opening_entry(id: LogId, key: &LogPublicKey) -> Vec<u8> {
    let mut out = Vec::with_capacity(48);
    cbor::map(&mut out, 3);
    cbor::unsigned(&mut out, 1);
    cbor::unsigned(&mut out, 0);
    cbor::unsigned(&mut out, 2);
    cbor::text(&mut out, &id.to_uri());
    cbor::unsigned(&mut out, 3);
    cbor::bytes(&mut out, key.key_id());
    out
}
