//! Act two: the line is cut, three patients come, the line is back, everything is settled.

use super::report::{Expected, Visit};
use crate::check::folders::PrivateTerminal;
use crate::check::line::Line;
use crate::check::private::World;
use anyhow::{Context as _, Result, ensure};
use std::time::Duration;
use terminal::AtWindow;
use wire::api::{Basis, SearchInfo};

/// Longest wait until the terminal has noticed, and until all is settled.
const WAIT_MAX: Duration = Duration::from_secs(30);
const LOOK_REST: Duration = Duration::from_millis(20);

/// Somebody who comes while the line is cut.
pub struct Patient {
    /// Short name of the visit.
    pub name: &'static str,
    /// What happens at the window.
    pub title: &'static str,
    /// The day asked, `yyyyMMdd`.
    pub day: String,
    /// The numbers.
    pub search: SearchInfo,
    /// Verdict that is right to say without the center, and share.
    pub right: (&'static str, Option<u8>),
}

/// What act two showed.
pub struct Cut {
    /// The visits.
    pub visits: Vec<Visit>,
    /// Longest wait of a window while the line was cut, in milliseconds.
    pub window_ms: f64,
    /// From the mending until every case was settled, in seconds.
    pub settled_s: f64,
    /// Cases that were asked again, and of them those about which the center said something else.
    pub settled: (u32, u32),
}

impl Cut {
    /// Whether everything came out right: nothing is left, and only what could not be told was news.
    pub fn is_right(&self) -> bool {
        let (asked, news) = self.settled;
        let untold = self.visits.iter().filter(|visit| visit.verdict == "undetermined").count();
        self.visits.iter().all(|visit| visit.ok)
            && usize::try_from(asked).is_ok_and(|asked| asked == self.visits.len())
            && usize::try_from(news).is_ok_and(|news| news == untold)
    }
}

/// Plays it.
pub async fn play(line: &Line, terminal: &PrivateTerminal, patients: Vec<Patient>, world: &World) -> Result<Cut> {
    line.cut();
    let mut visits = Vec::with_capacity(patients.len());
    for patient in patients {
        visits.push(visit(terminal, patient, world).await);
    }
    until("the light says that the line is down", || !terminal.running.is_connected(), world).await?;
    let waiting = terminal.running.open_cases().await?.0;
    let window_ms = visits.iter().map(|visit| visit.ms).fold(0.0, f64::max);

    let begun = world.clock.monotonic();
    line.mend()?;
    until("the terminal is connected", || terminal.running.is_connected(), world).await?;
    let news = settled(terminal, world).await?;
    Ok(Cut { visits, window_ms, settled_s: world.since(begun).as_secs_f64(), settled: (waiting, news) })
}

async fn visit(terminal: &PrivateTerminal, patient: Patient, world: &World) -> Visit {
    let begun = world.clock.monotonic();
    let came = terminal.running.check_at_window(&patient.day, patient.search, "demo").await;
    let took = world.since(begun);
    let AtWindow { recalled, .. } = came;
    let answer = recalled.as_ref().map(|recalled| &recalled.answer);
    let verdict = answer.map_or("live", |answer| answer.verdict.as_str()).to_owned();
    let share = answer.and_then(|answer| answer.share.as_ref()).map(|share| share.percent);
    let (right, right_share) = patient.right;
    let differs = [("verdict", verdict == right), ("share", share == right_share)];
    let copied = recalled.as_ref().is_some_and(|recalled| recalled.copy_of.is_some());
    Visit {
        name: patient.name.to_owned(),
        way: "offline",
        basis: copied.then(|| Basis::SignedCopy.as_str().to_owned()),
        ms: took.as_secs_f64() * 1000.0,
        expected: Expected { verdict: right.to_owned(), share: right_share, hint: None },
        ok: differs.iter().all(|(_, same)| *same),
        title: patient.title.to_owned(),
        told: vec![
            if copied {
                "センターの前回の回答から判定しました"
            } else {
                "申し出を書き取って受け付け、あとで確認し直します"
            }
            .to_owned(),
        ],
        differences: differs.iter().filter(|(_, same)| !same).map(|(what, _)| (*what).to_owned()).collect(),
        verdict,
        share,
    }
}

/// How many cases are news, once none waits.
async fn settled(terminal: &PrivateTerminal, world: &World) -> Result<u32> {
    let begun = world.clock.monotonic();
    loop {
        let (waiting, news) = terminal.running.open_cases().await?;
        if waiting == 0 {
            return Ok(news);
        }
        ensure!(world.since(begun) < WAIT_MAX, "{waiting} cases are not settled");
        tokio::time::sleep(LOOK_REST).await;
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool, world: &World) -> Result<()> {
    let begun = world.clock.monotonic();
    while !is_so() {
        ensure!(world.since(begun) < WAIT_MAX, "not within {WAIT_MAX:?}: {what}");
        tokio::time::sleep(LOOK_REST).await;
    }
    Ok(())
}

/// The patients of act two: of those who came before, one who was insured and one whose coverage had ended; and one who
/// never came.
pub fn patients(visits: &[nation::Visit], stranger: SearchInfo, today: String) -> Result<Vec<Patient>> {
    let named = |name: &str| {
        visits.iter().find(|visit| visit.name == name).with_context(|| format!("the story has no visit {name}"))
    };
    let (insured, lost) = (named("valid")?, named("lost_job_old_card")?);
    let day = |visit: &nation::Visit| visit.case.qualification_confirmation_date.clone();
    let numbers = |visit: &nation::Visit| crate::check::outcome::search_info(&visit.case);
    Ok(vec![
        Patient {
            name: "offline_known",
            title: "回線が切れた。前にも来た人",
            day: day(insured),
            search: numbers(insured),
            right: ("valid", insured.case.share.parse().ok()),
        },
        Patient {
            name: "offline_lost",
            title: "回線が切れた。転職した人がまた前の保険証を出した",
            day: day(lost),
            search: numbers(lost),
            right: ("invalid", None),
        },
        Patient {
            name: "offline_stranger",
            title: "回線が切れた。初めて来た人",
            day: today,
            search: stranger,
            right: ("undetermined", None),
        },
    ])
}
