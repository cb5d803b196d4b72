//! Claim files (レセプト電算処理, 記録条件仕様): our own writer, which knows nothing of the one in `wire`.
//!
//! A claim becomes lines of text first ([`Sheet`]), so that the insurer's side can show the same lines with its three
//! leading columns. Every record is written with all its fields: empty ones at the end are not dropped.

mod dental;
mod dpc;
mod insurer;
mod medical;
mod pharmacy;
mod units;

use std::fmt::Write as _;

pub(crate) use insurer::InsurerSide;
pub(crate) use medical::merged;
pub(crate) use pharmacy::doctor;

use super::directory::{Payers, is_assistance, payment_body};
use super::month::{Encounter, Prescription};
use super::receipts::{Kind, Receipt};
use super::text;
use crate::day::{Day, preschool_until, seventy_from};
use crate::insurers::InsurerKind;
use crate::model::{PersonId, Relation};
use crate::names::Sex;
use crate::nation::Nation;

/// Lines of one claim, without line ends.
#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) lines: Vec<String>,
}

/// One line while it is being written.
pub(crate) struct Line<'a> {
    sheet: &'a mut Sheet,
    text: String,
}

impl Sheet {
    pub(crate) fn line(&mut self, tag: &str) -> Line<'_> {
        Line { sheet: self, text: tag.to_owned() }
    }
}

impl Line<'_> {
    pub(crate) fn text(mut self, field: &str) -> Self {
        self.text.push(',');
        self.text.push_str(field);
        self
    }

    pub(crate) fn number(mut self, field: impl std::fmt::Display) -> Self {
        self.text.push(',');
        self.text.write_fmt(format_args!("{field}")).expect("a String takes any text");
        self
    }

    pub(crate) fn day(self, day: Day) -> Self {
        self.text(&day.text())
    }

    pub(crate) fn empty(mut self, fields: usize) -> Self {
        self.text.extend(std::iter::repeat_n(',', fields));
        self
    }

    /// Days 1 to 31, empty where the count is zero.
    pub(crate) fn cells(self, cells: &[u16; 31]) -> Self {
        cells.iter().fold(self, |line, count| if *count == 0 { line.empty(1) } else { line.number(count) })
    }

    pub(crate) fn end(self) {
        self.sheet.lines.push(self.text);
    }
}

/// A claim with everything that the writers of the four kinds need.
pub(crate) struct Claim<'a> {
    pub(crate) nation: &'a Nation,
    pub(crate) person: PersonId,
    /// First day of the month of treatment.
    pub(crate) month: Day,
    /// First day of the month in which it is sent.
    pub(crate) sent: Day,
    pub(crate) receipt: &'a Receipt,
    pub(crate) encounters: Vec<&'a Encounter>,
    /// レセプト番号 in its file.
    pub(crate) number: u32,
    /// 検索番号 of the claim that this one replaces.
    pub(crate) search: Option<&'a str>,
}

/// What a claim says in sum.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) days: u32,
    pub(crate) points: u32,
    /// How many it counts for in 総件数: its HO and KO records.
    pub(crate) payers: u32,
}

/// Lines that open a file.
pub(crate) fn opening(nation: &Nation, kind: Kind, facility: u32, body: u8, sent: Day, sheet: &mut Sheet) {
    let code = &nation.facilities[facility as usize].code;
    let name = text::fold(&nation.facilities[facility as usize].name, 20);
    let month = sent.month_number();
    let (prefecture, table, code) = (&code[..2], &code[2..3], &code[3..]);
    let head = |tag| sheet_line(tag, body, prefecture, table, code);
    let line = match kind {
        Kind::Medical | Kind::Dpc => format!("{},,{name},{month},00,", head("IR")),
        Kind::Dental => format!("{},,{name},{month},,00", head("UK")),
        Kind::Pharmacy => format!("{},{name},{month},00,", head("YK")),
    };
    sheet.lines.push(line);
}

fn sheet_line(tag: &str, body: u8, prefecture: &str, table: &str, code: &str) -> String {
    format!("{tag},{body},{prefecture},{table},{code}")
}

/// 診療報酬請求書 at the end of a file.
pub(crate) fn closing(claims: u32, points: u64, sheet: &mut Sheet) {
    sheet.line("GO").number(claims).number(points).text("99").end();
}

