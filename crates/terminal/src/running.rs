//! A terminal from its start to its end.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::lifecycle::{Ending, Lifecycle};
use kit::random::SharedRandom;
use kit::serve::{Listener, Reach, ServeError, ServeOptions, Server};

use domain::ConsentChoice;
use tokio::sync::Notify;
use wire::api::{CheckRequest, Consents, RecordAnswer, RecordRequest, SearchInfo};

use crate::asking::outcome::Outcome;
use crate::asking::renewal::Renewal;
use crate::asking::{Center, probe};
use crate::bridge::face::FaceFolder;
use crate::bridge::folder::remove_old_answers;
use crate::bridge::{Bridge, Steps};
use crate::checks::Checks;
use crate::claims::sending;
use crate::config::{Config, ConfigError};
use crate::desk::{AtKiosk, Desk, scan};
use crate::equipment::{Equipment, Parts};
use crate::health::Health;
use crate::hours::Hours;
use crate::identity::{CenterFacts, Identity, IdentityError};
use crate::kiosk::Kiosk;
use crate::layout::Layout;
use crate::limits;
use crate::lists::{Lists, fetch};
use crate::night;
use crate::offline::recall::AtWindow;
use crate::offline::settle;
use crate::store::answers::Way;
use crate::store::vault::{Vault, VaultError};
use crate::store::{Store, StoreError};

/// Why a terminal does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Who this terminal is, or who its center is.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The desk's address.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The kiosk's address.
    #[error("the kiosk page: {0}")]
    Kiosk(ServeError),
    /// Another program runs with this data folder.
    #[error("another terminal runs with this data folder already")]
    AlreadyRunning,
    /// The data folder.
    #[error("the data folder: {0}")]
    Folder(#[from] io::Error),
}

impl From<VaultError> for StartError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl StartError {
    /// The words for the person who starts it.
    pub fn message_ja(&self) -> String {
        match self {
            Self::Identity(IdentityError::NotJoined(_)) => {
                "この端末はまだ登録されていません。先に「tashika terminal join」を実行してください。".to_owned()
            }
            Self::Identity(_) => "端末の証明書ファイルを読み取れません。フォルダの権限を確認してください。".to_owned(),
            Self::Config(error) => format!("設定ファイルを確認してください: {error}"),
            Self::Store(_) => "端末のデータベースを開けません。ディスクの空きと権限を確認してください。".to_owned(),
            Self::Serve(_) => {
                "受付画面のアドレスを使えません。ほかのプログラムが使っていないか確認してください。".to_owned()
            }
            Self::Kiosk(_) => "患者さん用の画面のアドレスを使えません。ほかのプログラムが使っていないか、terminal.toml の [kiosk] address を確認してください。".to_owned(),
            Self::AlreadyRunning => "この端末はすでに動いています。".to_owned(),
            Self::Folder(_) => "データフォルダを使えません。場所と権限を確認してください。".to_owned(),
        }
    }
}

/// The window side.
#[derive(Debug, Clone, Copy)]
pub struct Terminal;

/// A terminal that runs.
#[derive(Debug)]
pub struct Running {
    /// Where the desk page listens.
    pub desk_addr: SocketAddr,
    /// Where the kiosk page listens, if there is one.
    pub kiosk_addr: Option<SocketAddr>,
    life: Lifecycle,
    store: Store,
    center: Arc<Center>,
    checks: Checks,
    /// Held as long as the terminal runs: one program for one data folder.
    lock: File,
}

impl Terminal {
    /// Starts a terminal that has joined.
    pub async fn start(config: Config, clock: SharedClock, random: SharedRandom) -> Result<Running, StartError> {
        Self::start_with(config, clock, random, Parts::default(), Steps::default()).await
    }

    /// The same with some parts in place of those of the settings.
    pub async fn start_with_parts(
        config: Config,
        clock: SharedClock,
        random: SharedRandom,
        parts: Parts,
    ) -> Result<Running, StartError> {
        Self::start_with(config, clock, random, parts, Steps::default()).await
    }

