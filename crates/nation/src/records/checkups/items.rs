//! Items of 特定健診: their 17-digit codes, as the 標準 has them.

/// How a value is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// A number with so many decimals and a unit.
    Quantity(u8, &'static str),
    /// A code of a list, by the last part of its OID; empty where it was not at hand.
    Coded(&'static str),
    /// The same with an order.
    Ordered(&'static str),
    Text,
}

/// One item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// Lowest and highest value that are not worth a mark, in thousandths.
    pub(super) usual: (Option<i32>, Option<i32>),
}

const fn quantity(code: &'static str, name: &'static str, decimals: u8, unit: &'static str) -> Item {
    Item { code, name, form: Form::Quantity(decimals, unit), usual: (None, None) }
}

const fn within(item: Item, low: Option<i32>, high: Option<i32>) -> Item {
    Item { usual: (low, high), ..item }
}

const fn coded(code: &'static str, name: &'static str, list: &'static str) -> Item {
    Item { code, name, form: Form::Coded(list), usual: (None, None) }
}

const fn ordered(code: &'static str, name: &'static str, list: &'static str) -> Item {
    Item { code, name, form: Form::Ordered(list), usual: (None, None) }
}

const fn text(code: &'static str, name: &'static str) -> Item {
    Item { code, name, form: Form::Text, usual: (None, None) }
}

pub(super) static HEIGHT: Item = quantity("9N001000000000001", "身長", 1, "cm");
pub(super) static WEIGHT: Item = quantity("9N006000000000001", "体重", 1, "kg");
pub(super) static BMI: Item = within(quantity("9N011000000000001", "ＢＭＩ", 1, "kg/m2"), None, Some(24_900));
pub(super) static WAIST: Item = quantity("9N016160100000001", "腹囲（実測）", 1, "cm");
pub(super) static PAST: Item = coded("9N056000000000011", "既往歴", "2001");
pub(super) static SYMPTOMS: Item = coded("9N061000000000011", "自覚症状", "2002");
pub(super) static SIGNS: Item = coded("9N066000000000011", "他覚症状", "2002");
pub(super) static SYSTOLIC: Item =
    within(quantity("9A751000000000001", "収縮期血圧（１回目）", 0, "mm[Hg]"), None, Some(129_000));
pub(super) static DIASTOLIC: Item =
    within(quantity("9A761000000000001", "拡張期血圧（１回目）", 0, "mm[Hg]"), None, Some(84_000));
pub(super) static DRAWN: Item = coded("9N141000000000011", "採血時間（食後）", "2202");
pub(super) static FAT_FASTING: Item =
    within(quantity("3F015000002327101", "空腹時中性脂肪", 0, "mg/dL"), None, Some(149_000));
pub(super) static FAT_ANY: Item =
    within(quantity("3F015129902327101", "随時中性脂肪", 0, "mg/dL"), None, Some(174_000));
pub(super) static HDL: Item =
    within(quantity("3F070000002327101", "ＨＤＬコレステロール", 0, "mg/dL"), Some(40_000), None);
pub(super) static LDL: Item =
    within(quantity("3F077000002327101", "ＬＤＬコレステロール", 0, "mg/dL"), None, Some(119_000));
pub(super) static AST: Item = within(quantity("3B035000002327201", "ＡＳＴ（ＧＯＴ）", 0, "U/L"), None, Some(30_000));
pub(super) static ALT: Item = within(quantity("3B045000002327201", "ＡＬＴ（ＧＰＴ）", 0, "U/L"), None, Some(30_000));
pub(super) static GGT: Item =
    within(quantity("3B090000002327101", "γ－ＧＴ（γ－ＧＴＰ）", 0, "U/L"), None, Some(50_000));
pub(super) static CREATININE: Item = quantity("3C015000002327101", "血清クレアチニン", 2, "mg/dL");
pub(super) static FILTER: Item =
    within(quantity("8A065000002391901", "ｅＧＦＲ", 1, "ml/min/1.73m2"), Some(60_000), None);
pub(super) static CREATININE_WHO: Item = coded("3C015161602399911", "血清クレアチニン（対象者）", "");
pub(super) static CREATININE_WHY: Item = text("3C015161002399949", "血清クレアチニン（実施理由）");
pub(super) static SUGAR_FASTING: Item =
    within(quantity("3D010000001926101", "空腹時血糖", 0, "mg/dL"), None, Some(99_000));
pub(super) static SUGAR_ANY: Item = within(quantity("3D010129901926101", "随時血糖", 0, "mg/dL"), None, Some(99_000));
pub(super) static HBA1C: Item =
    within(quantity("3D046000001906202", "ＨｂＡ１ｃ（ＮＧＳＰ）", 1, "%"), None, Some(5_500));
pub(super) static URINE_SUGAR: Item = ordered("1A020000000191111", "尿糖", "2102");
pub(super) static URINE_PROTEIN: Item = ordered("1A010000000191111", "尿蛋白", "2102");
pub(super) static HAEMATOCRIT: Item = quantity("2A040000001930102", "ヘマトクリット値", 1, "%");
pub(super) static HAEMOGLOBIN: Item = within(quantity("2A030000001930101", "血色素量", 1, "g/dL"), Some(12_000), None);
pub(super) static RED_CELLS: Item = quantity("2A020000001930101", "赤血球数", 0, "10*4/mm3");
pub(super) static ANAEMIA_WHY: Item = text("2A020161001930149", "貧血検査（実施理由）");
pub(super) static ECG: Item = coded("9A110160700000011", "心電図（所見の有無）", "2002");
pub(super) static ECG_FINDING: Item = text("9A110160800000049", "心電図（所見）");
pub(super) static ECG_WHY: Item = text("9A110161000000049", "心電図（実施理由）");
pub(super) static METABOLIC: Item = coded("9N501000000000011", "メタボリックシンドローム判定", "1008");
pub(super) static GUIDANCE: Item = coded("9N506000000000011", "保健指導レベル", "3001");
pub(super) static OPINION: Item = text("9N511000000000049", "医師の診断（判定）");
pub(super) static DOCTOR: Item = text("9N516000000000049", "健康診断を実施した医師の氏名");
pub(super) static TAKES_PRESSURE: Item = coded("9N701000000000011", "服薬１（血圧）", "2003");
pub(super) static TAKES_SUGAR: Item = coded("9N706000000000011", "服薬２（血糖）", "2003");
pub(super) static TAKES_LIPID: Item = coded("9N711000000000011", "服薬３（脂質）", "2003");
pub(super) static HAD_STROKE: Item = coded("9N716000000000011", "既往歴１（脳血管）", "2003");
pub(super) static HAD_HEART: Item = coded("9N721000000000011", "既往歴２（心血管）", "2003");
pub(super) static HAD_KIDNEY: Item = coded("9N726000000000011", "既往歴３（腎不全・人工透析）", "2003");
pub(super) static HAD_ANAEMIA: Item = coded("9N731000000000011", "貧血", "2003");
pub(super) static SMOKES: Item = coded("9N736000000000011", "喫煙", "");
pub(super) static WEIGHT_GAIN: Item = coded("9N741000000000011", "２０歳からの体重変化", "2003");
pub(super) static EXERCISE: Item = coded("9N746000000000011", "３０分以上の運動習慣", "2003");
pub(super) static WALKS: Item = coded("9N751000000000011", "歩行又は身体活動", "2003");
pub(super) static SLEEP: Item = coded("9N796000000000011", "睡眠", "2003");
/// Left the questionnaire in 2018; old programs still send it.
pub(super) static OLD_QUESTION: Item = coded("9N761000000000011", "１年間の体重変化", "2003");

/// 後期高齢者の質問票, in its order.
pub(super) static LATE_ELDERLY: [Item; 15] = [
    coded("9N932000000000011", "健康状態", ""),
    coded("9N933000000000011", "心の健康状態", ""),
    coded("9N934000000000011", "食習慣", "2003"),
    coded("9N935000000000011", "口腔機能（咀嚼）", "2003"),
    coded("9N936000000000011", "口腔機能（嚥下）", "2003"),
    coded("9N937000000000011", "体重変化", "2003"),
    coded("9N938000000000011", "運動・転倒（歩行速度）", "2003"),
    coded("9N939000000000011", "運動・転倒（転倒）", "2003"),
    coded("9N940000000000011", "運動・転倒（ウォーキング）", "2003"),
    coded("9N941000000000011", "認知機能（物忘れ）", "2003"),
    coded("9N942000000000011", "認知機能（日付）", "2003"),
    coded("9N943000000000011", "喫煙", ""),
    coded("9N944000000000011", "社会参加（外出）", "2003"),
    coded("9N945000000000011", "社会参加（交流）", "2003"),
    coded("9N946000000000011", "ソーシャルサポート", "2003"),
];
