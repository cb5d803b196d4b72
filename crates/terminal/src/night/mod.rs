//! At night the terminal asks again, so that most of tomorrow's patients have a fresh copy when the line is cut.
//!
//! | page | what |
//! |---|---|
//! | [`plan`] | when it is night, whom to ask about, how fast: pure rules |
//! | [`folder`] | files of bookings that are dropped into a folder |
//!
//! Who is booked for the day that comes is asked about, and who comes often, by the numbers of the card alone: nobody was asked
//! what they allow. The purpose is [`Purpose::BulkCheck`], so that the access log shows that nobody stood at the window. A night is
//! planned once, in one transaction with the numbers of its questions; a stop in between goes on where it was.

pub(crate) mod folder;
pub(crate) mod plan;

use std::time::Duration;

use domain::date;
use kit::lifecycle::Lifecycle;
use kit::random::SharedRandom;
use wire::api::{CheckRequest, Purpose, SearchInfo, Verdict};

use crate::asking::outcome::Outcome;
use crate::checks::{self, Checks};
use crate::limits;
use crate::store::StoreError;
use crate::store::answers::Way;
use crate::store::nights::{NewQuestion, Source};
use plan::{Hours, Night};

/// Waits for the nights until the terminal stops.
pub(crate) async fn run(checks: Checks, hours: Hours, random: SharedRandom, life: Lifecycle) {
    loop {
        // By a clock that was compared: one that is wrong would ask in the middle of the day.
        let night = checks.center.hours().ahead().and_then(|_| plan::night_at(checks.center.hours().now(), hours));
        let rest = if let Some(night) = night {
            step(&checks, night, &random).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the night's questions wait: the store does not answer");
                limits::NIGHT_LOOK_INTERVAL
            })
        } else {
            if let Err(error) = checks.store.end_nights(checks.center.hours().now()).await {
                tracing::warn!(%error, "a night cannot be ended");
            }
            limits::NIGHT_LOOK_INTERVAL
        };
        if !life.rest(rest).await {
            return;
        }
    }
}

/// One step of a night: it is planned, or one question is asked. Gives how long to rest.
pub(crate) async fn step(checks: &Checks, night: Night, random: &SharedRandom) -> Result<Duration, StoreError> {
    let day = date::format(night.day);
    let chance = u16::from_le_bytes(kit::random::bytes(&**random));
    if !checks.store.is_night_planned(&day).await? {
        let questions = whom(checks, night, &day).await?;
        let count = u32::try_from(questions.len()).unwrap_or(u32::MAX);
        checks.store.plan_night(&day, &questions, checks.center.hours().now()).await?;
        tracing::info!(day, questions = count, "a night was planned");
        return Ok(plan::rest(night.left, count, true, chance));
    }
    let (waiting, next) = checks.store.next_of_night(&day).await?;
    let Some(request) = next else { return Ok(limits::NIGHT_LOOK_INTERVAL) };
    if checks.health.is_up() {
        ask(checks, &request).await?;
    }
    Ok(plan::rest(night.left, waiting, false, chance))
}

async fn ask(checks: &Checks, request: &CheckRequest) -> Result<(), StoreError> {
    let outcome = checks.center.check_within(request, limits::ASK_TIME).await;
    let now = checks.center.hours().now();
    match &outcome {
        Outcome::Answered(answered) => checks.store.night_answered(&checks::kept(answered, Way::Bulk), now).await,
        // The numbers cannot be right: nothing comes of asking again.
        Outcome::Unreadable(_) => checks.store.night_could_not(request.request_id).await,
        // About this terminal or the line, not about the patient: the others first, then this one again.
        Outcome::Refused(_) | Outcome::CouldNotAsk(_) => checks.store.night_put_off(request.request_id).await,
    }
}

/// Whom to ask about: who is booked, then who comes often; each person once, and nobody about whom enough is known.
async fn whom(checks: &Checks, night: Night, day: &str) -> Result<Vec<NewQuestion>, StoreError> {
    let now = checks.center.hours().now();
    let facility = checks.center.facility();
    let (mut questions, mut meant) = (Vec::new(), std::collections::HashSet::new());
    for search in checks.store.bookings_of(day).await? {
        let Ok(query) = search.parse(day, &facility) else { continue };
        let person = checks.store.person_mac(&query);
        let known = checks.store.copy_as_of(&query).await?;
        if meant.insert(person) && !known.is_some_and(|as_of| plan::is_fresh_for_booking(as_of, now)) {
            questions.push(question(checks, day, search, Source::Booking));
        }
    }
    for seen in checks.store.seen_often_since(night.day).await? {
        let is_due = plan::comes_often(&seen.days, night.day) && !plan::is_fresh_for_recent(seen.as_of, now);
        if questions.len() >= limits::NIGHT_QUESTIONS_MAX || !is_due {
            continue;
        }
        let Some(search) = numbers(checks, seen.request_id).await? else { continue };
        let Ok(query) = search.parse(day, &facility) else { continue };
        if meant.insert(checks.store.person_mac(&query)) {
            questions.push(question(checks, day, search, Source::Recent));
        }
    }
    Ok(questions)
}

/// The numbers of the card that a kept answer is about; none where it told that the person was not insured.
async fn numbers(checks: &Checks, request_id: uuid::Uuid) -> Result<Option<SearchInfo>, StoreError> {
    let Some(answer) = checks.kept_answer(request_id).await? else { return Ok(None) };
    let is_insured = matches!(answer.verdict, Verdict::Valid | Verdict::ValidUnregistered);
    let Some(record) = answer.result_list.into_iter().next().filter(|_| is_insured) else { return Ok(None) };
    Ok(Some(SearchInfo {
        insurer_number: record.insurer_number.unwrap_or_default(),
        insured_card_symbol: record.insured_card_symbol,
        insured_identification_number: record.insured_identification_number.unwrap_or_default(),
        insured_branch_number: record.insured_branch_number,
        birthdate: record.birthdate.unwrap_or_default(),
        limit_application_certificate_related_cons_flg: None,
        arbitrary_identifier: None,
    }))
}

fn question(checks: &Checks, day: &str, search: SearchInfo, source: Source) -> NewQuestion {
    // Nobody was asked what they allow: by number alone.
    let search = SearchInfo { limit_application_certificate_related_cons_flg: None, ..search };
    let asked = checks.question(checks.center.new_request_id(), day, search);
    NewQuestion { source, question: CheckRequest { purpose: Some(Purpose::BulkCheck), ..asked } }
}
