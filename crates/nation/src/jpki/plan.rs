//! Who holds a card, and what became of its certificates: drawn from the seed, person by person.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use trust::Validity;
use trust::jpki::RevocationReason;

use crate::day::Day;
use crate::dice::{Dice, Stream};

/// The first so many people hold a card that is in order, whatever the seed: the people of the story are among them.
pub const STORY_PEOPLE: u32 = 48;

/// Per thousand people: those who never asked for a card.
const WITHOUT_PERMILLE: u32 = 200;
/// Per thousand cards: those whose holder let the certificate run out.
const NEGLECTED_PERMILLE: u32 = 80;
/// Per thousand cards: those with an earlier certificate that was replaced.
const REISSUED_PERMILLE: u32 = 180;
/// Per thousand cards: those that were reported as lost or given up.
const REVOKED_PERMILLE: u32 = 30;
/// Hours from midnight in Japan to midnight in UTC.
const JAPAN_HOURS: i64 = 9;
/// Offices open at nine and issue for eight hours.
const OFFICE_OPENS_HOUR: i64 = 9;
const OFFICE_MINUTES: u32 = 480;
/// From a birth to the child's card.
const BIRTH_PAPERS_DAYS: i32 = 14;
/// A certificate ends on the holder's fifth birthday after its issue.
const BIRTHDAYS: i32 = 5;

/// A generation of the authority. All have the same name.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Generation {
    /// Ended.
    First,
    /// No longer issues; its certificates are still about.
    Second,
    /// Issues.
    Third,
}

impl Generation {
    /// Every generation, oldest first.
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Third];

    /// 1, 2 or 3.
    pub const fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }

    /// Serial number of its own certificate: those of the real generations.
    pub(super) const fn serial(self) -> &'static [u8] {
        match self {
            Self::First => &[0x01],
            Self::Second => &[0x01, 0x33, 0xc3, 0x49],
            Self::Third => &[0x06, 0xd1, 0x80, 0x06],
        }
    }

    /// Serial number of the certificate of the same generation of the authority for signatures.
    pub(super) const fn signing_serial(self) -> &'static [u8] {
        match self {
            Self::First => &[0x01],
            Self::Second => &[0x01, 0x32, 0xc4, 0xab],
            Self::Third => &[0x06, 0x7c, 0x6a, 0x21],
        }
    }

    /// First and last day. Those of the real generations, as seen from 2026; moved by whole years for another "today".
    pub(super) fn days(self, as_of: Day) -> (Day, Day) {
        let later = as_of.year() - 2026;
        match self {
            Self::First => (Day::of(2015 + later, 10, 19), Day::of(2025 + later, 10, 19)),
            Self::Second => (Day::of(2019 + later, 9, 14), Day::of(2029 + later, 9, 14)),
            Self::Third => (Day::of(2023 + later, 7, 15), Day::of(2033 + later, 7, 15)),
        }
    }

    /// The one that issues on a day.
    pub(super) fn on(day: Day, as_of: Day) -> Self {
        let begun = |generation: &Self| generation.days(as_of).0 <= day;
        Self::ALL.into_iter().rev().find(begun).unwrap_or(Self::First)
    }
}

/// One certificate as it was issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Planned {
    pub(super) generation: Generation,
    pub(super) issued: Timestamp,
    pub(super) revoked: Option<(Timestamp, RevocationReason)>,
}

/// Certificates of a person up to the nation's "today", oldest first; none for whoever has no card.
pub(super) fn of(seed: u64, person: u32, as_of: Day) -> Vec<Planned> {
    let mut dice = Dice::of_person(seed, Stream::Cards, person);
    let story = person < STORY_PEOPLE;
    if dice.permille(WITHOUT_PERMILLE) && !story {
        return Vec::new();
    }
    let neglected = dice.permille(NEGLECTED_PERMILLE) && !story;
    let days = if neglected { dice.between(1830, 2100) } else { dice.between(30, 1450) };
    let issued = as_of.plus(-days);
    let minute = dice.below(OFFICE_MINUTES);
    let mut current = planned(issued, minute, as_of);
    if dice.permille(REVOKED_PERMILLE) && !story {
        let since = as_of.plus(-dice.between(1, days.min(200) - 1));
        let reason = *dice.pick(&[
            RevocationReason::KeyCompromise,
            RevocationReason::AffiliationChanged,
            RevocationReason::CessationOfOperation,
        ]);
        current.revoked = Some((at_office(since, dice.below(OFFICE_MINUTES)), reason));
    }
    let mut all = Vec::with_capacity(2);
    if dice.permille(REISSUED_PERMILLE) && !story {
        let mut earlier = planned(issued.plus(-dice.between(100, 1400)), dice.below(OFFICE_MINUTES), as_of);
        earlier.revoked = Some((current.issued, RevocationReason::Superseded));
        all.push(earlier);
    }
    all.push(current);
    all
}

fn planned(day: Day, minute: u32, as_of: Day) -> Planned {
    Planned { generation: Generation::on(day, as_of), issued: at_office(day, minute), revoked: None }
}

