//! A running center: started in order, stopped in the other order.
//!
//! Start: settings → keys → ports bound → database → revocation list → engine → jobs → listeners. Nothing is served
//! before everything works. Stop: listeners take nothing new and drain → jobs end → the engine answers what waits → the
//! database is closed. So whatever was taken is answered, and whatever was answered is on record.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kit::clock::SharedClock;
use kit::lifecycle::{Ending, Lifecycle};
use kit::metrics::Metrics;
use kit::ops::{self, Readiness, ReadyFlag};
use kit::random::SharedRandom;
use kit::serve::{HttpMetrics, Listener, Reach, ServeError, ServeOptions, Server};
use kit::throttle::Throttle;
use tokio::sync::{Notify, Semaphore};
use tracing::info;
use trust::ca::CaError;
use trust::keys::KeyError;
use trust::log::{LogId, LogSigner};

use crate::admin::Admin;
use crate::api::join::Door;
use crate::api::{self, Api};
use crate::authority::{Authority, KeyFolderError, credential_signer, read_key};
use crate::check::{self, Engine, Parts};
use crate::claims::masters::MastersInUse;
use crate::config::Config;
use crate::enrol::{Enrolment, Welcome};
use crate::feed::{Importer, PersonKey};
use crate::folder::DataFolder;
use crate::jobs::bulk::BulkWorker;
use crate::jobs::claim_files::ClaimFileWorker;
use crate::jobs::claims_again::ClaimsAgain;
use crate::jobs::watch::Watch;
use crate::limits;
use crate::metrics::CenterMetrics;
use crate::operator_log::OperatorLog;
use crate::presence::{CardSetupError, Presence};
use crate::revocation::{RevocationError, Revocations};
use crate::status::StatusLists;
use crate::store::{Store, StoreError};
use crate::tls::{CenterTlsError, Ports};

