//! `tashika center init`: a data folder with everything that a center needs, made once and never overwritten.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::files::{self, Access};
use kit::random::{Random, SharedRandom};
use tracing::info;
use trust::ca::{CaError, IssuingAuthority, RootAuthority, ServerName};
use trust::keys::KeyError;
use trust::log::{LogId, LogSigner};
use trust::{Certificate, CredentialSigner, PrivateKey};

use crate::authority::new_serial;
use crate::config::{Card, Config, ConfigError, ConsentRules, Database, Limits, Listen, Log, Public, SecondaryUse};
use crate::feed::PersonKey;
use crate::folder::DataFolder;
use crate::store::{NoObserver, Store, StoreError};

/// What the operator decides at the beginning. The rest has defaults and can be changed in `center.toml`.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// Who runs this center; it stands in the certificates of the two authorities.
    pub operator: String,
    /// DNS names and IP addresses under which terminals reach it, the preferred one first.
    pub names: Vec<String>,
    /// Addresses of the API that new terminals are told; empty: made of the first name and the port.
    pub api_urls: Vec<String>,
    /// Where it listens.
    pub listen: Listen,
    /// Empty: a SQLite file in the data folder. Else `postgres://…`.
    pub database_url: String,
    /// Number of the access log, 0 to 99.
    pub log_id: u8,
    /// Whose cards are taken; nobody's unless said.
    pub card: Card,
    /// What patients allow, and on whose word.
    pub consent: ConsentRules,
    /// Limits that differ from the defaults.
    pub limits: Limits,
}

