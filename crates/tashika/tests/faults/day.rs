//! A day without the center: eight hours, 120 patients, the terminal killed in between.
//!
//! Ten days before, the institution saw 84 of them; twelve others carry a 資格確認書 with a code. In the night some lose their
//! insurance and some are registered anew, and the lists of five o'clock say so. At nine the line is cut. What the window said is held against what the center says in the
//! evening, and that against the oracle.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use center::personal_certificate::issue::Wish;
use domain::offline::Standing;
use domain::{BranchNumber, CardKey, CardNumber, CardSymbol, InsurerNumber};
use jiff::Timestamp;
use nation::{Case, Nation, Options};
use tashika::check::folders::PrivateTerminal;
use tashika::check::line::Line;
use tashika::check::outcome::search_info;
use tashika::check::private::{PrivateCenter, World, generous_limits};
use terminal::asking::outcome::Outcome;
use testkit::RunningClock;
use wire::api::{Answer, Basis, SearchInfo, Verdict};

const TEN_DAYS_BEFORE: &str = "2026-11-12T10:00:00+09:00";
const BEFORE: &str = "20261112";
const TODAY: &str = "20261122";
/// From ten in the morning to five in the morning ten days later, and on to nine.
const TO_FIVE: Duration = Duration::from_hours(9 * 24 + 19);
const TO_NINE: Duration = Duration::from_hours(4);
/// Patients of the day; those who were there before; of these, who loses the insurance and who is registered anew.
const PATIENTS: usize = 120;
const KNOWN: usize = 84;
const CODED: usize = 12;
const LOSE: usize = 6;
const CHANGE: usize = 4;
/// Eight hours for all of them.
const BETWEEN: Duration = Duration::from_mins(4);
const SETTLE_MAX: Duration = Duration::from_mins(2);

struct Day {
    clock: Arc<RunningClock>,
    world: World,
    line: Line,
    center: PrivateCenter,
    /// None only while it is started again.
    terminal: Option<PrivateTerminal>,
    cases: Vec<Case>,
    /// What those behind the known carry.
    codes: Vec<String>,
    lost: HashSet<String>,
    #[expect(dead_code, reason = "the folder lives as long as the day")]
    folder: tempfile::TempDir,
}

/// What the window said, counted.
#[derive(Debug, Default)]
struct Said {
    by_list: usize,
    by_copy: usize,
    by_code: usize,
    ended: usize,
    cannot_tell: usize,
    wrong: Vec<String>,
}

#[test]
fn fault_eight_hours_without_the_center_lose_nobody_and_tell_nobody_wrong() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let mut day = Day::begin().await?;
        let (told, said) = day.without_the_center().await?;
        let figures = day.evening(&told, said).await?;
        println!("{figures}");
        day.terminal.take().context("a terminal")?.running.shutdown().await;
        day.center.stop().await
    })
}

impl Day {
    /// Ten days before: the institution sees those who will come again. Then the night.
    async fn begin() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(RunningClock::from(TEN_DAYS_BEFORE.parse::<Timestamp>()?));
        let world = World { clock: clock.clone(), random: kit::random::SystemRandom::shared() };
        let nation = folder.path().join("nation");
        Nation::build(&Options::new(20_000, 1))?.write(&nation)?;
        let cases = patients(&nation)?;
        let institution = cases[0].medical_institution_code.clone();
        let line = Line::new()?;
        let made = PrivateCenter::make(&folder.path().join("center"), None, generous_limits(), &world).await?;
        let center = made.reached_at(line.url()).start(center::config::Card::default(), &world).await?;
        line.lead_to(center.running.api_addr);
        center.load(&nation).await?;
        let place = folder.path().join("terminal");
        let terminal = PrivateTerminal::start(&center, &institution, &place, &world).await?;
        for case in &cases[..KNOWN] {
            terminal.running.check(BEFORE, search_info(case), "test").await;
        }
        let night = Night::of(&nation, &cases[..KNOWN])?;
        clock.pass(TO_FIVE);
        center.admin.insurer_import(&night.feed).await.context("the feed of the night")?;
        let codes = codes(&center, &cases[KNOWN..KNOWN + CODED]).await?;
        center.admin.publish_status_lists().await?;
        // The running center takes it over within a minute of its own time.
        let mut tries = 0;
        while !terminal.running.fetch_status_lists().await || !terminal.running.has_status_list_of(clock_now(&world)) {
            tries += 1;
            ensure!(tries < 400, "no list came");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        clock.pass(TO_NINE);
        Ok(Self { clock, world, line, center, terminal: Some(terminal), cases, codes, lost: night.lost, folder })
    }

