//! Measures what a proof costs an answer: encode and hash the event, append, sign once per batch, assemble the receipt.
//!
//! ```text
//! cargo run --release -p trust --example batch_cost
//! ```
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement reads the clock and prints")]

#[path = "../tests/suite/sample.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod sample;

use std::hint::black_box;
use std::time::Instant;

use trust::merkle::{Hash, leaf_hash};

const ROUNDS: u32 = 2000;

fn main() {
    for batch_leaves in [1u8, 16, 64] {
        measure(batch_leaves);
    }
}

fn measure(batch_leaves: u8) {
    let mut log = sample::Log::open();
    let answers: Vec<_> = (0..batch_leaves).map(sample::answered).collect();
    let (mut events, mut tree, mut sign, mut receipts) = (0.0, 0.0, 0.0, 0.0);
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let leaves: Vec<Hash> = answers.iter().map(|one| leaf_hash(&black_box(one).event.encode())).collect();
        let hashed = Instant::now();
        let batch = log.edge.append_batch(&leaves).expect("room");
        let appended = Instant::now();
        let head = log.signer.sign_head(batch.head(), sample::NOW).expect("a signature");
        let signed = Instant::now();
        for index in batch.first()..batch.head().size {
            bytes = black_box(head.receipt(&batch, index)).expect("a receipt").len();
        }
        let end = Instant::now();
        events += (hashed - begin).as_secs_f64();
        tree += (appended - hashed).as_secs_f64();
        sign += (signed - appended).as_secs_f64();
        receipts += (end - signed).as_secs_f64();
    }
    let answers = f64::from(ROUNDS) * f64::from(batch_leaves);
    let micros = |seconds: f64| seconds * 1e6 / answers;
    let total = micros(events + tree + sign + receipts);
    println!(
        "batch of {batch_leaves:2}: {total:.2} us an answer = event {:.2} + append {:.2} + signature {:.2} + receipt {:.2} \
         ({bytes} bytes, log of {} leaves)",
        micros(events),
        micros(tree),
        micros(sign),
        micros(receipts),
        log.edge.size(),
    );
}