    pub(crate) async fn start_with(
        config: Config,
        clock: SharedClock,
        random: SharedRandom,
        parts: Parts,
        steps: Steps,
    ) -> Result<Running, StartError> {
        config.settings.check()?;
        let layout = Layout::new(&config.data_dir);
        let facts = CenterFacts::load(&layout)?;
        let identity = Identity::load(&layout)?;
        let lock = take_folder(&layout, &clock).await?;
        let vault = Vault::open_or_make(&layout.store_key(), Arc::clone(&random))?;
        let store = Store::open(&layout.store(), vault).await?;
        let life = Lifecycle::new();
        let hours = Arc::new(Hours::new(Arc::clone(&clock)));
        let health = Arc::new(Health::default());
        health.certificate(identity.validity.not_after, clock.now());
        let center = Center::new(facts, &identity, hours, Arc::clone(&health), Arc::clone(&random)).map(Arc::new)?;
        let face_files = Arc::new(Notify::new());
        let lists = {
            let (names, folder) = (config.settings.offline.list_names(), layout.lists());
            // A whole country is unpacked.
            tokio::task::spawn_blocking(move || Lists::load(&names, folder)).await.map_err(io::Error::other)??
        };
        let checks = Checks {
            center: Arc::clone(&center),
            store: store.clone(),
            health,
            lists: lists.clone(),
            face_files: Arc::clone(&face_files),
        };

        let equipment = {
            let config = config.clone();
            tokio::task::spawn_blocking(move || Equipment::load(&config, parts)).await.map_err(io::Error::other)?
        };
        let (kiosk, kiosk_addr) = start_kiosk(&config, equipment.clone(), &checks, &random, &life)?.unzip();
        let listener = Listener::bind(config.settings.desk.address, Reach::Loopback)?;
        let desk_addr = listener.local_addr();
        let at_kiosk = AtKiosk { kiosk, equipment, address: kiosk_addr };
        let desk = Desk::new(&config, checks.clone(), at_kiosk, Arc::clone(&random), desk_addr.port());
        let options = ServeOptions { connections_max: limits::DESK_CONNECTIONS_MAX, ..ServeOptions::default() };
        Server::new("desk", Arc::clone(&clock), Arc::clone(&random)).options(options).start(
            listener,
            desk.router(),
            &life,
        )?;

        life.spawn_vital("probe", probe::run(Arc::clone(&center), life.clone()));
        life.spawn_vital("status lists", fetch::run(lists, Arc::clone(&center), Arc::clone(&random), life.clone()));
        let renewal = Renewal::new(Arc::clone(&center), layout, identity, &random);
        life.spawn_vital("renewal", renewal.run(life.clone()));
        life.spawn_vital("cleanup", clean_up(config.clone(), checks.clone(), life.clone()));
        life.spawn_vital("settling", settle::run(checks.clone(), life.clone()));
        life.spawn_vital("claims", sending::run(checks.clone(), life.clone()));
        let bookings = night::folder::run(config.bookings(), checks.clone(), life.clone());
        life.spawn_vital("booking folder", bookings);
        if config.settings.night.enabled {
            let hours = night::plan::Hours { from: config.settings.night.from, to: config.settings.night.to };
            life.spawn_vital("night", night::run(checks.clone(), hours, Arc::clone(&random), life.clone()));
        }
        let face = FaceFolder::new(&config, checks.clone(), face_files, steps.clone());
        life.spawn_vital("face folder", face.run(life.clone()));
        let bridge = Arc::new(Bridge::new(&config, checks.clone(), life.clone(), steps));
        life.spawn_vital("bridge", bridge.run());
        Ok(Running { desk_addr, kiosk_addr, life, store, center, checks, lock })
    }
}

