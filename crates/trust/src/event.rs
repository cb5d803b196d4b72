//! The access event: one leaf of the log, written for every answer before the answer leaves.
//!
//! It says who asked, what (as a salted hash), what was answered (as a salted hash), when and why. Nobody can read a
//! person out of it or out of its hash; whoever holds the question or the answer and the event can show that they belong
//! together.
//!
//! On the wire it is a map in deterministic CBOR (RFC 8949 4.2.1):
//!
//! | key | member | CBOR type |
//! |---|---|---|
//! | 1 | version: 1; 2 where somebody was recognised; 3 where it was asked after the window had decided by itself | unsigned |
//! | 2 | facility: 医療機関コード, ten digits | text |
//! | 3 | query hash: SHA-256(salt ‖ canonical query) | 32 bytes |
//! | 4 | verdict, as in the answer's JSON | text |
//! | 5 | answer hash: SHA-256(salt ‖ answer, byte for byte) | 32 bytes |
//! | 6 | as of: milliseconds since 1970-01-01T00:00:00Z | unsigned |
//! | 7 | purpose, as in the answer's JSON | text |
//! | 8 | request id: the UUID | 16 bytes |
//! | 9 | salt, random | 16 bytes |
//! | 10 | version 2, and 3 where somebody was recognised, means: how the patient was recognised, `pin`, `face`, `staff_eyes` or `number` | text |
//! | 11 | with 10 only, consents: [`domain::ConsentChoice::bits`] of what the patient allowed; absent when not asked | unsigned |
//! | 12 | version 3 only, decided at: when the window decided without the center, milliseconds since 1970, as it says itself | unsigned |

use aws_lc_rs::digest::{Context, SHA256};
use ciborium::Value;
use domain::{ConsentChoice, MedicalInstitutionCode, PresenceMeans, PresenceRecord, Purpose, Verdict};

use crate::cbor;
use crate::limits::EVENT_BYTES_MAX;
use crate::merkle::{self, Hash};

/// Without and with somebody who was recognised.
const VERSION: u64 = 1;
const VERSION_WITH_PRESENCE: u64 = 2;
/// Asked after the window had decided by itself.
const VERSION_AFTERWARDS: u64 = 3;
const MEMBERS: usize = 9;
/// A real event takes at most this; one allocation serves it.
const USUAL_BYTES: usize = 224;

/// Why bytes are no access event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Longer than [`EVENT_BYTES_MAX`].
    #[error("the event is longer than {EVENT_BYTES_MAX} bytes")]
    TooLong,
    /// Not CBOR, or not the map described above.
    #[error("not an access event")]
    Damaged,
    /// A member is missing or has a value that does not exist; its key.
    #[error("member {0} of the event is missing or wrong")]
    Member(u8),
    /// Well formed, but not the one deterministic way to write it.
    #[error("the event is not written in the deterministic form")]
    NotDeterministic,
    /// An event of a later version of this house.
    #[error("the event has a version that this program does not know")]
    Version,
}

/// One look, as it is put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEvent {
    /// Who asked: the facility of the client certificate.
    pub facility: MedicalInstitutionCode,
    /// What was asked: [`salted_hash`] of the canonical query.
    pub query_hash: Hash,
    /// What the answer says.
    pub verdict: Verdict,
    /// The whole answer: [`salted_hash`] of its bytes.
    pub answer_hash: Hash,
    /// When it was true, in milliseconds since 1970-01-01T00:00:00Z.
    pub as_of_ms: u64,
    /// Why they asked.
    pub purpose: Purpose,
    /// The UUID of the request.
    pub request_id: [u8; 16],
    /// Random, fresh for every event: without it, short questions could be guessed from their hash.
    pub salt: [u8; 16],
    /// How the patient was recognised and what they allowed, if they were recognised by a card or by staff.
    pub presence: Option<PresenceRecord>,
    /// When the window decided without the center, as it says itself, in milliseconds since 1970; none where it asked first.
    pub decided_at_ms: Option<u64>,
}

