//! The people of the story: the same roles in every nation, whatever its size and seed, and one card of each kind of
//! insurer and of each rare certificate.

use super::history::august_before;
use super::{CardPlan, Draft, Slot};
use crate::day::{Day, seventy_five_on, seventy_from};
use crate::insurers::InsurerKind;
use crate::model::{Certificate, Class, LimitFlag, Loss, Status};
use crate::names::{FamilyName, Form, Sex};

/// The facility of the story: a clinic.
pub(crate) const STORY_FACILITY: u32 = 1;
/// Tokyo.
const PREFECTURE: u8 = 13;

/// Coverages of the story, as indices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cast {
    pub(crate) employee: u32,
    pub(crate) spouse: u32,
    pub(crate) toddler: u32,
    pub(crate) seventy: u32,
    pub(crate) old_job: u32,
    pub(crate) new_job: u32,
    pub(crate) union_member: u32,
    pub(crate) variant_name: u32,
    pub(crate) assistance: u32,
    pub(crate) late_elderly: u32,
    pub(crate) in_progress: u32,
    pub(crate) twin: u32,
    pub(crate) expired: u32,
    pub(crate) full_charge: u32,
    pub(crate) foreigner: u32,
}

impl Draft {
    /// Adds the cast. Must be called on an empty draft.
    pub(crate) fn add_cast(&mut self) -> Cast {
        let home = self.add_home(PREFECTURE);
        let [employee, spouse, toddler] = self.family_of_three(home);
        let (old_job, new_job) = self.job_changer();
        let twin = self.family_with_twins();
        let cast = Cast {
            employee,
            spouse,
            toddler,
            seventy: self.seventy_year_old(),
            old_job,
            new_job,
            union_member: self.member("鈴木", Sex::Female, 44, InsurerKind::Union, Class::General),
            variant_name: self.variant_name(),
            assistance: self.on_assistance(),
            late_elderly: self.late_elderly_member(),
            in_progress: self.enrolment_in_progress(),
            twin,
            expired: self.expired_card(),
            full_charge: self.member("村上", Sex::Male, 47, InsurerKind::NationalHealth, Class::FullCharge),
            foreigner: self.foreigner(),
        };
        self.one_of_each_insurer();
        self.rare_certificates();
        cast
    }

    fn japanese(&self, legal: &str) -> FamilyName {
        self.names.family_called(legal).unwrap_or(FamilyName::Japanese { surname: 0, variant: u16::MAX })
    }

    /// Somebody who had a birthday some months before `as_of`.
    fn adult(&mut self, family: FamilyName, sex: Sex, age: i32, home: u32) -> Slot {
        let birth = self.as_of.anniversary(-age).plus(-self.dice.between(60, 250));
        let person = self.add_person(family, sex, birth, home, 2);
        self.slot(person)
    }

    /// Registers write the cast's names as the law holds them.
    fn issue_plain(&mut self, plan: CardPlan, members: &[Slot]) -> u32 {
        let first = self.coverages.len();
        self.issue(&CardPlan { benefits: false, ..plan }, members);
        for coverage in &mut self.coverages[first..] {
            coverage.form = Form::REGISTER;
        }
        first as u32
    }

