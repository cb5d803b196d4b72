//! `tashika personal-certificate …`

use crate::check::private::World;
use crate::cli::{CardNumbers, Paper as SayPaper, PersonalCertificateCommand as Say};
use crate::command::{open, print};
use anyhow::{Context as _, Result, bail};
use center::personal_certificate::issue::{HandedOut, IssueError, Wish};
use center::personal_certificate::page::{self, Paper};
use domain::{BranchNumber, CardKey, CardNumber, CardSymbol, Date, InsurerNumber, StatusIndex, date};
use kit::files::{self, Access};
use std::path::{Path, PathBuf};

/// Where the certificate is written to.
struct Files {
    text: Option<PathBuf>,
    svg: Option<PathBuf>,
    html: Option<PathBuf>,
    phone: Option<PathBuf>,
    paper: Paper,
}

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Issue { card, birthdate, from, until, limit, paper, text, svg, html, phone, center } => {
            let (insurer, card_key, branch) = numbers(&card)?;
            let wish = Wish {
                insurer,
                card_key,
                branch,
                birthdate: day(&birthdate)?,
                valid_from: from.as_deref().map(day).transpose()?,
                valid_until: until.as_deref().map(day).transpose()?,
                with_limit: limit,
            };
            let admin = open(&center, world).await?;
            let handed = admin.personal_certificate_issue(&wish).await;
            admin.close().await;
            let paper = match paper {
                SayPaper::A6 => Paper::A6,
                SayPaper::Card => Paper::Card,
            };
            tell(&said(handed?)?, &Files { text, svg, html, phone, paper })
        }
        Say::Revoke { place, center } => {
            let place = place_of(&place)?;
            let admin = open(&center, world).await?;
            let revoked = admin.personal_certificate_revoke(place).await;
            admin.close().await;
            print(if said(revoked?)? {
                "取り消しました。次の失効リストから載ります / taken back, in the next status list"
            } else {
                "取り消し済みです / was taken back before"
            })
        }
        Say::List { card, center } => {
            let (_, card_key, _) = numbers(&card)?;
            let admin = open(&center, world).await?;
            let list = admin.personal_certificates(card_key).await;
            admin.close().await;
            let list = list?;
            if list.is_empty() {
                return print("この番号の資格確認書はありません / none for this card");
            }
            for one in list {
                let state = if one.revoked_at.is_some() { "取消し / taken back" } else { "交付中 / given out" };
                print(&format!(
                    "{}  枝番 {}  {} ～ {}  {state}  {} {}",
                    named(one.place),
                    one.of.branch,
                    one.valid_from,
                    one.valid_until,
                    one.issued_at,
                    one.issued_by
                ))?;
            }
            Ok(())
        }
    }
}

/// The reason in both languages, for what was refused.
fn said<T>(done: Result<T, IssueError>) -> Result<T> {
    done.map_err(|error| anyhow::anyhow!("{}\n{error}", error.message_ja()))
}

fn tell(handed: &HandedOut, to: &Files) -> Result<()> {
    let HandedOut { issued, whole } = handed;
    let page = |paper| page::page(issued, whole, paper);
    // What is written names a person: nobody else on this machine reads it.
    write(to.text.as_deref(), || Ok(issued.text.clone()))?;
    write(to.svg.as_deref(), || Ok(page::svg(&issued.text)?))?;
    write(to.html.as_deref(), || Ok(page(to.paper)?))?;
    write(to.phone.as_deref(), || Ok(page(Paper::Phone)?))?;
    let certificate = &issued.certificate;
    print(&format!(
        "資格確認書を作りました / made: {} ～ {}, {} characters\n  番号 / name for taking it back: {}",
        certificate.valid_from,
        certificate.valid_until,
        issued.text.len(),
        named(certificate.place)
    ))?;
    if !issued.left_out.is_empty() {
        let labels: Vec<_> = issued.left_out.iter().map(|left_out| left_out.label()).collect();
        print(&format!(
            "  コードに入らなかったもの（印刷面にあります） / not in the code, on the print: {}",
            labels.join("、")
        ))?;
    }
    if to.text.is_none() && to.svg.is_none() && to.html.is_none() && to.phone.is_none() {
        print(&issued.text)?;
    }
    Ok(())
}

fn write(to: Option<&Path>, what: impl FnOnce() -> Result<String>) -> Result<()> {
    let Some(to) = to else { return Ok(()) };
    files::write_atomic(to, what()?.as_bytes(), Access::Private).with_context(|| format!("{}", to.display()))
}

/// `13-40312`: prefecture and index.
fn named(place: StatusIndex) -> String {
    format!("{}-{}", place.prefecture(), place.index())
}

fn place_of(text: &str) -> Result<StatusIndex> {
    let place = text.split_once('-').and_then(|(prefecture, index)| {
        Some(StatusIndex::new(domain::Prefecture::parse(prefecture)?, index.parse().ok()?))
    });
    match place {
        Some(place) => Ok(place),
        None => bail!("{text}: 13-40312 のように、都道府県と番号で指定してください"),
    }
}

/// Reads the numbers on a card.
pub(super) fn numbers(card: &CardNumbers) -> Result<(InsurerNumber, CardKey, Option<BranchNumber>)> {
    let insurer = InsurerNumber::parse(&card.insurer).context("保険者番号は検査番号つきの6桁か8桁です")?;
    let symbol = card.symbol.as_deref().map(CardSymbol::parse).transpose().context("記号を読み取れません")?;
    let number = CardNumber::parse(&card.number).context("番号を読み取れません")?;
    let branch = card.branch.as_deref().map(BranchNumber::parse).transpose().context("枝番は2桁です")?;
    let key = CardKey::new(&insurer, symbol.as_ref(), &number);
    Ok((insurer, key, branch))
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Date> {
    date::parse(text).with_context(|| format!("{text}: 日付は 20270331 のように入れてください"))
}