impl Running {
    /// The tasks of this terminal, for whoever waits for a signal.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.life
    }

    /// One check, as the desk page makes it: asked, its proof verified, kept, and put on today's list under the name
    /// of `asked_by`. For programs that hold the terminal themselves, such as the demo. `day` is `yyyyMMdd`.
    pub async fn check(&self, day: &str, search: SearchInfo, asked_by: &str) -> Outcome {
        let question = self.checks.question(self.center.new_request_id(), day, search);
        self.checks.check(&question, Way::Desk, asked_by).await.outcome
    }

    /// One check of a patient whom staff asked what may be seen, and a doctor's look at what they allowed. For programs that
    /// hold the terminal themselves, such as the demo.
    ///
    /// # Errors
    /// Inside: the record could not be opened, as [`Outcome`] tells it.
    pub async fn check_and_look(
        &self,
        day: &str,
        search: SearchInfo,
        allows: ConsentChoice,
        asked_by: &str,
    ) -> (Outcome, Result<RecordAnswer, Outcome>) {
        let question = self.checks.question(self.center.new_request_id(), day, search.clone());
        let question = CheckRequest { consents: Some(Consents::of(allows)), ..question };
        let checked = self.checks.check(&question, Way::Desk, asked_by).await.outcome;
        let look = RecordRequest::of_everything(self.center.new_request_id(), self.center.facility(), asked_by, search);
        (checked, self.center.look_into_record(&look).await.map(|looked| looked.answer))
    }

    /// One check as the desk page makes it: where the center cannot be asked in time, what was kept is told, and a case is
    /// opened that is asked again.
    pub async fn check_at_window(&self, day: &str, search: SearchInfo, asked_by: &str) -> AtWindow {
        let question = self.checks.question(self.center.new_request_id(), day, search);
        self.checks.check_at_window(question, asked_by).await
    }

    /// One check by the code of a 資格確認書, as the desk page makes it once the birth date was asked. None where the code is not
    /// to be believed.
    pub async fn check_code_at_window(&self, day: &str, code: &str, asked_by: &str) -> Option<AtWindow> {
        let certificate = trust::personal_certificate::read(code, &self.checks.lists.keys()).ok()?;
        let search = scan::search(&certificate, false);
        let question = self.checks.question(self.center.new_request_id(), day, search);
        Some(self.checks.check_certificate(question, &certificate, asked_by).await)
    }

    /// How many cases that were decided here wait for the center, and about how many it said something that staff have
    /// not seen yet.
    ///
    /// # Errors
    /// The store.
    pub async fn open_cases(&self) -> Result<(u32, u32), StoreError> {
        self.store.count_cases().await
    }

    /// Fetches newer status lists at once. Gives whether every list that is wanted is held.
    pub async fn fetch_status_lists(&self) -> bool {
        self.checks.lists.fetch(&self.center).await
    }

    /// Whether every list that is wanted is held and was made after this moment.
    pub fn has_status_list_of(&self, since: Timestamp) -> bool {
        let state = self.checks.lists.state(self.center.hours().now());
        state.held.iter().all(|(_, issued_at)| issued_at.is_some_and(|issued_at| issued_at >= since))
    }

    /// Whether the center answered when it was asked last.
    pub fn is_connected(&self) -> bool {
        self.center.is_connected()
    }

    /// Stops: nothing new is taken, what is being answered is answered, within [`limits::GRACE_TIME`]. Whatever is not
    /// done by then is in the store and is done after the next start.
    pub async fn shutdown(self) -> Ending {
        let ending = self.life.shut_down(limits::GRACE_TIME).await;
        self.store.close().await;
        drop(self.lock);
        ending
    }

    /// Waits for SIGINT, SIGTERM or a stop from inside, then ends as [`Running::shutdown`] does.
    pub async fn run_to_the_end(self) -> Ending {
        let ending = self.life.run_to_the_end(limits::GRACE_TIME).await;
        self.store.close().await;
        drop(self.lock);
        ending
    }

    /// Asks the center for its time until it answers, at most this long: whether the terminal is ready for a patient.
    pub async fn wait_until_connected(&self, time: Duration) -> bool {
        let asked = async {
            loop {
                probe::once(&self.center).await;
                if self.center.is_connected() {
                    return;
                }
                tokio::time::sleep(limits::RETRY_REST_MIN).await;
            }
        };
        tokio::time::timeout(time, asked).await.is_ok()
    }
}

