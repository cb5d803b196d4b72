//! Status lists as the IETF has them (Token Status List): one signed token says of millions of places whether what was given
//! out for them still stands.
//!
//! The token is a CWT ([`crate::cwt`]) of type `application/statuslist+cwt` with these claims:
//!
//! ```text
//! { 2: "urn:tashika:status:13",          sub: which list; "…:all" is the whole country
//!   4: exp, 6: iat,                      seconds since 1970
//!   65533: { "lst": zlib, "bits": 2 },   the list: index 0 in the lowest bits of the first byte
//!   65534: ttl,                          seconds after which a newer one may be there
//!   -65538: [+ [prefecture, places]] }   private use, in the whole country's list only: whose part is how long
//! ```
//!
//! The whole country's list is the lists of the prefectures one behind the other, 01 first, so that one signature, one
//! download and one unpacking serve a window that patients from everywhere come to. A place is named by prefecture and index
//! ([`StatusIndex`]); it means the same in either list.
//!
//! Names are URNs and not addresses: a center has several addresses, and what a patient carries on paper outlives them.

use std::io::{Read as _, Write as _};

use ciborium::Value;
use domain::prefecture::PREFECTURES;
use domain::status::LIST_URN;
use domain::{Prefecture, Status, StatusIndex};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;

use crate::cbor;
use crate::cwt::{self, CredentialKey, CredentialSigner, CwtError, EXPIRES, ISSUED_AT, SUBJECT};
use crate::keys::KeyError;
use crate::limits::{CLOCK_BEHIND_MAX, STATUS_BITS_BYTES_MAX, STATUS_LIST_BYTES_MAX};

/// The media type, and the `typ` of the token.
pub const MEDIA_TYPE: &str = "application/statuslist+cwt";

const STATUS_LIST: u64 = 65_533;
const TTL: u64 = 65_534;
/// Private use (RFC 8392: below -65536).
const PARTS: i64 = -65_538;
const BITS_PER_PLACE: u64 = 2;
const PLACES_PER_BYTE: usize = 4;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListName {
    /// Of the insurers of one prefecture.
    Prefecture(Prefecture),
    /// Of the whole country.
    Whole,
}

impl ListName {
    /// Reads `01` to `47` or `all`, as in addresses and file names.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "all" { Some(Self::Whole) } else { Prefecture::parse(text).map(Self::Prefecture) }
    }

    /// The name in tokens, such as `urn:tashika:status:13`.
    pub fn to_uri(self) -> String {
        format!("{LIST_URN}{self}")
    }

    /// Reads the name in a token.
    pub fn from_uri(uri: &str) -> Option<Self> {
        uri.strip_prefix(LIST_URN).and_then(Self::parse)
    }
}

impl std::fmt::Display for ListName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Prefecture(prefecture) => prefecture.fmt(f),
            Self::Whole => f.write_str("all"),
        }
    }
}

/// Two bits for each place of one prefecture. All are valid at first.
#[derive(Clone, PartialEq, Eq)]
pub struct Places {
    bytes: Vec<u8>,
}

impl Places {
    /// For at least so many places; rounded up to whole bytes.
    pub fn new(places: u32) -> Self {
        Self { bytes: vec![0; (places as usize).div_ceil(PLACES_PER_BYTE)] }
    }

    /// Says something about a place. Places beyond the end are none.
    pub fn set(&mut self, index: u32, status: Status) {
        let (byte, shift) = place(index as usize);
        if let Some(held) = self.bytes.get_mut(byte) {
            *held = *held & !(3 << shift) | status.bits() << shift;
        }
    }

    /// How many of them are not valid.
    pub fn struck(&self) -> u64 {
        struck(&self.bytes)
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.bytes.len() * PLACES_PER_BYTE
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Places({})", self.len())
    }
}

/// Byte and shift of a place.
const fn place(index: usize) -> (usize, usize) {
    (index / PLACES_PER_BYTE, (index % PLACES_PER_BYTE) * 2)
}

fn struck(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(((byte | byte >> 1) & 0x55).count_ones())).sum()
}

/// When a list was made and how long it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it was made; to the second.
    pub issued_at: Timestamp,
    /// From when on it is not believed.
    pub expires_at: Timestamp,
    /// Seconds after which a newer one may be there.
    pub ttl_s: u32,
}

