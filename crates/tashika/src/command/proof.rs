//! `tashika proof …`

use crate::cli::Proof;
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use std::io::Write as _;
use std::path::Path;
use trust::LogPublicKey;

/// Largest file that is looked at.
const PROOF_FILE_BYTES_MAX: u64 = 1 << 20;

/// Does what was asked.
pub fn run(proof: &Proof) -> Result<()> {
    match proof {
        Proof::Verify { file, key } => verify(file, key),
    }
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
