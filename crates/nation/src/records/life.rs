//! The medical life of one person: chronic conditions, the institutions that treat them, and what they prescribe.
//!
//! A life follows from the seed and the person alone. It is made anew whenever it is needed, so that a nation of any
//! size needs memory for one life only.

use super::directory::Directory;
use super::drugs;
use super::illness::{CONDITIONS, Name};
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

/// Antibiotics and antifungals are not taken for years.
fn is_long_term(ingredient: &str) -> bool {
    let products = drugs::of_ingredient(ingredient);
    let class = drugs::get(products.start).class;
    !matches!(class, "macrolide" | "quinolone" | "sulfonamide" | "antifungal")
}
