//! `tashika center …`

use crate::check::private::World;
use crate::cli::{Center as Say, RevokeReason};
use crate::command::{disaster, export, looks, open, print, ready_until, record};
use anyhow::{Context as _, Result};
use center::config::Listen;
use center::{AdminError, Center, Config, InitOptions};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use trust::ca::RevocationReason;

/// Addresses and database that stand on the command line instead of in the settings.
struct Instead {
    listen: Option<SocketAddr>,
    enrol_listen: Option<SocketAddr>,
    ops_listen: Option<SocketAddr>,
}

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Init { data, names, database } => init(&data, names, database, world).await,
        Say::Revoke { serial, reason, center } => {
            let admin = open(&center, world).await?;
            let counted = admin.certificate_revoke(&serial, reason.into()).await;
            admin.close().await;
            let counted = counted.map_err(|error| match error {
                AdminError::CertificateUnknown(_) => anyhow::anyhow!(
                    "{serial}: この番号の証明書はありません。「tashika facility show 医療機関コード」で番号を確かめてください\n{error}"
                ),
                other => other.into(),
            });
            print(&format!(
                "{serial}: {}",
                if counted? { "失効させました / revoked" } else { "失効済みです / was revoked before" }
            ))
        }
        Say::Claims(say) => record::claims(say, world).await,
        Say::Checkups(say) => record::checkups(say, world).await,
        Say::Export(say) => export::run(*say, world).await,
        Say::Looks(say) => looks::run(&say, world).await,
        Say::Disaster(say) => disaster::run(say, world).await,
        Say::Run { data, listen, enrol_listen, ops_listen } => {
            serve(&data, Instead { listen, enrol_listen, ops_listen }, world).await
        }
    }
}

impl From<RevokeReason> for RevocationReason {
    fn from(reason: RevokeReason) -> Self {
        match reason {
            RevokeReason::Unspecified => Self::Unspecified,
            RevokeReason::KeyCompromise => Self::KeyCompromise,
            RevokeReason::Superseded => Self::Superseded,
            RevokeReason::CessationOfOperation => Self::CessationOfOperation,
            RevokeReason::PrivilegeWithdrawn => Self::PrivilegeWithdrawn,
        }
    }
}

async fn init(data: &Path, names: Vec<String>, database: Option<String>, world: &World) -> Result<()> {
    let options = InitOptions {
        names,
        database_url: database.unwrap_or_default(),
        listen: Listen::default(),
        ..InitOptions::default()
    };
    let made = center::init(data, options, Arc::clone(&world.clock), Arc::clone(&world.random)).await?;
    let mut fingerprint = String::new();
    for byte in made.root_fingerprint {
        write!(fingerprint, "{byte:02X}")?;
    }
    print(&format!(
        "センターを作りました / the center is made: {}\n  root certificate SHA-256 {fingerprint}\n  \
         take {} offline now; the center runs without it\n  next: tashika center run --data {}",
        data.display(),
        made.root_folder.display(),
        data.display()
    ))
}

async fn serve(data: &Path, instead: Instead, world: &World) -> Result<()> {
    let mut config = Config::load(data)?;
    if let Some(address) = instead.listen {
        config.listen.api = address;
    }
    if let Some(address) = instead.enrol_listen {
        config.listen.enrol = address;
    }
    if let Some(address) = instead.ops_listen {
        config.listen.ops = address;
    }
    let running = Center::start(config, Arc::clone(&world.clock), Arc::clone(&world.random))
        .await
        .context("the center could not be started")?;
    let ready = format!(
        "ready api=https://{} enrol=https://{} ops=http://{}",
        running.api_addr, running.enrol_addr, running.ops_addr
    );
    ready_until(&ready, running.until_stopped()).await??;
    print("stopped; everything that was answered is on record")
}
