//! `tashika proof …`

use crate::check::private::World;
use crate::cli::{CenterData, Proof};
use crate::command::{open, print};
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use std::io::Write as _;
use std::path::Path;
use trust::event::AccessEvent;
use trust::{LogPublicKey, ProofNumber};

/// Largest file that is looked at.
const PROOF_FILE_BYTES_MAX: u64 = 1 << 20;

/// Does what was asked.
pub async fn run(proof: Proof, world: &World) -> Result<()> {
    match proof {
        Proof::Verify { file, key } => verify(&file, &key),
        Proof::Find { number, center } => find(&number, &center, world).await,
    }
}

async fn find(number: &str, center: &CenterData, world: &World) -> Result<()> {
    let number = ProofNumber::parse(number)?;
    let admin = open(center, world).await?;
    let found = admin.access_event(number).await;
    admin.close().await;
    let Some(found) = found? else { bail!("{number} は記録にありません / is not on record") };
    let event = AccessEvent::decode(&found.event)?;
    print(&format!(
        "{number} は記録にあります / is on record\n  {} が {} に確認（{}）、結果は {}",
        event.facility,
        found.occurred_at,
        event.purpose.label(),
        event.verdict.label()
    ))?;
    let Some(decided) = event.decided_at_ms else { return Ok(()) };
    let decided = Timestamp::from_millisecond(i64::try_from(decided)?)?;
    print(&format!("  窓口では {decided} にセンターなしで判定 / decided at the window before, without the center"))
}

fn verify(file: &Path, key: &Path) -> Result<()> {
    let pem = std::fs::read_to_string(key).with_context(|| format!("{}", key.display()))?;
    let key = LogPublicKey::from_pem(&pem).with_context(|| format!("{} is no public key of a log", key.display()))?;
    let bytes = kit::files::read_limited(file, PROOF_FILE_BYTES_MAX).with_context(|| format!("{}", file.display()))?;
    match trust::proof::verify(&bytes, &key) {
        Ok(verified) => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "証明は正しい / the proof holds: {}", verified.number)?;
            writeln!(
                out,
                "  {} が {} に確認、結果は {}（log の大きさ {}）",
                verified.event.facility,
                Timestamp::from_millisecond(i64::try_from(verified.event.as_of_ms)?)?,
                verified.event.verdict.label(),
                verified.receipt.head.size
            )?;
            Ok(())
        }
        Err(error) => bail!("{}\n{error}", error.message_ja()),
    }
}
