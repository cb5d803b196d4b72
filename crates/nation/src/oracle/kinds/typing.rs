//! Queries about what was typed: slips that hit nobody, and ways of typing that change nothing.

use super::super::ask::Asker;
use super::super::pools::Pool;
use super::super::slips;
use super::super::truth::{Hint, Query};
use super::{FOUND, Kind, MULTIPLE, NOT_FOUND, TODAY, UNREADABLE, VALID, hinted, kind};

#[expect(clippy::redundant_closure_for_method_calls, reason = "a method's path has one lifetime; the table needs any")]
pub(super) const KINDS: &[Kind] = &[
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
        kind("missing_digit", 12, Pool::InForce, NOT_FOUND, |asker, id| asker.slip_in_number(id, slips::missing_digit)),
        Hint::NumberNearMiss,
    ),
    hinted(
        kind("doubled_digit", 12, Pool::InForce, NOT_FOUND, |asker, id| asker.slip_in_number(id, slips::doubled_digit)),
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
    kind("unknown_card", 20, Pool::InForce, NOT_FOUND, |asker, id| Some(asker.unknown_card(id))),
    // Slips in the symbol.
    hinted(
        kind("symbol_missing", 15, Pool::WithSymbol, NOT_FOUND, |asker, id| {
            Some(Query { symbol: String::new(), ..asker.today(id) })
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
            Some(Query { symbol: "国".to_owned(), ..asker.today(id) })
        }),
        Hint::SymbolNearMiss,
    ),
    // Slips in the insurer.
    kind("misread_insurer_digit", 20, Pool::InForce, UNREADABLE, |asker, id| {
        let query = asker.today(id);
        let insurer = slips::misread_digit(&mut asker.dice, &query.insurer)?;
        Some(Query { insurer, ..query })
    }),
    kind("transposed_insurer_digits", 10, Pool::InForce, UNREADABLE, |asker, id| {
        let query = asker.today(id);
        let insurer = slips::transposed_digits(&mut asker.dice, &query.insurer)?;
        Some(Query { insurer, ..query })
    }),
    hinted(
        kind("unknown_insurer", 12, Pool::InForce, NOT_FOUND, |asker, id| Some(asker.unknown_insurer(id))),
        Hint::InsurerUnknown,
    ),
    kind("other_insurer", 8, Pool::InForce, NOT_FOUND, |asker, id| asker.other_insurer(id)),
    kind("insurer_zero_padded", 12, Pool::InForce, FOUND, |asker, id| padded_insurer(asker, id, "00")),
    kind("insurer_space_padded", 12, Pool::InForce, FOUND, |asker, id| padded_insurer(asker, id, "  ")),
    kind("insurer_full_width", 8, Pool::InForce, FOUND, |asker, id| {
        let query = asker.today(id);
        Some(Query { insurer: slips::full_width(&query.insurer), ..query })
    }),
    // Birth dates.
    hinted(
        kind("wrong_birthdate", 30, Pool::InForce, NOT_FOUND, |asker, id| asker.wrong_birthdate(id)),
        Hint::BirthdateDiffers,
    ),
    kind("impossible_birthdate", 12, Pool::InForce, UNREADABLE, |asker, id| Some(asker.impossible_birthdate(id))),
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
            Some(Query { branch: String::new(), ..asker.today(id) })
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
        Some(Query { branch: slips::full_width(&query.branch), ..query })
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
        Some(Query { branch: "00".to_owned(), ..asker.today(id) })
    }),
    hinted(
        kind("twins_without_branch", 8, Pool::Twin, MULTIPLE, |asker, id| {
            Some(Query { branch: String::new(), ..asker.today(id) })
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
    kind("spaces", 15, Pool::InForce, FOUND, |asker, id| asker.retyped(id, slips::spaced)),
    kind("hyphen_variants", 20, Pool::InForce, FOUND, |asker, id| asker.retyped(id, slips::rehyphenated)),
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
    kind("leading_zeros_added", 12, Pool::InForce, FOUND, |asker, id| asker.retyped(id, slips::zeros_added)),
    kind("leading_zeros_removed", 12, Pool::LeadingZero, FOUND, |asker, id| {
        asker.retyped(id, |_, text| slips::zeros_removed(text))
    }),
];

/// A six-digit insurer number padded to eight.
fn padded_insurer(asker: &mut Asker<'_>, id: u32, padding: &str) -> Option<Query> {
    let query = asker.today(id);
    (query.insurer.len() == 6).then(|| Query { insurer: format!("{padding}{}", query.insurer), ..query })
}
