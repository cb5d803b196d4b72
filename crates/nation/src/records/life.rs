//! The medical life of one person: chronic conditions, the institutions that treat them, and what they prescribe.
//!
//! A life follows from the seed and the person alone. It is made anew whenever it is needed, so that a nation of any
//! size needs memory for one life only.

use super::directory::Directory;
use super::drugs;
use super::illness::{CONDITIONS, Name};
use super::knowledge::{self, CLASSES};
use crate::day::{Day, age_on};
use crate::dice::{Dice, Stream};
use crate::facilities::FacilityKind;
use crate::model::PersonId;
use crate::names::Sex;
use crate::nation::Nation;

/// People of 40 and over to whom two institutions prescribe the same ingredient, per thousand of those who have two.
const DUPLICATE_PERMILLE: u32 = 90;
/// People with a drug that interacts with one they get elsewhere, per thousand of those who have two institutions.
const INTERACTION_PERMILLE: u32 = 80;
/// People whom two institutions give two drugs of one class, per thousand of those who have two.
const SAME_CLASS_PERMILLE: u32 = 70;
/// People who get a drug that their disease forbids, per thousand of those who have such a disease.
const FORBIDDEN_PERMILLE: u32 = 60;
/// Drugs that somebody who has a disease must not take.
const FORBIDDEN: [(Name, &str); 3] =
    [(Name::Ulcer, "ロキソプロフェン"), (Name::Asthma, "カルベジロール"), (Name::Diabetes, "クエチアピン")];
/// Weeks between visits.
const INTERVALS: [u16; 4] = [4, 4, 8, 12];

/// A chronic condition of a person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Illness {
    /// Place in [`CONDITIONS`].
    pub(crate) condition: usize,
    pub(crate) since: Day,
    /// 0 the usual clinic, 1 the other institution.
    pub(crate) place: usize,
}

/// A drug taken for years.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    pub(crate) drug: u16,
    pub(crate) place: usize,
    pub(crate) since: Day,
}

/// One of the two institutions that a person goes to regularly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) facility: u32,
    pub(crate) pharmacy: u32,
    pub(crate) weeks: u16,
    /// Days by which visits are shifted against a calendar common to all.
    pub(crate) shift: i32,
}

/// See the head of this file.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) person: PersonId,
    pub(crate) birth: Day,
    pub(crate) death: Option<Day>,
    pub(crate) places: [Place; 2],
    pub(crate) dentist: u32,
    pub(crate) illnesses: Vec<Illness>,
    pub(crate) courses: Vec<Course>,
}

/// Ingredients that must not, or not unwatched, be taken together.
pub(crate) const PAIRS: [(&str, &str); 30] = [
    ("ワルファリン", "ロキソプロフェン"),
    ("ワルファリン", "アスピリン"),
    ("ワルファリン", "クラリスロマイシン"),
    ("ワルファリン", "スルファメトキサゾール・トリメトプリム"),
    ("ワルファリン", "ベザフィブラート"),
    ("ワルファリン", "アミオダロン"),
    ("シンバスタチン", "イトラコナゾール"),
    ("トリアゾラム", "イトラコナゾール"),
    ("アゼルニジピン", "イトラコナゾール"),
    ("ダビガトラン", "イトラコナゾール"),
    ("リバーロキサバン", "イトラコナゾール"),
    ("スボレキサント", "イトラコナゾール"),
    ("スボレキサント", "クラリスロマイシン"),
    ("コルヒチン", "クラリスロマイシン"),
    ("ジゴキシン", "クラリスロマイシン"),
    ("ジゴキシン", "ベラパミル"),
    ("ビソプロロール", "ベラパミル"),
    ("テオフィリン", "シプロフロキサシン"),
    ("チザニジン", "フルボキサミン"),
    ("チザニジン", "シプロフロキサシン"),
    ("ラメルテオン", "フルボキサミン"),
    ("リチウム", "ロキソプロフェン"),
    ("メトトレキサート", "スルファメトキサゾール・トリメトプリム"),
    ("メトトレキサート", "ロキソプロフェン"),
    ("ニトログリセリン", "シルデナフィル"),
    ("一硝酸イソソルビド", "シルデナフィル"),
    ("トラマドール・アセトアミノフェン", "パロキセチン"),
    ("カンデサルタン", "スピロノラクトン"),
    ("レボフロキサシン", "酸化マグネシウム"),
    ("アピキサバン", "ジクロフェナク"),
];

