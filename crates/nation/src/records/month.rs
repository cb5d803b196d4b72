//! What happens to one person in one month: visits, stays in hospital, teeth.

use super::directory::Directory;
use super::drugs::{self, Drug};
use super::illness::{CONDITIONS, Disease, EPISODES, Episode, Name};
use super::life::{Life, Place};
use super::procedures::{PROCEDURES, Procedure, act};
use super::stays::{STAYS, StayPlan};
use crate::day::{Day, age_on};
use crate::dice::{Dice, Stream};
use crate::facilities::FacilityKind;
use crate::nation::Nation;

/// The calendar against which regular visits are counted: a Monday.
const CALENDAR: Day = Day::of(2018, 1, 1);
/// Regular visits that do not take place, per thousand.
const MISSED_PERMILLE: u32 = 40;
/// Acute episodes per thousand people and month: children, adults, 65 and over.
const EPISODE_PERMILLE: [u32; 3] = [230, 110, 150];
const DENTAL_PERMILLE: [u32; 3] = [60, 75, 110];
const STAY_PERMILLE: [u32; 3] = [2, 3, 13];

/// Where something is done, which decides the claim it stands on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Setting {
    Outpatient,
    Inpatient,
    /// A stay paid by diagnosis group.
    Dpc,
    Dental,
}

/// How a drug is given.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Form {
    Oral,
    AsNeeded,
    External,
    /// Taken home, as insulin is.
    SelfInjection,
    /// Given in the institution.
    Injection,
}

impl Form {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Form::Oral => "oral",
            Form::AsNeeded => "as_needed",
            Form::External => "external",
            Form::SelfInjection => "self_injection",
            Form::Injection => "injection",
        }
    }
}

/// 剤: drugs given together in the same way.
#[derive(Clone, Debug)]
pub(crate) struct Prescription {
    pub(crate) day: Day,
    pub(crate) form: Form,
    /// 用法コード.
    pub(crate) usage: &'static str,
    /// Days, doses, or 1.
    pub(crate) count: u16,
    /// Drug and amount in thousandths: a day, a dose, or in all.
    pub(crate) drugs: Vec<(u16, u32)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub(crate) day: Day,
    pub(crate) procedure: &'static Procedure,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Diagnosis {
    pub(crate) disease: &'static Disease,
    pub(crate) since: Day,
    pub(crate) main: bool,
    /// 転帰: 1 goes on, 2 cured.
    pub(crate) outcome: u8,
    /// Tooth, for the dentist's claim.
    pub(crate) tooth: Option<u8>,
}

/// A stay: first and last day, and the plan it follows.
#[derive(Clone, Copy)]
pub(crate) struct Stay {
    pub(crate) first: Day,
    pub(crate) last: Day,
    pub(crate) plan: &'static StayPlan,
}

/// One visit or one stay.
#[derive(Clone)]
pub(crate) struct Encounter {
    pub(crate) day: Day,
    pub(crate) facility: u32,
    pub(crate) setting: Setting,
    pub(crate) stay: Option<Stay>,
    /// The pharmacy where the prescriptions are dispensed, on the same day; `None` = in the institution.
    pub(crate) pharmacy: Option<u32>,
    pub(crate) acts: Vec<Act>,
    pub(crate) prescriptions: Vec<Prescription>,
    pub(crate) diagnoses: Vec<Diagnosis>,
}

impl Encounter {
    fn new(day: Day, facility: u32, setting: Setting) -> Encounter {
        Encounter {
            day,
            facility,
            setting,
            stay: None,
            pharmacy: None,
            acts: Vec::new(),
            prescriptions: Vec::new(),
            diagnoses: Vec::new(),
        }
    }

    fn act(&mut self, procedure: usize) {
        self.acts.push(Act { day: self.day, procedure: &PROCEDURES[procedure] });
    }

    /// Days on which the patient was seen.
    pub(crate) fn days(&self) -> impl Iterator<Item = Day> {
        let (first, last) = self.stay.map_or((self.day, self.day), |stay| (stay.first, stay.last));
        (0..=last.since(first)).map(move |after| first.plus(after))
    }

    /// Adds a drug to the 剤 that is taken in the same way, or begins one.
    fn prescribe(&mut self, drug: u16, amount: u32, form: Form, count: u16) {
        let (day, usage) = (self.day, usage_of(drugs::get(drug), form));
        let alone = matches!(form, Form::External | Form::SelfInjection);
        let same = |other: &&mut Prescription| {
            !alone && other.form == form && other.usage == usage && other.count == count && other.day == day
        };
        match self.prescriptions.iter_mut().find(same) {
            Some(prescription) => prescription.drugs.push((drug, amount)),
            None => self.prescriptions.push(Prescription { day, form, usage, count, drugs: vec![(drug, amount)] }),
        }
    }
}

