//! Tokens of the center, tied to the user in whose name they were taken: they end with that user.
//!
//! The center's token holds for minutes and knows nothing of the desk's users. A program gets it with the name of the user and a
//! keyed hash in front. At each look the user is read again, and the hash is made of what they are now: whoever was shut out,
//! got another role, or lost the API token opens nothing any more. Only this terminal's certificate makes the center take what
//! is inside.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::store::users::User;
use crate::store::{Store, StoreError};

/// Ties a token of the center to a user; none where that user has no API token any more.
pub(crate) async fn tie(store: &Store, user: &str, token: &str) -> Result<Option<String>, StoreError> {
    let Some((user, api_token)) = store.user_with_token(user).await? else { return Ok(None) };
    let hash = domain::hex::encode(&hash(store, &user, &api_token, token));
    Ok(Some(format!("{}.{hash}.{token}", URL_SAFE_NO_PAD.encode(&user.name))))
}

/// The token of the center in one that was tied; none where it is none, or its user is not what they were.
pub(crate) async fn untie(store: &Store, tied: &str) -> Result<Option<String>, StoreError> {
    let mut parts = tied.splitn(3, '.');
    let (Some(name), Some(tied_hash), Some(token)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let name = URL_SAFE_NO_PAD.decode(name).ok().and_then(|name| String::from_utf8(name).ok());
    let (Some(name), Some(tied_hash)) = (name, domain::hex::decode::<32>(tied_hash)) else { return Ok(None) };
    let Some((user, api_token)) = store.user_with_token(&name).await? else { return Ok(None) };
    let is_same = bool::from(hash(store, &user, &api_token, token).ct_eq(&tied_hash));
    Ok(is_same.then(|| token.to_owned()))
}

fn hash(store: &Store, user: &User, api_token: &[u8], token: &str) -> [u8; 32] {
    let (name, role) = (user.name.as_bytes(), user.role.code().as_bytes());
    store.vault().mac(&[b"fhir token", name, role, api_token, token.as_bytes()])
}
