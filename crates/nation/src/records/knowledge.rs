//! What the nation knows of drugs that do not go together, with each other, with a disease or with weak kidneys: pharmacology
//! in the nation's own words, by substance and class. It shares nothing with the rules of the product, which it judges; see
//! docs/FINDINGS.md for what each word means.
//!
//! A word with `=` before it is a class of `drugs.csv`, any other one a substance.

use super::drugs::{self, Drug};

/// Substances of a product: those of a compound are several, and that it is injected makes no other substance of it. What
/// stays where it is put has none here: no line of this page speaks of it.
pub(super) fn substances(drug: &'static Drug) -> impl Iterator<Item = &'static str> {
    const LOCAL: [&str; 3] = ["外用", "点眼", "点鼻"];
    let is_local = LOCAL.iter().any(|form| drug.ingredient.ends_with(form));
    let name = if is_local { "" } else { drug.ingredient };
    let name = ["注射", "歯科"].iter().find_map(|form| name.strip_suffix(form)).unwrap_or(name);
    name.split('・').filter(|name| !name.is_empty())
}

/// The substance by which a drug belongs to some of these words.
pub(super) fn among(drug: u16, words: &[&str]) -> Option<&'static str> {
    let drug = drugs::get(drug);
    if words.iter().any(|word| word.strip_prefix('=') == Some(drug.class)) {
        return substances(drug).next();
    }
    substances(drug).find(|substance| words.contains(substance))
}

/// One side and the other.
pub(super) type Pair = (&'static [&'static str], &'static [&'static str]);

const DIHYDROPYRIDINES: &[&str] = &["アムロジピン", "ニフェジピン", "アゼルニジピン", "シルニジピン", "ベニジピン"];
const DIRECT_ANTICOAGULANTS: &[&str] = &["アピキサバン", "エドキサバン", "ダビガトラン", "リバーロキサバン"];
const METALS: &[&str] = &["酸化マグネシウム", "クエン酸第一鉄ナトリウム"];
const SEROTONIN: &[&str] = &["=ssri", "デュロキセチン"];

/// Drugs that do not go together, or not without watching.
pub(super) static INTERACTIONS: &[Pair] = &[
    (&["イトラコナゾール"], &["シンバスタチン", "トリアゾラム", "ダビガトラン", "リバーロキサバン"]),
    (&["イトラコナゾール", "クラリスロマイシン"], &["スボレキサント", "コルヒチン"]),
    (&["イトラコナゾール", "クラリスロマイシン"], DIHYDROPYRIDINES),
    (&["クラリスロマイシン"], &["シンバスタチン", "アトルバスタチン", "カルバマゼピン"]),
    (&["クラリスロマイシン", "シプロフロキサシン"], &["テオフィリン"]),
    (&["クラリスロマイシン", "アミオダロン", "ベラパミル"], &["ジゴキシン"]),
    (
        &["ワルファリン"],
        &["=quinolone", "=macrolide", "=cephem", "=cephem_injection", "=penem", "=tetracycline", "=sulfonamide"],
    ),
    (&["ワルファリン"], &["=nsaid", "=antiplatelet", "=fibrate", "イトラコナゾール", "アミオダロン", "トラマドール"]),
    (DIRECT_ANTICOAGULANTS, &["=nsaid", "=antiplatelet"]),
    (SEROTONIN, &["=anticoagulant", "=antiplatelet"]),
    (&["アスピリン", "クロピドグレル"], &["=nsaid"]),
    (&["=arb", "=ace"], &["スピロノラクトン", "=nsaid"]),
    (&["=loop_diuretic", "=thiazide", "=mra"], &["=nsaid"]),
    (&["リチウム"], &["=nsaid", "=arb", "=ace", "=thiazide", "=loop_diuretic"]),
    (&["メトトレキサート"], &["=nsaid", "=sulfonamide"]),
    (&["=nitrate"], &["シルデナフィル"]),
    (&["ジゴキシン"], &["=thiazide", "=loop_diuretic"]),
    (&["=beta_blocker"], &["ベラパミル", "ジルチアゼム"]),
    (&["=quinolone"], &["=nsaid", "=sulfonylurea"]),
    (&["=quinolone", "=tetracycline", "レボチロキシン", "アレンドロン酸"], METALS),
    (&["チザニジン"], &["フルボキサミン", "シプロフロキサシン"]),
    (&["ラメルテオン"], &["フルボキサミン"]),
    (&["トラマドール"], &["=ssri", "デュロキセチン", "ミルタザピン", "=benzodiazepine", "=z_drug"]),
    (&["スマトリプタン"], SEROTONIN),
    (&["=fibrate"], &["=statin"]),
    (&["=kampo"], &["=thiazide", "=loop_diuretic"]),
    (&["クロピドグレル"], &["エソメプラゾール"]),
];

