//! Which coverages suit which kind of query, found in one pass over the nation.

use crate::day::{Day, preschool_until, seventy_five_on, seventy_from};
use crate::insurers::InsurerKind;
use crate::model::{Certificate, Class, Coverage, Loss, Relation, Status};
use crate::nation::Nation;

/// A trait of a coverage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pool {
    /// In force today, not public assistance.
    InForce,
    /// As before, a dependant.
    Family,
    /// As before, with a branch number.
    WithBranch,
    /// As before, without one.
    WithoutBranch,
    WithSymbol,
    WithoutSymbol,
    LeadingZero,
    LateElderly,
    /// A share that changed on a 1 August.
    RatioChanged,
    RatioMissing,
    /// 70 to 74 today.
    Seventies,
    SeventiesWithout,
    /// 70 reached within the coverage, lately.
    TurnedSeventy,
    /// Late elderly by a birthday of the last year.
    TurnedSeventyFive,
    /// The row that such a birthday ended.
    EndedBySeventyFive,
    /// School age reached within the coverage, lately.
    TurnedSchoolAge,
    BornInApril,
    Preschool,
    Newborn,
    Limit,
    Disease,
    FullCharge,
    ShortTerm,
    Begun,
    Lost,
    /// Lost, and the same person began something else on that day or later.
    LostWithNext,
    LostForAssistance,
    Died,
    Expired,
    ValidFrom,
    /// Issued weeks after the first day insured.
    Retroactive,
    InProgress,
    Deleted,
    /// One of two people of the same card and birth date.
    Twin,
    Assistance,
    AssistanceWithTicket,
    /// A card used again after a time elsewhere.
    Returned,
    Count,
}

/// Coverages by trait.
pub(crate) struct Pools(Vec<Vec<u32>>);

impl Pools {
    pub(crate) fn of(nation: &Nation) -> Pools {
        let mut pools = Pools(vec![Vec::new(); Pool::Count as usize]);
        for (id, coverage) in (0_u32..).zip(&nation.coverages) {
            match coverage.status {
                Status::InProgress => pools.add(Pool::InProgress, id),
                Status::Deleted => pools.add(Pool::Deleted, id),
                Status::Registered => pools.add_registered(nation, id, coverage),
            }
        }
        pools
    }

    pub(crate) fn get(&self, pool: Pool) -> &[u32] {
        &self.0[pool as usize]
    }

    fn add(&mut self, pool: Pool, id: u32) {
        self.0[pool as usize].push(id);
    }

    fn add_if(&mut self, holds: bool, pool: Pool, id: u32) {
        if holds {
            self.add(pool, id);
        }
    }

    fn add_registered(&mut self, nation: &Nation, id: u32, coverage: &Coverage) {
        let as_of = nation.as_of;
        if coverage.class == Class::PublicAssistance {
            let certificates = nation.certificates_of(coverage);
            let ticket = certificates.iter().any(|certificate| matches!(certificate, Certificate::Ticket { .. }));
            self.add_if(coverage.in_force(as_of), Pool::Assistance, id);
            self.add_if(ticket && coverage.in_force(as_of), Pool::AssistanceWithTicket, id);
            return;
        }
        self.add_by_time(nation, id, coverage);
        self.add_by_age(nation, id, coverage);
        self.add_by_certificate(nation, id, coverage);
        if coverage.in_force(as_of) {
            self.add_by_card(nation, id, coverage);
        }
    }

    fn add_by_time(&mut self, nation: &Nation, id: u32, coverage: &Coverage) {
        let as_of = nation.as_of;
        let next = nation.coverages.get(id as usize + 1);
        let neighbours = id.saturating_sub(8) as usize..(id as usize + 9).min(nation.coverages.len());
        self.add_if(coverage.start > as_of.plus(-1500), Pool::Begun, id);
        if let Some((end, why)) = coverage.end {
            self.add(Pool::Lost, id);
            self.add_if(why == Loss::Death, Pool::Died, id);
            self.add_if(why == Loss::PublicAssistance, Pool::LostForAssistance, id);
            let followed = nation.coverages[neighbours.clone()]
                .iter()
                .any(|other| other.person == coverage.person && other.start >= end && other.in_force(as_of));
            self.add_if(followed, Pool::LostWithNext, id);
        } else {
            self.add_if(coverage.expires.is_some_and(|last| last < as_of), Pool::Expired, id);
            self.add_if(coverage.valid_from.is_some_and(|first| first > coverage.start), Pool::ValidFrom, id);
            let retroactive = coverage.issued.is_some_and(|issued| issued.since(coverage.start) > 20);
            self.add_if(retroactive, Pool::Retroactive, id);
        }
        let again = nation.coverages[neighbours].iter().any(|other| {
            same_card(other, coverage) && other.person == coverage.person && other.start != coverage.start
        });
        self.add_if(again, Pool::Returned, id);
        let twin = next.is_some_and(|next| {
            same_card(next, coverage)
                && next.person != coverage.person
                && nation.person(next).birth == nation.person(coverage).birth
                && next.status == Status::Registered
        });
        self.add_if(twin && coverage.in_force(as_of), Pool::Twin, id);
    }

