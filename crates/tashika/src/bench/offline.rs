//! What a window says while the line is cut, how fast, and how long it takes until everything is put right.
//!
//! A terminal asks about many people, fetches the status lists, and stops for the night. Somebody puts a list as long as the
//! whole country's in their place, so that it is what an office has in which the line is cut in the morning. It is asked about
//! all of them again and about strangers, the line is mended. Whatever was said without the center is held against what the
//! center said.

use super::country::{self, Country};
use super::{personal_certificates, questions, say};
use crate::check::folders::PrivateTerminal;
use crate::check::line::Line;
use crate::check::private::{PrivateCenter, World, generous_limits};
use anyhow::{Context as _, Result, ensure};
use domain::offline::Standing;
use nation::{Nation, Options};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use terminal::asking::outcome::Outcome;
use trust::ProofNumber;
use wire::api::{Answer, CheckRequest, SearchInfo, Verdict};

const PEOPLE: u32 = 20_000;
/// Longest wait until all is settled.
const SETTLE_MAX: Duration = Duration::from_mins(5);
const LOOK_REST: Duration = Duration::from_millis(20);
/// One stranger for so many who came before.
const STRANGERS: usize = 10;

/// What was counted and measured.
struct Run {
    /// Milliseconds of each check without the center, sorted.
    window_ms: Vec<f64>,
    /// Said from a kept answer, and not to be told.
    from_copies: usize,
    /// Of these, with the word of a status list that it still stands.
    from_lists: usize,
    undetermined: usize,
    /// Said otherwise than the center had.
    wrong: usize,
    settled_s: f64,
    /// Cases that staff have to look at.
    to_see: u32,
    /// Events that the center wrote for the cases.
    events: u64,
}

/// Measures and prints; the last line is JSON.
pub async fn run(cases: usize, world: &World) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("tashika-bench-").tempdir()?;
    let nation_folder = folder.path().join("nation");
    std::fs::create_dir_all(&nation_folder)?;
    Nation::build(&Options::new(PEOPLE, 1))?.write(&nation_folder)?;
    let institution = nation::files::read_oracle(&nation_folder)?
        .first()
        .map(|case| case.medical_institution_code.clone())
        .context("the nation has no oracle")?;
    let line = Line::new()?;
    let made = PrivateCenter::make(&folder.path().join("center"), None, generous_limits(), world).await?;
    let center = made.reached_at(line.url()).start(center::config::Card::default(), world).await?;
    line.lead_to(center.running.api_addr);
    center.load(&nation_folder).await?;
    let place = folder.path().join("terminal");
    let terminal = PrivateTerminal::start(&center, &institution, &place, world).await?;
    let questions = ask_whom(&nation_folder, &institution, cases, world)?;
    let answers = before(&terminal, &questions).await?;
    line.cut();
    let country = country::make(&folder.path().join("center"), world)?;
    std::fs::write(place.join("status-lists/all.cwt"), &country.token)?;
    let certificates = personal_certificates::verified_per_s(&folder.path().join("center"), &country.token, world)?;
    let (terminal, run) = measure(&line, terminal.restart(world).await?, &questions, &answers, world).await?;
    terminal.running.shutdown().await;
    center.stop().await?;
    tell(cases, &run, &country, certificates)
}

/// Those who came before, and then strangers.
fn ask_whom(nation: &Path, institution: &str, cases: usize, world: &World) -> Result<Vec<(String, SearchInfo)>> {
    let bodies = questions::bodies(nation, institution, cases + cases / STRANGERS, world)?;
    bodies
        .iter()
        .map(|body| {
            let request: CheckRequest = serde_json::from_slice(body)?;
            Ok((request.qualification_confirmation_date, request.qualification_confirm_search_info))
        })
        .collect()
}

async fn live(terminal: &PrivateTerminal, question: &(String, SearchInfo)) -> Result<(Answer, u64)> {
    match terminal.running.check(&question.0, question.1.clone(), "bench").await {
        Outcome::Answered(answered) => {
            let number = ProofNumber::parse(answered.proof_number())?;
            Ok((answered.answer, number.leaf_index()))
        }
        other => anyhow::bail!("the center did not answer: {other:?}"),
    }
}

/// What the center said of those who came before, and the place in its log of the last answer.
struct Before {
    answers: Vec<Answer>,
    last: u64,
}

async fn before(terminal: &PrivateTerminal, questions: &[(String, SearchInfo)]) -> Result<Before> {
    let known = questions.len() * STRANGERS / (STRANGERS + 1);
    say(&format!("{known} people are asked about, then the line is cut"))?;
    let mut answers = Vec::with_capacity(known);
    let mut last = 0;
    for question in &questions[..known] {
        let (answer, index) = live(terminal, question).await?;
        answers.push(answer);
        last = index;
    }
    ensure!(terminal.running.fetch_status_lists().await, "the status lists could not be fetched");
    Ok(Before { answers, last })
}

