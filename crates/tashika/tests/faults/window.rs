//! The desk page of a running terminal as a receptionist uses it, by curl: signed in once, one form after another.

use anyhow::{Context as _, Result};
use nation::Case;
use std::process::Command;
use std::time::Duration;

use crate::stack::{TerminalProcess, output};

/// What came back for one form.
pub struct Told {
    /// The page.
    pub page: String,
    /// From sending to the end of the page.
    pub took: Duration,
}

impl Told {
    /// Answered by the center just now.
    pub fn is_live(&self) -> bool {
        self.page.contains("いま確認")
    }

    /// Told from a kept answer.
    pub fn is_kept(&self) -> bool {
        self.page.contains("日の控え")
    }

    /// Nothing could be told.
    pub fn is_untold(&self) -> bool {
        self.page.contains("判定できません")
    }
}

/// A receptionist.
pub struct Window<'a> {
    curl: &'a (dyn Fn() -> Command + Sync),
    url: String,
    jar: std::path::PathBuf,
}

impl<'a> Window<'a> {
    /// Signs in. `curl` is how curl is run where the terminal is.
    pub fn open(terminal: &TerminalProcess, curl: &'a (dyn Fn() -> Command + Sync)) -> Result<Self> {
        let window = Self { curl, url: terminal.desk_url.clone(), jar: terminal.data().join("cookies-of-the-test") };
        let (name, password) = &terminal.login;
        let form = [format!("name={name}"), format!("password={password}")];
        output(
            window.curl().args(["--data-urlencode", &form[0], "--data-urlencode", &form[1]]).arg(window.at("/login")),
        )?;
        Ok(window)
    }

    fn curl(&self) -> Command {
        let mut curl = (self.curl)();
        curl.args(["--silent", "--show-error", "--fail", "--cookie"]).arg(&self.jar).arg("--cookie-jar").arg(&self.jar);
        curl.args(["--header", &format!("Origin: {}", self.url)]);
        curl
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A page.
    pub fn get(&self, path: &str) -> Result<String> {
        output(self.curl().arg(self.at(path)))
    }

    /// Asks about somebody by the form.
    pub fn ask(&self, case: &Case) -> Result<Told> {
        let page = self.get("/")?;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").context("a form")?;
        let token = rest.split('"').next().unwrap_or_default();
        let fields = [
            ("csrf", token),
            ("QualificationConfirmationDate", &case.qualification_confirmation_date),
            ("InsurerNumber", &case.insurer_number),
            ("InsuredCardSymbol", &case.insured_card_symbol),
            ("InsuredIdentificationNumber", &case.insured_identification_number),
            ("InsuredBranchNumber", &case.insured_branch_number),
            ("Birthdate", &case.birthdate),
        ];
        let mut curl = self.curl();
        for (name, value) in fields {
            curl.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        let said = output(curl.args(["--write-out", "\n%{time_total}"]).arg(self.at("/check")))?;
        let (page, seconds) = said.rsplit_once('\n').context("the time")?;
        Ok(Told { page: page.to_owned(), took: Duration::from_secs_f64(seconds.trim().parse()?) })
    }

    /// Waits until a page holds a text.
    pub fn wait_for(&self, path: &str, text: &str, looks_max: u32) -> Result<String> {
        let mut page = String::new();
        for _ in 0..looks_max {
            page = self.get(path)?;
            if page.contains(text) {
                return Ok(page);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("{path} does not say {text:?}:\n{page}")
    }
}
