//! `tashika center export …`

use crate::check::private::World;
use crate::cli::{
    Export as Say, ExportAsk, ExportGround, ExportKind, ExportOptOut, ExportReason, OfficerCommand as Officer,
};
use crate::command::personal_certificate::{day, numbers};
use crate::command::{open, print};
use anyhow::{Context as _, Result, anyhow, bail};
use center::admin::export::{ExportError, OfficerSays, OptedOut};
use center::admin::looks::LooksAsked;
use center::store::secondary_use::{ExportState, StoredExport};
use domain::date;
use domain::record::Month;
use domain::secondary_use::{ExportPurpose, ExportRequest, ExportTable, LegalGround};
use jiff::Timestamp;
use uuid::Uuid;

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Officer(say) => officer(say, world).await,
        Say::Request(say) => request(say, world).await,
        Say::Approve { id, officer, center } => {
            let (id, says) = (number(&id)?, says(officer)?);
            let admin = open(&center, world).await?;
            let approved = admin.export_approve(&says, id).await;
            admin.close().await;
            told(approved)?;
            print(&format!("{id}: 承認しました / approved"))
        }
        Say::Refuse { id, reason, officer, center } => {
            let (id, says) = (number(&id)?, says(officer)?);
            let admin = open(&center, world).await?;
            let refused = admin.export_refuse(&says, id, &reason).await;
            admin.close().await;
            told(refused)?;
            print(&format!("{id}: 却下しました / refused"))
        }
        Say::List { center } => {
            let admin = open(&center, world).await?;
            let listed = admin.exports().await;
            admin.close().await;
            let listed = told(listed)?;
            if listed.is_empty() {
                return print("申請はありません / none");
            }
            listed.iter().try_for_each(|export| print(&line_of(export)))
        }
        Say::Run { id, out, officer, center } => {
            let (id, says) = (number(&id)?, says(officer)?);
            let admin = open(&center, world).await?;
            let made = admin.export_run(&says, id, &out).await;
            admin.close().await;
            let made = told(made)?;
            print(&format!(
                "{}: {} 行 / rows, {} bytes\n  SHA-256 {}\n  新しく集計した月 / months counted now: {}",
                out.display(),
                made.written.rows,
                made.written.bytes,
                domain::hex::encode(&made.written.digest),
                made.made_now.len()
            ))
        }
        Say::OptOut(say) => opt_out(&say, world).await,
    }
}

async fn officer(say: Officer, world: &World) -> Result<()> {
    match say {
        Officer::Add { name, asked_by, center } => {
            let admin = open(&center, world).await?;
            let secret = admin.officer_add(&name, &asked_by).await;
            admin.close().await;
            let secret = told(secret)?;
            print(&format!(
                "{name}: 担当者を登録しました。秘密はいま一度だけ表示します / added; the secret is shown only now\n{secret}"
            ))
        }
        Officer::Remove { name, asked_by, center } => {
            let admin = open(&center, world).await?;
            let removed = admin.officer_remove(&name, &asked_by).await;
            admin.close().await;
            told(removed)?;
            print(&format!("{name}: 担当者を抹消しました / removed"))
        }
    }
}

async fn request(say: ExportAsk, world: &World) -> Result<()> {
    let month = |text: &str| Month::parse(text).with_context(|| format!("{text}: 月は 202601 のように書いてください"));
    let request = ExportRequest {
        purpose: say.purpose.into(),
        ground: say.ground.into(),
        recipient: say.recipient.trim().to_owned(),
        first: month(&say.from)?,
        last: month(&say.until)?,
        table: say.table.into(),
        k: say.k,
    };
    let says = says(say.officer)?;
    let admin = open(&say.center, world).await?;
    let asked = admin.export_request(&says, request).await;
    admin.close().await;
    let asked = told(asked)?;
    match asked.state {
        ExportState::Refused => bail!("{}: {}", asked.id, labels(&asked.reasons)),
        ExportState::Waiting | ExportState::Approved => print(&format!(
            "{}\n申請しました。別の担当者の承認を待ちます / asked for; another officer is to approve",
            asked.id
        )),
    }
}

