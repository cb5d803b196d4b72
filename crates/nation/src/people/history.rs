//! What happened to a card group: stable for years, another job, a gap, retirement, a move, a card that ran out.
//!
//! Each template issues one or several cards to the same members. Days lie before `as_of`; a new coverage begins on
//! the day on which the old one is lost, unless there is a gap.

use super::{CardPlan, Draft, Slot, earlier};
use crate::day::{Day, age_on};
use crate::insurers::InsurerKind;
use crate::model::{Class, Loss, Status};

/// Card years of the municipalities begin on 1 August.
const FISCAL_MONTH: u32 = 8;

/// First day of the August year in which a day lies.
pub(crate) fn august_before(day: Day) -> Day {
    let this_year = Day::of(day.year(), FISCAL_MONTH, 1);
    if this_year <= day { this_year } else { Day::of(day.year() - 1, FISCAL_MONTH, 1) }
}

#[derive(Clone, Copy)]
enum Job {
    Stable,
    Changed,
    ChangedWithGap,
    ToNational,
    FromNational,
    InProgress,
    Lost,
    ThreeCards,
    Voluntary,
    LateEnrolment,
}

const JOBS: [(Job, u32); 10] = [
    (Job::Stable, 640),
    (Job::Changed, 100),
    (Job::ChangedWithGap, 40),
    (Job::ToNational, 45),
    (Job::FromNational, 45),
    (Job::InProgress, 25),
    (Job::Lost, 20),
    (Job::ThreeCards, 25),
    (Job::Voluntary, 30),
    (Job::LateEnrolment, 30),
];

#[derive(Clone, Copy)]
enum Resident {
    Stable,
    YearlyCard,
    ExpiredCard,
    ShortTerm,
    FullCharge,
    Moved,
    Returned,
    InProgress,
}

const RESIDENTS: [(Resident, u32); 8] = [
    (Resident::Stable, 560),
    (Resident::YearlyCard, 190),
    (Resident::ExpiredCard, 35),
    (Resident::ShortTerm, 55),
    (Resident::FullCharge, 20),
    (Resident::Moved, 90),
    (Resident::Returned, 25),
    (Resident::InProgress, 25),
];

/// Groups with one more row that was entered by mistake and deleted, per thousand.
const DELETED_PERMILLE: u32 = 15;
/// Women whose earlier insurer knows them by another family name, per thousand of those who changed.
const MAIDEN_PERMILLE: u32 = 350;

impl Draft {
    /// An employee, somebody in a 国保組合 or a 特例退職 scheme, with dependants.
    pub(crate) fn employee_history(&mut self, kind: InsurerKind, slots: &[Slot], home: u32, married_woman: bool) {
        let insurer = self.employer_insurer(kind, home);
        let class = class_of(kind);
        let head = slots[0];
        if matches!(kind, InsurerKind::RetiredUnion | InsurerKind::RetiredMutual) {
            let start = self.as_of.plus(-self.dice.between(40, 1400)).max(head.birth.anniversary(60));
            self.issue(&CardPlan::new(insurer, class, home, start), slots);
            return;
        }
        let now = CardPlan::new(insurer, class, home, self.as_of);
        let changed_on = self.as_of.plus(-3 - self.dice.between(0, 1000).min(self.dice.between(0, 1000)));
        let grown = self.grown(&head);
        let weights = JOBS.map(|(_, weight)| weight);
        let job = JOBS[self.dice.weighted(&weights)].0;
        let job = if changed_on < grown.plus(120) { Job::Stable } else { job };
        match job {
            Job::Stable => {
                let start = self.hire_day(grown, self.as_of.plus(-2));
                self.issue(&now.begin(start), slots);
            }
            Job::Changed => {
                let maiden = married_woman && self.dice.permille(MAIDEN_PERMILLE) && self.give_maiden_name(&head);
                self.earlier_job(slots, home, changed_on, Loss::OtherInsurance, maiden);
                self.issue(&now.begin(changed_on), slots);
            }
            Job::ChangedWithGap => {
                let lost_on = changed_on.plus(-7 * self.dice.between(1, 10));
                self.earlier_job(slots, home, lost_on, Loss::Other, false);
                self.issue(&now.begin(changed_on), slots);
            }
            Job::ToNational => {
                self.earlier_job(slots, home, changed_on, Loss::Other, false);
                self.late_national(slots, home, changed_on, None);
            }
            Job::FromNational => {
                let start = self.hire_day(grown, changed_on.plus(-20));
                self.national_card(slots, home, start, Some((changed_on, Loss::OtherInsurance)));
                self.issue(&now.begin(changed_on), slots);
            }
            Job::InProgress => {
                let start = self.as_of.plus(-self.dice.between(1, 20));
                self.earlier_job(slots, home, start, Loss::Other, false);
                let status = Status::InProgress;
                self.issue(&CardPlan { status, ..now.begin(start) }, slots);
            }
            Job::Lost => {
                let lost_on = self.as_of.plus(-self.dice.between(1, 100));
                self.earlier_job(slots, home, lost_on, Loss::Other, false);
            }
            Job::ThreeCards => {
                let between = changed_on.plus(-self.dice.between(40, 90)).max(grown.plus(20));
                self.earlier_job(slots, home, between, Loss::Other, false);
                self.late_national(slots, home, between, Some((changed_on, Loss::OtherInsurance)));
                self.issue(&now.begin(changed_on), slots);
            }
            Job::Voluntary => self.voluntary_continuation(slots, now, grown),
            Job::LateEnrolment => {
                let start = self.as_of.plus(-self.dice.between(30, 120)).max(grown);
                let issued_after = self.dice.between(21, 80);
                let plan = now.begin(start);
                self.issue(&CardPlan { issued_after, ..plan }, slots);
            }
        }
        self.mistaken_row(&head, home);
    }

