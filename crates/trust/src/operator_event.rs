//! The operator's event: one leaf of the log for each thing that the operator of the center did with people's records.
//!
//! It stands among the access events, so that the operator cannot look, or let anything out, beside the log. It says what
//! was done and when; by whom, for what and about whom stands in the store of the center, and the leaf holds its salted
//! hash. What left the house as a file is named by the digest of its bytes: whoever has the file can show which leaf it is.
//!
//! On the wire it is a map in deterministic CBOR (RFC 8949 4.2.1), with numbers as in [`crate::event`]:
//!
//! | key | member | CBOR type |
//! |---|---|---|
//! | 1 | version: 4 | unsigned |
//! | 3 | detail hash: SHA-256(salt ‖ detail, byte for byte) | 32 bytes |
//! | 5 | file digest: SHA-256 of the file that left; absent where none did | 32 bytes |
//! | 6 | when: milliseconds since 1970-01-01T00:00:00Z | unsigned |
//! | 7 | action | text |
//! | 8 | the UUID of what it is about | 16 bytes |
//! | 9 | salt, random | 16 bytes |

use ciborium::Value;

use crate::cbor;
use crate::event::EventError;
use crate::limits::EVENT_BYTES_MAX;
use crate::merkle::Hash;

/// Behind the versions of access events, which refuse it as unknown.
const VERSION: u64 = 4;
const MEMBERS: usize = 6;

/// What the operator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorAction {
    /// Asked who looked into a person's record.
    RecordLooksAsked,
    /// Gave somebody the right to decide about exports.
    OfficerAdded,
    /// Took it away.
    OfficerRemoved,
    /// Asked for an export of counts (二次利用); also one that the rule refused.
    ExportRequested,
    /// Approved what another asked for.
    ExportApproved,
    /// Tried to approve what may not be.
    ExportApprovalDenied,
    /// Refused what another asked for.
    ExportRefused,
    /// Tried to make the file of what may not leave.
    ExportRunDenied,
    /// Made the file: its digest is in the leaf.
    ExportMade,
    /// Left a person out of counts.
    ExportOptOut,
    /// Took the person in again.
    ExportOptIn,
}

impl OperatorAction {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::RecordLooksAsked,
        Self::OfficerAdded,
        Self::OfficerRemoved,
        Self::ExportRequested,
        Self::ExportApproved,
        Self::ExportApprovalDenied,
        Self::ExportRefused,
        Self::ExportRunDenied,
        Self::ExportMade,
        Self::ExportOptOut,
        Self::ExportOptIn,
    ];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RecordLooksAsked => "record_looks_asked",
            Self::OfficerAdded => "officer_added",
            Self::OfficerRemoved => "officer_removed",
            Self::ExportRequested => "export_requested",
            Self::ExportApproved => "export_approved",
            Self::ExportApprovalDenied => "export_approval_denied",
            Self::ExportRefused => "export_refused",
            Self::ExportRunDenied => "export_run_denied",
            Self::ExportMade => "export_made",
            Self::ExportOptOut => "export_opt_out",
            Self::ExportOptIn => "export_opt_in",
        }
    }

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::RecordLooksAsked => "閲覧履歴の照会",
            Self::OfficerAdded => "二次利用の担当者の登録",
            Self::OfficerRemoved => "二次利用の担当者の抹消",
            Self::ExportRequested => "二次利用の提供の申請",
            Self::ExportApproved => "二次利用の提供の承認",
            Self::ExportApprovalDenied => "二次利用の提供の承認の試み（不可）",
            Self::ExportRefused => "二次利用の提供の却下",
            Self::ExportRunDenied => "二次利用の集計の試み（不可）",
            Self::ExportMade => "二次利用の集計の提供",
            Self::ExportOptOut => "二次利用の停止（本人の申出）",
            Self::ExportOptIn => "二次利用の停止の取消し（本人の申出）",
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.code() == code)
    }
}

/// What the operator did, as it is put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorEvent {
    /// What was done.
    pub action: OperatorAction,
    /// By whom, for what and about whom: [`crate::event::salted_hash`] of the text in the store.
    pub detail_hash: Hash,
    /// SHA-256 of the file that left; none where none did.
    pub file_digest: Option<Hash>,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    /// The UUID of what it is about: all leaves of one matter have the same.
    pub about: [u8; 16],
    /// Random, fresh for every event: without it, short details could be guessed from their hash.
    pub salt: [u8; 16],
}

