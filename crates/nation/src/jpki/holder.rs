//! The person who holds a card: what is printed on it, and how the person is insured.

use std::fmt;

use crate::day::Day;
use crate::names::Form;
use crate::nation::Nation;
use crate::oracle;

/// What is printed on a person's card. `Debug` shows none of it.
#[derive(Clone, Eq, PartialEq)]
pub struct Holder {
    /// The person's place in the nation, from 0.
    pub person: u32,
    /// 氏名: as the residents register holds it, family name, U+3000, given name.
    pub name: String,
    /// 住所.
    pub address: String,
    /// 生年月日, `YYYYMMDD`.
    pub birthdate: String,
    /// 性別: `1` man, `2` woman.
    pub sex: char,
    /// Prefecture and municipality, which issued the card.
    pub place: (String, String),
    pub(super) birth: Day,
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("person", &self.person).finish_non_exhaustive()
    }
}

/// A coverage in force, as printed on the insurer's paper. `Debug` shows none of it.
#[derive(Clone, Eq, PartialEq)]
pub struct Insurance {
    /// 保険者番号.
    pub insurer_number: String,
    /// 記号, or empty.
    pub symbol: String,
    /// 番号.
    pub number: String,
    /// 枝番, or empty.
    pub branch: String,
}

impl fmt::Debug for Insurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Insurance(…)")
    }
}

impl Nation {
    /// The person with this place in the nation; none for a dead one.
    pub fn holder(&self, person: u32) -> Option<Holder> {
        let held = self.people.get(person as usize).filter(|held| held.death.is_none())?;
        let home = *self.homes.get(held.home as usize)?;
        let municipality = self.places.municipality_of(home);
        let prefecture = self.places.prefecture_name(municipality.prefecture);
        let (mut name, mut address) = (String::new(), String::new());
        self.names.push_name(&mut name, held.name, Form::REGISTER);
        self.places.push_address(&mut address, home, 0);
        Some(Holder {
            person,
            name,
            address,
            birthdate: held.birth.text(),
            sex: held.sex.code().chars().next().unwrap_or('3'),
            place: (prefecture.to_owned(), municipality.name.clone()),
            birth: held.birth,
        })
    }

    /// Coverages of the person that are in force on the nation's "today", in the order of the feed. Goes through all
    /// coverages.
    pub fn insurance(&self, person: u32) -> Vec<Insurance> {
        let is_held = |id: &u32| {
            let coverage = &self.coverages[*id as usize];
            coverage.person == person && coverage.in_force(self.as_of)
        };
        (0..self.coverages.len() as u32).filter(is_held).map(|id| self.printed_insurance(id)).collect()
    }

    fn printed_insurance(&self, coverage: u32) -> Insurance {
        let printed = oracle::printed(self, coverage, self.as_of);
        Insurance {
            insurer_number: printed.insurer,
            symbol: printed.symbol,
            number: printed.number,
            branch: printed.branch,
        }
    }
}
