//! Who lives in the nation, and the history of each person's coverage.
//!
//! [`household`] says who lives together, [`livelihood`] who is insured where, [`history`] what happened before,
//! [`benefits`] which certificates follow from it, and [`cast`] holds the people of the story, who are the same in
//! every nation.

pub(crate) mod benefits;
pub(crate) mod cast;
pub(crate) mod history;
pub(crate) mod household;
pub(crate) mod livelihood;

use crate::day::Day;
use crate::dice::Dice;
use crate::facilities::Facility;
use crate::insurers::{InsurerKind, Insurers};
use crate::model::{Certificate, Class, Coverage, Loss, Person, PersonId, Relation, Status};
use crate::names::{FamilyName, Form, Names, Sex};
use crate::places::{Home, Places};

/// Rows of babies of the last weeks that the insurer has not finished, per thousand.
const BABY_IN_PROGRESS_PERMILLE: u32 = 400;

/// The nation while it is being made.
pub(crate) struct Draft {
    pub(crate) as_of: Day,
    pub(crate) dice: Dice,
    pub(crate) places: Places,
    pub(crate) names: Names,
    pub(crate) insurers: Insurers,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) people: Vec<Person>,
    pub(crate) homes: Vec<Home>,
    pub(crate) coverages: Vec<Coverage>,
    pub(crate) certificates: Vec<Certificate>,
}

/// A member of a card, and from when until when at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) person: PersonId,
    pub(crate) birth: Day,
    /// First day this member can be on the card.
    pub(crate) from: Day,
    /// First day this member cannot be on the card any more, and why.
    pub(crate) until: Option<(Day, Loss)>,
}

/// A card that is to be issued to one or several members.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CardPlan {
    pub(crate) insurer: u16,
    pub(crate) class: Class,
    pub(crate) home: u32,
    pub(crate) start: Day,
    pub(crate) end: Option<(Day, Loss)>,
    pub(crate) status: Status,
    /// Days from the first day insured to the day the card was issued.
    pub(crate) issued_after: i32,
    pub(crate) valid_from: Option<Day>,
    pub(crate) expires: Option<Day>,
    /// Symbol and number of an earlier card that is used again.
    pub(crate) again: Option<(u32, u32)>,
    /// The insurer knows the members by the name before marriage.
    pub(crate) maiden_name: bool,
    /// Draw certificates by chance.
    pub(crate) benefits: bool,
}

impl CardPlan {
    pub(crate) fn new(insurer: u16, class: Class, home: u32, start: Day) -> CardPlan {
        CardPlan {
            insurer,
            class,
            home,
            start,
            end: None,
            status: Status::Registered,
            issued_after: 5,
            valid_from: None,
            expires: None,
            again: None,
            maiden_name: false,
            benefits: true,
        }
    }

    pub(crate) fn begin(self, start: Day) -> CardPlan {
        CardPlan { start, ..self }
    }

    pub(crate) fn until(self, day: Day, why: Loss) -> CardPlan {
        CardPlan { end: Some((day, why)), ..self }
    }
}

impl Draft {
    pub(crate) fn add_home(&mut self, prefecture: u8) -> u32 {
        let home = self.places.home_in(&mut self.dice, prefecture);
        self.keep_home(home)
    }

    pub(crate) fn keep_home(&mut self, home: Home) -> u32 {
        self.homes.push(home);
        self.homes.len() as u32 - 1
    }

    pub(crate) fn prefecture_of(&self, home: u32) -> u8 {
        self.places.municipality_of(self.homes[home as usize]).prefecture
    }

    pub(crate) fn add_person(&mut self, family: FamilyName, sex: Sex, birth: Day, home: u32, income: u8) -> PersonId {
        let name = self.names.person(&mut self.dice, family, sex, birth);
        self.people.push(Person { birth, death: None, home, name, sex, income });
        self.people.len() as u32 - 1
    }

    pub(crate) fn slot(&self, person: PersonId) -> Slot {
        let Person { birth, death, .. } = self.people[person as usize];
        Slot { person, birth, from: birth, until: death.map(|day| (day.next(), Loss::Death)) }
    }

    /// Issues a card: one row for each member who is on it for at least a day. The first of them is 本人. Returns
    /// symbol and number.
    pub(crate) fn issue(&mut self, plan: &CardPlan, members: &[Slot]) -> (u32, u32) {
        let card = plan.again.unwrap_or_else(|| self.insurers.issue(plan.insurer));
        let insurer = self.insurers.get(plan.insurer);
        let first_branch = insurer.style.first_branch;
        let knows_families = !matches!(insurer.kind, InsurerKind::LateElderly | InsurerKind::PublicAssistance);
        let mut form = Form::roll(&mut self.dice);
        if plan.maiden_name {
            form = form.with_maiden_name();
        }
        let mut head = None;
        for (place, slot) in members.iter().enumerate() {
            let start = plan.start.max(slot.from);
            let end = earlier(plan.end, slot.until);
            if end.is_some_and(|(day, _)| day <= start) {
                continue;
            }
            let head = *head.get_or_insert(slot.person);
            let relation = if !knows_families {
                Relation::None
            } else if head == slot.person {
                Relation::Insured
            } else {
                Relation::Family
            };
            let status = self.status_of(plan, slot);
            let issued = start.plus(plan.issued_after).min(self.as_of).max(start);
            let coverage = Coverage {
                person: slot.person,
                head,
                home: plan.home,
                insurer: plan.insurer,
                symbol: card.0,
                number: card.1,
                branch: first_branch.map(|first| first + place as u8),
                status,
                class: self.class_of(plan, slot),
                relation,
                form,
                start,
                end,
                issued: (status != Status::InProgress).then_some(issued),
                valid_from: plan.valid_from.map(|day| day.max(start)),
                expires: plan.expires.map(|day| day.max(start)),
                certificates: (0, 0),
            };
            self.coverages.push(coverage);
            if plan.benefits && status == Status::Registered {
                self.add_benefits();
            }
        }
        card
    }

    /// A baby of the last weeks may not be entered yet although the family is.
    fn status_of(&mut self, plan: &CardPlan, slot: &Slot) -> Status {
        let newborn = slot.birth > self.as_of.plus(-30) && slot.birth > plan.start;
        if newborn && self.dice.permille(BABY_IN_PROGRESS_PERMILLE) { Status::InProgress } else { plan.status }
    }

    /// Children are never charged in full (National Health Insurance Act, article 54-3).
    fn class_of(&self, plan: &CardPlan, slot: &Slot) -> Class {
        let child = slot.birth.anniversary(20) > self.as_of;
        if plan.class == Class::FullCharge && child { Class::General } else { plan.class }
    }

    /// Replaces the certificates of a coverage.
    pub(crate) fn give(&mut self, coverage: u32, certificates: &[Certificate]) {
        let start = self.certificates.len() as u32;
        self.certificates.extend_from_slice(certificates);
        self.coverages[coverage as usize].certificates = (start, certificates.len() as u8);
    }
}

/// The earlier of two ends.
pub(crate) fn earlier(one: Option<(Day, Loss)>, other: Option<(Day, Loss)>) -> Option<(Day, Loss)> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.0 < one.0 { other } else { one }),
        (one, other) => one.or(other),
    }
}
