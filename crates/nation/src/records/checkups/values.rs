//! The values of one person's checkup: they follow from age, sex and illnesses, and from year to year they wander instead
//! of jumping.
//!
//! Numbers are thousandths. Powers are computed here from additions, multiplications and divisions alone: the `powf` of
//! two machines may differ in the last place, and with it a digit of a file.

use super::items::{self, Form, Item};
use crate::day::{Day, age_on};
use crate::dice::{Dice, Stream};
use crate::names::Sex;
use crate::records::illness::Name;
use crate::records::life::Life;

/// Triglycerides above this are not measured, in thousandths.
const FAT_MAX: i32 = 1_000_000;

/// What was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Finding {
    /// In thousandths, rounded to the item's decimals.
    Number(i32),
    /// More than can be measured.
    Beyond,
    Code(&'static str),
    Text(String),
    NotDone,
}

/// One item of a checkup. Those with the same group stand together (一連検査).
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) item: &'static Item,
    pub(super) finding: Finding,
    pub(super) group: Option<u8>,
}

impl Value {
    /// H, L or N where the item has usual values.
    pub(super) fn flag(&self) -> &'static str {
        let (low, high) = self.item.usual;
        match self.finding {
            Finding::Beyond => "H",
            Finding::Number(number) if high.is_some_and(|high| number > high) => "H",
            Finding::Number(number) if low.is_some_and(|low| number < low) => "L",
            Finding::Number(_) if low.is_some() || high.is_some() => "N",
            _ => "",
        }
    }

    /// The value as text, empty if there is none.
    pub(super) fn text(&self) -> String {
        match (&self.finding, self.item.form) {
            (Finding::Number(number), Form::Quantity(decimals, _)) => decimal(*number, decimals),
            (Finding::Code(code), _) => (*code).to_owned(),
            (Finding::Text(text), _) => text.clone(),
            _ => String::new(),
        }
    }
}

pub(super) fn decimal(thousandths: i32, decimals: u8) -> String {
    let (whole, part) = (thousandths / 1000, thousandths % 1000);
    match decimals {
        0 => whole.to_string(),
        1 => format!("{whole}.{}", part / 100),
        _ => format!("{whole}.{:02}", part / 10),
    }
}

/// What a body is like in one year, before it is written down. Thousandths.
struct Body {
    age: i32,
    sex: Sex,
    height: i32,
    weight: i32,
    waist: i32,
    systolic: i32,
    diastolic: i32,
    fat: i32,
    hdl: i32,
    ldl: i32,
    ggt: i32,
    hba1c: i32,
    creatinine: i32,
    filter: i32,
    haemoglobin: i32,
}

/// Age at which eGFR of those without kidney disease begins to fall, its value then, and its fall a year.
const FILTER_AT_40: i32 = 92_000;
const FILTER_FALL: i32 = 750;

/// eGFR in thousandths by the Japanese formula: 194 × Cr^-1.094 × age^-0.287, for women × 0.739. Rounded to one decimal.
pub(super) fn filter_of(creatinine: i32, age: i32, sex: Sex) -> i32 {
    let rate = 194.0 * power(f64::from(creatinine) / 1000.0, -1.094) * power(f64::from(age), -0.287);
    let rate = if sex == Sex::Female { rate * 0.739 } else { rate };
    rounded((rate * 1000.0) as i32, 1)
}

/// Creatinine in thousandths that gives about this eGFR. Rounded to two decimals.
fn creatinine_of(filter: i32, age: i32, sex: Sex) -> i32 {
    let full = 194.0 * power(f64::from(age), -0.287) * if sex == Sex::Female { 0.739 } else { 1.0 };
    rounded((power(full / (f64::from(filter) / 1000.0), 1.0 / 1.094) * 1000.0) as i32, 2)
}

/// `base` to the power of `exponent`, the same on every machine.
fn power(base: f64, exponent: f64) -> f64 {
    exponential(exponent * logarithm(base))
}