/// Makes and signs the list of one prefecture.
///
/// # Errors
/// The library could not sign.
pub fn sign(
    signer: &CredentialSigner,
    prefecture: Prefecture,
    places: &Places,
    times: Times,
) -> Result<Vec<u8>, KeyError> {
    let packed = pack([places.bytes.as_slice()]);
    signer.sign(Some(MEDIA_TYPE), &claims(ListName::Prefecture(prefecture), times, &packed, None))
}

/// Makes and signs the list of the whole country from those of the prefectures, which stand in their order.
///
/// # Errors
/// The library could not sign.
pub fn sign_whole(
    signer: &CredentialSigner,
    prefectures: &[(Prefecture, Places)],
    times: Times,
) -> Result<Vec<u8>, KeyError> {
    let packed = pack(prefectures.iter().map(|(_, places)| places.bytes.as_slice()));
    let parts: Vec<_> = prefectures.iter().map(|(prefecture, places)| (*prefecture, places.len() as u64)).collect();
    signer.sign(Some(MEDIA_TYPE), &claims(ListName::Whole, times, &packed, Some(&parts)))
}

fn pack<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    const REASON: &str = "writing into memory does not fail";
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for part in parts {
        encoder.write_all(part).expect(REASON);
    }
    encoder.finish().expect(REASON)
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or(0)
}

/// Keys in the order of their encoded bytes, as RFC 8949 4.2.1 wants them.
fn claims(name: ListName, times: Times, packed: &[u8], parts: Option<&[(Prefecture, u64)]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(packed.len() + 512);
    cbor::map(&mut out, if parts.is_some() { 6 } else { 5 });
    cbor::unsigned(&mut out, SUBJECT);
    cbor::text(&mut out, &name.to_uri());
    cbor::unsigned(&mut out, EXPIRES);
    cbor::unsigned(&mut out, seconds(times.expires_at));
    cbor::unsigned(&mut out, ISSUED_AT);
    cbor::unsigned(&mut out, seconds(times.issued_at));
    cbor::unsigned(&mut out, STATUS_LIST);
    cbor::map(&mut out, 2);
    cbor::text(&mut out, "lst");
    cbor::bytes(&mut out, packed);
    cbor::text(&mut out, "bits");
    cbor::unsigned(&mut out, BITS_PER_PLACE);
    cbor::unsigned(&mut out, TTL);
    cbor::unsigned(&mut out, u64::from(times.ttl_s));
    if let Some(parts) = parts {
        cbor::integer(&mut out, PARTS);
        cbor::array(&mut out, parts.len());
        for (prefecture, places) in parts {
            cbor::array(&mut out, 2);
            cbor::unsigned(&mut out, u64::from(prefecture.number()));
            cbor::unsigned(&mut out, *places);
        }
    }
    out
}

/// Why a list is not used. The one that is held stays in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatusListError {
    /// Longer than [`STATUS_LIST_BYTES_MAX`], or unpacked longer than [`STATUS_BITS_BYTES_MAX`].
    #[error("the list is longer than any of ours")]
    TooLong,
    /// The token around it.
    #[error(transparent)]
    Token(#[from] CwtError),
    /// Signed, but not the claims described above; which one.
    #[error("the list has another form than ours: {0}")]
    Claims(&'static str),
    /// Another list than the one that was asked for.
    #[error("it is list {says}")]
    OtherList {
        /// Which it is.
        says: ListName,
    },
    /// Its time is over.
    #[error("it ran out at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Made at a time that has not come yet: the clock here is far behind.
    #[error("it was made at {at}, which has not come yet by the clock of this machine")]
    FromTheFuture {
        /// When.
        at: Timestamp,
    },
    /// Older than the one that is held: somebody plays back an old list.
    #[error("it was made at {at}, before the one that is held")]
    Replayed {
        /// When.
        at: Timestamp,
    },
}

impl StatusListError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "status-list-too-long",
            Self::Token(CwtError::Damaged) => "status-list-damaged",
            Self::Token(CwtError::OtherKey) => "status-list-other-key",
            Self::Token(CwtError::Signature) => "status-list-signature",
            Self::Claims(_) => "status-list-claims",
            Self::OtherList { .. } => "status-list-other",
            Self::Expired { .. } => "status-list-expired",
            Self::FromTheFuture { .. } => "status-list-future",
            Self::Replayed { .. } => "status-list-replayed",
        }
    }

    /// The words for people.
    pub const fn message_ja(self) -> &'static str {
        match self {
            Self::TooLong | Self::Claims(_) => "失効リストの形式が違います。プログラムを更新してください。",
            Self::Token(CwtError::Damaged) => "失効リストが壊れているか、途中で切れています。",
            Self::Token(CwtError::OtherKey) => "失効リストが、知らない鍵で署名されています。",
            Self::Token(CwtError::Signature) => "失効リストが書き換えられています。",
            Self::OtherList { .. } => "別の都道府県の失効リストです。",
            Self::Expired { .. } => "失効リストの期限が切れています。",
            Self::FromTheFuture { .. } => "失効リストの作成日時が未来です。この端末の時計をご確認ください。",
            Self::Replayed { .. } => "今あるものより古い失効リストです。",
        }
    }
}

