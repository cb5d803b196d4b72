//! The kinds of queries of the oracle: whom each asks about, how, and what should come of it.

mod benefits;
mod time;
mod typing;

use super::ask::Asker;
use super::pools::Pool;
use super::truth::{Hint, Query, Verdict};

/// One kind of query.
#[derive(Clone, Copy)]
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
    Kind { name, weight, pool, ask, verdicts, hint: None }
}

const fn hinted(kind: Kind, hint: Hint) -> Kind {
    Kind { hint: Some(hint), ..kind }
}

const TODAY: Ask = |asker, id| Some(asker.today(id));

/// All kinds. The order is part of what a seed means.
pub(super) fn all() -> impl Iterator<Item = &'static Kind> {
    [time::KINDS, benefits::KINDS, typing::KINDS].into_iter().flatten()
}
