//! The kinds of queries of the oracle: whom each asks about, how, and what should come of it.

use super::ask::Asker;
use super::pools::Pool;
use super::slips;
use super::truth::{Hint, Query, Verdict};
use crate::day::{Day, preschool_until, seventy_five_on, seventy_from};
use crate::model::Certificate;

/// One kind of query.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// How often it is asked compared with the others.
    pub(super) weight: u32,
    pub(super) pool: Pool,
    pub(super) ask: fn(&mut Asker<'_>, u32) -> Option<Query>,
    pub(super) verdicts: &'static [Verdict],
    /// A hint that must be given.
    pub(super) hint: Option<Hint>,
}

const VALID: &[Verdict] = &[Verdict::Valid];
const NOT_FOUND: &[Verdict] = &[Verdict::NotFound];
const UNREADABLE: &[Verdict] = &[Verdict::Unreadable];
const INVALID: &[Verdict] = &[Verdict::Invalid];
const REPLACED: &[Verdict] = &[Verdict::InvalidNewCoverageExists];
const NOT_IN_FORCE: &[Verdict] = &[Verdict::Invalid, Verdict::InvalidNewCoverageExists];
const MULTIPLE: &[Verdict] = &[Verdict::Multiple];
const UNREGISTERED: &[Verdict] = &[Verdict::ValidUnregistered];
const FOUND: &[Verdict] = &[Verdict::Valid, Verdict::Invalid, Verdict::InvalidNewCoverageExists];

