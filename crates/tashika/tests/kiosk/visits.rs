//! Visits that go well.

use anyhow::{Context as _, Result, ensure};
use card::virtual_card::Form;
use domain::Tongue;
use nation::jpki::Situation;
use std::time::Duration;
use tashika::check::kiosk::Page;

use crate::stage::Stage;

/// The one file of the face folder.
async fn face_file(stage: &Stage) -> Result<(String, String)> {
    for _ in 0..2000 {
        let found = std::fs::read_dir(stage.face_folder())?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?
            .into_iter()
            .find(|path| path.extension().is_some_and(|extension| extension == "xml"));
        if let Some(path) = found {
            let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
            let text = String::from_utf8(std::fs::read(&path)?)?;
            std::fs::remove_file(path)?;
            return Ok((name, text));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    anyhow::bail!("no file came into the face folder")
}

/// Takes what earlier visits left.
fn empty_face_folder(stage: &Stage) -> Result<()> {
    for entry in std::fs::read_dir(stage.face_folder())? {
        std::fs::remove_file(entry?.path())?;
    }
    Ok(())
}

pub async fn a_patient_is_checked_by_card_and_pin_and_says_what_may_be_shown(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.after_pin(person, "consents").await?;
    ensure!(!page.html.contains("checked"), "nothing is ticked beforehand");
    for act in ["choose-chosen", "choose-all", "choose-nothing"] {
        ensure!(page.offers(act), "{act}");
    }
    let ticks = [("drugs", "1"), ("checkups", "1"), ("prescription", "2")];
    let page = stage.choose(&page, "choose-chosen", &ticks).await?;
    ensure!(page.html.contains("保険を確認しました") && page.html.contains("窓口での負担"), "{}", page.html);
    let name = stage.office.nation().holder(person).context("alive")?.name;
    ensure!(!page.html.contains(&name), "no name for those who stand behind");

    let (name, text) = face_file(stage).await?;
    ensure!(name.starts_with(&format!("OQSsiquc01res_face_{}", stage.institution)), "{name}");
    for element in [
        "<PharmacistsInfoConsFlg>1<",
        "<SpecificHealthCheckupsInfoConsFlg>1<",
        "<DiagnosisInfoConsFlg>0<",
        "<OperationInfoConsFlg>0<",
        "<LimitApplicationCertificateRelatedConsFlg>0<",
        "<PrescriptionIssueSelect>2<",
        "<ReferenceClassification>1<",
    ] {
        ensure!(text.contains(element), "{element} in {text}");
    }
    // The card may be taken, and the next patient finds an empty screen.
    stage.take_out()?;
    stage.clock.pass(Duration::from_secs(10));
    let next = stage.registered().await?;
    let page = stage.at_pin_pad(next).await?;
    ensure!(page.html.contains("lang=\"ja\""), "in Japanese again");
    Ok(())
}

pub async fn what_was_chosen_holds_for_a_day_and_is_taken_back_at_any_time(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.after_pin(person, "consents").await?;
    stage.choose(&page, "choose-all", &[]).await?;
    stage.clear().await?;

    let page = stage.after_pin(person, "kept").await?;
    ensure!(page.html.contains("お薬") && page.html.contains("2026-11-23 09:"), "what holds, and until when");
    stage.choose(&page, "keep", &[]).await?;
    stage.clear().await?;

    // Chosen again, with nothing ticked; and taken back.
    let page = stage.after_pin(person, "kept").await?;
    stage.kiosk.press(&page, "change", &[]).await?;
    let page = stage.kiosk.stage("consents").await?;
    ensure!(!page.html.contains("checked"), "nothing is ticked");
    stage.kiosk.press(&page, "more", &[]).await?;
    let page = stage.kiosk.stage("more").await?;
    stage.kiosk.press(&page, "withdraw", &[]).await?;
    let page = stage.kiosk.stage("confirmed").await?;
    ensure!(page.html.contains("同意を取り消しました"), "{}", page.html);
    stage.kiosk.press(&page, "go-on", &[]).await?;
    stage.kiosk.stage("consents").await?;
    stage.clear().await?;

    // Asked anew a day later.
    let page = stage.after_pin(person, "consents").await?;
    stage.choose(&page, "choose-all", &[]).await?;
    stage.clear().await?;
    stage.clock.pass(Duration::from_hours(25));
    stage.after_pin(person, "consents").await?;
    Ok(())
}

/// From the consents to what secondary use is.
pub async fn about_secondary_use(stage: &Stage, consents: &Page) -> Result<Page> {
    stage.kiosk.press(consents, "more", &[]).await?;
    let page = stage.kiosk.stage("more").await?;
    stage.kiosk.press(&page, "secondary-use", &[]).await?;
    stage.kiosk.stage("secondary-use").await
}

pub async fn a_patient_refuses_secondary_use_and_the_check_goes_on(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let mut consents = stage.after_pin(person, "consents").await?;
    for (act, told) in [
        ("end-refusal", "断りの申出はありません"),
        ("refuse", "二次利用を断りました"),
        ("refuse", "前から断っています"),
        ("end-refusal", "断りを取り消しました"),
    ] {
        let page = about_secondary_use(stage, &consents).await?;
        ensure!(page.html.contains("診察にも保険にも影響しません"), "{}", page.html);
        stage.kiosk.press(&page, act, &[]).await?;
        let page = stage.kiosk.stage("confirmed").await?;
        ensure!(page.html.contains(told), "{told} is not in {}", page.html);
        stage.kiosk.press(&page, "go-on", &[]).await?;
        consents = stage.kiosk.stage("consents").await?;
    }
    let page = about_secondary_use(stage, &consents).await?;
    stage.kiosk.press(&page, "back", &[]).await?;
    let page = stage.kiosk.stage("consents").await?;
    stage.choose(&page, "choose-nothing", &[]).await?;
    Ok(())
}

pub async fn showing_nothing_is_an_answer(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    empty_face_folder(stage)?;
    let page = stage.after_pin(person, "consents").await?;
    stage.choose(&page, "choose-nothing", &[("drugs", "1")]).await?;
    let (_, text) = face_file(stage).await?;
    ensure!(text.contains("<PharmacistsInfoConsFlg>0<"), "asked, and said no: {text}");
    stage.clear().await?;
    let page = stage.after_pin(person, "kept").await?;
    ensure!(page.html.contains("何も見せない"), "that answer holds too");
    Ok(())
}

pub async fn a_phone_is_a_card_that_says_less(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "phone", &[]).await?;
    let page = stage.kiosk.stage("insert").await?;
    ensure!(page.html.contains("スマートフォン"), "what to do");
    let card = stage.office.virtual_card(person, Form::Android, Vec::new())?;
    stage.insert(card)?;
    let page = stage.kiosk.stage("prove").await?;
    ensure!(!page.offers("way-face") && !page.offers("way-staff"), "no photo, and no certificate before the PIN");
    stage.kiosk.press(&page, "pin", &[("pin", &stage.pin(person)?)]).await?;
    let page = stage.kiosk.stage("consents").await?;
    stage.choose(&page, "choose-nothing", &[]).await?;
    Ok(())
}

pub async fn a_card_is_registered_at_the_kiosk_and_ended_there(stage: &mut Stage) -> Result<()> {
    let person = stage.somebody(Situation::InOrder)?;
    let page = stage.after_pin(person, "register").await?;
    ensure!(page.html.contains("まだ保険証として登録されていません"), "the reason is shown");
    let numbers = stage.numbers(person)?;
    let typed: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stage.kiosk.press(&page, "register", &typed).await?;
    let page = stage.kiosk.stage("consents").await?;
    stage.choose(&page, "choose-nothing", &[]).await?;
    stage.clear().await?;

    let page = stage.after_pin(person, "kept").await?;
    stage.kiosk.press(&page, "more", &[]).await?;
    let page = stage.kiosk.stage("more").await?;
    stage.kiosk.press(&page, "end-registration", &[]).await?;
    let page = stage.kiosk.stage("confirmed").await?;
    ensure!(page.html.contains("登録をやめました"), "{}", page.html);
    stage.clear().await?;
    stage.after_pin(person, "register").await?;
    Ok(())
}

pub async fn an_expired_certificate_shows_eligibility_and_nothing_more(stage: &mut Stage) -> Result<()> {
    let person = stage.somebody(Situation::Grace)?;
    // Registered while it was still valid: an expired certificate registers nothing.
    stage.office.register_card(person, &stage.institution, &stage.client).await.err().context("refused")?;
    stage.office.take_over(person, &stage.institution, stage.center()?).await?;
    let page = stage.after_pin(person, "consents").await?;
    ensure!(page.html.contains("name=\"limit_certificate\"") && !page.html.contains("name=\"drugs\""), "payment only");
    let page = stage.choose(&page, "choose-all", &[]).await?;
    ensure!(
        page.html.contains("今回は資格だけを確認しました") && page.html.contains("更新が必要です"),
        "{}",
        page.html
    );
    Ok(())
}

pub async fn a_form_of_an_earlier_visit_does_nothing(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let old = stage.after_pin(person, "consents").await?;
    stage.clear().await?;
    let other = stage.registered().await?;
    empty_face_folder(stage)?;
    let page = stage.after_pin(other, "consents").await?;
    stage.kiosk.press(&old, "choose-all", &[]).await?;
    ensure!(stage.kiosk.page().await?.stage == "consents", "another patient's form chooses nothing");
    // A button pressed twice counts once.
    stage.kiosk.press(&page, "choose-nothing", &[]).await?;
    stage.kiosk.press(&page, "choose-all", &[]).await?;
    stage.kiosk.stage("done").await?;
    let (_, text) = face_file(stage).await?;
    ensure!(text.contains("<PharmacistsInfoConsFlg>0<"), "{text}");
    Ok(())
}

pub async fn every_screen_speaks_five_languages(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    let mut page = stage.after_pin(person, "consents").await?;
    for (tongue, drugs) in [
        (Tongue::En, "Medicines"),
        (Tongue::Zh, "用药"),
        (Tongue::Vi, "Thuốc"),
        (Tongue::Pt, "Remédios"),
        (Tongue::Ja, "お薬"),
    ] {
        stage.kiosk.press(&page, &format!("speak-{}", tongue.tag()), &[]).await?;
        page = stage.kiosk.until("another language", |page| page.html.contains(drugs)).await?;
        ensure!(page.html.starts_with(&format!("<!doctype html>\n<html lang=\"{}\">", tongue.tag())), "{tongue:?}");
    }
    Ok(())
}
