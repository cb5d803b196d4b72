//! Queries about when: beginnings, ends, cards that run out, and rows that do not count.

use super::super::ask::Asker;
use super::super::pools::Pool;
use super::super::truth::{Hint, Query};
use super::{FOUND, INVALID, Kind, NOT_FOUND, NOT_IN_FORCE, REPLACED, TODAY, VALID, hinted, kind};

pub(super) const KINDS: &[Kind] = &[
    // Plain questions.
    kind("stable_valid", 60, Pool::InForce, VALID, TODAY),
    kind("family_valid", 25, Pool::Family, VALID, TODAY),
    kind("earlier_day_valid", 15, Pool::InForce, FOUND, |asker, id| {
        let back = asker.dice.between(1, 700);
        Some(asker.on(id, asker.nation.as_of.plus(-back)))
    }),
    kind("newborn", 5, Pool::Newborn, VALID, TODAY),
    kind("short_term_card", 8, Pool::ShortTerm, VALID, TODAY),
    kind("full_charge", 10, Pool::FullCharge, VALID, TODAY),
    // Beginnings, ends, and what came next.
    hinted(kind("lost_job", 25, Pool::LostWithNext, REPLACED, TODAY), Hint::NewInsurerKnown),
    hinted(kind("lost_no_new", 12, Pool::Lost, INVALID, TODAY), Hint::CoverageLost),
    kind("old_card_while_it_lasted", 10, Pool::LostWithNext, VALID, |asker, id| {
        let end = asker.coverage(id).end_day()?;
        let back = asker.dice.between(2, 20);
        Some(asker.on(id, end.plus(-back)))
    }),
    hinted(
        kind("gap_weeks", 12, Pool::LostWithNext, INVALID, |asker, id| {
            let end = asker.coverage(id).end_day()?;
            let after = asker.dice.between(0, 30);
            Some(asker.on(id, end.plus(after)))
        }),
        Hint::CoverageLost,
    ),
    hinted(
        kind("edge_start_before", 15, Pool::Begun, NOT_IN_FORCE, |asker, id| Some(start_edge(asker, id, -1))),
        Hint::CoverageNotStarted,
    ),
    kind("edge_start_on", 15, Pool::Begun, VALID, |asker, id| Some(start_edge(asker, id, 0))),
    kind("edge_start_after", 10, Pool::Begun, VALID, |asker, id| Some(start_edge(asker, id, 1))),
    kind("edge_loss_before", 15, Pool::Lost, VALID, |asker, id| end_edge(asker, id, -1)),
    kind("edge_loss_on", 15, Pool::Lost, NOT_IN_FORCE, |asker, id| end_edge(asker, id, 0)),
    kind("edge_loss_after", 10, Pool::Lost, NOT_IN_FORCE, |asker, id| end_edge(asker, id, 1)),
    kind("death_before", 4, Pool::Died, VALID, |asker, id| end_edge(asker, id, -1)),
    hinted(kind("death_after", 4, Pool::Died, INVALID, |asker, id| end_edge(asker, id, 0)), Hint::CoverageLost),
    kind("retroactive", 10, Pool::Retroactive, VALID, |asker, id| {
        let coverage = asker.coverage(id);
        let days = coverage.issued?.since(coverage.start);
        let after = asker.dice.between(0, days - 1);
        Some(asker.on(id, coverage.start.plus(after)))
    }),
    kind("returned_card", 5, Pool::Returned, VALID, TODAY),
    // Cards that run out.
    kind("card_expiry_edge_on", 8, Pool::Expired, VALID, |asker, id| {
        let last = asker.coverage(id).expires?;
        Some(asker.on(id, last))
    }),
    hinted(
        kind("card_expiry_edge_after", 8, Pool::Expired, NOT_IN_FORCE, |asker, id| {
            let last = asker.coverage(id).expires?;
            Some(asker.on(id, last.next()))
        }),
        Hint::CardExpired,
    ),
    hinted(kind("card_expired", 8, Pool::Expired, INVALID, TODAY), Hint::CardExpired),
    kind("card_valid_from_edge_before", 6, Pool::ValidFrom, NOT_IN_FORCE, |asker, id| {
        let first = asker.coverage(id).valid_from?;
        Some(asker.on(id, first.before()))
    }),
    kind("card_valid_from_edge_on", 6, Pool::ValidFrom, VALID, |asker, id| {
        let first = asker.coverage(id).valid_from?;
        Some(asker.on(id, first))
    }),
    // Rows that do not count.
    hinted(kind("in_progress", 12, Pool::InProgress, NOT_FOUND, TODAY), Hint::EnrolmentInProgress),
    kind("deleted", 8, Pool::Deleted, NOT_FOUND, TODAY),
];

fn start_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Query {
    let start = asker.coverage(id).start;
    asker.on(id, start.plus(days))
}

fn end_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Option<Query> {
    let end = asker.coverage(id).end_day()?;
    Some(asker.on(id, end.plus(days)))
}
