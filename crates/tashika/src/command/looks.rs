//! `tashika center looks`

use crate::check::private::World;
use crate::cli::Looks as Say;
use crate::command::personal_certificate::{day, numbers};
use crate::command::{open, print};
use anyhow::{Context as _, Result, bail};
use center::admin::looks::{LooksAsked, LooksFound, NamedLook};
use domain::{ConsentChoice, ConsentItem, Date, date};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// Does what was asked.
pub async fn run(say: &Say, world: &World) -> Result<()> {
    let asked = read(say)?;
    let admin = open(&say.center, world).await?;
    let found = admin.record_looks(&asked).await;
    admin.close().await;
    match found? {
        LooksFound::Nobody => bail!("この番号の人はいません / nobody has these numbers"),
        LooksFound::Several => {
            bail!(
                "この番号の人が複数います。--branch か --birthdate を付けてください / several people have these numbers"
            )
        }
        LooksFound::Looks { looks, more } if say.json => {
            let looks: Vec<Value> = looks.iter().map(as_json).collect();
            print(&serde_json::to_string_pretty(&json!({ "looks": looks, "more": more }))?)
        }
        LooksFound::Looks { looks, more } => {
            print(&format!("閲覧 {} 件 / looks: {}", looks.len(), looks.len()))?;
            looks.iter().try_for_each(|look| print(&line_of(look)))?;
            if more {
                print(
                    "これより古い閲覧もあります。期間を区切ってください / there are older ones: ask for a shorter time",
                )?;
            }
            Ok(())
        }
    }
}

fn read(say: &Say) -> Result<LooksAsked> {
    let (_, card, branch) = numbers(&say.card)?;
    let from = say.from.as_deref().map(|text| start_of(day(text)?)).transpose()?;
    let until = say.until.as_deref().map(|text| start_of(day(text)?.checked_add(1.day())?)).transpose()?;
    Ok(LooksAsked {
        card,
        branch,
        birthdate: say.birthdate.as_deref().map(day).transpose()?,
        // What the store counts in.
        from: from.unwrap_or(Timestamp::UNIX_EPOCH),
        until: until.unwrap_or(Timestamp::MAX),
        asked_by: say.asked_by.clone(),
        reason: say.reason.clone(),
    })
}

/// The first moment of a day in Japan.
fn start_of(day: Date) -> Result<Timestamp> {
    date::from_japan(day.at(0, 0, 0, 0)).context("a day beyond all years")
}

fn items(choice: ConsentChoice) -> Vec<ConsentItem> {
    ConsentItem::ALL.iter().copied().filter(|item| choice.allows(*item)).collect()
}

fn names(choice: ConsentChoice) -> String {
    let names: Vec<_> = items(choice).into_iter().map(|item| item.name().ja).collect();
    if names.is_empty() { "なし".to_owned() } else { names.join("・") }
}

fn line_of(NamedLook { look, facility_name }: &NamedLook) -> String {
    format!(
        "{}  {} {}  {}（{}）  目的 {}  方法 {}  求めた情報 {}  見た情報 {}  記録 {:02}-{}",
        date::in_japan(look.looked_at).strftime("%Y-%m-%d %H:%M:%S"),
        look.facility,
        facility_name.as_deref().unwrap_or_default(),
        look.user_identifier,
        look.role.label(),
        look.purpose.label(),
        look.way.label(),
        names(look.wanted),
        names(look.allowed),
        look.log_id,
        look.leaf
    )
}

fn as_json(NamedLook { look, facility_name }: &NamedLook) -> Value {
    let codes = |choice| items(choice).into_iter().map(ConsentItem::code).collect::<Vec<_>>();
    let resources: Vec<&str> = look.resources.split(',').filter(|name| !name.is_empty()).collect();
    json!({
        "looked_at": look.looked_at,
        "medical_institution_code": look.facility.as_str(),
        "medical_institution_name": facility_name,
        "user_identifier": look.user_identifier,
        "role": look.role.code(),
        "purpose": look.purpose.code(),
        "way": Some(look.way.code()).filter(|way| !way.is_empty()),
        "resources": resources,
        "wanted": codes(look.wanted),
        "shown": codes(look.allowed),
        "record": format!("{:02}-{}", look.log_id, look.leaf),
    })
}
