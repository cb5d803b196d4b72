//! The oracle: thousands of queries as people type them, each with the right answer.
//!
//! A kind of query picks a coverage that suits it, writes down what somebody would type, and says what should come of
//! it. The rules in [`truth`] then judge the query against the whole nation. Only where both agree does the query stand
//! in the oracle: a misread number may, by chance, be somebody else's right one.

mod ask;
mod case;
mod index;
mod kinds;
mod pools;
mod slips;
pub(crate) mod truth;
pub(crate) mod typed;

pub(crate) use ask::printed;
pub use case::Case;
pub(crate) use case::read;
pub(crate) use index::{Index, push_branch};
pub(crate) use slips::misread_digit;

use ask::Asker;
use pools::Pools;

use crate::dice::{Dice, Stream};
use crate::limits;
use crate::nation::Nation;

/// Names of all kinds of queries, as in the column `Kind`.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    kinds::all().map(|kind| kind.name)
}

pub(crate) fn cases(nation: &Nation) -> Vec<Case> {
    let people = u64::from(nation.options.people);
    let wanted = (people * u64::from(limits::ORACLE_CASES_PER_THOUSAND_PEOPLE) / 1000)
        .clamp(limits::ORACLE_CASES_MIN.into(), limits::ORACLE_CASES_MAX.into()) as u32;
    let index = Index::of(nation);
    let pools = Pools::of(nation);
    let mut asker = Asker::new(nation, Dice::new(nation.options.seed, Stream::Oracle));
    let weights: u32 = kinds::all().map(|kind| kind.weight).sum();
    let mut cases = Vec::with_capacity(wanted as usize);
    for kind in kinds::all() {
        let quota = (wanted * kind.weight).div_ceil(weights);
        let pool = pools.get(kind.pool);
        if pool.is_empty() {
            continue;
        }
        let mut found = 0;
        for _ in 0..quota * limits::ORACLE_TRIES_PER_CASE {
            if found == quota {
                break;
            }
            let id = *asker.dice.pick(pool);
            let Some(query) = (kind.ask)(&mut asker, id) else {
                continue;
            };
            let Some(answer) = truth::judge(nation, &index, &query) else {
                continue;
            };
            let as_wanted = kind.verdicts.contains(&answer.verdict)
                && kind.hint.is_none_or(|hint| answer.hints.contains(&hint))
                && query.date <= nation.as_of;
            if as_wanted {
                cases.push(Case::new(nation, kind.name, query, &answer, kind.hint));
                found += 1;
            }
        }
    }
    for place in (1..cases.len()).rev() {
        cases.swap(place, asker.dice.index(place + 1));
    }
    for (nth, case) in (1..).zip(&mut cases) {
        case.case_id = format!("C{nth:05}");
    }
    cases
}
