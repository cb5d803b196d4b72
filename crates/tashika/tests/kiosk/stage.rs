//! The stage of all cases.

use anyhow::{Context as _, Result, ensure};
use card::chip::Chip;
use card::virtual_card::{Form, VirtualCard};
use jiff::Timestamp;
use kit::client::{Client, ClientOptions};
use nation::jpki::Situation;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tashika::check::cards::CardOffice;
use tashika::check::folders::PrivateTerminal;
use tashika::check::kiosk::{AtKiosk, Page};
use tashika::check::private::{PrivateCenter, World, generous_limits};
use tempfile::TempDir;
use terminal::{Parts, Settings};
use testkit::RunningClock;

use crate::logs::Traces;
use crate::readers::Readers;

/// On the nation's "today", so that the same people are insured whenever the tests run.
const BEGAN: &str = "2026-11-22T09:30:00+09:00";
/// The password that staff type at the kiosk.
pub const FACILITY_PASSWORD: &str = "さくらの木の下で待つ";

/// Everything.
pub struct Stage {
    pub folder: TempDir,
    pub clock: Arc<RunningClock>,
    pub world: World,
    pub office: CardOffice,
    center: Option<PrivateCenter>,
    /// Where it listened before it went away.
    api: Option<std::net::SocketAddr>,
    pub window: PrivateTerminal,
    pub institution: String,
    pub readers: Readers,
    pub kiosk: AtKiosk,
    pub client: Client,
    pub traces: Traces,
    /// The next person to look at.
    next: u32,
}

