//! The commands of operators, insurers and clinics: each page reads its arguments and calls the room that does the work.

pub mod card;
pub mod center;
pub mod checkups;
mod claim_queue;
pub mod claims;
pub mod disaster;
pub mod export;
pub mod facility;
pub mod insurer;
pub mod jpki;
pub mod looks;
pub mod nation;
pub mod personal_certificate;
pub mod proof;
pub mod record;
pub mod status_list;
pub mod terminal;

use crate::check::private::World;
use crate::cli::CenterData;
use anyhow::Result;
use std::io::Write as _;
use std::sync::Arc;

/// Prints a text and a line end.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}

/// Says that a server is ready, and waits for its end. It hears signals before anybody is told: whoever reads the line may
/// send one at once.
async fn ready_until<T>(ready: &str, end: impl Future<Output = T>) -> Result<T> {
    let mut end = Box::pin(end);
    tokio::select! {
        biased;
        ended = &mut end => return Ok(ended),
        told = async { print(ready) } => told?,
    }
    Ok(end.await)
}

/// Prints what came of reading a register: refused rows by line, then the counts.
fn tell_register(report: &::center::admin::RegisterReport) -> Result<()> {
    for refusal in &report.refusals {
        print(&format!("{} 行目 {}: {}", refusal.line, refusal.field, refusal.message))?;
    }
    print(&format!("added {}, known {}, refused {}", report.added, report.known, report.refused))
}

/// The operator's hand on the center whose data is meant.
async fn open(center: &CenterData, world: &World) -> Result<::center::Admin> {
    let (clock, random) = (Arc::clone(&world.clock), Arc::clone(&world.random));
    Ok(::center::Admin::open(&center.data, clock, random).await?)
}
