//! Puts the card of a made-up person into a virtual reader: for the outside judges of CI, and for trying things by hand.
//! Certificates and keys are made at each start, and belong to no nation; `tashika card` plays the people of one.
//!
//! ```text
//! cargo run -p card --example virtual_card -- 127.0.0.1:35963 counters.json
//! ```
//!
//! It runs until its input ends. The counters of the PINs are read from the file and kept in it.
#![expect(clippy::print_stdout, reason = "a program for the command line says what it does")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use card::virtual_card::{CardState, Form, VirtualCard};
use card::vpcd::Inserted;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "say HOST:PORT of the virtual reader and a file for the counters";
    let address: SocketAddr = arguments.next().context(usage)?.parse().context(usage)?;
    let file = PathBuf::from(arguments.next().context(usage)?);
    let kept = file.clone();
    let card = VirtualCard::new(&support::content(Form::Card))?
        .with_state(read(&file)?)
        .with_random(fill)
        .keep_with(move |state| std::fs::write(&kept, serde_json::to_vec(state)?));
    let _inserted = Inserted::new(address, card)?;
    println!("PIN {}, password {}", support::PIN, support::PASSWORD);
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// The machine's randomness: this program hands around no source of its own.
fn fill(bytes: &mut [u8]) {
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(bytes));
    read.expect("the machine gives randomness");
}

fn read(file: &Path) -> Result<CardState> {
    if !file.exists() {
        return Ok(CardState::default());
    }
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}