/// So many minutes after the office opened on a day in Japan.
fn at_office(day: Day, minute: u32) -> Timestamp {
    start_of(day, OFFICE_OPENS_HOUR * 3600 + i64::from(minute) * 60)
}

/// So many seconds after the start of a day in Japan.
fn start_of(day: Day, seconds: i64) -> Timestamp {
    let (year, month, day) = day.ymd();
    let midnight = DateTime::new(year as i16, month as i8, day as i8, 0, 0, 0, 0).ok();
    let utc = midnight.and_then(|midnight| midnight.to_zoned(TimeZone::UTC).ok());
    let from_epoch = utc.map_or(0, |utc| utc.timestamp().as_second()) + seconds - JAPAN_HOURS * 3600;
    Timestamp::from_second(from_epoch).expect("a nation's days lie within four digits of years")
}

/// The day in Japan.
pub(super) fn day_in_japan(at: Timestamp) -> Day {
    let moved = Timestamp::from_second(at.as_second() + JAPAN_HOURS * 3600).unwrap_or(at);
    Day::from(moved.to_zoned(TimeZone::UTC).date())
}

/// A generation's own validity.
pub(super) fn life_of_ca(generation: Generation, as_of: Day) -> Validity {
    let (first, last) = generation.days(as_of);
    Validity { not_before: start_of(first, 0), not_after: end_of(last) }
}

/// A certificate's validity: to the end, in Japan, of the holder's fifth birthday after the day of issue. A plan knows no
/// birthdays; who was not born then got the card with the papers of the birth.
pub(super) fn life_of(issued: Timestamp, birth: Day) -> Validity {
    let not_before = issued.max(at_office(birth.plus(BIRTH_PAPERS_DAYS), 0));
    Validity { not_before, not_after: end_of(birthday_after(birth, day_in_japan(not_before), BIRTHDAYS)) }
}

/// The n-th birthday after a day.
pub(super) fn birthday_after(birth: Day, day: Day, nth: i32) -> Day {
    let this_year = birth.anniversary(day.year() - birth.year());
    let past = i32::from(this_year <= day);
    birth.anniversary(day.year() - birth.year() + past + nth - 1)
}

/// 23:59:59 in Japan, 14:59:59 in UTC.
fn end_of(day: Day) -> Timestamp {
    start_of(day, 24 * 3600 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AS_OF: Day = Day::of(2026, 11, 22);

    #[test]
    fn a_certificate_ends_with_the_fifth_birthday_in_japan() {
        let issued: Timestamp = "2024-03-01T02:00:00Z".parse().expect("a time");
        for (birth, ends) in [
            (Day::of(1980, 4, 5), "2028-04-05T14:59:59Z"),
            (Day::of(1980, 3, 1), "2029-03-01T14:59:59Z"),
            (Day::of(1980, 2, 28), "2029-02-28T14:59:59Z"),
            (Day::of(1980, 2, 29), "2029-03-01T14:59:59Z"),
        ] {
            assert_eq!(life_of(issued, birth).not_after.to_string(), ends);
        }
    }

    #[test]
    fn the_day_in_japan_begins_nine_hours_earlier() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(day_in_japan(at("2026-11-21T14:59:59Z")), Day::of(2026, 11, 21));
        assert_eq!(day_in_japan(at("2026-11-21T15:00:00Z")), AS_OF);
    }

    #[test]
    fn the_generation_that_issues_is_the_newest() {
        assert_eq!(Generation::on(AS_OF, AS_OF), Generation::Third);
        assert_eq!(Generation::on(Day::of(2023, 7, 14), AS_OF), Generation::Second);
        assert_eq!(Generation::on(Day::of(2017, 1, 1), AS_OF), Generation::First);
        let next = Day::of(2027, 1, 1);
        assert_eq!(Generation::on(Day::of(2024, 7, 14), next), Generation::Second);
    }

    #[test]
    fn plans_have_people_of_every_kind_and_the_story_has_cards_in_order() {
        let plans: Vec<_> = (0..5000).map(|person| of(1, person, AS_OF)).collect();
        let share = |is: &dyn Fn(&Vec<Planned>) -> bool| plans.iter().filter(|plan| is(plan)).count();
        assert!((800..1200).contains(&share(&Vec::is_empty)));
        assert!((500..1000).contains(&share(&|plan| plan.len() == 2)));
        assert!((60..250).contains(&share(&|plan| plan.last().is_some_and(|last| last.revoked.is_some()))));
        for plan in plans.iter().take(STORY_PEOPLE as usize) {
            assert!(matches!(plan.as_slice(), [Planned { revoked: None, .. }]));
        }
        for plan in plans.iter().filter(|plan| !plan.is_empty()) {
            assert!(plan.windows(2).all(|pair| pair[0].issued < pair[1].issued));
            assert!(plan.iter().all(|one| one.revoked.is_none_or(|(at, _)| one.issued < at)));
        }
    }
}
