//! What people of the nation suffer from, and what is done about it: the tables behind their medical lives.
//!
//! Codes of diagnoses are real ones where they are sure; a diagnosis without is written 未コード化傷病名 (`0000999`) with
//! its name, as claims allow. Frequencies are about Japan's.

use super::procedures::act;

/// A diagnosis.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Disease {
    /// 傷病名コード, [`UNCODED`] where the name says it.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// ICD-10.
    pub(crate) icd: &'static str,
}

/// 未コード化傷病名.
pub(crate) const UNCODED: &str = "0000999";

const fn coded(code: &'static str, name: &'static str, icd: &'static str) -> Disease {
    Disease { code, name, icd }
}

pub(super) const fn named(name: &'static str, icd: &'static str) -> Disease {
    Disease { code: UNCODED, name, icd }
}

/// A chronic condition: how common it is, and how it is treated.
pub(crate) struct Condition {
    pub(crate) name: Name,
    pub(crate) disease: Disease,
    /// Per thousand under 20, 20–39, 40–49, 50–59, 60–69, 70–79, and from 80.
    pub(crate) permille: [u32; 7],
    /// Percent of the above for men and for women.
    pub(crate) sexes: [u32; 2],
    /// Percent of those affected who go to the second institution with it.
    pub(crate) second: u32,
    /// Ways to treat it: each a list of ingredients.
    pub(crate) ways: &'static [&'static [&'static str]],
}

/// The chronic conditions by name.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Name {
    Hypertension,
    Diabetes,
    Dyslipidaemia,
    Kidney,
    Fibrillation,
    Angina,
    Insomnia,
    Anxiety,
    Depression,
    Reflux,
    Joints,
    Asthma,
    Allergy,
    Gout,
    Constipation,
    Prostate,
    Bones,
    Dementia,
    Thyroid,
    Glaucoma,
    Rheumatism,
    Ulcer,
}

macro_rules! condition {
    ($name:ident, $disease:expr, $permille:expr, $sexes:expr, $second:expr, $ways:expr) => {
        Condition {
            name: Name::$name,
            disease: $disease,
            permille: $permille,
            sexes: $sexes,
            second: $second,
            ways: $ways,
        }
    };
}

