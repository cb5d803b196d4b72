//! Rows that are stored together.

use domain::InsurerNumber;
use wire::api::Refusal;
use wire::limits::IMPORT_REPORT_MAX_REFUSALS;

use crate::store::coverage::CoverageRow;
use crate::store::import_job::ImportJob;

/// A stretch of a feed, read and made ready.
#[derive(Default)]
pub(super) struct Chunk {
    /// The rows to store, no two with the same natural key, in the order of their cards.
    pub(super) rows: Vec<CoverageRow>,
    /// Insurers that occur in it, with their names.
    pub(super) insurers: Vec<(InsurerNumber, String)>,
    /// Rows that were replaced by a later row of the same chunk.
    pub(super) superseded: u64,
    /// Rows that cannot be taken.
    pub(super) refused: u64,
    /// The first of them.
    pub(super) refusals: Vec<Refusal>,
    /// The line behind it.
    pub(super) next_line: u64,
}

impl Chunk {
    /// How many rows of the file it stands for.
    pub(super) fn rows_read(&self) -> u64 {
        self.rows.len() as u64 + self.superseded + self.refused
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refused += 1;
        if self.refusals.len() < IMPORT_REPORT_MAX_REFUSALS {
            self.refusals.push(refusal);
        }
    }

    pub(super) fn note_insurer(&mut self, number: &InsurerNumber, name: &str) {
        // A feed is nearly always of one insurer, or in the order of insurers: the last one is usually it.
        if self.insurers.last().is_some_and(|(last, _)| last == number) {
            return;
        }
        match self.insurers.iter_mut().find(|(known, _)| known == number) {
            Some((_, known)) => name.clone_into(known),
            None => self.insurers.push((number.clone(), name.to_owned())),
        }
    }

    /// Puts the rows into the order of their cards — neighbours in the index are then written together — and keeps the
    /// last of those with the same natural key.
    pub(super) fn put_in_order(&mut self) {
        let before = self.rows.len();
        self.rows.sort_by(|a, b| a.natural_key().cmp(&b.natural_key()));
        let mut kept: Vec<CoverageRow> = Vec::with_capacity(before);
        for row in std::mem::take(&mut self.rows) {
            match kept.last_mut() {
                Some(last) if last.natural_key() == row.natural_key() => *last = row,
                _ => kept.push(row),
            }
        }
        self.superseded += (before - kept.len()) as u64;
        self.rows = kept;
    }

    /// This chunk and the one behind it as one.
    pub(super) fn followed_by(mut self, next: Self) -> Self {
        self.rows.extend(next.rows);
        for (number, name) in &next.insurers {
            self.note_insurer(number, name);
        }
        self.superseded += next.superseded;
        self.refused += next.refused;
        let room = IMPORT_REPORT_MAX_REFUSALS.saturating_sub(self.refusals.len());
        self.refusals.extend(next.refusals.into_iter().take(room));
        self.next_line = next.next_line;
        self
    }

    /// The job behind this chunk, of whose rows `changed` were new or changed something.
    pub(super) fn counted_into(&self, mut job: ImportJob, changed: u64) -> ImportJob {
        job.next_line = self.next_line;
        job.rows_read += self.rows_read();
        job.rows_accepted += changed;
        job.rows_unchanged += self.rows.len() as u64 - changed + self.superseded;
        job.rows_refused += self.refused;
        let room = IMPORT_REPORT_MAX_REFUSALS.saturating_sub(job.refusals.len());
        job.refusals.extend(self.refusals.iter().take(room).cloned());
        job
    }
}
