//! Queries about how much: ages at which a share turns, certificates, public assistance.

use super::super::ask::Asker;
use super::super::pools::Pool;
use super::super::truth::{Hint, Query};
use super::{FOUND, INVALID, Kind, NOT_IN_FORCE, REPLACED, TODAY, UNREGISTERED, VALID, hinted, kind};
use crate::day::{Day, preschool_until, seventy_five_on, seventy_from};
use crate::model::Certificate;

pub(super) const KINDS: &[Kind] = &[
    // Ages.
    kind("preschool", 12, Pool::Preschool, VALID, TODAY),
    kind("school_edge_last_day", 10, Pool::TurnedSchoolAge, VALID, |asker, id| {
        let last = preschool_until(asker.birth(id));
        Some(asker.on(id, last))
    }),
    kind("school_edge_first_day", 10, Pool::TurnedSchoolAge, VALID, |asker, id| {
        let last = preschool_until(asker.birth(id));
        Some(asker.on(id, last.next()))
    }),
    kind("school_edge_april_birthday", 6, Pool::BornInApril, VALID, |asker, id| {
        let sixth_spring = Day::of(asker.birth(id).year() + 6, 3, 31);
        let after = asker.dice.between(0, 1);
        Some(asker.on(id, sixth_spring.plus(after)))
    }),
    kind("seventy_edge_before", 10, Pool::TurnedSeventy, VALID, |asker, id| {
        let from = seventy_from(asker.birth(id));
        Some(asker.on(id, from.before()))
    }),
    kind("seventy_edge_on", 10, Pool::TurnedSeventy, VALID, |asker, id| {
        let from = seventy_from(asker.birth(id));
        Some(asker.on(id, from))
    }),
    kind("seventies_with_certificate", 20, Pool::Seventies, VALID, TODAY),
    hinted(
        kind("seventies_certificate_missing", 6, Pool::SeventiesWithout, VALID, TODAY),
        Hint::ElderlyCertificateMissing,
    ),
    kind("seventyfive_edge_old_card_before", 8, Pool::EndedBySeventyFive, VALID, |asker, id| {
        let birthday = seventy_five_on(asker.birth(id));
        Some(asker.on(id, birthday.before()))
    }),
    kind("seventyfive_edge_old_card_on", 8, Pool::EndedBySeventyFive, NOT_IN_FORCE, |asker, id| {
        let birthday = seventy_five_on(asker.birth(id));
        Some(asker.on(id, birthday))
    }),
    kind("seventyfive_edge_new_card_before", 8, Pool::TurnedSeventyFive, INVALID, |asker, id| {
        let birthday = seventy_five_on(asker.birth(id));
        Some(asker.on(id, birthday.before()))
    }),
    kind("seventyfive_edge_new_card_on", 8, Pool::TurnedSeventyFive, VALID, |asker, id| {
        let birthday = seventy_five_on(asker.birth(id));
        Some(asker.on(id, birthday))
    }),
    kind("late_elderly", 30, Pool::LateElderly, VALID, TODAY),
    kind("ratio_edge_july", 8, Pool::RatioChanged, VALID, |asker, id| ratio_edge(asker, id, -1)),
    kind("ratio_edge_august", 8, Pool::RatioChanged, VALID, |asker, id| ratio_edge(asker, id, 0)),
    hinted(kind("ratio_missing", 5, Pool::RatioMissing, VALID, TODAY), Hint::RatioMissing),
    // Certificates.
    kind("limit_edge_before", 8, Pool::Limit, FOUND, |asker, id| limit_edge(asker, id, true, -1)),
    kind("limit_edge_first_day", 10, Pool::Limit, VALID, |asker, id| limit_edge(asker, id, true, 0)),
    kind("limit_edge_last_day", 10, Pool::Limit, VALID, |asker, id| limit_edge(asker, id, false, 0)),
    kind("limit_edge_after", 8, Pool::Limit, FOUND, |asker, id| limit_edge(asker, id, false, 1)),
    kind("limit_no_consent", 8, Pool::Limit, VALID, |asker, id| {
        let query = limit_edge(asker, id, true, 0)?;
        Some(Query { consent: false, ..query })
    }),
    kind("limit_consent", 15, Pool::Limit, VALID, |asker, id| Some(Query { consent: true, ..asker.today(id) })),
    kind("specific_disease", 10, Pool::Disease, VALID, TODAY),
    kind("specific_disease_first_day", 5, Pool::Disease, VALID, |asker, id| disease_edge(asker, id, 0)),
    // Public assistance.
    kind("public_assistance_ticket", 12, Pool::AssistanceWithTicket, VALID, |asker, id| asker.with_ticket(id, true)),
    hinted(kind("public_assistance_no_ticket", 10, Pool::Assistance, UNREGISTERED, TODAY), Hint::TicketMissing),
    hinted(
        kind("public_assistance_other_institution", 8, Pool::AssistanceWithTicket, UNREGISTERED, |asker, id| {
            asker.with_ticket(id, false)
        }),
        Hint::TicketMissing,
    ),
    hinted(
        kind("public_assistance_other_month", 6, Pool::AssistanceWithTicket, UNREGISTERED, |asker, id| {
            let query = asker.with_ticket(id, true)?;
            let date = asker.nation.as_of.first_of_month().plus(-150);
            Some(Query { date, ..query })
        }),
        Hint::TicketMissing,
    ),
    kind("public_assistance_old_card", 8, Pool::LostForAssistance, REPLACED, TODAY),
];

/// Days before or after the 1 August on which the share changed.
fn ratio_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Option<Query> {
    let ratios: Vec<(Day, u8)> = asker
        .certificates(id)
        .iter()
        .filter_map(|certificate| match certificate {
            Certificate::Ratio { start, percent, .. } => Some((*start, *percent)),
            _ => None,
        })
        .collect();
    let changed_on = ratios.windows(2).find(|pair| pair[0].1 != pair[1].1)?[1].0;
    Some(asker.on(id, changed_on.plus(days)))
}

/// Days before or after the first or the last day of a certificate of limits, with consent.
fn limit_edge(asker: &mut Asker<'_>, id: u32, first: bool, days: i32) -> Option<Query> {
    let edges: Vec<Day> = asker
        .certificates(id)
        .iter()
        .filter_map(|certificate| match certificate {
            Certificate::Limit { start, end, .. } => Some(if first { *start } else { *end }),
            _ => None,
        })
        .collect();
    let edge = *edges.get(asker.dice.index(edges.len().max(1)))?;
    Some(Query { consent: true, ..asker.on(id, edge.plus(days)) })
}

fn disease_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Option<Query> {
    let start = asker.certificates(id).iter().find_map(|certificate| match certificate {
        Certificate::SpecificDisease { start, .. } => Some(*start),
        _ => None,
    })?;
    Some(asker.on(id, start.plus(days)))
}