/// Every chronic condition. Those that others follow from stand first.
pub(crate) static CONDITIONS: [Condition; 22] = [
    condition!(
        Hypertension,
        coded("8833421", "高血圧症", "I10"),
        [0, 15, 90, 230, 390, 500, 560],
        [110, 90],
        12,
        &[
            &["アムロジピン"],
            &["アムロジピン", "カンデサルタン"],
            &["オルメサルタン"],
            &["アゼルニジピン", "テルミサルタン"],
            &["アジルサルタン", "トリクロルメチアジド"],
            &["ニフェジピン", "バルサルタン", "スピロノラクトン"],
            &["シルニジピン", "ロサルタン"],
            &["エナラプリル", "ベニジピン"],
            &["テルミサルタン", "ビソプロロール"],
        ]
    ),
    condition!(
        Diabetes,
        coded("2500013", "糖尿病", "E14"),
        [1, 8, 45, 110, 165, 195, 180],
        [125, 75],
        25,
        &[
            &["メトホルミン"],
            &["シタグリプチン"],
            &["メトホルミン", "リナグリプチン"],
            &["メトホルミン", "ダパグリフロジン"],
            &["グリメピリド", "テネリグリプチン"],
            &["エンパグリフロジン", "メトホルミン", "アログリプチン"],
            &["ボグリボース", "ピオグリタゾン"],
            &["インスリングラルギン", "メトホルミン"],
        ]
    ),
    condition!(
        Dyslipidaemia,
        coded("2720004", "高コレステロール血症", "E780"),
        [0, 10, 75, 190, 280, 310, 260],
        [85, 115],
        8,
        &[
            &["ロスバスタチン"],
            &["アトルバスタチン"],
            &["ピタバスタチン", "エゼチミブ"],
            &["プラバスタチン"],
            &["シンバスタチン"],
            &["ベザフィブラート"],
            &["アトルバスタチン", "イコサペント酸エチル"],
        ]
    ),
    condition!(
        Kidney,
        named("慢性腎臓病", "N189"),
        [0, 2, 12, 35, 70, 130, 200],
        [105, 95],
        55,
        &[
            &["アルファカルシドール"],
            &["球形吸着炭", "炭酸水素ナトリウム"],
            &["フロセミド"],
            &["フェブキソスタット"],
            &["ポリスチレンスルホン酸カルシウム", "フロセミド"],
        ]
    ),
    condition!(
        Fibrillation,
        named("心房細動", "I489"),
        [0, 0, 2, 8, 20, 42, 70],
        [140, 60],
        60,
        &[
            &["ワルファリン", "ビソプロロール"],
            &["ワルファリン", "ジゴキシン"],
            &["アピキサバン", "ビソプロロール"],
            &["エドキサバン"],
            &["リバーロキサバン", "ベラパミル"],
            &["ダビガトラン", "ピルシカイニド"],
            &["アピキサバン", "アミオダロン"],
        ]
    ),
    condition!(
        Angina,
        named("狭心症", "I209"),
        [0, 0, 4, 18, 45, 85, 110],
        [130, 70],
        60,
        &[
            &["アスピリン", "一硝酸イソソルビド"],
            &["クロピドグレル", "カルベジロール"],
            &["アスピリン", "クロピドグレル"],
            &["アスピリン", "ニトログリセリン", "ジルチアゼム"],
            &["シロスタゾール"],
        ]
    ),
    condition!(
        Insomnia,
        named("不眠症", "G470"),
        [1, 18, 35, 55, 80, 125, 160],
        [85, 115],
        15,
        &[
            &["ゾルピデム"],
            &["ブロチゾラム"],
            &["トリアゾラム"],
            &["スボレキサント"],
            &["レンボレキサント"],
            &["エスゾピクロン"],
            &["フルニトラゼパム", "ゾルピデム"],
            &["ラメルテオン"],
        ]
    ),
    condition!(
        Anxiety,
        named("不安神経症", "F411"),
        [1, 12, 18, 22, 26, 34, 36],
        [70, 130],
        30,
        &[&["エチゾラム"], &["アルプラゾラム"], &["ロラゼパム"], &["クロチアゼパム"], &["ジアゼパム"],]
    ),
    condition!(
        Depression,
        named("うつ病", "F329"),
        [2, 22, 32, 34, 28, 24, 22],
        [75, 125],
        80,
        &[
            &["セルトラリン"],
            &["エスシタロプラム", "ブロチゾラム"],
            &["パロキセチン", "エチゾラム"],
            &["デュロキセチン"],
            &["ミルタザピン", "トラゾドン"],
            &["フルボキサミン"],
            &["リチウム", "クエチアピン"],
        ]
    ),
    condition!(
        Reflux,
        named("逆流性食道炎", "K210"),
        [1, 14, 34, 66, 105, 150, 185],
        [95, 105],
        10,
        &[
            &["ランソプラゾール"],
            &["ボノプラザン"],
            &["エソメプラゾール"],
            &["ファモチジン"],
            &["レバミピド"],
            &["ラベプラゾール", "モサプリド"],
            &["テプレノン"],
        ]
    ),
    condition!(
        Joints,
        named("変形性膝関節症", "M171"),
        [0, 2, 14, 45, 100, 185, 230],
        [60, 140],
        70,
        &[
            &["ロキソプロフェン", "レバミピド"],
            &["セレコキシブ"],
            &["ロキソプロフェン外用"],
            &["ケトプロフェン外用", "アセトアミノフェン"],
            &["エトドラク", "テプレノン"],
            &["メロキシカム", "ロキソプロフェン外用"],
            &["プレガバリン"],
            &["トラマドール・アセトアミノフェン", "ドンペリドン"],
            &["ジクロフェナク", "エペリゾン"],
        ]
    ),
    condition!(
        Asthma,
        coded("4939008", "気管支喘息", "J459"),
        [48, 30, 32, 34, 38, 44, 40],
        [95, 105],
        15,
        &[
            &["ブデソニド・ホルモテロール"],
            &["フルチカゾン・ビランテロール", "モンテルカスト"],
            &["モンテルカスト"],
            &["テオフィリン", "ツロブテロール外用"],
            &["プランルカスト", "サルブタモール"],
        ]
    ),
    condition!(
        Allergy,
        coded("4779004", "アレルギー性鼻炎", "J304"),
        [130, 90, 85, 70, 50, 40, 28],
        [90, 110],
        5,
        &[
            &["フェキソフェナジン"],
            &["ロラタジン"],
            &["オロパタジン", "モメタゾン点鼻"],
            &["レボセチリジン"],
            &["ビラスチン", "エピナスチン点眼"],
            &["ベポタスチン"],
        ]
    ),
    condition!(
        Gout,
        named("高尿酸血症", "E790"),
        [0, 6, 32, 52, 60, 58, 44],
        [185, 15],
        8,
        &[&["フェブキソスタット"], &["アロプリノール"], &["フェブキソスタット", "コルヒチン"],]
    ),
    condition!(
        Constipation,
        coded("5640003", "便秘症", "K590"),
        [8, 10, 16, 26, 52, 125, 220],
        [80, 120],
        12,
        &[&["酸化マグネシウム"], &["酸化マグネシウム", "センノシド"], &["エロビキシバット"],]
    ),
    condition!(
        Prostate,
        named("前立腺肥大症", "N40"),
        [0, 0, 4, 30, 95, 185, 230],
        [200, 0],
        45,
        &[&["タムスロシン"], &["シロドシン"], &["タムスロシン", "デュタステリド"], &["タムスロシン", "ミラベグロン"],]
    ),
    condition!(
        Bones,
        named("骨粗鬆症", "M819"),
        [0, 0, 2, 18, 65, 135, 200],
        [15, 185],
        55,
        &[&["エルデカルシトール"], &["アレンドロン酸", "エルデカルシトール"], &["ラロキシフェン"],]
    ),
    condition!(
        Dementia,
        named("アルツハイマー型認知症", "G309"),
        [0, 0, 0, 2, 10, 52, 190],
        [80, 120],
        50,
        &[&["ドネペジル"], &["メマンチン"], &["ドネペジル", "リスペリドン"],]
    ),
    condition!(
        Thyroid,
        named("甲状腺機能低下症", "E039"),
        [1, 6, 10, 14, 18, 22, 24],
        [30, 170],
        30,
        &[&["レボチロキシン"],]
    ),
    condition!(
        Glaucoma,
        named("緑内障", "H409"),
        [0, 2, 12, 26, 42, 68, 74],
        [95, 105],
        50,
        &[&["ラタノプロスト"], &["ラタノプロスト", "チモロール"], &["ヒアルロン酸点眼"],]
    ),
    condition!(
        Rheumatism,
        named("関節リウマチ", "M0690"),
        [0, 2, 4, 8, 12, 14, 12],
        [40, 160],
        75,
        &[&["メトトレキサート", "プレドニゾロン"], &["サラゾスルファピリジン", "セレコキシブ"],]
    ),
    condition!(
        Ulcer,
        coded("5319009", "胃潰瘍", "K259"),
        [0, 4, 9, 15, 20, 26, 26],
        [125, 75],
        20,
        &[&["ランソプラゾール"], &["エソメプラゾール", "レバミピド"], &["ボノプラザン"],]
    ),
];