/// SHA-256(salt ‖ bytes), for the query and the answer of an event.
pub fn salted_hash(salt: &[u8; 16], bytes: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(salt);
    context.update(bytes);
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

impl AccessEvent {
    /// The event in deterministic CBOR: the entry of its leaf.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(USUAL_BYTES);
        cbor::map(&mut out, self.members());
        cbor::unsigned(&mut out, 1);
        cbor::unsigned(&mut out, self.version());
        cbor::unsigned(&mut out, 2);
        cbor::text(&mut out, self.facility.as_str());
        cbor::unsigned(&mut out, 3);
        cbor::bytes(&mut out, &self.query_hash);
        cbor::unsigned(&mut out, 4);
        cbor::text(&mut out, self.verdict.code());
        cbor::unsigned(&mut out, 5);
        cbor::bytes(&mut out, &self.answer_hash);
        cbor::unsigned(&mut out, 6);
        cbor::unsigned(&mut out, self.as_of_ms);
        cbor::unsigned(&mut out, 7);
        cbor::text(&mut out, self.purpose.code());
        cbor::unsigned(&mut out, 8);
        cbor::bytes(&mut out, &self.request_id);
        cbor::unsigned(&mut out, 9);
        cbor::bytes(&mut out, &self.salt);
        if let Some(presence) = &self.presence {
            cbor::unsigned(&mut out, 10);
            cbor::text(&mut out, presence.means.code());
            if let Some(choice) = presence.choice {
                cbor::unsigned(&mut out, 11);
                cbor::unsigned(&mut out, u64::from(choice.bits()));
            }
        }
        if let Some(decided_at) = self.decided_at_ms {
            cbor::unsigned(&mut out, 12);
            cbor::unsigned(&mut out, decided_at);
        }
        out
    }

    const fn version(&self) -> u64 {
        match (&self.presence, self.decided_at_ms) {
            (_, Some(_)) => VERSION_AFTERWARDS,
            (Some(_), None) => VERSION_WITH_PRESENCE,
            (None, None) => VERSION,
        }
    }

    fn members(&self) -> usize {
        let choice = self.presence.as_ref().and_then(|presence| presence.choice);
        MEMBERS
            + usize::from(self.presence.is_some())
            + usize::from(choice.is_some())
            + usize::from(self.decided_at_ms.is_some())
    }

    /// Reads an event, accepting the one form that [`AccessEvent::encode`] writes and no other.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(EventError::TooLong);
        }
        let value: Value = ciborium::from_reader(bytes).map_err(|_| EventError::Damaged)?;
        let members = value.as_map().ok_or(EventError::Damaged)?;
        let event = Self::from_members(&Members(members))?;
        if event.encode() == bytes { Ok(event) } else { Err(EventError::NotDeterministic) }
    }

    fn from_members(members: &Members<'_>) -> Result<Self, EventError> {
        let (presence, decided_at_ms) = match members.unsigned(1)? {
            VERSION => (None, None),
            VERSION_WITH_PRESENCE => (Some(members.presence()?), None),
            VERSION_AFTERWARDS => {
                let presence = members.get(10).is_ok().then(|| members.presence()).transpose()?;
                (presence, Some(members.unsigned(12)?))
            }
            _ => return Err(EventError::Version),
        };
        Ok(Self {
            facility: MedicalInstitutionCode::parse(members.text(2)?).map_err(|_| EventError::Member(2))?,
            query_hash: members.bytes(3)?,
            verdict: Verdict::parse(members.text(4)?).ok_or(EventError::Member(4))?,
            answer_hash: members.bytes(5)?,
            as_of_ms: members.unsigned(6)?,
            purpose: parse_purpose(members.text(7)?).ok_or(EventError::Member(7))?,
            request_id: members.bytes(8)?,
            salt: members.bytes(9)?,
            presence,
            decided_at_ms,
        })
    }

    /// Hash of the leaf that this event is.
    pub fn leaf_hash(&self) -> Hash {
        merkle::leaf_hash(&self.encode())
    }
}

fn parse_purpose(code: &str) -> Option<Purpose> {
    use serde::Deserialize as _;
    use serde::de::value::{Error, StrDeserializer};
    Purpose::deserialize(StrDeserializer::<Error>::new(code)).ok()
}

/// Members of a map by their number.
struct Members<'a>(&'a [(Value, Value)]);

impl<'a> Members<'a> {
    fn presence(&self) -> Result<PresenceRecord, EventError> {
        let choice = if self.get(11).is_ok() {
            let choice = u8::try_from(self.unsigned(11)?).ok().and_then(ConsentChoice::from_bits);
            Some(choice.ok_or(EventError::Member(11))?)
        } else {
            None
        };
        Ok(PresenceRecord { means: PresenceMeans::parse(self.text(10)?).ok_or(EventError::Member(10))?, choice })
    }

    fn get(&self, key: u8) -> Result<&'a Value, EventError> {
        let found = self.0.iter().find(|(held, _)| *held == Value::from(key));
        found.map(|(_, value)| value).ok_or(EventError::Member(key))
    }

    fn unsigned(&self, key: u8) -> Result<u64, EventError> {
        self.get(key)?.as_integer().and_then(|n| u64::try_from(n).ok()).ok_or(EventError::Member(key))
    }

    fn text(&self, key: u8) -> Result<&'a str, EventError> {
        self.get(key)?.as_text().ok_or(EventError::Member(key))
    }

    fn bytes<const N: usize>(&self, key: u8) -> Result<[u8; N], EventError> {
        self.get(key)?.as_bytes().and_then(|b| b.as_slice().try_into().ok()).ok_or(EventError::Member(key))
    }
}
