//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::run;

/// Tests, demo and benches run what meets patients: with card readers. For commands over the whole workspace.
const WITH_READERS: &[&str] = &["--features", "card/pcsc,tashika/pcsc"];

/// All crates but the fuzz targets. Whatever is built is built as a part of all: a crate alone asks for fewer features of
/// outside crates, and would compile many of them a second time.
const ALL: &[&str] = &["--workspace", "--exclude", FUZZ_PACKAGE, "--locked"];

/// Building everything from nothing on two slow cores.
pub const BUILD_MAX: Duration = Duration::from_mins(30);

/// The compiler for our own crates that lints them while it builds them.
const LINTING_RUSTC: &str = "xtask/linting-rustc";

pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    lints: bool,
    everything_is_built: AtomicBool,
}

/// The crates that look otherwise on a machine without a library for card readers.
const KNOW_READERS: &str = "card nation terminal tashika";

/// The package of the fuzz targets, which make sense only as `cargo xtask fuzz` builds them.
pub const FUZZ_PACKAGE: &str = "tashika-fuzz";

impl Workspace {
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?.to_owned();
        let metadata =
            run::output(&mut run::command(&root, "cargo", &["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"].as_str().context("cargo names its target directory")?.into();
        Ok(Self { root, target, lints: false, everything_is_built: AtomicBool::new(false) })
    }

    /// From now on cargo lints our own crates while it builds them, and a warning is an error. What is built so lies beside
    /// what cargo builds otherwise, over the same outside crates.
    pub fn linting(self) -> Self {
        Self { lints: true, ..self }
    }

    /// Runs cargo with these arguments.
    pub fn cargo(&self, arguments: &[&str], limit: Duration) -> Result<()> {
        run::run(&mut self.cargo_command(arguments), limit)
    }

    fn cargo_command(&self, arguments: &[&str]) -> Command {
        let mut command = run::command(&self.root, "cargo", arguments);
        if self.lints {
            command.env("RUSTC_WORKSPACE_WRAPPER", self.root.join(LINTING_RUSTC));
        }
        command
    }

    /// Runs a command of cargo over the whole workspace but the fuzz targets, with card readers.
    pub fn cargo_all(&self, command: &str, rest: &[&str], limit: Duration) -> Result<()> {
        run::run(&mut self.cargo_all_command(command, rest), limit)
    }

    /// The same, not run yet.
    pub fn cargo_all_command(&self, command: &str, rest: &[&str]) -> Command {
        self.cargo_command(&[&[command], ALL, WITH_READERS, rest].concat())
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

    /// Compiles the crates as a machine does that has no library for card readers. With one small target of a developer:
    /// then outside crates have the same features as where everything is built, and crates that know nothing of readers
    /// are compiled once for both. Of those that do, nothing is run, so no code is made.
    pub fn build_without_readers(&self) -> Result<()> {
        let arguments = [&["build"], ALL, &["--lib", "--bin", "xtask", "--bench", "listener"]].concat();
        let mut command = self.cargo_command(&arguments);
        run::run(command.env("TASHIKA_LINT_ONLY", KNOW_READERS), BUILD_MAX)
    }

    /// The binary of the development profile, which also serves tests and demo. Built first, unless everything was.
    pub fn binary(&self) -> Result<PathBuf> {
        self.built(&["--bin", "tashika"])?;
        Ok(self.target.join("debug/tashika"))
    }

    /// An example, built first unless everything was. Names of examples are unique in the workspace.
    pub fn example(&self, name: &str) -> Result<PathBuf> {
        self.built(&["--example", name])?;
        Ok(self.target.join("debug/examples").join(name))
    }

    fn built(&self, what: &[&str]) -> Result<()> {
        if self.everything_is_built.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.cargo_all("build", &[&["--quiet"], what].concat(), BUILD_MAX)
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
