//! Status lists on this machine: whether what the center said earlier, and what a patient carries, still stands.
//!
//! | page | what |
//! |---|---|
//! | here | the lists that are held, in memory and on the disk, and what they say |
//! | [`fetch`] | newer ones, from time to time and when the line is back |
//!
//! A list is used only while its signature, name and times hold ([`trust::status_list`]). One that does not is named on the status
//! page, and the one that is held stays in use until it runs out. Nothing about a patient is asked or told by fetching.

pub(crate) mod fetch;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use domain::offline::ListSays;
use domain::{StatusIndex, date};
use jiff::Timestamp;
use kit::files::{self, Access};
use trust::limits::STATUS_LIST_BYTES_MAX;
use trust::{CredentialKey, ListName, StatusList, StatusListError};
use wire::api::CredentialKeys;

use crate::limits;

/// The lists that this terminal holds. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Which lists it wants.
    names: Vec<ListName>,
    folder: PathBuf,
    held: ArcSwap<Held>,
    trouble: Mutex<Option<Trouble>>,
}

#[derive(Debug, Clone, Default)]
struct Held {
    keys: Arc<[CredentialKey]>,
    lists: Vec<HeldList>,
}

#[derive(Debug, Clone)]
struct HeldList {
    list: Arc<StatusList>,
    /// The center's name for exactly this list.
    etag: Option<String>,
}

/// Why the newest list is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Which list.
    pub(crate) name: ListName,
    /// Why.
    pub(crate) why: StatusListError,
}

/// For the status page.
#[derive(Debug, Clone)]
pub(crate) struct ListState {
    /// Which list, and when it was made; none where it is not held.
    pub(crate) held: Vec<(ListName, Option<Timestamp>)>,
    /// Those among them that ran out.
    pub(crate) over: Vec<ListName>,
    /// Why a newer one is not in use.
    pub(crate) trouble: Option<Trouble>,
}

impl Lists {
    /// With what lies on the disk. A list or key that cannot be read is fetched again.
    pub(crate) fn load(names: &[ListName], folder: PathBuf) -> io::Result<Self> {
        files::create_private_folder(&folder)?;
        let inner = Inner { names: names.to_vec(), folder, held: ArcSwap::default(), trouble: Mutex::new(None) };
        let lists = Self { inner: Arc::new(inner) };
        let keys = files::read_limited(&lists.keys_file(), limits::CREDENTIAL_KEYS_BYTES_MAX);
        if let Some(keys) = keys.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            lists.use_keys(&keys);
        }
        for name in &lists.inner.names {
            let Ok(token) = files::read_limited(&lists.file(*name), STATUS_LIST_BYTES_MAX as u64) else { continue };
            match StatusList::read_any(&token, &lists.keys()) {
                // Its times are looked at when it is asked: one that ran out still shows which ones are older.
                Ok(list) if list.name() == *name => lists.hold(list, None),
                Ok(list) => tracing::warn!(%name, says = %list.name(), "a status list on the disk is another one"),
                Err(error) => tracing::warn!(%name, code = error.code(), "a status list on the disk is not used"),
            }
        }
        Ok(lists)
    }

    /// The keys that lists and personal certificates are verified with.
    pub(crate) fn keys(&self) -> Arc<[CredentialKey]> {
        Arc::clone(&self.inner.held.load().keys)
    }

    /// What a list says of a place; none where none tells at this time.
    pub(crate) fn says(&self, place: StatusIndex, now: Timestamp) -> Option<ListSays> {
        let held = self.inner.held.load();
        let believed = held.lists.iter().filter(|held| held.list.believable(now, None).is_ok());
        let said = believed.filter_map(|held| Some((held.list.times().issued_at, held.list.status(place)?)));
        let (issued_at, status) = said.max_by_key(|(issued_at, _)| *issued_at)?;
        Some(ListSays { status, as_of: date::in_japan(issued_at) })
    }

    /// How the lists are.
    pub(crate) fn state(&self, now: Timestamp) -> ListState {
        let held = self.inner.held.load();
        let find = |name| held.lists.iter().find(|held| held.list.name() == name);
        let is_over = |name: &ListName| find(*name).is_some_and(|held| held.list.believable(now, None).is_err());
        ListState {
            held: self
                .inner
                .names
                .iter()
                .map(|name| (*name, find(*name).map(|held| held.list.times().issued_at)))
                .collect(),
            over: self.inner.names.iter().copied().filter(is_over).collect(),
            trouble: *self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Takes keys of the center into use and keeps them.
    pub(crate) fn take_keys(&self, keys: &CredentialKeys) -> io::Result<()> {
        if !self.use_keys(keys) {
            return Ok(());
        }
        let bytes = serde_json::to_vec(keys).map_err(io::Error::other)?;
        files::write_atomic(&self.keys_file(), &bytes, Access::Private)
    }

    /// Whether they are others than before.
    fn use_keys(&self, keys: &CredentialKeys) -> bool {
        let keys = keys.keys.iter().take(limits::CREDENTIAL_KEYS_MAX);
        let keys: Arc<[CredentialKey]> = keys.filter_map(|key| CredentialKey::from_pem(&key.public_key).ok()).collect();
        if keys.is_empty() || keys == self.keys() {
            return false;
        }
        self.inner.held.rcu(|held| Held { keys: Arc::clone(&keys), ..Held::clone(held) });
        true
    }

    /// Takes a list into use and keeps it. Takes some time: unpacking, verifying, writing.
    pub(crate) fn take(
        &self,
        name: ListName,
        token: &[u8],
        etag: Option<String>,
        now: Timestamp,
    ) -> Result<(), StatusListError> {
        let held = self.held(name).map(|held| held.list.times().issued_at);
        let list = StatusList::read(token, &self.keys(), name, now, held).inspect_err(|why| self.refuse(name, *why))?;
        if let Err(error) = files::write_atomic(&self.file(name), token, Access::Private) {
            // It is fetched again after the next start.
            tracing::warn!(%error, %name, "a status list cannot be kept");
        }
        tracing::info!(%name, issued_at = %list.times().issued_at, "a newer status list");
        self.hold(list, etag);
        self.accept(name);
        Ok(())
    }

    fn hold(&self, list: StatusList, etag: Option<String>) {
        let new = HeldList { list: Arc::new(list), etag };
        self.inner.held.rcu(|held| {
            let mut next = Held::clone(held);
            next.lists.retain(|held| held.list.name() != new.list.name());
            next.lists.push(new.clone());
            next
        });
    }

    fn held(&self, name: ListName) -> Option<HeldList> {
        self.inner.held.load().lists.iter().find(|held| held.list.name() == name).cloned()
    }

    fn refuse(&self, name: ListName, why: StatusListError) {
        let trouble = Some(Trouble { name, why });
        let mut held = self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *held != trouble {
            tracing::warn!(%name, code = why.code(), %why, "a status list is not used");
            *held = trouble;
        }
    }

    fn accept(&self, name: ListName) {
        let mut held = self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some_and(|trouble| trouble.name == name) {
            *held = None;
        }
    }

    fn file(&self, name: ListName) -> PathBuf {
        self.inner.folder.join(format!("{name}.cwt"))
    }

    fn keys_file(&self) -> PathBuf {
        self.inner.folder.join("keys.json")
    }
}