/// Why a center did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its keys.
    #[error(transparent)]
    Keys(#[from] KeyFolderError),
    /// The key of the log.
    #[error("the key of the access log: {0}")]
    LogKey(#[from] KeyError),
    /// Its ports.
    #[error(transparent)]
    Listen(#[from] ServeError),
    /// Its database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was revoked cannot be found out.
    #[error(transparent)]
    Revocations(#[from] RevocationError),
    /// Its own certificate.
    #[error("the server certificate: {0}")]
    Certificate(#[from] CaError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] CenterTlsError),
    /// The engine that answers.
    #[error(transparent)]
    Engine(#[from] check::StartError),
    /// What judges cards.
    #[error(transparent)]
    Card(#[from] CardSetupError),
    /// The data folder.
    #[error("{path}: {source}")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Some tasks did not end within the grace. What was answered is on record all the same.
#[derive(Debug, thiserror::Error)]
#[error("these did not end in time and were cut: {}", .tasks.join(", "))]
pub struct CutShort {
    /// Names of the tasks.
    pub tasks: Vec<&'static str>,
}

/// Starts centers.
#[derive(Debug, Clone, Copy)]
pub struct Center;

/// A center that is running. Dropping it does not stop it: call [`Running::shutdown`] or [`Running::until_stopped`].
#[derive(Debug)]
#[must_use = "a center that nobody holds cannot be stopped in order"]
pub struct Running {
    /// Mutual TLS, for terminals and insurers.
    pub api_addr: SocketAddr,
    /// TLS of the server only, for machines that join.
    pub enrol_addr: SocketAddr,
    /// Health and metrics, loopback.
    pub ops_addr: SocketAddr,
    /// Addresses of the API as new members are told.
    pub api_urls: Vec<String>,
    admin: Admin,
    engine: Engine,
    store: Store,
    life: Lifecycle,
    grace: Duration,
}

struct Bound {
    api: Listener,
    enrol: Listener,
    ops: Listener,
}

impl Center {
    /// Starts a center on the data folder of its settings.
    ///
    /// # Errors
    /// See [`StartError`]; nothing is left running then.
    pub async fn start(config: Config, clock: SharedClock, random: SharedRandom) -> Result<Running, StartError> {
        let life = Lifecycle::new();
        let started = start(config, clock, random, &life).await;
        if started.is_err() {
            life.stop_hard();
        }
        started
    }
}

async fn start(
    config: Config,
    clock: SharedClock,
    random: SharedRandom,
    life: &Lifecycle,
) -> Result<Running, StartError> {
    let folder = DataFolder::new(&config.folder);
    let spool = folder.spool_folder();
    kit::files::create_private_folder(&spool).map_err(|source| StartError::Folder { path: spool.clone(), source })?;
    let bound = bind(&config)?;
    let numbers = Metrics::new("tashika_center");
    let metrics = Arc::new(CenterMetrics::new(&numbers));
    let core = Core::open(&folder, Arc::new(config), &metrics, clock, random).await?;
    let api_urls = api_urls(&core.config, bound.api.local_addr());
    let enrolment = Arc::new(core.enrolment(api_urls.clone()));
    let door = Arc::new(Door {
        enrolment: Arc::clone(&enrolment),
        attempts: Throttle::new(core.config.limits.enrolment_attempts(), Arc::clone(&core.clock)),
    });
    let state = Arc::new(core.api(enrolment, spool, life));
    let readiness = Readiness::new();
    let store_ready = readiness.flag("store");
    store_ready.up();
    core.start_jobs(&state, &metrics, store_ready, life);
    let listeners = Listeners { core: &core, http: HttpMetrics::new(&numbers), numbers, readiness };
    let (api_addr, enrol_addr, ops_addr) = listeners.serve(bound, state, door, metrics, life)?;
    info!(
        %api_addr, %enrol_addr, %ops_addr, folder = %folder.path().display(), database = ?core.store.engine(),
        log = %core.signer.id(), names = ?core.config.public.names, version = env!("CARGO_PKG_VERSION"),
        "the center is running"
    );
    let grace = Duration::from_secs(u64::from(core.config.limits.shutdown_grace_seconds.get()));
    let exports_allowed = core.config.secondary_use.allowed;
    let Core { store, engine, authority, signer, clock, random, .. } = core;
    let log = OperatorLog::new(signer.id(), signer.public_key());
    let admin =
        Admin { store: store.clone(), authority, folder, clock, random, log, exports_allowed, life: life.clone() };
    Ok(Running { api_addr, enrol_addr, ops_addr, api_urls, admin, engine, store, life: life.clone(), grace })
}

/// What everything in a running center is made of.
struct Core {
    config: Arc<Config>,
    store: Store,
    engine: Engine,
    person_key: PersonKey,
    authority: Arc<Authority>,
    revocations: Arc<Revocations>,
    ports: Arc<Ports>,
    presence: Option<Arc<Presence>>,
    signer: Arc<LogSigner>,
    status: Arc<StatusLists>,
    masters: MastersInUse,
    fhir: Arc<crate::fhir::Keys>,
    clock: SharedClock,
    random: SharedRandom,
}

impl Core {
    /// Keys, database, revocation list, server certificate, engine: in this order, because each needs those before it.
    async fn open(
        folder: &DataFolder,
        config: Arc<Config>,
        metrics: &Arc<CenterMetrics>,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self, StartError> {
        let authority = Arc::new(Authority::load(folder)?);
        let signer = Arc::new(load_signer(folder, &config)?);
        let address = folder.database(&config.database.url)?;
        let store = Store::open(&address, Arc::clone(&clock), Box::new((**metrics).clone())).await?;
        let person_key = PersonKey::of_center(&store, &*random, clock.now()).await?;
        let revocations =
            Revocations::load(store.clone(), Arc::clone(&authority), folder.clone(), Arc::clone(&clock)).await?;
        let server = authority.issue_server(&config.public.names, &*random, clock.now())?;
        let ports = Ports::new(&authority, server, (*revocations.list()).clone(), Arc::clone(&clock))?;
        let parts = Parts {
            store: store.clone(),
            signer: Arc::clone(&signer),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        };
        let engine = Engine::start(parts, Arc::clone(metrics) as Arc<dyn check::BatchObserver>).await?;
        let (revocations, ports) = (Arc::new(revocations), Arc::new(ports));
        let presence = Presence::open(
            &config.card,
            config.consent.staff_word(),
            folder.path(),
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&random),
        )
        .await?;
        let presence = presence.map(Arc::new);
        let credential = Arc::new(credential_signer(folder)?);
        let status = StatusLists::open(store.clone(), credential, Arc::clone(&clock), Arc::clone(&random)).await?;
        let status = Arc::new(status);
        let masters = MastersInUse::load(&store).await?;
        let fhir = Arc::new(crate::fhir::Keys::of_center(&store, &*random, clock.now()).await?);
        Ok(Self {
            config,
            store,
            engine,
            person_key,
            authority,
            revocations,
            ports,
            presence,
            signer,
            status,
            masters,
            fhir,
            clock,
            random,
        })
    }

    fn enrolment(&self, api_urls: Vec<String>) -> Enrolment {
        let welcome = Welcome {
            api_urls,
            log_id: self.signer.id().to_string(),
            log_public_key: self.signer.public_key().to_pem(),
        };
        Enrolment::new(
            self.store.clone(),
            Arc::clone(&self.authority),
            Arc::clone(&self.revocations),
            welcome,
            Arc::clone(&self.clock),
            Arc::clone(&self.random),
        )
    }

    fn api(&self, enrolment: Arc<Enrolment>, spool: PathBuf, life: &Lifecycle) -> Api {
        let limits = self.config.limits;
        Api {
            store: self.store.clone(),
            engine: self.engine.clone(),
            importer: Importer {
                store: self.store.clone(),
                person_key: self.person_key.clone(),
                place_key: self.status.place_key().clone(),
                clock: Arc::clone(&self.clock),
                life: life.clone(),
            },
            enrolment,
            revocations: Arc::clone(&self.revocations),
            presence: self.presence.clone(),
            status: Arc::clone(&self.status),
            staff_word: self.config.consent.staff_word(),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            limits,
            single_checks: Throttle::new(limits.single_checks(), Arc::clone(&self.clock)),
            person_searches: Throttle::slow(
                limits::PERSON_SEARCH_REST,
                limits::PERSON_SEARCHES_BURST,
                Arc::clone(&self.clock),
            ),
            searches_at_once: Semaphore::new(limits::PERSON_SEARCHES_AT_ONCE),
            masters: self.masters.clone(),
            fhir: Arc::clone(&self.fhir),
            record_looks_at_once: Semaphore::new(limits::RECORD_LOOKS_AT_ONCE),
            bulk_requests: Throttle::new(limits.bulk_requests(), Arc::clone(&self.clock)),
            renewals: Throttle::new(limits.enrolment_attempts(), Arc::clone(&self.clock)),
            spool,
            feeds: Arc::new(Semaphore::new(limits::FEEDS_AT_ONCE)),
            bulk_arrived: Arc::new(Notify::new()),
            claim_pieces: Throttle::slow(limits::CLAIM_PIECE_REST, limits::CLAIM_PIECES_BURST, Arc::clone(&self.clock)),
            claim_file_arrived: Arc::new(Notify::new()),
        }
    }

    fn start_jobs(&self, api: &Api, metrics: &Arc<CenterMetrics>, store_ready: ReadyFlag, life: &Lifecycle) {
        let watch = Watch {
            store: self.store.clone(),
            engine: self.engine.clone(),
            authority: Arc::clone(&self.authority),
            revocations: Arc::clone(&self.revocations),
            ports: Arc::clone(&self.ports),
            presence: self.presence.clone(),
            status: Arc::clone(&self.status),
            metrics: Arc::clone(metrics),
            config: Arc::clone(&self.config),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
        };
        watch.start(life, store_ready);
        let worker = BulkWorker {
            store: self.store.clone(),
            engine: self.engine.clone(),
            clock: Arc::clone(&self.clock),
            arrived: Arc::clone(&api.bulk_arrived),
            life: life.clone(),
        };
        life.spawn_vital("bulk", worker.run());
        let worker = ClaimFileWorker {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            arrived: Arc::clone(&api.claim_file_arrived),
            life: life.clone(),
            owner: kit::random::uuid_v7(self.clock.now(), &*self.random),
        };
        life.spawn_vital("claim files", worker.run());
        let again = ClaimsAgain { store: self.store.clone(), clock: Arc::clone(&self.clock), life: life.clone() };
        life.spawn_vital("claims again", again.run());
        life.spawn("watch_masters", self.masters.clone().watch(life.clone()));
    }
}

fn load_signer(folder: &DataFolder, config: &Config) -> Result<LogSigner, StartError> {
    let key = read_key(folder.log_key())?;
    // `Config::parse` has refused numbers of three digits.
    let id = LogId::new(config.log.id).unwrap_or(LogId::FIRST);
    Ok(LogSigner::new(id, &key)?)
}

fn bind(config: &Config) -> Result<Bound, StartError> {
    Ok(Bound {
        api: Listener::bind(config.listen.api, Reach::Network)?,
        enrol: Listener::bind(config.listen.enrol, Reach::Network)?,
        ops: Listener::bind(config.listen.ops, Reach::Loopback)?,
    })
}

/// What new members are told: the addresses of the settings, or the first name and the port that was taken.
fn api_urls(config: &Config, bound: SocketAddr) -> Vec<String> {
    if !config.public.api_urls.is_empty() {
        return config.public.api_urls.clone();
    }
    let name = config.public.names.first().map_or("localhost", String::as_str);
    let host = if name.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{name}]") } else { name.to_owned() };
    vec![format!("https://{host}:{}", bound.port())]
}

/// What the three listeners are made of.
struct Listeners<'a> {
    core: &'a Core,
    http: HttpMetrics,
    numbers: Metrics,
    readiness: Readiness,
}

impl Listeners<'_> {
    fn server(&self, name: &'static str) -> Server {
        Server::new(name, Arc::clone(&self.core.clock), Arc::clone(&self.core.random)).measure(&self.http)
    }

    /// The API port is the last: whoever can reach it finds everything else there.
    fn serve(
        self,
        bound: Bound,
        state: Arc<Api>,
        door: Arc<Door>,
        metrics: Arc<CenterMetrics>,
        life: &Lifecycle,
    ) -> Result<(SocketAddr, SocketAddr, SocketAddr), ServeError> {
        let options = |connections_max| ServeOptions { connections_max, ..Default::default() };
        let ops = self.server("ops").options(options(limits::OPS_CONNECTIONS_MAX)).start(
            bound.ops,
            ops::router(self.numbers.clone(), self.readiness.clone(), life.clone()),
            life,
        )?;
        let enrol = self
            .server("enrol")
            .tls(self.core.ports.enrol.clone())
            .options(options(limits::ENROL_CONNECTIONS_MAX))
            .start(bound.enrol, api::enrol_router(door, Arc::clone(&metrics)), life)?;
        let connections_max = self.core.config.limits.api_connections_max.get();
        let connections_max = usize::try_from(connections_max).unwrap_or(usize::MAX);
        let api = self
            .server("api")
            .tls(self.core.ports.api.clone())
            .identify(api::caller::identify)
            .options(ServeOptions { request_time_of: Some(api::request_time_of), ..options(connections_max) })
            .start(bound.api, api::router(state, metrics), life)?;
        Ok((api, enrol, ops))
    }
}

impl Running {
    /// The operator's hand on this center.
    pub fn admin(&self) -> Admin {
        self.admin.clone()
    }

    /// Stops it: nothing new is taken, what was taken is answered, the database is closed.
    pub async fn shutdown(self) -> Ending {
        let ending = self.life.shut_down(self.grace).await;
        self.close(ending).await
    }

    /// Waits for SIGINT or SIGTERM, then stops it.
    ///
    /// # Errors
    /// Some tasks did not end within the grace.
    pub async fn until_stopped(self) -> Result<(), CutShort> {
        let ending = self.life.run_to_the_end(self.grace).await;
        match self.close(ending).await {
            Ending::Clean => Ok(()),
            Ending::Forced { tasks } => Err(CutShort { tasks }),
        }
    }

    async fn close(self, ending: Ending) -> Ending {
        let engine = self.engine.shut_down().await;
        self.store.close().await;
        info!("the center has stopped");
        match (ending, engine) {
            (Ending::Clean, engine) => engine,
            (Ending::Forced { mut tasks }, Ending::Forced { tasks: more }) => {
                tasks.extend(more);
                Ending::Forced { tasks }
            }
            (forced @ Ending::Forced { .. }, Ending::Clean) => forced,
        }
    }
}
