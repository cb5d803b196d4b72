//! Mutual TLS as curl and openssl see it.

use anyhow::Result;

use crate::workspace::Workspace;

pub fn run(_workspace: &Workspace) -> Result<()> {
    Ok(())
}
