//! Whose claim it is, and which insurer pays it: decided by the date of service.
//!
//! A claim names a card. Who that is, is found as at a window ([`identify_person`]); whether that card counted on each day
//! of service is a matter of the register of today, which knows of losses that were notified late. Then a claim stays as it
//! is, goes to another insurer (振替), is divided between insurers (分割), or nobody insured those days.

use serde::{Deserialize, Serialize};

use crate::eligibility::identify_person;
use crate::scheme::Scheme;
use crate::{Coverage, Date, EligibilityQuery, Facts, InsurerNumber, PersonId, Reason, Recorded, date};

/// A stretch of days of service and who insured them. Both days inclusive; between them there may be days without service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoutedDays {
    /// First day of service.
    #[serde(with = "date::as_text")]
    pub first: Date,
    /// Last day of service.
    #[serde(with = "date::as_text")]
    pub last: Date,
    /// Who insured; none: nobody that the register knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurer: Option<InsurerNumber>,
}

/// Which insurer pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "Kind", rename_all = "snake_case")]
pub enum Routing {
    /// The card counted on every day of service.
    AsClaimed,
    /// 振替: on every day of service another one insured.
    Redirected {
        /// The right insurer.
        to: InsurerNumber,
    },
    /// 分割: the insurer changed between days of service.
    Split {
        /// In the order of time.
        parts: Vec<RoutedDays>,
    },
    /// 資格なし: nobody that the register knows insured on these days; the others, if any, as told.
    NotInsured {
        /// In the order of time.
        parts: Vec<RoutedDays>,
    },
}

impl Routing {
    /// The stable code, as in the store.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AsClaimed => "as_claimed",
            Self::Redirected { .. } => "redirected",
            Self::Split { .. } => "split",
            Self::NotInsured { .. } => "not_insured",
        }
    }

    /// 確認区分 of SN that tells the institution (formats.md 1.3); none where nothing changes.
    pub const fn confirmation(&self) -> Option<&'static str> {
        match self {
            Self::AsClaimed => None,
            Self::Redirected { .. } => Some("04"),
            Self::Split { .. } => Some("05"),
            Self::NotInsured { .. } => Some("03"),
        }
    }

    /// In words, for the institution: what was found and what happens next.
    pub fn message(&self) -> String {
        let days = |part: &RoutedDays| {
            let who = part.insurer.as_ref().map_or("該当なし", InsurerNumber::as_str);
            format!("{}–{} {who}", part.first, part.last)
        };
        let list = |parts: &[RoutedDays]| parts.iter().map(days).collect::<Vec<_>>().join("、");
        match self {
            Self::AsClaimed => "請求どおりの保険者です。".to_owned(),
            Self::Redirected { to } => format!("診療日の資格は別の保険者でした。{to} に振り替えます。"),
            Self::Split { parts } => format!("月の途中で保険者が変わっています。分割します: {}", list(parts)),
            Self::NotInsured { parts } => {
                format!("資格のない診療日があります。患者さんに加入の状況を確かめてください: {}", list(parts))
            }
        }
    }

    /// The same in English.
    pub fn message_en(&self) -> String {
        match self {
            Self::AsClaimed => "The insurer is the one that was claimed.".to_owned(),
            Self::Redirected { to } => format!("Another insurer covered the days of service: redirected to {to}."),
            Self::Split { parts } => {
                format!("The insurer changed between days of service: split into {}.", parts.len())
            }
            Self::NotInsured { .. } => "No known insurer covered some days of service. Ask the patient.".to_owned(),
        }
    }
}

/// Whose claim it is, and who pays.
///
/// `query` is what the claim says of its insurance and birth date; its date is not looked at. `days` are the days of
/// service in any order; none counts as the day of `query`. `facts` hold what the look-up by card found, and in `others`
/// further coverages of the same persons.
///
/// # Errors
/// Nobody, or more than one person, is found; the reason is that of the window.
pub fn route(query: &EligibilityQuery, days: &[Date], facts: &Facts) -> Result<(PersonId, Routing), Reason> {
    let person = identify_person(query, facts)?;
    let mut days = days.to_vec();
    if days.is_empty() {
        days.push(query.qualification_confirmation_date);
    }
    days.sort_unstable();
    days.dedup();
    let of_person = |recorded: &&Recorded| recorded.person == person;
    let all: Vec<&Coverage> =
        facts.matched.iter().chain(&facts.others).filter(of_person).map(|recorded| &recorded.coverage).collect();
    let card = query.card_key();
    let claimed = |coverage: &Coverage| coverage.card_key() == card;
    if days.iter().all(|day| all.iter().any(|coverage| claimed(coverage) && coverage.in_force(*day))) {
        return Ok((person, Routing::AsClaimed));
    }
    let parts = parts(&days, &all, claimed);
    Ok((person, routing(query, parts)))
}

/// Who insured on a day: the card that was claimed before all others, insurances before 公費, and of several the one that
/// began last.
fn insurer_on<'a>(day: Date, all: &[&'a Coverage], claimed: impl Fn(&Coverage) -> bool) -> Option<&'a InsurerNumber> {
    let of_rank = |coverage: &Coverage| {
        let insurance = !matches!(coverage.scheme(), Scheme::PublicAssistance | Scheme::OtherPublicExpense);
        (claimed(coverage), insurance, coverage.qualification_date)
    };
    let in_force = all.iter().filter(|coverage| coverage.in_force(day));
    in_force.max_by_key(|coverage| of_rank(coverage)).map(|coverage| &coverage.insurer_number)
}

fn parts(days: &[Date], all: &[&Coverage], claimed: impl Fn(&Coverage) -> bool) -> Vec<RoutedDays> {
    let mut parts: Vec<RoutedDays> = Vec::new();
    for day in days {
        let insurer = insurer_on(*day, all, &claimed);
        match parts.last_mut() {
            Some(last) if last.insurer.as_ref() == insurer => last.last = *day,
            _ => parts.push(RoutedDays { first: *day, last: *day, insurer: insurer.cloned() }),
        }
    }
    parts
}

fn routing(query: &EligibilityQuery, parts: Vec<RoutedDays>) -> Routing {
    if parts.iter().any(|part| part.insurer.is_none()) {
        return Routing::NotInsured { parts };
    }
    match parts.as_slice() {
        // Another card of the same insurer: nothing to redirect.
        [RoutedDays { insurer: Some(one), .. }] if *one == query.insurer_number => Routing::AsClaimed,
        [RoutedDays { insurer: Some(one), .. }] => Routing::Redirected { to: one.clone() },
        _ => Routing::Split { parts },
    }
}