/// The kiosk and its page, unless it is turned off.
fn start_kiosk(
    config: &Config,
    equipment: Equipment,
    checks: &Checks,
    random: &SharedRandom,
    life: &Lifecycle,
) -> Result<Option<(Kiosk, SocketAddr)>, StartError> {
    let settings = config.settings.kiosk.clone();
    if !settings.enabled {
        return Ok(None);
    }
    let listener = Listener::bind(settings.address, Reach::Loopback).map_err(StartError::Kiosk)?;
    let address = listener.local_addr();
    let kiosk = Kiosk::start(settings, equipment, checks.clone(), Arc::clone(random), life);
    let options = ServeOptions { connections_max: limits::KIOSK_CONNECTIONS_MAX, ..ServeOptions::default() };
    let server = Server::new("kiosk", Arc::clone(checks.center.hours().clock()), Arc::clone(random)).options(options);
    server.start(listener, kiosk.clone().router(checks.clone()), life).map_err(StartError::Kiosk)?;
    Ok(Some((kiosk, address)))
}

/// The data folder for this program alone.
async fn take_folder(layout: &Layout, clock: &SharedClock) -> Result<File, StartError> {
    let began = clock.monotonic();
    loop {
        if let Some(lock) = layout.lock()? {
            return Ok(lock);
        }
        if clock.monotonic().saturating_sub(began) >= limits::LOCK_WAIT_TIME {
            return Err(StartError::AlreadyRunning);
        }
        tokio::time::sleep(limits::RETRY_REST_MIN).await;
    }
}

/// The retention job. It waits until the center's clock is known: a clinic's clock that is years ahead must not empty
/// the store.
async fn clean_up(config: Config, checks: Checks, life: Lifecycle) {
    loop {
        let hours = checks.center.hours();
        let rest = match hours.ahead() {
            Some(_) => {
                clean_up_once(&config, &checks).await;
                limits::CLEANUP_INTERVAL
            }
            None => limits::PROBE_INTERVAL,
        };
        if !life.rest(rest).await {
            return;
        }
    }
}

async fn clean_up_once(config: &Config, checks: &Checks) {
    let keep = &config.settings.retention;
    let hours = checks.center.hours();
    match checks.store.clean_up(keep, hours.now()).await {
        Ok(removed) => tracing::debug!(?removed, "cleaned up"),
        Err(error) => tracing::warn!(%error, "could not clean up"),
    }
    // Times of files come from a clock that may be as wrong as ours; then nothing is removed by them.
    if hours.warning().is_some() {
        return;
    }
    let (res, age) = (config.res(), Duration::from_secs(u64::from(keep.res_files_days) * 24 * 3600));
    let now = hours.local();
    let removed = tokio::task::spawn_blocking(move || remove_old_answers(&res, now.into(), age)).await;
    if let Ok(Ok(files @ 1..)) = removed {
        tracing::info!(files, "old answer files were removed");
    }
}

/// What tests look at.
#[cfg(test)]
impl Running {
    pub(crate) fn health(&self) -> crate::health::Snapshot {
        self.center.health()
    }

    pub(crate) fn checks(&self) -> &Checks {
        &self.checks
    }

    pub(crate) fn hours(&self) -> &Hours {
        self.center.hours()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn log_key(&self) -> trust::LogPublicKey {
        self.center.facts().log_key.clone()
    }
}
