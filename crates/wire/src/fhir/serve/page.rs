//! The answer to a search: one page of what fits, where the next is, and in words what is not shown.
//!
//! Addresses in it are relative to the base of the façade, so that center and terminal send the same bytes; what cannot be
//! read by itself is named by a `urn:uuid`.

use domain::{ConsentItem, ConsentState, Date};
use jiff::Timestamp;

use super::search::Search;
use crate::fhir::convert::operation_outcome;
use crate::fhir::service::{BundleEntry, BundleLink, BundleSearch};
use crate::fhir::{Bundle, OperationOutcome, Resource};

/// One resource that may fit a search.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its day, by which it is searched.
    pub day: Option<Date>,
    /// Its id.
    pub id: String,
    /// Its name in a bundle, `urn:uuid:…`; none for what is read under its own id.
    pub full_url: Option<String>,
    /// It.
    pub resource: Resource,
}

/// The page of `found` that a search asks for. `name` is the kind searched for, such as `Condition`; `query` is what else stands
/// in the address of the search behind `patient`, as it was sent; `notes` say what is not shown and stand on every page.
pub fn searchset(
    name: &str,
    search: &Search,
    query: &str,
    at: Timestamp,
    found: Vec<Found>,
    notes: Vec<OperationOutcome>,
) -> Bundle {
    let fitting: Vec<Found> = found.into_iter().filter(|one| search.fits(one.day)).collect();
    let total = fitting.len();
    let url = |offset: usize| {
        let more = if query.is_empty() { String::new() } else { format!("&{query}") };
        format!("{name}?patient={}&_count={}&_offset={offset}{more}", search.patient, search.count)
    };
    let mut link = vec![BundleLink { relation: "self".to_owned(), url: url(search.offset) }];
    let next = search.offset.saturating_add(search.count);
    link.extend((next < total).then(|| BundleLink { relation: "next".to_owned(), url: url(next) }));
    let page = fitting.into_iter().skip(search.offset).take(search.count);
    bundle(at, total, link, page, notes)
}

/// Everything that may be seen of a patient, at most `search.count` entries; where there are more, a note says so.
pub fn everything(search: &Search, at: Timestamp, found: Vec<Found>, mut notes: Vec<OperationOutcome>) -> Bundle {
    let total = found.len();
    if total > search.count {
        let words = format!("{total}件のうち{}件を示しています。種類ごとに検索してください。", search.count);
        notes.push(note("too-costly", "more-than-a-page", &words, "There is more; search by kind."));
    }
    bundle(at, total, Vec::new(), found.into_iter().take(search.count), notes)
}

fn bundle(
    at: Timestamp,
    total: usize,
    link: Vec<BundleLink>,
    page: impl Iterator<Item = Found>,
    notes: Vec<OperationOutcome>,
) -> Bundle {
    let entry = |full_url, resource, mode: &str| BundleEntry {
        full_url,
        resource,
        search: Some(BundleSearch { mode: Some(mode.to_owned()) }),
    };
    let shown = page.map(|one| entry(one.full_url, one.resource, "match"));
    let noted = notes.into_iter().map(|one| entry(None, one.into(), "outcome"));
    Bundle {
        r#type: "searchset".to_owned(),
        timestamp: Some(at.to_string()),
        total: u32::try_from(total).ok(),
        link,
        entry: shown.chain(noted).collect(),
    }
}

/// That a part is not shown, and how its consent stands: in its place, so that nobody takes silence for "there is nothing".
pub fn not_shown(item: ConsentItem, state: ConsentState) -> OperationOutcome {
    let words = format!("{}は表示していません: {}", item.name().of(domain::Tongue::Ja), state.label());
    let mut outcome = note("suppressed", state.code(), &words, state.label_en());
    outcome.issue[0].expression = vec![item.code().to_owned()];
    outcome
}

fn note(kind: &str, code: &str, words: &str, words_en: &str) -> OperationOutcome {
    let mut outcome = operation_outcome(kind, code, words, Some(words_en));
    "warning".clone_into(&mut outcome.issue[0].severity);
    outcome
}
