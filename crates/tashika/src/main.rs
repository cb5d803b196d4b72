// SPDX-License-Identifier: Apache-2.0
//! The program: reads the command line and hands over to the library.

use clap::Parser as _;
use std::process::ExitCode;

/// Twenty small pieces of memory for every check: the system's allocator would spend a sixth of the time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tashika::main(tashika::cli::Cli::parse())
}
