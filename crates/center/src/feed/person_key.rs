//! The key under which a 個人番号 becomes a person id.

use std::sync::Arc;

use aws_lc_rs::hmac;
use domain::{PersonId, PersonalNumber};
use jiff::Timestamp;
use kit::random::Random;

use crate::store::{Result, Store, StoreError};

const NAME: &str = "person_id_key";
const KEY_BYTES: usize = 32;

/// Makes person ids: HMAC-SHA256 over the 個人番号 under a key of this center, the first 16 bytes. Without the key nobody
/// can tell a number from an id, although there are only 10^11 numbers. `Debug` shows nothing.
#[derive(Clone)]
pub struct PersonKey {
    key: Arc<hmac::Key>,
}

impl PersonKey {
    /// The key of this center; made at first use and kept with the data, because every person id depends on it.
    pub async fn of_center(store: &Store, random: &dyn Random, now: Timestamp) -> Result<Self> {
        let made: [u8; KEY_BYTES] = kit::random::bytes(random);
        let made = &made;
        let kept =
            store.tx("person_key", async |mut tx| tx.keep_center_value(NAME, made.as_slice(), now).await).await?;
        if kept.len() != KEY_BYTES {
            return Err(StoreError::inconsistent("center_key", "the key of the person ids has another length"));
        }
        Ok(Self::new(&kept))
    }

    /// From its bytes.
    pub fn new(key: &[u8]) -> Self {
        Self { key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key)) }
    }

    /// The id of a person.
    pub fn person_id(&self, number: &PersonalNumber) -> PersonId {
        let tag = hmac::sign(&self.key, number.expose());
        let mut id = [0; 16];
        id.copy_from_slice(&tag.as_ref()[..16]);
        PersonId(id)
    }
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_id_under_one_key_and_another_under_another() {
        let number = PersonalNumber::parse("123456789018").unwrap();
        let (one, two) = (PersonKey::new(&[1; 32]), PersonKey::new(&[2; 32]));
        assert_eq!(one.person_id(&number), one.clone().person_id(&number));
        assert_ne!(one.person_id(&number), two.person_id(&number));
        assert_eq!(format!("{one:?}"), "PersonKey(…)");
    }
}
