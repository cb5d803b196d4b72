//! Claims checked and read on one core, from memory, and taken into history.

use super::{ingest, say};
use crate::check::private::World;
use crate::cli::BenchClaims;
use anyhow::{Result, ensure};
use serde_json::json;
use wire::claims::{ClaimReader, ReadOptions, check, synthetic};

/// Measures and prints; the last line is JSON.
pub async fn run(say_what: &BenchClaims, world: &World) -> Result<()> {
    let megabytes = say_what.megabytes;
    say(&format!("making a claim file of {megabytes} MB"))?;
    let file = synthetic::file(usize::from(megabytes) * 1_000_000);
    let begun = world.clock.monotonic();
    let report = check(file.as_slice(), ReadOptions::default())?;
    let check_mb_per_s = f64::from(megabytes) / world.since(begun).as_secs_f64();
    ensure!(report.is_clean(), "the file is right, and {} errors were found", report.errors);
    let begun = world.clock.monotonic();
    let mut reader = ClaimReader::new(file.as_slice(), ReadOptions::default())?;
    let mut drug_uses = 0;
    while let Some(receipt) = reader.next_receipt()? {
        drug_uses += receipt.drug_uses().len();
    }
    let took = world.since(begun).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let receipts_per_s = report.receipts as f64 / took;
    say(&format!(
        "\n| on one core | |\n|---|---|\n| checked | {check_mb_per_s:.0} MB/s |\n| checked and put together | {:.0} MB/s, \
         {receipts_per_s:.0} receipts/s |\n| drugs of a day found | {drug_uses} |\n",
        f64::from(megabytes) / took,
    ))?;
    drop(file);
    let mut line = json!({
        "bench": "claims", "claims_check_mb_per_s": check_mb_per_s.round(),
        "claims_read_mb_per_s": (f64::from(megabytes) / took).round(), "claims_read_receipts_per_s": receipts_per_s.round(),
    });
    let scratch = tempfile::Builder::new().prefix("tashika-bench-").tempdir()?;
    let folder = say_what.places.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    say(&format!("taking {} claims into history", say_what.claims))?;
    let engines = [("sqlite", None), ("postgres", say_what.places.postgres.as_deref())];
    for (engine, database) in engines.into_iter().filter(|(engine, url)| *engine == "sqlite" || url.is_some()) {
        let measured = ingest::run(say_what.claims, database, &folder, world).await?;
        ingest::tell(engine, &measured)?;
        line[format!("claims_ingest_{engine}_per_s")] = json!(measured.claims_per_s.round());
        line[format!("claims_ingest_again_{engine}_per_s")] = json!(measured.again_per_s.round());
        line[format!("claims_ingest_{engine}_small_mib")] = json!(measured.small_mib.round());
        line[format!("claims_ingest_{engine}_large_mib")] = json!(measured.large_mib.round());
    }
    crate::command::print(&line.to_string())
}
