//! Visits by face, with small models and drawings in place of a camera and people.

use anyhow::{Result, ensure};
use card::virtual_card::{Form, VirtualCard};
use std::time::Duration;
use tashika::check::kiosk::Page;
use testkit::face::{self, Drawing, HEIGHT, WIDTH};

use crate::stage::Stage;

/// The person on the photo, and somebody else.
const ME: u64 = 1;
const OTHER: u64 = 2;

/// A registered person's card with a photo.
async fn with_photo(stage: &mut Stage, drawings: &[Drawing]) -> Result<u32> {
    let person = stage.registered().await?;
    let photo = face::jpeg2000(stage.folder.path(), drawings)?;
    let card = stage.office.virtual_card(person, Form::Card, photo)?;
    stage.insert(card)?;
    stage.kiosk.stage("prove").await?;
    Ok(person)
}

/// The photo of the person who looks into the camera.
pub fn photo_of_me(stage: &Stage) -> Result<Vec<u8>> {
    face::jpeg2000(stage.folder.path(), &[Drawing::of(ME)])
}

/// Chooses the face and types digits.
pub async fn digits(stage: &Stage, number: &str) -> Result<()> {
    stage.traces.secret(number);
    let page = stage.kiosk.stage("digits").await?;
    let typed = [("birth", &number[..6]), ("year", &number[6..10]), ("code", &number[10..])];
    stage.kiosk.press(&page, "digits", &typed).await
}

/// As far as the camera.
async fn at_camera(stage: &mut Stage) -> Result<(u32, Page)> {
    let person = with_photo(stage, &[Drawing::of(ME)]).await?;
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "way-face", &[]).await?;
    digits(stage, &stage.office.person_card(person)?.number_b()).await?;
    Ok((person, stage.kiosk.stage("camera").await?))
}

/// Shows a picture to the camera until the page says something; the script does the same several times a second.
async fn show(stage: &Stage, faces: &[Drawing], until: impl Fn(&Page) -> bool) -> Result<Page> {
    let rgb = face::rgb(faces);
    for _ in 0..200 {
        let page = stage.kiosk.page().await?;
        if until(&page) {
            return Ok(page);
        }
        stage.kiosk.frame(&page, WIDTH, HEIGHT, &rgb).await?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("the page never said so: {}", stage.kiosk.page().await?.html)
}

/// Looks into the camera and turns the head as told.
pub async fn pass(stage: &Stage) -> Result<Page> {
    let asked = |page: &Page| page.html.contains("左を向いて") || page.html.contains("右を向いて");
    let page = show(stage, &[Drawing::of(ME)], asked).await?;
    let turn = if page.html.contains("左を向いて") { 0.3 } else { -0.3 };
    show(stage, &[Drawing::of(ME).turned(turn)], |page| !asked(page)).await?;
    show(stage, &[Drawing::of(ME)], |page| page.stage != "camera").await
}

pub async fn a_face_opens_the_key_of_a_card_of_the_model(stage: &mut Stage) -> Result<()> {
    let (_, page) = at_camera(stage).await?;
    ensure!(page.html.contains("残しません"), "what happens with the picture");
    pass(stage).await?;
    let page = stage.kiosk.stage("consents").await?;
    stage.choose(&page, "choose-all", &[]).await?;
    Ok(())
}

pub async fn fault_a_face_is_not_that_of_the_photo(stage: &mut Stage) -> Result<()> {
    let (person, _) = at_camera(stage).await?;
    show(stage, &[Drawing::of(OTHER)], |page| page.fault.as_deref() == Some("face-differs")).await?;
    for _ in 0..12 {
        let page = stage.kiosk.page().await?;
        if page.stage != "camera" {
            break;
        }
        // Tries are counted at most one in a while.
        stage.clock.pass(Duration::from_secs(1));
        stage.kiosk.frame(&page, WIDTH, HEIGHT, &face::rgb(&[Drawing::of(OTHER)])).await?;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let page = stage.kiosk.fault("face-locked").await?;
    ensure!(page.offers("way-pin") && page.offers("way-staff"), "the ways on");
    stage.clear().await?;
    // Taking the card out gives no tries back.
    let card = stage.office.virtual_card(person, Form::Card, Vec::new())?;
    stage.insert(card)?;
    let page = stage.kiosk.stage("prove").await?;
    stage.kiosk.press(&page, "way-face", &[]).await?;
    stage.kiosk.fault("face-locked").await?;
    Ok(())
}

pub async fn fault_nobody_and_two_before_the_camera(stage: &mut Stage) -> Result<()> {
    at_camera(stage).await?;
    let says = |code: &'static str| move |page: &Page| page.fault.as_deref() == Some(code);
    show(stage, &[], says("no-face")).await?;
    let two = [Drawing::of(ME).moved(-80.0), Drawing::of(OTHER).moved(80.0)];
    show(stage, &two, says("two-faces")).await?;
    pass(stage).await?;
    stage.kiosk.stage("consents").await?;
    Ok(())
}

pub async fn fault_the_camera_is_missing(stage: &mut Stage) -> Result<()> {
    let (_, page) = at_camera(stage).await?;
    stage.kiosk.press(&page, "camera-missing", &[]).await?;
    let page = stage.kiosk.fault("camera-missing").await?;
    ensure!(page.offers("way-pin") && page.offers("way-staff") && page.offers("way-face"), "the ways on");
    stage.kiosk.press(&page, "way-pin", &[]).await?;
    stage.kiosk.stage("prove").await?;
    Ok(())
}

pub async fn fault_the_digits_of_the_card_are_wrong(stage: &mut Stage) -> Result<()> {
    let person = with_photo(stage, &[Drawing::of(ME)]).await?;
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "way-face", &[]).await?;
    digits(stage, "00000000000000").await?;
    stage.kiosk.fault("face-digits-unreadable").await?;
    let right = stage.office.person_card(person)?.number_b();
    let last = if right.ends_with('9') { "8" } else { "9" };
    digits(stage, &format!("{}{last}", &right[..13])).await?;
    stage.kiosk.fault("card-face-digits-wrong").await?;
    digits(stage, &right).await?;
    stage.kiosk.stage("camera").await?;
    Ok(())
}

pub async fn fault_the_photo_shows_no_face(stage: &mut Stage) -> Result<()> {
    let person = with_photo(stage, &[]).await?;
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "way-face", &[]).await?;
    digits(stage, &stage.office.person_card(person)?.number_b()).await?;
    let page = stage.kiosk.fault("card-photo-unusable").await?;
    ensure!(page.offers("way-pin") && page.offers("way-staff"), "the ways on");
    Ok(())
}

pub async fn fault_a_real_card_needs_the_makers_reader(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let content = stage.office.person_card(person)?.content(Form::Card, Vec::new(), None)?;
    let card = VirtualCard::new(&content)?;
    stage.insert(card)?;
    let page = stage.kiosk.stage("prove").await?;
    stage.kiosk.press(&page, "way-face", &[]).await?;
    let page = stage.kiosk.fault("makers-reader-needed").await?;
    ensure!(page.offers("way-pin") && page.offers("way-staff"), "the ways on");
    Ok(())
}