    /// 任意継続: the same insurer for two more years under another number, sometimes not entered yet.
    fn voluntary_continuation(&mut self, slots: &[Slot], now: CardPlan, grown: Day) {
        let in_progress = self.dice.permille(300);
        let days = if in_progress { self.dice.between(1, 20) } else { self.dice.between(40, 900) };
        let left_on = self.as_of.plus(-days).max(grown.plus(60));
        let start = self.hire_day(grown, left_on.plus(-60));
        self.issue(&now.begin(start).until(left_on, Loss::Other), slots);
        let status = if in_progress { Status::InProgress } else { Status::Registered };
        let expires = Some(left_on.anniversary(2).before());
        let issued_after = self.dice.between(7, 40);
        self.issue(&CardPlan { start: left_on, expires, status, issued_after, ..now }, slots);
    }

    /// Members of 国保, without those who are elsewhere by now.
    pub(crate) fn national_history(&mut self, slots: &[Slot], home: u32) {
        let head = slots[0];
        let all_leave = slots.iter().all(|slot| slot.until.is_some());
        let grown = self.grown(&head);
        let age = age_on(head.birth, self.as_of);
        let weights = RESIDENTS.map(|(_, weight)| weight);
        let resident = RESIDENTS[self.dice.weighted(&weights)].0;
        let changed_on = self.as_of.plus(-4 - self.dice.between(0, 900));
        if all_leave || changed_on < grown.plus(120) {
            let last = slots.iter().filter_map(|slot| slot.until).map(|(day, _)| day).min().unwrap_or(self.as_of);
            let start = self.hire_day(grown, last.min(self.as_of).plus(-200));
            self.national_card(slots, home, start, None);
            return;
        }
        if (60..73).contains(&age) && head.until.is_none() && self.dice.permille(300) {
            return self.retired(slots, home);
        }
        if (72..76).contains(&age) && head.until.is_none() && self.dice.permille(100) {
            return self.retired_national(slots, home);
        }
        // A card that is used again must hold the same members in the same places.
        let some_leave = slots.iter().any(|slot| slot.until.is_some());
        match resident {
            Resident::Returned if some_leave => self.national_card(slots, home, changed_on, None),
            Resident::Stable => {
                let start = self.hire_day(grown, self.as_of.plus(-30));
                self.national_card(slots, home, start, None);
            }
            Resident::YearlyCard | Resident::ExpiredCard | Resident::ShortTerm | Resident::FullCharge => {
                let start = self.hire_day(grown, self.as_of.plus(-180));
                self.dated_card(slots, home, start, resident);
            }
            Resident::Moved | Resident::InProgress => {
                let in_progress = matches!(resident, Resident::InProgress);
                let moved_on = if in_progress { self.as_of.plus(-self.dice.between(1, 14)) } else { changed_on };
                let old_home = self.places.home_elsewhere(&mut self.dice, self.homes[home as usize]);
                let old_home = self.keep_home(old_home);
                let start = self.hire_day(grown, moved_on.plus(-60));
                self.national_card(slots, old_home, start, Some((moved_on, Loss::Other)));
                let status = if in_progress { Status::InProgress } else { Status::Registered };
                let plan = self.national_plan(home, moved_on);
                self.issue(&CardPlan { status, ..plan }, slots);
            }
            Resident::Returned => {
                let left_on = changed_on.plus(-self.dice.between(60, 300)).max(grown.plus(40));
                let start = self.hire_day(grown, left_on.plus(-30));
                let plan = self.national_plan(home, start).until(left_on, Loss::OtherInsurance);
                let card = self.issue(&plan, slots);
                let employer = self.employer_insurer(InsurerKind::Kyokai, home);
                let job = CardPlan::new(employer, Class::General, home, left_on).until(changed_on, Loss::Other);
                self.issue(&job, slots);
                self.issue(&CardPlan { start: changed_on, end: None, again: Some(card), ..plan }, slots);
            }
        }
        self.mistaken_row(&head, home);
    }

