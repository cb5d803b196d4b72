//! The kiosk's page as somebody at it: what is shown is read off the page, and buttons are pressed by sending its form.

use anyhow::{Context as _, Result, bail};
use kit::client::{Client, ClientOptions};
use kit::clock::SharedClock;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a screen is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody at the kiosk.
pub struct AtKiosk {
    address: SocketAddr,
    client: Client,
    clock: SharedClock,
}

/// A screen.
#[derive(Debug, Clone)]
pub struct Page {
    /// The page as it came.
    pub html: String,
    /// The stable word of the stage.
    pub stage: String,
    /// Number of the screen.
    pub version: u64,
    /// Number of the visit.
    pub visit: String,
    /// Number of the step.
    pub step: String,
    /// Code of what went wrong.
    pub fault: Option<String>,
    /// The verdict, at the end.
    pub verdict: Option<String>,
    /// What is to be paid, percent, at the end.
    pub percent: Option<u8>,
}

impl Page {
    fn read(html: String) -> Result<Self> {
        let of = |name: &str| attribute(&html, name).with_context(|| format!("the page has no {name}"));
        let step = between(&html, "name=\"step\" value=\"", "\"").context("the page has no step")?.to_owned();
        Ok(Self {
            stage: of("data-stage")?.to_owned(),
            version: of("data-version")?.parse()?,
            visit: of("data-visit")?.to_owned(),
            fault: attribute(&html, "data-code").map(str::to_owned),
            verdict: attribute(&html, "data-verdict").map(str::to_owned),
            percent: attribute(&html, "data-percent").and_then(|percent| percent.parse().ok()),
            step,
            html,
        })
    }

    /// Whether a button sends this word.
    pub fn offers(&self, act: &str) -> bool {
        self.html.contains(&format!("name=\"act\" value=\"{act}\""))
    }
}

fn attribute<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    between(html, &format!("{name}=\""), "\"")
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}

impl AtKiosk {
    /// At the kiosk at this address.
    pub fn new(address: SocketAddr, clock: &SharedClock) -> Result<Self> {
        let options = ClientOptions { plain_loopback: true, answer_time: PATIENCE * 2, ..ClientOptions::default() };
        let at = format!("http://{address}");
        let client = Client::builder(Arc::clone(clock)).base_urls([at.as_str()])?.options(options).build()?;
        Ok(Self { address, client, clock: Arc::clone(clock) })
    }

    /// What is shown now.
    pub async fn page(&self) -> Result<Page> {
        Page::read(String::from_utf8(self.client.get("/").await?.body.to_vec())?)
    }

    /// The first screen that is so; whoever waits too long is told what was shown instead.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Page) -> bool) -> Result<Page> {
        let begun = self.clock.monotonic();
        let mut page = self.page().await?;
        while !is_so(&page) {
            if self.clock.monotonic().saturating_sub(begun) > PATIENCE {
                bail!("waited for {what}; the kiosk shows {} {:?}", page.stage, page.fault);
            }
            let path = format!("/screen?seen={}", page.version);
            match tokio::time::timeout(PATIENCE, self.client.get(&path)).await {
                Ok(answer) => {
                    let answer = answer?;
                    if !answer.body.is_empty() {
                        page = Page::read(String::from_utf8(answer.body.to_vec())?)?;
                    }
                }
                Err(_) => bail!("waited for {what}; the kiosk shows {} {:?}", page.stage, page.fault),
            }
        }
        Ok(page)
    }

    /// The screen of this stage, as soon as it is there.
    pub async fn stage(&self, stage: &str) -> Result<Page> {
        self.until(stage, |page| page.stage == stage).await
    }

    /// The trouble with this code, as soon as it is told.
    pub async fn fault(&self, code: &str) -> Result<Page> {
        self.until(code, |page| page.fault.as_deref() == Some(code)).await
    }

    /// Presses a button on a page, with what was typed beside it.
    pub async fn press(&self, page: &Page, act: &str, typed: &[(&str, &str)]) -> Result<()> {
        let mut form = vec![("act", act), ("visit", &page.visit), ("step", &page.step)];
        form.extend(typed);
        let body: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        self.client.post("/act", "application/x-www-form-urlencoded", body.join("&")).await?;
        Ok(())
    }
}

impl AtKiosk {
    /// A picture of the camera, raw RGB, as the page's script sends it; the HTTP status.
    pub async fn frame(&self, page: &Page, width: usize, height: usize, rgb: &[u8]) -> Result<u16> {
        let mut stream = TcpStream::connect(self.address).await?;
        let head = format!(
            "POST /frame?width={width}&height={height} HTTP/1.1\r\nHost: {}\r\nX-Visit: {}\r\n\
             Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            page.visit,
            rgb.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(rgb).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer);
        text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("an HTTP status")
    }
}

/// Every byte that is no letter or digit, as `%41`.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
