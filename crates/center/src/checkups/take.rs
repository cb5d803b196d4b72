//! Gives reports to their persons, and into the store, in one transaction.

use std::collections::HashMap;

use domain::checkup::{NoOwner, Owner, owner};
use domain::{CardKey, PersonId, Recorded};
use jiff::Timestamp;

use super::Prepared;
use super::report::{CheckupNote, CheckupsReport};
use crate::store::checkup::PersonCheckup;
use crate::store::coverage::read_record;
use crate::store::{Result, Store, Tx};

/// Takes reports that are ready, in one transaction, and says what came of them.
///
/// # Errors
/// The database; then nothing was taken.
pub async fn take(store: &Store, checkups: &[Prepared], now: Timestamp) -> Result<CheckupsReport> {
    store.tx("checkups_take", async |mut tx| take_in(&mut tx, checkups, now).await).await
}

async fn take_in(tx: &mut Tx, checkups: &[Prepared], now: Timestamp) -> Result<CheckupsReport> {
    let owners = owners(tx, checkups).await?;
    let mut report = CheckupsReport::default();
    let mut taken: Vec<PersonCheckup<'_>> = Vec::with_capacity(checkups.len());
    let mut unmatched = Vec::new();
    for (checkup, owner) in checkups.iter().zip(owners) {
        match owner {
            Ok(Owner { person, insured }) => {
                report.deletions += u64::from(checkup.row.is_deletion);
                if !insured {
                    report.not_insured += 1;
                    report.note(not_insured(checkup));
                }
                taken.push(PersonCheckup { person, row: &checkup.row });
            }
            Err(reason) => {
                *report.unmatched.entry(reason.code()).or_default() += 1;
                report.note(nobody(checkup, reason));
                unmatched.push((&checkup.row, reason.code()));
            }
        }
    }
    let fitting = taken.len() as u64;
    let taken = last_of_each(taken);
    tx.drop_checkups_of_others(&taken).await?;
    let put = tx.put_checkups(&taken, now).await?;
    (report.new, report.replaced) = (put.new, put.replaced);
    report.known = fitting - put.new - put.replaced;
    tx.put_unmatched_checkups(&unmatched, now).await?;
    tx.forget_unmatched_checkups(&taken).await?;
    Ok(report)
}

/// Of several that are the same report the one of the newest file, and of those of one day the last; in the order of the
/// index, where neighbours are written together.
fn last_of_each(mut taken: Vec<PersonCheckup<'_>>) -> Vec<PersonCheckup<'_>> {
    type Place = (PersonId, domain::Date, [u8; 16]);
    let place = |checkup: &PersonCheckup<'_>| -> Place { (checkup.person, checkup.row.checked_on, checkup.row.key) };
    taken.sort_by_key(|checkup| (place(checkup), std::cmp::Reverse(checkup.row.written_on)));
    let mut kept: Vec<PersonCheckup<'_>> = Vec::with_capacity(taken.len());
    for checkup in taken {
        match kept.last_mut() {
            Some(last) if place(last) == place(&checkup) => {
                if last.row.written_on == checkup.row.written_on {
                    *last = checkup;
                }
            }
            _ => kept.push(checkup),
        }
    }
    kept
}

/// Whose each report is: one look-up of all cards.
async fn owners(tx: &mut Tx, checkups: &[Prepared]) -> Result<Vec<Result<Owner, NoOwner>>> {
    let mut places: HashMap<CardKey, usize> = HashMap::new();
    let mut cards: Vec<CardKey> = Vec::new();
    let card_of: Vec<usize> = checkups
        .iter()
        .map(|checkup| {
            *places.entry(checkup.patient.card_key()).or_insert_with_key(|card| {
                cards.push(*card);
                cards.len() - 1
            })
        })
        .collect();
    let mut matched: Vec<Vec<Recorded>> = vec![Vec::new(); cards.len()];
    for found in tx.coverages_of_cards(&cards).await? {
        if let Some(matched) = matched.get_mut(found.at) {
            matched.push(read_record(found.person, &found.record)?);
        }
    }
    let one = |(checkup, card): (&Prepared, usize)| owner(&checkup.patient, checkup.row.checked_on, &matched[card]);
    Ok(checkups.iter().zip(card_of).map(one).collect())
}

fn nobody(checkup: &Prepared, reason: NoOwner) -> CheckupNote {
    CheckupNote {
        file: checkup.file.clone(),
        code: reason.code(),
        message: reason.words(),
        message_en: reason.words_en(),
    }
}

fn not_insured(checkup: &Prepared) -> CheckupNote {
    CheckupNote {
        file: checkup.file.clone(),
        code: "not_insured",
        message: "実施日にこの資格はありませんでした。結果は本人のものとして取り込みました。保険者に確かめてください。",
        message_en: "The card did not count on that day. The report was taken as the person's; ask the insurer.",
    }
}
