//! Visits in which staff make sure who the patient is.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};

use crate::stage::{FACILITY_PASSWORD, Stage};

/// Wrong PINs until it is locked.
pub async fn lock(stage: &Stage, person: u32) -> Result<()> {
    let pin = stage.pin(person)?;
    let wrong = if pin == "1111" { "2222" } else { "1111" };
    for left in [2, 1] {
        let page = stage.kiosk.until("the pad", |page| page.stage == "prove").await?;
        stage.kiosk.press(&page, "pin", &[("pin", wrong)]).await?;
        let words = format!("あと{left}回");
        stage.kiosk.until("tries left", |page| page.html.contains(&words)).await?;
    }
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "pin", &[("pin", wrong)]).await?;
    stage.kiosk.fault("card-pin-locked").await?;
    Ok(())
}

async fn set_password(stage: &Stage) -> Result<()> {
    let layout = stage.folder.path().join("terminal");
    terminal::users::set_facility_password(&layout, FACILITY_PASSWORD, &stage.world.clock, &stage.world.random).await?;
    Ok(())
}

pub async fn a_locked_pin_goes_on_by_the_eyes_of_staff(stage: &mut Stage) -> Result<()> {
    set_password(stage).await?;
    let person = stage.registered().await?;
    stage.at_pin_pad(person).await?;
    lock(stage, person).await?;
    let page = stage.kiosk.page().await?;
    ensure!(page.offers("way-staff") && !page.offers("way-pin"), "the way on");
    stage.kiosk.press(&page, "way-staff", &[]).await?;
    let page = stage.kiosk.stage("staff").await?;
    stage.kiosk.press(&page, "facility-password", &[("password", FACILITY_PASSWORD)]).await?;
    let page = stage.kiosk.stage("consents").await?;
    ensure!(page.html.contains("name=\"drugs\""), "all that can be asked is asked");
    let page = stage.choose(&page, "choose-all", &[]).await?;
    ensure!(page.html.contains("目視で確認したことが記録されます"), "flagged as such: {}", page.html);
    Ok(())
}

pub async fn staff_confirm_on_the_desk_and_see_the_patient_at_once(stage: &mut Stage) -> Result<()> {
    let desk = Desk::sign_in(stage).await?;
    let person = stage.registered().await?;
    let page = stage.at_pin_pad(person).await?;
    ensure!(desk.strip().await?.contains("本人確認中"), "the desk sees where the patient is");
    stage.kiosk.press(&page, "way-staff", &[]).await?;
    let page = stage.kiosk.stage("staff").await?;
    // Staff take the card into their hands to look at the photo.
    stage.take_out()?;
    ensure!(desk.strip().await?.contains("目視で本人と確認"), "the desk is asked");
    desk.post("/kiosk/staff", &[("visit", &page.visit), ("act", "confirm")]).await?;
    let page = stage.kiosk.stage("consents").await?;
    stage.choose(&page, "choose-nothing", &[]).await?;
    // Insurers write names in their own ways, so the patient is known by what is said of the visit.
    let strip = desk.strip().await?;
    let latest = strip.split("<li").nth(1).context("somebody arrived")?;
    ensure!(latest.contains("有効") && latest.contains("目視"), "the patient is on the desk at once: {latest}");
    ensure!(latest.contains("カルテ未選択"), "and has no chart yet");
    let id = latest.split("/answers/").nth(1).and_then(|rest| rest.split('"').next()).context("a link")?;
    charts(stage, &desk, person, id).await
}

/// Candidates by insurance numbers, by kana and birth date, and by the number that was registered; staff choose.
async fn charts(stage: &mut Stage, desk: &Desk, person: u32, id: &str) -> Result<()> {
    let page = desk.get(&format!("/answers/{id}")).await?;
    ensure!(page.contains("候補がありません"), "nobody is guessed");
    let kana = page.split("class=\"kana\">").nth(1).and_then(|rest| rest.split('<').next()).context("kana")?;
    let numbers = stage.office.numbers(person)?;
    let chart = |number: &str| terminal::charts::Chart { reference_number: number.to_owned(), ..Default::default() };
    let list = [
        terminal::charts::Chart { name_kana: kana.to_owned(), birthdate: numbers.birthdate.clone(), ..chart("K-1") },
        terminal::charts::Chart {
            insurer_number: numbers.insurer_number.clone(),
            insured_card_symbol: numbers.insured_card_symbol.clone().unwrap_or_default(),
            insured_identification_number: numbers.insured_identification_number.clone(),
            insured_branch_number: numbers.insured_branch_number.clone().unwrap_or_default(),
            ..chart("K-2")
        },
        chart("K-3"),
    ];
    let folder = stage.folder.path().join("terminal");
    terminal::charts::take_in(&folder, &list, &stage.world.clock, &stage.world.random).await?;
    let page = desk.get(&format!("/answers/{id}")).await?;
    let at = |number: &str| page.find(&format!("value=\"{number}\""));
    ensure!(
        at("K-1").is_some() && at("K-1") < at("K-2") && at("K-3").is_none(),
        "surest first, strangers never: {page}"
    );
    desk.post(&format!("/answers/{id}/chart"), &[("reference_number", "K-2")]).await?;
    ensure!(desk.strip().await?.contains("照会番号 K-2"), "the choice is on the desk");

    // The next time the center itself knows the number.
    stage.clear().await?;
    let page = stage.after_pin(person, "kept").await?;
    stage.choose(&page, "keep", &[]).await?;
    let strip = desk.strip().await?;
    let next = strip.split("/answers/").nth(1).and_then(|rest| rest.split('"').next()).context("a link")?;
    let page = desk.get(&format!("/answers/{next}")).await?;
    ensure!(page.contains("照会番号が登録済み"), "returned when registered: {page}");
    ensure!(page.contains("同意なし"), "asked, and said no to everything");
    // At the patient's wish, without a card.
    let page = desk.post(&format!("/answers/{next}/withdraw"), &[]).await?;
    ensure!(page.contains("同意を取り消しました"), "{page}");
    Ok(())
}

