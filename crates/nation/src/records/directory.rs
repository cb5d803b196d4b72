//! Which institutions and coverages are found where: looked up for every person and month.

use crate::day::Day;
use crate::facilities::FacilityKind;
use crate::insurers::InsurerKind;
use crate::model::{Class, Coverage, PersonId, Status};
use crate::nation::Nation;

/// Institutions by prefecture and kind, and coverages by person.
pub(crate) struct Directory {
    /// `prefecture * 4 + kind`.
    facilities: Vec<Vec<u32>>,
    /// Prefecture of each institution.
    prefectures: Vec<u8>,
    /// Registered coverages sorted by person and first day.
    coverages: Vec<(PersonId, Day, u32)>,
}

/// Who pays for one day: coverages as indices.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Payers {
    /// Health insurance.
    pub(crate) health: Option<u32>,
    /// 医療扶助.
    pub(crate) assistance: Option<u32>,
}

impl Directory {
    pub(crate) fn of(nation: &Nation) -> Directory {
        let mut facilities = vec![Vec::new(); 48 * 4];
        let mut prefectures = Vec::with_capacity(nation.facilities.len());
        for (id, facility) in (0_u32..).zip(&nation.facilities) {
            let prefecture = nation.places.municipality_of(facility.home).prefecture;
            facilities[usize::from(prefecture) * 4 + facility.kind as usize].push(id);
            prefectures.push(prefecture);
        }
        let mut coverages: Vec<(PersonId, Day, u32)> = (0_u32..)
            .zip(&nation.coverages)
            .filter(|(_, coverage)| coverage.status == Status::Registered)
            .map(|(id, coverage)| (coverage.person, coverage.start, id))
            .collect();
        coverages.sort_unstable();
        Directory { facilities, prefectures, coverages }
    }

    /// Institutions of a kind in a prefecture; every prefecture has all kinds.
    pub(crate) fn near(&self, prefecture: u8, kind: FacilityKind) -> &[u32] {
        &self.facilities[usize::from(prefecture) * 4 + kind as usize]
    }

    pub(crate) fn prefecture(&self, facility: u32) -> u8 {
        self.prefectures[facility as usize]
    }

    /// Registered coverages of a person by first day, as indices.
    pub(crate) fn coverages_of(&self, person: PersonId) -> impl Iterator<Item = u32> + '_ {
        let start = self.coverages.partition_point(|(other, _, _)| *other < person);
        self.coverages[start..].iter().take_while(move |(other, _, _)| *other == person).map(|(_, _, id)| *id)
    }

    /// Who pays for what a person has done on a day: nobody if the person must pay first.
    pub(crate) fn payers(&self, nation: &Nation, person: PersonId, day: Day) -> Option<Payers> {
        let (mut health, mut assistance) = (None, None);
        for id in self.coverages_of(person) {
            let coverage = &nation.coverages[id as usize];
            if !coverage.in_force(day) {
                continue;
            }
            if is_assistance(nation, coverage) {
                assistance = Some(id);
            } else if coverage.class != Class::FullCharge {
                health = Some(id);
            }
        }
        (health.is_some() || assistance.is_some()).then_some(Payers { health, assistance })
    }
}

pub(crate) fn is_assistance(nation: &Nation, coverage: &Coverage) -> bool {
    nation.insurers.get(coverage.insurer).kind == InsurerKind::PublicAssistance
}

/// 審査支払機関 to which a claim goes: 1 支払基金, 2 国保連.
pub(crate) fn payment_body(nation: &Nation, payers: Payers) -> u8 {
    let Some(health) = payers.health else {
        return 1;
    };
    match nation.insurers.get(nation.coverages[health as usize].insurer).kind {
        InsurerKind::NationalHealth
        | InsurerKind::NationalHealthUnion
        | InsurerKind::RetiredNational
        | InsurerKind::LateElderly => 2,
        _ => 1,
    }
}
