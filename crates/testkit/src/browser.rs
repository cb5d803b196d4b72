//! Debian's Chromium, driven over WebDriver.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Process;

const DRIVER: &str = "chromedriver";
const DRIVER_READY: &str = "started successfully on port ";
const DRIVER_START_MAX: Duration = Duration::from_secs(30);

/// Chromium is started without its sandbox because tests run as root in containers, and without everything that
/// would talk to the outside by itself.
const CHROMIUM_FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--lang=ja",
];

/// A browser window with a fresh profile. Dropping it ends driver and browser.
///
/// ```no_run
/// # async fn example() -> anyhow::Result<()> {
/// let browser = testkit::Browser::start().await?;
/// browser.client().goto("http://127.0.0.1:8080/").await?;
/// browser.screenshot("target/screenshots/desk.png").await?;
/// browser.close().await
/// # }
/// ```
pub struct Browser {
    client: Client,
    driver: Process,
    profile: TempDir,
}

impl Browser {
    /// Starts chromedriver on a port of its own choice and opens one window of 1280 × 960.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// The same with a camera that shows this film (YUV4MPEG2) over and over, and the permission to use it.
    pub async fn start_with_camera(film: &Path) -> Result<Self> {
        Self::start_with(&[
            "--use-fake-device-for-media-stream".to_owned(),
            "--use-fake-ui-for-media-stream".to_owned(),
            format!("--use-file-for-fake-video-capture={}", film.display()),
        ])
        .await
    }

    async fn start_with(flags: &[String]) -> Result<Self> {
        let profile = tempfile::Builder::new().prefix("tashika-browser-").tempdir()?;
        let mut command = Command::new(DRIVER);
        // A home of its own: whatever Chromium writes beside the profile goes away with it.
        command.arg("--port=0").env("HOME", profile.path()).env("XDG_CONFIG_HOME", profile.path());
        let driver = Process::start(command, DRIVER_READY, DRIVER_START_MAX)
            .context("chromedriver does not start: apt-get install chromium chromium-driver")?;
        let port = driver_port(&driver)?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(profile.path(), flags))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("Chromium does not start")?;
        client.set_window_size(1280, 960).await?;
        Ok(Self { client, driver, profile })
    }

    /// The WebDriver client: `goto`, `find`, `wait`, …
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Folder of the profile; downloads and crash reports land below it.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// Writes a picture of the page as PNG, making the folders it needs, and gives its full path.
    pub async fn screenshot(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let path = std::path::absolute(path.as_ref())?;
        let picture = self.client.screenshot().await?;
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        tokio::fs::write(&path, picture).await?;
        Ok(path)
    }

    /// Closes the window politely, so that a fault in ending shows in the test. Dropping works as well.
    pub async fn close(self) -> Result<()> {
        self.client.clone().close().await?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.kill();
        // A driver that is killed leaves its browser behind. All processes of the browser, and no others in the world,
        // carry the path of our profile on their command line.
        kill_processes_naming(self.profile.path());
    }
}

/// Kills every process whose command line contains the path.
fn kill_processes_naming(path: &Path) {
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().filter(|name| name.parse::<u32>().is_ok()).map(str::to_owned) else {
            continue;
        };
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).contains(&*path.to_string_lossy()) {
            let _ = Command::new("/bin/sh").args(["-c", "kill -9 \"$1\" 2>/dev/null", "kill", &id]).status();
        }
    }
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser")
            .field("driver", &self.driver.id())
            .field("profile", &self.profile.path())
            .finish_non_exhaustive()
    }
}

fn driver_port(driver: &Process) -> Result<u16> {
    let line = driver.line_with(DRIVER_READY).context("the driver named its port")?;
    let (_, number) = line.split_once(DRIVER_READY).context("the driver named its port")?;
    Ok(number.trim_end_matches('.').parse()?)
}

fn capabilities(profile: &Path, flags: &[String]) -> serde_json::Map<String, Value> {
    let mut arguments: Vec<String> = CHROMIUM_FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
    arguments.extend_from_slice(flags);
    arguments.push(format!("--user-data-dir={}", profile.join("profile").display()));
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
    capabilities
}