impl Default for InitOptions {
    fn default() -> Self {
        let public = Public::default();
        Self {
            operator: "Tashika".to_owned(),
            names: public.names,
            api_urls: public.api_urls,
            listen: Listen::default(),
            database_url: String::new(),
            log_id: Log::default().id,
            card: Card::default(),
            consent: ConsentRules::default(),
            limits: Limits::default(),
        }
    }
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Initialized {
    /// The settings, as written.
    pub config: Config,
    /// The folder with the root key, which is to be taken offline.
    pub root_folder: PathBuf,
    /// SHA-256 of the root certificate, to be compared by voice.
    pub root_fingerprint: [u8; 32],
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Something is there already.
    #[error("{0} exists already; a center is never made over another one")]
    Exists(PathBuf),
    /// The folder cannot be written.
    #[error("{path}: {source}")]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A value that cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key could not be made.
    #[error("a key could not be made: {0}")]
    Key(#[from] KeyError),
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] CaError),
    /// The database could not be made.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the data folder of a new center: two authorities, the key of the access log, the key of person ids, the
/// settings, and the database with its schema.
///
/// The folder may exist if it is empty of anything that this would write. When it fails, what it made is removed again.
///
/// # Errors
/// Something is there already, a value cannot be used, or the folder or database cannot be written.
pub async fn init(
    folder: &Path,
    options: InitOptions,
    clock: SharedClock,
    random: SharedRandom,
) -> Result<Initialized, InitError> {
    let places = DataFolder::new(folder);
    refuse_to_overwrite(&places)?;
    let config = settings(folder, &options)?;
    let new_folder = !folder.exists();
    let made = write_all(&places, &config, &options, &clock, &random).await;
    if made.is_err() {
        remove_traces(&places, new_folder);
    }
    made
}

fn refuse_to_overwrite(places: &DataFolder) -> Result<(), InitError> {
    let ours =
        [places.config(), places.keys_folder(), places.root_folder(), places.certificates_folder(), database(places)];
    match ours.into_iter().find(|path| path.exists()) {
        Some(path) => Err(InitError::Exists(path)),
        None => Ok(()),
    }
}

fn database(places: &DataFolder) -> PathBuf {
    match crate::store::Address::in_folder(places.path()) {
        crate::store::Address::Sqlite(path) => path,
        crate::store::Address::Postgres(_) => places.path().to_owned(),
    }
}

/// The settings, checked by reading them back as a start will.
fn settings(folder: &Path, options: &InitOptions) -> Result<Config, InitError> {
    let config = Config {
        folder: folder.to_owned(),
        listen: options.listen,
        public: Public { names: options.names.clone(), api_urls: options.api_urls.clone() },
        database: Database { url: options.database_url.clone() },
        log: Log { id: options.log_id },
        card: options.card.clone(),
        consent: options.consent,
        // A step of its own, after the center was made.
        secondary_use: SecondaryUse::default(),
        limits: options.limits,
    };
    Ok(Config::parse(folder, &config.to_toml())?)
}

async fn write_all(
    places: &DataFolder,
    config: &Config,
    options: &InitOptions,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Initialized, InitError> {
    let now = clock.now();
    for path in [
        places.path().to_owned(),
        places.root_folder(),
        places.keys_folder(),
        places.certificates_folder(),
        places.spool_folder(),
    ] {
        files::create_private_folder(&path).map_err(|source| InitError::Write { path, source })?;
    }
    let root = write_authorities(places, options, &**random, now)?;
    write_log_key(places, config.log.id)?;
    write_credential_key(places)?;
    let store = Store::open(&places.database(&config.database.url)?, clock.clone(), Box::new(NoObserver)).await?;
    // The key of the person ids lives with the data that depends on it; it is made now so that nothing is left open.
    PersonKey::of_center(&store, &**random, now).await?;
    store.close().await;
    // Last, because a folder with settings counts as a center.
    create(places.config(), config.to_toml().as_bytes())?;
    info!(folder = %places.path().display(), "a center was made");
    Ok(Initialized { config: config.clone(), root_folder: places.root_folder(), root_fingerprint: root.fingerprint() })
}

/// Root and issuing authority. The root key goes into a folder of its own and out of memory.
fn write_authorities(
    places: &DataFolder,
    options: &InitOptions,
    random: &dyn Random,
    now: Timestamp,
) -> Result<Certificate, InitError> {
    let root = RootAuthority::create(&format!("{} Root CA", options.operator), new_serial(random), now)?;
    let key = PrivateKey::generate()?;
    let name = format!("{} Issuing CA", options.operator);
    let certificate = root.sign_issuing(&name, key.public_key(), new_serial(random), now)?;
    create(places.root_key(), root.key().to_pem().as_bytes())?;
    create(places.root_folder_certificate(), root.certificate().to_pem().as_bytes())?;
    create(places.root_note(), ROOT_NOTE.as_bytes())?;
    create(places.issuing_key(), key.to_pem().as_bytes())?;
    publish(places.root_certificate(), &root.certificate().to_pem())?;
    publish(places.issuing_certificate(), &certificate.to_pem())?;
    // Names that no certificate can hold are found now, not at the first start.
    let issuing = IssuingAuthority::new(certificate, root.certificate().clone(), key)?;
    let names: Vec<ServerName> = options.names.iter().map(|name| ServerName::parse(name)).collect();
    issuing.issue_server(&names, PrivateKey::generate()?.public_key(), new_serial(random), now)?;
    Ok(root.certificate().clone())
}

fn write_log_key(places: &DataFolder, id: u8) -> Result<(), InitError> {
    let key = PrivateKey::generate()?;
    // `Config::parse` has refused numbers of three digits.
    let id = LogId::new(id).unwrap_or(LogId::FIRST);
    let signer = LogSigner::new(id, &key)?;
    create(places.log_key(), key.to_pem().as_bytes())?;
    publish(places.log_public_key(), &signer.public_key().to_pem())
}

fn write_credential_key(places: &DataFolder) -> Result<(), InitError> {
    let key = PrivateKey::generate()?;
    let signer = CredentialSigner::new(&key)?;
    create(places.credential_key(), key.to_pem().as_bytes())?;
    publish(places.credential_public_key(), &signer.public_key().to_pem())
}

fn create(path: PathBuf, content: &[u8]) -> Result<(), InitError> {
    files::create_private(&path, content).map_err(|source| InitError::Write { path, source })
}

fn publish(path: PathBuf, text: &str) -> Result<(), InitError> {
    files::write_atomic(&path, text.as_bytes(), Access::Shared).map_err(|source| InitError::Write { path, source })
}

/// Only what this module writes; a file of somebody else keeps its folder from being removed.
fn remove_traces(places: &DataFolder, whole_folder: bool) {
    for file in [
        places.root_key(),
        places.root_folder_certificate(),
        places.root_note(),
        places.issuing_key(),
        places.log_key(),
        places.root_certificate(),
        places.issuing_certificate(),
        places.log_public_key(),
        places.credential_key(),
        places.credential_public_key(),
        places.config(),
        database(places),
        database(places).with_extension("sqlite-wal"),
        database(places).with_extension("sqlite-shm"),
    ] {
        // Most were never made; what cannot be removed is named by the next attempt.
        let _ = std::fs::remove_file(file);
    }
    for folder in [places.root_folder(), places.keys_folder(), places.certificates_folder(), places.spool_folder()] {
        let _ = std::fs::remove_dir(folder);
    }
    if whole_folder {
        let _ = std::fs::remove_dir(places.path());
    }
}

const ROOT_NOTE: &str = "\
このフォルダーには認証局の最上位の鍵(root.key.pem)が入っています。
センターの運転には要りません。フォルダーごと別の媒体に移して金庫に入れ、この機械からは消してください。
5年ごとに発行局の証明書を作り直すときだけ使います。

This folder holds the key of the root authority (root.key.pem).
The center does not need it to run. Move the whole folder to another medium, put that into a safe, and delete it here.
It is used only to sign a new issuing certificate, every five years.
";