pub async fn fault_a_facility_password_is_wrong_or_not_set(stage: &mut Stage) -> Result<()> {
    set_password(stage).await?;
    let person = stage.registered().await?;
    let page = stage.at_pin_pad(person).await?;
    stage.kiosk.press(&page, "way-staff", &[]).await?;
    for _ in 0..5 {
        let page = stage.kiosk.stage("staff").await?;
        stage.kiosk.press(&page, "facility-password", &[("password", "桜の木の下")]).await?;
        let step = page.step.clone();
        stage.kiosk.until("another step", |page| page.step != step).await?;
        stage.kiosk.fault("facility-password-wrong").await?;
    }
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "facility-password", &[("password", FACILITY_PASSWORD)]).await?;
    stage.kiosk.fault("facility-password-wait").await?;
    stage.clock.pass(std::time::Duration::from_secs(61));
    let page = stage.kiosk.page().await?;
    stage.kiosk.press(&page, "facility-password", &[("password", FACILITY_PASSWORD)]).await?;
    stage.kiosk.stage("consents").await?;
    stage.clear().await?;

    let layout = stage.folder.path().join("terminal");
    terminal::users::remove_facility_password(&layout, &stage.world.clock, &stage.world.random).await?;
    let page = stage.at_pin_pad(person).await?;
    stage.kiosk.press(&page, "way-staff", &[]).await?;
    let page = stage.kiosk.stage("staff").await?;
    stage.kiosk.press(&page, "facility-password", &[("password", FACILITY_PASSWORD)]).await?;
    stage.kiosk.fault("facility-password-not-set").await?;
    Ok(())
}

pub async fn fault_staff_say_that_it_is_somebody_else(stage: &mut Stage) -> Result<()> {
    let desk = Desk::sign_in(stage).await?;
    let person = stage.registered().await?;
    let page = stage.at_pin_pad(person).await?;
    stage.kiosk.press(&page, "way-staff", &[]).await?;
    let page = stage.kiosk.stage("staff").await?;
    desk.post("/kiosk/staff", &[("visit", &page.visit), ("act", "decline")]).await?;
    let page = stage.kiosk.fault("staff-declined").await?;
    ensure!(page.offers("way-pin") && page.offers("way-number"), "the ways on");
    ensure!(desk.strip().await?.contains("staff-declined"), "the desk has the sentence for staff and the code");
    Ok(())
}

/// A browser without script at the desk, as far as these cases need one.
struct Desk {
    cookie: String,
    csrf: String,
    address: std::net::SocketAddr,
}

impl Desk {
    async fn sign_in(stage: &Stage) -> Result<Self> {
        let address = stage.window.running.desk_addr;
        let (name, password) = (&stage.window.joined.admin_name, stage.window.joined.admin_password.as_str());
        let body = format!("name={name}&password={password}");
        let answer = raw(address, "POST", "/login", "", &body).await?;
        let cookie = answer.split("set-cookie: ").nth(1).and_then(|rest| rest.split(';').next()).context("a cookie")?;
        let mut desk = Self { cookie: cookie.to_owned(), csrf: String::new(), address };
        let page = desk.get("/").await?;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|s| s.split('"').next());
        csrf.context("csrf")?.clone_into(&mut desk.csrf);
        Ok(desk)
    }

    async fn get(&self, path: &str) -> Result<String> {
        raw(self.address, "GET", path, &self.cookie, "").await
    }

    async fn strip(&self) -> Result<String> {
        self.get("/kiosk").await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<String> {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in form {
            write!(body, "&{name}={value}")?;
        }
        raw(self.address, "POST", path, &self.cookie, &body).await
    }
}

/// An exchange, answer and head as text.
async fn raw(address: std::net::SocketAddr, method: &str, path: &str, cookie: &str, body: &str) -> Result<String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nAccept: text/html\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    ensure!(text.starts_with("HTTP/1.1 2") || text.starts_with("HTTP/1.1 3"), "{method} {path}: {text}");
    Ok(text)
}