impl Life {
    pub(crate) fn of(nation: &Nation, directory: &Directory, person: PersonId) -> Life {
        let mut dice = Dice::of_person(nation.options.seed, Stream::Health, person);
        let who = &nation.people[person as usize];
        let prefecture = nation.places.municipality_of(nation.homes[who.home as usize]).prefecture;
        let clinic = *dice.pick(directory.near(prefecture, FacilityKind::Clinic));
        let kind = if dice.permille(700) { FacilityKind::Hospital } else { FacilityKind::Clinic };
        let mut other = *dice.pick(directory.near(prefecture, kind));
        if other == clinic {
            other = *dice.pick(directory.near(prefecture, FacilityKind::Hospital));
        }
        let mut place = |facility| Place {
            facility,
            pharmacy: *dice.pick(directory.near(prefecture, FacilityKind::Pharmacy)),
            weeks: *dice.pick(&INTERVALS),
            shift: dice.between(0, 83),
        };
        let places = [place(clinic), place(other)];
        let dentist = *dice.pick(directory.near(prefecture, FacilityKind::Dental));
        let mut life = Life {
            person,
            birth: who.birth,
            death: who.death,
            places,
            dentist,
            illnesses: Vec::new(),
            courses: Vec::new(),
        };
        life.fall_ill(nation, &mut dice, who.sex);
        life.run_risks(&mut dice);
        life.get_one_too_many(&mut dice);
        life.get_what_is_forbidden(&mut dice);
        life
    }

    pub(crate) fn has(&self, name: Name) -> bool {
        self.illnesses.iter().any(|illness| CONDITIONS[illness.condition].name == name)
    }

    /// When a condition began, if the person has it.
    pub(crate) fn since(&self, name: Name) -> Option<Day> {
        self.illnesses.iter().find(|illness| CONDITIONS[illness.condition].name == name).map(|illness| illness.since)
    }

    pub(crate) fn is_alive(&self, day: Day) -> bool {
        self.birth <= day && self.death.is_none_or(|death| day <= death)
    }

    fn fall_ill(&mut self, nation: &Nation, dice: &mut Dice, sex: Sex) {
        let age = age_on(self.birth, nation.as_of);
        let band = match age {
            ..20 => 0,
            20..40 => 1,
            40..80 => (age / 10 - 2).cast_unsigned() as usize,
            _ => 6,
        };
        for (place, condition) in CONDITIONS.iter().enumerate() {
            let chance = condition.permille[band] * condition.sexes[usize::from(sex == Sex::Female)] / 100;
            // Those with sugar or pressure lose their kidneys' strength more often.
            let chance = match condition.name {
                Name::Kidney if self.has(Name::Diabetes) || self.has(Name::Hypertension) => chance * 3 / 2,
                _ => chance,
            };
            if !dice.permille(chance) {
                continue;
            }
            let years = dice.between(0, 20).min(age.max(1));
            let since = nation.as_of.plus(-dice.between(40, 40 + years * 365)).max(self.birth);
            let at = usize::from(dice.below(100) < condition.second);
            self.illnesses.push(Illness { condition: place, since, place: at });
            for ingredient in *dice.pick(condition.ways) {
                self.add_course(dice, ingredient, at, since);
            }
        }
    }

    /// The same person never gets one ingredient twice from the same institution.
    fn add_course(&mut self, dice: &mut Dice, ingredient: &str, place: usize, since: Day) {
        let products = drugs::of_ingredient(ingredient);
        let known = self.courses.iter().any(|course| course.place == place && products.contains(&course.drug));
        if known || products.is_empty() {
            return;
        }
        let drug = products.start + dice.index(products.len()) as u16;
        self.courses.push(Course { drug, place, since });
    }

    /// Deliberate dangers: the second institution does not know what the first one prescribes.
    fn run_risks(&mut self, dice: &mut Dice) {
        let Some(first) = self.courses.iter().find(|course| course.place == 0).copied() else {
            return;
        };
        let Some(second) = self.courses.iter().find(|course| course.place == 1).copied() else {
            return;
        };
        let since = first.since.max(second.since);
        if dice.permille(DUPLICATE_PERMILLE) {
            let ingredient = drugs::get(first.drug).ingredient;
            self.add_course(dice, ingredient, 1, since);
        }
        if dice.permille(INTERACTION_PERMILLE) {
            let taken = |ingredient: &str| {
                self.courses.iter().find(|course| drugs::get(course.drug).ingredient == ingredient).copied()
            };
            let fitting: Vec<(&str, usize)> = PAIRS
                .iter()
                .filter_map(|(one, other)| match (taken(one), taken(other)) {
                    (Some(course), None) => Some((*other, 1 - course.place)),
                    (None, Some(course)) => Some((*one, 1 - course.place)),
                    _ => None,
                })
                .filter(|(ingredient, _)| is_long_term(ingredient))
                .collect();
            if !fitting.is_empty() {
                let (ingredient, place) = *dice.pick(&fitting);
                self.add_course(dice, ingredient, place, since);
            }
        }
    }
}

