//! Writing down what somebody types who has a card in front of them.

use super::index::push_branch;
use super::truth::Query;
use super::{slips, typed};
use crate::day::Day;
use crate::dice::Dice;
use crate::limits;
use crate::model::{Certificate, Coverage};
use crate::nation::Nation;

/// Makes queries. Facilities take turns.
pub(crate) struct Asker<'a> {
    pub(crate) nation: &'a Nation,
    pub(crate) dice: Dice,
    turn: u32,
}

impl<'a> Asker<'a> {
    pub(crate) fn new(nation: &'a Nation, dice: Dice) -> Self {
        Asker { nation, dice, turn: 0 }
    }

    pub(crate) fn coverage(&self, id: u32) -> &'a Coverage {
        &self.nation.coverages[id as usize]
    }

    pub(crate) fn birth(&self, id: u32) -> Day {
        self.nation.person(self.coverage(id)).birth
    }

    pub(crate) fn certificates(&self, id: u32) -> &'a [Certificate] {
        self.nation.certificates_of(self.coverage(id))
    }

    /// The card typed as it is printed, asked about on a day.
    pub(crate) fn on(&mut self, id: u32, date: Day) -> Query {
        self.turn = (self.turn + 1) % self.nation.facilities.len().min(limits::ORACLE_FACILITIES) as u32;
        let consent = self.dice.permille(600);
        Query { facility: self.turn, consent, ..printed(self.nation, id, date) }
    }

    /// The card typed as it is printed, asked about today.
    pub(crate) fn today(&mut self, id: u32) -> Query {
        self.on(id, self.nation.as_of)
    }

    /// Today, with symbol and number typed in another way.
    pub(crate) fn retyped(&mut self, id: u32, way: fn(&mut Dice, &str) -> Option<String>) -> Option<Query> {
        let query = self.today(id);
        let symbol = way(&mut self.dice, &query.symbol).unwrap_or_else(|| query.symbol.clone());
        let number = way(&mut self.dice, &query.number).unwrap_or_else(|| query.number.clone());
        let changed = symbol != query.symbol || number != query.number;
        changed.then_some(Query { symbol, number, ..query })
    }

    /// Today, with a slip in the number that its canonical form does not hide.
    pub(crate) fn slip_in_number(&mut self, id: u32, slip: fn(&mut Dice, &str) -> Option<String>) -> Option<Query> {
        let query = self.today(id);
        let number = slip(&mut self.dice, &query.number)?;
        let changed = typed::canonical(&number) != typed::canonical(&query.number);
        changed.then_some(Query { number, ..query })
    }

    /// Today, with the birth date typed as something else.
    pub(crate) fn birthdate(&mut self, id: u32, birthdate: impl Into<String>) -> Query {
        Query { birthdate: birthdate.into(), ..self.today(id) }
    }

    /// A wrong but possible birth date: a slip of a digit, day and month swapped, the year of another era.
    pub(crate) fn wrong_birthdate(&mut self, id: u32) -> Option<Query> {
        let birth = self.birth(id);
        let (year, month, day) = birth.ymd();
        let wrong = match self.dice.below(4) {
            0 => Some(birth.plus(self.dice.between(1, 9))),
            1 => Day::checked(year, day, month),
            2 => Day::checked(year + self.dice.between(1, 2), month, day),
            _ => typed::birthdate(&slips::misread_digit(&mut self.dice, &birth.text())?),
        }?;
        // Whether a day on which nobody alive was born can be read at all is not for the oracle to say.
        let possible = (Day::of(1900, 1, 1)..=self.nation.as_of).contains(&wrong);
        (wrong != birth && possible).then(|| self.birthdate(id, wrong.text()))
    }

    /// A date that is in no calendar.
    pub(crate) fn impossible_birthdate(&mut self, id: u32) -> Query {
        let year = self.birth(id).year();
        let text = match self.dice.below(5) {
            0 => format!("{year}0230"),
            1 => format!("{year}0431"),
            2 => format!("{year}1301"),
            3 => format!("{year}0100"),
            _ => format!("{}0229", if year % 4 == 0 { year + 1 } else { year }),
        };
        self.birthdate(id, text)
    }

    /// The number of an insurer that does not exist, with the right check digit.
    pub(crate) fn unknown_insurer(&mut self, id: u32) -> Query {
        let query = self.today(id);
        let law = *self.dice.pick(&["06", "01", "32", ""]);
        let prefecture = self.dice.between(1, 47);
        // Serial numbers of the nation stay below 400.
        let serial = self.dice.between(500, 999);
        let insurer = crate::check_digit::with_mod10(format!("{law}{prefecture:02}{serial}"));
        Query { insurer, ..query }
    }

    /// The card of one insurer asked from another one that has members.
    pub(crate) fn other_insurer(&mut self, id: u32) -> Option<Query> {
        let query = self.today(id);
        let other = self.dice.index(self.nation.insurers.all.len()) as u16;
        let differs = other != self.coverage(id).insurer && self.nation.insurers.has_members(other);
        differs.then(|| Query { insurer: self.nation.insurers.get(other).number.clone(), ..query })
    }

    /// A number that the insurer has not given to anybody.
    pub(crate) fn unknown_card(&mut self, id: u32) -> Query {
        let query = self.today(id);
        let number = format!("{}", 10_000_000 + self.dice.below(80_000_000));
        Query { number, ..query }
    }

    /// Asked on a day within the month of one of the tickets, by the institution it names, or by another one.
    pub(crate) fn with_ticket(&mut self, id: u32, right_institution: bool) -> Option<Query> {
        let tickets: Vec<(Day, Day, u32)> = self
            .certificates(id)
            .iter()
            .filter_map(|certificate| match certificate {
                Certificate::Ticket { start, end, facility, .. } => Some((*start, *end, *facility)),
                _ => None,
            })
            .collect();
        let (start, end, institution) = *tickets.get(self.dice.index(tickets.len().max(1)))?;
        let last = end.min(self.nation.as_of);
        let date = start.plus(self.dice.between(0, last.since(start).max(0)));
        let query = self.on(id, date);
        let facility = if right_institution { institution } else { query.facility };
        let asking = self.nation.facilities.len().min(limits::ORACLE_FACILITIES) as u32;
        (facility < asking && (facility == institution) == right_institution).then_some(Query { facility, ..query })
    }
}

/// The card typed as it is printed.
pub(crate) fn printed(nation: &Nation, id: u32, date: Day) -> Query {
    let coverage = &nation.coverages[id as usize];
    let (symbol, number) = nation.printed(coverage);
    let mut branch = String::new();
    push_branch(&mut branch, coverage);
    Query {
        date,
        facility: 0,
        insurer: nation.insurers.get(coverage.insurer).number.clone(),
        symbol,
        number,
        branch,
        birthdate: nation.person(coverage).birth.text(),
        consent: true,
    }
}
