//! `cargo demo`: center, terminal and a nation in one process, and a story of visits at one window, by number and by card.

mod cards;
mod cut;
mod record;
mod report;
mod shelf;

use crate::check::folders::PrivateTerminal;
use crate::check::line::Line;
use crate::check::outcome::{Outcome, search_info};
use crate::check::private::{PrivateCenter, World, generous_limits};
use crate::cli::Demo;
use anyhow::{Context as _, Result, bail};
use cards::Cards;
use cut::Cut;
use nation::{Nation, Options};
use report::{Expected, Visit};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use terminal::asking::outcome::Outcome as Asked;

/// The visit that goes through the folders.
const FOLDER_VISIT: usize = 1;
/// Rest between two looks for an answer file.
const FOLDER_REST: Duration = Duration::from_millis(2);
/// Looks for an answer file before it is given up.
const FOLDER_LOOKS_MAX: usize = 5_000;

/// Everything that the demo runs.
struct Stage {
    center: PrivateCenter,
    terminal: PrivateTerminal,
    cards: Cards,
    line: Line,
    visits: Vec<nation::Visit>,
    /// Whose record a doctor opens.
    patient: record::Patient,
}

/// Runs the demo; success only if every visit came out as the oracle says.
pub async fn run(demo: &Demo, world: &World) -> Result<ExitCode> {
    let begun = world.clock.monotonic();
    let kept = demo.dir.is_some() || !demo.once;
    let folder = folder(demo)?;
    let stage = set_up(demo, &folder, world).await?;
    let ready = world.since(begun);
    if !demo.json {
        introduce(&folder, demo.people, ready)?;
    }
    let mut visits = play(&stage, world).await?;
    let cut = act_two(&stage, world).await?;
    visits.extend(cut.visits.iter().cloned());
    let mut out = std::io::stdout().lock();
    let told = if demo.json { report::tell_json(&mut out, &visits) } else { report::tell(&mut out, &visits) };
    told?;
    if !demo.json {
        report::tell_cut(&mut out, &cut)?;
    }
    out.flush()?;
    drop(out);
    let all_right = visits.iter().all(|visit| visit.ok) && cut.is_right();
    if !demo.once {
        serve_on(&stage, &folder)?;
        tokio::signal::ctrl_c().await.context("waiting for Ctrl-C")?;
    }
    stage.terminal.running.shutdown().await;
    stage.center.stop().await?;
    stage.cards.stop().await;
    if !kept {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn folder(demo: &Demo) -> Result<PathBuf> {
    match &demo.dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).with_context(|| format!("{}", dir.display()))?;
            Ok(dir.clone())
        }
        None => Ok(tempfile::Builder::new().prefix("tashika-demo-").tempdir()?.keep()),
    }
}

async fn set_up(demo: &Demo, folder: &Path, world: &World) -> Result<Stage> {
    let nation_folder = folder.join("nation");
    std::fs::create_dir_all(&nation_folder)?;
    let options = Options::new(demo.people, demo.seed);
    let made = nation_folder.clone();
    // Making a nation is pure computing and writing: it goes on beside the keys and the database of the center.
    let making = std::thread::spawn(move || -> Result<_, nation::Error> {
        let nation = Nation::build(&options)?;
        nation.write(&made)?;
        nation.write_records(&record::RECORDS, &made)?;
        Ok((nation::story::visits(&nation), nation::story::facility_code(&nation).to_owned()))
    });
    let center = PrivateCenter::make(&folder.join("center"), None, generous_limits(), world).await?;
    let Ok(made) = making.join() else { bail!("the nation could not be made") };
    let (visits, institution) = made?;
    let preparing = {
        let (folder, world) = (nation_folder.clone(), world.clone());
        tokio::task::spawn_blocking(move || Cards::prepare(&folder, &world))
    };
    let cards = preparing.await?.context("the cards of the story")?;
    let line = Line::new()?;
    // The masters are read when a center starts.
    let center = center.reached_at(line.url());
    center.load_masters(world).await?;
    let center = center.start(cards.settings()?, world).await?;
    line.lead_to(center.running.api_addr);
    let (loaded, _) = center.load(&nation_folder).await?;
    if loaded.rows_refused > 0 {
        bail!("the nation's own feed has {} refused rows", loaded.rows_refused);
    }
    let whom = nation_folder.clone();
    let patient = tokio::task::spawn_blocking(move || record::patient(&whom)).await??;
    record::load(&center, &patient).await?;
    let terminal_folder = folder.join("terminal");
    let set = |settings: &mut terminal::Settings| {
        settings.desk.address = demo.desk;
        settings.kiosk.address = demo.kiosk;
    };
    let parts = terminal::Parts { line: Some(Arc::new(line.clone())), ..cards.parts() };
    let terminal = PrivateTerminal::start_with(&center, &institution, &terminal_folder, set, parts, world).await?;
    cards.set_up(&center, &institution, &terminal_folder, world).await?;
    Ok(Stage { center, terminal, cards, line, visits, patient })
}

