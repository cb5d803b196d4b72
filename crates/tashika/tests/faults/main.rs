//! Faults that take minutes: bad lines, many cases that wait, a whole day without the center. `cargo xtask faults` and
//! `cargo xtask reliability` ask for them by name; the quick ones are among the tests of whole systems (`tests/it`).

mod day;
mod network;
mod queue;
#[path = "../it/receipt_computer.rs"]
mod receipt_computer;
#[path = "../it/stack.rs"]
mod stack;
mod window;
