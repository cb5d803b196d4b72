//! Certificates that follow from age, income and illness: the share of the late elderly, 高齢受給者証, 限度額適用認定証,
//! 特定疾病療養受療証, and the tickets of public assistance.

use super::Draft;
use super::history::august_before;
use crate::day::{Day, seventy_five_on, seventy_from};
use crate::insurers::InsurerKind;
use crate::limits;
use crate::model::{Certificate, LimitFlag};

/// August years for which shares are on record, the current one included.
const YEARS_ON_RECORD: i32 = 3;
/// 高齢受給者証 that the insurer forgot to enter, per thousand people.
const ELDERLY_MISSING_PERMILLE: u32 = 40;
/// Late elderly without a share on record, per thousand.
const RATIO_MISSING_PERMILLE: u32 = 15;
/// Late elderly whose share changed on a 1 August on record, per thousand.
const RATIO_CHANGED_PERMILLE: u32 = 120;
const LIMIT_PERMILLE_YOUNG: u32 = 110;
const LIMIT_PERMILLE_OLD: u32 = 280;
const DIALYSIS_PERMILLE: u32 = 4;
/// Haemophilia, and HIV from blood products, are so rare that a thousandth of a thousandth would hide them: per
/// thousand of thousand people.
const RARE_DISEASE_PERMILLION: u32 = 300;

impl Draft {
    /// Draws certificates for the coverage that was added last.
    pub(crate) fn add_benefits(&mut self) {
        let Some(coverage) = self.coverages.last().copied() else {
            return;
        };
        let begin = self.certificates.len();
        let person = self.people[coverage.person as usize];
        let kind = self.insurers.get(coverage.insurer).kind;
        let span = Span {
            start: coverage.start,
            end: coverage.end_day(),
            seventy: seventy_from(person.birth),
            seventy_five: seventy_five_on(person.birth),
        };
        match kind {
            InsurerKind::PublicAssistance => self.tickets(coverage.start, coverage.end_day()),
            InsurerKind::LateElderly => {
                let percent = late_percent(person.income);
                self.ratios(span, percent);
                self.limits(span, person.income, Some(percent));
            }
            _ => {
                self.elderly_certificates(span, person.income);
                self.limits(span, person.income, None);
            }
        }
        if kind != InsurerKind::PublicAssistance && person.birth.anniversary(40) <= self.as_of {
            self.specific_diseases(span, person.income);
        }
        let count = (self.certificates.len() - begin) as u8;
        if let Some(coverage) = self.coverages.last_mut() {
            coverage.certificates = (begin as u32, count);
        }
    }

    /// The August years on record in which a coverage exists: first and last day of each, cut at its beginning.
    fn years(&self, span: Span, count: i32) -> impl Iterator<Item = (Day, Day)> + use<> {
        let current = august_before(self.as_of);
        (0..count).rev().filter_map(move |back| {
            let first = current.anniversary(-back);
            let last = first.anniversary(1).before();
            let exists = span.start <= last && span.end.is_none_or(|end| first < end);
            exists.then(|| (first.max(span.start), last))
        })
    }

    fn ratios(&mut self, span: Span, percent: u8) {
        if self.dice.permille(RATIO_MISSING_PERMILLE) {
            return;
        }
        let current = august_before(self.as_of);
        let changed = self.dice.permille(RATIO_CHANGED_PERMILLE);
        let changed_on = current.anniversary(-self.dice.between(0, 1));
        let before = match percent {
            10 | 30 => 20,
            _ => 10,
        };
        for (start, end) in self.years(span, YEARS_ON_RECORD) {
            let percent = if changed && start < changed_on { before } else { percent };
            self.certificates.push(Certificate::Ratio { percent, start, end });
        }
    }

    fn elderly_certificates(&mut self, span: Span, income: u8) {
        let last_day = span.seventy_five.before();
        if span.seventy > self.as_of.plus(60) || self.dice.permille(ELDERLY_MISSING_PERMILLE) {
            return;
        }
        let percent = if income >= 3 { 30 } else { 20 };
        for (first, last) in self.years(span, YEARS_ON_RECORD) {
            let (start, end) = (first.max(span.seventy), last.min(last_day));
            if start <= end {
                let issued = start.plus(-10).max(span.start);
                self.certificates.push(Certificate::Elderly { percent, issued, start, end });
            }
        }
    }