/// The line is cut.
async fn act_two(stage: &Stage, world: &World) -> Result<Cut> {
    let patients = cut::patients(&stage.visits, stage.cards.stranger()?, crate::check::cards::today(world))?;
    cut::play(&stage.line, &stage.terminal, patients, world).await
}

/// Plays every visit at the terminal: by number as the desk page asks, one through the folders.
async fn play(stage: &Stage, world: &World) -> Result<Vec<Visit>> {
    if stage.visits.is_empty() {
        bail!("the nation has no visits");
    }
    let mut played = Vec::with_capacity(stage.visits.len());
    for (index, scene) in stage.visits.iter().enumerate() {
        let begun = world.clock.monotonic();
        let (way, outcome) = if index == FOLDER_VISIT {
            ("folders", by_folders(&stage.terminal, scene).await?)
        } else {
            ("number", by_number(&stage.terminal, scene).await)
        };
        let took = world.since(begun);
        played.push(told(scene, way, &outcome, took));
    }
    played.extend(stage.cards.play(&stage.terminal, world).await?);
    let today = crate::check::cards::today(world);
    played.extend(record::play(&stage.terminal, &stage.patient, &today, world).await?);
    Ok(played)
}

async fn by_number(terminal: &PrivateTerminal, scene: &nation::Visit) -> Outcome {
    let case = &scene.case;
    let asked = terminal.running.check(&case.qualification_confirmation_date, search_info(case), "demo").await;
    match asked {
        Asked::Answered(answered) => Outcome::of_answer(&answered.answer),
        Asked::Unreadable(errors) => Outcome::of_unreadable(&errors),
        Asked::Refused(document) => Outcome::failure(document.to_string()),
        Asked::CouldNotAsk(why) => Outcome::failure(format!("could not ask: {why:?}")),
    }
}

async fn by_folders(terminal: &PrivateTerminal, scene: &nation::Visit) -> Result<Outcome> {
    terminal.drop_request(&scene.case)?;
    for _ in 0..FOLDER_LOOKS_MAX {
        if let Some(outcome) = terminal.take_answer(&scene.case)? {
            return Ok(outcome);
        }
        tokio::time::sleep(FOLDER_REST).await;
    }
    bail!("no answer came into the res folder")
}

fn told(scene: &nation::Visit, way: &'static str, outcome: &Outcome, took: Duration) -> Visit {
    let differences = outcome.differences(&scene.case);
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Visit {
        name: scene.name.clone(),
        way,
        verdict: outcome.verdict.clone(),
        basis: domain::Verdict::parse(&outcome.verdict).map(|_| "live".to_owned()),
        share: outcome.share,
        ms: took.as_secs_f64() * 1000.0,
        expected: Expected {
            verdict: scene.case.verdict.clone(),
            share: scene.case.share.parse().ok(),
            hint: optional(&scene.case.hint),
        },
        ok: differences.is_empty(),
        title: scene.title.clone(),
        told: outcome.told.clone(),
        differences,
    }
}

fn introduce(folder: &Path, people: u32, ready: Duration) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "Tashika 確か — センター・端末・{people} 人の国を、この1台で動かしています。")?;
    writeln!(out, "  準備 {:.1} 秒 / ready in {:.1} s", ready.as_secs_f64(), ready.as_secs_f64())?;
    writeln!(out, "  フォルダ / folder: {}", folder.display())?;
    writeln!(out, "\nある診療所の窓口 / visits at one window:\n")?;
    Ok(out.flush()?)
}

fn serve_on(stage: &Stage, folder: &Path) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n受付の画面 / desk page: http://{}/", stage.terminal.running.desk_addr)?;
    writeln!(
        out,
        "  ログイン / login: {}   パスワード / password: {}",
        stage.terminal.joined.admin_name,
        stage.terminal.joined.admin_password.as_str()
    )?;
    if let Some(kiosk) = stage.terminal.running.kiosk_addr {
        writeln!(
            out,
            "患者さんの画面 / kiosk page: http://{kiosk}/   （カードは画面の下から / cards are below the page）"
        )?;
        writeln!(out, "  施設パスワード / facility password: {}", cards::FACILITY_PASSWORD)?;
    }
    writeln!(
        out,
        "  回線を切る・つなぐ: 受付の画面の下のボタン / cut and mend the line: the button below the desk page"
    )?;
    writeln!(out, "  試す番号 / numbers to try: {}", folder.join("nation").join(nation::files::VISITS).display())?;
    writeln!(out, "  終わるには Ctrl-C / ends with Ctrl-C")?;
    Ok(out.flush()?)
}