    /// Left work between 60 and now, and moved to 国保.
    fn retired(&mut self, slots: &[Slot], home: u32) {
        let sixty = slots[0].birth.anniversary(60);
        let left_on = self.as_of.plus(-self.dice.between(20, 1800)).max(sixty);
        let left_on = left_on.first_of_month().max(sixty).min(self.as_of.plus(-5));
        self.earlier_job(slots, home, left_on, Loss::Other, false);
        self.late_national(slots, home, left_on, None);
    }

    /// The scheme for retired members of 国保, which nobody has been entering since 2015.
    fn retired_national(&mut self, slots: &[Slot], home: u32) {
        let head = slots[0];
        let sixty_five = head.birth.anniversary(65);
        let last_entry = Day::of(2015, 3, 31);
        let start = head.birth.anniversary(60).plus(self.dice.between(0, 600)).min(last_entry);
        let municipality = self.homes[home as usize].municipality;
        if start < sixty_five && sixty_five < self.as_of.plus(-30) {
            let insurer = self.insurers.of_municipality(InsurerKind::RetiredNational, municipality);
            let class = if self.dice.permille(150) { Class::ShortTermRetired } else { Class::Retired };
            let plan = CardPlan::new(insurer, class, home, start).until(sixty_five, Loss::OtherInsurance);
            self.issue(&plan, &slots[..1]);
            let from = Slot { from: sixty_five, ..head };
            let others = std::iter::once(from).chain(slots[1..].iter().copied()).collect::<Vec<_>>();
            self.national_card(&others, home, start, None);
        } else {
            self.national_card(slots, home, start, None);
        }
    }

    /// Cards of 国保 with a last day.
    fn dated_card(&mut self, slots: &[Slot], home: u32, start: Day, resident: Resident) {
        let august = august_before(self.as_of);
        let next_july = august.anniversary(1).before();
        let plan = self.national_plan(home, start);
        let from_august = self.dice.permille(300).then_some(august);
        let plan = match resident {
            Resident::ExpiredCard => CardPlan { expires: Some(august.before()), ..plan },
            Resident::ShortTerm => {
                let months = *self.dice.pick(&[1, 3, 6, 6]);
                let expires = (0..months).fold(august, |day, _| day.first_of_next_month()).before();
                let valid_from = Some(august);
                CardPlan { class: Class::ShortTerm, expires: Some(expires), valid_from, ..plan }
            }
            Resident::FullCharge => {
                CardPlan { class: Class::FullCharge, expires: Some(next_july), valid_from: from_august, ..plan }
            }
            _ => CardPlan { expires: Some(next_july), valid_from: from_august, ..plan },
        };
        self.issue(&plan, slots);
    }

