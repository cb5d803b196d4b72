// SPDX-License-Identifier: Apache-2.0
//! The program: reads the command line and hands over to the library.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    tashika::main(tashika::cli::Cli::parse())
}
