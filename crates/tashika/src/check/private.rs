//! A private center in this process, on ports of its own, with a nation loaded into it.

use crate::check::join::Member;
use anyhow::{Context as _, Result};
use center::config::{Card, Config, Limits, Listen};
use center::{Admin, Center, InitOptions, Running};
use kit::clock::SharedClock;
use kit::random::SharedRandom;
use nation::files;
use std::fs::File;
use std::io::BufReader;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use wire::api::ImportReport;

/// The clock and the randomness that everything in this process takes.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
}

impl World {
    /// The real ones.
    pub fn real() -> Self {
        Self { clock: kit::clock::SystemClock::shared(), random: kit::random::SystemRandom::shared() }
    }

    /// How long ago `begun` was, a moment of the monotonic clock.
    pub fn since(&self, begun: Duration) -> Duration {
        self.clock.monotonic().saturating_sub(begun)
    }
}

/// A running center that belongs to this process alone.
pub struct PrivateCenter {
    /// The running center.
    pub running: Running,
    /// The operator's hand.
    pub admin: Admin,
    /// Its data folder.
    pub folder: PathBuf,
    world: World,
}

/// A center that is made and does not run yet.
pub struct Made {
    config: Config,
}

impl Made {
    /// Terminals reach it at this address, not at its own.
    #[must_use]
    pub fn reached_at(mut self, url: String) -> Self {
        self.config.public.api_urls = vec![url];
        self
    }

    /// Loads the synthetic drug master, so that the center has it when it starts.
    pub async fn load_masters(&self, world: &World) -> Result<()> {
        let admin = Admin::open(&self.config.folder, Arc::clone(&world.clock), Arc::clone(&world.random)).await?;
        admin.drug_master_synthetic().await.context("loading the synthetic drug master")?;
        admin.close().await;
        Ok(())
    }

    /// Starts it, taking the cards of these authorities.
    pub async fn start(self, card: Card, world: &World) -> Result<PrivateCenter> {
        let config = Config { card, ..self.config };
        let folder = config.folder.clone();
        let running = Center::start(config, Arc::clone(&world.clock), Arc::clone(&world.random))
            .await
            .context("starting the private center")?;
        PrivateCenter::of(running, &folder, world).await
    }
}

impl PrivateCenter {
    /// Makes a center in `folder` (SQLite) or on `database` and starts it on free loopback ports.
    pub async fn start(folder: &Path, database: Option<&str>, limits: Limits, world: &World) -> Result<Self> {
        Self::start_with_cards(folder, database, limits, Card::default(), world).await
    }

    /// The same, taking the cards of these authorities.
    pub async fn start_with_cards(
        folder: &Path,
        database: Option<&str>,
        limits: Limits,
        card: Card,
        world: &World,
    ) -> Result<Self> {
        Self::make(folder, database, limits, world).await?.start(card, world).await
    }

    /// Makes a center and does not start it yet.
    pub async fn make(folder: &Path, database: Option<&str>, limits: Limits, world: &World) -> Result<Made> {
        let options = InitOptions {
            operator: "Tashika on this machine".to_owned(),
            names: vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
            listen: Listen::loopback(),
            database_url: database.unwrap_or_default().to_owned(),
            limits,
            ..InitOptions::default()
        };
        let made = center::init(folder, options, Arc::clone(&world.clock), Arc::clone(&world.random))
            .await
            .context("making the private center")?;
        Ok(Made { config: made.config })
    }

    /// A center that was started in another way, from this data folder.
    pub async fn of(running: Running, folder: &Path, world: &World) -> Result<Self> {
        let admin = Admin::open(folder, Arc::clone(&world.clock), Arc::clone(&world.random)).await?;
        Ok(Self { running, admin, folder: folder.to_owned(), world: world.clone() })
    }

    /// Loads institutions and the insurers' feed of a nation; gives the report of the feed and how long it took.
    pub async fn load(&self, nation: &Path) -> Result<(ImportReport, Duration)> {
        let open = |name: &str| {
            let path = nation.join(name);
            File::open(&path).map(BufReader::new).with_context(|| format!("{}", path.display()))
        };
        self.admin.facility_import(open(files::FACILITIES)?).await.context("importing the institutions")?;
        let begun = self.world.clock.monotonic();
        let report =
            self.admin.insurer_import(&nation.join(files::INSURER_FEED)).await.context("importing the insurer feed")?;
        Ok((report, self.world.since(begun)))
    }

    /// Address of the enrolment port.
    pub fn enrol_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.running.enrol_addr.port())
    }

    /// A one-time code for an institution.
    pub async fn code_for(&self, institution: &str) -> Result<String> {
        let ticket = self.admin.facility_enrol(institution.parse()?).await?;
        Ok(ticket.code.to_string())
    }

    /// An institution that has joined.
    pub async fn member(&self, institution: &str) -> Result<Member> {
        let code = self.code_for(institution).await?;
        Member::join(&self.enrol_url(), &code, &self.world.clock).await
    }

    /// Stops it; nothing that was answered is lost.
    pub async fn stop(self) -> Result<()> {
        self.admin.close().await;
        self.running.shutdown().await;
        Ok(())
    }
}

/// Limits for a center that only this process asks: none that a measurement or an oracle would meet.
pub fn generous_limits() -> Limits {
    let plenty = NonZeroU32::new(1_000_000).unwrap_or(NonZeroU32::MIN);
    Limits {
        single_checks_per_second: plenty,
        single_checks_burst: plenty,
        bulk_requests_per_second: plenty,
        bulk_requests_burst: plenty,
        bulk_files_waiting_max: plenty,
        enrolment_attempts_per_second: plenty,
        enrolment_attempts_burst: plenty,
        ..Limits::default()
    }
}