async fn measure(
    line: &Line,
    terminal: PrivateTerminal,
    questions: &[(String, SearchInfo)],
    before: &Before,
    world: &World,
) -> Result<(PrivateTerminal, Run)> {
    let mut run = Run {
        from_lists: 0,
        window_ms: Vec::with_capacity(questions.len()),
        from_copies: 0,
        undetermined: 0,
        wrong: 0,
        settled_s: 0.0,
        to_see: 0,
        events: 0,
    };
    for (at, (day, search)) in questions.iter().enumerate() {
        let begun = world.clock.monotonic();
        let came = terminal.running.check_at_window(day, search.clone(), "bench").await;
        run.window_ms.push(world.since(begun).as_secs_f64() * 1000.0);
        let recalled = came.recalled.context("somebody answered through a line that is cut")?;
        ensure!(came.kept, "a case was not kept");
        match (recalled.answer.verdict, before.answers.get(at)) {
            (Verdict::Undetermined, _) => run.undetermined += 1,
            (said, Some(right)) => {
                run.from_copies += 1;
                run.from_lists += usize::from(matches!(recalled.standing, Standing::ListedValid(_)));
                let is_same = is_insured(said) == is_insured(right.verdict)
                    && recalled.answer.share.as_ref().is_none_or(|share| Some(share) == right.share.as_ref());
                run.wrong += usize::from(!is_same);
            }
            (_, None) => run.wrong += 1,
        }
    }
    run.window_ms.sort_by(f64::total_cmp);

    say("the line is mended")?;
    let begun = world.clock.monotonic();
    line.mend()?;
    run.to_see = settled(&terminal, world).await?;
    run.settled_s = world.since(begun).as_secs_f64();
    let (_, after) = live(&terminal, &questions[0]).await?;
    run.events = after - before.last - 1;
    Ok((terminal, run))
}

fn is_insured(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Valid | Verdict::ValidUnregistered)
}

async fn settled(terminal: &PrivateTerminal, world: &World) -> Result<u32> {
    let begun = world.clock.monotonic();
    loop {
        let (waiting, to_see) = terminal.running.open_cases().await?;
        if waiting == 0 {
            return Ok(to_see);
        }
        ensure!(world.since(begun) < SETTLE_MAX, "{waiting} cases are not settled");
        tokio::time::sleep(LOOK_REST).await;
    }
}

/// Millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn tell(cases: usize, run: &Run, country: &Country, certificates_per_s: f64) -> Result<()> {
    let asked = run.window_ms.len();
    let at = |percent: usize| run.window_ms[(asked * percent).div_ceil(100).clamp(1, asked) - 1];
    let lost = u64::try_from(asked)?.abs_diff(run.events);
    say(&format!(
        "\n| {cases} who came before, {} strangers | |\n|---|---|\n| a window waits, p50 | {:.2} ms |\n| p99 | {:.2} ms |\n\
         | told from kept answers | {} |\n| of these insured by the list | {} |\n| cannot tell | {} |\n| told otherwise than the center | {} |\n\
         | settled after the line is back | {:.1} s |\n| events at the center for {asked} cases | {} |\n| for staff to see | {} |\n",
        asked - cases,
        at(50),
        at(99),
        run.from_copies,
        run.from_lists,
        run.undetermined,
        run.wrong,
        run.settled_s,
        run.events,
        run.to_see,
    ))?;
    say(&format!(
        "| list of {} places, {} of them struck out | |\n|---|---|\n| as published | {:.2} MB |\n| loaded | {:.0} ms |\n\
         | in memory | {:.1} MB |\n| codes of certificates verified, parsed and looked up, one core | {certificates_per_s:.0}/s |\n",
        country.places,
        country.struck,
        mb(country.token.len()),
        country.load_ms,
        mb(country.memory_bytes),
    ))?;
    let line = json!({
        "bench": "offline", "cases": asked, "window_p50_ms": at(50), "window_p99_ms": at(99),
        "from_copies": run.from_copies, "undetermined": run.undetermined, "wrong": run.wrong,
        "from_lists": run.from_lists, "list_bytes": country.token.len(), "list_load_ms": country.load_ms,
        "list_memory_bytes": country.memory_bytes, "settled_s": run.settled_s, "events": run.events, "to_see": run.to_see,
        "certificates_per_s": certificates_per_s,
    });
    crate::command::print(&line.to_string())?;
    ensure!(run.wrong == 0, "{} were told otherwise than the center", run.wrong);
    ensure!(lost == 0, "{lost} cases were lost or asked twice");
    Ok(())
}