    async fn without_the_center(&mut self) -> Result<(Vec<Option<Answer>>, Said)> {
        self.line.cut();
        let (mut told, mut said) = (Vec::with_capacity(PATIENTS), Said::default());
        for at in 0..PATIENTS {
            if at == PATIENTS / 2 {
                self.restart().await?;
            }
            self.clock.pass(BETWEEN);
            let code = at.checked_sub(KNOWN).and_then(|carried| self.codes.get(carried));
            let came = match code {
                Some(code) => self.running()?.check_code_at_window(TODAY, code, "test").await.context("a good code")?,
                None => self.running()?.check_at_window(TODAY, self.search(at), "test").await,
            };
            ensure!(came.kept || matches!(came.outcome, Outcome::Unreadable(_)), "a case was not kept");
            let Some(recalled) = came.recalled else {
                told.push(None);
                continue;
            };
            match recalled.standing {
                Standing::ListedValid(_) if recalled.answer.basis == Basis::Certificate => said.by_code += 1,
                Standing::ListedValid(_) => said.by_list += 1,
                Standing::ValidAsOf(_) => said.by_copy += 1,
                Standing::LostSince(_) | Standing::ListedLost(_) => said.ended += 1,
                Standing::CannotTell(_) => said.cannot_tell += 1,
            }
            told.push(Some(*recalled.answer));
        }
        Ok((told, said))
    }

    /// As after a power cut: what is not in the store is gone.
    async fn restart(&mut self) -> Result<()> {
        let old = self.terminal.take().context("a terminal")?;
        self.terminal = Some(old.restart(&self.world).await?);
        Ok(())
    }

    fn running(&self) -> Result<&terminal::Running> {
        Ok(&self.terminal.as_ref().context("a terminal")?.running)
    }

