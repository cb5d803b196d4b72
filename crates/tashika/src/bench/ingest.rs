//! Claims taken into history: how many a second, and whether memory grows with the file.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nation::files;

use super::say;
use crate::check::private::{PrivateCenter, World, generous_limits};

/// People of the nation whose claims they are.
const PEOPLE: u32 = 20_000;
/// Claims of the small file.
const SMALL: usize = 10_000;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What one engine was measured at.
pub struct Ingest {
    /// Claims a second into an empty history.
    pub claims_per_s: f64,
    /// The same file again: nothing changes.
    pub again_per_s: f64,
    /// Memory of the process while a file of [`SMALL`] claims is taken, in MiB, and while the large one is.
    pub small_mib: f64,
    /// The same for the large file.
    pub large_mib: f64,
}

/// Loads a nation into a fresh center and takes a small file, the large file, and the large file again.
pub async fn run(claims: u32, database: Option<&str>, folder: &Path, world: &World) -> Result<Ingest> {
    let nation = folder.join("nation");
    if !nation.exists() {
        std::fs::create_dir_all(&nation)?;
        nation::generate(&nation::Options::new(PEOPLE, 1), &nation)?;
    }
    let center = folder.join(if database.is_some() { "center-postgres" } else { "center-sqlite" });
    let center = PrivateCenter::start(&center, database, generous_limits(), world).await?;
    center.load(&nation).await?;
    let cards = cards(&nation)?;
    let small = write(&folder.join("RECEIPTC_SMALL.UKE"), &cards, SMALL, 1)?;
    let large = write(&folder.join("RECEIPTC_LARGE.UKE"), &cards, claims as usize, 2)?;
    let (_, small_mib) = take(&center, &small, true, world).await?;
    let (claims_per_s, large_mib) = take(&center, &large, true, world).await?;
    let (again_per_s, _) = take(&center, &large, false, world).await?;
    center.stop().await?;
    Ok(Ingest { claims_per_s, again_per_s, small_mib, large_mib })
}

/// Takes a file whose claims are all new, or all known. Gives claims a second, of those that went into a record, and the most
/// memory.
async fn take(center: &PrivateCenter, file: &Path, is_new: bool, world: &World) -> Result<(f64, f64)> {
    let (ended, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let watching = std::thread::spawn({
        let (ended, most) = (Arc::clone(&ended), Arc::clone(&most));
        move || {
            while !ended.load(Ordering::Relaxed) {
                most.fetch_max(own_memory_kib().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(LOOK);
            }
        }
    });
    let begun = world.clock.monotonic();
    let report = center.admin.claims_import(file).await;
    let took = world.since(begun);
    ended.store(true, Ordering::Relaxed);
    let _ = watching.join();
    let report = report?;
    // Some people of a nation cannot be told apart by their cards; see the nation's oracle.
    let unmatched = report.of(center::claims::Outcome::Unmatched);
    let stored = if is_new { report.new } else { report.known };
    ensure!(stored + unmatched == report.claims && unmatched * 10 < stored, "{:?}", report.outcomes);
    #[expect(clippy::cast_precision_loss, reason = "claims and kibibytes stay far below 2^52")]
    let (stored, mib) = (stored as f64, most.load(Ordering::Relaxed) as f64 / 1024.0);
    Ok((stored / took.as_secs_f64(), mib))
}

/// What the process holds itself, without the pages of the database file that the system lends it.
fn own_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// A card that counts, as a claim names it: HO and SN, and the birth date.
struct Card {
    insurer: String,
    symbol: String,
    number: String,
    branch: String,
    birthdate: String,
}

/// The health insurances of a nation that have not ended, one for each person and card.
fn cards(nation: &Path) -> Result<Vec<Card>> {
    let mut reader = csv::Reader::from_path(nation.join(files::INSURER_FEED))?;
    let columns = reader.headers()?.clone();
    let at = |name: &str| columns.iter().position(|column| column == name).with_context(|| format!("no column {name}"));
    let (insurer, symbol, number) =
        (at("InsurerNumber")?, at("InsuredCardSymbol")?, at("InsuredIdentificationNumber")?);
    let (branch, birthdate, ended) = (at("InsuredBranchNumber")?, at("Birthdate")?, at("DisqualificationDate")?);
    let (mut cards, mut seen) = (Vec::new(), HashSet::new());
    for row in reader.records() {
        let row = row?;
        let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let card = Card {
            insurer: text(insurer),
            symbol: text(symbol),
            number: text(number),
            branch: text(branch),
            birthdate: text(birthdate).replace('-', ""),
        };
        let counts = text(ended).is_empty() && !card.branch.is_empty() && card.birthdate.len() == 8;
        // A card may have several rows: one for each change.
        if counts && seen.insert((card.insurer.clone(), card.symbol.clone(), card.number.clone(), card.branch.clone()))
        {
            cards.push(card);
        }
    }
    ensure!(cards.len() > 1_000, "{} cards", cards.len());
    Ok(cards)
}

/// A file of medical claims, a month of everybody after the other: two visits, three drugs, a test, two diagnoses.
fn write(path: &Path, cards: &[Card], claims: usize, institution: u32) -> Result<PathBuf> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut text = format!("IR,1,13,1,{institution:07},,測定病院,202701,00,03-0000-0000\r\n");
    for at in 0..claims {
        let (card, round) = (&cards[at % cards.len()], at / cards.len());
        let (year, month) = (2026 - round / 12, 12 - round % 12);
        let Card { insurer, symbol, number, branch, birthdate } = card;
        write!(text, "RE,{},1112,{year}{month:02},見本　花子,2,{birthdate}\r\n", at + 1)?;
        write!(text, "HO,{insurer},{symbol},{number},2,702\r\nSN,1,01,{insurer},{symbol},{number},{branch}\r\n")?;
        text.push_str("SY,8833421,20240401,1,,,01\r\nSY,2500013,20240401,1\r\n");
        service(&mut text, "SI,11,1,111000110,,291,1,,,,,,", &[(3, 1)]);
        service(&mut text, "SI,12,1,112007410,,75,1,,,,,,", &[(17, 1)]);
        service(&mut text, "IY,21,1,622947001,1,,28,,,,,,", &[(3, 14), (17, 14)]);
        service(&mut text, "IY,,1,620098801,3,12,28,,,,,,", &[(3, 14), (17, 14)]);
        service(&mut text, "IY,23,1,662220001,50,20,1,,,,,,", &[(17, 1)]);
        service(&mut text, "SI,60,1,160008010,,21,1,,,,,,", &[(3, 1)]);
        file.write_all(text.as_bytes())?;
        text.clear();
    }
    file.write_all(b"GO,1,702,99\r\n\x1a")?;
    file.flush()?;
    Ok(path.to_owned())
}

/// A row and the cells of its days.
fn service(text: &mut String, head: &str, days: &[(u32, u32)]) {
    text.push_str(head);
    for day in 1..=31 {
        text.push(',');
        if let Some((_, count)) = days.iter().find(|(on, _)| *on == day) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{count}");
        }
    }
    text.push_str("\r\n");
}

/// A row of the table.
pub fn tell(engine: &str, measured: &Ingest) -> Result<()> {
    say(&format!(
        "| into history, {engine} | {:.0} claims/s; the same file again {:.0} claims/s |\n\
         | memory while it is taken, {engine} | {:.0} MiB of the small file, {:.0} MiB of the large one |",
        measured.claims_per_s, measured.again_per_s, measured.small_mib, measured.large_mib
    ))
}