/// A month of one person: by day, each institution at most once a day.
pub(crate) struct Month<'a> {
    nation: &'a Nation,
    directory: &'a Directory,
    life: &'a Life,
    first: Day,
    dice: Dice,
    group: usize,
    encounters: Vec<Encounter>,
}

/// Everything that happens to a person in the month that begins on `first`.
pub(crate) fn encounters(nation: &Nation, directory: &Directory, life: &Life, first: Day) -> Vec<Encounter> {
    let occasion = u64::from(first.month_number());
    let dice = Dice::of_occasion(nation.options.seed, Stream::Episodes, life.person, occasion);
    let group = match age_on(life.birth, first) {
        ..15 => 0,
        15..65 => 1,
        _ => 2,
    };
    let mut month = Month { nation, directory, life, first, dice, group, encounters: Vec::new() };
    month.stay();
    month.regular_visits();
    month.episode();
    month.teeth();
    month.encounters.retain(|encounter| encounter.days().all(|day| life.is_alive(day) && day <= nation.as_of));
    month.encounters.sort_by_key(|encounter| (encounter.day, encounter.facility, encounter.setting));
    month.encounters
}

impl Month<'_> {
    fn day(&mut self, first: i32, last: i32) -> Day {
        let day = self.first.plus(self.dice.between(first, last) - 1);
        off_sunday(day).min(self.first.last_of_month())
    }

    /// Nobody sees a clinic while in hospital, and each institution is seen once a day.
    fn is_free(&self, day: Day, facility: u32) -> bool {
        self.encounters.iter().all(|other| match other.stay {
            Some(stay) => day < stay.first || stay.last < day,
            None => other.day != day || other.facility != facility,
        })
    }

    fn add(&mut self, encounter: Encounter) {
        if self.is_free(encounter.day, encounter.facility) && self.life.birth <= encounter.day {
            self.encounters.push(encounter);
        }
    }

    fn stay(&mut self) {
        if !self.dice.permille(STAY_PERMILLE[self.group]) {
            return;
        }
        let weights = STAYS.each_ref().map(|plan| plan.weights[self.group]);
        let plan = &STAYS[self.dice.weighted(&weights)];
        let first = self.day(1, 11);
        let days = self.dice.between(plan.days.0, plan.days.1);
        let last = first.plus(days - 1).min(self.first.last_of_month());
        let prefecture = self.directory.prefecture(self.life.places[0].facility);
        let facility = *self.dice.pick(self.directory.near(prefecture, FacilityKind::Hospital));
        let setting = if is_dpc(facility) { Setting::Dpc } else { Setting::Inpatient };
        let mut stay = Encounter::new(first, facility, setting);
        stay.stay = Some(Stay { first, last, plan });
        if setting == Setting::Inpatient {
            let days: Vec<Day> = stay.days().collect();
            stay.acts.extend(days.into_iter().map(|day| Act { day, procedure: &PROCEDURES[act::WARD] }));
        }
        if let Some(surgery) = plan.surgery {
            let day = first.next().min(last);
            stay.acts.push(Act { day, procedure: &PROCEDURES[surgery] });
        }
        let outcome = 2;
        stay.diagnoses.push(Diagnosis { disease: &plan.disease, since: first, main: true, outcome, tooth: None });
        let days = stay.days().count() as u16;
        for ingredient in plan.oral {
            let drug = self.product(ingredient);
            stay.prescribe(drug, drugs::get(drug).amount, Form::Oral, days);
        }
        let injected: Vec<u16> = plan.injections.iter().map(|ingredient| self.product(ingredient)).collect();
        for after in 0..days.min(5) {
            stay.prescriptions.push(Prescription {
                day: first.plus(i32::from(after)),
                form: Form::Injection,
                usage: "900",
                count: 1,
                drugs: injected.iter().map(|drug| (*drug, 1000)).collect(),
            });
        }
        self.add(stay);
    }

    fn product(&mut self, ingredient: &str) -> u16 {
        let products = drugs::of_ingredient(ingredient);
        products.start + self.dice.index(products.len().max(1)) as u16
    }

    fn regular_visits(&mut self) {
        for (place, at) in self.life.places.into_iter().enumerate() {
            if !self.life.illnesses.iter().any(|illness| illness.place == place) {
                continue;
            }
            let period = i32::from(at.weeks) * 7;
            let since = self.first.since(CALENDAR.plus(at.shift));
            let mut day = self.first.plus((period - since.rem_euclid(period)) % period);
            while day <= self.first.last_of_month() {
                let seen = off_sunday(day).min(self.first.last_of_month());
                if !self.dice.permille(MISSED_PERMILLE) {
                    self.regular_visit(seen, place, at);
                }
                day = day.plus(period);
            }
        }
    }

    fn regular_visit(&mut self, day: Day, place: usize, at: Place) {
        let life = self.life;
        let mut visit = Encounter::new(day, at.facility, Setting::Outpatient);
        for illness in life.illnesses.iter().filter(|illness| illness.place == place && illness.since <= day) {
            let disease = &CONDITIONS[illness.condition].disease;
            let main = visit.diagnoses.is_empty();
            visit.diagnoses.push(Diagnosis { disease, since: illness.since, main, outcome: 1, tooth: None });
        }
        if visit.diagnoses.is_empty() {
            return;
        }
        visit.act(act::VISIT);
        visit.act(act::MANAGEMENT);
        let managed = life.illnesses.iter().any(|illness| {
            let name = CONDITIONS[illness.condition].name;
            illness.place == place && matches!(name, Name::Hypertension | Name::Diabetes | Name::Dyslipidaemia)
        });
        let is_first = self.encounters.iter().all(|other| other.facility != at.facility);
        if managed && is_first && self.nation.facilities[at.facility as usize].kind == FacilityKind::Clinic {
            visit.act(act::DISEASE_MANAGEMENT);
        }
        if is_first && self.dice.permille(220) {
            let sugar = life
                .illnesses
                .iter()
                .any(|illness| illness.place == place && CONDITIONS[illness.condition].name == Name::Diabetes);
            visit.act(if sugar { act::HBA1C } else { act::BLOOD_COUNT });
            visit.act(act::BLOOD_CHEMISTRY);
            visit.act(act::BLOOD_DRAW);
        }
        for course in life.courses.iter().filter(|course| course.place == place && course.since <= day) {
            let drug = drugs::get(course.drug);
            let form = form_of(drug);
            let count = match (form, drug.class) {
                (Form::Oral, "bisphosphonate") => at.weeks,
                (Form::Oral, _) => at.weeks * 7,
                _ => 1,
            };
            visit.prescribe(course.drug, drug.amount, form, count);
        }
        self.hand_out(&mut visit, at.pharmacy);
        self.add(visit);
    }

    /// In the institution, or by a prescription to a pharmacy.
    fn hand_out(&mut self, visit: &mut Encounter, pharmacy: u32) {
        if visit.prescriptions.is_empty() {
            return;
        }
        let clinic = self.nation.facilities[visit.facility as usize].kind == FacilityKind::Clinic;
        if clinic && dispenses(visit.facility) {
            visit.act(act::PRESCRIBING);
            let has = |form: Form| visit.prescriptions.iter().any(|prescription| prescription.form == form);
            let (by_mouth, outside) = (has(Form::Oral) || has(Form::AsNeeded), has(Form::External));
            if by_mouth {
                visit.act(act::DISPENSING_ORAL);
            }
            if outside {
                visit.act(act::DISPENSING_EXTERNAL);
            }
        } else {
            visit.pharmacy = Some(pharmacy);
            let dental = visit.setting == Setting::Dental;
            visit.act(if dental { act::DENTAL_PRESCRIPTION } else { act::PRESCRIPTION });
        }
    }

    fn episode(&mut self) {
        if !self.dice.permille(EPISODE_PERMILLE[self.group]) {
            return;
        }
        let (_, month, _) = self.first.ymd();
        let weights = EPISODES.each_ref().map(|episode| {
            let weight = episode.weights[self.group];
            let in_season = episode.season.is_some_and(|(first, last)| {
                if first <= last { (first..=last).contains(&month) } else { month >= first || month <= last }
            });
            if in_season { weight * 3 } else { weight }
        });
        let episode = &EPISODES[self.dice.weighted(&weights)];
        let day = self.day(1, 27);
        let prefecture = self.directory.prefecture(self.life.places[0].facility);
        let facility = match self.dice.below(10) {
            0..6 => self.life.places[0].facility,
            6..8 => self.life.places[1].facility,
            _ => *self.dice.pick(self.directory.near(prefecture, FacilityKind::Clinic)),
        };
        let again = self.dice.permille(350).then(|| off_sunday(day.plus(7)));
        self.acute_visit(episode, day, facility, day);
        if let Some(later) = again.filter(|later| *later <= self.first.last_of_month()) {
            self.acute_visit(episode, later, facility, day);
        }
    }

    fn acute_visit(&mut self, episode: &'static Episode, day: Day, facility: u32, since: Day) {
        let mut visit = Encounter::new(day, facility, Setting::Outpatient);
        let outcome = if day == since { 1 } else { 2 };
        visit.diagnoses.push(Diagnosis { disease: &episode.disease, since, main: true, outcome, tooth: None });
        visit.act(if day == since { act::FIRST_VISIT } else { act::VISIT });
        if day == since {
            for procedure in episode.acts {
                visit.act(*procedure);
            }
            if self.group == 2 && self.dice.permille(60) {
                visit.act(act::URINE);
            }
        }
        let child = age_on(self.life.birth, day) < 10;
        let doses = if day == since { episode.doses } else { &episode.doses[..1] };
        for dose in doses {
            let ingredient = *self.dice.pick(dose.ingredients);
            let product = self.product(ingredient);
            let drug = drugs::get(product);
            let form = if dose.as_needed { Form::AsNeeded } else { form_of(drug) };
            let amount = match form {
                Form::AsNeeded => 1000,
                Form::Oral if child => drug.amount / 2,
                _ => drug.amount,
            };
            visit.prescribe(product, amount, form, dose.count);
        }
        let pharmacy = self.life.places[0].pharmacy;
        self.hand_out(&mut visit, pharmacy);
        self.add(visit);
    }

    fn teeth(&mut self) {
        static DECAY: Disease = Disease { code: super::illness::UNCODED, name: "う蝕症第２度", icd: "K021" };
        static GUMS: Disease = Disease { code: super::illness::UNCODED, name: "慢性歯周炎", icd: "K053" };
        if !self.dice.permille(DENTAL_PERMILLE[self.group]) {
            return;
        }
        let tooth = *self.dice.pick(&[16, 17, 26, 36, 37, 46, 47]);
        let extraction = self.group > 0 && self.dice.permille(180);
        let count = self.dice.between(1, 3);
        let start = self.day(1, 9);
        for nth in 0..count {
            let day = off_sunday(start.plus(nth * 7));
            let mut visit = Encounter::new(day, self.life.dentist, Setting::Dental);
            let decay = Diagnosis { disease: &DECAY, since: start, main: true, outcome: 1, tooth: Some(tooth) };
            let gums = Diagnosis { disease: &GUMS, main: false, tooth: None, ..decay };
            visit.diagnoses.extend(if extraction { vec![decay] } else { vec![gums, decay] });
            if nth == 0 {
                visit.act(act::DENTAL_FIRST);
                visit.act(act::DENTAL_MANAGEMENT);
                visit.act(act::DENTAL_PICTURE);
            } else {
                visit.act(act::DENTAL_VISIT);
                visit.act(if nth == 1 { act::GUM_TEST } else { act::CLEANING });
                visit.act(act::SCALING);
            }
            if extraction && nth == 0 {
                visit.act(act::EXTRACTION);
                self.after_extraction(&mut visit);
            }
            self.add(visit);
        }
    }

    /// Half of the dentists hand out drugs themselves. Their claims know no 屯服, so that they give everything by the day.
    fn after_extraction(&mut self, visit: &mut Encounter) {
        let by_pharmacy = (visit.facility / 4).is_multiple_of(2);
        let painkiller = if by_pharmacy { Form::AsNeeded } else { Form::Oral };
        for (ingredient, form) in [("アモキシシリン", Form::Oral), ("ロキソプロフェン", painkiller)] {
            let product = self.product(ingredient);
            let amount = if form == Form::Oral { drugs::get(product).amount } else { 1000 };
            visit.prescribe(product, amount, form, 3);
        }
        if by_pharmacy {
            visit.pharmacy = Some(self.life.places[0].pharmacy);
            visit.act(act::DENTAL_PRESCRIPTION);
        }
    }
}

/// Hospitals that are paid by diagnosis group.
pub(crate) fn is_dpc(facility: u32) -> bool {
    !(facility / 4).is_multiple_of(3)
}

/// Clinics that hand out drugs themselves.
pub(crate) fn dispenses(facility: u32) -> bool {
    facility / 4 % 4 == 1
}

/// A Monday instead of a Sunday.
fn off_sunday(day: Day) -> Day {
    if day.since(CALENDAR).rem_euclid(7) == 6 { day.next() } else { day }
}

fn form_of(drug: &Drug) -> Form {
    match drug.form {
        1 => Form::Oral,
        4 => Form::SelfInjection,
        _ => Form::External,
    }
}

fn usage_of(drug: &Drug, form: Form) -> &'static str {
    if form == Form::Oral { drug.usage } else { "900" }
}
