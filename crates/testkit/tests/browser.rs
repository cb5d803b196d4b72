//! Proves that a browser starts with a fresh profile, renders Japanese text, takes a picture, and leaves nothing behind.
//! Works on Debian's Chromium and chromedriver.

use std::time::Duration;

use testkit::Browser;

#[tokio::test]
async fn a_page_is_rendered_and_pictured() {
    let browser = Browser::start().await.expect("starts");
    let profile = browser.profile().to_owned();
    browser.client().goto("data:text/html;charset=utf-8,<title>確か</title><h1>資格確認</h1>").await.expect("opens");
    assert_eq!(browser.client().title().await.expect("reads"), "確か");
    let folder = tempfile::tempdir().expect("temporary folder");
    let picture = browser.screenshot(folder.path().join("a/page.png")).await.expect("pictures");
    assert!(std::fs::read(picture).expect("reads").starts_with(b"\x89PNG"));
    browser.close().await.expect("closes");
    assert!(!profile.exists());
}

#[tokio::test]
async fn a_dropped_browser_leaves_no_process_and_no_profile() {
    let browser = Browser::start().await.expect("starts");
    let profile = browser.profile().to_owned();
    let still_running = || {
        let processes = std::fs::read_dir("/proc").expect("proc").flatten();
        let lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
        lines.filter(|line| String::from_utf8_lossy(line).contains(&*profile.to_string_lossy())).count()
    };
    assert!(still_running() > 1);
    drop(browser);
    // A process that was killed is gone a moment later, on a busy machine a long one.
    for _ in 0..200 {
        if still_running() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(still_running(), 0);
    assert!(!profile.exists());
}