/// How an acute illness is treated with one drug.
pub(crate) struct Dose {
    /// One of these ingredients is chosen.
    pub(crate) ingredients: &'static [&'static str],
    /// Days, or doses of a drug taken when needed, or 1.
    pub(crate) count: u16,
    /// 屯服.
    pub(crate) as_needed: bool,
}

const fn daily(ingredients: &'static [&'static str], count: u16) -> Dose {
    Dose { ingredients, count, as_needed: false }
}

const fn as_needed(ingredients: &'static [&'static str], count: u16) -> Dose {
    Dose { ingredients, count, as_needed: true }
}

/// An illness that comes and goes.
pub(crate) struct Episode {
    pub(crate) disease: Disease,
    /// Weight among children, adults and those of 65 and over.
    pub(crate) weights: [u32; 3],
    /// Months in which it is three times as common: first and last.
    pub(crate) season: Option<(u32, u32)>,
    pub(crate) doses: &'static [Dose],
    /// Tests and treatments beside the visit itself.
    pub(crate) acts: &'static [usize],
}

macro_rules! episode {
    ($disease:expr, $weights:expr, $season:expr, $doses:expr, $acts:expr) => {
        Episode { disease: $disease, weights: $weights, season: $season, doses: $doses, acts: $acts }
    };
}