/// Drugs of which two at a time are one too many, if they are swallowed.
pub(super) static CLASSES: &[&[&str]] = &[
    &["=nsaid"],
    &["=ppi", "=pcab", "=h2"],
    &["=statin"],
    &["=arb", "=ace"],
    DIHYDROPYRIDINES,
    &["=beta_blocker"],
    LONG_SLEEP,
    &["=orexin"],
    &["=ssri"],
    &["=dpp4"],
    &["=sulfonylurea"],
    &["=sglt2"],
    &["=anticoagulant"],
    &["=antihistamine"],
    &["=leukotriene"],
    // All five of the table hold licorice.
    &["=kampo"],
];

/// Drugs that somebody with a disease must not take, or not unwatched: drugs, and names of diseases.
pub(super) static DISEASES: &[Pair] = &[
    (&["=nsaid", "アスピリン"], &["胃潰瘍"]),
    (&["=beta_blocker", "チモロール"], &["気管支喘息"]),
    (&["ピオグリタゾン", "シロスタゾール"], &["心不全"]),
    (&["クエチアピン"], &["糖尿病"]),
];

/// Drugs to think about below an eGFR, in thousandths of ml/min/1.73 m², and whether they must not be taken there. Of two
/// lines about one drug the lower one counts where both hold.
pub(super) static KIDNEYS: &[(&[&str], u32, bool)] = &[
    (&["アピキサバン"], 15_000, true),
    (&["=nsaid", "メトホルミン", "ダビガトラン", "リチウム", "メトトレキサート", "ベザフィブラート"], 30_000, true),
    (&["酸化マグネシウム", "アロプリノール", "スピロノラクトン"], 30_000, false),
    (&["メトホルミン"], 45_000, false),
    (&["エドキサバン", "リバーロキサバン", "レボフロキサシン", "バラシクロビル"], 50_000, false),
    (&["=nsaid", "ファモチジン", "=neuropathic", "ジゴキシン", "ピルシカイニド"], 60_000, false),
    (&["レベチラセタム"], 80_000, false),
];

/// Benzodiazepines and what acts where they act.
pub(super) const LONG_SLEEP: &[&str] = &["=benzodiazepine", "=z_drug"];
/// What stops the pumps of acid.
pub(super) const LONG_ACID: &[&str] = &["=ppi", "=pcab"];
/// Antibiotics that the whole body gets.
pub(super) const ANTIBIOTICS: &[&str] = &[
    "=penicillin",
    "=macrolide",
    "=quinolone",
    "=cephem",
    "=cephem_injection",
    "=tetracycline",
    "=sulfonamide",
    "=penem",
    "=fosfomycin",
];
/// Steroids that the whole body gets.
pub(super) const STEROIDS: &[&str] = &["=steroid"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::illness::{CONDITIONS, EPISODES};
    use crate::records::life::PAIRS;
    use crate::records::stays::STAYS;

    #[test]
    fn every_word_means_a_drug_or_a_disease() {
        let sides = INTERACTIONS.iter().chain(DISEASES).flat_map(|(one, _)| *one);
        let others = INTERACTIONS.iter().flat_map(|(_, other)| *other);
        let words = sides
            .chain(others)
            .chain(CLASSES.iter().copied().flatten())
            .chain(KIDNEYS.iter().flat_map(|(words, _, _)| *words))
            .chain(ANTIBIOTICS.iter().chain(STEROIDS).chain(LONG_ACID));
        let count = u16::try_from(drugs::all().len()).expect("few");
        for word in words {
            assert!((0..count).any(|drug| among(drug, &[word]).is_some()), "{word}");
        }
        let diseases = CONDITIONS.iter().map(|condition| condition.disease.name);
        let diseases = diseases.chain(EPISODES.iter().map(|episode| episode.disease.name));
        let known: Vec<&str> = diseases.chain(STAYS.iter().map(|plan| plan.disease.name)).collect();
        for name in DISEASES.iter().flat_map(|(_, names)| *names) {
            assert!(known.contains(name), "{name}");
        }
    }

    #[test]
    fn every_pair_that_is_given_on_purpose_is_known_to_be_wrong() {
        for (one, other) in PAIRS {
            let (one, other) = (drugs::of_ingredient(one).start, drugs::of_ingredient(other).start);
            let knows = |(left, right): &Pair| {
                (among(one, left).is_some() && among(other, right).is_some())
                    || (among(other, left).is_some() && among(one, right).is_some())
            };
            assert!(INTERACTIONS.iter().any(knows), "{} {}", drugs::get(one).name, drugs::get(other).name);
        }
    }

    #[test]
    fn substances_are_told_apart_from_forms_and_compounds() {
        let of = |ingredient: &str| {
            substances(drugs::get(drugs::of_ingredient(ingredient).start)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("フロセミド注射"), "フロセミド");
        assert_eq!(of("トラマドール・アセトアミノフェン"), "トラマドール アセトアミノフェン");
        assert_eq!(of("レボフロキサシン点眼"), "");
    }
}
