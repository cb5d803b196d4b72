//! `tashika nation truth`: claims of a nation, taken by a center as an operator gives them, and every person's history compared
//! with what the nation knows to be true, field by field and both ways; and so is what is found to matter in it.
//!
//! | file | what |
//! |---|---|
//! | `center` | a store that takes register and claims |
//! | `findings` | what matters in a record, by the rules of the program and by the nation's knowledge |
//! | `tables` | what the nation knows, person by person |
//! | `told` | what the center would show, in the same words |

pub mod center;
pub mod findings;
mod tables;
mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ::center::claims::records::{Masters, record_of};
use anyhow::{Context as _, Result, ensure};
use domain::{Date, PersonalNumber};
use nation::{Nation, Options, RecordOptions, files};

use self::center::TruthCenter;
use self::tables::Tables;
use crate::check::private::World;
use crate::cli::NationTruth;
use crate::command::print;

/// Differences that are printed; all are counted.
const SHOWN_MAX: usize = 20;
/// Years of checkups, which tell how strong kidneys are.
const CHECKUP_YEARS: u32 = 2;

/// A row of a table by its columns.
pub type Row = BTreeMap<String, String>;

/// Every row of a table.
pub fn rows(path: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// Every file in a folder and those below it. Claim files come in the order of the months in which they were sent.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// What a history holds, one kind of entry after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A drug that was given on a day.
    Drug,
    /// A diagnosis.
    Diagnosis,
    /// A procedure of a day.
    Procedure,
    /// The same as 手術情報.
    Surgery,
    /// A day of treatment.
    Day,
}

impl Part {
    const ALL: [Self; 5] = [Self::Drug, Self::Diagnosis, Self::Procedure, Self::Surgery, Self::Day];

    const fn word(self) -> &'static str {
        match self {
            Self::Drug => "drug",
            Self::Diagnosis => "diagnosis",
            Self::Procedure => "procedure",
            Self::Surgery => "surgery",
            Self::Day => "day of treatment",
        }
    }
}

/// Entries of one person: each a text that begins with its month and holds its fields, so that both sides can be compared.
#[derive(Debug, Default)]
struct Entries {
    lines: Vec<(Part, String)>,
}

impl Entries {
    fn add(&mut self, part: Part, fields: &[&str]) {
        self.lines.push((part, fields.join(" | ")));
    }
}

/// One entry that only one side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Place of the person in the nation.
    pub person: usize,
    /// What kind of entry.
    pub part: Part,
    /// Whether the center lacks it; otherwise it has it and should not.
    pub missing: bool,
    /// Its fields; the month first.
    pub line: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = if self.missing { "missing" } else { "not true" };
        let month = self.line.get(..6).unwrap_or_default();
        write!(f, "person {} {month} {side} {}: {}", self.person, self.part.word(), self.line)
    }
}

/// What a comparison came to.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// People.
    pub people: usize,
    /// Those with something in their history.
    pub people_with_history: usize,
    /// True entries by kind.
    pub entries: BTreeMap<Part, usize>,
    /// How many entries only one side has.
    pub differing: usize,
    /// The first of them.
    pub differences: Vec<Difference>,
}

impl Compared {
    /// True entries of a kind.
    pub fn of(&self, part: Part) -> usize {
        self.entries.get(&part).copied().unwrap_or_default()
    }

    fn person(&mut self, person: usize, mut found: Entries, mut expected: Entries) {
        self.people += 1;
        self.people_with_history += usize::from(!expected.lines.is_empty());
        for (part, _) in &expected.lines {
            *self.entries.entry(*part).or_default() += 1;
        }
        found.lines.sort_unstable();
        expected.lines.sort_unstable();
        let (mut found, mut expected) = (found.lines.into_iter().peekable(), expected.lines.into_iter().peekable());
        loop {
            let order = match (found.peek(), expected.peek()) {
                (Some(one), Some(other)) => one.cmp(other),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => break,
            };
            match order {
                std::cmp::Ordering::Equal => {
                    found.next();
                    expected.next();
                }
                std::cmp::Ordering::Less => self.note(person, found.next(), false),
                std::cmp::Ordering::Greater => self.note(person, expected.next(), true),
            }
        }
    }

