//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::run;

/// Tests, demo and benches run what meets patients: with card readers. For commands over the whole workspace.
const WITH_READERS: &[&str] = &["--features", "card/pcsc,tashika/pcsc"];

/// Building everything from nothing on two slow cores.
pub const BUILD_MAX: Duration = Duration::from_mins(30);

pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    everything_is_built: AtomicBool,
}

/// The package of the fuzz targets, which make sense only as `cargo xtask fuzz` builds them.
pub const FUZZ_PACKAGE: &str = "tashika-fuzz";

impl Workspace {
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?.to_owned();
        let metadata =
            run::output(&mut run::command(&root, "cargo", &["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"].as_str().context("cargo names its target directory")?.into();
        Ok(Self { root, target, everything_is_built: AtomicBool::new(false) })
    }

    /// Runs cargo with these arguments.
    pub fn cargo(&self, arguments: &[&str], limit: Duration) -> Result<()> {
        run::run(&mut run::command(&self.root, "cargo", arguments), limit)
    }

    /// Runs a command of cargo over the whole workspace but the fuzz targets, with card readers.
    pub fn cargo_all(&self, command: &str, rest: &[&str], limit: Duration) -> Result<()> {
        run::run(&mut self.cargo_all_command(command, rest), limit)
    }

    /// The same, not run yet.
    pub fn cargo_all_command(&self, command: &str, rest: &[&str]) -> Command {
        let all = [command, "--workspace", "--exclude", FUZZ_PACKAGE, "--locked"];
        run::command(&self.root, "cargo", &[&all, WITH_READERS, rest].concat())
    }

    /// Builds fuzz targets, still to be named, with the features that everything else has.
    pub fn cargo_fuzz_command(&self) -> Command {
        run::command(&self.root, "cargo", &[&["build", "--workspace", "--locked"], WITH_READERS].concat())
    }

    /// Builds all crates with their tests, and remembers it.
    pub fn build_everything(&self) -> Result<()> {
        self.cargo_all("build", &["--all-targets"], BUILD_MAX)?;
        self.everything_is_built.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The binary of the development profile, which also serves tests and demo. Built first, unless everything was:
    /// building it alone asks for fewer features of outside crates, and would compile many of them a second time.
    pub fn binary(&self) -> Result<PathBuf> {
        if !self.everything_is_built.load(Ordering::Relaxed) {
            self.cargo(&["build", "--quiet", "--package", "tashika", "--features", "pcsc"], BUILD_MAX)?;
        }
        Ok(self.target.join("debug/tashika"))
    }

    /// An example of a crate, built first unless everything was.
    pub fn example(&self, package: &str, name: &str) -> Result<PathBuf> {
        if !self.everything_is_built.load(Ordering::Relaxed) {
            self.cargo(&["build", "--quiet", "--package", package, "--example", name], BUILD_MAX)?;
        }
        Ok(self.target.join("debug/examples").join(name))
    }

    pub fn release_binary(&self) -> PathBuf {
        self.target.join("release/tashika")
    }

    /// A folder for this xtask's own files, made when missing.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }

    /// The same, emptied first.
    pub fn fresh_scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        self.scratch(name)
    }
}
