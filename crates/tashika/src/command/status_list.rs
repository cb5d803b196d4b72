//! `tashika status-list …`

use crate::check::private::World;
use crate::cli::StatusListCommand;
use crate::command::{open, print};
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use trust::limits::STATUS_LIST_BYTES_MAX;
use trust::{CredentialKey, ListName, StatusList, StatusListError};

/// Does what was asked.
pub async fn run(command: StatusListCommand, world: &World) -> Result<()> {
    match command {
        StatusListCommand::Verify { file, key, name } => verify(&file, &key, name.as_deref(), world),
        StatusListCommand::Publish { center } => {
            let admin = open(&center, world).await?;
            let published = admin.publish_status_lists().await;
            admin.close().await;
            let published = published?;
            print(&format!(
                "失効リストを公開しました / published: {} places, {} struck out (decoys among them), {} bytes, {}",
                published.places, published.struck, published.bytes, published.issued_at
            ))
        }
    }
}

fn verify(file: &Path, key: &Path, name: Option<&str>, world: &World) -> Result<()> {
    let pem = std::fs::read_to_string(key).with_context(|| format!("{}", key.display()))?;
    let key = CredentialKey::from_pem(&pem).with_context(|| format!("{} is no public key", key.display()))?;
    let name =
        name.map(|name| ListName::parse(name).with_context(|| format!("{name}: 01 to 47, or all"))).transpose()?;
    let bytes =
        kit::files::read_limited(file, STATUS_LIST_BYTES_MAX as u64).with_context(|| format!("{}", file.display()))?;
    match checked(&bytes, &key, name, world) {
        Ok(list) => {
            let (places, struck) = list.counts();
            let times = list.times();
            print(&format!(
                "失効リストは正しい / the list holds: {}\n  作成 {} 期限 {}\n  {places} places, {struck} struck out, {} bytes, {} bytes in memory",
                list.name().to_uri(),
                times.issued_at,
                times.expires_at,
                bytes.len(),
                list.memory_bytes()
            ))
        }
        Err(error) => bail!("{}\n{error} ({})", error.message_ja(), error.code()),
    }
}

fn checked(
    bytes: &[u8],
    key: &CredentialKey,
    name: Option<ListName>,
    world: &World,
) -> Result<StatusList, StatusListError> {
    let keys = std::slice::from_ref(key);
    let now = world.clock.now();
    if let Some(name) = name {
        return StatusList::read(bytes, keys, name, now, None);
    }
    let list = StatusList::read_any(bytes, keys)?;
    list.believable(now, None)?;
    Ok(list)
}