impl OperatorEvent {
    /// The event in deterministic CBOR: the entry of its leaf.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(160);
        cbor::map(&mut out, MEMBERS + usize::from(self.file_digest.is_some()));
        cbor::unsigned(&mut out, 1);
        cbor::unsigned(&mut out, VERSION);
        cbor::unsigned(&mut out, 3);
        cbor::bytes(&mut out, &self.detail_hash);
        if let Some(digest) = &self.file_digest {
            cbor::unsigned(&mut out, 5);
            cbor::bytes(&mut out, digest);
        }
        cbor::unsigned(&mut out, 6);
        cbor::unsigned(&mut out, self.at_ms);
        cbor::unsigned(&mut out, 7);
        cbor::text(&mut out, self.action.code());
        cbor::unsigned(&mut out, 8);
        cbor::bytes(&mut out, &self.about);
        cbor::unsigned(&mut out, 9);
        cbor::bytes(&mut out, &self.salt);
        out
    }

    /// Reads an event, accepting the one form that [`OperatorEvent::encode`] writes and no other.
    ///
    /// # Errors
    /// What is wrong with it; [`EventError::Version`] for an access event.
    pub fn decode(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(EventError::TooLong);
        }
        let value: Value = ciborium::from_reader(bytes).map_err(|_| EventError::Damaged)?;
        let members = value.as_map().ok_or(EventError::Damaged)?;
        let get = |key: u8| members.iter().find(|(held, _)| *held == Value::from(key)).map(|(_, value)| value);
        let unsigned = |key: u8| {
            let number = get(key).and_then(Value::as_integer).and_then(|number| u64::try_from(number).ok());
            number.ok_or(EventError::Member(key))
        };
        if unsigned(1)? != VERSION {
            return Err(EventError::Version);
        }
        let action = get(7).and_then(Value::as_text).and_then(OperatorAction::parse);
        let event = Self {
            action: action.ok_or(EventError::Member(7))?,
            detail_hash: fixed(get(3), 3)?,
            file_digest: get(5).map(|digest| fixed(Some(digest), 5)).transpose()?,
            at_ms: unsigned(6)?,
            about: fixed(get(8), 8)?,
            salt: fixed(get(9), 9)?,
        };
        if event.encode() == bytes { Ok(event) } else { Err(EventError::NotDeterministic) }
    }
}

fn fixed<const N: usize>(value: Option<&Value>, key: u8) -> Result<[u8; N], EventError> {
    let bytes = value.and_then(Value::as_bytes).and_then(|bytes| bytes.as_slice().try_into().ok());
    bytes.ok_or(EventError::Member(key))
}

#[cfg(test)]
mod tests {
    //! Proves that an operator's event is read back, in one spelling only, and is taken for no access event.
    use super::*;
    use crate::event::AccessEvent;

    fn event(file_digest: Option<Hash>) -> OperatorEvent {
        OperatorEvent {
            action: OperatorAction::RecordLooksAsked,
            detail_hash: [1; 32],
            file_digest,
            at_ms: 1_775_520_000_000,
            about: [2; 16],
            salt: [3; 16],
        }
    }

    #[test]
    fn an_operators_event_is_read_back_and_is_no_access_event() {
        for event in [event(None), event(Some([4; 32]))] {
            let bytes = event.encode();
            assert_eq!(OperatorEvent::decode(&bytes), Ok(event));
            assert_eq!(AccessEvent::decode(&bytes), Err(EventError::Version));
            for cut in 0..bytes.len() {
                assert!(OperatorEvent::decode(&bytes[..cut]).is_err());
            }
        }
        assert_eq!(OperatorEvent::decode(&[0; EVENT_BYTES_MAX + 1]), Err(EventError::TooLong));
    }

    #[test]
    fn another_spelling_of_the_same_event_is_refused() {
        let bytes = event(None).encode();
        // 4 in one byte, and in two.
        let mut longer = bytes[..2].to_vec();
        longer.extend([0x18, 4]);
        longer.extend(&bytes[3..]);
        assert_eq!(OperatorEvent::decode(&longer), Err(EventError::NotDeterministic));
    }

    #[test]
    fn every_action_is_read_back() {
        for action in OperatorAction::ALL {
            assert_eq!(OperatorAction::parse(action.code()), Some(*action));
        }
        assert_eq!(OperatorAction::parse("looked"), None);
    }
}
