//! Yearly checkups: 特定健診 of those from 40 to 74, and of the late elderly with their own questions.
//!
//! One archive for each institution and fiscal year. Values come from [`values`], documents from [`cda`].

mod cda;
mod items;
mod values;
mod zip;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use self::cda::Header;
use self::items::Form;
use self::values::{Finding, Value};
use self::zip::Archive;
use super::directory::Directory;
use super::life::Life;
use super::text;
use crate::day::{Day, age_on};
use crate::dice::{Dice, Stream};
use crate::error::{Error, Result};
use crate::facilities::FacilityKind;
use crate::files;
use crate::limits;
use crate::model::PersonId;
use crate::names::Sex;
use crate::nation::Nation;
use crate::write::{Table, personal_number};

/// Those who go in a year, per thousand, and of the late elderly.
const TAKES_PART_PERMILLE: u32 = 560;
const TAKES_PART_LATE_PERMILLE: u32 = 300;
/// 支払基金 as a receiver of checkups.
const RECEIVER: &str = "94899010";
const COLUMNS: [&str; 15] = [
    "PersonalNumber",
    "CheckedOn",
    "MedicalInstitutionCode",
    "InsurerNumber",
    "InsuredCardSymbol",
    "InsuredIdentificationNumber",
    "InsuredBranchNumber",
    "File",
    "ItemCode",
    "ItemName",
    "Value",
    "Unit",
    "NotDone",
    "Flag",
    "Beyond",
];

/// Files written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) archives: u32,
    pub(crate) checkups: u32,
}

/// A checkup that took place.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Checkup {
    facility: u32,
    day: Day,
    person: PersonId,
    coverage: u32,
}

/// First day of the fiscal year in which a day lies.
fn fiscal_year(day: Day) -> Day {
    let this_year = Day::of(day.year(), 4, 1);
    if this_year <= day { this_year } else { Day::of(day.year() - 1, 4, 1) }
}

/// First days of the last fiscal years, the running one included, the oldest first.
fn fiscal_years(as_of: Day, count: u32) -> impl Iterator<Item = Day> {
    let last = fiscal_year(as_of);
    (0..count.cast_signed()).rev().map(move |back| last.anniversary(-back))
}

/// Where and when somebody goes in a fiscal year, if at all.
fn checkup(nation: &Nation, directory: &Directory, life: &Life, year: Day) -> Option<Checkup> {
    let occasion = u64::from(year.month_number()) << 16;
    let mut dice = Dice::of_occasion(nation.options.seed, Stream::Checkups, life.person, occasion);
    let age = age_on(life.birth, year.anniversary(1).before());
    let share = if age >= 75 { TAKES_PART_LATE_PERMILLE } else { TAKES_PART_PERMILLE };
    if age < 40 || !dice.permille(share) {
        return None;
    }
    let day = year.plus(dice.between(40, 210));
    let facility = if dice.permille(600) {
        life.places[0].facility
    } else {
        *dice.pick(directory.near(directory.prefecture(life.dentist), FacilityKind::Hospital))
    };
    if day > nation.as_of || !life.is_alive(day) {
        return None;
    }
    let coverage = directory.payers(nation, life.person, day)?.health?;
    Some(Checkup { facility, day, person: life.person, coverage })
}

/// The eGFR of the last checkup, in thousandths, if checkups are written and it was measured.
pub(crate) fn last_filter(nation: &Nation, directory: &Directory, life: &Life, years: u32) -> Option<u32> {
    let sex = nation.people[life.person as usize].sex;
    let known = |year| {
        let checkup = checkup(nation, directory, life, year)?;
        values::filter(nation.options.seed, life, sex, checkup.day)
    };
    fiscal_years(nation.as_of, years).filter_map(known).last()
}

/// Writes all archives and `checkups.csv`.
pub(crate) fn write(nation: &Nation, directory: &Directory, years: u32, folder: &Path) -> Result<Written> {
    let root = folder.join(files::CHECKUP_FILES);
    std::fs::create_dir_all(&root).map_err(|source| Error::File { path: root.clone(), source })?;
    let mut table = Table::create(folder, files::CHECKUPS, &COLUMNS)?;
    let mut written = Written::default();
    for year in fiscal_years(nation.as_of, years) {
        let people = 0..nation.people.len() as u32;
        let mut all: Vec<Checkup> = people
            .filter_map(|person| checkup(nation, directory, &Life::of(nation, directory, person), year))
            .collect();
        all.sort_unstable();
        for checkups in all.chunk_by(|one, other| one.facility == other.facility) {
            archive(nation, directory, year, checkups, &root, &mut table)?;
            written.archives += 1;
            written.checkups += checkups.len() as u32;
        }
    }
    table.finish()?;
    Ok(written)
}

