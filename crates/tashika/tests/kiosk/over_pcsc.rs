//! The kiosk over PC/SC. Where pcscd is, a program learns from its environment and only at its start, so this program
//! starts itself again with the environment set.

use anyhow::{Result, ensure};
use std::process::Command;
use testkit::pcscd::{PrivatePcscd, fresh_folder};

use crate::Case;
use crate::stage::Stage;

/// What only a real pcscd can do.
pub const CASES: &[Case] =
    &[("fault_pcscd_is_killed_and_comes_back", |stage| Box::pin(fault_pcscd_is_killed_and_comes_back(stage)))];

/// Starts this program again, with a pcscd of its own; whether it went well.
pub fn inside(before: &[&str], after: &[&str]) -> Result<bool> {
    ensure!(PrivatePcscd::is_installed(), "pcscd and vsmartcard-vpcd are needed: cargo xtask packages");
    let folder = fresh_folder()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(before).arg(&folder).args(after).env("PCSCLITE_CSOCK_NAME", PrivatePcscd::socket_in(&folder));
    Ok(command.status()?.success())
}

async fn fault_pcscd_is_killed_and_comes_back(stage: &mut Stage) -> Result<()> {
    let person = stage.registered().await?;
    stage.at_pin_pad(person).await?;
    tokio::task::block_in_place(|| stage.readers.server()?.crash().map_err(anyhow::Error::from))?;
    let page = stage.kiosk.fault("card-removed").await?;
    ensure!(page.offers("way-number"), "the patient is checked by number meanwhile");
    stage.clear_without_readers().await?;
    stage.kiosk.until("no service", |page| page.html.contains("いまカードを読み取れません")).await?;
    stage.take_out()?;
    tokio::task::block_in_place(|| stage.readers.server()?.resume().map_err(anyhow::Error::from))?;
    stage.kiosk.until("readers", |page| page.offers("card")).await?;
    stage.after_pin(person, "consents").await?;
    Ok(())
}