type Ask = fn(&mut Asker<'_>, u32) -> Option<Query>;

const fn kind(name: &'static str, weight: u32, pool: Pool, verdicts: &'static [Verdict], ask: Ask) -> Kind {
    Kind {
        name,
        weight,
        pool,
        ask,
        verdicts,
        hint: None,
    }
}

const fn hinted(kind: Kind, hint: Hint) -> Kind {
    Kind {
        hint: Some(hint),
        ..kind
    }
}

const TODAY: Ask = |asker, id| Some(asker.today(id));

/// All kinds. The order is part of what a seed means.
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
    hinted(
        kind("lost_job", 25, Pool::LostWithNext, REPLACED, TODAY),
        Hint::NewInsurerKnown,
    ),
    hinted(kind("lost_no_new", 12, Pool::Lost, INVALID, TODAY), Hint::CoverageLost),
    kind(
        "old_card_while_it_lasted",
        10,
        Pool::LostWithNext,
        VALID,
        |asker, id| {
            let end = asker.coverage(id).end_day()?;
            let back = asker.dice.between(2, 20);
            Some(asker.on(id, end.plus(-back)))
        },
    ),
    hinted(
        kind("gap_weeks", 12, Pool::LostWithNext, INVALID, |asker, id| {
            let end = asker.coverage(id).end_day()?;
            let after = asker.dice.between(0, 30);
            Some(asker.on(id, end.plus(after)))
        }),
        Hint::CoverageLost,
    ),
    hinted(
        kind("edge_start_before", 15, Pool::Begun, NOT_IN_FORCE, |asker, id| {
            start_edge(asker, id, -1)
        }),
        Hint::CoverageNotStarted,
    ),
    kind("edge_start_on", 15, Pool::Begun, VALID, |asker, id| {
        start_edge(asker, id, 0)
    }),
    kind("edge_start_after", 10, Pool::Begun, VALID, |asker, id| {
        start_edge(asker, id, 1)
    }),
    kind("edge_loss_before", 15, Pool::Lost, VALID, |asker, id| {
        end_edge(asker, id, -1)
    }),
    kind("edge_loss_on", 15, Pool::Lost, NOT_IN_FORCE, |asker, id| {
        end_edge(asker, id, 0)
    }),
    kind("edge_loss_after", 10, Pool::Lost, NOT_IN_FORCE, |asker, id| {
        end_edge(asker, id, 1)
    }),
    kind("death_before", 4, Pool::Died, VALID, |asker, id| {
        end_edge(asker, id, -1)
    }),
    hinted(
        kind("death_after", 4, Pool::Died, INVALID, |asker, id| {
            end_edge(asker, id, 0)
        }),
        Hint::CoverageLost,
    ),
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
    hinted(
        kind("card_expired", 8, Pool::Expired, INVALID, TODAY),
        Hint::CardExpired,
    ),
    kind(
        "card_valid_from_edge_before",
        6,
        Pool::ValidFrom,
        NOT_IN_FORCE,
        |asker, id| {
            let first = asker.coverage(id).valid_from?;
            Some(asker.on(id, first.before()))
        },
    ),
    kind("card_valid_from_edge_on", 6, Pool::ValidFrom, VALID, |asker, id| {
        let first = asker.coverage(id).valid_from?;
        Some(asker.on(id, first))
    }),
    // Ages.
    kind("preschool", 12, Pool::Preschool, VALID, TODAY),
    kind("school_edge_last_day", 10, Pool::TurnedSchoolAge, VALID, |asker, id| {
        let last = preschool_until(asker.birth(id));
        Some(asker.on(id, last))
    }),
    kind(
        "school_edge_first_day",
        10,
        Pool::TurnedSchoolAge,
        VALID,
        |asker, id| {
            let last = preschool_until(asker.birth(id));
            Some(asker.on(id, last.next()))
        },
    ),
    kind(
        "school_edge_april_birthday",
        6,
        Pool::BornInApril,
        VALID,
        |asker, id| {
            let sixth_spring = Day::of(asker.birth(id).year() + 6, 3, 31);
            let after = asker.dice.between(0, 1);
            Some(asker.on(id, sixth_spring.plus(after)))
        },
    ),
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
    kind(
        "seventyfive_edge_old_card_before",
        8,
        Pool::EndedBySeventyFive,
        VALID,
        |asker, id| {
            let birthday = seventy_five_on(asker.birth(id));
            Some(asker.on(id, birthday.before()))
        },
    ),
    kind(
        "seventyfive_edge_old_card_on",
        8,
        Pool::EndedBySeventyFive,
        NOT_IN_FORCE,
        |asker, id| {
            let birthday = seventy_five_on(asker.birth(id));
            Some(asker.on(id, birthday))
        },
    ),
    kind(
        "seventyfive_edge_new_card_before",
        8,
        Pool::TurnedSeventyFive,
        INVALID,
        |asker, id| {
            let birthday = seventy_five_on(asker.birth(id));
            Some(asker.on(id, birthday.before()))
        },
    ),
    kind(
        "seventyfive_edge_new_card_on",
        8,
        Pool::TurnedSeventyFive,
        VALID,
        |asker, id| {
            let birthday = seventy_five_on(asker.birth(id));
            Some(asker.on(id, birthday))
        },
    ),
    kind("late_elderly", 30, Pool::LateElderly, VALID, TODAY),
    kind("ratio_edge_july", 8, Pool::RatioChanged, VALID, |asker, id| {
        ratio_edge(asker, id, -1)
    }),
    kind("ratio_edge_august", 8, Pool::RatioChanged, VALID, |asker, id| {
        ratio_edge(asker, id, 0)
    }),
    hinted(
        kind("ratio_missing", 5, Pool::RatioMissing, VALID, TODAY),
        Hint::RatioMissing,
    ),
    // Certificates.
    kind("limit_edge_before", 8, Pool::Limit, FOUND, |asker, id| {
        limit_edge(asker, id, true, -1)
    }),
    kind("limit_edge_first_day", 10, Pool::Limit, VALID, |asker, id| {
        limit_edge(asker, id, true, 0)
    }),
    kind("limit_edge_last_day", 10, Pool::Limit, VALID, |asker, id| {
        limit_edge(asker, id, false, 0)
    }),
    kind("limit_edge_after", 8, Pool::Limit, FOUND, |asker, id| {
        limit_edge(asker, id, false, 1)
    }),
    kind("limit_no_consent", 8, Pool::Limit, VALID, |asker, id| {
        let query = limit_edge(asker, id, true, 0)?;
        Some(Query {
            consent: false,
            ..query
        })
    }),
    kind("limit_consent", 15, Pool::Limit, VALID, |asker, id| {
        Some(Query {
            consent: true,
            ..asker.today(id)
        })
    }),
    kind("specific_disease", 10, Pool::Disease, VALID, TODAY),
    kind("specific_disease_first_day", 5, Pool::Disease, VALID, |asker, id| {
        disease_edge(asker, id, 0)
    }),
    // Slips in the number.
    hinted(
        kind("misread_number_digit", 40, Pool::InForce, NOT_FOUND, |asker, id| {
            asker.slip_in_number(id, slips::misread_digit)
        }),
        Hint::NumberNearMiss,
    ),
    hinted(
        kind("transposed_digits", 20, Pool::InForce, NOT_FOUND, |asker, id| {
            asker.slip_in_number(id, slips::transposed_digits)
        }),
        Hint::NumberNearMiss,
    ),
    hinted(
        kind("missing_digit", 12, Pool::InForce, NOT_FOUND, |asker, id| {
            asker.slip_in_number(id, slips::missing_digit)
        }),
        Hint::NumberNearMiss,
    ),
    hinted(
        kind("doubled_digit", 12, Pool::InForce, NOT_FOUND, |asker, id| {
            asker.slip_in_number(id, slips::doubled_digit)
        }),
        Hint::NumberNearMiss,
    ),
    hinted(
        kind("somebody_elses_birthdate", 8, Pool::InForce, NOT_FOUND, |asker, id| {
            let people = asker.nation.people.len();
            let other = asker.dice.index(people);
            let birthdate = asker.nation.people[other].birth.text();
            Some(asker.birthdate(id, birthdate))
        }),
        Hint::BirthdateDiffers,
    ),
    kind("unknown_card", 20, Pool::InForce, NOT_FOUND, |asker, id| {
        Some(asker.unknown_card(id))
    }),
    // Slips in the symbol.
    hinted(
        kind("symbol_missing", 15, Pool::WithSymbol, NOT_FOUND, |asker, id| {
            Some(Query {
                symbol: String::new(),
                ..asker.today(id)
            })
        }),
        Hint::SymbolNearMiss,
    ),
    hinted(
        kind("symbol_wrong", 15, Pool::WithSymbol, NOT_FOUND, |asker, id| {
            let query = asker.today(id);
            let symbol = slips::misread_digit(&mut asker.dice, &query.symbol).unwrap_or_else(|| "９９".to_owned());
            Some(Query { symbol, ..query })
        }),
        Hint::SymbolNearMiss,
    ),
    hinted(
        kind("symbol_superfluous", 5, Pool::WithoutSymbol, NOT_FOUND, |asker, id| {
            Some(Query {
                symbol: "国".to_owned(),
                ..asker.today(id)
            })
        }),
        Hint::SymbolNearMiss,
    ),
    // Slips in the insurer.
    kind("misread_insurer_digit", 20, Pool::InForce, UNREADABLE, |asker, id| {
        let query = asker.today(id);
        let insurer = slips::misread_digit(&mut asker.dice, &query.insurer)?;
        Some(Query { insurer, ..query })
    }),
    kind(
        "transposed_insurer_digits",
        10,
        Pool::InForce,
        UNREADABLE,
        |asker, id| {
            let query = asker.today(id);
            let insurer = slips::transposed_digits(&mut asker.dice, &query.insurer)?;
            Some(Query { insurer, ..query })
        },
    ),
    hinted(
        kind("unknown_insurer", 12, Pool::InForce, NOT_FOUND, |asker, id| {
            Some(asker.unknown_insurer(id))
        }),
        Hint::InsurerUnknown,
    ),
    kind("other_insurer", 8, Pool::InForce, NOT_FOUND, |asker, id| {
        asker.other_insurer(id)
    }),
    kind("insurer_zero_padded", 12, Pool::InForce, FOUND, |asker, id| {
        padded_insurer(asker, id, "00")
    }),
    kind("insurer_space_padded", 12, Pool::InForce, FOUND, |asker, id| {
        padded_insurer(asker, id, "  ")
    }),
    kind("insurer_full_width", 8, Pool::InForce, FOUND, |asker, id| {
        let query = asker.today(id);
        Some(Query {
            insurer: slips::full_width(&query.insurer),
            ..query
        })
    }),
    // Birth dates.
    hinted(
        kind("wrong_birthdate", 30, Pool::InForce, NOT_FOUND, |asker, id| {
            asker.wrong_birthdate(id)
        }),
        Hint::BirthdateDiffers,
    ),
    kind("impossible_birthdate", 12, Pool::InForce, UNREADABLE, |asker, id| {
        Some(asker.impossible_birthdate(id))
    }),
    kind("birthdate_separators", 8, Pool::InForce, FOUND, |asker, id| {
        let (year, month, day) = asker.birth(id).ymd();
        let separator = *asker.dice.pick(&["/", "-"]);
        Some(asker.birthdate(id, format!("{year}{separator}{month:02}{separator}{day:02}")))
    }),
    kind("birthdate_full_width", 8, Pool::InForce, FOUND, |asker, id| {
        let text = slips::full_width(&asker.birth(id).text());
        Some(asker.birthdate(id, text))
    }),
    kind("birthdate_era", 12, Pool::InForce, FOUND, |asker, id| {
        let text = asker.birth(id).era_text()?;
        Some(asker.birthdate(id, text))
    }),
    // Branch numbers.
    hinted(
        kind("missing_branch", 25, Pool::WithBranch, FOUND, |asker, id| {
            Some(Query {
                branch: String::new(),
                ..asker.today(id)
            })
        }),
        Hint::BranchMissing,
    ),
    kind("one_digit_branch", 12, Pool::WithBranch, FOUND, |asker, id| {
        let query = asker.today(id);
        let branch = query.branch.strip_prefix('0')?.to_owned();
        Some(Query { branch, ..query })
    }),
    kind("full_width_branch", 6, Pool::WithBranch, FOUND, |asker, id| {
        let query = asker.today(id);
        Some(Query {
            branch: slips::full_width(&query.branch),
            ..query
        })
    }),
    hinted(
        kind("wrong_branch", 15, Pool::WithBranch, NOT_FOUND, |asker, id| {
            let query = asker.today(id);
            let branch = format!("{:02}", asker.dice.below(8));
            (branch != query.branch).then_some(Query { branch, ..query })
        }),
        Hint::BranchDiffers,
    ),
    kind("branch_on_card_without", 6, Pool::WithoutBranch, VALID, |asker, id| {
        Some(Query {
            branch: "00".to_owned(),
            ..asker.today(id)
        })
    }),
    hinted(
        kind("twins_without_branch", 8, Pool::Twin, MULTIPLE, |asker, id| {
            Some(Query {
                branch: String::new(),
                ..asker.today(id)
            })
        }),
        Hint::BranchMissing,
    ),
    kind("twins_with_branch", 6, Pool::Twin, VALID, TODAY),
    // Ways of typing that change nothing.
    kind("full_width_digits", 15, Pool::InForce, FOUND, |asker, id| {
        asker.retyped(id, |_, text| Some(slips::full_width(text)))
    }),
    kind("half_width_digits", 12, Pool::InForce, FOUND, |asker, id| {
        asker.retyped(id, |_, text| Some(slips::half_width(text)))
    }),
    kind("spaces", 15, Pool::InForce, FOUND, |asker, id| {
        asker.retyped(id, slips::spaced)
    }),
    kind("hyphen_variants", 20, Pool::InForce, FOUND, |asker, id| {
        asker.retyped(id, slips::rehyphenated)
    }),
    kind("hyphens_removed", 8, Pool::InForce, FOUND, |asker, id| {
        asker.retyped(id, |_, text| Some(slips::without_hyphens(text)))
    }),
    kind("lower_case_symbol", 6, Pool::WithSymbol, FOUND, |asker, id| {
        let query = asker.today(id);
        let symbol = query.symbol.to_lowercase();
        (symbol != query.symbol).then_some(Query { symbol, ..query })
    }),
    kind("half_width_kana_symbol", 4, Pool::WithSymbol, FOUND, |asker, id| {
        let query = asker.today(id);
        let symbol = query.symbol.replace("サク", "ｻｸ");
        (symbol != query.symbol).then_some(Query { symbol, ..query })
    }),
    kind("leading_zeros_added", 12, Pool::InForce, FOUND, |asker, id| {
        asker.retyped(id, slips::zeros_added)
    }),
    kind("leading_zeros_removed", 12, Pool::LeadingZero, FOUND, |asker, id| {
        asker.retyped(id, |_, text| slips::zeros_removed(text))
    }),
    // Rows that do not count.
    hinted(
        kind("in_progress", 12, Pool::InProgress, NOT_FOUND, TODAY),
        Hint::EnrolmentInProgress,
    ),
    kind("deleted", 8, Pool::Deleted, NOT_FOUND, TODAY),
    // Public assistance.
    kind(
        "public_assistance_ticket",
        12,
        Pool::AssistanceWithTicket,
        VALID,
        |asker, id| asker.with_ticket(id, true),
    ),
    hinted(
        kind("public_assistance_no_ticket", 10, Pool::Assistance, UNREGISTERED, TODAY),
        Hint::TicketMissing,
    ),
    hinted(
        kind(
            "public_assistance_other_institution",
            8,
            Pool::AssistanceWithTicket,
            UNREGISTERED,
            |asker, id| asker.with_ticket(id, false),
        ),
        Hint::TicketMissing,
    ),
    hinted(
        kind(
            "public_assistance_other_month",
            6,
            Pool::AssistanceWithTicket,
            UNREGISTERED,
            |asker, id| {
                let query = asker.with_ticket(id, true)?;
                let date = asker.nation.as_of.first_of_month().plus(-150);
                Some(Query { date, ..query })
            },
        ),
        Hint::TicketMissing,
    ),
    kind(
        "public_assistance_old_card",
        8,
        Pool::LostForAssistance,
        REPLACED,
        TODAY,
    ),
];

fn start_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Option<Query> {
    let start = asker.coverage(id).start;
    Some(asker.on(id, start.plus(days)))
}

fn end_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Option<Query> {
    let end = asker.coverage(id).end_day()?;
    Some(asker.on(id, end.plus(days)))
}

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
    Some(Query {
        consent: true,
        ..asker.on(id, edge.plus(days))
    })
}

fn disease_edge(asker: &mut Asker<'_>, id: u32, days: i32) -> Option<Query> {
    let start = asker
        .certificates(id)
        .iter()
        .find_map(|certificate| match certificate {
            Certificate::SpecificDisease { start, .. } => Some(*start),
            _ => None,
        })?;
    Some(asker.on(id, start.plus(days)))
}

/// A six-digit insurer number padded to eight.
fn padded_insurer(asker: &mut Asker<'_>, id: u32, padding: &str) -> Option<Query> {
    let query = asker.today(id);
    (query.insurer.len() == 6).then(|| Query {
        insurer: format!("{padding}{}", query.insurer),
        ..query
    })
}
