//! The page of open cases: old and new side by side.

use askama::Template;
use kit::text::Text;

use super::answer::{self, Tone};
use super::dates;
use super::shell::Shell;
use crate::store::open_cases::OpenCase;
use crate::store::visits::Visit;

/// One side: what was said, and the share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) tone: Tone,
    pub(crate) words: Text,
    pub(crate) share: String,
}

/// A case.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) request_id: String,
    pub(crate) time: String,
    pub(crate) name: String,
    pub(crate) birth: String,
    pub(crate) insurer: String,
    pub(crate) asked_by: String,
    pub(crate) tries: u32,
    pub(crate) old: Side,
    pub(crate) new: Option<Side>,
    /// Whether the answer can be opened.
    pub(crate) is_answered: bool,
}

#[derive(Template)]
#[template(path = "open.html")]
pub(crate) struct OpenPage {
    pub(crate) shell: Shell,
    pub(crate) to_see: Vec<Row>,
    pub(crate) waiting: Vec<Row>,
    /// How many wait, and how many are to be seen: the tables show only the first of them.
    pub(crate) counts: (u32, u32),
    pub(crate) is_connected: bool,
}

fn side(word: &str, percent: Option<u8>) -> Side {
    let (tone, words) = answer::of_word(word);
    Side { tone, words, share: percent.map(domain::share::percent_label).unwrap_or_default() }
}

/// A case with its line of the list.
pub(crate) fn row(case: &OpenCase, visit: Option<&Visit>) -> Row {
    let person = visit.map(|visit| visit.person.clone()).unwrap_or_default();
    Row {
        request_id: case.request_id.to_string(),
        time: dates::day_and_time(case.at),
        name: person.name,
        birth: if person.birthdate.is_empty() { String::new() } else { dates::plain_date(&person.birthdate) },
        insurer: if person.insurer_name.is_empty() { person.insurer_number } else { person.insurer_name },
        asked_by: visit.map(|visit| visit.asked_by.clone()).unwrap_or_default(),
        tries: case.tries,
        old: side(&case.said, case.said_percent),
        new: case.outcome.as_deref().map(|outcome| side(outcome, case.percent)),
        is_answered: visit.is_some_and(|visit| visit.proof_number.is_some()),
    }
}
