//! A clinic joins: one address, one code, and the terminal is ready.
//!
//! 1. the data folder, mode 0700, and a key that never leaves it;
//! 2. a connection that trusts only the root whose fingerprint is in the code, and the request for a certificate;
//! 3. everything saved, a first administrator with a password that is shown once;
//! 4. a self-test over the new certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::MedicalInstitutionCode;
use kit::client::{Client, ClientError, ClientOptions, ClientTls};
use kit::clock::SharedClock;
use kit::files::{self, Access};
use kit::random::SharedRandom;
use kit::text::Text;
use trust::certificate::CertificateRequest;
use trust::enrol::{CodeError, OneTimeCode, RootPin};
use trust::tls;
use wire::api::{Enrolled, EnrolmentRequest, LogKey, TimeNow};
use zeroize::Zeroizing;

use crate::config::{Config, ConfigError, SETTINGS_TEXT};
use crate::health::Health;
use crate::hours::Hours;
use crate::identity::{self, CenterFacts, CenterRecord, Identity, IdentityError};
use crate::layout::Layout;
use crate::store::Store;
use crate::store::users::Role;
use crate::store::vault::Vault;
use crate::users::{self, UsersError};
use crate::{asking, limits};

/// Name of the first administrator.
pub const FIRST_ADMIN: &str = "admin";