/// A list that was read and verified, unpacked.
#[derive(Clone)]
pub struct StatusList {
    name: ListName,
    times: Times,
    bytes: Vec<u8>,
    /// By prefecture, from 1: where its part begins and how many places it has.
    parts: [(usize, usize); PREFECTURES as usize + 1],
}

impl StatusList {
    /// Reads a list that was asked for by this name, and verifies it. `held` is when the list that is held was made.
    ///
    /// # Errors
    /// Why it is not used.
    pub fn read(
        token: &[u8],
        keys: &[CredentialKey],
        name: ListName,
        now: Timestamp,
        held: Option<Timestamp>,
    ) -> Result<Self, StatusListError> {
        let list = Self::read_any(token, keys)?;
        if list.name != name {
            return Err(StatusListError::OtherList { says: list.name });
        }
        list.believable(now, held)?;
        Ok(list)
    }

    /// Reads whatever list it is, and verifies its signature but not its times.
    ///
    /// # Errors
    /// Why it is no list of ours.
    pub fn read_any(token: &[u8], keys: &[CredentialKey]) -> Result<Self, StatusListError> {
        if token.len() > STATUS_LIST_BYTES_MAX {
            return Err(StatusListError::TooLong);
        }
        let claims = Claims::read(cwt::open(token, Some(MEDIA_TYPE), keys)?)?;
        let bytes = unpack(&claims.packed)?;
        let parts = claims.parts_of(bytes.len() * PLACES_PER_BYTE)?;
        Ok(Self { name: claims.name, times: claims.times, bytes, parts })
    }

    /// Whether its time has come, is not over, and is not before the one that is held.
    ///
    /// # Errors
    /// Which of these.
    pub fn believable(&self, now: Timestamp, held: Option<Timestamp>) -> Result<(), StatusListError> {
        let Times { issued_at, expires_at, .. } = self.times;
        if issued_at.duration_since(now) > CLOCK_BEHIND_MAX {
            return Err(StatusListError::FromTheFuture { at: issued_at });
        }
        if expires_at <= now {
            return Err(StatusListError::Expired { at: expires_at });
        }
        if held.is_some_and(|held| issued_at < held) {
            return Err(StatusListError::Replayed { at: issued_at });
        }
        Ok(())
    }

    /// Which list.
    pub const fn name(&self) -> ListName {
        self.name
    }

    /// When it was made and how long it is believed.
    pub const fn times(&self) -> Times {
        self.times
    }

    /// What it says of a place. None when the place is not in it: another prefecture's, or given away later.
    pub fn status(&self, index: StatusIndex) -> Option<Status> {
        let (first, places) = self.parts[usize::from(index.prefecture().number())];
        let at = index.index() as usize;
        if at >= places {
            return None;
        }
        let (byte, shift) = place(first + at);
        Some(Status::from_bits(self.bytes[byte] >> shift))
    }

    /// How many places it has, and how many of them are not valid.
    pub fn counts(&self) -> (u64, u64) {
        ((self.bytes.len() * PLACES_PER_BYTE) as u64, struck(&self.bytes))
    }

    /// Bytes that it takes in memory.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + size_of::<Self>()
    }
}