    fn note(&mut self, person: usize, line: Option<(Part, String)>, missing: bool) {
        self.differing += 1;
        if let Some((part, line)) = line.filter(|_| self.differences.len() < SHOWN_MAX) {
            self.differences.push(Difference { person, part, missing, line });
        }
    }
}

/// Compares the history of everybody, as the center would show it on a day, with the tables of the nation.
///
/// # Errors
/// The tables cannot be read, or the database.
pub async fn compare(center: &TruthCenter, nation: &Nation, records: &Path, masters: &Masters) -> Result<Compared> {
    let on: Date = nation.options().as_of;
    let mut tables = Tables::open(records)?;
    let mut compared = Compared::default();
    for (person, number) in nation.personal_numbers().enumerate() {
        let id = center.person_key.person_id(&PersonalNumber::parse(&number)?);
        let record = record_of(&center.store, id, on, masters).await?;
        compared.person(person, told::entries(&record), tables.of(&number)?);
    }
    tables.must_be_at_their_end()?;
    Ok(compared)
}

/// Makes the nation, takes its claims, compares, and says what came of it; success only if nothing differs.
pub async fn run(say: &NationTruth, world: &World) -> Result<ExitCode> {
    let scratch = tempfile::Builder::new().prefix("tashika-truth-").tempdir()?;
    let folder = say.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    let (out, data) = (folder.join("nation"), folder.join("center"));
    std::fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
    let begun = world.clock.monotonic();
    let mut told = begun;
    let mut lap = || {
        let since = world.clock.monotonic();
        let took = since.saturating_sub(std::mem::replace(&mut told, since));
        seconds(took)
    };
    let nation = Nation::build(&Options::new(say.people, say.seed))?;
    nation.write(&out)?;
    let options = RecordOptions { claims_months: say.months, checkup_years: CHECKUP_YEARS };
    let written = nation.write_records(&options, &out)?;
    print(&format!("{} people, {} claims in {} files: {}", say.people, written.claims, written.claim_files, lap()))?;
    let records = out.join(files::RECORDS);
    let center =
        TruthCenter::with(&out.join(files::INSURER_FEED), &data, say.database.as_deref(), &world.clock).await?;
    print(&format!("register taken: {}", lap()))?;
    let taken = center.take_all(&records).await?;
    ensure!(taken.unmatched == 0, "{} claims fit nobody", taken.unmatched);
    let stands = taken.claims - taken.withdrawn;
    print(&format!("{} claims taken, {} of them withdrawn, {stands} stand: {}", taken.claims, taken.withdrawn, lap()))?;
    let checkups = center.take_checkups(&records).await?;
    print(&format!("{checkups} checkups taken: {}", lap()))?;
    let masters = TruthCenter::masters();
    let compared = compare(&center, &nation, &records, &masters).await?;
    tell(&compared, &lap())?;
    let found = findings::compare(&center, &nation, &records, &masters).await?;
    center.store.close().await;
    tell_findings(&found, &lap())?;
    print(&format!("in all: {}", seconds(world.since(begun))))?;
    let is_true = compared.differing == 0 && found.differing == 0 && compared.of(Part::Drug) > 0;
    Ok(if is_true { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn tell(compared: &Compared, took: &str) -> Result<()> {
    let counts: Vec<String> =
        Part::ALL.iter().map(|part| format!("{} × {}", compared.of(*part), part.word())).collect();
    print(&format!(
        "{} people compared, {} with a history, {}: {took}",
        compared.people,
        compared.people_with_history,
        counts.join(", ")
    ))?;
    for difference in &compared.differences {
        print(&format!("  {difference}"))?;
    }
    print(&format!("{} differences", compared.differing))
}

fn tell_findings(found: &findings::Findings, took: &str) -> Result<()> {
    let counts: Vec<String> = found.by_word.iter().map(|(word, count)| format!("{count} × {word}")).collect();
    print(&format!("findings: {}: {took}", counts.join(", ")))?;
    for difference in &found.differences {
        print(&format!("  {difference}"))?;
    }
    print(&format!("{} findings differ", found.differing))
}
