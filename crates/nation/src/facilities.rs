//! Hospitals, clinics, dental clinics and pharmacies in 47 prefectures.

use crate::check_digit;
use crate::dice::{Dice, Stream};
use crate::limits;
use crate::places::{Home, Places};

/// What a medical institution is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FacilityKind {
    /// 病院.
    Hospital,
    /// 診療所.
    Clinic,
    /// 歯科.
    Dental,
    /// 薬局.
    Pharmacy,
}

impl FacilityKind {
    /// Every kind there is.
    pub const ALL: [FacilityKind; 4] =
        [FacilityKind::Hospital, FacilityKind::Clinic, FacilityKind::Dental, FacilityKind::Pharmacy];

    /// The word in the column `Kind` of `facilities.csv`.
    pub fn word(self) -> &'static str {
        match self {
            FacilityKind::Hospital => "hospital",
            FacilityKind::Clinic => "clinic",
            FacilityKind::Dental => "dental",
            FacilityKind::Pharmacy => "pharmacy",
        }
    }

    /// 点数表: 1 medical, 3 dental, 4 dispensing.
    fn fee_table(self) -> char {
        match self {
            FacilityKind::Hospital | FacilityKind::Clinic => '1',
            FacilityKind::Dental => '3',
            FacilityKind::Pharmacy => '4',
        }
    }

    /// OQSCD019 for an outpatient.
    pub(crate) fn treatment_type(self) -> &'static str {
        match self {
            FacilityKind::Hospital | FacilityKind::Clinic => "02",
            FacilityKind::Dental => "03",
            FacilityKind::Pharmacy => "04",
        }
    }
}

/// A medical institution.
pub struct Facility {
    /// 医療機関コード: ten digits, the last one a check digit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: FacilityKind,
    pub(crate) home: Home,
}

/// One of each kind in every prefecture first, so that even a small nation has them all; then more where people live.
pub(crate) fn build(seed: u64, people: u32, places: &Places) -> Vec<Facility> {
    const MIX: [FacilityKind; 8] = [
        FacilityKind::Clinic,
        FacilityKind::Dental,
        FacilityKind::Pharmacy,
        FacilityKind::Clinic,
        FacilityKind::Hospital,
        FacilityKind::Dental,
        FacilityKind::Pharmacy,
        FacilityKind::Clinic,
    ];
    let mut dice = Dice::new(seed, Stream::Facilities);
    let mut serials = [0_u32; 48];
    let wanted = (people / limits::PEOPLE_PER_FACILITY).max(4 * 47);
    (0..wanted)
        .map(|nth| {
            // The first ones are those for which the oracle asks: spread over kinds and over the country.
            let (prefecture, kind) = if nth < 4 * 47 {
                (((nth / 4 * 13 + nth % 4 * 11) % 47 + 1) as u8, FacilityKind::ALL[(nth % 4) as usize])
            } else {
                (places.roll_prefecture(&mut dice), MIX[(nth % 8) as usize])
            };
            let serial = &mut serials[usize::from(prefecture)];
            *serial += 1;
            one(&mut dice, places, prefecture, kind, *serial)
        })
        .collect()
}

fn one(dice: &mut Dice, places: &Places, prefecture: u8, kind: FacilityKind, serial: u32) -> Facility {
    const OWNERS: [&str; 16] = [
        "佐藤",
        "すずき",
        "髙橋",
        "田中",
        "いとう",
        "渡邉",
        "やまもと",
        "中村",
        "小林",
        "𠮷田",
        "ひまわり",
        "あおぞら",
        "さくら",
        "けやき",
        "みなと",
        "ひかり",
    ];
    let home = places.home_in(dice, prefecture);
    let district = serial / 10_000 + 1 + dice.below(40);
    let code =
        check_digit::with_mod10(format!("{prefecture:02}{}{district:02}{:04}", kind.fee_table(), serial % 10_000));
    let body = &places.municipality_of(home).body;
    let owner = dice.pick(&OWNERS);
    let name = match kind {
        FacilityKind::Hospital => format!("{body}{owner}病院"),
        FacilityKind::Clinic => {
            format!("{owner}{}", dice.pick(&["内科クリニック", "医院", "整形外科", "小児科", "眼科"]))
        }
        FacilityKind::Dental => format!("{owner}歯科"),
        FacilityKind::Pharmacy => format!("{owner}薬局{body}店"),
    };
    Facility { code, name, kind, home }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_prefecture_has_all_four_kinds_and_every_code_is_valid_and_unique() {
        let places = Places::load();
        let facilities = build(1, 1_000_000, &places);
        let codes: BTreeSet<_> = facilities.iter().map(|facility| facility.code.as_str()).collect();
        assert_eq!(codes.len(), facilities.len());
        assert!(codes.iter().all(|code| code.len() == 10 && check_digit::mod10_holds(code)));
        let found: BTreeSet<_> =
            facilities[..188].iter().map(|facility| (facility.code[..2].to_owned(), facility.kind)).collect();
        assert_eq!(found.len(), 4 * 47);
    }
}
