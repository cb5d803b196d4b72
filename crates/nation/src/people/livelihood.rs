//! Who of a household is insured where: employees and their dependants, the self-employed, the retired, the late
//! elderly, and those on public assistance.

use super::household::{Member, Role};
use super::{CardPlan, Draft, Slot, earlier};
use crate::day::{Day, age_on, seventy_five_on};
use crate::insurers::InsurerKind;
use crate::model::{Class, Loss};
use crate::names::Sex;

/// Years back in which a move to the late elderly leaves the row of the earlier insurer in the feed.
const LATE_MOVE_YEARS: i32 = 4;
/// From this age on nobody is the insured person of an employees' scheme any more.
const LAST_EMPLOYED_AGE: i32 = 70;

/// Where one member belongs today, or belonged until the 75th birthday.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Insured person of an employees' scheme, a 国保組合 or a 特例退職 scheme.
    Own(InsurerKind),
    /// Dependant of the member with this index.
    Under(usize),
    /// The municipality's 国保.
    National,
    /// Late elderly for so long that nothing earlier is in the feed.
    Nowhere,
}

struct Life {
    slot: Slot,
    role: Role,
    age: i32,
    sex: Sex,
    /// First day among the late elderly, if it has come.
    late: Option<Day>,
}

impl Draft {
    /// Adds one household of at most `room` people with the whole history of its coverages.
    pub(crate) fn add_household(&mut self, room: usize) {
        let members = self.compose(room);
        let prefecture = self.places.roll_prefecture(&mut self.dice);
        let home = self.add_home(prefecture);
        let family = self.names.family(&mut self.dice);
        let income = self.dice.weighted(&[18, 30, 30, 14, 8]) as u8;
        let lives: Vec<Life> = members
            .iter()
            .map(|member| {
                let person = self.add_person(family, member.sex, member.birth, home, income);
                self.life_of(person, *member)
            })
            .collect();
        self.insure(lives, home);
    }

    fn life_of(&mut self, person: u32, member: Member) -> Life {
        let age = age_on(member.birth, self.as_of);
        let death_permille = match age {
            85.. => 75,
            75..85 => 25,
            65..75 => 8,
            _ => 0,
        };
        if self.dice.permille(death_permille) {
            self.people[person as usize].death = Some(self.as_of.plus(-self.dice.between(2, 340)));
        }
        let turned = seventy_five_on(member.birth);
        let late = if turned <= self.as_of {
            Some(turned)
        } else if (66..75).contains(&age) && self.dice.permille(15) {
            // Certified as disabled.
            Some(self.as_of.plus(-self.dice.between(30, 300)))
        } else {
            None
        };
        let slot = self.slot(person);
        let late = late.filter(|day| slot.until.is_none_or(|(end, _)| *day < end));
        Life { slot, role: member.role, age, sex: member.sex, late }
    }

    fn insure(&mut self, mut lives: Vec<Life>, home: u32) {
        let alone_and_old = lives.len() == 1 && lives[0].age >= 65;
        let one_parent = lives.len() > 1 && lives[1].role == Role::Child;
        if self.dice.permille(if alone_and_old {
            36
        } else if one_parent {
            50
        } else {
            7
        }) {
            return self.insure_on_assistance(lives, home);
        }
        let places = self.places_of(&lives);
        self.form_groups(&mut lives, &places, home);
    }

    /// 生活保護: long since, begun lately, or ended lately by work.
    fn insure_on_assistance(&mut self, mut lives: Vec<Life>, home: u32) {
        let municipality = self.homes[home as usize].municipality;
        let office = self.insurers.of_municipality(InsurerKind::PublicAssistance, municipality);
        let recent = self.dice.permille(350);
        let begin = self.as_of.plus(-if recent { self.dice.between(10, 700) } else { self.dice.between(800, 6000) });
        let ended = !recent && lives[0].age < 60 && self.dice.permille(250);
        let end = ended.then(|| (self.as_of.plus(-self.dice.between(20, 500)), Loss::OtherInsurance));
        for life in &lives {
            let plan = CardPlan { end, ..CardPlan::new(office, Class::PublicAssistance, home, begin) };
            self.issue(&plan, &[life.slot]);
        }
        if recent {
            for life in &mut lives {
                life.slot.until = earlier(life.slot.until, Some((begin, Loss::PublicAssistance)));
            }
            let places: Vec<Place> = lives.iter().map(|life| self.before_late(life, Place::National)).collect();
            self.form_groups(&mut lives, &places, home);
        } else if let Some((day, _)) = end {
            let insurer = self.employer_insurer(InsurerKind::Kyokai, home);
            let slots: Vec<Slot> = lives.iter().filter(|life| life.late.is_none()).map(|life| life.slot).collect();
            self.issue(&CardPlan::new(insurer, Class::General, home, day), &slots);
        } else if lives[0].age < 65 && self.dice.permille(200) {
            // Works, but earns too little: both at once (併用).
            let insurer = self.employer_insurer(InsurerKind::Kyokai, home);
            let start = self.as_of.plus(-self.dice.between(60, 700));
            self.issue(&CardPlan::new(insurer, Class::General, home, start), &[lives[0].slot]);
        }
    }

