//! Saved proofs, checked by libraries of another language.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::run;
use crate::workspace::Workspace;

const SCRIPT: &str = "crates/trust/tests/interop/run.sh";
const INTEROP_MAX: Duration = Duration::from_mins(10);

/// Runs the script of `trust` with a folder in which it may keep its libraries.
pub fn run(workspace: &Workspace) -> Result<()> {
    ensure!(workspace.root.join(SCRIPT).exists(), "{SCRIPT} is missing");
    let folder = workspace.scratch("interop")?;
    let mut command = run::command(&workspace.root, "/bin/bash", &[SCRIPT]);
    run::run(command.arg(folder), INTEROP_MAX)
}
