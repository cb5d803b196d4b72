//! Where things are.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::run;

/// Building everything from nothing on two slow cores.
pub const BUILD_MAX: Duration = Duration::from_mins(30);

pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask lies in the workspace")?
            .to_owned();
        let metadata = run::output(&mut run::command(
            &root,
            "cargo",
            &["metadata", "--no-deps", "--format-version", "1"],
        ))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo names its target directory")?
            .into();
        Ok(Self { root, target })
    }

    /// Runs cargo with these arguments.
    pub fn cargo(&self, arguments: &[&str], limit: Duration) -> Result<()> {
        run::run(&mut run::command(&self.root, "cargo", arguments), limit)
    }

    /// The binary of the development profile, which also serves tests and demo.
    pub fn binary(&self) -> PathBuf {
        self.target.join("debug/tashika")
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
