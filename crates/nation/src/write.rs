//! Writing the files, row by row, without ever holding more than a row of text.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::check_digit;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::facilities::FacilityKind;
use crate::files;
use crate::limits;
use crate::model::{Certificate, Coverage, Relation};
use crate::names::Form;
use crate::nation::{Nation, Summary};
use crate::oracle::{Case, push_branch};
use crate::records;
use crate::story::{self, Visit};

/// Columns of `insurer_feed.csv`.
const FEED_COLUMNS: [&str; 30] = [
    "InsurerNumber",
    "InsurerName",
    "InsuredCardSymbol",
    "InsuredIdentificationNumber",
    "InsuredBranchNumber",
    "PersonalNumber",
    "RegistrationStatus",
    "InsuredCardClassification",
    "PersonalFamilyClassification",
    "InsuredName",
    "Name",
    "NameOfOther",
    "NameKana",
    "NameOfOtherKana",
    "Sex1",
    "Sex2",
    "Birthdate",
    "Address",
    "PostNumber",
    "QualificationDate",
    "DisqualificationDate",
    "ReasonOfLoss",
    "InsuredCertificateIssuanceDate",
    "InsuredCardValidDate",
    "InsuredCardExpirationDate",
    "InsuredPartialContributionRatio",
    "ElderlyRecipientCertificates",
    "LimitApplicationCertificates",
    "SpecificDiseasesCertificates",
    "MedicalTickets",
];
const RESIDENT_COLUMNS: [&str; 7] =
    ["PersonalNumber", "Name", "NameKana", "Birthdate", "Sex1", "Address", "PostNumber"];
const FACILITY_COLUMNS: [&str; 5] = ["MedicalInstitutionCode", "Name", "Kind", "Address", "PostNumber"];
const INSURER_COLUMNS: [&str; 3] = ["InsurerNumber", "InsurerName", "Kind"];

/// A table that is being written, with a scratch text for the next field.
pub(crate) struct Table {
    path: PathBuf,
    writer: csv::Writer<File>,
    text: String,
}

impl Table {
    pub(crate) fn create(out: &Path, name: &str, columns: &[&str]) -> Result<Table> {
        let path = out.join(name);
        let file = File::create(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        let writer = csv::WriterBuilder::new().buffer_capacity(limits::WRITE_BUFFER_BYTES).from_writer(file);
        let mut table = Table { path, writer, text: String::new() };
        table.row(columns)?;
        Ok(table)
    }

    pub(crate) fn row(&mut self, fields: &[&str]) -> Result<()> {
        self.writer.write_record(fields).map_err(|source| Error::Table { path: self.path.clone(), source })
    }

    pub(crate) fn field(&mut self, field: impl AsRef<[u8]>) -> Result<()> {
        self.writer.write_field(field).map_err(|source| Error::Table { path: self.path.clone(), source })
    }

    /// A field whose text is made in place.
    pub(crate) fn made(&mut self, make: impl FnOnce(&mut String)) -> Result<()> {
        self.text.clear();
        make(&mut self.text);
        self.writer.write_field(&self.text).map_err(|source| Error::Table { path: self.path.clone(), source })
    }

    pub(crate) fn day(&mut self, day: Option<Day>) -> Result<()> {
        match day {
            Some(day) => self.field(day.digits()),
            None => self.field(""),
        }
    }

    pub(crate) fn end_row(&mut self) -> Result<()> {
        let none: [&[u8]; 0] = [];
        self.writer.write_record(none).map_err(|source| Error::Table { path: self.path.clone(), source })
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        self.writer.flush().map_err(|source| Error::File { path: self.path.clone(), source })
    }
}

pub(crate) fn all(nation: &Nation, out: &Path) -> Result<Summary> {
    let in_file = |path: PathBuf| move |source| Error::File { path, source };
    std::fs::create_dir_all(out).map_err(in_file(out.to_owned()))?;
    let about = out.join(files::ABOUT);
    match std::fs::remove_file(&about) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::File { path: about, source });
        }
        _ => {}
    }
    records::remove(&out.join(files::RECORDS))?;
    // The feed takes as long as everything else together, and no file depends on another.
    let (feed, others) = std::thread::scope(|scope| {
        let feed = scope.spawn(|| feed(nation, out));
        let others = small_files(nation, out);
        (feed.join(), others)
    });
    match feed {
        Ok(written) => written?,
        Err(panic) => std::panic::resume_unwind(panic),
    }
    let (residents, cases, visits) = others?;
    let summary = Summary {
        people: nation.people.len() as u32,
        coverages: nation.coverages.len() as u32,
        residents,
        insurers: nation.insurers.all.len() as u32,
        facilities: nation.facilities.len() as u32,
        oracle_cases: cases,
        visits,
    };
    let contents = files::About { options: nation.options, summary };
    let mut text =
        serde_json::to_string_pretty(&contents).map_err(|source| Error::About { path: about.clone(), source })?;
    text.push('\n');
    std::fs::write(&about, text).map_err(in_file(about.clone()))?;
    Ok(summary)
}

