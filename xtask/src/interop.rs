//! Saved proofs, checked by libraries of another language.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::run;
use crate::workspace::Workspace;

const SCRIPT: &str = "crates/trust/tests/interop/run.sh";
const INTEROP_MAX: Duration = Duration::from_mins(10);

/// Judges a proof that `trust` makes for the purpose.
pub fn run(workspace: &Workspace) -> Result<()> {
    judge(workspace, None)
}

/// Judges also the saved answer of a running center, given with the log's public key.
pub fn judge(workspace: &Workspace, saved: Option<(&Path, &Path)>) -> Result<()> {
    let folder = workspace.scratch("interop")?;
    let mut command = run::command(&workspace.root, "/bin/bash", &[SCRIPT]);
    command.arg(folder).arg(workspace.example("sample_proof")?).arg(workspace.example("sample_certificate")?);
    if let Some((proof, log_key)) = saved {
        command.arg(proof).arg(log_key);
    }
    run::run(&mut command, INTEROP_MAX)
}
