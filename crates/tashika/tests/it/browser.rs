//! Proves the desk page as the receptionist uses it: sign in, type a card by keyboard alone, read the answer, misread a
//! digit and be told which field to look at, find both in today's list. A real Chromium at the real page.

use crate::stack::{CenterProcess, TerminalProcess};
use anyhow::{Context as _, Result, ensure};
use fantoccini::{Client, Locator};
use nation::{Case, files};
use std::path::Path;
use std::time::Duration;
use testkit::Browser;

/// Enter, as WebDriver writes it.
const ENTER: &str = "\u{E007}";
/// Longest wait for a page.
pub const WAIT: Duration = Duration::from_secs(20);

/// Signs in as the terminal's first user.
pub async fn sign_in(page: &Client, terminal: &TerminalProcess) -> Result<()> {
    page.goto(&terminal.desk_url).await?;
    page.wait().at_most(WAIT).for_element(Locator::Id("name")).await?.send_keys(&terminal.login.0).await?;
    let password = page.find(Locator::Id("password")).await?;
    password.send_keys(&format!("{}{ENTER}", terminal.login.1)).await?;
    page.wait().at_most(WAIT).for_element(Locator::Id("InsurerNumber")).await?;
    Ok(())
}

/// Types a card and presses Enter; gives the words of the answer.
async fn check(page: &Client, case: &Case) -> Result<String> {
    page.goto(page.current_url().await?.join("/")?.as_ref()).await?;
    for (id, text) in [
        ("InsurerNumber", &case.insurer_number),
        ("InsuredCardSymbol", &case.insured_card_symbol),
        ("InsuredIdentificationNumber", &case.insured_identification_number),
        ("InsuredBranchNumber", &case.insured_branch_number),
        ("Birthdate", &case.birthdate),
    ] {
        let field = page.wait().at_most(WAIT).for_element(Locator::Id(id)).await?;
        field.clear().await?;
        field.send_keys(text).await?;
    }
    page.find(Locator::Id("Birthdate")).await?.send_keys(ENTER).await?;
    let answer = page.wait().at_most(WAIT).for_element(Locator::Css(".told .answer")).await?;
    Ok(answer.text().await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receptionist_signs_in_checks_a_patient_and_is_told_of_the_misread_digit() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let visits = files::read_visits(&center.folder.path().join("nation"))?;
    let visit =
        |name: &str| visits.iter().find(|v| v.name == name).with_context(|| format!("no visit is named {name}"));
    let (valid, misread) = (&visit("valid")?.case, &visit("misread_digit")?.case);
    let terminal = center.terminal(&valid.medical_institution_code)?;
    let browser = Browser::start().await?;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    let walked = walk(&browser, &terminal, valid, misread, &pictures).await;
    if walked.is_err() {
        browser.screenshot(pictures.join("desk-failed.png")).await?;
    }
    walked?;
    browser.close().await
}

async fn walk(
    browser: &Browser,
    terminal: &TerminalProcess,
    valid: &Case,
    misread: &Case,
    pictures: &Path,
) -> Result<()> {
    let page = browser.client();
    page.set_window_size(1366, 768).await?;
    sign_in(page, terminal).await.context("signing in")?;
    let told = check(page, valid).await.context("a valid card")?;
    browser.screenshot(pictures.join("desk-valid.png")).await?;
    ensure!(told.contains("有効") && told.contains("3割"), "{told}");
    let told = check(page, misread).await.context("a misread card")?;
    browser.screenshot(pictures.join("desk-misread.png")).await?;
    ensure!(told.contains("資格なし"), "{told}");
    let all = page.find(Locator::Css("body")).await?.text().await?;
    ensure!(all.contains("番号の数字が一つちがうか"), "{all}");
    let marked = page.find(Locator::Css("#InsuredIdentificationNumber[aria-invalid=true]")).await;
    ensure!(marked.is_ok(), "the field with the misread digit is not marked");
    page.find(Locator::Css("nav a[href=\"/today\"]")).await?.click().await?;
    page.wait().at_most(WAIT).for_element(Locator::Css("table")).await.context("today's list")?;
    browser.screenshot(pictures.join("desk-today.png")).await?;
    let list = page.find(Locator::Css("table")).await?.text().await?;
    ensure!(list.contains("有効") && list.contains("資格なし"), "{list}");
    ensure!(!page.source().await?.contains('●'), "a black circle is on the page");
    Ok(())
}
