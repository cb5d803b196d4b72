//! 資格確認書 with a code, from the operator's command to the print: every page is drawn by a real browser as a printer of 300
//! dots an inch or a phone would, and another program (zbarimg) reads the very text from it.

use crate::stack::{CenterProcess, output, tashika};
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use trust::{CredentialKey, personal_certificate};

/// Somebody of the nation whose check is simply valid with the usual share.
fn somebody(center: &CenterProcess) -> Result<Vec<String>> {
    let case = center.cases()?.into_iter().find(|case| {
        case.verdict == "valid"
            && case.share.contains("30")
            && case.hint.is_empty()
            && case.insurer_number.trim().len() == 8
    });
    let case = case.context("nobody is insured")?;
    let mut words = vec!["--insurer".to_owned(), case.insurer_number.trim().to_owned()];
    words.extend(["--number".to_owned(), case.insured_identification_number.clone()]);
    for (name, value) in [("--symbol", &case.insured_card_symbol), ("--branch", &case.insured_branch_number)] {
        if !value.is_empty() {
            words.extend([name.to_owned(), value.clone()]);
        }
    }
    words.extend(["--birthdate".to_owned(), case.birthdate.clone()]);
    Ok(words)
}

/// A picture of a page; lengths in CSS pixels.
fn picture(page: &Path, (width, height): (u32, u32), dots: f64) -> Result<PathBuf> {
    let png = page.with_extension("png");
    let profile = tempfile::tempdir()?;
    let mut chromium = Command::new("chromium");
    chromium.env("HOME", profile.path()).env("XDG_CONFIG_HOME", profile.path());
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]);
    chromium.arg(format!("--user-data-dir={}", profile.path().display()));
    chromium.arg(format!("--window-size={width},{height}")).arg(format!("--force-device-scale-factor={dots}"));
    chromium.arg(format!("--screenshot={}", png.display())).arg(format!("file://{}", page.display()));
    output(&mut chromium).context("apt-get install chromium")?;
    Ok(png)
}

fn text_in(png: &Path) -> Result<String> {
    let mut zbarimg = Command::new("zbarimg");
    zbarimg.args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]).arg(png);
    Ok(output(&mut zbarimg).context("apt-get install zbar-tools")?.trim_end_matches('\n').to_owned())
}

#[test]
fn a_certificate_is_read_from_its_prints_by_another_program_and_taken_back() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let data = center.data();
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    let issue = |paper: &str| -> Result<(String, String)> {
        let mut command = tashika(&["personal-certificate", "issue", "--paper", paper, "--limit", "--data"]);
        command.arg(&data).args(somebody(&center)?).arg("--text").arg(file(&format!("{paper}.txt")));
        command
            .arg("--html")
            .arg(file(&format!("{paper}.html")))
            .arg("--phone")
            .arg(file(&format!("{paper}-phone.html")));
        let said = output(&mut command)?;
        let place = said.lines().find_map(|line| line.split_once("taking it back: ")).context("no place was named")?.1;
        Ok((std::fs::read_to_string(file(&format!("{paper}.txt")))?, place.trim().to_owned()))
    };
    let (a6, _) = issue("a6")?;
    let (card, place) = issue("card")?;
    let screenshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&screenshots)?;
    for (name, text, size, dots) in [
        ("a6", &a6, (397, 560), 3.125),
        ("a6", &a6, (397, 560), 1.5),
        ("card", &card, (324, 205), 3.125),
        ("card-phone", &card, (390, 844), 2.0),
    ] {
        let png = picture(&file(&format!("{name}.html")), size, dots)?;
        std::fs::copy(&png, screenshots.join(format!("certificate-{name}.png")))?;
        ensure!(text_in(&png)? == *text, "{name} at {dots}: another text");
    }
    let key = CredentialKey::from_pem(&std::fs::read_to_string(data.join("certs/credential.pub.pem"))?)?;
    let keys = [key];
    let certificate = personal_certificate::read(&card, &keys)?;
    ensure!(format!("{}-{}", certificate.place.prefecture(), certificate.place.index()) == place, "another place");

    let revoke = || output(tashika(&["personal-certificate", "revoke", &place, "--data"]).arg(&data));
    ensure!(revoke()?.contains("taken back, in the next"), "it was not taken back");
    ensure!(revoke()?.contains("was taken back before"), "it is taken back once");
    let mut list = tashika(&["personal-certificate", "list", "--data"]);
    let mut numbers = somebody(&center)?;
    numbers.truncate(numbers.len() - 2);
    let said = output(list.arg(&data).args(numbers))?;
    ensure!(said.contains(&place) && said.contains("taken back") && said.contains("given out"), "{said}");
    output(tashika(&["status-list", "publish", "--data"]).arg(&data))?;
    Ok(())
}
