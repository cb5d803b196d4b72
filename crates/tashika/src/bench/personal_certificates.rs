//! Codes of 資格確認書: how many one core verifies, parses, looks up in the whole country's list, and decides about.

use crate::check::private::World;
use anyhow::{Context as _, Result, ensure};
use domain::offline::ListSays;
use domain::personal_certificate::{Standing, Terms, standing};
use domain::{Coverage, PersonalCertificate, Prefecture, StatusIndex, date};
use jiff::{Span, Timestamp};
use std::path::Path;
use std::time::Duration;
use trust::{CredentialSigner, ListName, PrivateKey, StatusList, personal_certificate};

/// Different codes, so that nothing is found in a cache that a window would not have.
const CODES: u32 = 2_000;
/// How long is measured.
const TIME: Duration = Duration::from_secs(2);

/// How many a second.
pub fn verified_per_s(center: &Path, list: &[u8], world: &World) -> Result<f64> {
    let pem = std::fs::read_to_string(center.join("keys/credential.key.pem")).context("the center's key")?;
    let signer = CredentialSigner::new(&PrivateKey::from_pem(&pem)?)?;
    let keys = [signer.public_key().clone()];
    let now = world.clock.now();
    let list = StatusList::read(list, &keys, ListName::Whole, now, None)?;
    let today = date::in_japan(now).date();
    let codes = (0..CODES).map(|number| code(&signer, number, now)).collect::<Result<Vec<_>>>()?;
    let begun = world.clock.monotonic();
    let mut done = 0_u32;
    let mut valid = 0_u32;
    while world.since(begun) < TIME {
        for code in &codes {
            let certificate = personal_certificate::read(code, &keys)?;
            let says = list.status(certificate.place);
            let listed = says.map(|status| ListSays { status, as_of: date::in_japan(list.times().issued_at) });
            let stands = matches!(standing(&certificate, today, listed), Standing::ValidAsOf(_));
            valid += u32::from(stands);
            done += 1;
        }
    }
    ensure!(valid > 0, "no certificate stands in the list");
    Ok(f64::from(done) / world.since(begun).as_secs_f64())
}

fn code(signer: &CredentialSigner, number: u32, now: Timestamp) -> Result<String> {
    let coverage: Coverage = serde_json::from_value(serde_json::json!({
        "InsurerNumber": "06139463", "InsurerName": "試験健康保険組合", "InsuredCardSymbol": "12-34",
        "InsuredIdentificationNumber": number.to_string(), "InsuredBranchNumber": "01",
        "InsuredCardClassification": "01", "QualificationDate": "20200401",
        "Person": { "Name": "試験　太郎", "NameKana": "シケン　タロウ", "Sex1": "1", "Birthdate": "19800401" },
    }))?;
    let today = date::in_japan(now).date();
    let terms = Terms {
        issued_at: Timestamp::from_second(now.as_second())?,
        valid_from: today,
        valid_until: today.saturating_add(Span::new().days(364)),
        place: StatusIndex::new(Prefecture::of(&coverage.insurer_number), number * 1_000),
        with_limit: false,
    };
    Ok(personal_certificate::issue(signer, &PersonalCertificate::of(&coverage, terms)?)?.text)
}
