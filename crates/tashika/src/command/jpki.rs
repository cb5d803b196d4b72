//! `tashika jpki …`

use crate::check::private::World;
use crate::cli::{Jpki as Say, NationFolder, Reason};
use crate::command::print;
use crate::jpki;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use nation::jpki::{Authority, Generation, Register, Situation};
use nation::{Nation, files};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use trust::jpki::RevocationReason;

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Run { nation, listen } => serve(&nation.nation, listen, world).await,
        Say::Revoke { person, reason, nation } => revoke(person, reason, &nation, world),
        Say::Reissue { person, nation } => reissue(person, &nation, world),
        Say::Terminal { name, out, nation } => admit(&name, &out, &nation),
        Say::List { first, nation } => list(first, &nation, world),
    }
}

async fn serve(nation: &Path, listen: SocketAddr, world: &World) -> Result<()> {
    let running = jpki::start(nation, listen, world).context("the authority could not be started")?;
    let authority = Authority::open(nation)?;
    let mut text = format!("ready ocsp=http://{0}/ocsp\n  successors=http://{0}/successors", running.address);
    for generation in Generation::ALL {
        let key_id = authority.certificate(generation).key_id().to_hex();
        write!(text, "\n  crl{}=http://{}/crl/{key_id}.crl", generation.number(), running.address)?;
    }
    print(&text)?;
    running.until_stopped().await;
    print("stopped")
}

fn revoke(person: u32, reason: Reason, nation: &NationFolder, world: &World) -> Result<()> {
    let reason = match reason {
        Reason::Lost => RevocationReason::KeyCompromise,
        Reason::Moved => RevocationReason::AffiliationChanged,
        Reason::GivenUp => RevocationReason::CessationOfOperation,
    };
    Register::open(&nation.nation)?.revoke(person, reason, now(world))?;
    print(&format!("失効しました / revoked: person {person}, {}", reason.code()))
}

fn reissue(person: u32, nation: &NationFolder, world: &World) -> Result<()> {
    let (old, new) = Register::open(&nation.nation)?.reissue(person, now(world))?;
    print(&format!(
        "再発行しました / issued anew: person {person}, serial {} → {}",
        old.serial.to_hex(),
        new.serial.to_hex()
    ))
}

fn admit(name: &str, out: &Path, nation: &NationFolder) -> Result<()> {
    let key = Authority::open(&nation.nation)?.terminal_authority()?.admit(name)?;
    kit::files::create_private(out, &key.to_file()).with_context(|| format!("{}", out.display()))?;
    print(&format!("端末の鍵を作りました（特定機関認証のモデル） / admitted to the model: {}", out.display()))
}

/// Names people for each situation, so that somebody who wants to try one finds a card for it.
fn list(first: usize, folder: &NationFolder, world: &World) -> Result<()> {
    let register = Register::open(&folder.nation)?;
    let nation = Nation::build(&files::read_about(&folder.nation)?.options)?;
    let now = now(world);
    for (situation, words) in [
        (Situation::InOrder, "有効 / valid"),
        (Situation::Grace, "期限切れ後3か月以内 / expired, still shows eligibility"),
        (Situation::Over, "期限切れ / expired"),
        (Situation::Revoked, "失効 / revoked"),
    ] {
        print(words)?;
        let holders = (0..register.people()).filter_map(|person| nation.holder(person));
        let found = holders.filter(|holder| Authority::situation(&register, holder, now) == Some(situation));
        for holder in found.take(first) {
            print(&format!("  person {:>7}  {}  {}", holder.person, holder.birthdate, holder.name))?;
        }
    }
    Ok(())
}

/// Whole seconds, as certificates have them.
fn now(world: &World) -> Timestamp {
    let now = world.clock.now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