    fn add_by_age(&mut self, nation: &Nation, id: u32, coverage: &Coverage) {
        let as_of = nation.as_of;
        let birth = nation.person(coverage).birth;
        let in_force = coverage.in_force(as_of);
        let lately = |day: Day, years: i32| day <= as_of && day > as_of.anniversary(-years) && day > coverage.start;
        let late = nation.insurers.get(coverage.insurer).kind == InsurerKind::LateElderly;
        let (school, seventy, seventy_five) = (preschool_until(birth), seventy_from(birth), seventy_five_on(birth));
        self.add_if(lately(school.next(), 2), Pool::TurnedSchoolAge, id);
        let (_, month, day) = birth.ymd();
        self.add_if(lately(school.next(), 2) && month == 4 && day <= 2, Pool::BornInApril, id);
        self.add_if(in_force && as_of <= school, Pool::Preschool, id);
        self.add_if(in_force && coverage.start == birth && birth > as_of.plus(-400), Pool::Newborn, id);
        self.add_if(!late && lately(seventy, 2), Pool::TurnedSeventy, id);
        self.add_if(
            late && coverage.start == seventy_five && lately(coverage.start.next(), 3),
            Pool::TurnedSeventyFive,
            id,
        );
        self.add_if(!late && coverage.end_day() == Some(seventy_five), Pool::EndedBySeventyFive, id);
        if in_force && !late && seventy <= as_of {
            let certificate = nation.certificates_of(coverage).iter().any(|certificate| {
                matches!(certificate, Certificate::Elderly { start, end, .. } if (*start..=*end).contains(&as_of))
            });
            self.add(if certificate { Pool::Seventies } else { Pool::SeventiesWithout }, id);
        }
    }

    fn add_by_certificate(&mut self, nation: &Nation, id: u32, coverage: &Coverage) {
        let certificates = nation.certificates_of(coverage);
        let late = nation.insurers.get(coverage.insurer).kind == InsurerKind::LateElderly;
        let ratios: Vec<u8> = certificates
            .iter()
            .filter_map(|certificate| match certificate {
                Certificate::Ratio { percent, .. } => Some(*percent),
                _ => None,
            })
            .collect();
        self.add_if(ratios.windows(2).any(|pair| pair[0] != pair[1]), Pool::RatioChanged, id);
        self.add_if(late && ratios.is_empty() && coverage.in_force(nation.as_of), Pool::RatioMissing, id);
        let has = |wanted: fn(&Certificate) -> bool| certificates.iter().any(wanted);
        self.add_if(has(|certificate| matches!(certificate, Certificate::Limit { .. })), Pool::Limit, id);
        self.add_if(has(|certificate| matches!(certificate, Certificate::SpecificDisease { .. })), Pool::Disease, id);
    }

    fn add_by_card(&mut self, nation: &Nation, id: u32, coverage: &Coverage) {
        let late = nation.insurers.get(coverage.insurer).kind == InsurerKind::LateElderly;
        let (symbol, number) = nation.printed(coverage);
        self.add(Pool::InForce, id);
        self.add_if(coverage.relation == Relation::Family, Pool::Family, id);
        self.add_if(late, Pool::LateElderly, id);
        self.add(if coverage.branch.is_some() { Pool::WithBranch } else { Pool::WithoutBranch }, id);
        self.add(if symbol.is_empty() { Pool::WithoutSymbol } else { Pool::WithSymbol }, id);
        self.add_if(number.starts_with(['0', '０']), Pool::LeadingZero, id);
        self.add_if(coverage.class == Class::FullCharge, Pool::FullCharge, id);
        self.add_if(coverage.class == Class::ShortTerm, Pool::ShortTerm, id);
    }
}

fn same_card(one: &Coverage, other: &Coverage) -> bool {
    (one.insurer, one.symbol, one.number) == (other.insurer, other.symbol, other.number)
}