/// Every illness that comes and goes.
pub(crate) static EPISODES: [Episode; 16] = [
    episode!(
        coded("4659007", "急性上気道炎", "J069"),
        [30, 22, 10],
        Some((11, 2)),
        &[
            daily(&["カルボシステイン", "アンブロキソール"], 5),
            daily(&["デキストロメトルファン", "チペピジン", "葛根湯"], 5),
            as_needed(&["アセトアミノフェン"], 5),
        ],
        &[]
    ),
    episode!(
        coded("4660009", "急性気管支炎", "J209"),
        [14, 12, 10],
        Some((11, 2)),
        &[
            daily(&["クラリスロマイシン", "アジスロマイシン", "レボフロキサシン", "セフジトレン"], 5),
            daily(&["カルボシステイン"], 7),
            daily(&["麦門冬湯", "ジメモルファン"], 7),
        ],
        &[act::BLOOD_COUNT, act::BLOOD_DRAW]
    ),
    episode!(
        named("急性胃腸炎", "A099"),
        [12, 7, 5],
        None,
        &[daily(&["ビフィズス菌", "酪酸菌"], 5), as_needed(&["ドンペリドン", "メトクロプラミド"], 5),],
        &[]
    ),
    episode!(
        named("急性膀胱炎", "N300"),
        [1, 6, 8],
        None,
        &[daily(&["レボフロキサシン", "シプロフロキサシン", "セフカペン"], 5),],
        &[act::URINE]
    ),
    episode!(
        named("インフルエンザ", "J111"),
        [16, 8, 3],
        Some((12, 2)),
        &[daily(&["オセルタミビル"], 5), as_needed(&["アセトアミノフェン"], 6),],
        &[]
    ),
    episode!(
        named("急性副鼻腔炎", "J019"),
        [6, 6, 2],
        Some((2, 4)),
        &[
            daily(&["アモキシシリン", "アモキシシリン・クラブラン酸", "トスフロキサシン"], 7),
            daily(&["カルボシステイン", "トラネキサム酸"], 7),
        ],
        &[]
    ),
    episode!(
        named("湿疹", "L309"),
        [16, 10, 12],
        Some((6, 9)),
        &[
            daily(&["ベタメタゾン吉草酸", "ヒドロコルチゾン酪酸", "クロベタゾール"], 1),
            daily(&["ヘパリン類似物質", "白色ワセリン"], 1),
        ],
        &[]
    ),
    episode!(named("足白癬", "B353"), [1, 5, 7], Some((6, 9)), &[daily(&["ケトコナゾール外用"], 1),], &[]),
    episode!(
        named("爪白癬", "B351"),
        [0, 1, 3],
        None,
        &[daily(&["イトラコナゾール", "テルビナフィン"], 7),],
        &[act::BLOOD_CHEMISTRY, act::BLOOD_DRAW]
    ),
    episode!(
        named("腰痛症", "M5456"),
        [0, 14, 16],
        None,
        &[
            daily(&["ロキソプロフェン", "ジクロフェナク", "セレコキシブ"], 7),
            daily(&["エペリゾン", "チザニジン"], 7),
            daily(&["ロキソプロフェン外用", "ケトプロフェン外用"], 1),
        ],
        &[act::X_RAY_READING, act::X_RAY]
    ),
    episode!(
        named("足関節捻挫", "S934"),
        [9, 6, 3],
        None,
        &[
            daily(&["ロキソプロフェン外用", "ジクロフェナク外用"], 1),
            as_needed(&["ロキソプロフェン", "アセトアミノフェン"], 6),
        ],
        &[act::X_RAY_READING, act::X_RAY]
    ),
    episode!(
        named("挫創", "T141"),
        [8, 5, 5],
        None,
        &[daily(&["セフカペン", "セファレキシン"], 3), daily(&["ゲンタマイシン外用"], 1),],
        &[act::WOUND]
    ),
    episode!(
        named("帯状疱疹", "B029"),
        [0, 2, 5],
        None,
        &[daily(&["バラシクロビル"], 7), daily(&["アセトアミノフェン"], 7),],
        &[]
    ),
    episode!(
        named("結膜炎", "H109"),
        [8, 5, 4],
        Some((2, 4)),
        &[daily(&["レボフロキサシン点眼", "エピナスチン点眼"], 1),],
        &[]
    ),
    episode!(
        named("めまい症", "R42"),
        [0, 4, 8],
        None,
        &[daily(&["ベタヒスチン"], 14), daily(&["メコバラミン"], 14),],
        &[]
    ),
    episode!(
        named("片頭痛", "G439"),
        [1, 6, 1],
        None,
        &[as_needed(&["スマトリプタン"], 5), as_needed(&["ロキソプロフェン", "アセトアミノフェン"], 10),],
        &[]
    ),
];