    fn member(&mut self, legal: &str, sex: Sex, age: i32, kind: InsurerKind, class: Class) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese(legal);
        let slot = self.adult(family, sex, age, home);
        let insurer = self.insurer_at(kind, home);
        let start = self.as_of.plus(-self.dice.between(400, 1500));
        self.issue_plain(CardPlan::new(insurer, class, home, start), &[slot])
    }

    fn insurer_at(&mut self, kind: InsurerKind, home: u32) -> u16 {
        let municipality = self.homes[home as usize].municipality;
        match kind {
            InsurerKind::NationalHealth | InsurerKind::RetiredNational | InsurerKind::PublicAssistance => {
                self.insurers.of_municipality(kind, municipality)
            }
            _ => self.employer_insurer(kind, home),
        }
    }

    fn family_of_three(&mut self, home: u32) -> [u32; 3] {
        let family = self.japanese("髙橋");
        let head = self.adult(family, Sex::Male, 38, home);
        let spouse = self.adult(family, Sex::Female, 36, home);
        let child = self.adult(family, Sex::Female, 3, home);
        let insurer = self.insurer_at(InsurerKind::Kyokai, home);
        let plan = CardPlan::new(insurer, Class::General, home, self.as_of.plus(-2400));
        let first = self.issue_plain(plan, &[head, spouse, child]);
        let start = august_before(self.as_of);
        let end = start.anniversary(1).before();
        let limit = Certificate::Limit { flag: LimitFlag(3), issued: start.plus(-7), start, end, long_term: None };
        self.give(first, &[limit]);
        [first, first + 1, first + 2]
    }

    /// 72 years old, 高齢受給者証 of 20 %.
    fn seventy_year_old(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("小島");
        let slot = self.adult(family, Sex::Male, 72, home);
        let insurer = self.insurer_at(InsurerKind::NationalHealth, home);
        let start = self.as_of.plus(-2900);
        let coverage = self.issue_plain(CardPlan::new(insurer, Class::General, home, start), &[slot]);
        let august = august_before(self.as_of);
        let start = august.max(seventy_from(slot.birth));
        let end = august.anniversary(1).before().min(seventy_five_on(slot.birth).before());
        let issued = start.plus(-12);
        let limit = Certificate::Limit { flag: LimitFlag(14), issued, start, end, long_term: None };
        self.give(coverage, &[Certificate::Elderly { percent: 20, issued, start, end }, limit]);
        coverage
    }

    fn job_changer(&mut self) -> (u32, u32) {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("木村");
        let slot = self.adult(family, Sex::Male, 41, home);
        let (old, new) = (self.insurer_at(InsurerKind::Kyokai, home), self.insurer_at(InsurerKind::Union, home));
        let changed_on = self.as_of.plus(-50).first_of_month();
        let plan = CardPlan::new(old, Class::General, home, self.as_of.plus(-3000));
        let old = self.issue_plain(plan.until(changed_on, Loss::OtherInsurance), &[slot]);
        let new = self.issue_plain(CardPlan::new(new, Class::General, home, changed_on), &[slot]);
        (old, new)
    }

    /// One more character outside the Basic Multilingual Plane, and one with a variation selector, in one household.
    fn variant_name(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let (ivs, family) = (self.japanese("渡邉\u{E0104}"), self.japanese("𠮷田"));
        let mother = self.adult(ivs, Sex::Female, 67, home);
        let slot = self.adult(family, Sex::Female, 33, home);
        let insurer = self.insurer_at(InsurerKind::MutualSchool, home);
        let start = self.as_of.plus(-1200);
        self.issue_plain(CardPlan::new(insurer, Class::General, home, start), &[slot, mother])
    }

    fn on_assistance(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("原田");
        let slot = self.adult(family, Sex::Male, 58, home);
        let insurer = self.insurer_at(InsurerKind::PublicAssistance, home);
        let start = self.as_of.plus(-900);
        let coverage = self.issue_plain(CardPlan::new(insurer, Class::PublicAssistance, home, start), &[slot]);
        let (start, end) = (self.as_of.first_of_month(), self.as_of.last_of_month());
        let issue = self.dice.below(100_000_000);
        self.give(coverage, &[Certificate::Ticket { start, end, issue, facility: STORY_FACILITY, self_pay: 0 }]);
        coverage
    }

    /// 79 years old, 20 %.
    fn late_elderly_member(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("山﨑");
        let slot = self.adult(family, Sex::Female, 79, home);
        let insurer = self.insurer_at(InsurerKind::LateElderly, home);
        let joined = seventy_five_on(slot.birth);
        let coverage = self.issue_plain(CardPlan::new(insurer, Class::General, home, joined), &[slot]);
        let start = august_before(self.as_of);
        let end = start.anniversary(1).before();
        let before = Certificate::Ratio { percent: 10, start: start.anniversary(-1), end: start.before() };
        let limit = Certificate::Limit { flag: LimitFlag(19), issued: start, start, end, long_term: None };
        self.give(coverage, &[before, Certificate::Ratio { percent: 20, start, end }, limit]);
        coverage
    }

    fn enrolment_in_progress(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("近藤");
        let slot = self.adult(family, Sex::Male, 29, home);
        let (old, new) = (self.insurer_at(InsurerKind::Union, home), self.insurer_at(InsurerKind::Kyokai, home));
        let start = self.as_of.plus(-8);
        let plan = CardPlan::new(old, Class::General, home, self.as_of.plus(-1500)).until(start, Loss::Other);
        self.issue_plain(plan, &[slot]);
        let plan = CardPlan { status: Status::InProgress, ..CardPlan::new(new, Class::General, home, start) };
        self.issue_plain(plan, &[slot])
    }

    fn family_with_twins(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("中嶋");
        let mother = self.adult(family, Sex::Female, 39, home);
        let twin = self.adult(family, Sex::Male, 9, home);
        let other = self.add_person(family, Sex::Female, twin.birth, home, 2);
        let other = self.slot(other);
        let insurer = self.insurer_at(InsurerKind::MutualLocal, home);
        let plan = CardPlan::new(insurer, Class::General, home, self.as_of.plus(-5000));
        self.issue_plain(plan, &[mother, twin, other]) + 1
    }

    fn expired_card(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("藤井");
        let slot = self.adult(family, Sex::Male, 52, home);
        let insurer = self.insurer_at(InsurerKind::NationalHealth, home);
        let plan = CardPlan::new(insurer, Class::General, home, self.as_of.plus(-2000));
        self.issue_plain(CardPlan { expires: Some(august_before(self.as_of).before()), ..plan }, &[slot])
    }

    /// A long name in capitals and a 通称.
    fn foreigner(&mut self) -> u32 {
        let home = self.add_home(PREFECTURE);
        let family = self.names.family_with_long_names();
        let slot = self.adult(family, Sex::Female, 35, home);
        self.people[slot.person as usize].name = self.names.long_name(&mut self.dice, family, slot.birth);
        let insurer = self.insurer_at(InsurerKind::Kyokai, home);
        let start = self.as_of.plus(-1000);
        self.issue_plain(CardPlan::new(insurer, Class::General, home, start), &[slot])
    }

    fn one_of_each_insurer(&mut self) {
        for kind in InsurerKind::ALL {
            let (age, class) = match kind {
                InsurerKind::RetiredUnion | InsurerKind::RetiredMutual => (63, Class::RetiredSpecial),
                InsurerKind::RetiredNational => (73, Class::Retired),
                InsurerKind::LateElderly => (83, Class::General),
                InsurerKind::SelfDefence => (27, Class::SelfDefence),
                InsurerKind::PublicAssistance => (61, Class::PublicAssistance),
                _ => (34, Class::General),
            };
            if kind == InsurerKind::RetiredNational {
                self.retired_before_2015(age);
            } else {
                self.member("佐藤", Sex::Male, age, kind, class);
                self.add_benefits();
            }
        }
    }

    fn retired_before_2015(&mut self, age: i32) {
        let home = self.add_home(PREFECTURE);
        let family = self.japanese("松井");
        let slot = self.adult(family, Sex::Male, age, home);
        let (old, new) =
            (self.insurer_at(InsurerKind::RetiredNational, home), self.insurer_at(InsurerKind::NationalHealth, home));
        let sixty_five = slot.birth.anniversary(65);
        let plan = CardPlan::new(old, Class::Retired, home, sixty_five.min(Day::of(2015, 4, 1)).plus(-700));
        self.issue_plain(plan.until(sixty_five, Loss::OtherInsurance), &[slot]);
        self.issue(&CardPlan::new(new, Class::General, home, sixty_five), &[slot]);
    }

    /// Haemophilia with HIV, and dialysis at the higher charge.
    fn rare_certificates(&mut self) {
        for (name, age, categories) in [("杉山", 51, &[2, 3][..]), ("大塚", 56, &[1]), ("上野", 38, &[2])] {
            let coverage = self.member(name, Sex::Male, age, InsurerKind::Union, Class::General);
            let issued = self.coverages[coverage as usize].start;
            let end = august_before(self.as_of).anniversary(1).before();
            let certificates: Vec<Certificate> = categories
                .iter()
                .map(|category| {
                    let self_pay = if *category == 1 { 20_000 } else { 10_000 };
                    Certificate::SpecificDisease { category: *category, issued, start: issued, end, self_pay }
                })
                .collect();
            self.give(coverage, &certificates);
        }
    }
}
