//! What can go wrong with readers, cards, certificates and the center, and the way on that each leaves.

use anyhow::{Context as _, Result, ensure};
use card::chip::Chip;
use card::virtual_card::VirtualCard;
use nation::jpki::Situation;
use std::time::Duration;
use trust::jpki::RevocationReason;

use crate::staff;
use crate::stage::Stage;
use crate::visits::about_secondary_use;

/// What the center logs when it has a list of one generation of the authority.
const LIST_TAKEN: &str = "a new revocation list of cards was taken";
/// Generations of the authority.
const GENERATIONS: usize = 3;
/// Instructions during which cards are pulled.
const READ_BINARY: u8 = 0xb0;
const VERIFY: u8 = 0x20;
const SIGN: u8 = 0x2a;

/// A chip that is no Individual Number Card: what it answers to every command.
struct Other {
    answer: Vec<u8>,
    takes: Duration,
}

impl Chip for Other {
    fn power_on(&mut self) {}
    fn power_off(&mut self) {}
    fn reset(&mut self) {}

    fn atr(&self) -> Vec<u8> {
        vec![0x3b, 0x80, 0x80, 0x01, 0x01]
    }

    fn transmit(&mut self, _command: &[u8]) -> Vec<u8> {
        std::thread::sleep(self.takes);
        self.answer.clone()
    }
}

/// A card that is pulled out while it works on a command of this kind.
struct Pulled {
    card: VirtualCard,
    instruction: u8,
    tray: card::Tray,
}

impl Chip for Pulled {
    fn power_on(&mut self) {
        Chip::power_on(&mut self.card);
    }
    fn power_off(&mut self) {
        Chip::power_off(&mut self.card);
    }
    fn reset(&mut self) {
        Chip::reset(&mut self.card);
    }

    fn atr(&self) -> Vec<u8> {
        Chip::atr(&self.card)
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let answer = Chip::transmit(&mut self.card, command);
        // VERIFY without a PIN only asks how many tries are left.
        if command.get(1) == Some(&self.instruction) && (self.instruction != VERIFY || command.len() > 5) {
            self.tray.take_out(0);
        }
        answer
    }
}

/// The sentences are there, for both, and the number way is offered.
async fn told(stage: &Stage, code: &str, way: &str) -> Result<()> {
    let page = stage.kiosk.fault(code).await?;
    ensure!(page.offers(way), "{code}: {way} in {}", page.html);
    ensure!(page.offers("call"), "{code}: staff can be called");
    Ok(())
}

pub async fn fault_a_card_is_pulled_at_every_step(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let pin = stage.pin(person)?;
    // While it lies there and nobody talks to it.
    stage.at_pin_pad(person).await?;
    stage.take_out()?;
    told(stage, "card-removed", "way-again").await?;
    // Put down again it goes on from its beginning, and no try is lost.
    let page = stage.at_pin_pad(person).await?;
    ensure!(!page.html.contains("あと"), "all tries are left");
    stage.kiosk.press(&page, "pin", &[("pin", &pin)]).await?;
    stage.kiosk.stage("consents").await?;
    stage.take_out()?;
    told(stage, "card-removed", "way-again").await?;
    stage.clear().await?;
    // In the middle of reading, of looking at the PIN, and of signing.
    for instruction in [READ_BINARY, VERIFY, SIGN] {
        let pulled = Pulled { card: stage.card(person)?, instruction, tray: stage.readers.tray()?.clone() };
        let card = pulled;
        stage.insert(card)?;
        if instruction != READ_BINARY {
            let page = stage.kiosk.stage("prove").await.with_context(|| format!("{instruction:02x}"))?;
            stage.kiosk.press(&page, "pin", &[("pin", &pin)]).await?;
        }
        if instruction == SIGN {
            let page = stage.kiosk.stage("consents").await?;
            stage.kiosk.press(&page, "choose-all", &[]).await?;
        }
        told(stage, "card-removed", "way-again").await.with_context(|| format!("{instruction:02x}"))?;
        stage.clear().await?;
    }
    // Nothing was recorded of what was never finished.
    stage.after_pin(person, "consents").await?;
    Ok(())
}

pub async fn fault_a_reader_is_unplugged(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    stage.at_pin_pad(person).await?;
    stage.readers.tray()?.unplug(0);
    told(stage, "card-removed", "way-number").await?;
    stage.readers.tray()?.unplug(1);
    stage.clear_without_readers().await?;
    let page = stage.kiosk.until("no reader", |page| !page.offers("card")).await?;
    ensure!(page.html.contains("いまカードを読み取れません") && page.offers("way-number"), "{}", page.html);
    stage.readers.tray()?.plug(0);
    stage.readers.tray()?.plug(1);
    stage.kiosk.until("readers", |page| page.offers("card")).await?;
    stage.at_pin_pad(person).await?;
    Ok(())
}

