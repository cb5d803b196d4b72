//! Encryption of single columns, for personal data at rest on a terminal.
//!
//! AES-256-GCM. Table, row and column are bound into the ciphertext as associated data, so a value cannot be copied into
//! another row and be believed there. A sealed value is `0x01 ‖ nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)`.
//!
//! The nonce is random and an argument. With random nonces one key may seal 2^32 values; a terminal that seals a
//! thousand a day gets there in eleven thousand years.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::limits::SEAL_NAME_BYTES_MAX;

const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + NONCE_LEN;

/// Why a value could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short, or a version that this program does not know.
    #[error("not a sealed value")]
    Shape,
    /// Another key, another place, or the value was changed.
    #[error("the sealed value does not open here: it was changed, moved, or sealed with another key")]
    Refused,
    /// A table or column name longer than [`SEAL_NAME_BYTES_MAX`].
    #[error("a table or column name is longer than {SEAL_NAME_BYTES_MAX} bytes")]
    Name,
}

/// Where a value lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// Name of the column.
    pub column: &'a str,
    /// The primary key of the row, as bytes.
    pub row: &'a [u8],
}

impl Place<'_> {
    /// Each name with its length before it, so that no two places give the same bytes.
    fn associated_data(&self) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(2 + self.table.len() + self.column.len() + self.row.len());
        for name in [self.table, self.column] {
            if name.len() > SEAL_NAME_BYTES_MAX {
                return Err(SealError::Name);
            }
            out.push(u8::try_from(name.len()).map_err(|_| SealError::Name)?);
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(self.row);
        Ok(out)
    }
}

/// Seals and opens values with one key. `Debug` shows nothing.
pub struct Sealer {
    key: LessSafeKey,
}

impl Sealer {
    /// Takes a key of 32 random bytes into use.
    pub fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).expect("AES-256 takes any 32 bytes");
        Self { key: LessSafeKey::new(key) }
    }

    /// Seals a value for its place. `nonce` must be fresh random bytes each time.
    ///
    /// # Errors
    /// [`SealError::Name`].
    pub fn seal(&self, place: Place<'_>, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(HEAD_BYTES + plain.len() + TAG_BYTES);
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let aad = Aad::from(place.associated_data()?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag =
            self.key.seal_in_place_separate_tag(nonce, aad, &mut out[HEAD_BYTES..]).map_err(|_| SealError::Refused)?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Opens a value at its place. The plain text is wiped when dropped.
    ///
    /// # Errors
    /// Not sealed, or not for this place and key.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let Some((&[VERSION], rest)) = sealed.split_first_chunk::<1>() else {
            return Err(SealError::Shape);
        };
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Shape)?;
        let aad = Aad::from(place.associated_data()?);
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut buffer = Zeroizing::new(body.to_vec());
        let length = self.key.open_in_place(nonce, aad, &mut buffer).map_err(|_| SealError::Refused)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}
