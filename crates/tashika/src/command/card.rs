//! `tashika card`: a person's card, or phone, in a virtual reader.

use crate::check::private::World;
use crate::cli::{Card as Say, Phone};
use crate::command::print;
use anyhow::{Context as _, Result};
use card::terminal_model::TerminalAuthorityKey;
use card::virtual_card::{CardState, Form, VirtualCard};
use card::vpcd::Inserted;
use kit::files::{Access, read_limited, write_atomic};
use kit::lifecycle::Lifecycle;
use nation::jpki::{Authority, PersonCard, Register};
use nation::{Nation, files};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Folder of the cards' counters, beside the authority's.
const COUNTERS: &str = "cards";

/// Bytes of a file of counters.
const COUNTERS_BYTES_MAX: u64 = 4 * 1024;

/// Bytes of a photo: what is left in a card's file.
const PHOTO_BYTES_MAX: u64 = 24 * 1024;

/// Puts the card in, and takes it out at SIGINT or SIGTERM.
pub async fn run(say: Say, world: &World) -> Result<()> {
    let (card, terminals) = person_card(&say.nation, say.person)?;
    let form = match say.phone {
        None => Form::Card,
        Some(Phone::Android) => Form::Android,
        Some(Phone::Iphone) => Form::Iphone,
    };
    let file = say.state.clone().unwrap_or_else(|| counters_file(&say.nation, say.person, form));
    let content = card.content(form, photo(say.photo.as_deref())?, Some(terminals))?;
    let known = format!(
        "pin={} password={} face={}",
        content.secrets.user_pin,
        content.secrets.signing_password,
        content.number_b()
    );
    let kept = file.clone();
    let random = Arc::clone(&world.random);
    let fill = move |bytes: &mut [u8]| random.fill(bytes);
    let keep = move |state: &CardState| write_atomic(&kept, &serde_json::to_vec(state)?, Access::Private);
    let card = VirtualCard::new(&content)?.with_state(counters(&file)?).keep_with(keep).with_random(fill);
    let inserted = Inserted::new(say.reader, card)?;
    print(&format!("ready person={} reader={} {known} counters={}", say.person, say.reader, file.display()))?;
    Lifecycle::new().run_to_the_end(Duration::ZERO).await;
    // Off the runtime's threads, for the card may be working on an answer.
    tokio::task::spawn_blocking(move || inserted.take_out()).await??;
    print("カードを抜きました / taken out")
}

fn person_card(folder: &Path, person: u32) -> Result<(PersonCard, TerminalAuthorityKey)> {
    let nation = Nation::build(&files::read_about(folder)?.options)?;
    let holder = nation.holder(person).with_context(|| format!("person {person} does not live in this nation"))?;
    let authority = Authority::open(folder)?;
    let card = authority.card(&Register::open(folder)?, &holder)?;
    Ok((card, authority.terminal_authority()?.public_key()))
}

fn photo(file: Option<&Path>) -> Result<Vec<u8>> {
    file.map_or_else(
        || Ok(Vec::new()),
        |file| read_limited(file, PHOTO_BYTES_MAX).with_context(|| format!("{}", file.display())),
    )
}

/// A phone is another token than the card, with counters of its own.
fn counters_file(nation: &Path, person: u32, form: Form) -> PathBuf {
    let token = if form.is_phone() { "-phone" } else { "" };
    nation.join(nation::jpki::FOLDER).join(COUNTERS).join(format!("{person}{token}.json"))
}

/// What the card remembers; nothing if it was never used.
fn counters(file: &Path) -> Result<CardState> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    if !file.exists() {
        return Ok(CardState::default());
    }
    let bytes = read_limited(file, COUNTERS_BYTES_MAX).with_context(|| format!("{}", file.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} holds no counters of a card", file.display()))
}
