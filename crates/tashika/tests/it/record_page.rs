//! Proves the way from a year of claims to a doctor's screen: a nation's claims are loaded by command, a patient is checked
//! at the desk and asked by staff, one click opens the record, and what the nation knows to be dangerous stands on top. A
//! patient who allows nothing shows nothing. A real Chromium at the real page. Beside it a receipt computer asks for the same
//! through the folders, and gets what the page shows or the same reason; and so does chart software in FHIR.

use crate::browser::{WAIT, sign_in};
use crate::chart_software::ChartSoftware;
use crate::record_files;
use crate::stack::{CenterProcess, TerminalProcess, output, tashika};
use anyhow::{Context as _, Result, ensure};
use fantoccini::{Client, Locator};
use nation::files;
use std::path::Path;
use tashika::check::truth::{Row, files_below, rows};
use testkit::Browser;

/// Loads the synthetic master, the claims and checkups of five years into a center that does not know them yet.
fn load_claims(center: &CenterProcess, records: &Path) -> Result<()> {
    output(tashika(&["master", "load", "--synthetic", "--data"]).arg(center.data()))?;
    let claims = files_below(&records.join(files::CLAIM_FILES))?;
    ensure!(!claims.is_empty(), "the nation wrote no claims");
    output(tashika(&["center", "claims", "import"]).args(claims).arg("--data").arg(center.data()))?;
    let checkups = files_below(&records.join(files::CHECKUP_FILES))?;
    output(tashika(&["center", "checkups", "import"]).args(checkups).arg("--data").arg(center.data()))?;
    Ok(())
}

/// Somebody of whom the nation knows an interaction that lasts to the end, and the card that is in force.
fn somebody_in_danger(nation: &Path) -> Result<(Row, Row)> {
    let mut dangers = rows(&nation.join(files::RECORDS).join(files::DANGERS))?;
    dangers.retain(|row| row["Danger"] == "interaction");
    dangers.sort_by(|a, b| b["LastDay"].cmp(&a["LastDay"]));
    let feed = rows(&nation.join(files::INSURER_FEED))?;
    for danger in dangers {
        let mut cards = feed.iter().filter(|row| row["PersonalNumber"] == danger["PersonalNumber"]);
        if let (Some(card), None) = (cards.next(), cards.next())
            && card["DisqualificationDate"].is_empty()
            && card["InsurerNumber"].len() == 8
        {
            return Ok((danger, card.clone()));
        }
    }
    anyhow::bail!("nobody in this nation is in danger")
}

/// Types the card of somebody, ticks what they were asked and allow, and checks.
async fn check(page: &Client, card: &Row, allowed: &[&str]) -> Result<()> {
    page.goto(page.current_url().await?.join("/")?.as_ref()).await?;
    for id in ["InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber", "Birthdate"]
    {
        let field = page.wait().at_most(WAIT).for_element(Locator::Id(id)).await?;
        field.clear().await?;
        field.send_keys(&card[id]).await?;
    }
    page.execute("document.querySelectorAll('details').forEach(d => d.open = true)", Vec::new()).await?;
    for name in ["asked"].iter().chain(allowed) {
        page.find(Locator::Css(&format!("input[name='{name}']"))).await?.click().await?;
    }
    page.find(Locator::Css("form[action='/check'] button[type=submit]")).await?.click().await?;
    page.wait().at_most(WAIT).for_element(Locator::Css(".told .answer .record")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_opens_the_record_with_what_is_dangerous_and_no_consent_shows_none() -> Result<()> {
    let mut center = CenterProcess::start(None)?;
    let nation = center.folder.path().join("nation-with-records");
    let words = ["nation", "--people", "300", "--seed", "7", "--claims-months", "60", "--checkup-years", "5", "--out"];
    output(tashika(&words).arg(&nation))?;
    load_claims(&center, &nation.join(files::RECORDS))?;
    // The masters are read when a center starts.
    center.process.kill();
    center.again()?;
    let (danger, card) = somebody_in_danger(&nation)?;
    let (institution, _) = center.cases_of_one()?;
    let mut terminal = center.terminal(&institution)?;
    let browser = Browser::start().await?;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    let asking = Asking { terminal: &terminal, institution: &institution, nation: &nation };
    let walked = walk(&browser, &asking, &danger, &card, &pictures).await;
    if walked.is_err() {
        browser.screenshot(pictures.join("records-failed.png")).await?;
    }
    walked?;
    browser.close().await?;
    center.again_at("+25h")?;
    terminal.again_at("+25h")?;
    record_files::nothing_when_the_consent_has_run_out(&terminal, &institution, &card)
}

/// What the browser measured of a page, in milliseconds from the click on.
struct Painted {
    /// The last byte has come.
    answered: f64,
    /// The first content stands there, with it the findings: they are in the page, not fetched by it.
    content: f64,
}

impl Painted {
    async fn of(page: &Client) -> Result<Self> {
        let look = "const done = arguments[0]; const look = () => { \
                    const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
                    const [way] = performance.getEntriesByType('navigation'); \
                    if (paint && way.responseEnd && document.querySelector('.finding')) \
                    done([way.responseEnd, paint.startTime]); else setTimeout(look, 5); }; look();";
        let [answered, content]: [f64; 2] = serde_json::from_value(page.execute_async(look, Vec::new()).await?)?;
        Ok(Self { answered, content })
    }
}

/// Goes back and opens the record again by its link, and prints what it took: this machine may be busy, so nothing is judged.
#[expect(clippy::print_stdout, reason = "what was measured is printed and not judged")]
async fn again_and_again(page: &Client, first: Painted) -> Result<()> {
    let mut warm = Vec::new();
    for _ in 0..9 {
        page.find(Locator::Css(".back a")).await?.click().await?;
        page.wait().at_most(WAIT).for_element(Locator::Css("a[href$='/records']")).await?.click().await?;
        page.wait().at_most(WAIT).for_element(Locator::Css(".timeline svg")).await?;
        warm.push(Painted::of(page).await?);
    }
    warm.sort_by(|a, b| a.content.total_cmp(&b.content));
    let (half, last) = (&warm[warm.len() / 2], &warm[warm.len() - 1]);
    println!(
        "figure: a record of five years, click to first content: {:.0} ms for the first after both servers started \
         (answered after {:.0}), then {:.0} ms half of the time (answered after {:.0}), {:.0} ms at most",
        first.content, first.answered, half.content, half.answered, last.content
    );
    Ok(())
}

/// Where is asked, and what is true.
struct Asking<'a> {
    terminal: &'a TerminalProcess,
    institution: &'a str,
    nation: &'a Path,
}

