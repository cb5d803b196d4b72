//! The records page as a doctor sees it on a screen of 1366 × 768, by keyboard and on paper: a real Chromium at a page of
//! the sample patient. Pictures lie in `target/screenshots/` afterwards.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use fantoccini::key::Key;
use fantoccini::wd::PrintConfiguration;
use fantoccini::{Client, Locator};
use serde_json::Value;
use testkit::Browser;

use super::records::{answer, page, write_for_eyes};

/// Runs a script that gives a value.
async fn ask(client: &Client, script: &str) -> Value {
    client.execute(&format!("return {script};"), Vec::new()).await.unwrap()
}

/// Keys go to what holds the cursor.
async fn press(client: &Client, key: Key) {
    client.active_element().await.unwrap().send_keys(&char::from(key).to_string()).await.unwrap();
}

/// The page as it is printed, as poppler reads it, without spaces and breaks.
async fn on_paper(client: &Client, picture: &Path) -> String {
    let pdf = client.print(PrintConfiguration::default()).await.unwrap();
    std::fs::write(picture, &pdf).unwrap();
    let mut reader = Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils");
    let mut into = reader.stdin.take().unwrap();
    let writing = std::thread::spawn(move || into.write_all(&pdf));
    let read = reader.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    String::from_utf8(read.stdout).unwrap().chars().filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_findings_stand_on_the_first_screen_and_every_bar_can_be_reached_by_keyboard() {
    let path = write_for_eyes("records-screen", &page(answer(["consented"; 4])));
    let browser = Browser::start().await.unwrap();
    let client = browser.client();
    client.set_window_size(1366, 768).await.unwrap();
    client.goto(&format!("file://{}", path.display())).await.unwrap();
    browser.screenshot(path.with_extension("png")).await.unwrap();

    findings_fit(client).await;
    bars_stand_apart(client).await;
    let bar = bars_by_keyboard(client).await;
    filter_leaves_one_institution(client, &bar).await;
    browser.screenshot(path.with_file_name("records-filtered.png")).await.unwrap();

    let paper = on_paper(client, &path.with_extension("pdf")).await;
    for told in ["腎機能をさらに悪くする", "培養の結果"] {
        assert!(paper.contains(told), "what is folded up on the screen is not on paper: {told} in {paper}");
    }
    browser.close().await.unwrap();
}

/// One line each, the gravest open, and the fifth ends above the edge of the window.
async fn findings_fit(client: &Client) {
    let edges = "[...document.querySelectorAll('.finding')].map(f => [f.getBoundingClientRect().bottom, \
                 f.querySelector('summary').getBoundingClientRect().height, f.open, innerHeight])";
    let edges = ask(client, edges).await;
    let findings = edges.as_array().unwrap();
    assert!(findings.len() >= 6, "{edges}");
    for (at, finding) in findings.iter().enumerate() {
        assert!(at > 4 || finding[0].as_f64() <= finding[3].as_f64(), "finding {at} is below the screen: {edges}");
        assert!(finding[1].as_f64() < Some(40.0), "finding {at} takes more than a line: {edges}");
        assert_eq!(finding[2].as_bool(), Some(at == 0), "{edges}");
    }
    ask(client, "document.querySelectorAll('.finding summary')[1].focus()").await;
    press(client, Key::Enter).await;
    assert_eq!(ask(client, "document.querySelectorAll('.finding')[1].open").await, Value::Bool(true));
    press(client, Key::Enter).await;
}

/// No bar of one institution lies over a bar of another.
async fn bars_stand_apart(client: &Client) {
    let hidden = "[...document.querySelectorAll('g.drug')].flatMap(row => { \
                  const bars = [...row.querySelectorAll('rect.bar')].map(bar => [bar.dataset.institution, bar.getBBox()]); \
                  return bars.flatMap(([who, a]) => bars.filter(([other, b]) => who !== other && a.x < b.x + b.width && \
                  b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)); }).length";
    assert_eq!(ask(client, hidden).await, Value::from(0), "bars lie over each other");
    let lanes = ask(client, "[...document.querySelectorAll('text.lane')].map(lane => lane.firstChild.data)").await;
    assert_eq!(lanes, serde_json::json!(["しんりょう内科", "みなと整形外科"]));
}

/// One stop of Tab, then arrows: each bar tells its drug and who gave it. Gives what the last one told.
async fn bars_by_keyboard(client: &Client) -> String {
    assert_eq!(ask(client, "document.querySelectorAll('rect.bar[tabindex=\"0\"]').length").await, Value::from(1));
    ask(client, "document.querySelector('rect.bar[tabindex=\"0\"]').focus()").await;
    let mut told = Vec::new();
    for key in [Key::Left, Key::Left, Key::Down, Key::Up] {
        press(client, key).await;
        told.push(client.find(Locator::Id("bar-told")).await.unwrap().text().await.unwrap());
    }
    assert!(told[..2].iter().any(|told| told.contains("みなと整形外科")), "{told:?}");
    assert!(told[..2].iter().any(|told| told.contains("しんりょう内科")), "{told:?}");
    assert!(!told[2].contains("アムロジピン") && told[3].contains("アムロジピン"), "{told:?}");
    told.swap_remove(3)
}

async fn filter_leaves_one_institution(client: &Client, bar: &str) {
    assert!(!bar.is_empty());
    let choose = "(() => { const by = document.getElementById('by-institution'); by.value = '1310000020'; \
                  by.dispatchEvent(new Event('change')); \
                  return [...document.querySelectorAll('g.drug:not(.dim) rect.bar:not(.dim)')].map(bar => bar.dataset.institution); })()";
    let left = ask(client, choose).await;
    let left = left.as_array().unwrap();
    assert!(!left.is_empty() && left.iter().all(|code| code == "1310000020"), "{left:?}");
}
