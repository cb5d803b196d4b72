//! Fuzz targets of `fuzz/`, two at a time because the smallest machine has two cores.
//!
//! cargo-fuzz wants a nightly compiler for its sanitizer flags; `RUSTC_BOOTSTRAP=1` lets the pinned stable one take them.
//! cargo-fuzz itself is installed into the target folder, so that the machine stays as it was.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::run;
use crate::workspace::{BUILD_MAX, Workspace};

const AT_ONCE: usize = 2;
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
    let tool = tool(workspace)?;
    let targets = if options.targets.is_empty() { all_targets(workspace)? } else { options.targets.clone() };
    ensure!(!targets.is_empty(), "fuzz/fuzz_targets holds no target");
    let build_folder = workspace.target.join("fuzz").display().to_string();
    let cargo_fuzz = |action: &str| {
        let mut command = run::command(&workspace.root, &tool, &["fuzz", action, "--target-dir", &build_folder]);
        command.env("RUSTC_BOOTSTRAP", "1");
        command
    };
    run::run(&mut cargo_fuzz("build"), BUILD_MAX)?;

    let logs = workspace.scratch("fuzz")?;
    let limit = Duration::from_secs(options.seconds) + BEYOND_FUZZING_MAX;
    let mut failed = Vec::new();
    for pair in targets.chunks(AT_ONCE) {
        println!("fuzzing {} for {} s", pair.join(", "), options.seconds);
        thread::scope(|scope| {
            let running: Vec<_> = pair
                .iter()
                .map(|target| {
                    let mut command = cargo_fuzz("run");
                    command.arg(target).arg("--").arg(format!("-max_total_time={}", options.seconds));
                    command.arg(format!("-timeout={INPUT_SECONDS_MAX}")).arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"));
                    let log = logs.join(format!("{target}.log"));
                    (target, log.clone(), scope.spawn(move || run::run_into(&mut command, &log, limit)))
                })
                .collect();
            for (target, log, handle) in running {
                let result = handle.join().unwrap_or_else(|_| bail!("the fuzzing thread panicked"));
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                let lines: Vec<_> = text.lines().collect();
                match result {
                    Ok(()) => println!(
                        "{target}: {}",
                        lines.iter().rev().find(|line| line.starts_with("Done")).unwrap_or(&"done")
                    ),
                    Err(error) => {
                        println!("{}", lines[lines.len().saturating_sub(SHOWN_LOG_LINES)..].join("\n"));
                        failed.push(format!("{target}: {error:#}"));
                    }
                }
            }
        });
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

fn all_targets(workspace: &Workspace) -> Result<Vec<String>> {
    let files = std::fs::read_dir(workspace.root.join("fuzz/fuzz_targets"))?;
    let name = |file: std::fs::DirEntry| Some(file.file_name().to_str()?.strip_suffix(".rs")?.to_owned());
    let mut targets: Vec<_> = files.flatten().filter_map(name).collect();
    targets.sort();
    Ok(targets)
}

/// cargo-fuzz, from the path or from our own folder.
fn tool(workspace: &Workspace) -> Result<PathBuf> {
    if run::is_installed("cargo-fuzz") {
        return Ok("cargo-fuzz".into());
    }
    let folder = workspace.target.join("tools");
    let tool = folder.join("bin/cargo-fuzz");
    if !tool.exists() {
        let root = folder.display().to_string();
        workspace.cargo(&["install", "cargo-fuzz", "--locked", "--quiet", "--root", &root], BUILD_MAX)?;
    }
    Ok(tool)
}
