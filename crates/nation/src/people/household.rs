//! Who lives together: kinds of households with ages about as Japan's.

use super::Draft;
use crate::day::{self, Day};
use crate::dice::Dice;
use crate::names::Sex;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Head,
    Spouse,
    Child,
    /// A parent of the head.
    Elder,
}

/// Somebody of a household before there is a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) role: Role,
    pub(crate) birth: Day,
    pub(crate) sex: Sex,
}

#[derive(Clone, Copy)]
enum Kind {
    SingleAtWork,
    SingleElderly,
    CoupleAtWork,
    CoupleElderly,
    CoupleWithChildren,
    ParentWithChildren,
    ThreeGenerations,
    ElderlyWithGrownChild,
}

const KINDS: [(Kind, u32); 8] = [
    (Kind::SingleAtWork, 262),
    (Kind::SingleElderly, 192),
    (Kind::CoupleAtWork, 100),
    (Kind::CoupleElderly, 165),
    (Kind::CoupleWithChildren, 205),
    (Kind::ParentWithChildren, 55),
    (Kind::ThreeGenerations, 32),
    (Kind::ElderlyWithGrownChild, 70),
];

/// Births that are twins, per thousand.
const TWINS_PERMILLE: u32 = 11;
/// Birthdays moved onto a day on which a rule turns, per thousand.
const EDGE_BIRTHDAY_PERMILLE: u32 = 30;

impl Draft {
    /// A new household of at most `room` people.
    pub(crate) fn compose(&mut self, room: usize) -> Vec<Member> {
        let weights = KINDS.map(|(_, weight)| weight);
        let kind = KINDS[self.dice.weighted(&weights)].0;
        let mut members = Vec::with_capacity(6);
        let dice = &mut self.dice;
        match kind {
            Kind::SingleAtWork => members.push((Role::Head, dice.between(18, 64), sex(dice, 560))),
            Kind::SingleElderly => members.push((Role::Head, old_age(dice), sex(dice, 330))),
            Kind::CoupleAtWork => {
                let age = dice.between(25, 64);
                couple(dice, &mut members, age);
            }
            Kind::CoupleElderly => {
                let age = 65 + dice.between(0, 9) + dice.between(0, 13);
                couple(dice, &mut members, age);
            }
            Kind::CoupleWithChildren | Kind::ParentWithChildren | Kind::ThreeGenerations => {
                family(dice, &mut members, kind);
            }
            Kind::ElderlyWithGrownChild => {
                let age = 65 + dice.between(0, 9) + dice.between(0, 15);
                couple(dice, &mut members, age);
                if dice.permille(450) {
                    members.truncate(1);
                }
                members.push((Role::Child, (age - dice.between(24, 36)).max(20), sex(dice, 600)));
            }
        }
        members.truncate(room);
        let mut births: Vec<Member> = Vec::with_capacity(members.len());
        for (role, age, sex) in members {
            let twin = births.last().filter(|last| last.role == Role::Child && age == TWIN).map(|last| last.birth);
            let birth = twin.unwrap_or_else(|| birth_at(&mut self.dice, self.as_of, age.max(0)));
            births.push(Member { role, birth, sex });
        }
        births
    }
}

/// Stands in place of an age: born on the same day as the child before.
const TWIN: i32 = -1;

fn sex(dice: &mut Dice, male_permille: u32) -> Sex {
    if dice.permille(male_permille) { Sex::Male } else { Sex::Female }
}

/// 65 and over, living alone: about 80 on average, up to 100.
fn old_age(dice: &mut Dice) -> i32 {
    65 + dice.between(0, 16) + dice.between(0, 18)
}

fn couple(dice: &mut Dice, members: &mut Vec<(Role, i32, Sex)>, age: i32) {
    members.push((Role::Head, age, Sex::Male));
    members.push((Role::Spouse, (age + dice.between(-6, 3)).max(20), Sex::Female));
}

fn family(dice: &mut Dice, members: &mut Vec<(Role, i32, Sex)>, kind: Kind) {
    let youngest = dice.between(0, 24);
    let age = youngest + dice.between(25, 38);
    if matches!(kind, Kind::ParentWithChildren) {
        members.push((Role::Head, age, sex(dice, 140)));
    } else {
        couple(dice, members, age);
    }
    if matches!(kind, Kind::ThreeGenerations) {
        let elder = age + dice.between(23, 34);
        members.push((Role::Elder, elder, Sex::Female));
        if dice.permille(550) {
            members.push((Role::Elder, elder + dice.between(0, 6), Sex::Male));
        }
    }
    let children = 1 + dice.weighted(&[45, 40, 13, 2]);
    let mut child = youngest;
    let mut ages = Vec::with_capacity(5);
    for _ in 0..children {
        ages.push(child);
        if dice.permille(TWINS_PERMILLE) {
            ages.push(TWIN);
        }
        child += dice.between(2, 4);
    }
    for child in ages {
        members.push((Role::Child, child, sex(dice, 513)));
    }
}

/// A birthday of somebody who is `age` years old, now and then on a day on which a rule turns.
fn birth_at(dice: &mut Dice, as_of: Day, age: i32) -> Day {
    let birth = as_of.anniversary(-age).plus(-dice.between(0, 364));
    if !dice.permille(EDGE_BIRTHDAY_PERMILLE) {
        return birth;
    }
    let (year, month, _) = birth.ymd();
    let edge = match dice.below(6) {
        0 => Day::of(year, 4, 1),
        1 => Day::of(year, 4, 2),
        2 if day::is_leap(year) => Day::of(year, 2, 29),
        2 => Day::of(year, 3, 1),
        3 => Day::of(year, 3, 31),
        _ => Day::of(year, month, 1),
    };
    if edge <= as_of { edge } else { birth }
}