/// Institutions whose programs are of before 2024.
fn is_older(facility: u32) -> bool {
    facility / 4 % 7 == 3
}

fn archive(
    nation: &Nation,
    directory: &Directory,
    year: Day,
    checkups: &[Checkup],
    root: &Path,
    table: &mut Table,
) -> Result<()> {
    let Some(facility) = checkups.first().map(|checkup| checkup.facility) else {
        return Ok(());
    };
    let code = &nation.facilities[facility as usize].code;
    let written = year.plus(230).min(nation.as_of);
    let stem = format!("{code}_{RECEIVER}_{}0_1", written.text());
    let path = root.join(format!("{stem}.zip"));
    let in_file = |source| Error::File { path: path.clone(), source };
    let file = File::create(&path).map_err(in_file)?;
    let mut archive = Archive::new(BufWriter::with_capacity(limits::CLAIM_BUFFER_BYTES, file));
    let older = is_older(facility);
    let index = cda::index(code, RECEIVER, written, checkups.len(), older);
    let version = if older { "V07" } else { "V08" };
    archive.add(format!("{stem}/ix08_{version}.xml"), &index).map_err(in_file)?;
    for (serial, checkup) in (1..).zip(checkups) {
        let name = format!("{stem}/DATA/h{code}{}01{serial:06}.xml", written.text());
        let life = Life::of(nation, directory, checkup.person);
        let sex = nation.people[checkup.person as usize].sex;
        let doctor = super::uke::doctor(facility);
        let values = values::of(nation.options.seed, &life, sex, checkup.day, doctor, older);
        let document = document(nation, checkup, written, serial, older, &values);
        archive.add(name.clone(), &document).map_err(in_file)?;
        for value in &values {
            row(nation, checkup, &name, older, value, table)?;
        }
    }
    archive.finish().map_err(in_file)
}

fn document(nation: &Nation, checkup: &Checkup, written: Day, serial: u32, older: bool, values: &[Value]) -> Vec<u8> {
    let coverage = &nation.coverages[checkup.coverage as usize];
    let who = &nation.people[checkup.person as usize];
    let facility = &nation.facilities[checkup.facility as usize];
    let insurer = format!("{:0>8}", nation.insurers.get(coverage.insurer).number);
    let (symbol, number) = nation.printed(coverage);
    let mut branch = String::new();
    crate::oracle::push_branch(&mut branch, coverage);
    let home = |home| {
        let (mut address, mut postal_code) = (String::new(), String::new());
        nation.places.push_address(&mut address, home, 0);
        nation.places.push_postal_code(&mut postal_code, home);
        (address, postal_code)
    };
    let (address, postal_code) = home(nation.homes[who.home as usize]);
    let (institution_address, institution_postal_code) = home(facility.home);
    let late = age_on(who.birth, checkup.day) >= 75;
    cda::document(
        &Header {
            insurer: &insurer,
            symbol: &symbol,
            number: &number,
            branch: &branch,
            kana: &text::person_kana(&nation.names, who.name, coverage.form),
            sex: if who.sex == Sex::Male { "1" } else { "2" },
            birth: who.birth,
            address: &address,
            postal_code: &postal_code,
            institution: &facility.code,
            institution_name: &facility.name,
            institution_address: &institution_address,
            institution_postal_code: &institution_postal_code,
            written,
            checked: checkup.day,
            program: if late { "020" } else { "010" },
            ticket: &format!("{:02}1{serial:08}", checkup.day.year() % 100),
            ticket_until: fiscal_year(checkup.day).anniversary(1).before(),
            older,
        },
        values,
    )
}

fn row(nation: &Nation, checkup: &Checkup, file: &str, older: bool, value: &Value, table: &mut Table) -> Result<()> {
    let coverage = &nation.coverages[checkup.coverage as usize];
    let (symbol, number) = nation.printed(coverage);
    table.field(personal_number(nation.options.seed, checkup.person))?;
    table.day(Some(checkup.day))?;
    table.field(&nation.facilities[checkup.facility as usize].code)?;
    table.field(&nation.insurers.get(coverage.insurer).number)?;
    table.field(symbol)?;
    table.field(number)?;
    // What an older program cannot say, its file does not say.
    table.made(|text| {
        if !older {
            crate::oracle::push_branch(text, coverage);
        }
    })?;
    table.field(file)?;
    table.field(value.item.code)?;
    table.field(value.item.name)?;
    table.field(value.text())?;
    table.field(if let Form::Quantity(_, unit) = value.item.form { unit } else { "" })?;
    table.field(if value.finding == Finding::NotDone { "1" } else { "0" })?;
    table.field(value.flag())?;
    table.field(if value.finding == Finding::Beyond { "H" } else { "" })?;
    table.end_row()
}