pub async fn fault_the_service_for_readers_ends_and_comes_back(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    stage.at_pin_pad(person).await?;
    stage.readers.tray()?.set_service(false);
    told(stage, "card-removed", "way-number").await?;
    stage.clear_without_readers().await?;
    stage.kiosk.until("no service", |page| page.html.contains("いまカードを読み取れません")).await?;
    // The card still lies there when the service is back.
    let card = stage.card(person)?;
    stage.insert(card)?;
    stage.readers.tray()?.set_service(true);
    stage.kiosk.stage("prove").await?;
    Ok(())
}

pub async fn fault_two_cards_lie_on_two_readers(stage: &mut Stage) -> Result<()> {
    let (person, other) = (stage.registered().await?, stage.registered().await?);
    stage.at_pin_pad(person).await?;
    let card = stage.card(other)?;
    tokio::task::block_in_place(|| stage.readers.insert(1, card))?;
    told(stage, "two-cards", "way-number").await?;
    // The one that stays is read.
    stage.take_out()?;
    let page = stage.kiosk.stage("prove").await?;
    stage.kiosk.press(&page, "pin", &[("pin", &stage.pin(other)?)]).await?;
    stage.kiosk.stage("consents").await?;
    Ok(())
}

pub async fn fault_a_transit_card_lies_there(stage: &mut Stage) -> Result<()> {
    let card = Other { answer: vec![0x6a, 0x82], takes: Duration::ZERO };
    stage.insert(card)?;
    told(stage, "not-an-individual-number-card", "way-number").await?;
    // The right card in its place goes on at once.
    let person = stage.registered().await?;
    stage.at_pin_pad(person).await?;
    Ok(())
}

pub async fn fault_a_card_answers_garbage(stage: &mut Stage) -> Result<()> {
    let card = Other { answer: vec![0x00], takes: Duration::ZERO };
    stage.insert(card)?;
    told(stage, "card-answer-malformed", "way-number").await?;
    stage.take_out()?;
    let card = Other { answer: vec![0x12, 0x34, 0x56, 0x90, 0x00], takes: Duration::ZERO };
    stage.insert(card)?;
    told(stage, "card-file-unreadable", "way-again").await
}

pub async fn fault_a_card_does_not_answer(stage: &mut Stage) -> Result<()> {
    let card = Other { answer: vec![0x90, 0x00], takes: Duration::from_secs(2) };
    stage.insert(card)?;
    told(stage, "card-timed-out", "way-again").await
}

pub async fn fault_a_pin_is_wrong_three_times(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.at_pin_pad(person).await?;
    stage.kiosk.press(&page, "pin", &[("pin", "0000")]).await?;
    let page = stage.kiosk.fault("card-pin-wrong").await?;
    ensure!(page.html.contains("あと2回"), "what is left: {}", page.html);
    stage.kiosk.press(&page, "pin", &[("pin", &stage.pin(person)?)]).await?;
    stage.kiosk.stage("consents").await?;
    stage.clear().await?;
    stage.at_pin_pad(person).await?;
    staff::lock(stage, person).await?;
    told(stage, "card-pin-locked", "way-staff").await
}

pub async fn fault_a_pin_has_not_four_digits(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.at_pin_pad(person).await?;
    stage.kiosk.press(&page, "pin", &[("pin", "12")]).await?;
    let page = stage.kiosk.fault("pin-not-four-digits").await?;
    ensure!(page.html.contains("残り回数は減っていません") && !page.html.contains("あと2回"), "{}", page.html);
    Ok(())
}

pub async fn fault_a_certificate_is_long_over(stage: &mut Stage) -> Result<()> {
    let person = stage.somebody(Situation::Over)?;
    let card = stage.card(person)?;
    stage.insert(card)?;
    told(stage, "card-certificate-over", "way-number").await
}

pub async fn fault_a_card_is_revoked(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    revoke(stage, person)?;
    stage.clock.pass(Duration::from_mins(10));
    let card = stage.card(person)?;
    stage.insert(card)?;
    told(stage, "card-certificate-revoked", "way-number").await
}

fn revoke(stage: &Stage, person: u32) -> Result<()> {
    let now = jiff::Timestamp::from_second(stage.world.clock.now().as_second())?;
    stage.office.register()?.revoke(person, RevocationReason::KeyCompromise, now)?;
    Ok(())
}

pub async fn fault_a_card_is_revoked_while_it_is_in_use(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.after_pin(person, "consents").await?;
    revoke(stage, person)?;
    // What the issuer said counts for minutes.
    stage.clock.pass(Duration::from_mins(6));
    stage.kiosk.press(&page, "choose-all", &[]).await?;
    told(stage, "card-certificate-revoked", "way-number").await
}

