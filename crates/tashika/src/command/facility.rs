//! `tashika facility …`

use crate::check::private::World;
use crate::cli::Facility as Say;
use crate::command::{open, print, tell_register};
use anyhow::{Context as _, Result};
use center::admin::facility::FacilityView;
use domain::MedicalInstitutionCode;
use std::fs::File;
use std::io::BufReader;
use trust::ca::RevocationReason;
use wire::feed::{Facility, FacilityKind};

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Add { code, name, center } => {
            let admin = open(&center, world).await?;
            let code = parse(&code)?;
            let facility = Facility {
                medical_institution_code: code,
                name: name.clone(),
                kind: kind_of(code),
                address: String::new(),
                post_number: String::new(),
            };
            let new = admin.facility_add(&facility).await?;
            admin.close().await;
            print(&format!(
                "{code} {name}: {}",
                if new { "登録しました / added" } else { "登録済みです / known already" }
            ))
        }
        Say::Import { file, center } => {
            let admin = open(&center, world).await?;
            let rows = File::open(&file).with_context(|| format!("{}", file.display()))?;
            let report = admin.facility_import(BufReader::new(rows)).await?;
            admin.close().await;
            tell_register(&report)
        }
        Say::Show { code, center } => {
            let admin = open(&center, world).await?;
            let view = admin.facility_show(parse(&code)?).await;
            admin.close().await;
            show(&view?)
        }
        Say::Enrol { code, center } => {
            let admin = open(&center, world).await?;
            let ticket = admin.facility_enrol(parse(&code)?).await?;
            admin.close().await;
            print(&format!(
                "{}\n  {} — {} まで有効、1回だけ使えます / once, until then",
                ticket.code, ticket.name, ticket.expires_at
            ))
        }
        Say::Revoke { code, center } => {
            let admin = open(&center, world).await?;
            let count = admin.facility_revoke(parse(&code)?, RevocationReason::Unspecified).await?;
            admin.close().await;
            print(&format!("{count} 枚の証明書を失効させました / certificates revoked"))
        }
    }
}

fn show(view: &FacilityView) -> Result<()> {
    let facility = &view.facility;
    print(&format!("{} {} ({:?})", facility.code, facility.name, facility.kind))?;
    if view.certificates.is_empty() {
        return print("  まだ端末がありません / no terminal has joined yet");
    }
    for certificate in &view.certificates {
        let serial = domain::hex::encode(&certificate.serial);
        let state = match certificate.revoked_at {
            Some(revoked) => format!("失効 / revoked {revoked}"),
            None => format!("期限 / until {}", certificate.expires_at),
        };
        print(&format!("  {} {serial} — {state}", certificate.terminal_id))?;
    }
    Ok(())
}

fn parse(code: &str) -> Result<MedicalInstitutionCode> {
    code.parse().with_context(|| format!("{code}: 医療機関コードは都道府県2桁＋点数表1桁＋7桁の10桁です"))
}

/// The third digit of a code says what kind of institution it is; a hospital is told from a clinic by its register only.
fn kind_of(code: MedicalInstitutionCode) -> FacilityKind {
    match code.as_str().as_bytes()[2] {
        b'3' => FacilityKind::Dental,
        b'4' => FacilityKind::Pharmacy,
        _ => FacilityKind::Clinic,
    }
}
