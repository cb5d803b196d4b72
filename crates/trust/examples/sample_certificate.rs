//! Writes a personal certificate, the list that it has its place in, and the key of both into a folder, for verifiers in
//! other languages (`crates/trust/tests/interop/`):
//!
//! ```text
//! cargo run -p trust --example sample_certificate -- FOLDER
//! ```
//!
//! makes `FOLDER/certificate.txt`, `FOLDER/status_list.cwt` and `FOLDER/credential_key.pem`.

use std::path::PathBuf;

use domain::personal_certificate::Terms;
use domain::{Coverage, PersonalCertificate, Prefecture, Status, StatusIndex, date};
use jiff::{SignedDuration, Timestamp};
use trust::status_list::{self, Places, Times};
use trust::{CredentialSigner, PrivateKey, personal_certificate};

/// Somebody of 74 years, with everything that a certificate may tell.
const COVERAGE: &str = r#"{
    "InsurerNumber": "06139463", "InsurerName": "試験健康保険組合", "InsuredCardSymbol": "１２－３４",
    "InsuredIdentificationNumber": "0004260", "InsuredBranchNumber": "01", "InsuredCardClassification": "01",
    "PersonalFamilyClassification": "2", "QualificationDate": "20200401",
    "Person": { "Name": "渡邉󠄂　葛󠄀葉", "NameKana": "ワタナベ　クズハ", "Sex1": "2", "Birthdate": "19520505" },
    "ElderlyRecipientCertificates": [{ "Ratio": { "Percent": 20, "Start": "20260801", "End": "20270731" } }]
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("usage: sample_certificate FOLDER")?.into();
    std::fs::create_dir_all(&folder)?;
    let signer = CredentialSigner::new(&PrivateKey::generate()?)?;
    let coverage: Coverage = serde_json::from_str(COVERAGE)?;
    let tokyo = Prefecture::of(&coverage.insurer_number);
    let issued_at: Timestamp = "2026-11-22T09:30:00+09:00".parse()?;
    let terms = Terms {
        issued_at,
        valid_from: date::parse("20261122")?,
        valid_until: date::parse("20271121")?,
        place: StatusIndex::new(tokyo, 40_312),
        with_limit: false,
    };
    let issued = personal_certificate::issue(&signer, &PersonalCertificate::of(&coverage, terms)?)?;
    let mut places = Places::new(65_536);
    places.set(40_311, Status::Invalid);
    let expires_at = issued_at + SignedDuration::from_hours(72);
    let list = status_list::sign(&signer, tokyo, &places, Times { issued_at, expires_at, ttl_s: 3_600 })?;
    std::fs::write(folder.join("certificate.txt"), issued.text)?;
    std::fs::write(folder.join("status_list.cwt"), list)?;
    std::fs::write(folder.join("credential_key.pem"), signer.public_key().to_pem())?;
    Ok(())
}