/// Writes one claim.
pub(crate) fn write(claim: &Claim<'_>, sheet: &mut Sheet) -> Figures {
    match claim.receipt.kind {
        Kind::Medical => medical::write(claim, sheet),
        Kind::Dpc => dpc::write(claim, sheet),
        Kind::Dental => dental::write(claim, sheet),
        Kind::Pharmacy => pharmacy::write(claim, sheet),
    }
}

/// 薬剤料: 1 point up to 15 yen, then a point for every 10 yen, five rounded down and more than five up.
pub(crate) fn drug_points(drugs: &[(u16, u32)]) -> u32 {
    let price = |(drug, amount): &(u16, u32)| u64::from(super::drugs::get(*drug).price) * u64::from(*amount);
    // In ten-thousandths of a yen.
    let total: u64 = drugs.iter().map(price).sum();
    total.saturating_sub(50_000).div_ceil(100_000).max(1) as u32
}

/// An amount in thousandths as a 可変 decimal: `1.5`, `3`.
pub(crate) fn amount(thousandths: u32) -> String {
    let (whole, part) = (thousandths / 1000, thousandths % 1000);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:03}").trim_end_matches('0').to_owned()
}

impl Claim<'_> {
    /// 負担区分: 1 health insurance alone, 2 with 医療扶助, 5 医療扶助 alone.
    pub(crate) fn burden(&self) -> &'static str {
        match self.receipt.billed {
            Payers { health: Some(_), assistance: None } => "1",
            Payers { health: Some(_), assistance: Some(_) } => "2",
            _ => "5",
        }
    }

    /// Days of the month on which the patient was seen: each at most once.
    pub(crate) fn cells(&self) -> [u16; 31] {
        let mut cells = [0; 31];
        for day in self.encounters.iter().flat_map(|encounter| encounter.days()) {
            cells[cell(day)] = 1;
        }
        cells
    }

    /// レセプト種別.
    pub(crate) fn class(&self) -> String {
        let first = match self.receipt.kind {
            Kind::Medical | Kind::Dpc => '1',
            Kind::Dental => '3',
            Kind::Pharmacy => '4',
        };
        let inpatient = self.receipt.inpatient;
        let Some(health) = self.receipt.billed.health else {
            return format!("{first}21{}", if inpatient { 1 } else { 2 });
        };
        let coverage = &self.nation.coverages[health as usize];
        let scheme = match self.nation.insurers.get(coverage.insurer).kind {
            InsurerKind::LateElderly => 3,
            InsurerKind::RetiredNational => 4,
            _ => 1,
        };
        let payers = 1 + u32::from(self.receipt.billed.assistance.is_some());
        let who = &self.nation.people[self.person as usize];
        let last = self.month.last_of_month();
        let old = scheme == 3 || seventy_from(who.birth) <= self.month;
        // Inpatient and outpatient: 1 2 insured, 3 4 preschool, 5 6 family, 7 8 elderly, 9 0 elderly at 30 percent.
        let pair = if old {
            if self.elderly_pays_in_full_rate(scheme) { 9 } else { 7 }
        } else if last <= preschool_until(who.birth) {
            3
        } else if coverage.relation == Relation::Family {
            5
        } else {
            1
        };
        let fourth = if inpatient { pair } else { (pair + 1) % 10 };
        format!("{first}{scheme}{payers}{fourth}")
    }

    /// 3割 of those who are 70 and over, by income.
    fn elderly_pays_in_full_rate(&self, scheme: u8) -> bool {
        let income = self.nation.people[self.person as usize].income;
        if scheme == 3 { income >= 4 } else { income >= 3 }
    }

    /// 給付割合 in percent: written by 国保 only.
    pub(crate) fn benefit_ratio(&self) -> &'static str {
        let kind = self
            .receipt
            .billed
            .health
            .map(|id| self.nation.insurers.get(self.nation.coverages[id as usize].insurer).kind);
        let who = &self.nation.people[self.person as usize];
        match kind {
            Some(InsurerKind::NationalHealth | InsurerKind::NationalHealthUnion | InsurerKind::RetiredNational) => {
                let old = seventy_from(who.birth) <= self.month;
                let young = self.month.last_of_month() <= preschool_until(who.birth);
                if young || (old && !self.elderly_pays_in_full_rate(1)) { "80" } else { "70" }
            }
            _ => "",
        }
    }

    /// Fields 4 to 7 of RE, which are the same in every kind: month, name, sex, birth date.
    pub(crate) fn who<'l>(&self, line: Line<'l>) -> Line<'l> {
        let who = &self.nation.people[self.person as usize];
        let sex = if who.sex == Sex::Male { "1" } else { "2" };
        line.number(self.month.month_number()).text(&self.name()).text(sex).day(who.birth)
    }

    fn form(&self) -> crate::names::Form {
        let payer = self.receipt.billed.health.or(self.receipt.billed.assistance);
        payer.map_or(crate::names::Form::REGISTER, |id| self.nation.coverages[id as usize].form)
    }

    pub(crate) fn name(&self) -> String {
        text::person_name(&self.nation.names, self.nation.people[self.person as usize].name, self.form())
    }

    pub(crate) fn kana(&self) -> String {
        text::person_kana(&self.nation.names, self.nation.people[self.person as usize].name, self.form())
    }

    /// 保険者番号 in eight places, 記号, 番号.
    pub(crate) fn card(&self) -> Option<(String, String, String)> {
        let coverage = &self.nation.coverages[self.receipt.billed.health? as usize];
        let (symbol, number) = self.nation.printed(coverage);
        let insurer = &self.nation.insurers.get(coverage.insurer).number;
        Some((format!("{insurer:>8}"), claim_text(&symbol), claim_text(&number)))
    }

    /// 公費負担者番号 and 受給者番号.
    pub(crate) fn assistance(&self) -> Option<(String, String)> {
        let coverage = &self.nation.coverages[self.receipt.billed.assistance? as usize];
        debug_assert!(is_assistance(self.nation, coverage));
        let (_, number) = self.nation.printed(coverage);
        Some((self.nation.insurers.get(coverage.insurer).number.clone(), number))
    }

    /// SN, JD and MF: one of each of the first two per payer.
    pub(crate) fn confirmations(&self, cells: &[u16; 31], sheet: &mut Sheet) {
        let Payers { health, assistance } = self.receipt.billed;
        if let Some(id) = health {
            let mut branch = String::new();
            crate::oracle::push_branch(&mut branch, &self.nation.coverages[id as usize]);
            sheet.line("SN").text("1").text("01").empty(3).text(&branch).empty(2).end();
        }
        if assistance.is_some() {
            sheet.line("SN").text("2").text("01").empty(6).end();
        }
        if health.is_some() {
            sheet.line("JD").text("1").cells(cells).end();
        }
        if assistance.is_some() {
            sheet.line("JD").text("2").cells(cells).end();
        }
        sheet.line("MF").text("00").empty(31).end();
    }

    /// 検索番号 under which the 審査支払機関 keeps this claim: a claim that replaces it names it.
    pub(crate) fn search_number(&self) -> String {
        let body = payment_body(self.nation, self.receipt.billed);
        let code = &self.nation.facilities[self.receipt.facility as usize].code;
        let kind = self.receipt.kind as u8 + 1;
        format!("{body}{}{code}{kind}{:06}", self.sent.month_number(), self.number)
    }

    /// What the claim says in sum.
    pub(crate) fn figures(&self, cells: &[u16; 31], points: u32) -> Figures {
        let Payers { health, assistance } = self.receipt.billed;
        let days = cells.iter().map(|count| u32::from(*count)).sum();
        Figures { days, points, payers: u32::from(health.is_some()) + u32::from(assistance.is_some()) }
    }

    /// Prescriptions that this claim pays for: by the pharmacy, or by the institution.
    pub(crate) fn dispensed(&self) -> impl Iterator<Item = &Prescription> {
        let by_pharmacy = self.receipt.kind == Kind::Pharmacy;
        let own = self.encounters.iter().filter(move |encounter| encounter.pharmacy.is_some() == by_pharmacy);
        own.flat_map(|encounter| &encounter.prescriptions)
    }
}

/// Place of a day in the 31 cells.
pub(crate) fn cell(day: Day) -> usize {
    day.ymd().2 as usize - 1
}

/// Symbols and numbers: hyphens of JIS X 0208 only.
fn claim_text(printed: &str) -> String {
    text::fold(printed, 38)
}
