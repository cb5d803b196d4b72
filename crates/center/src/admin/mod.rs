//! What an operator does: put institutions and insurers on record, hand out one-time codes, revoke.
//!
//! It works on the data folder and the database, whether the center is running or not; a running one notices within
//! seconds. Nothing here needs the root key.
//!
//! | page | what |
//! |---|---|
//! | [`facility`] | institutions: add, import, show, enrol, revoke |
//! | [`insurer`] | insurers: add, import their names, enrol, load a feed |
//! | [`personal_certificate`] | 資格確認書 with a code: issue, revoke, list |
//! | [`record`] | take claims, withdraw one, load a drug master |
//! | [`certificate`] | revoke one, list |
//! | [`card`] | take over registrations of cards |
//! | [`status`] | publish the status lists now |
//! | [`looks`] | who looked into a person's record |
//! | [`export`] | secondary use: ask for counts, approve, let them out; leave somebody out |
//! | [`disaster`] | open and close searches by name, see who looked and why |

pub mod access;
pub mod card;
pub mod certificate;
pub mod disaster;
pub mod export;
pub mod facility;
pub mod insurer;
pub mod looks;
pub mod personal_certificate;
pub mod record;
pub mod status;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use kit::random::{self, SharedRandom};
use tracing::info;
use trust::{LogId, OneTimeCode};
use wire::feed::FeedError;

use crate::authority::{Authority, KeyFolderError};
use crate::config::{Config, ConfigError};
use crate::folder::DataFolder;
use crate::limits;
use crate::operator_log::OperatorLog;
use crate::store::certificate::Holder;
use crate::store::facility::EnrolmentCode;
use crate::store::{NoObserver, Store, StoreError};

/// Why an operator's wish was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The settings cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeyFolderError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such institution.
    #[error("no institution {0} is on record; add it first")]
    FacilityUnknown(domain::MedicalInstitutionCode),
    /// No such insurer.
    #[error("no insurer {0} is on record; add it or import its feed first")]
    InsurerUnknown(domain::InsurerNumber),
    /// No such certificate.
    #[error("no certificate with the serial number {0} is on record")]
    CertificateUnknown(String),
    /// The end of a disaster is over, or too far away.
    #[error("a disaster is opened until a time to come, at most {} days away", limits::DISASTER_DAYS_MAX)]
    Until,
    /// A reason cannot be taken.
    #[error(
        "the reason has {} to {} characters on one line",
        domain::limits::SEARCH_REASON_CHARS_MIN,
        domain::limits::SEARCH_REASON_CHARS_MAX
    )]
    Reason,
    /// The name of who asks cannot be taken.
    #[error("a name has 1 to {} characters on one line", limits::OPERATOR_NAME_CHARS_MAX)]
    OperatorName,
    /// A register file as a whole cannot be read.
    #[error("the file cannot be read: {}", .0.message())]
    File(FeedError),
    /// An insurer's feed as a whole cannot be taken.
    #[error("the feed cannot be taken: {0}")]
    Feed(#[from] crate::feed::ImportError),
    /// A file of claims as a whole cannot be taken.
    #[error("the claims cannot be taken: {0}")]
    Claims(#[source] crate::claims::ClaimsError),
    /// An archive of checkups as a whole cannot be taken.
    #[error("the checkups cannot be taken: {0}")]
    Checkups(#[source] crate::checkups::CheckupsError),
}

/// The operator's hand. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Admin {
    pub(crate) store: Store,
    pub(crate) authority: Arc<Authority>,
    pub(crate) folder: DataFolder,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) log: OperatorLog,
    /// Whether counts may leave at all.
    pub(crate) exports_allowed: bool,
    /// Of a running center, or one of its own.
    pub(crate) life: Lifecycle,
}

/// A one-time code for the letter to whoever is to join. It can be shown now and never again.
#[derive(Debug)]
pub struct Ticket {
    /// The code; `Display` shows it in groups of four.
    pub code: OneTimeCode,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// Name of who is to join.
    pub name: String,
}

/// What became of a register file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterReport {
    /// Rows that were new.
    pub added: u64,
    /// Rows that were known before.
    pub known: u64,
    /// Rows that were not taken; all are counted.
    pub refused: u64,
    /// The first of them, with line, column and reason.
    pub refusals: Vec<wire::api::Refusal>,
}

impl RegisterReport {
    fn refuse(&mut self, refusal: wire::api::Refusal) {
        self.refused += 1;
        if self.refusals.len() < wire::limits::IMPORT_REPORT_MAX_REFUSALS {
            self.refusals.push(refusal);
        }
    }
}

impl Admin {
    /// Opens the data folder and its database.
    ///
    /// # Errors
    /// The folder is not one of a center, or its database is not there.
    pub async fn open(folder: &Path, clock: SharedClock, random: SharedRandom) -> Result<Self, AdminError> {
        let config = Config::load(folder)?;
        let folder = DataFolder::new(folder);
        let authority = Arc::new(Authority::load(&folder)?);
        let address = folder.database(&config.database.url)?;
        let log = OperatorLog::of(&folder, LogId::new(config.log.id).unwrap_or(LogId::FIRST))?;
        let store = Store::open(&address, Arc::clone(&clock), Box::new(NoObserver)).await?;
        Ok(Self {
            store,
            authority,
            folder,
            clock,
            random,
            log,
            exports_allowed: config.secondary_use.allowed,
            life: Lifecycle::new(),
        })
    }

    /// Closes the database; what is asked afterwards is refused. Not needed for the hand of a running center.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Makes a one-time code known and gives it.
    async fn ticket(&self, holder: Holder, name: String) -> Result<Ticket, AdminError> {
        let now = self.clock.now();
        let code = OneTimeCode::new(random::bytes(&*self.random), self.authority.root());
        let expires_at = now.saturating_add(limits::ENROLMENT_CODE_LIFE).unwrap_or(Timestamp::MAX);
        let known = EnrolmentCode { hash: code.secret_hash(), holder, expires_at };
        self.store.tx("put_enrolment_code", async |mut tx| tx.put_enrolment_code(&known, now).await).await?;
        info!(target: "issuance", holder = ?known.holder, %expires_at, "one-time code given out");
        Ok(Ticket { code, expires_at, name })
    }
}