pub async fn fault_ocsp_is_down(stage: &mut Stage) -> Result<()> {
    let (person, other) = (stage.registered().await?, stage.somebody(Situation::InOrder)?);
    // A center that starts fetches the lists at once; those of the hours that passed in other cases are stale.
    let fetched = stage.traces.count(LIST_TAKEN);
    stage.center_goes_away().await?;
    stage.center_comes_back().await?;
    while stage.traces.count(LIST_TAKEN) < fetched + GENERATIONS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stage.office.go_away().await;
    stage.clock.pass(Duration::from_mins(10));
    // The last list says that it was not revoked: everything goes on.
    let page = stage.after_pin(person, "consents").await?;
    ensure!(page.html.contains("name=\"drugs\""), "{}", page.html);
    stage.choose(&page, "choose-all", &[]).await?;
    stage.clear().await?;
    stage.after_pin(other, "register").await?;
    stage.office.come_back()?;
    stage.clock.pass(Duration::from_mins(10));
    Ok(())
}

pub async fn fault_the_lists_are_stale_too(stage: &mut Stage) -> Result<()> {
    let (person, other) = (stage.registered().await?, stage.somebody(Situation::InOrder)?);
    stage.office.go_away().await;
    stage.clock.pass(Duration::from_hours(30));
    let page = stage.after_pin(person, "consents").await?;
    ensure!(
        !page.html.contains("name=\"drugs\"") && page.html.contains("支払いに関する情報だけ"),
        "eligibility goes on"
    );
    let page = stage.choose(&page, "choose-all", &[]).await?;
    ensure!(page.html.contains("今回は資格だけを確認しました"), "{}", page.html);
    stage.clear().await?;
    // A registration needs to know.
    let page = stage.after_pin(other, "register").await?;
    let numbers = stage.numbers(other)?;
    let typed: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stage.kiosk.press(&page, "register", &typed).await?;
    told(stage, "card-status-unavailable", "way-number").await?;
    stage.office.come_back()?;
    stage.clock.pass(Duration::from_mins(10));
    Ok(())
}

pub async fn fault_the_numbers_of_a_registration_are_wrong(stage: &mut Stage) -> Result<()> {
    let person = stage.somebody(Situation::InOrder)?;
    let page = stage.after_pin(person, "register").await?;
    let mut numbers = stage.numbers(person)?;
    let right = numbers[4].1.clone();
    "1".clone_into(&mut numbers[0].1);
    stage.kiosk.press(&page, "register", &borrowed(&numbers)).await?;
    let page = stage.kiosk.fault("unreadable-query").await?;
    ensure!(page.html.contains("id=\"InsurerNumber-wrong\""), "the field is marked: {}", page.html);
    numbers = stage.numbers(person)?;
    "19010203".clone_into(&mut numbers[4].1);
    stage.kiosk.press(&page, "register", &borrowed(&numbers)).await?;
    let page = stage.kiosk.fault("patient-not-found").await?;
    numbers[4].1 = right;
    stage.kiosk.press(&page, "register", &borrowed(&numbers)).await?;
    stage.kiosk.stage("consents").await?;
    Ok(())
}

fn borrowed<'a>(numbers: &'a [(&'static str, String); 5]) -> Vec<(&'static str, &'a str)> {
    numbers.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

pub async fn fault_a_card_is_registered_to_another(stage: &mut Stage) -> Result<()> {
    let (person, other) = (stage.somebody(Situation::InOrder)?, stage.somebody(Situation::InOrder)?);
    let page = stage.after_pin(person, "register").await?;
    // Meanwhile the same card was registered elsewhere.
    stage.office.register_card(person, &stage.institution, &stage.client).await?;
    stage.kiosk.press(&page, "register", &borrowed(&stage.numbers(other)?)).await?;
    told(stage, "card-registered-to-another", "way-number").await
}

pub async fn fault_a_wish_about_secondary_use_does_not_arrive(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let consents = stage.after_pin(person, "consents").await?;
    let page = about_secondary_use(stage, &consents).await?;
    stage.center_goes_away().await?;
    stage.kiosk.press(&page, "refuse", &[]).await?;
    let page = stage.kiosk.stage("confirmed").await?;
    ensure!(page.html.contains("申出が届いたか確かめられません"), "{}", page.html);
    ensure!(!page.html.contains("断りました"), "nothing is said to be done");
    stage.center_comes_back().await?;
    stage.kiosk.press(&page, "go-on", &[]).await?;
    let page = stage.kiosk.stage("consents").await?;
    stage.choose(&page, "choose-nothing", &[]).await?;
    Ok(())
}

pub async fn fault_the_center_is_away(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.after_pin(person, "consents").await?;
    stage.center_goes_away().await?;
    stage.kiosk.press(&page, "choose-all", &[]).await?;
    let page = stage.kiosk.fault("center-unreachable").await?;
    ensure!(page.html.contains("保険が使えないという意味ではありません"), "{}", page.html);
    ensure!(page.offers("way-again") && page.offers("way-number"), "the ways on");
    stage.center_comes_back().await?;
    // The card still lies there and is open: once more, without the PIN.
    stage.kiosk.press(&page, "way-again", &[]).await?;
    stage.kiosk.stage("done").await?;
    Ok(())
}
