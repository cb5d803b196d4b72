// SPDX-License-Identifier: Apache-2.0
//! The one program of Tashika: sets up the log and the runtime, and does what the command line asks.
//!
//! It is a library with a very small program around it, so that the tests of whole systems can use its parts.
//!
//! | folder | what |
//! |---|---|
//! | `cli` | what can be said |
//! | `command/` | the operator's and the clinic's commands |
//! | `demo/` | a whole system in one process, with a story |
//! | `check/` | a nation's oracle asked of a private center |
//! | `jpki/` | the card authority's model on the network |
//! | `bench/` | measurements |

pub mod bench;
pub mod check;
pub mod cli;
pub mod command;
pub mod demo;
pub mod jpki;

use anyhow::Result;
use check::private::World;
use cli::{Cli, Command, LogStyle};
use kit::logging::LogFormat;
use std::process::ExitCode;

/// Does what the command line asks and says what went wrong.
pub fn main(cli: Cli) -> ExitCode {
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            // The only place that speaks to standard error by itself: the log may not have been set up.
            #[expect(clippy::print_stderr, reason = "the last words of the program")]
            {
                eprintln!("tashika: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let world = World::real();
    let format = match cli.log {
        LogStyle::Text => LogFormat::Text,
        LogStyle::Json => LogFormat::Json,
    };
    let quiet = matches!(cli.command, Command::Demo(_) | Command::Bench(_) | Command::Nation(_));
    let filter = match (&cli.log_filter, quiet) {
        (Some(filter), _) => filter.as_str(),
        (None, true) => "warn",
        (None, false) => "info",
    };
    let _log = kit::logging::init(format, filter, world.clock.clone())?;
    // Two threads serve a prefecture on two cores, and keep a clinic's terminal small.
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2);
    let small = matches!(cli.command, Command::Terminal(_) | Command::Claims(_));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(if small { 2 } else { threads })
        .enable_all()
        .build()?;
    runtime.block_on(act(cli.command, &world))
}

async fn act(command: Command, world: &World) -> Result<ExitCode> {
    match command {
        Command::Demo(demo) => Box::pin(demo::run(&demo, world)).await,
        Command::Center(center) => command::center::run(center, world).await.map(|()| ExitCode::SUCCESS),
        Command::Facility(facility) => command::facility::run(facility, world).await.map(|()| ExitCode::SUCCESS),
        Command::Insurer(insurer) => command::insurer::run(insurer, world).await,
        Command::Master(say) => command::record::master(say, world).await,
        Command::Terminal(terminal) => command::terminal::run(terminal, world).await.map(|()| ExitCode::SUCCESS),
        Command::Nation(nation) => command::nation::run(nation, world).await,
        Command::Jpki(jpki) => command::jpki::run(jpki, world).await.map(|()| ExitCode::SUCCESS),
        Command::Card(card) => command::card::run(card, world).await.map(|()| ExitCode::SUCCESS),
        Command::Checkups(say) => command::checkups::run(say),
        Command::PersonalCertificate(say) => {
            command::personal_certificate::run(say, world).await.map(|()| ExitCode::SUCCESS)
        }
        Command::StatusList(list) => command::status_list::run(list, world).await.map(|()| ExitCode::SUCCESS),
        Command::Proof(proof) => command::proof::run(proof, world).await.map(|()| ExitCode::SUCCESS),
        Command::Bench(cli::Bench::Check(check)) => bench::check(&check, world).await.map(|()| ExitCode::SUCCESS),
        Command::Bench(cli::Bench::Certificates { seconds }) => {
            bench::certificates::run(seconds, world).map(|()| ExitCode::SUCCESS)
        }
        Command::Claims(claims) => command::claims::run(claims, world).await,
        Command::Bench(cli::Bench::Claims(claims)) => {
            bench::claims::run(&claims, world).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Bench(cli::Bench::Records(records)) => {
            Box::pin(bench::records::run(&records, world)).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Bench(cli::Bench::Checkups(checkups)) => {
            Box::pin(bench::checkups::run(&checkups, world)).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Bench(cli::Bench::Offline { cases }) => {
            bench::offline::run(cases as usize, world).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Openapi => command::print(&center::openapi()).map(|()| ExitCode::SUCCESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