impl Life {
    /// The second institution gives something like what the first one gives.
    fn get_one_too_many(&mut self, dice: &mut Dice) {
        if self.illnesses.iter().all(|illness| illness.place == 0) || !dice.permille(SAME_CLASS_PERMILLE) {
            return;
        }
        let own: Vec<Course> = self.courses.iter().filter(|course| course.place == 0).copied().collect();
        let alike = own.iter().find_map(|course| {
            let drug = drugs::get(course.drug);
            let class = CLASSES.iter().find(|words| knowledge::among(course.drug, words).is_some())?;
            let fits = |other: &&drugs::Drug| {
                other.ingredient != drug.ingredient
                    && other.form == drug.form
                    && knowledge::among(drugs::of_ingredient(other.ingredient).start, class).is_some()
            };
            let others: Vec<&drugs::Drug> = drugs::all().iter().filter(fits).collect();
            (!others.is_empty()).then(|| (dice.pick(&others).ingredient, course.since))
        });
        if let Some((ingredient, since)) = alike {
            let since = self.illnesses.iter().filter(|it| it.place == 1).map(|it| it.since).fold(since, Day::max);
            self.add_course(dice, ingredient, 1, since);
        }
    }

    /// Another institution where there is one, which does not know of the disease; else the same, which does not think of it.
    fn get_what_is_forbidden(&mut self, dice: &mut Dice) {
        for (name, ingredient) in FORBIDDEN {
            let ill = self.illnesses.iter().find(|illness| CONDITIONS[illness.condition].name == name).copied();
            let Some(ill) = ill.filter(|_| dice.permille(FORBIDDEN_PERMILLE)) else { continue };
            let elsewhere = self.illnesses.iter().find(|other| other.place != ill.place).copied();
            let at = elsewhere.unwrap_or(ill);
            self.add_course(dice, ingredient, at.place, at.since.max(ill.since));
        }
    }
}

/// Antibiotics and antifungals are not taken for years.
fn is_long_term(ingredient: &str) -> bool {
    let products = drugs::of_ingredient(ingredient);
    let class = drugs::get(products.start).class;
    !matches!(class, "macrolide" | "quinolone" | "sulfonamide" | "antifungal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::illness::EPISODES;
    use crate::records::stays::STAYS;

    #[test]
    fn every_ingredient_that_is_prescribed_has_a_product() {
        let chronic = CONDITIONS.iter().flat_map(|condition| condition.ways.iter().flat_map(|way| way.iter()));
        let acute = EPISODES.iter().flat_map(|episode| episode.doses.iter().flat_map(|dose| dose.ingredients.iter()));
        let stays = STAYS.iter().flat_map(|plan| plan.oral.iter().chain(plan.injections));
        let pairs = PAIRS.iter().flat_map(|(one, other)| [one, other]);
        for ingredient in chronic.chain(acute).chain(stays).chain(pairs) {
            assert!(!drugs::of_ingredient(ingredient).is_empty(), "{ingredient}");
        }
    }

    #[test]
    fn a_life_is_the_same_however_often_it_is_made_and_no_institution_prescribes_an_ingredient_twice() {
        let nation = Nation::build(&crate::nation::Options::new(1000, 5)).expect("a nation");
        let directory = Directory::of(&nation);
        for person in 0..1000 {
            let life = Life::of(&nation, &directory, person);
            let again = Life::of(&nation, &directory, person);
            assert_eq!(format!("{life:?}"), format!("{again:?}"));
            let mut given: Vec<(usize, &str)> =
                life.courses.iter().map(|course| (course.place, drugs::get(course.drug).ingredient)).collect();
            given.sort_unstable();
            assert!(given.windows(2).all(|pair| pair[0] != pair[1]), "{given:?}");
        }
    }
}
