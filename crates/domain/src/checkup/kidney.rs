//! Kidney function: eGFR by the Japanese formula, and its stage.

use super::Decimal;
use crate::Sex;
use serde::{Deserialize, Serialize};

/// Youngest age for which the formula was made, in years.
const AGE_MIN_YEARS: u16 = 18;
/// Oldest age that is a person's, in years.
const AGE_MAX_YEARS: u16 = 125;
/// Highest serum creatinine that is a measurement and not a slip of the unit, in mg/dL.
const CREATININE_MAX_MG_DL: f64 = 30.0;

/// Estimated glomerular filtration rate in mL/min/1.73 m², kept in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Egfr {
    tenths: u16,
}

impl Egfr {
    /// The figure with one digit behind the point.
    pub fn value(self) -> Decimal {
        Decimal::new(i32::from(self.tenths), 1)
    }

    /// A figure that a laboratory gave. None below zero or above 6,000.
    pub fn of(value: Decimal) -> Option<Self> {
        let tenths = (value.to_f64() * 10.0).round();
        tenths_of(tenths)
    }

    /// The stage.
    pub const fn stage(self) -> KidneyStage {
        match self.tenths {
            900.. => KidneyStage::G1,
            600..900 => KidneyStage::G2,
            450..600 => KidneyStage::G3a,
            300..450 => KidneyStage::G3b,
            150..300 => KidneyStage::G4,
            0..150 => KidneyStage::G5,
        }
    }
}

fn tenths_of(tenths: f64) -> Option<Egfr> {
    if !(0.0..=60_000.0).contains(&tenths) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 to 60,000")]
    let tenths = tenths as u16;
    Some(Egfr { tenths })
}

/// GFR区分 of CKD診療ガイド2012 (日本腎臓学会), table 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KidneyStage {
    /// 90 and more
    G1,
    /// 60 to 89
    G2,
    /// 45 to 59
    G3a,
    /// 30 to 44
    G3b,
    /// 15 to 29
    G4,
    /// below 15
    G5,
}

impl KidneyStage {
    /// Every stage, best first.
    pub const ALL: &'static [Self] = &[Self::G1, Self::G2, Self::G3a, Self::G3b, Self::G4, Self::G5];

    /// The name of the stage.
    pub const fn code(self) -> &'static str {
        match self {
            Self::G1 => "G1",
            Self::G2 => "G2",
            Self::G3a => "G3a",
            Self::G3b => "G3b",
            Self::G4 => "G4",
            Self::G5 => "G5",
        }
    }

    /// What the guide calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::G1 => "正常または高値",
            Self::G2 => "正常または軽度低下",
            Self::G3a => "軽度〜中等度低下",
            Self::G3b => "中等度〜高度低下",
            Self::G4 => "高度低下",
            Self::G5 => "末期腎不全",
        }
    }

    /// The same in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::G1 => "normal or high",
            Self::G2 => "mildly decreased",
            Self::G3a => "mildly to moderately decreased",
            Self::G3b => "moderately to severely decreased",
            Self::G4 => "severely decreased",
            Self::G5 => "kidney failure",
        }
    }
}

/// eGFR from serum creatinine (enzymatic method) in mg/dL: 194 × Cr^−1.094 × age^−0.287, × 0.739 for women (日本腎臓学会
/// 2009, Matsuo et al., Am J Kidney Dis 53:982). `age_years` is the age on the day of the blood sample.
///
/// None for people under 18, for whom other formulas hold, when the sex is not set, and for a creatinine of zero or less or
/// above 30 mg/dL, which is a slip (µmol/L, most likely) and must not become a dose.
pub fn egfr(creatinine_mg_dl: Decimal, age_years: u16, sex: Sex) -> Option<Egfr> {
    let factor = match sex {
        Sex::Male => 1.0,
        Sex::Female => 0.739,
        Sex::Unset => return None,
    };
    let creatinine = creatinine_mg_dl.to_f64();
    if !(AGE_MIN_YEARS..=AGE_MAX_YEARS).contains(&age_years) || creatinine <= 0.0 || creatinine > CREATININE_MAX_MG_DL {
        return None;
    }
    let rate = 194.0 * creatinine.powf(-1.094) * f64::from(age_years).powf(-0.287) * factor;
    tenths_of((rate * 10.0).round())
}

#[cfg(test)]
mod tests {
    //! Proves the formula on a table worked out beforehand, the edges of the stages, and when there is no figure.
    use super::*;

    fn cr(raw: &str) -> Decimal {
        Decimal::parse(raw).unwrap()
    }

    #[test]
    fn the_formula_gives_the_figures_of_the_table() {
        // Worked out with another program in double precision; the first line is the one printed in a published checkup.
        for (creatinine, age, sex, value, stage) in [
            ("0.74", 64, Sex::Male, "81.8", KidneyStage::G2),
            ("0.74", 64, Sex::Female, "60.4", KidneyStage::G2),
            ("1.00", 50, Sex::Male, "63.1", KidneyStage::G2),
            ("0.60", 30, Sex::Female, "94.5", KidneyStage::G1),
            ("1.20", 70, Sex::Male, "46.9", KidneyStage::G3a),
            ("1.50", 80, Sex::Female, "26.2", KidneyStage::G4),
            ("3.00", 75, Sex::Male, "16.9", KidneyStage::G4),
            ("8.00", 60, Sex::Male, "6.2", KidneyStage::G5),
            ("0.4", 18, Sex::Male, "230.6", KidneyStage::G1),
            ("0.65", 45, Sex::Female, "77.0", KidneyStage::G2),
            ("2.1", 68, Sex::Female, "19.0", KidneyStage::G4),
        ] {
            let found = egfr(cr(creatinine), age, sex).unwrap();
            assert_eq!((found.value().to_string().as_str(), found.stage()), (value, stage), "{creatinine} {age}");
        }
    }

    #[test]
    fn stages_begin_where_the_guide_says() {
        for (value, stage) in [
            ("90.0", KidneyStage::G1),
            ("89.9", KidneyStage::G2),
            ("60", KidneyStage::G2),
            ("59.9", KidneyStage::G3a),
            ("45.0", KidneyStage::G3a),
            ("44.9", KidneyStage::G3b),
            ("30.0", KidneyStage::G3b),
            ("29.9", KidneyStage::G4),
            ("15.0", KidneyStage::G4),
            ("14.9", KidneyStage::G5),
            ("0", KidneyStage::G5),
        ] {
            assert_eq!(Egfr::of(cr(value)).unwrap().stage(), stage, "{value}");
        }
        assert_eq!(Egfr::of(cr("-1")), None);
        assert_eq!(Egfr::of(cr("6001")), None);
    }

    #[test]
    fn there_is_no_figure_where_the_formula_does_not_hold() {
        assert_eq!(egfr(cr("0.8"), 17, Sex::Male), None);
        assert_eq!(egfr(cr("0.8"), 126, Sex::Male), None);
        assert_eq!(egfr(cr("0.8"), 40, Sex::Unset), None);
        assert_eq!(egfr(cr("0"), 40, Sex::Male), None);
        assert_eq!(egfr(cr("-0.8"), 40, Sex::Male), None);
        // 75 µmol/L read as mg/dL.
        assert_eq!(egfr(cr("75"), 40, Sex::Male), None);
    }
}
