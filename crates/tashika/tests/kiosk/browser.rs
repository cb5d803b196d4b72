//! A real browser at the kiosk: once with the keyboard alone, once by touch on an upright screen with a camera. Pictures
//! of what a patient sees lie in `target/screenshots/` afterwards.

use anyhow::{Context as _, Result, ensure};
use card::virtual_card::Form;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use nation::jpki::Situation;
use std::path::PathBuf;
use std::time::Duration;
use testkit::Browser;
use testkit::face::{self, Drawing};

use crate::stage::Stage;

/// How long a screen is waited for.
const SOON: Duration = Duration::from_secs(20);
/// Rest between two looks at it.
const REST: Duration = Duration::from_millis(20);

struct Patient {
    browser: Browser,
}

impl Patient {
    async fn come(stage: &Stage, browser: Browser, size: (u32, u32)) -> Result<Self> {
        browser.client().set_window_size(size.0, size.1).await?;
        let address = stage.window.running.kiosk_addr.context("a kiosk")?;
        browser.client().goto(&format!("http://{address}/")).await?;
        let patient = Self { browser };
        patient.stage("welcome").await?;
        Ok(patient)
    }

    fn client(&self) -> &Client {
        self.browser.client()
    }

    /// The screen of this stage, as soon as the page shows it by itself; its text.
    async fn stage(&self, stage: &str) -> Result<String> {
        self.see(stage, "").await
    }

    /// The same, with these words on it. The page puts new screens in the place of old ones at any moment.
    async fn see(&self, stage: &str, words: &str) -> Result<String> {
        let css = format!("#screen[data-stage=\"{stage}\"]");
        let mut last = String::new();
        for _ in 0..SOON.as_millis() / REST.as_millis() {
            if let Ok(shown) = self.client().find(Locator::Css(&css)).await
                && let Ok(text) = shown.text().await
            {
                if text.contains(words) {
                    return Ok(text);
                }
                last = text;
            }
            tokio::time::sleep(REST).await;
        }
        anyhow::bail!("waited for {stage} with {words:?}: {last}")
    }

    /// Keys go where the cursor is: a page that does not put it into the right place fails here.
    async fn keys(&self, keys: impl AsRef<str>) -> Result<()> {
        Ok(self.client().active_element().await?.send_keys(keys.as_ref()).await?)
    }

    async fn key(&self, key: Key) -> Result<()> {
        self.keys(char::from(key).to_string()).await
    }

    async fn touch(&self, css: &str) -> Result<()> {
        self.client().find(Locator::Css(css)).await.with_context(|| css.to_owned())?.click().await?;
        Ok(())
    }

    async fn press(&self, act: &str) -> Result<()> {
        self.touch(&format!("#act button[value=\"{act}\"]")).await
    }

    async fn picture(&self, name: &str) -> Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        self.browser.screenshot(folder.join(format!("kiosk-{name}.png"))).await?;
        Ok(())
    }
}

pub async fn the_whole_kiosk_with_the_keyboard_alone(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    // No camera here: what happens then belongs to this test.
    let patient = Patient::come(stage, Browser::start().await?, (1366, 768)).await?;
    patient.picture("1-welcome").await?;
    // Up from the first way to the languages, the last of which is reached first.
    patient.key(Key::Up).await?;
    patient.key(Key::Enter).await?;
    patient.see("welcome", "Confirmação do seguro").await?;
    patient.picture("2-welcome-pt").await?;
    patient.key(Key::Enter).await?;
    patient.see("insert", "Coloque o cartão").await?;

    let photo = face::jpeg2000(stage.folder.path(), &[Drawing::of(1)])?;
    let card = stage.office.virtual_card(person, Form::Card, photo)?;
    stage.insert(card)?;
    patient.stage("prove").await?;
    patient.picture("3-pin").await?;
    // By face first: the way is reached with the arrow, and there is no camera.
    patient.touch("h1").await?;
    let number = stage.office.person_card(person)?.number_b();
    stage.traces.secret(&number);
    patient.client().find(Locator::Css("#pin")).await?.send_keys("").await?;
    for _ in 0..13 {
        // Past the pad and the main button.
        patient.key(Key::Down).await?;
    }
    patient.key(Key::Enter).await?;
    patient.stage("digits").await?;
    let tab = char::from(Key::Tab);
    let typed = format!("{}{tab}{}{tab}{}{}", &number[..6], &number[6..10], &number[10..], char::from(Key::Enter));
    patient.keys(typed).await?;
    patient.see("trouble", "camera-missing").await?;
    patient.picture("4-no-camera").await?;
    // The likeliest way on has the cursor: the face again; the PIN is the next.
    patient.key(Key::Down).await?;
    patient.key(Key::Enter).await?;
    patient.stage("prove").await?;
    patient.keys(format!("{}{}", stage.pin(person)?, char::from(Key::Enter))).await?;
    patient.stage("consents").await?;
    // The first is ticked with the space bar, as are the third and nothing else; then the button for what was chosen.
    patient.keys(" ").await?;
    patient.key(Key::Down).await?;
    patient.key(Key::Down).await?;
    patient.keys(" ").await?;
    patient.picture("5-consents").await?;
    for _ in 0..5 {
        patient.key(Key::Tab).await?;
    }
    patient.key(Key::Enter).await?;
    patient.see("done", "O seu seguro foi confirmado").await?;
    patient.picture("6-done").await?;
    let address = patient.client().current_url().await?;
    ensure!(address.query().is_none(), "nothing stands in the address");
    stage.take_out()?;
    stage.clock.pass(Duration::from_secs(10));
    patient.browser.close().await?;
    Ok(())
}

