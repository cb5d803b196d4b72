//! `tashika center claims …`, `tashika center checkups …` and `tashika master …`

use std::path::Path;
use std::process::ExitCode;

use crate::check::private::World;
use crate::cli::{CenterCheckups, CenterClaims, Master};
use crate::command::{checkups::line, open, print, tell_register};
use anyhow::{Context as _, Result, bail};
use center::checkups::CheckupsReport;
use center::claims::{ClaimsReport, Outcome};
use center::store::claim::ClaimKey;
use center::store::claim_search::Withdrawal;
use domain::date;

/// Claims and checkups that are printed of one file; the report file holds more.
const NOTES_SHOWN_MAX: usize = 20;

/// Takes or withdraws claims.
pub async fn claims(say: CenterClaims, world: &World) -> Result<()> {
    match say {
        CenterClaims::Import { files, report, center } => {
            let admin = open(&center, world).await?;
            let mut all = ClaimsReport::default();
            let mut failed = None;
            for file in &files {
                match admin.claims_import(file).await {
                    Ok(one) => {
                        tell(file, &one)?;
                        all.add(one);
                    }
                    Err(error) => {
                        failed = Some(anyhow::Error::from(error).context(format!("{}", file.display())));
                        break;
                    }
                }
            }
            admin.close().await;
            if let Some(path) = report {
                std::fs::write(&path, serde_json::to_vec_pretty(&all)?)
                    .with_context(|| format!("{}", path.display()))?;
            }
            failed.map_or(Ok(()), Err)
        }
        CenterClaims::Withdraw { institution, number, center } => {
            let Some(key) = ClaimKey::parse(&number) else {
                bail!("{number}: 受付番号は32桁の16進数です / a receipt number has 32 hexadecimal digits");
            };
            let admin = open(&center, world).await?;
            let withdrawn = admin.claim_withdraw(institution, key).await;
            admin.close().await;
            match withdrawn? {
                Withdrawal::Done => print(&format!("{number}: 取り下げました / withdrawn")),
                Withdrawal::Before => print(&format!("{number}: 取下げ済みです / withdrawn before")),
                Withdrawal::Unknown => {
                    bail!(
                        "{number}: この医療機関の、この受付番号の請求はありません / this institution has no such claim"
                    )
                }
            }
        }
    }
}

fn tell(file: &Path, report: &ClaimsReport) -> Result<()> {
    for note in report.notes.iter().take(NOTES_SHOWN_MAX) {
        let (line, outcome) = (note.line, note.outcome.label());
        print(&format!("{}: {line} 行目 {outcome}: {}（{}）", file.display(), note.message, note.code))?;
    }
    let counts: Vec<String> =
        report.outcomes.iter().map(|(outcome, count)| format!("{} {count}", outcome.label())).collect();
    print(&format!(
        "{}: claims {}, new {}, replaced {}, known {}, unmatched {}, records set aside {} — {}",
        file.display(),
        report.claims,
        report.new,
        report.replaced,
        report.known,
        report.of(Outcome::Unmatched),
        report.records_set_aside,
        counts.join("、")
    ))
}

/// Takes archives of checkups. One that cannot be taken does not hold up the others.
pub async fn checkups(say: CenterCheckups, world: &World) -> Result<()> {
    let CenterCheckups::Import { archives, report, center } = say;
    let admin = open(&center, world).await?;
    let (mut reports, mut failed, mut printed) = (Vec::new(), 0, Ok(()));
    let ended = admin
        .checkups_import_each(archives.clone(), |at, outcome| {
            let said = match outcome {
                Ok(one) => {
                    let said = tell_checkups(&archives[at], &one);
                    reports.push(one);
                    said
                }
                Err(error) => {
                    failed += 1;
                    print(&format!("{}: 取り込めませんでした / not taken: {error}", archives[at].display()))
                }
            };
            if printed.is_ok() {
                printed = said;
            }
        })
        .await;
    if let Err(error) = ended {
        admin.close().await;
        let at = archives.get(reports.len() + failed).map(|path| path.display().to_string());
        return Err(anyhow::Error::from(error).context(at.unwrap_or_default()));
    }
    admin.close().await;
    printed?;
    if let Some(path) = report {
        std::fs::write(&path, serde_json::to_vec_pretty(&reports)?).with_context(|| format!("{}", path.display()))?;
    }
    if failed > 0 {
        bail!("{failed} 個のアーカイブを取り込めませんでした / {failed} archives were not taken");
    }
    Ok(())
}

fn tell_checkups(archive: &Path, report: &CheckupsReport) -> Result<()> {
    for fault in report.read.faults.iter().take(NOTES_SHOWN_MAX) {
        print(&line(fault))?;
    }
    for note in report.notes.iter().take(NOTES_SHOWN_MAX) {
        print(&format!("{}: {}（{}）\n    {}", note.file, note.message, note.code, note.message_en))?;
    }
    let nobodys: Vec<String> = report.unmatched.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    print(&format!(
        "{}: 受診者 {} 人 うち新規 {}・差替 {}・既知 {}・該当者なし {}・除外 {}、除外した項目 {}\n    \
         people {}, new {}, replaced {}, known {}, fit nobody {} ({}), set aside {}, items set aside {}, not insured {}",
        archive.display(),
        report.read.people,
        report.new,
        report.replaced,
        report.known,
        report.unmatched_total(),
        report.read.set_aside,
        report.read.items_set_aside,
        report.read.people,
        report.new,
        report.replaced,
        report.known,
        report.unmatched_total(),
        nobodys.join(", "),
        report.read.set_aside,
        report.read.items_set_aside,
        report.not_insured,
    ))
}

/// Loads a master.
pub async fn master(say: Master, world: &World) -> Result<ExitCode> {
    let Master::Load { file, date, synthetic, center } = say;
    let edition = match date {
        Some(text) => date::parse(&text).with_context(|| format!("{text}: 日付が読めません / not a day"))?,
        None => date::in_japan(world.clock.now()).date(),
    };
    let admin = open(&center, world).await?;
    let report = match (&file, synthetic) {
        (Some(file), false) => admin.drug_master_load(file, edition).await,
        (None | Some(_), _) => admin.drug_master_synthetic().await,
    };
    admin.close().await;
    let report = report?;
    tell_register(&report)?;
    Ok(if report.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
