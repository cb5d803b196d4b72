//! How many people of an archive are read in a second on one core, and how much memory that takes:
//! `cargo run --release -p wire --example checkups_rate -- [PEOPLE] [FILE]`. Without a file an archive of invented people is made.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "measures real time and prints it")]

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::time::Instant;

use wire::checkups::CheckupReader;

#[path = "../tests/checkups/person.rs"]
mod person;
#[expect(dead_code, reason = "tests use more of this file")]
#[path = "../tests/checkups/zip.rs"]
mod zip;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let people: u32 = arguments.next().map_or(Ok(20_000), |people| people.parse())?;
    match arguments.next() {
        Some(path) => measure(File::open(path)?),
        None => measure(Cursor::new(invented(people))),
    }
    Ok(())
}

/// Reports differ by their heads, as far as the rate is concerned.
fn invented(people: u32) -> Vec<u8> {
    let file = |serial: u32| zip::deflated(&format!("DATA/h{serial:06}.xml"), person::usual(serial).as_bytes());
    let files: Vec<_> = (0..people).map(file).collect();
    zip::archive(&files, people > 60_000)
}

fn measure(input: impl Read + Seek) {
    let before = peak_kib();
    let start = Instant::now();
    let mut reader = CheckupReader::open(input, "rate").expect("an archive");
    while reader.next_file().is_some() {}
    let seconds = start.elapsed().as_secs_f64();
    let report = reader.finish();
    let people = f64::from(u32::try_from(report.people).expect("few enough"));
    println!(
        "{{\"people\":{},\"accepted\":{},\"items\":{},\"faults\":{},\"per_s\":{:.0},\"peak_growth_kib\":{}}}",
        report.people,
        report.accepted,
        report.items,
        report.faults_total,
        people / seconds,
        peak_kib().saturating_sub(before)
    );
}

/// The most memory that this process ever held. Zero where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0)
}
