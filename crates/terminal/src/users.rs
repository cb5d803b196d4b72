//! The list of users, for the command line. Works while the terminal runs and while it does not.

use std::path::Path;
use std::sync::Arc;

use kit::clock::SharedClock;
use kit::random::SharedRandom;
use zeroize::Zeroizing;

use crate::layout::Layout;
use crate::limits;
use crate::password::{self, PasswordError};
use crate::store::settings::Setting;
use crate::store::users::Changed;
pub use crate::store::users::{Role, User};
use crate::store::vault::{Vault, VaultError};
use crate::store::{Store, StoreError};

/// Why the list was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The name is empty, too long, or has characters that cannot be typed everywhere.
    #[error("a user name has 1 to {} letters, digits, dots, dashes or underscores", limits::USER_NAME_CHARS_MAX)]
    Name,
    /// The password cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Somebody has this name already.
    #[error("this name is taken")]
    Taken,
    /// Nobody has this name.
    #[error("nobody has this name")]
    NoSuchUser,
    /// There are [`limits::USERS_MAX`] users.
    #[error("there are {} users; that is the most", limits::USERS_MAX)]
    TooMany,
    /// It would leave no administrator.
    #[error("this is the last administrator")]
    LastAdmin,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for UsersError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl UsersError {
    /// The words for the person at the desk.
    pub fn message_ja(&self) -> String {
        match self {
            Self::Name => format!("利用者名は英数字と . - _ で{}文字までにしてください。", limits::USER_NAME_CHARS_MAX),
            Self::Password(error) => error.message_ja(),
            Self::Taken => "この利用者名は使われています。".to_owned(),
            Self::NoSuchUser => "この利用者はいません。".to_owned(),
            Self::TooMany => format!("利用者は{}人までです。", limits::USERS_MAX),
            Self::LastAdmin => "管理者が一人もいなくなる変更はできません。".to_owned(),
            Self::Store(_) => "保存できませんでした。ディスクの空きを確かめて、もう一度お試しください。".to_owned(),
        }
    }
}

/// Reads a user name as typed.
pub(crate) fn read_name(raw: &str) -> Result<&str, UsersError> {
    let name = raw.trim();
    let fits = (1..=limits::USER_NAME_CHARS_MAX).contains(&name.chars().count());
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if fits && plain { Ok(name) } else { Err(UsersError::Name) }
}

pub(crate) async fn open(data_dir: &Path, random: &SharedRandom) -> Result<Store, UsersError> {
    let layout = Layout::new(data_dir);
    let vault = Vault::open_or_make(&layout.store_key(), Arc::clone(random))?;
    Ok(Store::open(&layout.store(), vault).await?)
}

/// Sets the facility's password for 目視確認 at the kiosk.
pub async fn set_facility_password(
    data_dir: &Path,
    password: &str,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<(), UsersError> {
    let store = open(data_dir, random).await?;
    let hash = facility_password_hash(password, random)?;
    store.set(Setting::FacilityPassword, Some(&hash), clock.now()).await?;
    store.close().await;
    Ok(())
}

/// Takes the facility's password away: staff confirm on the desk alone.
pub async fn remove_facility_password(
    data_dir: &Path,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<(), UsersError> {
    let store = open(data_dir, random).await?;
    store.set(Setting::FacilityPassword, None, clock.now()).await?;
    store.close().await;
    Ok(())
}

/// What is kept of a facility password. Blocks for some tens of milliseconds.
pub(crate) fn facility_password_hash(password: &str, random: &SharedRandom) -> Result<String, UsersError> {
    password::acceptable("", password)?;
    Ok(password::hash_blocking(password, &**random)?)
}

/// Adds somebody. Without a password one is made; the password to hand over is given back either way.
pub async fn add(
    data_dir: &Path,
    name: &str,
    role: Role,
    password: Option<&str>,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Zeroizing<String>, UsersError> {
    let store = open(data_dir, random).await?;
    let added = add_to(&store, name, role, password, clock, random).await;
    store.close().await;
    added
}

pub(crate) async fn add_to(
    store: &Store,
    name: &str,
    role: Role,
    password: Option<&str>,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Zeroizing<String>, UsersError> {
    let name = read_name(name)?;
    let password = chosen(name, password, random)?;
    let hash = hash(&password, random).await?;
    if store.count_users().await? >= limits::USERS_MAX {
        return Err(UsersError::TooMany);
    }
    if store.add_user(name, role, &hash, clock.now()).await? { Ok(password) } else { Err(UsersError::Taken) }
}

/// Everybody, by name.
pub async fn list(data_dir: &Path, random: &SharedRandom) -> Result<Vec<User>, UsersError> {
    let store = open(data_dir, random).await?;
    let users = store.users().await;
    store.close().await;
    Ok(users?)
}

/// Sets a password and signs the person out everywhere. Without a password one is made; the password to hand over is
/// given back either way.
pub async fn set_password(
    data_dir: &Path,
    name: &str,
    password: Option<&str>,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Zeroizing<String>, UsersError> {
    let store = open(data_dir, random).await?;
    let name = read_name(name)?;
    let password = chosen(name, password, random)?;
    let hash = hash(&password, random).await?;
    let changed = store.set_password_hash(name, &hash, clock.now()).await;
    store.close().await;
    done(changed?)?;
    Ok(password)
}

/// Changes role and admission of somebody.
pub async fn change(
    data_dir: &Path,
    name: &str,
    role: Role,
    disabled: bool,
    random: &SharedRandom,
) -> Result<(), UsersError> {
    let store = open(data_dir, random).await?;
    let changed = store.change_user(read_name(name)?, role, disabled).await;
    store.close().await;
    done(changed?)
}

pub(crate) fn done(changed: Changed) -> Result<(), UsersError> {
    match changed {
        Changed::Done => Ok(()),
        Changed::NoSuchUser => Err(UsersError::NoSuchUser),
        Changed::LastAdmin => Err(UsersError::LastAdmin),
    }
}

fn chosen(name: &str, password: Option<&str>, random: &SharedRandom) -> Result<Zeroizing<String>, UsersError> {
    match password {
        Some(password) => {
            password::acceptable(name, password)?;
            Ok(Zeroizing::new(password.to_owned()))
        }
        None => Ok(password::generate(&**random)),
    }
}

async fn hash(password: &str, random: &SharedRandom) -> Result<String, UsersError> {
    Ok(password::Passwords::new(Arc::clone(random)).hash(password).await?)
}
