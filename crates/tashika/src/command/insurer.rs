//! `tashika insurer …`

use crate::check::private::World;
use crate::cli::Insurer as Say;
use crate::command::{open, print, tell_register};
use anyhow::{Context as _, Result};
use domain::InsurerNumber;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;
use wire::api::ImportReport;

/// Refusals that are printed; the report file holds more.
const REFUSALS_SHOWN_MAX: usize = 20;

/// Does what was asked; a feed with refused rows ends with failure although its good rows are loaded.
pub async fn run(say: Say, world: &World) -> Result<ExitCode> {
    match say {
        Say::Import { file, report, center } => {
            let admin = open(&center, world).await?;
            let loaded = admin.insurer_import(&file).await;
            admin.close().await;
            tell(&loaded?, &file, report.as_deref())
        }
        Say::Register { file, center } => {
            let admin = open(&center, world).await?;
            let rows = File::open(&file).with_context(|| format!("{}", file.display()))?;
            let report = admin.insurer_register(BufReader::new(rows)).await;
            admin.close().await;
            let report = report?;
            tell_register(&report)?;
            Ok(if report.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Say::Enrol { number, center } => {
            let number: InsurerNumber =
                number.parse().with_context(|| format!("{number}: 保険者番号は検査番号つきの6桁か8桁です"))?;
            let admin = open(&center, world).await?;
            let ticket = admin.insurer_enrol(&number).await?;
            admin.close().await;
            print(&format!(
                "{}\n  {} — {} まで有効、1回だけ使えます / once, until then",
                ticket.code, ticket.name, ticket.expires_at
            ))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn tell(loaded: &ImportReport, file: &Path, report: Option<&Path>) -> Result<ExitCode> {
    for refusal in loaded.refusals.iter().take(REFUSALS_SHOWN_MAX) {
        print(&format!(
            "{}: {} 行目 {}: {}（{}）",
            file.display(),
            refusal.line,
            refusal.field,
            refusal.message,
            refusal.code
        ))?;
    }
    if let Some(path) = report {
        std::fs::write(path, serde_json::to_vec_pretty(loaded)?).with_context(|| format!("{}", path.display()))?;
    }
    print(&format!(
        "{}: read {}, accepted {}, unchanged {}, refused {}",
        file.display(),
        loaded.rows_read,
        loaded.rows_accepted,
        loaded.rows_unchanged,
        loaded.rows_refused
    ))?;
    Ok(if loaded.rows_refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