async fn opt_out(say: &ExportOptOut, world: &World) -> Result<()> {
    let (_, card, branch) = numbers(&say.card)?;
    let asked = LooksAsked {
        card,
        branch,
        birthdate: say.birthdate.as_deref().map(day).transpose()?,
        from: Timestamp::UNIX_EPOCH,
        until: Timestamp::MAX,
        asked_by: say.asked_by.clone(),
        reason: say.reason.clone(),
    };
    let admin = open(&say.center, world).await?;
    let done = admin.export_opt_out(&asked, !say.undo).await;
    admin.close().await;
    match (told(done)?, say.undo) {
        (OptedOut::Nobody, _) => bail!("この番号の人はいません / nobody has these numbers"),
        (OptedOut::Several, _) => {
            bail!(
                "この番号の人が複数います。--branch か --birthdate を付けてください / several people have these numbers"
            )
        }
        (OptedOut::Done { is_new: true }, false) => print("これから集計に含めません / not counted from now on"),
        (OptedOut::Done { is_new: false }, false) => print("すでに集計に含めていません / was not counted before"),
        (OptedOut::Done { is_new: true }, true) => print("これから集計に含めます / counted from now on"),
        (OptedOut::Done { is_new: false }, true) => print("停止の申出はありません / had not opted out"),
    }
}

/// The officer, and the secret from standard input: arguments stand in the list of processes.
fn says(name: String) -> Result<OfficerSays> {
    let mut secret = String::new();
    std::io::stdin().read_line(&mut secret).context("reading the officer's secret")?;
    Ok(OfficerSays { name, secret })
}

fn number(text: &str) -> Result<Uuid> {
    text.trim().parse().map_err(|_| anyhow!("{text}: 申請の番号ではありません / not the number of a request"))
}

/// The reason in both languages, for what was not done.
fn told<T>(done: Result<T, ExportError>) -> Result<T> {
    done.map_err(|error| match &error {
        ExportError::Refused(reasons) => {
            let lines: Vec<_> = reasons.iter().map(|reason| format!("  {}", reason.label())).collect();
            anyhow!("提供できません / refused\n{}", lines.join("\n"))
        }
        ExportError::Officer => anyhow!("担当者の名前か秘密が違います\n{error}"),
        ExportError::OfficerTaken => anyhow!("この名前は使われたことがあります\n{error}"),
        ExportError::Unknown(_) => anyhow!("この番号の申請はありません\n{error}"),
        ExportError::Decided(_) => anyhow!("この申請は決定済みです\n{error}"),
        ExportError::NotApproved => anyhow!("承認されていないか、承認から日が経ちすぎています\n{error}"),
        ExportError::FileExists => anyhow!("同じ名前のファイルがあります\n{error}"),
        ExportError::Admin(_) | ExportError::Count(_) | ExportError::File(_) => error.into(),
    })
}

/// Reasons of the rule in words; those of an officer are words already.
fn labels(reasons: &str) -> String {
    use domain::secondary_use::Refusal;
    let word = |code: &str| Refusal::ALL.into_iter().find(|reason| reason.code() == code);
    let labels: Option<Vec<&str>> = reasons.split(',').map(|code| word(code).map(Refusal::label)).collect();
    labels.map_or_else(|| reasons.to_owned(), |labels| labels.join("; "))
}

fn line_of(export: &StoredExport) -> String {
    let StoredExport { id, state, request, requested_by, requested_at, decided_by, reasons, .. } = export;
    let state = match state {
        ExportState::Waiting => "承認待ち / waiting".to_owned(),
        ExportState::Approved => format!("承認 / approved（{}）", decided_by.as_deref().unwrap_or_default()),
        ExportState::Refused => format!("却下 / refused（{}）", labels(reasons)),
    };
    format!(
        "{id}  {}  {requested_by}  {}  {}  {}  {} ～ {}  {}  k={}  {state}",
        date::in_japan(*requested_at).strftime("%Y-%m-%d %H:%M"),
        request.purpose.label(),
        request.ground.law(),
        request.recipient,
        request.first,
        request.last,
        request.table.code(),
        request.k
    )
}

impl From<ExportReason> for ExportPurpose {
    fn from(reason: ExportReason) -> Self {
        match reason {
            ExportReason::Research => Self::Research,
            ExportReason::HealthPlanning => Self::HealthPlanning,
            ExportReason::DrugSafety => Self::DrugSafety,
            ExportReason::Statistics => Self::Statistics,
        }
    }
}

impl From<ExportGround> for LegalGround {
    fn from(ground: ExportGround) -> Self {
        match ground {
            ExportGround::ElderlyHealthcare16Of2 => Self::ElderlyHealthcare16Of2,
            ExportGround::ElderlyHealthcare16 => Self::ElderlyHealthcare16,
            ExportGround::PersonalInformation69 => Self::PersonalInformation69,
        }
    }
}

impl From<ExportKind> for ExportTable {
    fn from(kind: ExportKind) -> Self {
        match kind {
            ExportKind::Ingredients => Self::Ingredients,
            ExportKind::Classes => Self::Classes,
            ExportKind::PrefectureIngredients => Self::PrefectureIngredients,
            ExportKind::PrefectureClasses => Self::PrefectureClasses,
        }
    }
}