impl Stage {
    /// Makes a nation, its authority, a center, and a terminal with two readers.
    pub async fn set(readers: Readers, traces: Traces) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(RunningClock::from(BEGAN.parse::<Timestamp>()?));
        let world = World { clock: clock.clone(), random: kit::random::SystemRandom::shared() };
        let nation_folder = folder.path().join("nation");
        let nation = nation::Nation::build(&nation::Options::new(3000, 7))?;
        nation.write(&nation_folder)?;
        let institution = nation::story::facility_code(&nation).to_owned();
        let office = CardOffice::open(&nation_folder, &world)?;
        let card = office.settings()?;
        let center =
            PrivateCenter::start_with_cards(&folder.path().join("center"), None, generous_limits(), card, &world)
                .await?;
        center.load(&nation_folder).await?;
        let client = center.member(&institution).await?.client(&world.clock, ClientOptions::default())?;
        let terminal_key = folder.path().join("terminal-key.json");
        let key = office.authority().terminal_authority()?.admit("desk-1")?;
        std::fs::write(&terminal_key, key.to_file())?;
        let models = models(&folder)?;
        let set = |settings: &mut Settings| {
            settings.desk.address = loopback();
            settings.kiosk.address = loopback();
            settings.kiosk.idle_seconds = 600;
            settings.kiosk.result_seconds = 120;
            (settings.face.detector, settings.face.embedding) = models;
            settings.face.threshold = testkit::face::THRESHOLD;
            settings.face.terminal_key = terminal_key;
        };
        let parts = Parts { readers: Some(readers.for_terminal()), shelf: None, line: None };
        let at = folder.path().join("terminal");
        let window = PrivateTerminal::start_with(&center, &institution, &at, set, parts, &world).await?;
        ensure!(window.running.wait_until_connected(Duration::from_secs(10)).await, "the center answers");
        let kiosk = AtKiosk::new(window.running.kiosk_addr.context("a kiosk")?, &world.clock)?;
        let stage = Self {
            folder,
            clock,
            world,
            office,
            center: Some(center),
            api: None,
            window,
            institution,
            readers,
            kiosk,
            client,
            traces,
            next: 0,
        };
        stage.kiosk.until("readers", |page| page.offers("card")).await?;
        Ok(stage)
    }

    /// The face folder of the terminal.
    pub fn face_folder(&self) -> PathBuf {
        self.folder.path().join("terminal/OQS/face")
    }

    /// Somebody whom no other case takes, with a card that stands like this.
    pub fn somebody(&mut self, situation: Situation) -> Result<u32> {
        let person = self.office.somebody(situation, self.next, |_| true)?;
        self.next = person + 1;
        Ok(person)
    }

    /// The same, registered at an earlier visit.
    pub async fn registered(&mut self) -> Result<u32> {
        let person = self.somebody(Situation::InOrder)?;
        self.office.register_card(person, &self.institution, &self.client).await?;
        Ok(person)
    }

    /// PIN of a person's card.
    pub fn pin(&self, person: u32) -> Result<String> {
        let pin = self.office.person_card(person)?.pin;
        self.traces.secret(&pin);
        Ok(pin)
    }

    /// A person's card without photo.
    pub fn card(&self, person: u32) -> Result<VirtualCard> {
        self.office.virtual_card(person, Form::Card, Vec::new())
    }

    /// Puts a card into the first reader. Off the runtime's own work: telling may wait for whoever listens.
    pub fn insert(&mut self, card: impl Chip + 'static) -> Result<()> {
        tokio::task::block_in_place(|| self.readers.insert(0, card))
    }

    /// Takes it out.
    pub fn take_out(&mut self) -> Result<()> {
        tokio::task::block_in_place(|| self.readers.take_out(0))
    }

    /// Puts a person's card down and goes as far as the PIN pad.
    pub async fn at_pin_pad(&mut self, person: u32) -> Result<Page> {
        self.insert(self.card(person)?)?;
        self.kiosk.stage("prove").await
    }

    /// And types the right PIN.
    pub async fn after_pin(&mut self, person: u32, stage: &str) -> Result<Page> {
        let page = self.at_pin_pad(person).await?;
        self.kiosk.press(&page, "pin", &[("pin", &self.pin(person)?)]).await?;
        self.kiosk.stage(stage).await
    }

    /// Chooses on the page with the consents, and waits for the end.
    pub async fn choose(&self, page: &Page, act: &str, typed: &[(&str, &str)]) -> Result<Page> {
        self.kiosk.press(page, act, typed).await?;
        self.kiosk.stage("done").await
    }

    /// An empty kiosk for the next case.
    pub async fn clear(&mut self) -> Result<()> {
        tokio::task::block_in_place(|| (0..2).try_for_each(|reader| self.readers.take_out(reader)))?;
        let kiosk = &self.kiosk;
        let page = kiosk.until("rest", |page| !matches!(page.stage.as_str(), "reading" | "working")).await?;
        // Also where nobody is: a language may have been chosen.
        kiosk.press(&page, "end", &[]).await?;
        let is_empty =
            |page: &Page| page.stage == "welcome" && page.offers("card") && !page.html.contains(" data-card");
        kiosk.until("an empty kiosk", is_empty).await?;
        Ok(())
    }

    /// The same while no reader is there.
    pub async fn clear_without_readers(&self) -> Result<()> {
        let page = self.kiosk.page().await?;
        self.kiosk.press(&page, "end", &[]).await?;
        self.kiosk.stage("welcome").await?;
        Ok(())
    }

    /// The numbers of a person's insurance, as the form of a registration takes them.
    pub fn numbers(&self, person: u32) -> Result<[(&'static str, String); 5]> {
        let numbers = self.office.numbers(person)?;
        Ok([
            ("InsurerNumber", numbers.insurer_number),
            ("InsuredCardSymbol", numbers.insured_card_symbol.unwrap_or_default()),
            ("InsuredIdentificationNumber", numbers.insured_identification_number),
            ("InsuredBranchNumber", numbers.insured_branch_number.unwrap_or_default()),
            ("Birthdate", numbers.birthdate),
        ])
    }

    /// The center stops.
    pub async fn center_goes_away(&mut self) -> Result<()> {
        let center = self.center.take().context("it runs")?;
        self.api = Some(center.running.api_addr);
        center.stop().await
    }

    /// It answers again, at the same address.
    pub async fn center_comes_back(&mut self) -> Result<()> {
        let mut config = center::config::Config::load(&self.folder.path().join("center"))?;
        config.card = self.office.settings()?;
        config.listen.api = self.api.take().context("it ran")?;
        let running =
            center::Center::start(config, Arc::clone(&self.world.clock), Arc::clone(&self.world.random)).await?;
        self.center = Some(PrivateCenter::of(running, &self.folder.path().join("center"), &self.world).await?);
        Ok(())
    }

    /// The center.
    pub fn center(&self) -> Result<&PrivateCenter> {
        self.center.as_ref().context("the center runs")
    }

    /// Stops everything.
    pub async fn end(self) -> Result<()> {
        self.window.running.shutdown().await;
        self.center.context("the center runs")?.stop().await
    }
}

fn loopback() -> std::net::SocketAddr {
    std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0))
}

fn models(folder: &TempDir) -> Result<(PathBuf, PathBuf)> {
    let (detector, embedding) = (folder.path().join("detector.onnx"), folder.path().join("embedding.onnx"));
    std::fs::write(&detector, testkit::face::detector())?;
    std::fs::write(&embedding, testkit::face::embedding())?;
    Ok((detector, embedding))
}