impl std::fmt::Debug for StatusList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StatusList({}, {})", self.name, self.times.issued_at)
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, StatusListError> {
    // Most of a list packs to about a twelfth; a wrong guess costs a copy.
    let guess = packed.len().saturating_mul(14).min(STATUS_BITS_BYTES_MAX);
    let mut bytes = Vec::with_capacity(guess);
    let limit = STATUS_BITS_BYTES_MAX as u64 + 1;
    ZlibDecoder::new(packed).take(limit).read_to_end(&mut bytes).map_err(|_| StatusListError::Claims("lst"))?;
    if bytes.len() > STATUS_BITS_BYTES_MAX {
        return Err(StatusListError::TooLong);
    }
    bytes.shrink_to_fit();
    Ok(bytes)
}

struct Claims {
    name: ListName,
    times: Times,
    packed: Vec<u8>,
    parts: Vec<(Prefecture, u64)>,
}

impl Claims {
    /// Reads the claims, and writes them again to compare: there is one spelling.
    fn read(bytes: &[u8]) -> Result<Self, StatusListError> {
        const WRONG: fn(&'static str) -> StatusListError = StatusListError::Claims;
        let value: Value = ciborium::from_reader(bytes).map_err(|_| WRONG("CBOR"))?;
        let mut members = value.into_map().map_err(|_| WRONG("CBOR"))?;
        let mut take = |key: i128| {
            let at = members.iter().position(|(held, _)| held.as_integer().is_some_and(|held| i128::from(held) == key));
            at.map(|at| members.swap_remove(at).1)
        };
        let name = take(i128::from(SUBJECT)).as_ref().and_then(Value::as_text).and_then(ListName::from_uri);
        let mut second = |key: u64, name| {
            let second = take(i128::from(key)).and_then(|value| i64::try_from(value.as_integer()?).ok());
            second.and_then(|second| Timestamp::from_second(second).ok()).ok_or(WRONG(name))
        };
        let (expires_at, issued_at) = (second(EXPIRES, "exp")?, second(ISSUED_AT, "iat")?);
        let ttl_s = take(i128::from(TTL)).and_then(|value| u32::try_from(value.as_integer()?).ok());
        let list = take(i128::from(STATUS_LIST)).and_then(|list| list.into_map().ok()).ok_or(WRONG("status_list"))?;
        let packed = list.into_iter().find(|(key, _)| key.as_text() == Some("lst")).map(|(_, packed)| packed);
        let parts = take(i128::from(PARTS)).map(|parts| read_parts(&parts).ok_or(WRONG("parts"))).transpose()?;
        let claims = Self {
            name: name.ok_or(WRONG("sub"))?,
            times: Times { issued_at, expires_at, ttl_s: ttl_s.ok_or(WRONG("ttl"))? },
            packed: packed.and_then(|packed| packed.into_bytes().ok()).ok_or(WRONG("lst"))?,
            parts: parts.unwrap_or_default(),
        };
        let parts = (claims.name == ListName::Whole).then_some(claims.parts.as_slice());
        if self::claims(claims.name, claims.times, &claims.packed, parts) != bytes {
            return Err(WRONG("spelling"));
        }
        Ok(claims)
    }

    /// Where the part of each prefecture begins, in a list of so many places.
    fn parts_of(&self, places: usize) -> Result<[(usize, usize); PREFECTURES as usize + 1], StatusListError> {
        let mut parts = [(0, 0); PREFECTURES as usize + 1];
        if let ListName::Prefecture(prefecture) = self.name {
            parts[usize::from(prefecture.number())] = (0, places);
            return Ok(parts);
        }
        let mut first = 0_usize;
        let mut last = 0;
        for (prefecture, length) in &self.parts {
            let length = usize::try_from(*length).map_err(|_| StatusListError::Claims("parts"))?;
            if prefecture.number() <= last || length % PLACES_PER_BYTE != 0 || length > places - first {
                return Err(StatusListError::Claims("parts"));
            }
            last = prefecture.number();
            parts[usize::from(last)] = (first, length);
            first += length;
        }
        if first == places { Ok(parts) } else { Err(StatusListError::Claims("parts")) }
    }
}

fn read_parts(parts: &Value) -> Option<Vec<(Prefecture, u64)>> {
    let read = |part: &Value| {
        let [prefecture, places] = part.as_array()?.as_slice() else { return None };
        let number = u8::try_from(prefecture.as_integer()?).ok()?;
        Some((Prefecture::new(number)?, u64::try_from(places.as_integer()?).ok()?))
    };
    parts.as_array()?.iter().map(read).collect()
}
