//! How many megabytes of claims are checked in a second on one core, and how many receipts are put together:
//! `cargo run --release -p wire --example claims_rate [FILE]`. The last line is JSON.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "measures real time and prints it")]

use std::time::Instant;

use wire::claims::{ClaimReader, ReadOptions, check, synthetic};

/// Megabytes of the file that is measured.
const MEGABYTES: usize = 200;

fn main() {
    let file = match std::env::args().nth(1) {
        Some(path) => repeated(&std::fs::read(path).expect("a file")),
        None => synthetic::file(MEGABYTES * 1_000_000),
    };
    let megabytes = f64::from(u32::try_from(file.len() / 1_000).expect("fits")) / 1_000.0;
    let begun = Instant::now();
    let report = check(file.as_slice(), ReadOptions::default()).expect("a claim file");
    let checked = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let mut reader = ClaimReader::new(file.as_slice(), ReadOptions::default()).expect("a claim file");
    let (mut receipts, mut drugs) = (0u32, 0usize);
    while let Some(receipt) = reader.next_receipt().expect("readable") {
        receipts += 1;
        drugs += receipt.drug_uses().len();
    }
    let built = begun.elapsed().as_secs_f64();
    println!(
        "{{\"mb\":{megabytes:.1},\"check_mb_per_s\":{:.1},\"read_mb_per_s\":{:.1},\"read_receipts_per_s\":{:.0},\"receipts\":{receipts},\"drug_uses\":{drugs},\"errors\":{},\"warnings\":{}}}",
        megabytes / checked,
        megabytes / built,
        f64::from(receipts) / built,
        report.errors,
        report.warnings,
    );
}

/// The file again and again, up to the size.
fn repeated(file: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(MEGABYTES * 1_000_000 + file.len());
    while all.len() < MEGABYTES * 1_000_000 {
        all.extend_from_slice(file);
    }
    all
}