/// All files but the feed. Returns the rows of residents, oracle and story.
fn small_files(nation: &Nation, out: &Path) -> Result<(u32, u32, u32)> {
    let residents = residents(nation, out)?;
    facilities(nation, out)?;
    insurers(nation, out)?;
    let cases = nation.oracle();
    oracle(&cases, out)?;
    let visits = story::visits(nation);
    write_visits(&visits, out)?;
    Ok((residents, cases.len() as u32, visits.len() as u32))
}

fn feed(nation: &Nation, out: &Path) -> Result<()> {
    let mut table = Table::create(out, files::INSURER_FEED, &FEED_COLUMNS)?;
    for coverage in &nation.coverages {
        feed_card(&mut table, nation, coverage)?;
        feed_person(&mut table, nation, coverage)?;
        table.day(Some(coverage.start))?;
        table.day(coverage.end_day())?;
        table.field(coverage.end.map_or("", |(_, why)| why.code()))?;
        table.day(coverage.issued)?;
        table.day(coverage.valid_from)?;
        table.day(coverage.expires)?;
        feed_certificates(&mut table, nation, coverage)?;
        table.end_row()?;
    }
    table.finish()
}

fn feed_card(table: &mut Table, nation: &Nation, coverage: &Coverage) -> Result<()> {
    let insurer = nation.insurers.get(coverage.insurer);
    table.field(&insurer.number)?;
    table.field(&insurer.name)?;
    table.made(|text| insurer.style.push_symbol(text, coverage.symbol))?;
    table.made(|text| insurer.style.push_number(text, coverage.number))?;
    table.made(|text| push_branch(text, coverage))?;
    table.field(personal_number(nation.options.seed, coverage.person))?;
    table.field(coverage.status.word())?;
    table.field(coverage.class.code())?;
    table.field(coverage.relation.code())
}

fn feed_person(table: &mut Table, nation: &Nation, coverage: &Coverage) -> Result<()> {
    let (names, person, form) = (&nation.names, nation.person(coverage), coverage.form);
    let head = nation.people[coverage.head as usize].name;
    table.made(|text| {
        if coverage.relation != Relation::None {
            names.push_name(text, head, form);
        }
    })?;
    table.made(|text| names.push_name(text, person.name, form))?;
    let mut alias_kana = String::new();
    table.made(|text| names.push_alias(text, &mut alias_kana, person.name))?;
    table.made(|text| names.push_kana(text, person.name, form, true))?;
    table.field(&alias_kana)?;
    table.field(person.sex.code())?;
    // 性別2 is printed on the back for the few who asked for it.
    table.field(if coverage.person % 509 == 7 { "3" } else { "" })?;
    table.day(Some(person.birth))?;
    let home = nation.homes[coverage.home as usize];
    table.made(|text| nation.places.push_address(text, home, form.address_style()))?;
    table.made(|text| nation.places.push_postal_code(text, home))
}

fn feed_certificates(table: &mut Table, nation: &Nation, coverage: &Coverage) -> Result<()> {
    let certificates = nation.certificates_of(coverage);
    for column in 0..5 {
        table.made(|text| {
            for certificate in certificates.iter().filter(|certificate| column_of(certificate) == column) {
                if !text.is_empty() {
                    text.push(';');
                }
                push_certificate(text, nation, certificate);
            }
        })?;
    }
    Ok(())
}

/// Which of the five list columns a certificate stands in.
fn column_of(certificate: &Certificate) -> u8 {
    match certificate {
        Certificate::Ratio { .. } => 0,
        Certificate::Elderly { .. } => 1,
        Certificate::Limit { .. } => 2,
        Certificate::SpecificDisease { .. } => 3,
        Certificate::Ticket { .. } => 4,
    }
}

