//! How long a patient waits for machines, by path: from the card on the reader to the verdict on the page, with somebody
//! who types and presses at once.

use anyhow::{Result, ensure};
use std::process::ExitCode;
use std::time::Duration;
use tashika::check::cards::today;

use crate::faces;
use crate::logs::Traces;
use crate::readers::Readers;
use crate::stage::{FACILITY_PASSWORD, Stage};

/// A path to the verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    Pin,
    Face,
    Staff,
    Number,
}

impl Path {
    const ALL: [Self; 4] = [Self::Pin, Self::Face, Self::Staff, Self::Number];

    const fn name(self) -> &'static str {
        match self {
            Self::Pin => "card+pin",
            Self::Face => "card+face",
            Self::Staff => "card+staff",
            Self::Number => "number",
        }
    }
}

/// Measures in process, and over PC/SC where that is built in; the last line is JSON.
pub async fn run(visits: usize) -> Result<ExitCode> {
    Box::pin(measure(Readers::in_process(), "in process", visits)).await?;
    #[cfg(feature = "pcsc")]
    ensure!(crate::over_pcsc::inside(&["--bench-over-pcsc"], &[&visits.to_string()])?, "over PC/SC");
    Ok(ExitCode::SUCCESS)
}

/// The same inside of a program that sees a private pcscd.
#[cfg(feature = "pcsc")]
pub async fn over_pcsc(folder: &str, visits: usize) -> Result<ExitCode> {
    let server = testkit::pcscd::PrivatePcscd::start(std::path::Path::new(folder))?;
    Box::pin(measure(Readers::over(server), "over PC/SC", visits)).await?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(readers: Readers, how: &str, visits: usize) -> Result<()> {
    ensure!(visits > 0, "at least one visit");
    let mut stage = Stage::set(readers, Traces::default()).await?;
    let folder = stage.folder.path().join("terminal");
    terminal::users::set_facility_password(&folder, FACILITY_PASSWORD, &stage.world.clock, &stage.world.random).await?;
    let person = stage.registered().await?;
    let photo = faces::photo_of_me(&stage)?;
    let mut line = serde_json::Map::new();
    println!("| {how}, {visits} visits | p50 ms | p95 ms | longest ms |\n|---|---|---|---|");
    for path in Path::ALL {
        let mut times = Vec::with_capacity(visits);
        // The first of each is not counted: it asks for consents, the others find them.
        for visit in 0..=visits {
            let took = visit_by(&mut stage, path, person, &photo).await?;
            if visit > 0 {
                times.push(took.as_secs_f64() * 1000.0);
            }
            stage.clear().await?;
        }
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times[(times.len() * percent).div_ceil(100).clamp(1, times.len()) - 1];
        println!("| {} | {:.1} | {:.1} | {:.1} |", path.name(), at(50), at(95), at(100));
        line.insert(path.name().to_owned(), serde_json::json!({ "p50_ms": at(50), "p95_ms": at(95) }));
    }
    println!("{}", serde_json::json!({ "bench": "card", "readers": how, "visits": visits, "paths": line }));
    stage.end().await
}

async fn visit_by(stage: &mut Stage, path: Path, person: u32, photo: &[u8]) -> Result<Duration> {
    if path == Path::Number {
        let (day, numbers) = (today(&stage.world), stage.office.numbers(person)?);
        let begun = stage.world.clock.monotonic();
        stage.window.running.check(&day, numbers, "bench").await;
        return Ok(stage.world.since(begun));
    }
    let card = stage.office.virtual_card(person, card::virtual_card::Form::Card, photo.to_vec())?;
    let (pin, number) = (stage.pin(person)?, stage.office.person_card(person)?.number_b());
    let begun = stage.world.clock.monotonic();
    stage.insert(card)?;
    let page = stage.kiosk.stage("prove").await?;
    match path {
        Path::Pin => stage.kiosk.press(&page, "pin", &[("pin", &pin)]).await?,
        Path::Face => {
            stage.kiosk.press(&page, "way-face", &[]).await?;
            faces::digits(stage, &number).await?;
            stage.kiosk.stage("camera").await?;
            faces::pass(stage).await?;
        }
        Path::Staff => {
            stage.kiosk.press(&page, "way-staff", &[]).await?;
            let page = stage.kiosk.stage("staff").await?;
            stage.kiosk.press(&page, "facility-password", &[("password", FACILITY_PASSWORD)]).await?;
        }
        Path::Number => {}
    }
    let page = stage.kiosk.until("consents", |page| matches!(page.stage.as_str(), "kept" | "consents")).await?;
    let act = if page.stage == "kept" { "keep" } else { "choose-all" };
    stage.choose(&page, act, &[]).await?;
    Ok(stage.world.since(begun))
}
