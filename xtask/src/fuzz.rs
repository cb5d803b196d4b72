//! Fuzz targets of `fuzz/`: libFuzzer with the address sanitizer, a few side by side.
//!
//! Built by cargo itself, in the target folder of everything else: only our own crates are compiled with the flags of
//! `fuzz/instrumented-rustc`, so what lies below them is not built a second time.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::run;
use crate::workspace::{BUILD_MAX, Workspace};

/// Six share two cores: each has its minute, and all twelve of them together two.
const AT_ONCE: usize = 6;
const BEYOND_FUZZING_MAX: Duration = Duration::from_mins(2);

/// A target is also wrong when one input takes this long or this much memory.
const INPUT_SECONDS_MAX: u32 = 10;
const MEMORY_MB_MAX: u32 = 2_048;
const SHOWN_LOG_LINES: usize = 40;

#[derive(clap::Args)]
pub struct Options {
    /// Only these targets; all of fuzz/ when none is named
    pub targets: Vec<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
}

/// What CI does.
pub const EACH_A_MINUTE: Options = Options { targets: Vec::new(), seconds: 60 };

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let targets = if options.targets.is_empty() { all_targets(workspace)? } else { options.targets.clone() };
    ensure!(!targets.is_empty(), "fuzz/fuzz_targets holds no target");
    let fuzzer = Fuzzer { workspace, programs: build(workspace)?, seconds: options.seconds };
    let mut failed = Vec::new();
    for pair in targets.chunks(AT_ONCE) {
        println!("fuzzing {} for {} s", pair.join(", "), options.seconds);
        failed.extend(fuzzer.side_by_side(pair));
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// Builds every target; gives the folder of the programs.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    // Named within the whole workspace: alone they would ask for fewer features of outside crates, and build those anew.
    let mut command = workspace.cargo_fuzz_command();
    for target in all_targets(workspace)? {
        command.arg("--bin").arg(target);
    }
    command.env("RUSTC_WORKSPACE_WRAPPER", workspace.root.join("fuzz/instrumented-rustc"));
    run::run(&mut command, BUILD_MAX)?;
    Ok(workspace.target.join("debug"))
}

struct Fuzzer<'a> {
    workspace: &'a Workspace,
    programs: PathBuf,
    seconds: u64,
}

impl Fuzzer<'_> {
    fn command(&self, target: &str) -> Command {
        let mut command = run::command(&self.workspace.root, self.programs.join(target), &[]);
        // One global of a C library may well be in two objects.
        command.env("ASAN_OPTIONS", "detect_odr_violation=0");
        command
    }

    /// Runs targets at the same time and says what failed.
    fn side_by_side(&self, targets: &[String]) -> Vec<String> {
        thread::scope(|scope| {
            let mut running = Vec::new();
            for target in targets {
                running.push((target, scope.spawn(move || self.one(target))));
            }
            let failure = |(target, handle): (&String, thread::ScopedJoinHandle<'_, Result<()>>)| {
                let result = handle.join().unwrap_or_else(|_| bail!("the thread that runs it panicked"));
                result.err().map(|error| format!("{target}: {error:#}"))
            };
            running.into_iter().filter_map(failure).collect()
        })
    }

    fn one(&self, target: &str) -> Result<()> {
        // What is found goes into the first folder; the seeds are committed and only read.
        let folders = [format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}")];
        let artifacts = format!("fuzz/artifacts/{target}/");
        for folder in folders.iter().chain([&artifacts]) {
            std::fs::create_dir_all(self.workspace.root.join(folder))?;
        }
        let mut command = self.command(target);
        command.args(folders).arg(format!("-artifact_prefix={artifacts}"));
        command.arg(format!("-max_total_time={}", self.seconds));
        command.arg(format!("-timeout={INPUT_SECONDS_MAX}")).arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"));
        let log = self.workspace.scratch("fuzz")?.join(format!("{target}.log"));
        let result = run::run_into(&mut command, &log, Duration::from_secs(self.seconds) + BEYOND_FUZZING_MAX);
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        if result.is_ok() {
            println!("{target}: {}", lines.iter().rev().find(|line| line.starts_with("Done")).unwrap_or(&"done"));
        } else {
            println!("{}", lines[lines.len().saturating_sub(SHOWN_LOG_LINES)..].join("\n"));
        }
        result
    }
}

fn all_targets(workspace: &Workspace) -> Result<Vec<String>> {
    let files = std::fs::read_dir(workspace.root.join("fuzz/fuzz_targets"))?;
    let name = |file: std::fs::DirEntry| Some(file.file_name().to_str()?.strip_suffix(".rs")?.to_owned());
    let mut targets: Vec<_> = files.flatten().filter_map(name).collect();
    targets.sort();
    Ok(targets)
}
