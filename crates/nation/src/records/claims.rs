//! Writing claim files: month by month, institution by institution, one claim in memory at a time.
//!
//! A first walk over the people notes who has a claim where; the claims themselves are made anew, file by file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use super::directory::{Directory, Payers, payment_body};
use super::life::Life;
use super::month::{Act, Encounter};
use super::procedures::{PROCEDURES, act};
use super::receipts::{self, Fate, Kind, PersonMonth, Receipt, Span};
use super::text;
use super::uke::{self, Claim, Figures, InsurerSide, Sheet};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::files;
use crate::limits;
use crate::model::PersonId;
use crate::nation::Nation;
use crate::write::{Table, personal_number};

/// Columns of `claims.csv`.
const COLUMNS: [&str; 24] = [
    "File",
    "ReceiptNumber",
    "Kind",
    "Month",
    "Sent",
    "MedicalInstitutionCode",
    "PersonalNumber",
    "InsurerNumber",
    "InsuredCardSymbol",
    "InsuredIdentificationNumber",
    "InsuredBranchNumber",
    "AssistanceNumber",
    "RecipientNumber",
    "Days",
    "Points",
    "Turn",
    "SearchNumber",
    "Fate",
    "Counts",
    "Routing",
    "RightInsurerNumber",
    "RightInsuredCardSymbol",
    "RightInsuredIdentificationNumber",
    "RightInsuredBranchNumber",
];

/// Which time a claim is sent.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Turn {
    First,
    Again,
    Correction,
}

impl Turn {
    fn word(self) -> &'static str {
        match self {
            Turn::First => "first",
            Turn::Again => "again",
            Turn::Correction => "correction",
        }
    }
}

/// A claim that is to stand in a file. The order is that of the files and of the claims in them.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Entry {
    facility: u32,
    body: u8,
    kind: Kind,
    turn: Turn,
    person: PersonId,
    first: Day,
    receipt: u16,
    /// 検索番号 of the claim that is replaced.
    search: Option<Box<str>>,
}

/// Counts of what was written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) files: u32,
    pub(crate) claims: u32,
}

struct Writer<'a> {
    nation: &'a Nation,
    directory: &'a Directory,
    span: Span,
    folder: &'a Path,
    table: Table,
    insurer_side: InsurerSide,
    /// Claims of this month that will be sent once more in the next one.
    later: Vec<Entry>,
    written: Written,
}

/// Writes all claim files of a span and `claims.csv`.
pub(crate) fn write(nation: &Nation, directory: &Directory, span: Span, folder: &Path) -> Result<Written> {
    let mut writer = Writer {
        nation,
        directory,
        span,
        folder,
        table: Table::create(folder, files::CLAIMS, &COLUMNS)?,
        insurer_side: InsurerSide::of(nation, &folder.join(files::INSURER_SIDE)),
        later: Vec::new(),
        written: Written::default(),
    };
    for first in span.months() {
        writer.month(first)?;
    }
    writer.table.finish()?;
    Ok(writer.written)
}