fn logarithm(value: f64) -> f64 {
    let (mut mantissa, mut twos) = (value, 0.0);
    while mantissa > 1.5 {
        mantissa /= 2.0;
        twos += 1.0;
    }
    while mantissa < 0.75 {
        mantissa *= 2.0;
        twos -= 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let (mut term, mut sum) = (ratio, 0.0);
    for place in 0..20 {
        sum += term / f64::from(2 * place + 1);
        term *= ratio * ratio;
    }
    2.0 * sum + twos * std::f64::consts::LN_2
}

fn exponential(value: f64) -> f64 {
    let small = value / 256.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for place in 1..12 {
        term *= small / f64::from(place);
        sum += term;
    }
    (0..8).fold(sum, |power, _| power * power)
}

fn rounded(thousandths: i32, decimals: u8) -> i32 {
    let step = [1000, 100, 10][usize::from(decimals.min(2))];
    (thousandths + step / 2) / step * step
}

impl Body {
    fn of(seed: u64, life: &Life, sex: Sex, day: Day) -> Body {
        let mut own = Dice::of_occasion(seed, Stream::Checkups, life.person, 0);
        let mut year = Dice::of_occasion(seed, Stream::Checkups, life.person, day.year().unsigned_abs().into());
        let (age, man) = (age_on(life.birth, day), sex == Sex::Male);
        let has = |name: Name| life.since(name).is_some_and(|since| since <= day);
        let (pressure, sugar, lipid) = (has(Name::Hypertension), has(Name::Diabetes), has(Name::Dyslipidaemia));
        // What a person keeps from year to year, and what a year adds.
        let mut trait_of = |spread: i32| own.between(-spread, spread) + own.between(-spread, spread);
        let mut noise = |spread: i32| year.between(-spread, spread);
        let height = if man { 1_695 } else { 1_565 } * 100 + trait_of(70) * 100 - (age - 40).max(0) * 60;
        let bmi = if man { 23_900 } else { 22_300 }
            + trait_of(2_600)
            + if sugar { 1_500 } else { 0 }
            + (age.min(60) - 40).max(0) * 15
            + noise(400);
        let weight = (i64::from(bmi) * i64::from(height) / 100 * i64::from(height) / 100 / 1_000_000) as i32;
        let waist = 84_000 + (bmi - 23_000) * 5 / 2 + if man { 1_500 } else { -1_500 } + noise(1_500);
        let systolic = 112_000 + (age - 40) * 350 + trait_of(7_000) + if pressure { 12_000 } else { 0 } + noise(7_000);
        let diastolic = 71_000 + trait_of(5_000) + if pressure { 7_000 } else { 0 } + noise(5_000);
        let fat =
            95_000 + trait_of(25_000) + (bmi - 22_000).max(0) * 12 + if lipid { 45_000 } else { 0 } + noise(20_000);
        let very_fat = trait_of(1_000) > 1_960;
        let hdl = if man { 54_000 } else { 66_000 } + trait_of(8_000) - (bmi - 22_000).max(0) + noise(4_000);
        let treated = if lipid { -8_000 } else { 0 };
        let ldl = 118_000 + trait_of(15_000) + treated + noise(9_000);
        let ggt = if man { 38_000 } else { 21_000 } + trait_of(12_000).abs() + noise(4_000);
        let hba1c = if sugar { 6_800 + trait_of(500) + noise(350) } else { 5_450 + trait_of(180) + noise(120) };
        let kidney = life.since(Name::Kidney).filter(|since| *since <= day);
        // A quarter of those whose kidneys are ill have lost most of their strength.
        let ill_filter = if life.person.is_multiple_of(4) { 34_000 } else { 55_000 };
        let filter = match kidney {
            Some(since) => ill_filter + trait_of(7_000) - day.since(since) / 365 * 700 + noise(2_500),
            None => FILTER_AT_40 - (age - 40).max(0) * FILTER_FALL + trait_of(6_500) + noise(3_500),
        };
        let creatinine = creatinine_of(filter.max(12_000), age, sex);
        let haemoglobin = if man { 14_900 } else { 13_200 } + trait_of(600) - (age - 60).max(0) * 25 + noise(250);
        Body {
            age,
            sex,
            height: rounded(height, 1),
            weight: rounded(weight, 1),
            waist: rounded(waist, 1),
            systolic: rounded(systolic, 0),
            diastolic: rounded(diastolic.min(systolic - 25_000), 0),
            fat: if very_fat { FAT_MAX + 1 } else { rounded(fat.max(35_000), 0) },
            hdl: rounded(hdl.max(25_000), 0),
            ldl: rounded(ldl.max(50_000), 0),
            ggt: rounded(ggt.max(9_000), 0),
            hba1c: rounded(hba1c, 1),
            creatinine,
            filter: filter_of(creatinine, age, sex),
            haemoglobin: rounded(haemoglobin, 1),
        }
    }

    fn bmi(&self) -> i32 {
        let (weight, height) = (i64::from(self.weight), i64::from(self.height));
        rounded((weight * 10_000_000 / (height * height / 1000)) as i32, 1)
    }
}

/// A checkup while it is filled in.
struct Sheet {
    values: Vec<Value>,
}

impl Sheet {
    fn put(&mut self, item: &'static Item, finding: Finding) {
        self.values.push(Value { item, finding, group: None });
    }

    fn number(&mut self, item: &'static Item, number: i32) {
        self.put(item, Finding::Number(number));
    }

    fn code(&mut self, item: &'static Item, code: &'static str) {
        self.put(item, Finding::Code(code));
    }

    fn yes(&mut self, item: &'static Item, yes: bool) {
        self.code(item, if yes { "1" } else { "2" });
    }

    fn grouped(&mut self, group: u8, values: impl IntoIterator<Item = (&'static Item, Finding)>) {
        let members = values.into_iter().map(|(item, finding)| Value { item, finding, group: Some(group) });
        self.values.extend(members);
    }
}

/// The eGFR of a person in a year, if the checkup had creatinine.
pub(super) fn filter(seed: u64, life: &Life, sex: Sex, day: Day) -> Option<u32> {
    let body = Body::of(seed, life, sex, day);
    tests_creatinine(life, day).then_some(body.filter.unsigned_abs())
}

/// A doctor asks for it where pressure or sugar are known to be high, and for a third of the others.
fn tests_creatinine(life: &Life, day: Day) -> bool {
    let has = |name: Name| life.since(name).is_some_and(|since| since <= day);
    has(Name::Hypertension) || has(Name::Diabetes) || has(Name::Kidney) || life.person.is_multiple_of(3)
}

/// Every value of a checkup on a day. `older` adds what has left the questionnaire.
pub(super) fn of(seed: u64, life: &Life, sex: Sex, day: Day, doctor: &str, older: bool) -> Vec<Value> {
    let body = Body::of(seed, life, sex, day);
    let mut dice = Dice::of_occasion(seed, Stream::Checkups, life.person, u64::from(day.month_number()) << 8);
    let mut sheet = Sheet { values: Vec::with_capacity(60) };
    let has = |name: Name| life.since(name).is_some_and(|since| since <= day);
    measures(&mut sheet, &body, &mut dice);
    blood(&mut sheet, &body, &mut dice);
    let sick = has(Name::Diabetes);
    sheet.code(&items::URINE_SUGAR, if sick && body.hba1c > 7_500 { "3" } else { "1" });
    sheet.code(&items::URINE_PROTEIN, if has(Name::Kidney) { "3" } else { "1" });
    details(&mut sheet, &body, life, day, &mut dice);
    verdict(&mut sheet, &body, life, day, doctor);
    if body.age >= 75 {
        for (place, item) in items::LATE_ELDERLY.iter().enumerate() {
            let good = dice.permille(750);
            let code = if good { "1" } else { "2" };
            sheet.code(item, if place == 0 && !good { "4" } else { code });
        }
    } else {
        questions(&mut sheet, life, day, &mut dice);
    }
    if older {
        sheet.yes(&items::OLD_QUESTION, dice.permille(300));
    }
    sheet.values
}

fn measures(sheet: &mut Sheet, body: &Body, dice: &mut Dice) {
    sheet.number(&items::HEIGHT, body.height);
    sheet.number(&items::WEIGHT, body.weight);
    sheet.number(&items::BMI, body.bmi());
    let done = body.age < 75 || dice.permille(300);
    sheet.put(&items::WAIST, if done { Finding::Number(body.waist) } else { Finding::NotDone });
    sheet.yes(&items::PAST, body.age > 60 && dice.permille(500));
    sheet.yes(&items::SYMPTOMS, dice.permille(150));
    sheet.yes(&items::SIGNS, dice.permille(60));
    sheet.number(&items::SYSTOLIC, body.systolic);
    sheet.number(&items::DIASTOLIC, body.diastolic);
}

fn blood(sheet: &mut Sheet, body: &Body, dice: &mut Dice) {
    let fasting = dice.permille(780);
    sheet.code(&items::DRAWN, if fasting { "2" } else { "3" });
    let (fat, sugar) =
        if fasting { (&items::FAT_FASTING, &items::SUGAR_FASTING) } else { (&items::FAT_ANY, &items::SUGAR_ANY) };
    let glucose = rounded(28_700 * body.hba1c / 1000 - 46_700 - if fasting { 12_000 } else { -8_000 }, 0);
    if dice.permille(15) {
        // No blood was drawn.
        for item in [fat, &items::HDL, &items::LDL, &items::AST, &items::ALT, &items::GGT, sugar, &items::HBA1C] {
            sheet.put(item, Finding::NotDone);
        }
        return;
    }
    sheet.put(fat, if body.fat > FAT_MAX { Finding::Beyond } else { Finding::Number(body.fat) });
    sheet.number(&items::HDL, body.hdl);
    sheet.number(&items::LDL, body.ldl);
    sheet.number(&items::AST, rounded(14_000 + body.ggt / 5, 0));
    sheet.number(&items::ALT, rounded(9_000 + body.ggt * 3 / 10, 0));
    sheet.number(&items::GGT, body.ggt);
    sheet.number(sugar, glucose.max(62_000));
    sheet.number(&items::HBA1C, body.hba1c);
}

/// 詳細な健診: what the doctor asked for.
fn details(sheet: &mut Sheet, body: &Body, life: &Life, day: Day, dice: &mut Dice) {
    if tests_creatinine(life, day) {
        sheet.grouped(
            1,
            [
                (&items::CREATININE, Finding::Number(body.creatinine)),
                (&items::FILTER, Finding::Number(body.filter)),
                (&items::CREATININE_WHO, Finding::Code("1")),
                (&items::CREATININE_WHY, Finding::Text("血圧又は血糖が基準に該当".to_owned())),
            ],
        );
    }
    if dice.permille(250) {
        sheet.grouped(
            2,
            [
                (&items::HAEMATOCRIT, Finding::Number(rounded(body.haemoglobin * 3, 1))),
                (&items::HAEMOGLOBIN, Finding::Number(body.haemoglobin)),
                (&items::RED_CELLS, Finding::Number(rounded(body.haemoglobin * 32, 0))),
                (&items::ANAEMIA_WHY, Finding::Text("視診により貧血が疑われる".to_owned())),
            ],
        );
    }
    if dice.permille(220) {
        let fibrillates = life.since(Name::Fibrillation).is_some_and(|since| since <= day);
        let finding = if fibrillates { "心房細動" } else { "所見なし" };
        sheet.grouped(
            3,
            [
                (&items::ECG, Finding::Code(if fibrillates { "1" } else { "2" })),
                (&items::ECG_FINDING, Finding::Text(finding.to_owned())),
                (&items::ECG_WHY, Finding::Text("血圧が基準に該当".to_owned())),
            ],
        );
    }
}

fn verdict(sheet: &mut Sheet, body: &Body, life: &Life, day: Day, doctor: &str) {
    let has = |name: Name| life.since(name).is_some_and(|since| since <= day);
    let wide = body.waist >= if body.sex == Sex::Male { 85_000 } else { 90_000 };
    let risks = usize::from(body.systolic >= 130_000 || body.diastolic >= 85_000 || has(Name::Hypertension))
        + usize::from(body.hba1c >= 6_000 || has(Name::Diabetes))
        + usize::from(body.fat >= 150_000 || body.hdl < 40_000 || has(Name::Dyslipidaemia));
    let metabolic = match (wide, risks) {
        (true, 2..) => "1",
        (true, 1) => "2",
        _ => "3",
    };
    sheet.code(&items::METABOLIC, metabolic);
    if body.age < 75 {
        let treated = has(Name::Hypertension) || has(Name::Diabetes) || has(Name::Dyslipidaemia);
        let level = match (wide, risks, treated) {
            (true, 2.., false) if body.age < 65 => "1",
            (true, 1.., false) => "2",
            _ => "3",
        };
        sheet.code(&items::GUIDANCE, level);
    }
    let opinion = if risks == 0 { "異常なし" } else { "要経過観察" };
    sheet.put(&items::OPINION, Finding::Text(opinion.to_owned()));
    sheet.put(&items::DOCTOR, Finding::Text(doctor.to_owned()));
}

fn questions(sheet: &mut Sheet, life: &Life, day: Day, dice: &mut Dice) {
    let has = |name: Name| life.since(name).is_some_and(|since| since <= day);
    sheet.yes(&items::TAKES_PRESSURE, has(Name::Hypertension));
    sheet.yes(&items::TAKES_SUGAR, has(Name::Diabetes));
    sheet.yes(&items::TAKES_LIPID, has(Name::Dyslipidaemia));
    sheet.yes(&items::HAD_STROKE, dice.permille(20));
    sheet.yes(&items::HAD_HEART, has(Name::Angina));
    sheet.yes(&items::HAD_KIDNEY, has(Name::Kidney));
    sheet.yes(&items::HAD_ANAEMIA, dice.permille(50));
    let smokes = ["1", "2", "3"][life.person as usize * 7 % 3];
    sheet.code(&items::SMOKES, smokes);
    sheet.yes(&items::WEIGHT_GAIN, life.person.is_multiple_of(4));
    sheet.yes(&items::EXERCISE, dice.permille(400));
    sheet.yes(&items::WALKS, dice.permille(500));
    sheet.yes(&items::SLEEP, !has(Name::Insomnia) && dice.permille(700));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kidney_function_follows_the_japanese_formula() {
        // 194 × 0.80^-1.094 × 60^-0.287 = 76.47…; a woman's 0.739 of it.
        assert_eq!(filter_of(800, 60, Sex::Male), 76_500);
        assert_eq!(filter_of(800, 60, Sex::Female), 56_500);
        for (creatinine, age) in [(450_u32, 40), (700, 55), (1_330, 71), (3_200, 88)] {
            let known = 194.0 * (f64::from(creatinine) / 1000.0).powf(-1.094) * f64::from(age).powf(-0.287);
            let ours = f64::from(filter_of(creatinine.cast_signed(), age, Sex::Male)) / 1000.0;
            assert!((known - ours).abs() < 0.06, "{known} {ours}");
        }
    }

    #[test]
    fn a_creatinine_leads_back_to_about_its_filter_rate() {
        for filter in [15_000, 45_000, 60_000, 90_000] {
            let back = filter_of(creatinine_of(filter, 65, Sex::Female), 65, Sex::Female);
            assert!((back - filter).abs() < 1_500, "{filter} {back}");
        }
    }

    #[test]
    fn decimals_are_those_of_the_item() {
        assert_eq!(
            (decimal(5_600, 1), decimal(870, 2), decimal(129_000, 0)),
            ("5.6".into(), "0.87".into(), "129".into())
        );
    }
}