    /// One of the late elderly, from the 75th birthday or from being certified.
    pub(crate) fn insure_late_elderly(&mut self, slot: Slot, home: u32) {
        let prefecture = self.prefecture_of(home);
        let insurer = self.insurers.near(&mut self.dice, InsurerKind::LateElderly, prefecture);
        let expires = self.dice.permille(300).then_some(august_before(self.as_of).anniversary(1).before());
        let plan = CardPlan { expires, ..CardPlan::new(insurer, Class::General, home, slot.from) };
        let moved_on = self.as_of.plus(-self.dice.between(10, 360));
        if slot.from < moved_on.plus(-60) && slot.until.is_none() && self.dice.permille(25) {
            let old_prefecture = prefecture % 47 + 1;
            let old_insurer = self.insurers.near(&mut self.dice, InsurerKind::LateElderly, old_prefecture);
            let old_home = self.add_home(old_prefecture);
            let old = CardPlan { insurer: old_insurer, home: old_home, expires: None, ..plan };
            self.issue(&old.until(moved_on, Loss::Other), &[slot]);
            self.issue(&CardPlan { start: moved_on, ..plan }, &[Slot { from: moved_on, ..slot }]);
        } else {
            self.issue(&plan, &[slot]);
        }
    }

    /// A job before this day, of any employees' scheme.
    fn earlier_job(&mut self, slots: &[Slot], home: u32, until: Day, why: Loss, maiden_name: bool) {
        use InsurerKind as K;
        const KINDS: [K; 7] =
            [K::Kyokai, K::Union, K::MutualLocal, K::MutualNational, K::MutualSchool, K::MutualPolice, K::Seamen];
        let kind = KINDS[self.dice.weighted(&[600, 300, 40, 20, 30, 8, 2])];
        let insurer = self.employer_insurer(kind, home);
        let grown = self.grown(&slots[0]);
        let start = self.hire_day(grown, until.plus(-25));
        let plan = CardPlan { maiden_name, ..CardPlan::new(insurer, class_of(kind), home, start) };
        self.issue(&plan.until(until, why), slots);
    }

    fn national_plan(&mut self, home: u32, start: Day) -> CardPlan {
        let municipality = self.homes[home as usize].municipality;
        let insurer = self.insurers.of_municipality(InsurerKind::NationalHealth, municipality);
        CardPlan::new(insurer, Class::General, home, start)
    }

    fn national_card(&mut self, slots: &[Slot], home: u32, start: Day, end: Option<(Day, Loss)>) {
        let plan = self.national_plan(home, start);
        self.issue(&CardPlan { end: earlier(end, None), ..plan }, slots);
    }

    /// 国保 notified weeks or months after the job ended; it counts from the day the job ended all the same.
    fn late_national(&mut self, slots: &[Slot], home: u32, start: Day, end: Option<(Day, Loss)>) {
        let plan = self.national_plan(home, start);
        let issued_after = if self.dice.permille(500) { self.dice.between(30, 150) } else { 10 };
        self.issue(&CardPlan { end, issued_after, ..plan }, slots);
    }

    /// A row that was entered for the wrong person and deleted.
    fn mistaken_row(&mut self, head: &Slot, home: u32) {
        if !self.dice.permille(DELETED_PERMILLE) {
            return;
        }
        let insurer = self.employer_insurer(InsurerKind::Kyokai, home);
        let start = self.as_of.plus(-self.dice.between(10, 400)).max(head.birth);
        let plan = CardPlan { status: Status::Deleted, ..CardPlan::new(insurer, Class::General, home, start) };
        self.issue(&plan, &[Slot { until: None, ..*head }]);
    }

    fn give_maiden_name(&mut self, slot: &Slot) -> bool {
        let name = self.people[slot.person as usize].name;
        self.people[slot.person as usize].name = self.names.with_maiden_name(&mut self.dice, name);
        true
    }

    /// From when on somebody can have a card of their own, as far back as the feed goes.
    fn grown(&self, slot: &Slot) -> Day {
        slot.birth.anniversary(18).max(self.as_of.anniversary(-26)).min(self.as_of.plus(-30))
    }

    /// A first day of work between two days: often 1 April or the first of a month. The earlier bound wins.
    fn hire_day(&mut self, earliest: Day, latest: Day) -> Day {
        let span = latest.since(earliest).max(1);
        let back = self.dice.between(0, span).min(self.dice.between(0, span));
        let day = latest.plus(-back);
        let day = match self.dice.below(10) {
            0..4 => Day::of(day.year(), 4, 1),
            4..7 => day.first_of_month(),
            _ => day,
        };
        day.min(latest).max(earliest.min(latest))
    }
}

fn class_of(kind: InsurerKind) -> Class {
    match kind {
        InsurerKind::SelfDefence => Class::SelfDefence,
        InsurerKind::RetiredUnion | InsurerKind::RetiredMutual => Class::RetiredSpecial,
        _ => Class::General,
    }
}