async fn walk(browser: &Browser, asking: &Asking<'_>, danger: &Row, card: &Row, pictures: &Path) -> Result<()> {
    let page = browser.client();
    page.set_window_size(1366, 768).await?;
    sign_in(page, asking.terminal).await.context("signing in")?;

    check(page, card, &["diagnosis"]).await.context("a patient who allows diagnoses only")?;
    page.find(Locator::Css("a[href$='/records']")).await?.click().await?;
    page.wait().at_most(WAIT).for_element(Locator::Css(".findings")).await?;
    let told = page.find(Locator::Css("main")).await?.text().await?;
    ensure!(told.contains("患者さんが同意していないため"), "{told}");
    ensure!(page.find(Locator::Css(".finding")).await.is_err(), "a danger is shown that nobody allowed to be seen");
    browser.screenshot(pictures.join("records-withheld.png")).await?;
    record_files::nothing_without_consent(asking.terminal, asking.institution, card)?;

    check(page, card, &["drugs", "diagnosis", "surgery", "checkups"]).await.context("a patient who allows all")?;
    page.find(Locator::Css("a[href$='/records']")).await.context("one click")?.click().await?;
    page.wait().at_most(WAIT).for_element(Locator::Css(".timeline svg")).await.context("the bars")?;
    let first = Painted::of(page).await?;
    browser.screenshot(pictures.join("records.png")).await?;
    let findings = page.find(Locator::Css(".findings")).await?.text().await?;
    ensure!(findings.contains("相互作用"), "{danger:?} is not told: {findings}");
    let all = page.find(Locator::Css("main")).await?.text().await?;
    ensure!(!all.contains('●') && all.contains("証明番号"), "{all}");
    let saved = "const done = arguments[0]; fetch(document.getElementById('pdf').href).then(async r => done([r.status, \
                 r.headers.get('content-type'), new TextDecoder('latin1').decode((await r.arrayBuffer()).slice(0, 5))].join(' ')))";
    let saved = page.execute_async(saved, Vec::new()).await?;
    ensure!(saved.as_str() == Some("200 application/pdf %PDF-"), "{saved}");
    again_and_again(page, first).await.context("opened again")?;
    record_files::the_record_is_the_true_one(asking.terminal, asking.institution, card, asking.nation)?;

    let chart = ChartSoftware::of(page, asking.terminal).await.context("a program with a token")?;
    let seen = chart.sees_the_truth(card, asking.nation)?;
    check(page, card, &[]).await.context("a patient who takes it back")?;
    chart.sees_nothing(card, &seen)?;
    chart.is_disabled(page).await?;
    check(page, card, &["drugs", "checkups"]).await.context("a patient who allows some again")
}