/// Why the terminal did not join.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The folder belongs to a terminal already.
    #[error("{} has joined already; choose another folder", .0.display())]
    AlreadyJoined(PathBuf),
    /// The code cannot be right.
    #[error("the one-time code: {0}")]
    Code(#[from] CodeError),
    /// The address of the center cannot be used.
    #[error("the address of the center: {0}")]
    Address(#[from] kit::client::UrlError),
    /// The center refused, or could not be reached.
    #[error(transparent)]
    Center(#[from] ClientError),
    /// What the center sent does not fit, or cannot be saved.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The root that came is not the one that the code names.
    #[error("the center sent another root certificate than the code names")]
    OtherRoot,
    /// The data folder.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The first administrator.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The certificate is there, and a first question over it failed.
    #[error("the self-test failed: {0}")]
    SelfTest(String),
}

impl JoinError {
    /// The words for the person who installs.
    pub fn message_ja(&self) -> String {
        match self {
            Self::AlreadyJoined(_) => "このフォルダの端末は登録済みです。別のフォルダを指定してください。".to_owned(),
            Self::Code(error) => error.message_ja(),
            Self::Address(_) => "センターのアドレスを確認してください（https:// で始まります）。".to_owned(),
            Self::Center(ClientError::Problem { document, .. }) => match document.detail.as_str() {
                "" => document.title.clone(),
                detail => detail.to_owned(),
            },
            Self::Center(ClientError::CouldNotAsk(why)) => format!("{}。", why.text().ja),
            Self::Identity(_) | Self::OtherRoot => {
                "センターの証明書を確認できません。登録コードとアドレスを確認してください。".to_owned()
            }
            Self::Folder { .. } => "データフォルダを使えません。場所と権限を確認してください。".to_owned(),
            Self::Config(_) => "設定ファイル terminal.toml を確認してください。".to_owned(),
            Self::Users(error) => error.message_ja(),
            Self::SelfTest(_) => {
                "証明書は届きましたが、センターへの接続確認ができませんでした。回線を確認して、端末を起動してください。"
                    .to_owned()
            }
        }
    }
}

/// A terminal that has joined.
#[derive(Debug)]
pub struct Joined {
    /// Whose terminal it is.
    pub facility: MedicalInstitutionCode,
    /// Name of the institution.
    pub name: String,
    /// Name of the first administrator.
    pub admin_name: String,
    /// Their password; shown once and kept nowhere.
    pub admin_password: Zeroizing<String>,
    /// The settings that the terminal starts with.
    pub config: Config,
    /// The file with them.
    pub settings_file: PathBuf,
    /// What the self-test saw, or why it failed. The terminal has joined in either case.
    pub self_test: Result<SelfTest, JoinError>,
}

/// What the first questions over the new certificate showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfTest {
    /// How long the first question took, connecting included.
    pub took: Duration,
    /// How far the center's clock is ahead of ours, when that is worth a warning.
    pub clock_warning: Option<jiff::SignedDuration>,
    /// In words.
    pub text: Text,
}

/// Joins the center at `url` with a one-time code and makes `data_dir`.
pub async fn join(
    url: &str,
    code: &str,
    data_dir: &Path,
    clock: SharedClock,
    random: SharedRandom,
) -> Result<Joined, JoinError> {
    let code = OneTimeCode::parse(code)?;
    let layout = Layout::new(data_dir);
    files::create_private_folder(data_dir).map_err(|source| JoinError::Folder { path: data_dir.to_owned(), source })?;
    if layout.identity().exists() {
        return Err(JoinError::AlreadyJoined(data_dir.to_owned()));
    }
    let key = identity::next_key(&layout)?;
    let enrolled = enrol(url, &code, &key, &clock).await?;
    let identity = Identity::new(key, &enrolled.certificate_chain)?;
    let facts = CenterFacts::read(CenterRecord::of(&enrolled, url)).map_err(IdentityError::Unfit)?;
    if RootPin::of(&facts.root) != code.root_pin() {
        return Err(JoinError::OtherRoot);
    }
    facts.save(&layout)?;
    let config = make_folders(&layout)?;
    let admin_password = first_admin(&layout, &clock, &random).await?;
    // Last, because this file is what says that the folder belongs to a terminal.
    identity.save(&layout)?;
    identity::forget_next_key(&layout);
    let self_test = self_test(facts.clone(), &identity, clock, random).await;
    Ok(Joined {
        facility: facts.facility,
        name: facts.record.name.clone(),
        admin_name: FIRST_ADMIN.to_owned(),
        admin_password,
        settings_file: layout.settings(),
        config,
        self_test,
    })
}

async fn enrol(
    url: &str,
    code: &OneTimeCode,
    key: &trust::keys::PrivateKey,
    clock: &SharedClock,
) -> Result<Enrolled, JoinError> {
    let unfit = |error: &dyn std::fmt::Display| IdentityError::Unfit(error.to_string());
    let tls = tls::pinned_client_config(code.root_pin(), identity::tls_clock(clock)).map_err(|e| unfit(&e))?;
    let client = Client::builder(Arc::clone(clock))
        .base_urls([url])?
        .tls(ClientTls::new(tls))
        .options(ClientOptions { answer_time: limits::ASK_TIME, ..ClientOptions::default() })
        .build()?;
    let request = CertificateRequest::create(key).map_err(|e| unfit(&e))?;
    let body = EnrolmentRequest { code: code.to_string(), csr: request.to_pem() };
    Ok(client.post_json("/v1/enrolments", &body).await?)
}

/// Writes the settings, unless there are some already, and makes the folders in them.
fn make_folders(layout: &Layout) -> Result<Config, JoinError> {
    let settings = layout.settings();
    if !settings.exists() {
        files::write_atomic(&settings, SETTINGS_TEXT.as_bytes(), Access::Shared)
            .map_err(|source| JoinError::Folder { path: settings, source })?;
    }
    let config = Config::load(layout.dir())?;
    for folder in [config.req(), config.res(), config.face()] {
        std::fs::create_dir_all(&folder).map_err(|source| JoinError::Folder { path: folder, source })?;
    }
    Ok(config)
}

async fn first_admin(
    layout: &Layout,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Zeroizing<String>, JoinError> {
    let vault = Vault::open_or_make(&layout.store_key(), Arc::clone(random)).map_err(UsersError::from)?;
    let store = Store::open(&layout.store(), vault).await.map_err(UsersError::from)?;
    let password = match users::add_to(&store, FIRST_ADMIN, Role::Admin, None, clock, random).await {
        // A join that was broken off had made the user, and its password was never shown.
        Err(UsersError::Taken) => {
            store.close().await;
            users::set_password(layout.dir(), FIRST_ADMIN, None, clock, random).await
        }
        other => other,
    };
    store.close().await;
    Ok(password?)
}

async fn self_test(
    facts: CenterFacts,
    identity: &Identity,
    clock: SharedClock,
    random: SharedRandom,
) -> Result<SelfTest, JoinError> {
    let hours = Arc::new(Hours::new(Arc::clone(&clock)));
    let log_key = facts.log_key.clone();
    let center = asking::Center::new(facts, identity, Arc::clone(&hours), Arc::new(Health::default()), random)?;
    let failed = |error: ClientError| JoinError::SelfTest(error.to_string());
    let began = clock.monotonic();
    let asked = clock.now();
    let time: TimeNow = center.client().get_json("/v1/time").await.map_err(failed)?;
    let took = clock.monotonic().saturating_sub(began);
    hours.measured(time.now, asked, clock.now());
    let key: LogKey = center.client().get_json("/v1/log/key").await.map_err(failed)?;
    if key.log_public_key.trim() != log_key.to_pem().trim() {
        return Err(JoinError::SelfTest("the center gives another log key than at enrolment".to_owned()));
    }
    let clock_warning = hours.warning();
    let text = match clock_warning {
        None => Text::new("センターに接続できました。", "The center answers."),
        Some(_) => Text::new(
            "センターに接続できました。この端末の時計が大きくずれています。時計を合わせてください。",
            "The center answers. The clock of this terminal is far off; please set it.",
        ),
    };
    Ok(SelfTest { took, clock_warning, text })
}
