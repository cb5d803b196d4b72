//! The visits with a card: cards on a shelf beside a reader in software, and a patient at the kiosk's page.

use super::report::{Expected, Visit};
use super::shelf::{OnShelf, Shelf};
use crate::check::cards::{CardOffice, today};
use crate::check::folders::PrivateTerminal;
use crate::check::kiosk::{AtKiosk, Page};
use crate::check::private::{PrivateCenter, World};
use anyhow::{Context as _, Result, ensure};
use card::Tray;
use card::virtual_card::Form;
use kit::client::ClientOptions;
use nation::jpki::Situation;
use std::path::Path;
use std::sync::Arc;
use terminal::asking::outcome::Outcome;
use terminal::{CardShelf as _, Parts};

/// The password that staff of the demo's clinic type at the kiosk.
pub const FACILITY_PASSWORD: &str = "demo-de-tashikameru";

/// Who comes with which card.
struct Cast {
    with_pin: u32,
    locked: u32,
    expired: u32,
    unregistered: u32,
}

/// Cards, their authority, and the reader in which they are put.
pub struct Cards {
    office: CardOffice,
    shelf: Arc<Shelf>,
    tray: Tray,
    cast: Cast,
}

impl Cards {
    /// Opens the authority and finds people whose cards stand as the story needs them.
    pub fn prepare(nation_folder: &Path, world: &World) -> Result<Self> {
        let office = CardOffice::open(nation_folder, world)?;
        let cast = cast(&office)?;
        let tray = Tray::new(1);
        let shelf = Arc::new(Shelf::new(tray.clone(), on_shelf(&office, &cast, world)?));
        Ok(Self { office, shelf, tray, cast })
    }

    /// What the center must know to take these cards.
    pub fn settings(&self) -> Result<center::config::Card> {
        self.office.settings()
    }

    /// The reader and the shelf, for the terminal.
    pub fn parts(&self) -> Parts {
        Parts { readers: Some(Arc::new(self.tray.clone())), shelf: Some(Arc::clone(&self.shelf) as _), line: None }
    }

    /// What was done before the story: registrations at earlier visits, and the facility's password.
    pub async fn set_up(
        &self,
        center: &PrivateCenter,
        institution: &str,
        terminal_folder: &Path,
        world: &World,
    ) -> Result<()> {
        let client = center.member(institution).await?.client(&world.clock, ClientOptions::default())?;
        self.office.register_card(self.cast.with_pin, institution, &client).await?;
        self.office.register_card(self.cast.locked, institution, &client).await?;
        self.office.take_over(self.cast.expired, institution, center).await?;
        terminal::users::set_facility_password(terminal_folder, FACILITY_PASSWORD, &world.clock, &world.random).await?;
        Ok(())
    }

    /// Plays the three visits.
    pub async fn play(&self, terminal: &PrivateTerminal, world: &World) -> Result<Vec<Visit>> {
        let kiosk = AtKiosk::new(terminal.running.kiosk_addr.context("the demo has a kiosk")?, &world.clock)?;
        kiosk.until("a reader", |page| page.offers("card")).await?;
        let scene = Scene { cards: self, terminal, kiosk, world };
        Ok(vec![
            scene.visit("card_pin", "カードと暗証番号、お薬と健診を見せる", self.cast.with_pin).await?,
            scene.visit("card_locked_pin", "暗証番号がロックされた人を係員が目視で確認", self.cast.locked).await?,
            scene.visit("card_expired", "電子証明書の期限が切れた人（資格だけ確認）", self.cast.expired).await?,
        ])
    }

    /// Numbers of somebody who never came.
    pub fn stranger(&self) -> Result<wire::api::SearchInfo> {
        self.office.numbers(self.cast.unregistered)
    }

    /// The authority ends.
    pub async fn stop(mut self) {
        self.office.go_away().await;
    }
}

/// People of the cast where their cards are in order, other people where they are not (any more).
fn cast(office: &CardOffice) -> Result<Cast> {
    let mut taken = Vec::new();
    let mut find = |situation, preferred: Option<u32>| -> Result<u32> {
        let is_free = |person| !taken.contains(&person);
        let one = preferred
            .filter(|person| is_free(*person) && office.stands(*person) == Some(situation))
            .map_or_else(|| office.somebody(situation, 0, is_free), Ok)?;
        taken.push(one);
        Ok(one)
    };
    let [employee, seventy, union_member, _] = nation::story::card_holders(office.nation());
    Ok(Cast {
        with_pin: find(Situation::InOrder, Some(employee))?,
        locked: find(Situation::InOrder, Some(seventy))?,
        unregistered: find(Situation::InOrder, Some(union_member))?,
        expired: find(Situation::Grace, None)?,
    })
}

