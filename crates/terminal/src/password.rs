//! Passwords and tokens of the desk.
//!
//! Passwords are kept as argon2id (19 MiB, 2 passes: what OWASP advises). One is computed at a time: a crowd of
//! attempts must not make the terminal large or slow. A name that does not exist takes as long as one that does.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::random::{Random, SharedRandom};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::limits;

/// Why a password or name cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`limits::PASSWORD_CHARS_MIN`].
    #[error("the password is shorter than {} characters", limits::PASSWORD_CHARS_MIN)]
    TooShort,
    /// Longer than [`limits::PASSWORD_BYTES_MAX`].
    #[error("the password is longer than {} bytes", limits::PASSWORD_BYTES_MAX)]
    TooLong,
    /// It holds the user's name, or one character over and over.
    #[error("the password is easy to guess")]
    Guessable,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Hash,
}

impl PasswordError {
    /// The words for the person.
    pub fn message_ja(self) -> String {
        match self {
            Self::TooShort => format!("パスワードは{}文字以上にしてください。", limits::PASSWORD_CHARS_MIN),
            Self::TooLong => "パスワードが長すぎます。".to_owned(),
            Self::Guessable => "推測されやすいパスワードです。別のものにしてください。".to_owned(),
            Self::Hash => "パスワードを保存できませんでした。もう一度お試しください。".to_owned(),
        }
    }
}

/// A password as it came in a form; wiped when dropped.
#[derive(Default)]
pub(crate) struct Typed(Zeroizing<String>);

impl std::ops::Deref for Typed {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for Typed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|typed| Self(Zeroizing::new(typed)))
    }
}

/// Refuses passwords that protect nothing.
pub(crate) fn acceptable(user_name: &str, password: &str) -> Result<(), PasswordError> {
    if password.len() > limits::PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    if password.chars().count() < limits::PASSWORD_CHARS_MIN {
        return Err(PasswordError::TooShort);
    }
    let mut characters: Vec<char> = password.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    let lower = password.to_lowercase();
    if characters.len() < 5 || user_name.len() >= 3 && lower.contains(&user_name.to_lowercase()) {
        return Err(PasswordError::Guessable);
    }
    Ok(())
}

/// Letters that are not mistaken for one another when read from paper.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A password of four groups of four letters: 79 bits.
pub(crate) fn generate(random: &dyn Random) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(19));
    let mut letters = 0;
    while letters < 16 {
        let [byte] = kit::random::bytes::<1>(random);
        // 248 = 8 × 31: the bytes above would favour the first letters.
        if byte >= 248 {
            continue;
        }
        if letters > 0 && letters % 4 == 0 {
            out.push('-');
        }
        out.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        letters += 1;
    }
    out
}

/// The hash that is kept; blocks for some tens of milliseconds.
pub(crate) fn hash_blocking(password: &str, random: &dyn Random) -> Result<String, PasswordError> {
    let salt = SaltString::encode_b64(&kit::random::bytes::<16>(random)).map_err(|_| PasswordError::Hash)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Computes one password at a time.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    random: SharedRandom,
    one: Arc<Semaphore>,
    /// Verified against when nobody has the name.
    nobody: Arc<OnceLock<String>>,
}

impl Passwords {
    pub(crate) fn new(random: SharedRandom) -> Self {
        Self { random, one: Arc::new(Semaphore::new(1)), nobody: Arc::new(OnceLock::new()) }
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let (password, random) = (Zeroizing::new(password.to_owned()), Arc::clone(&self.random));
        self.alone(move || hash_blocking(&password, &*random)).await.ok_or(PasswordError::Hash)?
    }

    /// Whether this is the password of that hash. Without a hash the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> bool {
        if password.len() > limits::PASSWORD_BYTES_MAX {
            return false;
        }
        let password = Zeroizing::new(password.to_owned());
        let (random, nobody) = (Arc::clone(&self.random), Arc::clone(&self.nobody));
        let hash = hash.map(str::to_owned);
        self.alone(move || {
            let exists = hash.is_some();
            let hash = hash.unwrap_or_else(|| {
                nobody.get_or_init(|| hash_blocking("nobody has this password", &*random).unwrap_or_default()).clone()
            });
            let fits = PasswordHash::new(&hash)
                .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
            exists && fits
        })
        .await
        .unwrap_or(false)
    }

    async fn alone<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _permit = self.one.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// A secret for a cookie or an API token: 32 random bytes, base64url.
pub(crate) fn new_token(random: &dyn Random) -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(kit::random::bytes::<32>(random)))
}

/// What is kept of a token.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    out
}

/// What a form must carry: made from the session's secret, so that only a page of this session can know it.
pub(crate) fn csrf_token(session_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("tashika desk form\0{session_token}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use kit::random::SystemRandom;

    use super::*;

    #[test]
    fn a_generated_password_is_acceptable_and_never_the_same() {
        let (a, b) = (generate(&SystemRandom), generate(&SystemRandom));
        assert_eq!(acceptable("admin", &a), Ok(()));
        assert_ne!(a, b);
        assert_eq!(a.len(), 19);
    }

    #[test]
    fn passwords_that_protect_nothing_are_refused() {
        assert_eq!(acceptable("uketsuke", "short"), Err(PasswordError::TooShort));
        assert_eq!(acceptable("uketsuke", "Uketsuke2026"), Err(PasswordError::Guessable));
        assert_eq!(acceptable("uketsuke", "aaaaaaaaaaaa"), Err(PasswordError::Guessable));
        assert_eq!(acceptable("uketsuke", &"長".repeat(200)), Err(PasswordError::TooLong));
        assert_eq!(acceptable("uketsuke", "さくらの木の下で待つ"), Ok(()));
    }

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(&hash)).await);
        assert!(!passwords.verify("correct horse batterz", Some(&hash)).await);
        assert!(!passwords.verify("nobody has this password", None).await);
    }
}