    /// Applied for at some day of an August year, and again in the next one; cut where the categories change at 70.
    fn limits(&mut self, span: Span, income: u8, late_percent: Option<u8>) {
        let old = span.seventy <= self.as_of;
        if !self.dice.permille(if old { LIMIT_PERMILLE_OLD } else { LIMIT_PERMILLE_YOUNG }) {
            return;
        }
        let worse_income = self.dice.permille(150);
        for (nth, (first, last)) in self.years(span, 2).enumerate() {
            let applied = if self.dice.permille(500) {
                first
            } else {
                first.plus(self.dice.between(20, 250)).first_of_month().max(first)
            };
            if applied > last || applied > self.as_of.plus(30) {
                continue;
            }
            let income = if worse_income && nth == 0 { income.saturating_sub(1) } else { income };
            let long_term = (income == 0 && self.dice.permille(200)).then(|| applied.plus(30));
            for (start, end, flag) in limit_parts(span, applied, last, income, late_percent) {
                if start <= end {
                    let issued = start.plus(-5);
                    self.certificates.push(Certificate::Limit { flag, issued, start, end, long_term });
                }
            }
        }
    }

    fn specific_diseases(&mut self, span: Span, income: u8) {
        let issued = span.start;
        let end = august_before(self.as_of).anniversary(1).before();
        if issued > end {
            return;
        }
        let from = issued.first_of_month().max(span.start);
        let mut add = |category, self_pay| {
            self.certificates.push(Certificate::SpecificDisease { category, issued, start: from, end, self_pay });
        };
        if self.dice.permille(DIALYSIS_PERMILLE) {
            add(1, if income == 4 && span.seventy > self.as_of { 20_000 } else { 10_000 });
        }
        if self.dice.below(1_000_000) < RARE_DISEASE_PERMILLION {
            add(2, 10_000);
            if self.dice.permille(300) {
                add(3, 10_000);
            }
        }
    }

    /// Tickets for this month and the two before it, half of them at an institution for which the oracle asks.
    fn tickets(&mut self, begin: Day, end: Option<Day>) {
        if !self.dice.permille(800) {
            return;
        }
        let mut month = self.as_of.first_of_month();
        let usual = self.roll_institution();
        for _ in 0..3 {
            let (first, last) = (month.max(begin), month.last_of_month());
            let exists = first <= last && end.is_none_or(|end| first < end);
            if exists && self.dice.permille(750) {
                let facility = if self.dice.permille(800) { usual } else { self.roll_institution() };
                let start = if self.dice.permille(200) { first.plus(9).min(last) } else { first };
                let self_pay = if self.dice.permille(120) { 1500 } else { 0 };
                let issue = self.dice.below(100_000_000);
                self.certificates.push(Certificate::Ticket { start, end: last, issue, facility, self_pay });
            }
            month = month.before().first_of_month();
        }
    }

    fn roll_institution(&mut self) -> u32 {
        let known = if self.dice.permille(600) { limits::ORACLE_FACILITIES } else { self.facilities.len() };
        self.dice.index(known.min(self.facilities.len())) as u32
    }
}

/// A coverage in time, with the days on which its rules turn.
#[derive(Clone, Copy)]
struct Span {
    start: Day,
    /// First day not insured.
    end: Option<Day>,
    seventy: Day,
    seventy_five: Day,
}

/// Share of the late elderly by income.
fn late_percent(income: u8) -> u8 {
    match income {
        0..=2 => 10,
        3 => 20,
        _ => 30,
    }
}

/// The parts of a period before and from 70, each with its category; a part that ends before it begins is empty.
fn limit_parts(span: Span, start: Day, end: Day, income: u8, late: Option<u8>) -> [(Day, Day, LimitFlag); 2] {
    if let Some(percent) = late {
        let flag = match (percent, income) {
            (10, 0) => 15,
            (10, _) => 20,
            (20, _) => 19,
            _ => 13,
        };
        // The second part is empty.
        return [(start, end, LimitFlag(flag)), (end, start.before(), LimitFlag(flag))];
    }
    let young = LimitFlag(5 - income);
    let old = LimitFlag(match income {
        0 if start.year() % 2 == 0 => 16,
        0 => 15,
        1 | 2 => 14,
        3 => 13,
        _ => 11,
    });
    let last_old = end.min(span.seventy_five.before());
    [(start, last_old.min(span.seventy.before()), young), (start.max(span.seventy), last_old, old)]
}
