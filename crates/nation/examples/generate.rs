//! `cargo run -p nation --example generate -- PEOPLE SEED DIR`: writes a nation. `time` it for people per second.
#![expect(clippy::print_stdout, reason = "an example speaks to its user")]

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let usage = "PEOPLE SEED DIR";
    let people = args.next().ok_or(usage)?.parse()?;
    let seed = args.next().ok_or(usage)?.parse()?;
    let out = args.next().ok_or(usage)?;
    println!("{:?}", nation::generate(&nation::Options::new(people, seed), Path::new(&out))?);
    Ok(())
}