fn push_certificate(text: &mut String, nation: &Nation, certificate: &Certificate) {
    let push_days = |text: &mut String, days: &[Day]| {
        for day in days {
            text.push('/');
            day.push_digits(text);
        }
    };
    match certificate {
        Certificate::Ratio { percent, start, end } => {
            push_ratio(text, *percent);
            push_days(text, &[*start, *end]);
        }
        Certificate::Elderly { percent, issued, start, end } => {
            issued.push_digits(text);
            push_days(text, &[*start, *end]);
            text.push('/');
            push_ratio(text, *percent);
        }
        Certificate::Limit { flag, issued, start, end, long_term } => {
            text.push_str(flag.class_code());
            text.push('/');
            text.push_str(flag.code());
            push_days(text, &[*issued, *start, *end]);
            text.push('/');
            if let Some(day) = long_term {
                day.push_digits(text);
            }
        }
        Certificate::SpecificDisease { category, issued, start, end, self_pay } => {
            text.push(char::from(b'0' + category));
            push_days(text, &[*issued, *start, *end]);
            push_formatted(text, format_args!("/{self_pay}"));
        }
        Certificate::Ticket { start, end, issue, facility, self_pay } => {
            let facility = &nation.facilities[*facility as usize];
            text.push_str(if facility.kind == FacilityKind::Pharmacy { "02" } else { "01" });
            push_days(text, &[*start, *end]);
            let (month, code, treatment) = (end.month_number(), &facility.code, facility.kind.treatment_type());
            push_formatted(text, format_args!("/{issue:08}/{month}/{code}/{treatment}/{self_pay}"));
        }
    }
}

fn push_formatted(text: &mut String, formatted: std::fmt::Arguments<'_>) {
    use std::fmt::Write;
    text.write_fmt(formatted).expect("a String takes any text");
}

/// `020` for 20 %.
fn push_ratio(text: &mut String, percent: u8) {
    text.extend(['0', char::from(b'0' + percent / 10), '0']);
}

/// 個人番号 of the person with this index: unique, because the index is multiplied by a number that shares no factor
/// with the modulus.
pub(crate) fn personal_number(seed: u64, person: u32) -> [u8; 12] {
    const MODULUS: u64 = 100_000_000_000;
    let salt = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8;
    let mut left = (u64::from(person) * 30_517_578_127 + salt % MODULUS) % MODULUS;
    let mut body = [b'0'; 11];
    for place in body.iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
    }
    let mut number = [0; 12];
    number[..11].copy_from_slice(&body);
    number[11] = check_digit::personal(&body);
    number
}

fn residents(nation: &Nation, out: &Path) -> Result<u32> {
    let mut table = Table::create(out, files::RESIDENTS, &RESIDENT_COLUMNS)?;
    let mut count = 0;
    for (id, person) in (0_u32..).zip(&nation.people) {
        if person.death.is_some() {
            continue;
        }
        count += 1;
        table.field(personal_number(nation.options.seed, id))?;
        table.made(|text| nation.names.push_name(text, person.name, Form::REGISTER))?;
        table.made(|text| nation.names.push_kana(text, person.name, Form::REGISTER, false))?;
        table.day(Some(person.birth))?;
        table.field(person.sex.code())?;
        let home = nation.homes[person.home as usize];
        table.made(|text| nation.places.push_address(text, home, 0))?;
        table.made(|text| nation.places.push_postal_code(text, home))?;
        table.end_row()?;
    }
    table.finish()?;
    Ok(count)
}

fn facilities(nation: &Nation, out: &Path) -> Result<()> {
    let mut table = Table::create(out, files::FACILITIES, &FACILITY_COLUMNS)?;
    for facility in &nation.facilities {
        table.field(&facility.code)?;
        table.field(&facility.name)?;
        table.field(facility.kind.word())?;
        table.made(|text| nation.places.push_address(text, facility.home, 0))?;
        table.made(|text| nation.places.push_postal_code(text, facility.home))?;
        table.end_row()?;
    }
    table.finish()
}

fn insurers(nation: &Nation, out: &Path) -> Result<()> {
    let mut table = Table::create(out, files::INSURERS, &INSURER_COLUMNS)?;
    for insurer in &nation.insurers.all {
        table.row(&[&insurer.number, &insurer.name, insurer.kind.word()])?;
    }
    table.finish()
}

fn oracle(cases: &[Case], out: &Path) -> Result<()> {
    let mut table = Table::create(out, files::ORACLE, &Case::COLUMNS)?;
    for case in cases {
        table.row(&case.fields())?;
    }
    table.finish()
}

fn write_visits(visits: &[Visit], out: &Path) -> Result<()> {
    let columns: Vec<&str> = Visit::COLUMNS.into_iter().chain(Case::COLUMNS).collect();
    let mut table = Table::create(out, files::VISITS, &columns)?;
    for Visit { name, title, patient, case } in visits {
        let fields: Vec<&str> = [name.as_str(), title, patient].into_iter().chain(case.fields()).collect();
        table.row(&fields)?;
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn personal_numbers_are_unique_and_their_check_digit_is_right() {
        let numbers: HashSet<[u8; 12]> = (0..200_000).map(|person| personal_number(42, person)).collect();
        assert_eq!(numbers.len(), 200_000);
    }
}