/// Nothing is chosen beforehand, and the consents are where they were afterwards.
async fn refuses_secondary_use(patient: &Patient) -> Result<()> {
    patient.press("more").await?;
    patient.stage("more").await?;
    patient.picture("13-upright-more").await?;
    patient.press("secondary-use").await?;
    patient.see("secondary-use", "人数").await?;
    patient.picture("14-upright-secondary-use").await?;
    patient.press("refuse").await?;
    patient.see("confirmed", "二次利用を断りました").await?;
    patient.picture("15-upright-refused").await?;
    patient.press("go-on").await?;
    patient.stage("consents").await?;
    Ok(())
}

pub async fn the_whole_kiosk_by_touch_with_a_camera(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let film = stage.folder.path().join("camera.y4m");
    let straight = || (vec![Drawing::of(1)], 12);
    let turned = |turn| (vec![Drawing::of(1).turned(turn)], 12);
    std::fs::write(&film, face::film(&[straight(), turned(0.3), straight(), turned(-0.3)]))?;
    let patient = Patient::come(stage, Browser::start_with_camera(&film).await?, (1080, 1920)).await?;
    patient.picture("7-upright-welcome").await?;
    let photo = face::jpeg2000(stage.folder.path(), &[Drawing::of(1)])?;
    let card = stage.office.virtual_card(person, Form::Card, photo)?;
    stage.insert(card)?;
    patient.stage("prove").await?;
    // A finger on the pad.
    let pin = stage.pin(person)?;
    for digit in pin.chars() {
        patient.touch(&format!(".pad [data-digit=\"{digit}\"]")).await?;
    }
    patient.touch(".pad [data-delete]").await?;
    patient.picture("8-upright-pin").await?;
    patient.press("way-face").await?;
    patient.stage("digits").await?;
    let number = stage.office.person_card(person)?.number_b();
    for (id, part) in [("#birth", &number[..6]), ("#year", &number[6..10]), ("#code", &number[10..])] {
        patient.client().find(Locator::Css(id)).await?.send_keys(part).await?;
    }
    patient.press("digits").await?;
    patient.stage("camera").await?;
    patient.picture("9-upright-camera").await?;
    patient.see("consents", "お薬").await?;
    patient.picture("10-upright-consents").await?;
    // The three answers are one as large as the other, and on the screen without scrolling.
    let mut sizes = Vec::new();
    for act in ["choose-chosen", "choose-all", "choose-nothing"] {
        let button = patient.client().find(Locator::Css(&format!("button[value=\"{act}\"]"))).await?;
        let (_, y, width, height) = button.rectangle().await?;
        ensure!(y + height < 1920.0 && height > 60.0, "{act} at {y}");
        sizes.push((width.round(), height.round()));
    }
    ensure!(sizes.windows(2).all(|pair| pair[0] == pair[1]), "{sizes:?}");
    refuses_secondary_use(&patient).await?;
    patient.press("choose-nothing").await?;
    patient.stage("done").await?;
    patient.picture("11-upright-done").await?;
    stage.clear().await?;

    // Somebody who is not registered yet, in Chinese.
    let other = stage.somebody(Situation::InOrder)?;
    patient.stage("welcome").await?;
    patient.touch("button[value=\"speak-zh-Hans\"]").await?;
    let card = stage.card(other)?;
    stage.insert(card)?;
    patient.stage("prove").await?;
    for digit in stage.pin(other)?.chars() {
        patient.touch(&format!(".pad [data-digit=\"{digit}\"]")).await?;
    }
    patient.press("pin").await?;
    // The reason is shown.
    patient.see("register", "尚未登记").await?;
    for (name, value) in stage.numbers(other)? {
        patient.client().find(Locator::Css(&format!("#{name}"))).await?.send_keys(&value).await?;
    }
    patient.picture("12-upright-register").await?;
    patient.press("register").await?;
    patient.stage("consents").await?;
    patient.press("choose-all").await?;
    patient.stage("done").await?;
    patient.browser.close().await?;
    Ok(())
}
