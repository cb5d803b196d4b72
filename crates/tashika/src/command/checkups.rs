//! `tashika checkups …`

use crate::cli::Checkups as Say;
use crate::command::print;
use anyhow::Result;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use wire::checkups::{CheckupFault, CheckupReader, CheckupReport, FaultScope};

/// Faults that are printed of one file; `--json` holds more.
const FAULTS_SHOWN_MAX: usize = 50;

/// Does what was asked; ends with failure when anybody or anything was set aside.
pub fn run(say: Say) -> Result<ExitCode> {
    let Say::Check { files, json } = say;
    let mut is_clean = true;
    for path in &files {
        match check(path) {
            Ok(report) => {
                is_clean &= report.is_clean();
                if json { print(&serde_json::to_string(&report)?)? } else { tell(&report)? }
            }
            Err(fault) => {
                is_clean = false;
                if json { print(&serde_json::to_string(&fault)?)? } else { print(&line(&fault))? }
            }
        }
    }
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(path: &Path) -> Result<CheckupReport, Box<CheckupFault>> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|_| CheckupFault::unreadable(&name))?;
    let mut reader = CheckupReader::open(file, &name)?;
    while reader.next_file().is_some() {}
    Ok(reader.finish())
}

/// A fault for a person.
pub(super) fn line(fault: &CheckupFault) -> String {
    let scope = match fault.scope {
        FaultScope::Archive => "全体 / file",
        FaultScope::Person => "受診者 / person",
        FaultScope::Item => "項目 / item",
        FaultScope::Note => "注意 / note",
    };
    format!("[{scope}] {}（{}）\n    {}", fault.message, fault.code, fault.message_en)
}

fn tell(report: &CheckupReport) -> Result<()> {
    for fault in report.faults.iter().take(FAULTS_SHOWN_MAX) {
        print(&line(fault))?;
    }
    let hidden = report.faults_total.saturating_sub(FAULTS_SHOWN_MAX as u64);
    if hidden > 0 {
        print(&format!(
            "ほか {hidden} 件（--json で {} 件まで） / and {hidden} more",
            wire::limits::CHECKUP_REPORT_MAX_FAULTS
        ))?;
    }
    print(&format!(
        "{}: 受診者 {} 人 うち取込可 {}・除外 {}、項目 {}・除外 {} / people {}, good {}, set aside {}, items {}, set aside {}",
        report.file,
        report.people,
        report.accepted,
        report.set_aside,
        report.items,
        report.items_set_aside,
        report.people,
        report.accepted,
        report.set_aside,
        report.items,
        report.items_set_aside,
    ))
}
