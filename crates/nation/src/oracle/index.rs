//! Finding coverages by what stands on a card, by insurer and birth date, and by person.

use crate::day::Day;
use crate::model::{Coverage, PersonId, Status};
use crate::nation::Nation;
use crate::oracle::typed;

/// Sorted lists of (what is looked for, coverage). Deleted rows are in none of them: they are as if absent.
pub(crate) struct Index {
    cards: Vec<(u64, u32)>,
    births: Vec<(u64, u32)>,
    people: Vec<(u32, u32)>,
}

impl Index {
    pub(crate) fn of(nation: &Nation) -> Index {
        let count = nation.coverages.len();
        let mut index = Index {
            cards: Vec::with_capacity(count),
            births: Vec::with_capacity(count),
            people: Vec::with_capacity(count),
        };
        let (mut symbol, mut number) = (String::new(), String::new());
        for (id, coverage) in (0_u32..).zip(&nation.coverages) {
            if coverage.status == Status::Deleted {
                continue;
            }
            let style = &nation.insurers.get(coverage.insurer).style;
            symbol.clear();
            number.clear();
            style.push_symbol(&mut symbol, coverage.symbol);
            style.push_number(&mut number, coverage.number);
            let card = card_hash(coverage.insurer, &typed::canonical(&symbol), &typed::canonical(&number));
            index.cards.push((card, id));
            index.births.push((birth_key(coverage.insurer, nation.person(coverage).birth), id));
            index.people.push((coverage.person, id));
        }
        index.cards.sort_unstable();
        index.births.sort_unstable();
        index.people.sort_unstable();
        index
    }

    /// Coverages with this card key. Symbol and number must be in canonical form.
    pub(crate) fn by_card<'a>(
        &'a self,
        nation: &'a Nation,
        insurer: u16,
        symbol: &'a str,
        number: &'a str,
    ) -> impl Iterator<Item = u32> + 'a {
        let hash = card_hash(insurer, symbol, number);
        found(&self.cards, hash).filter(move |id| {
            let coverage = &nation.coverages[*id as usize];
            let (its_symbol, its_number) = nation.printed(coverage);
            coverage.insurer == insurer
                && typed::canonical(&its_symbol) == symbol
                && typed::canonical(&its_number) == number
        })
    }

    /// Coverages of an insurer whose person was born on a day.
    pub(crate) fn by_birth(&self, insurer: u16, birth: Day) -> impl Iterator<Item = u32> {
        found(&self.births, birth_key(insurer, birth))
    }

    pub(crate) fn by_person(&self, person: PersonId) -> impl Iterator<Item = u32> {
        found(&self.people, person)
    }
}

fn found<K: Ord + Copy>(list: &[(K, u32)], key: K) -> impl Iterator<Item = u32> {
    let start = list.partition_point(|(its, _)| *its < key);
    list[start..].iter().take_while(move |(its, _)| *its == key).map(|(_, id)| *id)
}

fn birth_key(insurer: u16, birth: Day) -> u64 {
    let (year, month, day) = birth.ymd();
    u64::from(insurer) << 32 | u64::from(year.cast_unsigned() * 10_000 + month * 100 + day)
}

/// FNV-1a, 64 bits.
fn card_hash(insurer: u16, symbol: &str, number: &str) -> u64 {
    let bytes = insurer.to_le_bytes().into_iter().chain(symbol.bytes()).chain([0]).chain(number.bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// 枝番 as printed: two digits, or nothing.
pub(crate) fn push_branch(out: &mut String, coverage: &Coverage) {
    if let Some(branch) = coverage.branch {
        out.extend([char::from(b'0' + branch / 10), char::from(b'0' + branch % 10)]);
    }
}
