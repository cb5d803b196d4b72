//! What the patient allowed, item by item: nothing recorded, not allowed, allowed, run out. Four states, never mixed up.

use domain::ConsentItem;
use domain::consent::ConsentState;
use jiff::Timestamp;
use kit::text::Text;
use wire::api::{Answer, ConsentInfo};

use super::dates;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsentLine {
    pub(crate) name: Text,
    pub(crate) class: &'static str,
    pub(crate) state: Text,
    /// Until when, or since when not any more.
    pub(crate) when: String,
}

/// All items of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsentsView {
    pub(crate) lines: Vec<ConsentLine>,
    /// How and when the patient was asked; empty when nothing is recorded.
    pub(crate) asked: String,
    pub(crate) asked_en: &'static str,
    /// How the patient wants prescriptions.
    pub(crate) prescription: Option<Text>,
    /// Something holds that could be taken back.
    pub(crate) can_withdraw: bool,
    /// Something about the patient's health may be seen.
    pub(crate) can_open: bool,
    /// Number of the check.
    pub(crate) request_id: String,
}

/// The consents of an answer that tells of a person; none for others.
pub(crate) fn of(answer: &Answer, now: Timestamp) -> Option<ConsentsView> {
    answer.result_list.first()?;
    let latest = answer.consent.as_ref();
    let lines = ConsentItem::ALL.iter().map(|item| line(latest, *item, now)).collect();
    let terms = latest.map(ConsentInfo::terms);
    let holds = terms.as_ref().is_some_and(|terms| !terms.is_over(now));
    let prescription = terms.filter(|_| holds).and_then(|terms| terms.choice.prescription()).map(|form| {
        let name = form.name();
        Text::new(name.ja, name.en)
    });
    let means = latest.map(|latest| domain::PresenceMeans::from(latest.means));
    Some(ConsentsView {
        lines,
        asked: latest.zip(means).map_or_else(String::new, |(latest, means)| {
            format!("{} {}", dates::day_and_time(latest.given_at), means.label())
        }),
        asked_en: means.map_or("the patient was not asked here", domain::PresenceMeans::label_en),
        prescription,
        can_withdraw: holds,
        can_open: ConsentItem::ALL.iter().any(|item| {
            item.is_medical() && matches!(ConsentInfo::state(latest, *item, now), ConsentState::Consented { .. })
        }),
        request_id: answer.request_id.to_string(),
    })
}

fn line(latest: Option<&ConsentInfo>, item: ConsentItem, now: Timestamp) -> ConsentLine {
    let name = item.name();
    let (class, state, when) = match ConsentInfo::state(latest, item, now) {
        ConsentState::NothingRecorded => ("none", Text::new("記録なし", "nothing recorded"), String::new()),
        ConsentState::NotConsented => ("no", Text::new("同意なし", "not allowed"), String::new()),
        ConsentState::Consented { valid_until, .. } => {
            ("yes", Text::new("同意あり", "allowed"), format!("{} まで", dates::day_and_time(valid_until)))
        }
        ConsentState::Expired { since } => {
            ("over", Text::new("期限切れ", "run out"), format!("{} に終了", dates::day_and_time(since)))
        }
    };
    ConsentLine { name: Text::new(name.ja, name.en), class, state, when }
}
