//! `tashika claims submit`, `status` and `withdraw`: the terminal's queue of claims. What is written into a `String` here cannot
//! fail.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use terminal::claims::{
    self, ClaimFileState, ClaimsError, Inspected, QueuedClaims, QueuedWithdrawal, SaidOfClaims, Submitted,
};
use wire::api::{ClaimFileCounts, ClaimOutcome, ClaimResult, japan_time};

use crate::check::private::World;
use crate::command::claims::{for_person, for_program};
use crate::command::print;

/// Claims that are named as set aside; all are counted.
const SET_ASIDE_SHOWN_MAX: usize = 20;

/// Checks files and queues them.
pub async fn submit(files: &[PathBuf], again: bool, json: bool, data: &Path, world: &World) -> Result<ExitCode> {
    let mut all_queued = true;
    for file in files {
        match claims::submit(data, file, again, &world.clock, &world.random).await {
            Ok(submitted) if json => print(&submitted_json(file, &submitted).to_string())?,
            Ok(submitted) => print(&submitted_text(file, &submitted))?,
            Err(error) => {
                all_queued = false;
                tell_refused(file, &error, json)?;
            }
        }
    }
    Ok(if all_queued { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell_refused(file: &Path, error: &ClaimsError, json: bool) -> Result<()> {
    let report = match error {
        ClaimsError::NotToSend(inspected) => Some(&inspected.report),
        _ => None,
    };
    if json {
        let mut told = report.map_or_else(|| json!({ "File": file.display().to_string() }), |r| for_program(file, r));
        told["Queued"] = json!(false);
        told["Message"] = json!(error.message_ja());
        told["MessageEn"] = json!(error.to_string());
        return print(&told.to_string());
    }
    print(&format!("{}: 送っていません / not queued\n  {}\n  {error}", file.display(), error.message_ja()))?;
    report.map_or(Ok(()), |report| print(&for_person(file, report)))
}

fn submitted_text(file: &Path, submitted: &Submitted) -> String {
    let Submitted { queued, inspected, was_there } = submitted;
    let number = queued.number;
    if *was_there {
        let again = match queued.state {
            ClaimFileState::Done => {
                "\n  該当者なしだったレセプトは、資格が登録されると自動で受け付けます。もう一度送るときは --again を付けてください \
                 / claims that fit nobody are taken when the insurer tells of them; --again sends the file once more"
            }
            _ => "",
        };
        return format!(
            "{}: 同じファイルが控え番号 {number} にあります（{}）。何もしていません / the same file is number {number} ({}); \
             nothing was done{again}",
            file.display(),
            queued.state.label(),
            queued.state.code(),
        );
    }
    let mut text = format!(
        "{}: 控え番号 {number} で受け付けました。端末が動いていて回線があれば、すぐに送られます / queued as number {number}\n  \
         レセプト {} 件、このうち取り込めないもの {} 件 / {} claims, {} of them will be set aside",
        file.display(),
        inspected.claims,
        inspected.set_aside_count,
        inspected.claims,
        inspected.set_aside_count,
    );
    text.push_str(&set_aside_text(inspected));
    if !inspected.report.is_clean() {
        let _ = write!(
            text,
            "\n  点検でエラー {} 件（tashika claims check で一覧） / the check found {} errors",
            inspected.report.errors, inspected.report.errors
        );
    }
    text
}

fn set_aside_text(inspected: &Inspected) -> String {
    let mut text = String::new();
    for claim in inspected.set_aside.iter().take(SET_ASIDE_SHOWN_MAX) {
        let number = claim.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let _ = write!(
            text,
            "\n    {}行目 レセプト番号 {number}: {} [{}]\n      line {}: {}",
            claim.line,
            claim.why.message(),
            claim.why.code(),
            claim.line,
            claim.why.message_en()
        );
    }
    let shown = inspected.set_aside.len().min(SET_ASIDE_SHOWN_MAX) as u64;
    if inspected.set_aside_count > shown {
        let rest = inspected.set_aside_count - shown;
        let _ = write!(text, "\n    ほか {rest} 件 / {rest} more");
    }
    text
}

fn submitted_json(file: &Path, submitted: &Submitted) -> Value {
    let Submitted { queued, inspected, was_there } = submitted;
    let set_aside = inspected.set_aside.iter().map(|claim| {
        json!({
            "Line": claim.line, "ReceiptNumber": claim.number, "Code": claim.why.code(),
            "Message": claim.why.message(), "MessageEn": claim.why.message_en(),
        })
    });
    let mut told = for_program(file, &inspected.report);
    told["Queued"] = json!(true);
    told["Number"] = json!(queued.number);
    told["State"] = json!(queued.state.code());
    told["WasThere"] = json!(was_there);
    told["SetAside"] = json!(inspected.set_aside_count);
    told["SetAsideList"] = set_aside.collect();
    told
}

/// The newest files and withdrawals.
pub async fn list(json: bool, data: &Path, world: &World) -> Result<ExitCode> {
    let (files, withdrawals) = claims::list(data, &world.random).await.map_err(told)?;
    for file in &files {
        print(&if json { file_json(file).to_string() } else { file_text(file) })?;
    }
    for withdrawal in &withdrawals {
        print(&if json { withdrawal_json(withdrawal).to_string() } else { withdrawal_text(withdrawal) })?;
    }
    if files.is_empty() && withdrawals.is_empty() && !json {
        print("送ったレセプトはありません / nothing was submitted")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One file with its claims.
pub async fn show(number: i64, all: bool, json: bool, data: &Path, world: &World) -> Result<ExitCode> {
    let mut is_told = false;
    let mut tell_file = |file: &QueuedClaims| -> Result<()> {
        if std::mem::replace(&mut is_told, true) {
            return Ok(());
        }
        print(&if json { file_json(file).to_string() } else { file_text(file) })
    };
    let shown = claims::show(data, number, &world.random, |file, lines| -> Result<()> {
        tell_file(file)?;
        for line in std::str::from_utf8(lines)?.lines() {
            if json {
                print(line)?;
                continue;
            }
            let outcome: ClaimOutcome = serde_json::from_str(line)?;
            if all || needs_a_look(&outcome) {
                print(&outcome_text(&outcome))?;
            }
        }
        Ok(())
    });
    let Some(file) = shown.await.map_err(told)?? else {
        bail!("控え番号 {number} はありません / there is no number {number}");
    };
    tell_file(&file)?;
    Ok(if file.state == ClaimFileState::Refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Queues a withdrawal.
pub async fn withdraw(claim_number: &str, data: &Path, world: &World) -> Result<ExitCode> {
    claims::withdraw(data, claim_number, &world.clock, &world.random).await.map_err(told)?;
    print(&format!(
        "{claim_number}: 取下げを受け付けました。結果は「tashika claims status」で確かめてください / the withdrawal is queued"
    ))?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn told(error: ClaimsError) -> anyhow::Error {
    let words = error.message_ja();
    anyhow!("{words}\n{error}")
}

fn needs_a_look(outcome: &ClaimOutcome) -> bool {
    let is_taken = matches!(outcome.result, ClaimResult::Accepted | ClaimResult::SameAgain | ClaimResult::Replaced);
    !is_taken || outcome.message.is_some() || outcome.replaces.is_some() || !outcome.finding_list.is_empty()
}

fn file_text(file: &QueuedClaims) -> String {
    let about = &file.about;
    let mut text = format!(
        "控え番号 {} {} [{}] {} 件 {} {}",
        file.number,
        file.state.label(),
        file.state.code(),
        about.claims,
        japan_time(file.queued_at),
        about.file_name
    );
    match &file.said {
        Some(SaidOfClaims::Status(status)) => {
            let _ = write!(text, "\n  受付番号 / receipt {}", status.reception_number);
            match &status.refusal {
                Some(refusal) => {
                    let _ = write!(text, "\n  {} [{}]\n  {}", refusal.message, refusal.code, refusal.message_en);
                }
                None if file.state == ClaimFileState::Done => text.push_str(&counts_text(&status.counts)),
                None => {}
            }
        }
        Some(SaidOfClaims::Refused(document)) => {
            let _ = write!(text, "\n  {} {} [{}]", document.title, document.detail, document.code);
        }
        Some(SaidOfClaims::CouldNotAsk(code)) => {
            let _ =
                write!(text, "\n  センターに送れていません。回線が戻ればひとりでに送られます / not sent yet [{code}]");
        }
        None => {}
    }
    text
}

fn counts_text(counts: &ClaimFileCounts) -> String {
    format!(
        "\n  受付 {} 差替え {} 変更なし {} 該当者なし {} 重複 {} 取り込めない {}（振替 {} 分割 {} 資格なし {}）\n  \
         accepted {}, replaced {}, same again {}, fit nobody {}, twice {}, set aside {}; redirected {}, split {}, not insured {}",
        counts.accepted,
        counts.replaced,
        counts.same_again,
        counts.unmatched,
        counts.repeated,
        counts.set_aside,
        counts.redirected,
        counts.split,
        counts.not_insured,
        counts.accepted,
        counts.replaced,
        counts.same_again,
        counts.unmatched,
        counts.repeated,
        counts.set_aside,
        counts.redirected,
        counts.split,
        counts.not_insured,
    )
}

fn outcome_text(outcome: &ClaimOutcome) -> String {
    let number = outcome.receipt_number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let mut text = format!(
        "  {}行目 レセプト番号 {number} {} / line {}: {}",
        outcome.line,
        outcome.result.label(),
        outcome.line,
        outcome.result.label_en()
    );
    if let Some(claim) = &outcome.claim_number {
        let _ = write!(text, "\n      受付番号 {claim}");
    }
    if let Some(search) = &outcome.search_number {
        let _ = write!(text, " 検索番号 {search}");
    }
    if let Some(replaces) = &outcome.replaces {
        let _ = write!(text, "\n      {replaces} の差替え / in place of it");
    }
    if let (Some(message), Some(message_en)) = (&outcome.message, &outcome.message_en) {
        let code = outcome.code.as_deref().or(outcome.routing.as_deref()).unwrap_or_default();
        let _ = write!(text, "\n      {message} [{code}]\n      {message_en}");
    }
    for finding in &outcome.finding_list {
        let _ = write!(text, "\n      {} [{}]", finding.message, finding.code);
    }
    text
}

fn file_json(file: &QueuedClaims) -> Value {
    let mut told = json!({
        "Number": file.number, "State": file.state.code(), "FileName": file.about.file_name,
        "FileDigest": file.about.digest, "FileBytes": file.about.bytes, "Claims": file.about.claims,
        "SetAside": file.about.set_aside, "QueuedAt": japan_time(file.queued_at),
    });
    match &file.said {
        Some(SaidOfClaims::Status(status)) => told["Status"] = json!(status),
        Some(SaidOfClaims::Refused(document)) => told["Refused"] = json!(document),
        Some(SaidOfClaims::CouldNotAsk(code)) => told["CouldNotAsk"] = json!(code),
        None => {}
    }
    told
}

fn withdrawal_text(withdrawal: &QueuedWithdrawal) -> String {
    let said = if withdrawal.said.is_empty() { String::new() } else { format!(" [{}]", withdrawal.said) };
    let (number, label, code) = (&withdrawal.claim_number, withdrawal.state.label(), withdrawal.state.code());
    format!("取下げ {number} {label} / withdrawal {code}{said}")
}

fn withdrawal_json(withdrawal: &QueuedWithdrawal) -> Value {
    json!({
        "Withdrawal": withdrawal.claim_number, "State": withdrawal.state.code(), "Said": withdrawal.said,
        "QueuedAt": japan_time(withdrawal.queued_at),
    })
}
