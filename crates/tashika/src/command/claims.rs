//! `tashika claims …`

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Map, Value, json};
use wire::claims::{CheckReport, ClaimFileError, Finding, ReadOptions, Severity, Side, Totals, check};

use crate::check::private::World;
use crate::cli::Claims;
use crate::command::{claim_queue, print};

/// Findings of one file that are shown to a person; the report holds more, `--json` gives all of them.
const FINDINGS_SHOWN_MAX: usize = 100;

/// Does what was asked.
pub async fn run(claims: Claims, world: &World) -> Result<ExitCode> {
    match claims {
        Claims::Check { files, json } => check_files(&files, json),
        Claims::Submit { files, again, json, data } => claim_queue::submit(&files, again, json, &data, world).await,
        Claims::Status { number: None, json, data, .. } => claim_queue::list(json, &data, world).await,
        Claims::Status { number: Some(number), all, json, data } => {
            claim_queue::show(number, all, json, &data, world).await
        }
        Claims::Withdraw { claim_number, data } => claim_queue::withdraw(&claim_number, &data, world).await,
    }
}

fn check_files(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut clean = true;
    for file in files {
        let checked = check_file(file);
        clean &= checked.as_ref().is_ok_and(CheckReport::is_clean);
        match (checked, json) {
            (Ok(report), false) => print(&for_person(file, &report))?,
            (Ok(report), true) => print(&for_program(file, &report).to_string())?,
            (Err(error), false) => print(&format!("{}: {}\n  {error}", file.display(), error.message()))?,
            (Err(error), true) => print(
                &json!({
                    "File": file.display().to_string(),
                    "Code": error.code(),
                    "Message": error.message(),
                    "MessageEn": error.to_string(),
                })
                .to_string(),
            )?,
        }
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check_file(file: &Path) -> Result<CheckReport, ClaimFileError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let options = ReadOptions { kind: ReadOptions::kind_of_name(&name), ..ReadOptions::default() };
    check(File::open(file)?, options)
}

pub(super) fn for_person(file: &Path, report: &CheckReport) -> String {
    let verdict = if report.is_clean() {
        "エラーはありません / no errors"
    } else {
        "エラーがあります / there are errors"
    };
    let mut text = format!(
        "{}: {verdict}\n  {} {} レセプト {}件（エラーのあるもの {}件） レコード {}（読めないもの {}） 件数 {} 点数 {}\n  \
         エラー {} 警告 {} / {} receipts, {} with errors; {} errors, {} warnings\n",
        file.display(),
        report.kind.label(),
        side(report).0,
        report.receipts,
        report.receipts_with_errors,
        report.records,
        report.records_set_aside,
        report.computed.count,
        report.computed.points,
        report.errors,
        report.warnings,
        report.receipts,
        report.receipts_with_errors,
        report.errors,
        report.warnings,
    );
    for finding in report.findings.iter().take(FINDINGS_SHOWN_MAX) {
        let severity = match finding.fault.severity() {
            Severity::Error => "エラー",
            Severity::Warning => "警告",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {severity} {} [{}]\n      {}",
            finding.message(),
            finding.fault.code(),
            finding.message_en()
        );
    }
    let all = report.errors + report.warnings;
    let shown = report.findings.len().min(FINDINGS_SHOWN_MAX) as u64;
    if all > shown {
        let rest = all - shown;
        let _ = writeln!(text, "  ほか {rest} 件 / {rest} more");
        for (fault, count) in &report.by_fault {
            let _ = writeln!(text, "    {count} × {} [{}]", fault.ja(), fault.code());
        }
    }
    text
}

const fn side(report: &CheckReport) -> (&'static str, &'static str) {
    match report.side {
        Some(Side::Provider) => ("医療機関側", "provider"),
        Some(Side::Insurer) => ("保険者側", "insurer"),
        None => ("（形式不明）", "unknown"),
    }
}

pub(super) fn for_program(file: &Path, report: &CheckReport) -> Value {
    let by_code: Map<String, Value> =
        report.by_fault.iter().map(|(fault, count)| (fault.code().to_owned(), json!(count))).collect();
    let totals = |totals: Totals| json!({ "Count": totals.count, "Points": totals.points });
    json!({
        "File": file.display().to_string(),
        "Kind": report.kind.code(),
        "Side": side(report).1,
        "Records": report.records,
        "RecordsSetAside": report.records_set_aside,
        "Receipts": report.receipts,
        "ReceiptsWithErrors": report.receipts_with_errors,
        "Computed": totals(report.computed),
        "Declared": report.declared.map(totals),
        "Errors": report.errors,
        "Warnings": report.warnings,
        "ByCode": by_code,
        "Findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "Line": finding.line,
        "ReceiptNumber": finding.receipt,
        "Record": finding.tag.map(|tag| tag.to_string()),
        "Field": finding.field,
        "FieldName": finding.field_name,
        "Code": finding.fault.code(),
        "Severity": finding.fault.severity(),
        "Message": finding.message(),
        "MessageEn": finding.message_en(),
    })
}
