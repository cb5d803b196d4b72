//! `tashika center disaster …`

use crate::check::private::World;
use crate::cli::Disaster as Say;
use crate::command::{open, print};
use anyhow::{Context as _, Result};
use center::admin::disaster::DisasterView;
use center::store::person_look::{LookWaiting, Looks};
use domain::date;
use domain::disaster::{Area, Disaster};
use jiff::{Timestamp, ToSpan as _};

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Open { area, reason, until, elsewhere, center } => {
            let area = Area::parse(&area).with_context(|| {
                format!("{area}: 地域は都道府県（13、東京都）か市区町村（東京都千代田区）で書いてください")
            })?;
            let until = end_of(&until)?;
            let admin = open(&center, world).await?;
            let number = admin.disaster_open(&area, &reason, elsewhere, until).await;
            admin.close().await;
            print(&format!(
                "{}: {area} で災害時の照会を開きました。{} まで / open until then",
                number?,
                in_japan(until)
            ))
        }
        Say::Close { number, center } => {
            let admin = open(&center, world).await?;
            let closed = admin.disaster_close(number).await;
            admin.close().await;
            print(&format!(
                "{number}: {}",
                if closed? { "閉じました / closed" } else { "開いていません / is not open" }
            ))
        }
        Say::List { center } => {
            let admin = open(&center, world).await?;
            let view = admin.disasters().await;
            admin.close().await;
            list(&view?)
        }
        Say::Looks { waiting, center } => {
            let admin = open(&center, world).await?;
            let looks = admin.person_looks(if waiting { Looks::Waiting } else { Looks::All }).await;
            admin.close().await;
            let looks = looks?;
            if looks.is_empty() {
                return print("ありません / none");
            }
            looks.iter().try_for_each(|listed| print(&line_of(listed)))
        }
    }
}

fn list(view: &DisasterView) -> Result<()> {
    if view.open.is_empty() {
        print("開いている災害はありません / nothing is open")?;
    }
    for Disaster { number, area, reason, elsewhere, until, .. } in &view.open {
        let others = if *elsewhere { "、他の都道府県からの申し出も可 / others may ask" } else { "" };
        print(&format!("{number}: {area} — {reason} — {} まで / until{others}", in_japan(*until)))?;
    }
    for request in &view.requests {
        let answer = match request.grant {
            Some(grant) => format!("{} に {} まで許可 / granted", grant.disaster, in_japan(grant.until)),
            None => "許可されず / not granted".to_owned(),
        };
        print(&format!("  {} {} {} — {answer}", in_japan(request.asked_at), request.facility, request.reason))?;
    }
    Ok(())
}

fn line_of(LookWaiting { look, waiting }: &LookWaiting) -> String {
    format!(
        "{} {} {} {} — {} — {waiting} 人に未通知 / to be told — 記録 {:02}-{}",
        in_japan(look.looked_at),
        look.facility,
        look.purpose.code(),
        look.outcome.code(),
        look.reason,
        look.log_id,
        look.leaf
    )
}

/// The end of a day in Japan.
fn end_of(day: &str) -> Result<Timestamp> {
    let read = date::parse(day).with_context(|| format!("{day}: 日付は 2026-12-05 のように書いてください"))?;
    let next = read.checked_add(1.day())?;
    date::from_japan(next.at(0, 0, 0, 0)).context("a day beyond all years")
}

fn in_japan(at: Timestamp) -> String {
    domain::date::in_japan(at).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    //! Proves when a last day ends.
    use super::*;

    #[test]
    fn the_last_day_is_over_at_midnight_in_japan() {
        assert_eq!(end_of("2026-12-05").unwrap().to_string(), "2026-12-05T15:00:00Z");
        assert_eq!(in_japan(end_of("20261205").unwrap()), "2026-12-06 00:00");
        assert!(end_of("tomorrow").is_err());
    }
}