impl Writer<'_> {
    fn month(&mut self, first: Day) -> Result<()> {
        let mut entries = std::mem::take(&mut self.later);
        for person in 0..self.nation.people.len() as u32 {
            let month = self.person_month(person, first);
            let found = month.receipts.iter().enumerate().map(|(place, receipt)| Entry {
                facility: receipt.facility,
                body: payment_body(self.nation, receipt.billed),
                kind: receipt.kind,
                turn: Turn::First,
                person,
                first,
                receipt: place as u16,
                search: None,
            });
            entries.extend(found);
        }
        entries.sort_unstable();
        let sent = first.first_of_next_month();
        for file in entries
            .chunk_by(|one, other| (one.facility, one.body, one.kind) == (other.facility, other.body, other.kind))
        {
            self.file(file, sent)?;
        }
        self.insurer_side.end_month()
    }

    fn person_month(&self, person: PersonId, first: Day) -> PersonMonth {
        let life = Life::of(self.nation, self.directory, person);
        receipts::of(self.nation, self.directory, &life, self.span, first)
    }

    fn file(&mut self, entries: &[Entry], sent: Day) -> Result<()> {
        let Some(Entry { facility, body, kind, .. }) = entries.first().cloned() else {
            return Ok(());
        };
        let code = &self.nation.facilities[facility as usize].code;
        let name = format!("{}/{}/{code}/{body}/{}", files::CLAIM_FILES, sent.month_number(), kind.file_name());
        let path = self.folder.join(&name);
        let in_file = |source| Error::File { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(in_file)?;
        }
        let file = File::create(&path).map_err(in_file)?;
        let mut out = BufWriter::with_capacity(limits::CLAIM_BUFFER_BYTES, file);
        let mut sheet = Sheet::default();
        uke::opening(self.nation, kind, facility, body, sent, &mut sheet);
        let (mut claims, mut points) = (0, 0);
        for (number, entry) in (1..).zip(entries) {
            let figures = self.claim(entry, sent, number, &name, &mut sheet)?;
            claims += figures.payers;
            points += u64::from(figures.payers) * u64::from(figures.points);
            out.write_all(&bytes(&mut sheet)).map_err(in_file)?;
        }
        uke::closing(claims, points, &mut sheet);
        let mut end = bytes(&mut sheet);
        end.push(0x1A);
        out.write_all(&end).and_then(|()| out.flush()).map_err(in_file)?;
        self.written.files += 1;
        self.written.claims += entries.len() as u32;
        Ok(())
    }

    /// Writes one claim into the sheet and its row into the truth.
    fn claim(&mut self, entry: &Entry, sent: Day, number: u32, file: &str, sheet: &mut Sheet) -> Result<Figures> {
        let month = self.person_month(entry.person, entry.first);
        let receipt = &month.receipts[usize::from(entry.receipt)];
        let wrong = (entry.turn == Turn::First && receipt.fate == Fate::Corrected).then(|| mistaken(&month, receipt));
        let of = |place: usize| wrong.as_ref().and_then(|all| all.iter().find(|(at, _)| *at == place));
        let encounters = receipt.encounters.iter().map(|place| match of(*place) {
            Some((_, encounter)) => encounter,
            None => &month.encounters[*place],
        });
        let claim = Claim {
            nation: self.nation,
            person: entry.person,
            month: entry.first,
            sent,
            receipt,
            encounters: encounters.collect(),
            number,
            search: entry.search.as_deref(),
        };
        let opening = std::mem::take(&mut sheet.lines);
        let figures = uke::write(&claim, sheet);
        self.insurer_side.add(&claim, sheet, correction(&claim).as_deref())?;
        sheet.lines.splice(0..0, opening);
        let turn = match receipt.fate {
            Fate::Repeated => Some(Turn::Again),
            Fate::Corrected => Some(Turn::Correction),
            Fate::Stands | Fate::Withdrawn => None,
        };
        if let (Turn::First, Some(turn)) = (entry.turn, turn) {
            let search = (turn == Turn::Correction).then(|| claim.search_number().into_boxed_str());
            self.later.push(Entry { turn, search, ..entry.clone() });
        }
        self.row(&claim, entry, figures, file)?;
        Ok(figures)
    }

    fn row(&mut self, claim: &Claim<'_>, entry: &Entry, figures: Figures, file: &str) -> Result<()> {
        let (nation, receipt) = (self.nation, claim.receipt);
        let counts = match receipt.fate {
            Fate::Stands | Fate::Repeated => entry.turn == Turn::First,
            Fate::Corrected => entry.turn == Turn::Correction,
            Fate::Withdrawn => false,
        };
        let table = &mut self.table;
        table.field(file)?;
        table.field(claim.number.to_string())?;
        table.field(receipt.kind.word())?;
        table.field(claim.month.month_number().to_string())?;
        table.field(claim.sent.month_number().to_string())?;
        table.field(&nation.facilities[receipt.facility as usize].code)?;
        table.field(personal_number(nation.options.seed, claim.person))?;
        card(table, nation, receipt.billed.health)?;
        let (payer, recipient) = claim.assistance().unwrap_or_default();
        table.field(payer)?;
        table.field(recipient)?;
        table.field(figures.days.to_string())?;
        table.field(figures.points.to_string())?;
        table.field(entry.turn.word())?;
        table.field(claim.search.unwrap_or_default())?;
        table.field(receipt.fate.word())?;
        table.field(if counts { "1" } else { "0" })?;
        table.field(receipt.routing())?;
        card(table, nation, right(receipt).and_then(|payers| payers.health))?;
        table.end_row()
    }
}

/// Insurer, symbol, number and branch of a coverage, or four empty fields.
fn card(table: &mut Table, nation: &Nation, coverage: Option<u32>) -> Result<()> {
    let Some(coverage) = coverage.map(|id| &nation.coverages[id as usize]) else {
        return (0..4).try_for_each(|_| table.field(""));
    };
    let (symbol, number) = nation.printed(coverage);
    table.field(&nation.insurers.get(coverage.insurer).number)?;
    table.field(symbol)?;
    table.field(number)?;
    table.made(|text| crate::oracle::push_branch(text, coverage))
}

/// Who pays for the part of a claim that was sent to the wrong insurer.
fn right(receipt: &Receipt) -> Option<Payers> {
    receipt.right.iter().find(|payers| **payers != receipt.billed).copied()
}

/// The HO of the insurer to whom a claim belongs that was sent to another one.
fn correction(claim: &Claim<'_>) -> Option<String> {
    let right = right(claim.receipt)?;
    let receipt = Receipt { billed: right, ..claim.receipt.clone() };
    let mut sheet = Sheet::default();
    uke::write(&Claim { receipt: &receipt, encounters: claim.encounters.clone(), ..*claim }, &mut sheet);
    sheet.lines.into_iter().find(|line| line.starts_with("HO,"))
}

/// What a claim said before it was sent back: twice the amount of the first drug, or a test that was not done.
fn mistaken(month: &PersonMonth, receipt: &Receipt) -> Vec<(usize, Encounter)> {
    let by_pharmacy = receipt.kind == Kind::Pharmacy;
    let with_drugs = receipt.encounters.iter().copied().find(|place| {
        let encounter = &month.encounters[*place];
        encounter.pharmacy.is_some() == by_pharmacy && !encounter.prescriptions.is_empty()
    });
    let Some(place) = with_drugs.or(receipt.encounters.first().copied()) else {
        return Vec::new();
    };
    let mut encounter = month.encounters[place].clone();
    match encounter.prescriptions.first_mut() {
        Some(prescription) if with_drugs.is_some() => {
            for (_, amount) in prescription.drugs.iter_mut().take(1) {
                *amount *= 2;
            }
        }
        _ => encounter.acts.push(Act { day: encounter.day, procedure: &PROCEDURES[act::URINE] }),
    }
    vec![(place, encounter)]
}

/// Shift_JIS with CR and LF; the sheet is empty afterwards.
fn bytes(sheet: &mut Sheet) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in sheet.lines.drain(..) {
        text::encode(&line, &mut bytes);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}