fn on_shelf(office: &CardOffice, cast: &Cast, world: &World) -> Result<Vec<OnShelf>> {
    let card = |person, what: &str, form| -> Result<OnShelf> {
        let holder = office.nation().holder(person).context("alive")?;
        let card = office.person_card(person)?;
        let label = format!("{} {what}（暗証番号 {}）", holder.name, card.pin);
        OnShelf::card(label, &card.content(form, Vec::new(), None)?, world)
    };
    Ok(vec![
        card(cast.with_pin, "登録済み", Form::Card)?,
        card(cast.locked, "暗証番号ロック中", Form::Card)?.locked()?,
        card(cast.expired, "証明書の期限切れ", Form::Card)?,
        card(cast.unregistered, "利用登録なし", Form::Card)?,
        card(cast.with_pin, "スマートフォン", Form::Android)?,
        OnShelf::transit("交通系ICカード".to_owned()),
    ])
}

/// Places on the shelf.
const WITH_PIN: usize = 0;
const LOCKED: usize = 1;
const EXPIRED: usize = 2;

struct Scene<'a> {
    cards: &'a Cards,
    terminal: &'a PrivateTerminal,
    kiosk: AtKiosk,
    world: &'a World,
}

impl Scene<'_> {
    async fn visit(&self, name: &str, title: &str, person: u32) -> Result<Visit> {
        // The same person by number, on the same day: a card says no less and no more about the insurance.
        let day = today(self.world);
        let by_number = self.terminal.running.check(&day, self.cards.office.numbers(person)?, "demo").await;
        let Outcome::Answered(by_number) = by_number else { anyhow::bail!("{name}: by number {by_number:?}") };
        let begun = self.world.clock.monotonic();
        let (page, told) = match name {
            "card_pin" => self.with_pin(person).await,
            "card_locked_pin" => self.locked().await,
            _ => self.expired(person).await,
        }
        .with_context(|| format!("the visit {name}"))?;
        let took = self.world.since(begun);
        self.cards.shelf.take_out();
        self.kiosk.press(&page, "end", &[]).await?;
        let expected = by_number.answer.share.as_ref().map(|share| share.percent);
        let (verdict, share) = (page.verdict.clone().unwrap_or_default(), page.percent);
        let right = by_number.answer.verdict.as_str();
        let differs = [("verdict", verdict == right), ("share", share == expected)];
        Ok(Visit {
            name: name.to_owned(),
            way: "card",
            basis: Some("live".to_owned()),
            ms: took.as_secs_f64() * 1000.0,
            expected: Expected { verdict: right.to_owned(), share: expected, hint: None },
            ok: differs.iter().all(|(_, same)| *same),
            title: title.to_owned(),
            told: vec![told.to_owned()],
            differences: differs.iter().filter(|(_, same)| !same).map(|(what, _)| (*what).to_owned()).collect(),
            verdict,
            share,
        })
    }

    async fn insert(&self, place: usize) -> Result<()> {
        let shelf = Arc::clone(&self.cards.shelf);
        Ok(tokio::task::spawn_blocking(move || shelf.insert(place)).await?)
    }

    async fn pin(&self, person: u32) -> Result<()> {
        let page = self.kiosk.stage("prove").await?;
        let pin = self.cards.office.person_card(person)?.pin;
        self.kiosk.press(&page, "pin", &[("pin", &pin)]).await
    }

    async fn choose(&self, act: &str, ticks: &[(&str, &str)]) -> Result<Page> {
        let page = self.kiosk.stage("consents").await?;
        self.kiosk.press(&page, act, ticks).await?;
        self.kiosk.stage("done").await
    }

    async fn with_pin(&self, person: u32) -> Result<(Page, &'static str)> {
        self.insert(WITH_PIN).await?;
        self.pin(person).await?;
        let page = self.choose("choose-chosen", &[("drugs", "1"), ("checkups", "1")]).await?;
        Ok((page, "同意: お薬・健康診断を24時間"))
    }

    async fn locked(&self) -> Result<(Page, &'static str)> {
        self.insert(LOCKED).await?;
        let page = self.kiosk.fault("card-pin-locked").await?;
        self.kiosk.press(&page, "way-staff", &[]).await?;
        let page = self.kiosk.stage("staff").await?;
        self.kiosk.press(&page, "facility-password", &[("password", FACILITY_PASSWORD)]).await?;
        let page = self.choose("choose-nothing", &[]).await?;
        Ok((page, "係員の目視で確認したことが記録されます。同意: なし"))
    }

    async fn expired(&self, person: u32) -> Result<(Page, &'static str)> {
        self.insert(EXPIRED).await?;
        self.pin(person).await?;
        let page = self.kiosk.stage("consents").await?;
        ensure!(!page.html.contains("name=\"drugs\""), "an expired certificate shows nothing about the health");
        let page = self.choose("choose-nothing", &[]).await?;
        Ok((page, "資格だけを確認しました。証明書の更新は市区町村で"))
    }
}
