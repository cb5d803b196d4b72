//! Proves the page of claims as 医事 uses it, with a real Chromium, terminal and center: a file is chosen and checked, the report
//! read, the file sent by keyboard, every kind of outcome read by what is to be done, and a claim taken back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fantoccini::{Client, Locator};
use nation::files;
use tashika::check::truth::rows;
use testkit::Browser;

use crate::browser::{WAIT, sign_in};
use crate::stack::CenterProcess;

/// Enter, as WebDriver writes it.
const ENTER: &str = "\u{E007}";

/// A file with one claim of somebody of the nation, the same once more, one that fits nobody, one of another institution, and
/// a wrong sum.
fn file(center: &CenterProcess, institution: &str) -> Result<PathBuf> {
    let feed = rows(&center.folder.path().join("nation").join(files::INSURER_FEED))?;
    let in_force = |row: &&tashika::check::truth::Row| {
        row["DisqualificationDate"].is_empty()
            && row["InsurerNumber"].len() == 8
            && row["QualificationDate"].as_str() < "20260401"
    };
    let card = feed.iter().find(in_force).context("nobody is insured")?;
    let (prefecture, table, code) = (&institution[..2], &institution[2..3], &institution[3..]);
    let head = |code: &str| format!("IR,1,{prefecture},{table},{code},,x,202610,00,\r\n");
    let claim = |n: u32, number: &str, points: u32| {
        let (insurer, symbol, branch) =
            (&card["InsurerNumber"], &card["InsuredCardSymbol"], &card["InsuredBranchNumber"]);
        format!(
            "RE,{n},1112,202609,x,1,{}\r\nHO,{insurer},{symbol},{number},1,{points}\r\nSN,1,01,{insurer},{symbol},{number},{branch}\r\n\
             SY,8833421,20240401,1\r\nSI,11,1,111000110,,291,1,,,,,,,,,,,1\r\n",
            card["Birthdate"]
        )
    };
    let number = card["InsuredIdentificationNumber"].as_str();
    let text = [
        head(code),
        claim(1, number, 291),
        claim(1, number, 291),
        claim(2, "9999999", 999),
        head(if code == "0000015" { "0000023" } else { "0000015" }),
        claim(3, number, 291),
        "GO,4,1872,99\r\n\u{1a}".to_owned(),
    ];
    let path = center.folder.path().join("RECEIPTC.UKE");
    std::fs::write(&path, text.concat())?;
    Ok(path)
}

/// An institution of 点数表 1 (医科): the file is one of medical claims.
fn a_clinic(center: &CenterProcess) -> Result<String> {
    let oracle = files::read_oracle(&center.folder.path().join("nation"))?;
    let mut codes = oracle.into_iter().map(|case| case.medical_institution_code);
    codes.find(|code| code.as_bytes().get(2) == Some(&b'1')).context("the nation has no clinic")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_are_checked_sent_read_and_taken_back_at_the_desk() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let institution = a_clinic(&center)?;
    let terminal = center.terminal(&institution)?;
    let file = file(&center, &institution)?;
    let browser = Browser::start().await?;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    browser.client().set_window_size(1366, 768).await?;
    sign_in(browser.client(), &terminal).await?;
    let walked = walk(&browser, &file, &pictures).await;
    if walked.is_err() {
        browser.screenshot(pictures.join("claims-failed.png")).await?;
    }
    walked?;
    browser.close().await
}

async fn see(page: &Client, css: &str) -> Result<String> {
    let wait = page.wait().at_most(WAIT).every(Duration::from_millis(20));
    Ok(wait.for_element(Locator::Css(css)).await.with_context(|| css.to_owned())?.text().await?)
}

async fn press_enter(page: &Client) -> Result<()> {
    Ok(page.active_element().await?.send_keys(ENTER).await?)
}

async fn walk(browser: &Browser, file: &Path, pictures: &Path) -> Result<()> {
    let page = browser.client();
    page.find(Locator::Css("nav a[href='/claims']")).await?.click().await?;
    see(page, "#claims-upload:not([hidden])").await?;
    browser.screenshot(pictures.join("claims-1-empty.png")).await?;
    page.find(Locator::Id("claims-file")).await?.send_keys(&file.display().to_string()).await?;
    page.find(Locator::Css("#claims-upload button")).await?.send_keys(ENTER).await?;
    let found = see(page, ".faults").await?;
    ensure!(found.contains("点数の合計が合計点数と合いません"), "{found}");
    browser.screenshot(pictures.join("claims-2-checked.png")).await?;
    // The cursor stands on the button that sends.
    press_enter(page).await?;
    let unmatched = see(page, "#unmatched").await?;
    ensure!(unmatched.contains("該当者なし") && unmatched.contains("no_such_card"), "{unmatched}");
    for group in ["#set_aside", "#repeated", "#accepted"] {
        see(page, group).await?;
    }
    browser.screenshot(pictures.join("claims-3-outcomes.png")).await?;
    let table: serde_json::Value = page
        .execute_async(
            "const done = arguments[0]; fetch(document.querySelector('a[href$=\".csv\"]').href).then((a) => a.text()).then(done)",
            Vec::new(),
        )
        .await?;
    let table = table.as_str().context("no text")?;
    ensure!(table.lines().count() == 5 && table.contains("no_such_card"), "{table}");

    page.execute("document.querySelector('#accepted').open = true", Vec::new()).await?;
    page.find(Locator::Css("#accepted form button")).await?.click().await?;
    see(page, ".narrow button.main").await?;
    browser.screenshot(pictures.join("claims-4-sure.png")).await?;
    page.find(Locator::Css(".narrow button.main")).await?.click().await?;
    see(page, ".claim-files").await?;
    for _ in 0..100 {
        page.find(Locator::Css("nav a[href='/claims']")).await?.click().await?;
        if see(page, "#workspace").await?.contains("取下げ済み") {
            browser.screenshot(pictures.join("claims-5-list.png")).await?;
            ensure!(!page.source().await?.contains('●'), "a black circle is on the page");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the claim was not taken back")
}