    /// For those who are late elderly today: where they were before, if that is recent enough to be in the feed.
    fn before_late(&self, life: &Life, place: Place) -> Place {
        match life.late {
            Some(day) if day < self.as_of.anniversary(-LATE_MOVE_YEARS) => Place::Nowhere,
            _ => place,
        }
    }

    fn places_of(&mut self, lives: &[Life]) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::with_capacity(lives.len());
        for (index, life) in lives.iter().enumerate() {
            let head = places.first().copied();
            let place = match life.role {
                Role::Head => self.worker(life, lives.len() == 1),
                Role::Spouse => self.spouse(life, head),
                Role::Child if life.age >= 23 => self.worker(life, false),
                Role::Child if life.age >= 18 && self.dice.permille(200) => self.worker(life, false),
                Role::Child => dependant_of(&places),
                Role::Elder if self.dice.permille(400) => dependant_of(&places),
                Role::Elder => Place::National,
            };
            debug_assert_eq!(places.len(), index);
            places.push(self.before_late(life, place));
        }
        // A grown child who works may have the parents as dependants.
        for (index, life) in lives.iter().enumerate() {
            let works = matches!(places[index], Place::Own(kind) if takes_dependants(kind));
            if life.role == Role::Child && life.age >= 25 && works && self.dice.permille(350) {
                for (parent, place) in places.iter_mut().enumerate() {
                    if lives[parent].role != Role::Child && *place == Place::National && lives[parent].age >= 60 {
                        *place = Place::Under(index);
                    }
                }
            }
        }
        places
    }

    fn spouse(&mut self, life: &Life, head: Option<Place>) -> Place {
        match head {
            Some(Place::Own(kind)) if takes_dependants(kind) => {
                if self.dice.permille(if life.age < 60 { 500 } else { 700 }) {
                    Place::Under(0)
                } else {
                    self.worker(life, false)
                }
            }
            _ if life.age < 60 && self.dice.permille(400) => self.worker(life, false),
            _ => Place::National,
        }
    }

    /// Where somebody who could work is insured.
    fn worker(&mut self, life: &Life, alone: bool) -> Place {
        use InsurerKind as K;
        const KINDS: [K; 9] = [
            K::Kyokai,
            K::Union,
            K::MutualNational,
            K::MutualLocal,
            K::MutualPolice,
            K::MutualSchool,
            K::NationalHealthUnion,
            K::Seamen,
            K::SelfDefence,
        ];
        if life.age > LAST_EMPLOYED_AGE || life.slot.until.is_some() || life.late.is_some() {
            return Place::National;
        }
        let employed_permille = match life.age {
            ..20 => 550,
            20..60 => 850,
            60..65 => 650,
            _ => 240,
        };
        if !self.dice.permille(employed_permille) {
            if life.age >= 62 && self.dice.permille(30) {
                let kind = if self.dice.permille(600) { K::RetiredUnion } else { K::RetiredMutual };
                return Place::Own(kind);
            }
            return Place::National;
        }
        let soldiers = if alone && life.age < 55 { 9 } else { 0 };
        Place::Own(KINDS[self.dice.weighted(&[480, 330, 14, 42, 9, 35, 40, 3, soldiers])])
    }

    /// Issues the cards of a household: one for each insured person with dependants, one for the 国保 of all others,
    /// one for each of the late elderly.
    fn form_groups(&mut self, lives: &mut [Life], places: &[Place], home: u32) {
        for life in lives.iter_mut() {
            if let Some(day) = life.late {
                let end = life.slot.until;
                self.insure_late_elderly(Slot { from: day, until: end, ..life.slot }, home);
                life.slot.until = earlier(end, Some((day, Loss::OtherInsurance)));
            }
        }
        for (index, place) in places.iter().enumerate() {
            if let Place::Own(kind) = *place {
                let dependants = (0..lives.len()).filter(|other| places[*other] == Place::Under(index));
                let slots: Vec<Slot> =
                    std::iter::once(index).chain(dependants).map(|member| lives[member].slot).collect();
                let married_woman = lives[index].sex == Sex::Female && (24..52).contains(&lives[index].age);
                self.employee_history(kind, &slots, home, married_woman);
            }
        }
        let national: Vec<Slot> = (0..lives.len())
            .filter(|member| places[*member] == Place::National)
            .map(|member| lives[member].slot)
            .collect();
        if !national.is_empty() {
            self.national_history(&national, home);
        }
    }

    pub(crate) fn employer_insurer(&mut self, kind: InsurerKind, home: u32) -> u16 {
        let prefecture = self.prefecture_of(home);
        self.insurers.near(&mut self.dice, kind, prefecture)
    }
}

/// 自衛官 have no dependants on their own card.
fn takes_dependants(kind: InsurerKind) -> bool {
    kind != InsurerKind::SelfDefence
}

/// A child's place: with the first parent who can have dependants, otherwise in 国保.
fn dependant_of(places: &[Place]) -> Place {
    places
        .iter()
        .take(2)
        .position(|place| matches!(place, Place::Own(kind) if takes_dependants(*kind)))
        .map_or(Place::National, Place::Under)
}
