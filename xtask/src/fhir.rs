//! FHIR resources, judged by a validator that others wrote.

use std::time::Duration;

use anyhow::Result;

use crate::run;
use crate::workspace::Workspace;

const SCRIPT: &str = "crates/wire/tests/fhir/run.sh";
const FHIR_MAX: Duration = Duration::from_mins(10);

/// Makes one of each resource and has them judged, and wrong variants of them too; and what servers answered in the tests, where
/// these have run.
pub fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.scratch("fhir")?;
    let mut command = run::command(&workspace.root, "/bin/bash", &[SCRIPT]);
    command.arg(folder).arg(workspace.example("fhir_samples")?).arg(workspace.target.join("tmp/fhir-live"));
    run::run(&mut command, FHIR_MAX)
}