    /// The line is back. Everything is settled, and held against the center and the oracle.
    async fn evening(&self, told: &[Option<Answer>], mut said: Said) -> Result<String> {
        self.line.mend()?;
        let begun = self.world.clock.monotonic();
        loop {
            let (waiting, _) = self.running()?.open_cases().await?;
            if waiting == 0 {
                break;
            }
            ensure!(self.world.since(begun) < SETTLE_MAX, "{waiting} cases are not settled");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let settled_s = self.world.since(begun).as_secs_f64();
        let mut unreadable = 0;
        for (at, told) in told.iter().enumerate() {
            let case = &self.cases[at];
            match self.running()?.check(TODAY, self.search(at), "test").await {
                Outcome::Answered(answered) => self.compare(case, told.as_ref(), &answered.answer, &mut said.wrong),
                Outcome::Unreadable(_) => {
                    unreadable += 1;
                    ensure!(case.verdict == "unreadable", "{} is readable", case.case_id);
                }
                other => anyhow::bail!("{}: {other:?}", case.case_id),
            }
        }
        ensure!(said.wrong.is_empty(), "{} wrong:\n{}", said.wrong.len(), said.wrong.join("\n"));
        ensure!(said.by_list >= KNOWN / 2, "most of those who came before are told by the list: {said:?}");
        ensure!(said.by_code == CODED, "whoever carries a code is told by it: {said:?}");
        ensure!(said.ended >= LOSE, "whoever lost the insurance is told: {said:?}");
        Ok(format!(
            "figure: {PATIENTS} patients: insured by copy and list {}, by copy alone {}, by code and list {}, ended {}, \
             cannot tell {}, unreadable numbers {unreadable}; settled in {settled_s:.1} s, 0 lost, 0 wrong",
            said.by_list, said.by_copy, said.by_code, said.ended, said.cannot_tell
        ))
    }

    fn compare(&self, case: &Case, told: Option<&Answer>, now: &Answer, wrong: &mut Vec<String>) {
        let is_insured = |verdict: Verdict| matches!(verdict, Verdict::Valid | Verdict::ValidUnregistered);
        let percent = |answer: &Answer| answer.share.as_ref().map(|share| share.percent);
        // Against the oracle, but for those to whom the night brought something that it does not know.
        let verdict = if self.lost.contains(&case.case_id) { "invalid" } else { &case.verdict };
        let oracle_percent = case.share.parse::<u8>().ok();
        if now.verdict.as_str() != verdict || is_insured(now.verdict) && percent(now) != oracle_percent {
            wrong.push(format!(
                "{} {}: the center says {:?}, the oracle {verdict}",
                case.case_id, case.kind, now.verdict
            ));
        }
        let Some(told) = told.filter(|told| told.verdict != Verdict::Undetermined) else { return };
        let same_share = told.share.is_none() || percent(told) == percent(now);
        if is_insured(told.verdict) != is_insured(now.verdict) || !same_share {
            wrong.push(format!("{} {}: told {:?}, now {:?}", case.case_id, case.kind, told.verdict, now.verdict));
        }
    }

    fn search(&self, at: usize) -> SearchInfo {
        search_info(&self.cases[at])
    }
}

fn clock_now(world: &World) -> Timestamp {
    world.clock.now().saturating_sub(jiff::SignedDuration::from_mins(10)).unwrap_or(Timestamp::MIN)
}

/// Cases of today, at one institution; those who came before are people, not slips of the pen.
fn patients(nation: &Path) -> Result<Vec<Case>> {
    let all = nation::files::read_oracle(nation)?;
    let institution = all.first().context("an oracle")?.medical_institution_code.clone();
    let of_today = all.into_iter().filter(|case| {
        case.qualification_confirmation_date == TODAY
            && !case.kind.contains("ticket")
            && !case.kind.contains("assistance")
    });
    let of_today = of_today.map(|case| Case { medical_institution_code: institution.clone(), ..case });
    let (mut known, mut rest): (Vec<Case>, Vec<Case>) = of_today.partition(|case| case.kind == "stable_valid");
    ensure!(known.len() >= KNOWN + CODED, "{} people are plainly insured", known.len());
    let spare = known.split_off(KNOWN + CODED);
    rest.extend(spare);
    // One of so many, so that every kind comes.
    let every = (rest.len() / (PATIENTS - KNOWN - CODED)).max(1);
    known.extend(rest.into_iter().step_by(every));
    known.truncate(PATIENTS);
    ensure!(known.len() == PATIENTS, "too few cases");
    Ok(known)
}

/// The codes that these people carry.
async fn codes(center: &PrivateCenter, cases: &[Case]) -> Result<Vec<String>> {
    let mut codes = Vec::with_capacity(cases.len());
    for case in cases {
        let insurer = InsurerNumber::parse(&case.insurer_number)?;
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let symbol = text(&case.insured_card_symbol).map(|symbol| CardSymbol::parse(&symbol)).transpose()?;
        let number = CardNumber::parse(&case.insured_identification_number)?;
        let wish = Wish {
            card_key: CardKey::new(&insurer, symbol.as_ref(), &number),
            insurer,
            branch: text(&case.insured_branch_number).map(|branch| BranchNumber::parse(&branch)).transpose()?,
            birthdate: domain::date::parse(&case.birthdate)?,
            valid_from: None,
            valid_until: None,
            with_limit: false,
        };
        let handed_out = center.admin.personal_certificate_issue(&wish).await??;
        codes.push(handed_out.issued.text);
    }
    Ok(codes)
}

/// What insurers send in the night.
struct Night {
    feed: PathBuf,
    /// Cases whose insurance ended.
    lost: HashSet<String>,
}

impl Night {
    fn of(nation: &Path, known: &[Case]) -> Result<Self> {
        let mut rows = csv::Reader::from_path(nation.join(nation::files::INSURER_FEED))?;
        let headers = rows.headers()?.clone();
        let column = |name: &str| headers.iter().position(|h| h == name).with_context(|| format!("no column {name}"));
        let keys = [
            column("InsurerNumber")?,
            column("InsuredCardSymbol")?,
            column("InsuredIdentificationNumber")?,
            column("InsuredBranchNumber")?,
        ];
        let (loss, address) = (column("DisqualificationDate")?, column("Address")?);
        let feed = nation.join("night.csv");
        let mut out = csv::Writer::from_path(&feed)?;
        out.write_record(&headers)?;
        let mut lost = HashSet::new();
        let mut found = 0;
        for row in rows.records() {
            let row = row?;
            let is_theirs = |case: &&Case| {
                let of_case = [
                    &case.insurer_number,
                    &case.insured_card_symbol,
                    &case.insured_identification_number,
                    &case.insured_branch_number,
                ];
                keys.iter().zip(of_case).all(|(column, value)| row.get(*column) == Some(value.as_str()))
            };
            let Some(at) = known[..LOSE + CHANGE].iter().position(|case| is_theirs(&case)) else { continue };
            found += 1;
            let (changed, value) =
                if at < LOSE { (loss, TODAY) } else { (address, "東京都千代田区丸の内1-1") };
            if at < LOSE {
                lost.insert(known[at].case_id.clone());
            }
            out.write_record(row.iter().enumerate().map(|(at, held)| if at == changed { value } else { held }))?;
        }
        out.flush()?;
        ensure!(found == LOSE + CHANGE, "{found} rows of the night");
        Ok(Self { feed, lost })
    }
}
